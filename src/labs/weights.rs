//! Weights files: the state of a race with the configuration that makes it.

use crate::error::Error;
use crate::labs::Config;
use crate::labs::link::Link;
use crate::run::lineup::Lineup;
use crate::run::trained::Trained;
use crate::run::weights::{Header, State};

/// A weights file that has been read and found sound.
#[derive(Clone, Debug)]
pub struct Weights {
    /// What was trained.
    pub config: Config,
    /// What that races.
    pub lineup: Lineup,
    /// What came of it.
    pub state: State,
}

impl Weights {
    /// Reads a file. Nothing in it is believed.
    ///
    /// # Errors
    /// [`Error::File`] with what is wrong.
    pub fn read(file: &[u8]) -> Result<Self, Error> {
        let header = Header::read(file)?;
        let Link { config, problems, .. } = Link::parse(&header.link);
        if let Some(problem) = problems.first() {
            return Err(Error::File(format!("its configuration is not allowed ({problem})")));
        }
        let lineup = config.lineup()?;
        let state = State::read(file, header, &lineup)?;
        Ok(Self { config, lineup, state })
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state does not fit the configuration.
    pub fn write(config: &Config, state: &State) -> Result<Vec<u8>, Error> {
        state.write(&config.lineup()?)
    }

    /// One run's model and its parameters; nothing if there is no such run.
    #[must_use]
    pub fn trained(&self, run: u32) -> Option<Trained> {
        self.state.trained(&self.lineup, run as usize)
    }
}
