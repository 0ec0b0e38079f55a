//! An experiment in units of work, between which it can pause: whatever is measured without training a race.

use std::fmt;

use serde::Serialize;
use web_time::Instant;

use crate::error::Error;
use crate::graph::plan::Plan;
use crate::labs::run::{About, Found, Run};
use crate::labs::settings::Settings;
use crate::labs::{Config, Progress, Task};
use crate::run::claim::Verdict;
use crate::run::curves::Curves;
use crate::run::event::{Event, ExecutorInfo, RunInfo};
use crate::run::machine::Machine;
use crate::run::results::{Results, RunResult};
use crate::run::table::Table;

/// Losses of a device in a row after which the CPU takes over.
const MOST_LOSSES: u32 = 3;

/// A table of words.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Rows {
    /// Heads of the columns.
    pub head: Vec<String>,
    /// Rows.
    pub body: Vec<Vec<String>>,
}

/// What is measured, unit by unit, under settings of type `C`.
pub trait Experiment<C> {
    /// Its name.
    fn label(&self, config: &C) -> &'static str;

    /// What has been measured, with room for the rest.
    fn curves(&self) -> &Curves;

    /// A second set of curves over another axis.
    fn second(&self) -> Option<&Curves> {
        None
    }

    /// Units of work in all.
    fn units(&self) -> u32;

    /// Units of work done.
    fn done(&self) -> u32;

    /// A plan that it works with, by number; those that workers have a part of they make by this too.
    ///
    /// # Errors
    /// [`Error::Internal`] if there is none.
    fn plan(&self, config: &C, which: usize) -> Result<Plan, Error> {
        let _ = config;
        Err(Error::Internal(format!("an experiment has no plan {which}")))
    }

    /// Opens what the unit at hand needs; says what works if that is new.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if it does not fit here; [`Error::DeviceLost`].
    fn open<'a>(
        &'a mut self,
        config: &'a C,
        machine: &'a mut Machine,
        progress: Progress<'a>,
    ) -> Task<'a, Option<ExecutorInfo>>;

    /// Works for about `left_ms`, or until a unit is done.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::Internal`].
    fn work<'a>(&'a mut self, config: &'a C, left_ms: f64) -> Task<'a, ()>;

    /// The executor is gone: the unit at hand begins anew.
    fn lost(&mut self);

    /// A summary.
    fn rows(&self) -> Rows;

    /// In a sentence.
    fn sentence(&self, config: &C) -> String;

    /// Claims, and what it says of them so far.
    fn verdicts(&self, config: &C) -> Vec<Verdict>;
}

/// Without what it holds, so that a page need not carry how to print that.
impl<C> fmt::Debug for dyn Experiment<C> + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an experiment")
    }
}

/// What an experiment has found so far, as the page gets it.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Study"))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StudyFound {
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

/// Makes an experiment anew.
pub type Make<C> = fn(&C) -> Box<dyn Experiment<C>>;

/// An experiment in progress.
#[derive(Debug)]
pub struct Study<C> {
    /// The reader's settings.
    source: Config,
    /// What is worked with: the CPU may have taken over.
    config: C,
    make: Make<C>,
    work: Box<dyn Experiment<C>>,
    info: ExecutorInfo,
    finished: bool,
    losses: u32,
    pending: Vec<Event>,
    /// Milliseconds of a unit, smoothed.
    unit_ms: f64,
    /// Seconds of work so far.
    seconds: f64,
    /// Workers that there were when it was begun, or gone on with.
    crew: Vec<u32>,
}

impl<C: Settings + 'static> Study<C> {
    /// Prepares an experiment and gets an executor. `progress` hears the fraction done and what is being done.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if it does not fit here; [`Error::DeviceLost`].
    pub async fn open(config: C, make: Make<C>, machine: &mut Machine, progress: Progress<'_>) -> Result<Self, Error> {
        let info = ExecutorInfo { kind: "cpu".into(), ..ExecutorInfo::default() };
        let mut study = Self {
            source: config.clone().into(),
            work: make(&config),
            config,
            make,
            info,
            finished: false,
            losses: 0,
            pending: Vec::new(),
            unit_ms: 0.0,
            seconds: 0.0,
            crew: machine.crew_for(usize::MAX),
        };
        study.prepare(machine, progress).await?;
        Ok(study)
    }

    /// Opens what the next unit needs.
    async fn prepare(&mut self, machine: &mut Machine, progress: Progress<'_>) -> Result<(), Error> {
        if let Some(info) = self.work.open(&self.config, machine, progress).await? {
            self.info = info;
        }
        Ok(())
    }

    /// Units of work in all.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.work.units()
    }

    /// Works for about `budget_ms`, at most `most` units (0 for no limit), and says what has happened. A device that is lost is
    /// replaced, and the unit at hand begun anew.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::DeviceLost`] if that happens again and again.
    pub async fn advance(&mut self, machine: &mut Machine, budget_ms: f64, most: u32) -> Result<Vec<Event>, Error> {
        let start = Instant::now();
        let before = self.work.done();
        let elapsed = move || start.elapsed().as_secs_f64() * 1e3;
        while !self.finished && elapsed() < budget_ms && (most == 0 || self.work.done() < before + most) {
            match self.work_on(machine, budget_ms - elapsed()).await {
                Ok(()) => self.losses = 0,
                Err(error) if error.of_device().is_some() => self.replace(machine, &error)?,
                Err(error) => return Err(error),
            }
            self.finished = self.work.done() == self.work.units();
        }
        self.seconds += elapsed() / 1e3;
        let done = self.work.done() - before;
        if done > 0 {
            self.unit_ms = elapsed() / f64::from(done);
        }
        if done > 0 || self.finished {
            let (step, steps, step_ms) = (self.work.done(), self.work.units(), self.unit_ms);
            self.pending.push(Event::Progress { step, steps, step_ms });
        }
        if self.finished && done > 0 {
            self.pending.push(Event::Finished { step: self.work.done() });
        }
        Ok(std::mem::take(&mut self.pending))
    }

    async fn work_on(&mut self, machine: &mut Machine, left_ms: f64) -> Result<(), Error> {
        self.prepare(machine, &mut |_, _| {}).await?;
        self.work.work(&self.config, left_ms).await
    }

    fn replace(&mut self, machine: &mut Machine, error: &Error) -> Result<(), Error> {
        machine.forget_device();
        self.work.lost();
        self.losses += 1;
        let what = error.of_device().unwrap_or_default();
        let mut reason = format!("{what}. What it was at is done again.");
        if self.losses >= MOST_LOSSES {
            self.config.assign("executor", "cpu").map_err(|problem| Error::Internal(problem.to_string()))?;
            machine.dismiss_crew();
            reason = format!("{what}, again and again. The CPU takes over.");
        }
        self.pending.push(Event::Recovered { step: self.work.done(), reason });
        Ok(())
    }

    /// What has been found so far.
    #[must_use]
    pub fn so_far(&self) -> StudyFound {
        StudyFound {
            curves: self.work.curves().clone(),
            second: self.work.second().cloned(),
            rows: self.work.rows(),
            sentence: self.work.sentence(&self.config),
            verdicts: self.work.verdicts(&self.config),
        }
    }
}

impl<C: Settings + 'static> Run for Study<C> {
    fn config(&self) -> &Config {
        &self.source
    }

    fn about(&self) -> About {
        let curves = self.work.curves();
        About {
            arms: curves.arms.clone(),
            runs: curves.runs.clone(),
            measures: curves.measures.clone(),
            ..About::new(&self.source, self.info.clone(), self.steps())
        }
    }

    fn label(&self) -> String {
        self.work.label(&self.config).to_owned()
    }

    fn step(&self) -> u32 {
        self.work.done()
    }

    fn advance<'a>(&'a mut self, machine: &'a mut Machine, budget_ms: f64, most: u32) -> Task<'a, Vec<Event>> {
        Box::pin(self.advance(machine, budget_ms, most))
    }

    fn reset<'a>(&'a mut self, _: &'a mut Machine) -> Task<'a, ()> {
        self.work = (self.make)(&self.config);
        self.finished = false;
        self.seconds = 0.0;
        self.pending.clear();
        Box::pin(async { Ok(()) })
    }

    fn workers(&self) -> u32 {
        self.info.workers
    }

    /// The unit at hand begins anew.
    fn deal_out<'a>(&'a mut self, machine: &'a mut Machine) -> Task<'a, bool> {
        let crew = machine.crew_for(usize::MAX);
        let other = self.info.kind == "cpu" && crew != self.crew;
        self.crew = crew;
        Box::pin(async move {
            if other {
                self.work.lost();
                self.prepare(machine, &mut |_, _| {}).await?;
            }
            Ok(other)
        })
    }

    fn verdicts(&self) -> Result<Vec<Verdict>, Error> {
        Ok(self.work.verdicts(&self.config))
    }

    fn found(&self) -> Result<Option<Found>, Error> {
        let found = self.so_far();
        let Rows { head, body } = found.rows.clone();
        let mut summary = Table::plain("summary", &head);
        for row in &body {
            summary.push((0..head.len()).map(|column| row.get(column).cloned().into()));
        }
        let rows = std::iter::once(head).chain(body).collect();
        let (more, after) = (found.second.iter().cloned().collect(), found.sentence.clone());
        Ok(Some(Found { value: Box::new(found), tables: vec![summary], more, before: String::new(), rows, after }))
    }

    fn results(&self) -> Result<Results, Error> {
        let StudyFound { curves, second, rows, sentence, verdicts } = self.so_far();
        let run = |run: &RunInfo| RunResult { arm: run.arm.clone(), seed: run.seed, ..RunResult::default() };
        let runs = curves.runs.iter().map(run).collect();
        let found = serde_json::json!({ "experiment": curves.id, "sentence": sentence, "rows": rows });
        Ok(Results {
            executor: Some(self.info.clone()),
            seconds: Some(self.seconds),
            step: self.work.done(),
            steps: self.work.units(),
            verdicts,
            more: second.into_iter().collect(),
            found: Some(found),
            ..Results::new(&self.source.provenance(), curves, runs)
        })
    }
}
