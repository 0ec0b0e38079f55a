//! The reader's bench: one session, and what looks at the settings' sequence.

use serde::Serialize;

use crate::compute::error::Error;
use crate::lab::config::Settings;
use crate::lab::machine::Machine;
use crate::lab::sequence::config::SequenceConfig;
use crate::lab::sequence::course::Course;
use crate::lab::sequence::insight::{Lesson, Student, transformer_stages};
use crate::lab::sequence::operations::Operations;
use crate::lab::sequence::session::{Session, SessionInfo};
use crate::lab::sequence::spikes::{Spikes, Subject, spikes};

/// A lesson is over when the transformer knows the sequence or has used up its steps; this is only how often the clock is looked at.
const SLICE_MS: f64 = 50.0;

/// A machine that is played with, and what looks at the settings' sequence.
#[derive(Debug, Default)]
pub struct Bench {
    session: Option<Session>,
    /// The machine's course over the settings' sequence.
    course: Option<Course>,
    /// The transformer that has learned it, and what it depends on.
    student: Option<(String, Student)>,
}

/// Settings that the transformer depends on, beside the sequence.
fn lesson_key(config: &SequenceConfig) -> Result<String, Error> {
    let c = config;
    let own = (c.seed, c.rival_width, c.rival_layers, c.rival_heads, c.rival_window, c.rival_rate, c.executor);
    Ok(format!("{own:?} {:?} {}", c.split, c.text()?))
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

    /// The machine's course over the settings' sequence; taken anew if that or the machine is another.
    async fn course(&mut self, config: &SequenceConfig, machine: &mut Machine) -> Result<&Course, Error> {
        let key = Course::key_of(config)?;
        let course = match self.course.take().filter(|course| course.key == key) {
            Some(course) => course,
            None => Course::of(config, machine).await?,
        };
        Ok(self.course.insert(course))
    }

    /// Trains the transformer on the settings' sequence, if another or none is there.
    async fn learn(&mut self, config: &SequenceConfig, machine: &mut Machine) -> Result<(), Error> {
        let key = lesson_key(config)?;
        if self.student.as_ref().is_some_and(|(of, _)| *of == key) {
            return Ok(());
        }
        let course = self.course(config, machine).await?;
        let (numbers, alphabet) = (course.numbers.clone(), course.alphabet.len() as u32);
        let mut lesson = Lesson::open(config, &numbers, alphabet, machine).await?;
        while !lesson.advance(SLICE_MS).await? {}
        self.student = Some((key, lesson.finish().await?));
        Ok(())
    }

    /// Both machines at one symbol of the settings' sequence.
    ///
    /// # Errors
    /// [`Error::Probe`] if there is no such sequence or place; [`Error::Config`] if the transformer has diverged;
    /// [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn operations(
        &mut self,
        config: &SequenceConfig,
        at: usize,
        machine: &mut Machine,
    ) -> Result<Operations, Error> {
        self.course(config, machine).await?.place(at)?;
        self.learn(config, machine).await?;
        let (Some(course), Some((_, student))) = (&self.course, &self.student) else {
            return Err(Error::Internal("a lesson left no transformer".to_owned()));
        };
        let look = transformer_stages(student, &course.alphabet, at)?;
        Operations::of(course, at, look.stages, look.prediction, student.training.clone())
    }

    /// Spikes of every layer at one symbol of the settings' sequence.
    ///
    /// # Errors
    /// [`Error::Probe`] if there is no such sequence or place; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn spikes(&mut self, config: &SequenceConfig, at: usize, machine: &mut Machine) -> Result<Spikes, Error> {
        let course = self.course(config, machine).await?;
        let at = course.place(at)?;
        let input = course.shape.code(course.replica.seed, course.numbers[at]);
        let subject = Subject {
            at,
            length: course.symbols.len(),
            symbol: &course.symbols[at],
            shape: &course.shape,
            model: course.replica.model,
            fixed: &course.fixed,
            store: &course.store,
            input: &input,
            before: &course.second.contexts[at],
            context: &course.second.contexts[at + 1],
            lines: &course.second.lines[at + 1],
            output: &course.second.outputs[at + 1],
        };
        spikes(config, &subject)
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
