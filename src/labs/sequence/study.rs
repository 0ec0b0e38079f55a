//! An experiment over many machines, in units of work between which it can pause.

use serde::Serialize;
use web_time::Instant;

use crate::choice::Choice;
use crate::error::Error;
use crate::labs::Config;
use crate::labs::sequence::capacity::Capacity;
use crate::labs::sequence::config::{Experiment, SequenceConfig};
use crate::labs::sequence::curves::Rows;
use crate::labs::sequence::errors::{Errors, Which};
use crate::labs::sequence::kanerva::Kanerva;
use crate::labs::sequence::rivals::Rivals;
use crate::model::measure::Measure;
use crate::run::claim::Verdict;
use crate::run::curves::Curves;
use crate::run::event::{ArmInfo, Event, ExecutorInfo, RunInfo};
use crate::run::machine::{ExecutorChoice, Machine};
use crate::run::results::{Results, RunResult};
use crate::run::table::Table;

/// Losses of a device in a row after which the CPU takes over.
const MOST_LOSSES: u32 = 3;

/// The work of an experiment.
#[derive(Debug)]
enum Work {
    Capacity(Capacity),
    Errors(Errors),
    Kanerva(Kanerva),
    Rivals(Rivals),
}

macro_rules! each {
    ($work:expr, $own:ident => $do:expr) => {
        match $work {
            Work::Capacity($own) => $do,
            Work::Errors($own) => $do,
            Work::Kanerva($own) => $do,
            Work::Rivals($own) => $do,
        }
    };
}

/// What an experiment has found so far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// The curves.
    #[serde(flatten)]
    pub curves: Curves,
    /// A second set of curves over another axis.
    pub second: Option<Curves>,
    /// A summary.
    pub rows: Rows,
    /// In a sentence.
    pub sentence: String,
    /// Claims, and what it says of them.
    pub verdicts: Vec<Verdict>,
}

/// An experiment in progress.
#[derive(Debug)]
pub struct Study {
    /// The reader's settings.
    source: SequenceConfig,
    /// What is worked with: the CPU may have taken over.
    config: SequenceConfig,
    work: Work,
    info: ExecutorInfo,
    finished: bool,
    losses: u32,
    pending: Vec<Event>,
    /// Milliseconds of a unit, smoothed.
    unit_ms: f64,
    /// Seconds of work so far.
    seconds: f64,
}

impl Work {
    fn new(config: &SequenceConfig) -> Self {
        match config.experiment {
            Experiment::Capacity => Self::Capacity(Capacity::new(config)),
            Experiment::Kanerva => Self::Kanerva(Kanerva::new(config)),
            Experiment::Rivals => Self::Rivals(Rivals::new(config)),
            Experiment::Repeated => Self::Errors(Errors::new(config, Which::Repeated)),
            Experiment::Errors => Self::Errors(Errors::new(config, Which::Length)),
        }
    }

    fn curves(&self) -> &Curves {
        each!(self, work => &work.curves)
    }
}

impl Study {
    /// Prepares an experiment and gets an executor. `progress` hears the fraction done and what is being done.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if it does not fit here; [`Error::DeviceLost`].
    pub async fn open(
        config: SequenceConfig,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Self, Error> {
        let info =
            ExecutorInfo { kind: "cpu".into(), name: String::new(), reason: String::new(), matmul: String::new() };
        let work = Work::new(&config);
        let mut study = Self {
            source: config.clone(),
            config,
            work,
            info,
            finished: false,
            losses: 0,
            pending: Vec::new(),
            unit_ms: 0.0,
            seconds: 0.0,
        };
        study.prepare(machine, progress).await?;
        Ok(study)
    }

    /// Opens what the next unit needs.
    async fn prepare(&mut self, machine: &mut Machine, progress: &mut dyn FnMut(f64, &str)) -> Result<(), Error> {
        let info = match &mut self.work {
            Work::Capacity(work) if work.is_open() => None,
            Work::Capacity(work) => Some(work.open(&self.config, machine, progress).await?),
            Work::Kanerva(work) if work.is_open() => None,
            Work::Kanerva(work) => Some(work.open(&self.config, machine, progress).await?),
            Work::Errors(work) => work.open(&self.config, machine, progress).await?,
            Work::Rivals(work) => work.open(&self.config, machine, progress).await?,
        };
        self.info = info.unwrap_or_else(|| self.info.clone());
        Ok(())
    }

    /// Settings of the experiment.
    #[must_use]
    pub fn source(&self) -> &SequenceConfig {
        &self.source
    }

    /// What is compared.
    #[must_use]
    pub fn arms(&self) -> &[ArmInfo] {
        &self.work.curves().arms
    }

    /// The machines: every arm with every seed.
    #[must_use]
    pub fn runs(&self) -> &[RunInfo] {
        &self.work.curves().runs
    }

    /// What is measured.
    #[must_use]
    pub fn measures(&self) -> &[Measure] {
        &self.work.curves().measures
    }

    /// Which executor works, and why.
    #[must_use]
    pub fn executor(&self) -> &ExecutorInfo {
        &self.info
    }

    /// Units of work done.
    #[must_use]
    pub fn step(&self) -> u32 {
        each!(&self.work, work => work.done())
    }

    /// Units of work in all.
    #[must_use]
    pub fn steps(&self) -> u32 {
        each!(&self.work, work => work.units())
    }

    /// Back to the start.
    pub fn reset(&mut self) {
        self.work = Work::new(&self.config);
        self.finished = false;
        self.seconds = 0.0;
        self.pending.clear();
    }

    /// Works for about `budget_ms`, at most `most` units (0 for no limit), and says what has happened. A device that is lost is
    /// replaced, and the unit at hand begun anew.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::DeviceLost`] if that happens again and again.
    pub async fn advance(&mut self, machine: &mut Machine, budget_ms: f64, most: u32) -> Result<Vec<Event>, Error> {
        let start = Instant::now();
        let before = self.step();
        let elapsed = move || start.elapsed().as_secs_f64() * 1e3;
        let enough = move || elapsed() >= budget_ms;
        while !self.finished && !enough() && (most == 0 || self.step() < before + most) {
            match self.work_on(machine, budget_ms - elapsed(), &enough).await {
                Ok(()) => self.losses = 0,
                Err(error) if error.of_device().is_some() => self.replace(machine, &error),
                Err(error) => return Err(error),
            }
            if self.step() == self.steps() {
                self.finished = true;
            }
        }
        self.seconds += elapsed() / 1e3;
        let done = self.step() - before;
        if done > 0 {
            self.unit_ms = elapsed() / f64::from(done);
        }
        if done > 0 || self.finished {
            let (step, steps, step_ms) = (self.step(), self.steps(), self.unit_ms);
            self.pending.push(Event::Progress { step, steps, step_ms });
        }
        if self.finished && done > 0 {
            self.pending.push(Event::Finished { step: self.step() });
        }
        Ok(std::mem::take(&mut self.pending))
    }

    async fn work_on(&mut self, machine: &mut Machine, left_ms: f64, enough: &dyn Fn() -> bool) -> Result<(), Error> {
        self.prepare(machine, &mut |_, _| {}).await?;
        match &mut self.work {
            Work::Capacity(work) => work.work(enough).await,
            Work::Kanerva(work) => work.work(enough).await,
            Work::Errors(work) => work.work(&self.config, left_ms).await,
            Work::Rivals(work) => work.work(left_ms).await,
        }
    }

    fn replace(&mut self, machine: &mut Machine, error: &Error) {
        machine.forget_device();
        each!(&mut self.work, work => work.lost());
        self.losses += 1;
        let why = error.of_device().unwrap_or_default();
        let mut reason = format!("The graphics device was lost ({why}). What it was at is done again.");
        if self.losses >= MOST_LOSSES {
            self.config.executor = ExecutorChoice::Cpu;
            reason = format!("The graphics device was lost again and again ({why}). The CPU takes over.");
        }
        self.pending.push(Event::Recovered { step: self.step(), reason });
    }

    /// What has been found so far.
    #[must_use]
    pub fn found(&self) -> Found {
        let (rows, mut sentence) = each!(&self.work, work => (work.rows(), work.sentence()));
        // How a memory's decoder is weighted is part of every result of one; Kanerva's has no such decoder.
        let weights = match &self.work {
            Work::Capacity(_) => Some(self.config.memory_shape().weights),
            Work::Errors(_) | Work::Rivals(_) => Some(self.config.machine_shape(1).weights),
            Work::Kanerva(_) => None,
        };
        sentence.extend(weights.map(|weights| format!(" Address decoder: {weights}.")));
        let second = match &self.work {
            Work::Kanerva(work) => Some(work.second.clone()),
            Work::Capacity(_) | Work::Errors(_) | Work::Rivals(_) => None,
        };
        Found { curves: self.work.curves().clone(), second, rows, sentence, verdicts: self.verdicts() }
    }

    /// Claims, and what the experiment says of them so far.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        each!(&self.work, work => work.verdicts(&self.config))
    }

    /// Results so far, as a file holds them.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn results(&self) -> Result<Results, Error> {
        let Found { curves, second, rows, sentence, verdicts } = self.found();
        let run = |run: &RunInfo| RunResult { arm: run.arm.clone(), seed: run.seed, ..RunResult::default() };
        let runs = curves.runs.iter().map(run).collect();
        let provenance = Config::from(self.source.clone()).provenance();
        let found = serde_json::json!({ "experiment": curves.id, "sentence": sentence, "rows": rows });
        Ok(Results {
            executor: Some(self.info.clone()),
            seconds: Some(self.seconds),
            step: self.step(),
            steps: self.steps(),
            verdicts,
            more: second.into_iter().collect(),
            found: Some(found),
            ..Results::new(&provenance, curves, runs)
        })
    }

    /// All tables of these results of it: the curves, and the summary.
    #[must_use]
    pub fn tables(&self, results: &Results) -> Vec<Table> {
        let Rows { head, body } = self.found().rows;
        let mut summary = Table::plain("summary", &head);
        for row in &body {
            summary.push((0..head.len()).map(|column| row.get(column).cloned().into()));
        }
        vec![results.table(), summary]
    }

    /// The name of the experiment.
    #[must_use]
    pub fn label(&self) -> &'static str {
        self.config.experiment.label()
    }
}
