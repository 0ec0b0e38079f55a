//! What the labs that race have alike: arms with seeds, and what a lab makes of them.

use std::fmt;

use crate::encoding::{Encoding, Tuning};
use crate::error::Error;
use crate::labs::run::Found;
use crate::labs::turn::Kept;
use crate::labs::{Config, Task};
use crate::model::Model;
use crate::model::ensemble;
use crate::model::measure::Measure;
use crate::model::transformer::Replica;
use crate::run::claim::Verdict;
use crate::run::event::ArmInfo;
use crate::run::lineup::{Entry, Lineup, Provenance};
use crate::run::machine::ExecutorChoice;
use crate::run::race::Race;
use crate::run::results::Results;
use crate::run::training::Training;

/// Settings that make a race.
pub trait Racing {
    /// Every arm with every seed, arms outermost.
    ///
    /// # Errors
    /// [`Error::Internal`].
    fn lineup(&self, provenance: Provenance) -> Result<Lineup, Error>;

    /// What is measured, training and evaluation.
    ///
    /// # Errors
    /// [`Error::Config`] if that depends on settings that cannot be read, with the field's name.
    fn measures(&self) -> Result<Vec<Measure>, Error>;

    /// Sequences, or whatever else is held out, that an evaluation judges on; nothing where it judges on what is taught.
    fn held_out(&self) -> Option<u32> {
        None
    }

    /// What the lab makes of the race.
    fn findings(&self) -> Box<dyn Findings>;
}

/// What a lab makes of a race: its claims, and what its experiment finds beside the curves.
pub trait Findings {
    /// The claims, and what the results say of them after `step` steps.
    ///
    /// # Errors
    /// [`Error::Internal`].
    fn verdicts(&self, results: &Results, step: u32) -> Result<Vec<Verdict>, Error>;

    /// What has been found so far; nothing where curves are all.
    ///
    /// # Errors
    /// [`Error::Internal`].
    fn found(&self, results: &Results) -> Result<Option<Found>, Error> {
        let _ = results;
        Ok(None)
    }

    /// What was judged last by [`Findings::judge`].
    fn judged(&self) -> Option<Found> {
        None
    }

    /// Judges what only the open race can tell; see [`crate::labs::run::Run::judge`].
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::TooLarge`], [`Error::Internal`]; [`Error::Outdated`] if the race has begun anew meanwhile.
    fn judge<'a>(&'a mut self, race: &'a mut Race, kept: &'a mut Kept, budget_ms: f64) -> Task<'a, Option<(u32, u32)>> {
        let _ = (race, kept, budget_ms);
        Box::pin(async { Ok(None) })
    }

    /// The race begins anew.
    fn reset(&mut self) {}

    /// The race ends later: these are its settings now.
    ///
    /// # Errors
    /// [`Error::Config`] if they are of another lab.
    fn extend(&mut self, config: &Config) -> Result<(), Error>;
}

/// Without what it holds, so that a page need not carry how to print that.
impl fmt::Debug for dyn Findings + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("findings")
    }
}

/// What is raced in the labs that train transformers: tables (or other ways to tell positions), each with some seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Identifier, unique within the race.
    pub id: String,
    /// Name on the page.
    pub label: String,
    /// Its encoding.
    pub encoding: Encoding,
    /// How that is turned.
    pub tuning: Tuning,
}

impl Arm {
    /// An encoding under its own name.
    #[must_use]
    pub fn of(encoding: Encoding, tuning: Tuning) -> Self {
        use crate::choice::Choice;
        Self { id: encoding.id().to_owned(), label: encoding.label().to_owned(), encoding, tuning }
    }

    /// Its names.
    #[must_use]
    pub fn info(&self) -> ArmInfo {
        ArmInfo { id: self.id.clone(), label: self.label.clone(), help: String::new() }
    }
}

/// Transformers that race: every arm with every seed.
#[derive(Clone, Debug)]
pub struct Transformers {
    /// How they are trained.
    pub training: Training,
    /// What is raced.
    pub arms: Vec<Arm>,
    /// The first seed, and how many there are.
    pub seeds: (u32, u32),
    /// Steps between evaluations.
    pub every: u32,
    /// Where the work runs.
    pub executor: ExecutorChoice,
}

impl Transformers {
    /// The race.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn lineup(self, provenance: Provenance) -> Result<Lineup, Error> {
        let Self { training, arms, seeds: (first, seeds), every, executor } = self;
        let (mut entries, mut replicas) = (Vec::new(), Vec::new());
        for arm in arms {
            for seed in first..first + seeds {
                let replica = Replica::new(arm.encoding, seed, training.rate, arm.tuning);
                replicas.push(Replica { decay: training.decay, ..replica });
                entries.push(Entry { arm: arm.info(), seed });
            }
        }
        let models: Vec<(Box<dyn Model>, _)> = vec![(Box::new(training.ensemble(replicas)), entries)];
        Lineup::new(provenance, every, executor, models)
    }
}

/// What transformers over that many symbols measure.
#[must_use]
pub fn measures(symbols: u32) -> Vec<Measure> {
    ensemble::measures(Some(symbols)).into_iter().map(|(measure, _)| measure).collect()
}
