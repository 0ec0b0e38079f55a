//! A race of a lab: what its configuration trains, and what the lab makes of it.

use std::ops::{Deref, DerefMut};

use crate::error::Error;
use crate::labs::Config;
use crate::labs::copy::claim;
use crate::labs::encodings::lengths;
use crate::labs::encodings::logit::Trained;
use crate::labs::encodings::outcome::{self, Outcome};
use crate::labs::weights::Weights;
use crate::run::claim::Verdict;
use crate::run::curves::Curves;
use crate::run::machine::Machine;
use crate::run::race::Race;
use crate::run::results::Results;
use crate::run::table::Table;

/// A race with its configuration. It is used as the race that it is.
#[derive(Debug)]
pub struct Trial {
    config: Config,
    race: Race,
    /// What other lengths gave, and at which step.
    lengths: Option<(u32, Curves)>,
}

impl Deref for Trial {
    type Target = Race;

    fn deref(&self) -> &Race {
        &self.race
    }
}

impl DerefMut for Trial {
    fn deref_mut(&mut self) -> &mut Race {
        &mut self.race
    }
}

impl Trial {
    /// Builds the models of a configuration, and gets executors. `progress` hears the fraction done and what is being done.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the configuration does not fit; [`Error::Config`] if its lab has no race; [`Error::Internal`].
    pub async fn open(
        config: impl Into<Config>,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Self, Error> {
        let config = config.into();
        let race = Race::open(config.lineup()?, machine, progress).await?;
        Ok(Self { config, race, lengths: None })
    }

    /// Goes on from a weights file, at its step.
    ///
    /// # Errors
    /// [`Error::File`] if the file is not sound; [`Error::TooLarge`]; [`Error::Internal`].
    pub async fn restore(
        file: &[u8],
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Self, Error> {
        let Weights { config, lineup, state } = Weights::read(file)?;
        let race = Race::restore(lineup, state, machine, progress).await?;
        Ok(Self { config, race, lengths: None })
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The race as a file; see [`crate::run::weights`].
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn save(&mut self) -> Result<Vec<u8>, Error> {
        let state = self.race.state().await?;
        state.write(self.race.lineup())
    }

    /// Back to step 0, with the same initial weights.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn reset(&mut self) -> Result<(), Error> {
        self.lengths = None;
        self.race.reset()
    }

    /// Lets the race end later: `steps` in all. Gives whether that can be; see [`Race::extend`].
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn extend(&mut self, steps: u32) -> Result<bool, Error> {
        let Some(longer) = self.config.with_steps(steps) else { return Ok(false) };
        let extended = self.race.extend(longer.provenance(), steps)?;
        if extended {
            self.config = longer;
        }
        Ok(extended)
    }

    /// One run's transformer and its parameters as they are now.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such run; [`Error::DeviceLost`].
    pub async fn trained(&mut self, run: u32) -> Result<Trained, Error> {
        self.race.trained(run).await?.try_into()
    }

    /// The claims that this race tests, and what it says of them so far.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn verdicts(&self) -> Result<Vec<Verdict>, Error> {
        let (step, results) = (self.race.step(), self.race.results());
        let mut verdicts = match &self.config {
            Config::Copy(config) => claim::verdicts(config, &results, step),
            Config::Encodings(config) => match outcome::outcome(config, &results)? {
                Some(outcome) => outcome::verdicts(config, &outcome, step),
                None => Vec::new(),
            },
            Config::Sequence(_) => Vec::new(),
        };
        // A race cannot have any number of steps.
        for decides in verdicts.iter_mut().filter_map(|verdict| verdict.decides.as_mut()) {
            decides.steps = decides.steps.filter(|&steps| self.config.with_steps(steps).is_some());
        }
        Ok(verdicts)
    }

    /// What has come of the race so far; of lengths, what was last judged.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn results(&self) -> Result<Results, Error> {
        let mut results = self.race.results();
        results.verdicts = self.verdicts()?;
        let found = self.found()?;
        if let Some(found) = found {
            if let Outcome::Lengths { curves, .. } = &found {
                results.more.push(curves.clone());
            }
            let found = serde_json::to_value(found).map_err(|error| Error::Internal(error.to_string()))?;
            results.found = Some(found);
        }
        Ok(results)
    }

    /// All tables of these results of it: the curves first, then what an experiment has found.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn tables(&self, results: &Results) -> Result<Vec<Table>, Error> {
        let mut tables = vec![results.table()];
        if let Some(found) = self.found()? {
            tables.extend(found.tables(results)?);
        }
        Ok(tables)
    }

    /// What the experiment of the encodings lab has found so far; nothing in the copy lab. For lengths, the present weights are
    /// judged at each length, unless that was done at this step.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::TooLarge`], [`Error::Internal`].
    pub async fn outcome(&mut self) -> Result<Option<Outcome>, Error> {
        let Config::Encodings(config) = &self.config else { return Ok(None) };
        let found = outcome::outcome(config, &self.race.results())?;
        if found.is_some() {
            return Ok(found);
        }
        let step = self.race.step();
        let curves = match self.lengths.take() {
            Some((known, curves)) if known == step => curves,
            _ => lengths::judge(config, &mut self.race).await?,
        };
        self.lengths = Some((step, curves.clone()));
        Ok(Some(Outcome::lengths(config, step, curves)))
    }

    /// What other lengths gave when they were last judged.
    #[must_use]
    pub fn lengths(&self) -> Option<Outcome> {
        match (&self.config, &self.lengths) {
            (Config::Encodings(config), Some((step, curves))) => Some(Outcome::lengths(config, *step, curves.clone())),
            _ => None,
        }
    }

    /// What has been found so far; of lengths, what was last judged.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn found(&self) -> Result<Option<Outcome>, Error> {
        match &self.config {
            Config::Encodings(config) => Ok(outcome::outcome(config, &self.race.results())?.or_else(|| self.lengths())),
            _ => Ok(None),
        }
    }
}
