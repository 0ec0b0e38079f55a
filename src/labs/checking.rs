//! Whether a device computes what it should: what its kernels write at odd sizes against the twins of the CPU, gradients against central
//! differences, first losses and exact numbers against stored ones.
//!
//! No list of kernels is kept: each lab names small settings, runs of them are watched on the CPU, and what their launches read is given
//! to the device. Nothing of it touches an open run.

use std::collections::VecDeque;
use std::rc::Rc;

use web_time::Instant;

use crate::choice::Choice;
use crate::compute::case::{Case, Watched};
use crate::compute::replay;
use crate::error::Error;
use crate::graph::plan::{Plan, Slot};
use crate::graph::{BufferId, Launch};
use crate::kernels::clock;
use crate::kernels::tick::Tick;
use crate::labs::device::{Check, DeviceCheck, EXECUTOR, Kind, Outcome, Row, row, sentence};
use crate::labs::{Config, LABS, Lab};
use crate::run::check::STEPS;
use crate::run::event::{Event, ExecutorInfo};
use crate::run::machine::{ExecutorChoice, Machine};
use crate::run::race::Race;

/// What is stored of a [`Check`], by lab and by preset or place: losses of the first steps, means over the runs; or all that is measured.
const STORED: &str = include_str!("stored.txt");

/// How far a kernel may be off, relative to the largest number that it writes. Sums are in another order, and `exp` and `tanh` are a
/// device's own; a wrong index, mask, sign or factor shows at 1e-2 and above.
const KERNEL: f64 = 1e-4;
/// How far a gradient may be off, relative to its norm: losses have seven digits, and their differences fewer.
const GRADIENT: f64 = 1e-2;
/// How far first losses may be off, relatively.
const LOSS: f64 = 1e-4;

/// About as many kernels as there are to check, before that is known.
const KERNELS: u32 = 45;

/// A run that is checked.
#[derive(Clone, Debug)]
struct Subject {
    lab: &'static dyn Lab,
    /// For a reader.
    name: String,
    /// Of what is stored of it.
    key: String,
    config: Config,
}

impl Subject {
    fn all() -> Result<Vec<(Self, Check)>, Error> {
        let mut all = Vec::new();
        for &lab in LABS {
            for (at, &check) in lab.checks().iter().enumerate() {
                let mut config = lab.defaults();
                let (own, name) = match check {
                    Check::Odd(values) | Check::Launches(values) => {
                        if let Some(problem) = config.apply(values.iter().copied()).first() {
                            return Err(Error::Internal(problem.to_string()));
                        }
                        (at.to_string(), format!("{}, run {}", lab.label(), at + 1))
                    }
                    Check::Preset(id) => {
                        config.preset(id).map_err(|problem| Error::Internal(problem.to_string()))?;
                        let preset = config.presets().iter().find(|preset| preset.id == id);
                        let label = preset.map_or(id, |preset| preset.label);
                        (id.to_owned(), format!("{}, {label}", lab.label()))
                    }
                };
                all.push((Self { lab, name, key: format!("{} {own}", lab.id()), config }, check));
            }
        }
        Ok(all)
    }

    fn trains(&self) -> bool {
        self.config.racing().is_ok()
    }

    /// Means over the runs of the first losses; of what does not train all that it measures.
    async fn numbers(&self, on: ExecutorChoice, machine: &mut Machine) -> Result<Vec<f64>, Error> {
        let mut config = self.config.clone();
        config.apply([(EXECUTOR, on.id())]);
        let mut run = self.lab.open(config, machine, &mut |_, _| {}).await?;
        let executor = run.about().executor;
        if executor.kind != on.id() {
            return Err(Error::Refused(executor.reason));
        }
        let most = if self.trains() { STEPS } else { 0 };
        let mut losses = Vec::new();
        for event in run.advance(machine, f64::INFINITY, most).await? {
            match event {
                Event::Recovered { reason, .. } => return Err(Error::DeviceLost(reason)),
                Event::Training { steps, values } => {
                    let of_runs = values.first().map(Vec::as_slice).unwrap_or_default();
                    losses.extend((0..steps.len()).map(|at| mean(of_runs.iter().filter_map(|run| run.get(at)))));
                }
                _ => {}
            }
        }
        if self.trains() {
            return Ok(losses);
        }
        let points = run.results()?.curves;
        Ok(points.iter().flat_map(|point| point.values.iter().flatten()).map(|&value| f64::from(value)).collect())
    }
}

/// Mean of what is a number.
fn mean<'a>(values: impl Iterator<Item = &'a f32>) -> f64 {
    let known: Vec<f64> = values.filter(|value| value.is_finite()).map(|&value| f64::from(value)).collect();
    known.iter().sum::<f64>() / known.len() as f64
}

/// What there is to store: of every preset, and of every run that does not train, its numbers on the CPU, a line each.
///
/// # Errors
/// As a run's.
pub async fn stored_anew() -> Result<String, Error> {
    let mut all = String::new();
    for (subject, check) in Subject::all()? {
        if !matches!(check, Check::Preset(_)) && subject.trains() {
            continue;
        }
        let numbers = subject.numbers(ExecutorChoice::Cpu, &mut Machine::default()).await?;
        let numbers: Vec<String> = numbers.iter().map(f64::to_string).collect();
        all += &format!("{}: {}\n", subject.key, numbers.join(" "));
    }
    Ok(all)
}

/// What is still to be done.
#[derive(Debug)]
enum Unit {
    Watch(Subject),
    Kernel(&'static str),
    Slopes(Subject),
    Stored(Subject),
}

/// A check in progress.
#[derive(Debug)]
pub struct Checking {
    machine: Machine,
    choice: ExecutorChoice,
    /// What is checked, once that is known.
    on: Option<(ExecutorChoice, ExecutorInfo)>,
    witness: Watched,
    left: VecDeque<Unit>,
    done: u32,
    rows: Vec<Row>,
}

impl Checking {
    /// Of what this choice gets here.
    ///
    /// # Errors
    /// [`Error::Internal`] if a lab's settings are refused.
    pub fn begin(choice: ExecutorChoice, machine: &Machine) -> Result<Self, Error> {
        let (mut watched, mut others) = (VecDeque::new(), VecDeque::new());
        for (subject, check) in Subject::all()? {
            match check {
                Check::Odd(_) => {
                    watched.push_back(Unit::Watch(subject.clone()));
                    others.push_back(if subject.trains() { Unit::Slopes(subject) } else { Unit::Stored(subject) });
                }
                Check::Launches(_) => watched.push_back(Unit::Watch(subject)),
                Check::Preset(_) => others.push_back(Unit::Stored(subject)),
            }
        }
        watched.extend(others);
        let (machine, witness) = (machine.beside(), Watched::default());
        Ok(Self { machine, choice, on: None, witness, left: watched, done: 0, rows: Vec::new() })
    }

    /// Checks that are done, and about how many there are.
    #[must_use]
    pub fn progress(&self) -> (u32, u32) {
        let watching = self.left.iter().any(|unit| matches!(unit, Unit::Watch(_)));
        (self.done, self.done + self.left.len() as u32 + if watching { KERNELS } else { 0 })
    }

    /// Works for about `budget_ms`; nothing while there is more to do. A device that fails is a row, or the answer, and no error.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub async fn work(&mut self, budget_ms: f64) -> Result<Option<DeviceCheck>, Error> {
        let start = Instant::now();
        let (on, info) = match &self.on {
            Some(on) => on.clone(),
            None => self.find().await?,
        };
        let absent = self.choice == ExecutorChoice::Webgpu && on == ExecutorChoice::Cpu;
        while let Some(unit) = self.left.pop_front().filter(|_| !absent) {
            self.one(unit, on).await?;
            self.done += 1;
            if start.elapsed().as_secs_f64() * 1e3 >= budget_ms && !self.left.is_empty() {
                return Ok(None);
            }
        }
        let rows = std::mem::take(&mut self.rows);
        let outcome = match () {
            () if absent => Outcome::NotRun,
            () if rows.iter().any(|row| row.outcome == Outcome::Failed) => Outcome::Failed,
            () => Outcome::Passed,
        };
        let sentence = sentence(&rows, outcome, &info);
        Ok(Some(DeviceCheck { version: env!("CARGO_PKG_VERSION"), executor: info, outcome, sentence, rows }))
    }

    /// Opens the device; on the CPU there is nothing that would have to be compiled.
    async fn find(&mut self) -> Result<(ExecutorChoice, ExecutorInfo), Error> {
        let slots = [Slot { label: "clock", len: clock::LEN }];
        let plan = Plan::sample(&slots, Launch::new(Tick { by: 1 }, [], [Some(BufferId(0))]))?;
        let (_, info) = self.machine.executor(self.choice, plan, &mut |_, _| {}).await?;
        let on = if info.kind == "cpu" { ExecutorChoice::Cpu } else { ExecutorChoice::Webgpu };
        if on == ExecutorChoice::Cpu && cfg!(target_arch = "wasm32") {
            self.left.retain(|unit| !matches!(unit, Unit::Watch(_)));
            let why = "In a browser the CPU has nothing to compare its kernels with; the checks below are of what they compute together.";
            let with = "the same in double precision";
            self.rows.push(Row { why: why.to_owned(), ..row(Kind::Kernel, "all".to_owned(), with, KERNEL) });
        }
        let found = (on, info);
        self.on = Some(found.clone());
        Ok(found)
    }

    async fn one(&mut self, unit: Unit, on: ExecutorChoice) -> Result<(), Error> {
        match unit {
            Unit::Watch(subject) => {
                self.watch(&subject).await?;
                if !self.left.iter().any(|unit| matches!(unit, Unit::Watch(_))) {
                    let kernels = self.witness.borrow().kernels();
                    kernels.into_iter().rev().for_each(|kernel| self.left.push_front(Unit::Kernel(kernel)));
                }
            }
            Unit::Kernel(name) => {
                let with = match on {
                    ExecutorChoice::Cpu => "the same in double precision",
                    _ => "the CPU",
                };
                let mut row = row(Kind::Kernel, name.to_owned(), with, KERNEL);
                let compared = self.kernel(name, on, &mut row).await;
                self.ended(row, compared)?;
            }
            Unit::Slopes(subject) => {
                let mut row = row(Kind::Gradients, subject.name.clone(), "central differences", GRADIENT);
                let compared = self.slopes(&subject, on, &mut row).await;
                self.ended(row, compared)?;
            }
            Unit::Stored(subject) => {
                let (kind, allowed) = if subject.trains() { (Kind::Losses, LOSS) } else { (Kind::Exact, 0.0) };
                let mut row = row(kind, subject.name.clone(), "stored numbers", allowed);
                let compared = self.stored(&subject, on, &mut row).await;
                self.ended(row, compared)?;
            }
        }
        Ok(())
    }

    /// Adds a row. What a device does not do is no error; the next check has another one opened.
    fn ended(&mut self, mut row: Row, compared: Result<f64, Error>) -> Result<(), Error> {
        match compared {
            Ok(difference) => {
                row.difference = Some(difference).filter(|difference| difference.is_finite());
                row.outcome = if difference <= row.allowed { Outcome::Passed } else { Outcome::Failed };
                if row.difference.is_none() && row.why.is_empty() {
                    row.why = "something was no number".to_owned();
                }
            }
            Err(Error::Internal(why)) => return Err(Error::Internal(why)),
            Err(error) => {
                if error.of_device().is_some() {
                    self.machine.forget_device();
                }
                (row.outcome, row.why) = (Outcome::Failed, error.to_string());
            }
        }
        self.rows.push(row);
        Ok(())
    }

    /// One step of a run on the CPU, and what was judged before and after it; of what does not train all.
    async fn watch(&mut self, subject: &Subject) -> Result<(), Error> {
        let mut machine = Machine::watched(Rc::clone(&self.witness));
        let mut run = subject.lab.open(subject.config.clone(), &mut machine, &mut |_, _| {}).await?;
        run.advance(&mut machine, f64::INFINITY, u32::from(subject.trains())).await.map(|_| ())
    }

    async fn kernel(&mut self, name: &str, on: ExecutorChoice, row: &mut Row) -> Result<f64, Error> {
        let own: Vec<(Case, Vec<Vec<f32>>)> =
            self.witness.borrow().seen.iter().filter(|(case, _)| case.kernel.name() == name).cloned().collect();
        let mut counts: Vec<u32> = Vec::new();
        for (case, _) in &own {
            if !counts.contains(&case.replicas) {
                counts.push(case.replicas);
            }
        }
        let (mut largest, mut wrong, mut all_exact) = (0.0_f64, None, true);
        for replicas in counts {
            let alike = own.iter().filter(|(case, _)| case.replicas == replicas);
            let (cases, wants): (Vec<&Case>, Vec<&Vec<Vec<f32>>>) = alike.map(|(case, want)| (case, want)).unzip();
            let got = self.launched(&cases, on).await?;
            for ((case, want), got) in cases.into_iter().zip(wants).zip(&got) {
                let exact = case.is_exact(want);
                let off = case.difference(want, got, exact);
                all_exact &= exact;
                row.cases += 1;
                if exact && off > 0.0 {
                    wrong = Some(off);
                }
                largest = largest.max(off);
            }
        }
        if all_exact || wrong.is_some() {
            row.allowed = 0.0;
        }
        if wrong.is_some() {
            row.why = "sums of whole numbers have to be exact".to_owned();
        }
        Ok(wrong.unwrap_or(largest))
    }

    /// What the launches of some cases write: on the device, or on the CPU in double precision.
    async fn launched(&mut self, cases: &[&Case], on: ExecutorChoice) -> Result<Vec<Vec<Vec<f32>>>, Error> {
        let plan = replay::plan(cases, |_, len| len)?;
        #[cfg(not(target_arch = "wasm32"))]
        if on == ExecutorChoice::Cpu {
            return replay::run_double(cases, &plan);
        }
        let (mut executor, info) = self.machine.executor(on, plan, &mut |_, _| {}).await?;
        if info.kind != on.id() {
            return Err(Error::Refused(info.reason));
        }
        replay::run(cases, &mut executor).await
    }

    async fn slopes(&mut self, subject: &Subject, on: ExecutorChoice, row: &mut Row) -> Result<f64, Error> {
        let mut config = subject.config.clone();
        config.apply([(EXECUTOR, on.id())]);
        let mut race = Race::open(config.lineup()?, &mut self.machine, &mut |_, _| {}).await?;
        if race.executor().kind != on.id() {
            return Err(Error::Refused(race.executor().reason.clone()));
        }
        let found = race.slopes().await?;
        row.cases = found.tried;
        if found.tried == 0 {
            row.why = "no tensor has a gradient".to_owned();
            return Ok(f64::INFINITY);
        }
        if found.largest > GRADIENT {
            row.why = format!("the most in {}", found.worst);
        }
        Ok(found.largest)
    }

    async fn stored(&mut self, subject: &Subject, on: ExecutorChoice, row: &mut Row) -> Result<f64, Error> {
        let of = |line: &'static str| line.strip_prefix(subject.key.as_str())?.strip_prefix(": ");
        let none = || Error::Internal(format!("nothing is stored of {}", subject.key));
        let stored = STORED.lines().find_map(of).ok_or_else(none)?.split(' ');
        // What is no number on the CPU, and stored as such, has to be none here.
        let wrong = |_| Error::Internal(format!("what is stored of {} is not all numbers", subject.key));
        let stored: Vec<f64> = stored.map(str::parse).collect::<Result<_, _>>().map_err(wrong)?;
        let got = subject.numbers(on, &mut self.machine).await?;
        row.cases = got.len() as u32;
        if stored.len() != got.len() {
            return Ok(f64::INFINITY);
        }
        let mut largest = 0.0_f64;
        for (&want, &got) in stored.iter().zip(&got) {
            let off = (want - got).abs() / if subject.trains() { want.abs().max(f64::MIN_POSITIVE) } else { 1.0 };
            largest = match (want.is_nan(), off.is_nan()) {
                (false, false) => largest.max(off),
                (true, true) if got.is_nan() => largest,
                _ => f64::INFINITY,
            };
        }
        Ok(largest)
    }
}
