//! What runs, of whichever lab: a race of models that are trained, or an experiment in units of work.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::error::Error;
use crate::labs::turn::Kept;
use crate::labs::{Config, Task};
use crate::model::measure::Measure;
use crate::property::by_name;
use crate::run::check::Certificate;
use crate::run::claim::Verdict;
use crate::run::curves::Curves;
use crate::run::event::{ArmInfo, Cost, Event, ExecutorInfo, RunInfo};
use crate::run::inspect::Inspection;
use crate::run::machine::Machine;
use crate::run::profile::{Profile, Profiling};
use crate::run::results::Results;
use crate::run::table::Table;
use crate::run::trained::Trained;

/// What is compared in a run, how it is measured, and where.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// Identifier of the lab.
    #[cfg_attr(test, ts(type = "LabId"))]
    pub lab: &'static str,
    /// What is compared.
    pub arms: Vec<ArmInfo>,
    /// Every arm with every seed.
    pub runs: Vec<RunInfo>,
    /// What is measured.
    pub measures: Vec<Measure>,
    /// Which executor works, and why.
    pub executor: ExecutorInfo,
    /// What a step costs.
    pub cost: Cost,
    /// Steps, or units of work, in all.
    pub steps: u32,
    /// Every setting by name.
    pub values: BTreeMap<String, String>,
    /// The link's fragment that restores the settings.
    pub link: String,
    /// Whether its state can be saved, and looked into.
    pub weights: bool,
    /// Names of the settings that say when it ends, if it can end later than it was to.
    pub ends: Vec<&'static str>,
}

impl About {
    /// Of a run of these settings.
    #[must_use]
    pub fn new(config: &Config, executor: ExecutorInfo, steps: u32) -> Self {
        let (lab, values, link) = (config.lab_id(), by_name(config.values()), config.link());
        let (arms, runs, measures, cost) = (Vec::new(), Vec::new(), Vec::new(), Cost::default());
        Self { lab, arms, runs, measures, executor, cost, steps, values, link, weights: false, ends: Vec::new() }
    }
}

/// What an experiment has found so far, beside its curves.
pub struct Found {
    /// As the page gets it.
    pub value: Box<dyn erased_serde::Serialize>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// Curves over other axes.
    pub more: Vec<Curves>,
    /// A summary for people: lines of words, and a table whose first row is the head, in this order.
    pub before: String,
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// What is said after them.
    pub after: String,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("before", &self.before).field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// What advances. What it cannot do is absent: [`Run::trains`].
pub trait Run {
    /// The settings that it was opened with.
    fn config(&self) -> &Config;

    /// What is compared, how, and where.
    fn about(&self) -> About;

    /// In a few words, what runs.
    fn label(&self) -> String;

    /// Steps, or units of work, done.
    fn step(&self) -> u32;

    /// Works for about `budget_ms`, at most `most` steps (0 for no limit), and says what has happened. A device that is lost is
    /// replaced.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; [`Error::DeviceLost`] if that happens again and again; [`Error::Internal`].
    fn advance<'a>(&'a mut self, machine: &'a mut Machine, budget_ms: f64, most: u32) -> Task<'a, Vec<Event>>;

    /// Back to step 0, with the same initial weights.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if that happens again and again.
    fn reset<'a>(&'a mut self, machine: &'a mut Machine) -> Task<'a, ()>;

    /// Lets the run end where other settings say that it ends, if they differ in nothing else. Gives whether it does.
    ///
    /// # Errors
    /// [`Error::Internal`].
    fn extend(&mut self, config: &Config) -> Result<bool, Error> {
        let _ = config;
        Ok(false)
    }

    /// How many workers have a part of it; none where it is not dealt out.
    fn workers(&self) -> u32 {
        0
    }

    /// Deals it out anew if the machine's crew has changed; gives whether it has. No number depends on it.
    ///
    /// # Errors
    /// As [`Run::advance`].
    fn deal_out<'a>(&'a mut self, machine: &'a mut Machine) -> Task<'a, bool> {
        let _ = machine;
        Box::pin(async { Ok(false) })
    }

    /// The claims, and what the run says of them so far.
    ///
    /// # Errors
    /// [`Error::Internal`].
    fn verdicts(&self) -> Result<Vec<Verdict>, Error>;

    /// What has been found so far beside the curves; nothing where they are all.
    ///
    /// # Errors
    /// [`Error::Internal`].
    fn found(&self) -> Result<Option<Found>, Error>;

    /// Judges for about `budget_ms` what only an open run can tell, so that results have it. Gives how many runs are judged and how many
    /// there are to judge; nothing once that is done. `kept` is this judging's own, from turn to turn; its run is the one at its first.
    ///
    /// # Errors
    /// As [`Run::advance`].
    fn judge<'a>(
        &'a mut self,
        machine: &'a mut Machine,
        kept: &'a mut Kept,
        budget_ms: f64,
    ) -> Task<'a, Option<(u32, u32)>> {
        let _ = (machine, kept, budget_ms);
        Box::pin(async { Ok(None) })
    }

    /// Results so far, as a file holds them.
    ///
    /// # Errors
    /// [`Error::Internal`].
    fn results(&self) -> Result<Results, Error>;

    /// All tables of these results of it: the curves first, then what an experiment has found.
    ///
    /// # Errors
    /// [`Error::Internal`].
    fn tables(&self, results: &Results) -> Result<Vec<Table>, Error> {
        let found = self.found()?.map(|found| found.tables).unwrap_or_default();
        Ok(std::iter::once(results.table()).chain(found).collect())
    }

    /// What only a run that trains models can do; nothing where none are trained.
    fn trains(&mut self) -> Option<&mut dyn Trains> {
        None
    }
}

/// Without what it holds, so that a page need not carry how to print that.
impl fmt::Debug for dyn Run + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label())
    }
}

/// A run that trains models: it can be saved, timed, looked into, and compared with another reader's. A device that is lost is replaced.
pub trait Trains {
    /// Which run of this program, and which step of it.
    fn moment(&self) -> (u32, u32);

    /// Certificate of the first losses; nothing before the tenth step.
    fn check(&self) -> Option<Certificate>;

    /// Events that tell again what was reported before.
    fn replay(&self) -> Vec<Event>;

    /// The run as a file; see [`crate::run::weights`].
    ///
    /// # Errors
    /// As [`Run::advance`].
    fn save<'a>(&'a mut self, machine: &'a mut Machine) -> Task<'a, Vec<u8>>;

    /// Times every kernel for about `budget_ms`; nothing while that takes more turns. After each the run is as it was.
    ///
    /// # Errors
    /// As [`Run::advance`].
    fn profile<'a>(
        &'a mut self,
        machine: &'a mut Machine,
        profiling: &'a mut Profiling,
        budget_ms: f64,
    ) -> Task<'a, Option<Profile>>;

    /// Looks inside one replica with a probe.
    ///
    /// # Errors
    /// [`Error::Probe`] if that cannot be read; as [`Run::advance`].
    fn inspect<'a>(&'a mut self, machine: &'a mut Machine, replica: u32, probe: &'a str) -> Task<'a, Inspection>;

    /// One replica's model and its parameters as they are now.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such replica; as [`Run::advance`].
    fn trained<'a>(&'a mut self, machine: &'a mut Machine, replica: u32) -> Task<'a, Trained>;
}
