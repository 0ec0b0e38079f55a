//! What is raced: models, and the runs of each.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::kernels::metrics::ENTRY;
use crate::model::measure::{Measure, Phase};
use crate::model::{Model, Source};
use crate::run::event::{ArmInfo, RunInfo};
use crate::run::machine::ExecutorChoice;

/// Where a race comes from, as its files say it.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Provenance {
    /// Which lab.
    pub lab: String,
    /// The link's fragment that restores the configuration.
    pub link: String,
    /// Every setting by name: numbers as numbers, flags as flags, lists as lists.
    #[cfg_attr(test, ts(type = "Record<string, string | number | boolean | string[]>"))]
    pub settings: BTreeMap<String, Value>,
}

/// One run: an arm with a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is compared.
    pub arm: ArmInfo,
    /// The seed.
    pub seed: u32,
}

/// A model, with those of its runs that take part.
#[derive(Clone, Debug)]
pub struct Squad {
    /// The model.
    pub model: Rc<dyn Model>,
    /// Which of its runs take part.
    pub runs: Range<usize>,
    /// Place of the first of them in the whole race.
    pub first: usize,
    /// Arms and seeds of all its runs.
    pub entries: Vec<Entry>,
}

impl Squad {
    /// Where training ends: after all steps, or where every run has stopped, at the first evaluation after that. It depends on the steps
    /// alone, not on when a stop was noticed, so that a race that was interrupted ends where it would have. `stopped` is of its runs.
    pub(crate) fn end(&self, every: u32, stopped: &[Option<u32>]) -> u32 {
        let steps = self.model.steps();
        let last = stopped.iter().copied().collect::<Option<Vec<_>>>().and_then(|stops| stops.into_iter().max());
        last.map_or(steps, |last| last.next_multiple_of(every).min(steps))
    }
}

/// What is raced: models in order, each with its runs in order.
#[derive(Clone, Debug)]
pub struct Lineup {
    /// Where it comes from.
    pub provenance: Provenance,
    /// Steps between evaluations.
    pub every: u32,
    /// Where the work is to run.
    pub executor: ExecutorChoice,
    /// The models with their runs.
    pub squads: Vec<Squad>,
}

impl Lineup {
    /// A race of `models`, each with its runs' arms and seeds.
    ///
    /// # Errors
    /// [`Error::Internal`] if a model has another number of runs, two runs have the same arm and seed, two models describe a measure in two
    /// ways, or a measure is taken where it is not.
    pub fn new(
        provenance: Provenance,
        every: u32,
        executor: ExecutorChoice,
        models: Vec<(Box<dyn Model>, Vec<Entry>)>,
    ) -> Result<Self, Error> {
        let mut squads = Vec::with_capacity(models.len());
        let mut first = 0;
        let mut known: Vec<Measure> = Vec::new();
        for (model, entries) in models {
            if model.runs() != entries.len() {
                return Err(Error::Internal(format!("a model of {} runs has {} entries", model.runs(), entries.len())));
            }
            for (measure, source) in model.measures() {
                let wrong = match source {
                    Source::Host if measure.phase == Phase::Training => {
                        "is of training steps, and not taken on the device"
                    }
                    Source::Ring { entry, .. } if entry >= ENTRY as usize => "is beyond the ring's entries",
                    _ if known.iter().any(|known| known.is(&measure) && !known.agrees(&measure)) => {
                        "is described in two ways"
                    }
                    _ => {
                        known.push(measure);
                        continue;
                    }
                };
                return Err(Error::Internal(format!("the measure {} {wrong}", measure.id)));
            }
            let runs = 0..entries.len();
            squads.push(Squad { model: model.into(), runs, first, entries });
            first += squads.last().map_or(0, |squad| squad.entries.len());
        }
        let lineup = Self { provenance, every: every.max(1), executor, squads };
        let runs = lineup.runs();
        let twice = runs
            .iter()
            .enumerate()
            .find(|(at, run)| runs[..*at].iter().any(|other| other.arm == run.arm && other.seed == run.seed));
        match twice {
            Some((_, run)) => Err(Error::Internal(format!("{} races twice with seed {}", run.arm, run.seed))),
            None => Ok(lineup),
        }
    }

    /// The runs, in order.
    #[must_use]
    pub fn runs(&self) -> Vec<RunInfo> {
        let of = |squad: &Squad| {
            let entries = squad.entries.get(squad.runs.clone()).unwrap_or(&[]).to_vec();
            let first = squad.first as u32;
            (first..).zip(entries).map(|(replica, entry)| RunInfo { replica, arm: entry.arm.id, seed: entry.seed })
        };
        self.squads.iter().flat_map(of).collect()
    }

    /// The arms, in the order of their first runs.
    #[must_use]
    pub fn arms(&self) -> Vec<ArmInfo> {
        let mut arms: Vec<ArmInfo> = Vec::new();
        for squad in &self.squads {
            for entry in squad.entries.get(squad.runs.clone()).unwrap_or(&[]) {
                if !arms.contains(&entry.arm) {
                    arms.push(entry.arm.clone());
                }
            }
        }
        arms
    }

    /// What is measured of any run: the measures of the models, each once; with the value of a guess, and lines, only if they are the
    /// same for all.
    #[must_use]
    pub fn measures(&self) -> Vec<Measure> {
        let mut measures: Vec<Measure> = Vec::new();
        for (measure, _) in self.squads.iter().flat_map(|squad| squad.model.measures()) {
            match measures.iter_mut().find(|known| known.is(&measure)) {
                Some(known) => {
                    if known.chance != measure.chance {
                        known.chance = None;
                    }
                    known.levels.retain(|level| measure.levels.contains(level));
                }
                None => measures.push(measure),
            }
        }
        measures
    }

    /// Training steps of the longest arm.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.squads.iter().map(|squad| squad.model.steps()).max().unwrap_or(0)
    }

    /// The squad that run `run` of this lineup belongs to, and which of the model's runs it is.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such run.
    pub fn place(&self, run: usize) -> Result<(usize, usize), Error> {
        let mut left = run;
        for (at, squad) in self.squads.iter().enumerate() {
            if left < squad.runs.len() {
                return Ok((at, squad.runs.start + left));
            }
            left -= squad.runs.len();
        }
        Err(Error::Config(format!("There is no run {run}; there are {}.", run - left)))
    }

    /// The same race with another end; nothing if a model's steps depend on how many there are.
    #[must_use]
    pub fn extended(&self, provenance: Provenance, steps: u32) -> Option<Self> {
        let last = self.steps();
        let longer = |squad: &Squad| {
            if squad.model.steps() < last {
                return Some(squad.clone());
            }
            Some(Squad { model: squad.model.extended(steps)?.into(), ..squad.clone() })
        };
        let squads = self.squads.iter().map(longer).collect::<Option<Vec<_>>>()?;
        Some(Self { provenance, squads, ..self.clone() })
    }
}
