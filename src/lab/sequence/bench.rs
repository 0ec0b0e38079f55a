//! The reader's bench: one session, and what looks at the settings' sequence.

use serde::Serialize;

use crate::compute::error::Error;
use crate::lab::config::Settings;
use crate::lab::machine::Machine;
use crate::lab::sequence::config::SequenceConfig;
use crate::lab::sequence::session::{Session, SessionInfo};

/// A machine that is played with.
#[derive(Debug, Default)]
pub struct Bench {
    session: Option<Session>,
}

/// What the command line writes about the settings' sequence: stored once, shown again, recalled from the cue.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Which lab.
    pub lab: &'static str,
    /// Version that wrote it.
    pub version: &'static str,
    /// Link that restores the configuration.
    pub link: String,
    /// While it was stored.
    pub stored: SessionInfo,
    /// The second time.
    pub replayed: SessionInfo,
    /// From the cue.
    pub recalled: SessionInfo,
}

impl Bench {
    /// The session of these settings, opened if there is none or it is of others.
    async fn of(&mut self, config: &SequenceConfig, machine: &mut Machine) -> Result<&mut Session, Error> {
        let session = match self.session.take().filter(|session| session.is_of(config)) {
            Some(mut session) => {
                session.read_as(config);
                session
            }
            None => Session::open(config, machine).await?,
        };
        Ok(self.session.insert(session))
    }

    /// Does `work` on the session; once more on another executor, with the same memory, if the device is lost meanwhile.
    async fn on(
        &mut self,
        config: &SequenceConfig,
        machine: &mut Machine,
        work: impl AsyncFn(&mut Session) -> Result<(), Error>,
    ) -> Result<SessionInfo, Error> {
        let session = self.of(config, machine).await?;
        match work(session).await {
            Err(error) if error.of_device().is_some() => {
                machine.forget_device();
                session.rebuild(machine).await?;
                work(session).await?;
            }
            done => done?,
        }
        Ok(session.info())
    }

    /// Stores a text after what was stored before.
    ///
    /// # Errors
    /// [`Error::Probe`] if it cannot be stored, then nothing changes; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn store(
        &mut self,
        config: &SequenceConfig,
        text: &str,
        machine: &mut Machine,
    ) -> Result<SessionInfo, Error> {
        self.on(config, machine, async |session: &mut Session| session.store(text).await).await
    }

    /// Shows a text from the beginning, without writing.
    ///
    /// # Errors
    /// As [`Bench::store`].
    pub async fn replay(
        &mut self,
        config: &SequenceConfig,
        text: &str,
        machine: &mut Machine,
    ) -> Result<SessionInfo, Error> {
        self.on(config, machine, async |session: &mut Session| session.replay(text).await).await
    }

    /// Recalls from a cue.
    ///
    /// # Errors
    /// As [`Bench::store`].
    pub async fn recall(
        &mut self,
        config: &SequenceConfig,
        cue: &str,
        count: u32,
        machine: &mut Machine,
    ) -> Result<SessionInfo, Error> {
        self.on(config, machine, async |session: &mut Session| session.recall(cue, count).await).await
    }

    /// A blank memory.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::DeviceLost`].
    pub async fn forget(&mut self, config: &SequenceConfig, machine: &mut Machine) -> Result<SessionInfo, Error> {
        self.session = None;
        self.session(config, machine).await
    }

    /// The session as it is.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::DeviceLost`].
    pub async fn session(&mut self, config: &SequenceConfig, machine: &mut Machine) -> Result<SessionInfo, Error> {
        Ok(self.of(config, machine).await?.info())
    }

    /// Stores the settings' sequence in a blank memory, shows it again, and recalls it from the settings' cue. The session is left
    /// alone.
    ///
    /// # Errors
    /// [`Error::Probe`] if sequence or cue cannot be read; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn report(&self, config: &SequenceConfig, machine: &mut Machine) -> Result<Report, Error> {
        let joined = config.text()?;
        let mut bench = Self::default();
        let stored = bench.store(config, &joined, machine).await?;
        let replayed = bench.replay(config, &joined, machine).await?;
        let recalled = bench.recall(config, &config.cue, config.recall, machine).await?;
        let (lab, version, link) = (SequenceConfig::LAB, env!("CARGO_PKG_VERSION"), config.link());
        Ok(Report { lab, version, link, stored, replayed, recalled })
    }
}
