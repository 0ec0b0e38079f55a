//! A race: models that are trained side by side, each with its runs, and what they report as a whole.

use web_time::Instant;

use crate::compute::{Counters, Executor};
use crate::error::Error;
use crate::graph::plan::{Origin, Plan};
use crate::model::ensemble::Ensemble;
use crate::run::check::Certificate;
use crate::run::checkpoint::Kept;
use crate::run::collector::{Collector, Record};
use crate::run::curves::{Axis, Curves, Point};
use crate::run::event::{ArmInfo, Cost, Event, ExecutorInfo, RunInfo};
use crate::run::group::Group;
pub(crate) use crate::run::group::entry;
use crate::run::lineup::{Lineup, Squad};
use crate::run::machine::{ExecutorChoice, Machine};
use crate::run::results::{Results, RunResult};
use crate::run::trained::Trained;

/// A race in progress.
#[derive(Debug)]
pub struct Race {
    pub(super) lineup: Lineup,
    pub(super) groups: Vec<Group>,
    pub(super) collector: Collector,
    pub(super) info: ExecutorInfo,
    cost: Cost,
    pub(super) kept: Kept,
    /// Step at which the optimisers' moments were zero.
    pub(super) moments_from: u32,
    /// What has happened and is yet to be told: by the end of [`Race::advance`], or after a loss by the next.
    pub(super) pending: Vec<Event>,
    /// Milliseconds and steps of late, older ones fading.
    recent: (f64, f64),
    /// Seconds that [`Race::advance`] has taken since step 0; nothing if the first steps were trained elsewhere.
    seconds: Option<f64>,
}

impl Race {
    /// Gets executors for the models of a lineup, with the initial weights. `progress` hears the fraction done and what is being done.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if it does not fit; [`Error::Internal`].
    pub async fn open(
        lineup: Lineup,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Self, Error> {
        let mut race = Self::prepare(lineup, machine, progress).await?;
        race.reset()?;
        Ok(race)
    }

    pub(super) async fn prepare(
        lineup: Lineup,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Self, Error> {
        let plans = plans(&lineup)?;
        let cost = cost(&lineup, &plans);
        let (executors, info) = executors(lineup.executor, &plans, machine, progress).await?;
        let each = lineup.squads.iter().zip(&plans).zip(executors);
        let groups = each.map(|((squad, plan), executor)| Group::new(squad.clone(), plan, executor, lineup.every));
        let groups = groups.collect();
        let parts: Vec<Lineup> =
            lineup.squads.iter().map(|squad| Lineup { squads: vec![squad.clone()], ..lineup.clone() }).collect();
        let collector = Collector::new(&lineup, &parts);
        Ok(Self {
            lineup,
            groups,
            collector,
            info,
            cost,
            kept: Kept::default(),
            moments_from: 0,
            pending: Vec::new(),
            recent: (0.0, 0.0),
            seconds: None,
        })
    }

    /// What is raced.
    #[must_use]
    pub fn lineup(&self) -> &Lineup {
        &self.lineup
    }

    /// What is compared.
    #[must_use]
    pub fn arms(&self) -> Vec<ArmInfo> {
        self.lineup.arms()
    }

    /// The runs of the race.
    #[must_use]
    pub fn runs(&self) -> Vec<RunInfo> {
        self.lineup.runs()
    }

    /// What has been reported: evaluations, first steps at thresholds, stops.
    #[must_use]
    pub fn record(&self) -> &Record {
        self.collector.record()
    }

    /// Evaluations reported so far: by measure of the phase evaluation, then by run.
    #[must_use]
    pub fn history(&self) -> &[Point] {
        &self.record().history
    }

    /// Which executor works, and why.
    #[must_use]
    pub fn executor(&self) -> &ExecutorInfo {
        &self.info
    }

    /// What the race costs.
    #[must_use]
    pub fn cost(&self) -> &Cost {
        &self.cost
    }

    /// What the executors have done.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let mut all = Counters::default();
        for counters in self.groups.iter().map(|group| group.executor.counters()) {
            all.launches += counters.launches;
            all.submits += counters.submits;
            all.uploads += counters.uploads;
            all.buffers += counters.buffers;
            all.bind_groups += counters.bind_groups;
            all.reads += counters.reads;
            all.waits += counters.waits;
        }
        all
    }

    /// Steps trained, as far as reported.
    #[must_use]
    pub fn step(&self) -> u32 {
        self.record().step
    }

    /// Steps in all, of the longest arm.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.lineup.steps()
    }

    /// Certificate of the first losses, once they are there.
    #[must_use]
    pub fn check(&self) -> Option<Certificate> {
        self.record().certifier.certificate(self.steps())
    }

    /// Evaluations so far, as curves over training steps.
    #[must_use]
    pub fn curves(&self) -> Curves {
        Curves::of_race(&self.lineup, self.record())
    }

    /// What became of each run so far.
    #[must_use]
    pub fn outcomes(&self) -> Vec<RunResult> {
        let stopped = self.record().stopped.iter().cloned();
        let of = |(at, (run, stopped)): (usize, (RunInfo, _))| RunResult {
            arm: run.arm,
            seed: run.seed,
            reached: self.collector.firsts(at),
            stopped,
        };
        self.runs().into_iter().zip(stopped).enumerate().map(of).collect()
    }

    /// What has come of the race so far, without verdicts and findings, which are a lab's.
    #[must_use]
    pub fn results(&self) -> Results {
        let mut results = Results::new(&self.lineup.provenance, self.curves(), self.outcomes());
        results.check = self.check().map(|check| check.text());
        results.executor = Some(self.info.clone());
        results.cost = Some(self.cost.clone());
        results.seconds = self.seconds;
        (results.step, results.steps) = (self.step(), self.steps());
        results
    }

    /// Events that tell again what was reported before: evaluations, thresholds reached, stops.
    #[must_use]
    pub fn replay(&self) -> Vec<Event> {
        let mut events = self.collector.replay();
        events.push(Event::Progress { step: self.step(), steps: self.steps(), step_ms: 0.0 });
        events
    }

    /// Which group a run belongs to, and its place there.
    pub(super) fn place(&self, run: usize) -> Result<(usize, u32), Error> {
        let (group, of_model) = self.lineup.place(run)?;
        let first = self.lineup.squads.get(group).map_or(0, |squad| squad.runs.start);
        Ok((group, (of_model - first) as u32))
    }

    pub(super) fn group(&mut self, at: usize) -> Result<&mut Group, Error> {
        self.groups.get_mut(at).ok_or_else(|| Error::Internal(format!("there is no model {at}")))
    }

    /// One run's model and its parameters as they are now.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such run; [`Error::DeviceLost`].
    pub async fn trained(&mut self, run: u32) -> Result<Trained, Error> {
        let (at, replica) = self.place(run as usize)?;
        self.catch_up().await?;
        let group = self.group(at)?;
        let [parameters] = group.executor.read([group.shared.parameters], Some(replica)).await?;
        let squad = &group.squad;
        let run = squad.runs.start + replica as usize;
        let entry =
            squad.entries.get(run).cloned().ok_or_else(|| Error::Internal("a run without a name".to_owned()))?;
        let step = group.submitted;
        Ok(Trained { model: squad.model.clone(), run, arm: entry.arm, seed: entry.seed, parameters, step })
    }

    /// The transformers of a race that trains nothing else.
    ///
    /// # Errors
    /// [`Error::Config`] if it trains something else.
    pub fn ensemble(&self) -> Result<&Ensemble, Error> {
        let other = || Error::Config("Not all that is trained here are transformers of one shape.".to_owned());
        match self.lineup.squads.as_slice() {
            [squad] => {
                let model: &dyn std::any::Any = squad.model.as_ref();
                model.downcast_ref().ok_or_else(other)
            }
            _ => Err(other()),
        }
    }

    /// An executor of the same kind for another plan.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::OutOfMemory`], [`Error::Shader`], [`Error::DeviceLost`].
    pub async fn sibling(&self, plan: Plan) -> Result<Executor, Error> {
        let first = self.groups.first().ok_or_else(|| Error::Internal("a race without a run".to_owned()))?;
        first.executor.sibling(plan).await
    }

    /// Parameters of every run, one after the other.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn parameters(&mut self) -> Result<Vec<f32>, Error> {
        let mut all = Vec::new();
        for group in &mut self.groups {
            let [parameters] = group.executor.read([group.shared.parameters], None).await?;
            all.extend(parameters);
        }
        Ok(all)
    }

    /// Back to step 0, with the same initial weights.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn reset(&mut self) -> Result<(), Error> {
        self.kept = Kept::default();
        self.recent = (0.0, 0.0);
        self.seconds = Some(0.0);
        self.pending.clear();
        let state = self.initial()?;
        self.collector.begin(Record::default());
        self.load(&state)?;
        self.evaluate()
    }

    /// Judges every run as it is now.
    pub(super) fn evaluate(&mut self) -> Result<(), Error> {
        self.groups.iter_mut().try_for_each(Group::evaluate)
    }

    /// Steps handed to every executor that has any to do.
    pub(super) fn submitted(&self) -> u32 {
        let going = self.groups.iter().filter(|group| !group.over()).map(|group| group.submitted);
        going.min().unwrap_or_else(|| self.groups.iter().map(|group| group.submitted).max().unwrap_or(0))
    }

    /// The group that is furthest behind `target`.
    fn behind(&self, target: u32) -> Option<usize> {
        let groups = self.groups.iter().enumerate();
        let behind = groups.filter(|(_, group)| !group.over() && group.submitted < target.min(group.end()));
        behind.min_by_key(|(_, group)| group.submitted).map(|(at, _)| at)
    }

    /// Trains what is furthest behind `target`; false if nothing is.
    async fn work(&mut self, target: u32) -> Result<bool, Error> {
        let Some(at) = self.behind(target) else { return Ok(false) };
        let mut events = Vec::new();
        let worked = self.groups[at].work(target, &mut events).await;
        self.collector.take(at, events)?;
        worked.map(|()| true)
    }

    /// Trains for about `budget_ms`, at most `most` steps (0 for no limit), and reports what has come back. With a
    /// limit, at the end of the race, or with a budget of zero, everything has come back.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn advance(&mut self, budget_ms: f64, most: u32) -> Result<Vec<Event>, Error> {
        let start = Instant::now();
        let before = self.submitted();
        let total = self.steps();
        let target = match most {
            _ if self.collector.finished() => before,
            0 => total,
            most => total.min(before.saturating_add(most)),
        };
        let elapsed = || start.elapsed().as_secs_f64() * 1e3;
        while elapsed() < budget_ms && self.work(target).await? {}
        for at in 0..self.groups.len() {
            let all = most > 0 || budget_ms <= 0.0;
            self.read(at, all).await?;
        }
        self.tell();
        let steps = self.submitted().saturating_sub(before);
        if steps > 0 {
            let step_ms = self.pace(elapsed(), steps);
            let finished = self.pending.pop_if(|event| matches!(event, Event::Finished { .. }));
            self.pending.push(Event::Progress { step: self.step(), steps: total, step_ms });
            self.pending.extend(finished);
        }
        self.keep_checkpoint().await?;
        self.seconds = self.seconds.map(|seconds| seconds + start.elapsed().as_secs_f64());
        Ok(std::mem::take(&mut self.pending))
    }

    /// Reads what a group has computed: `all` of it, or what can be had without waiting for the device.
    async fn read(&mut self, at: usize, all: bool) -> Result<(), Error> {
        let group = self.group(at)?;
        let mut events = Vec::new();
        let mut reading = async || {
            if group.reading() {
                group.collect(&mut events).await?;
            }
            group.request()?;
            if all || group.submitted == group.end() {
                group.collect(&mut events).await?;
            }
            Ok(())
        };
        let read = reading().await;
        self.collector.take(at, events)?;
        read
    }

    /// What all groups have told becomes events.
    fn tell(&mut self) {
        let events = self.collector.events();
        if events.iter().any(|event| matches!(event, Event::Finished { .. })) {
            self.kept.due();
        }
        self.pending.extend(events);
    }

    /// Brings all groups to one step, and reads all that they have computed.
    pub(super) async fn align(&mut self) -> Result<(), Error> {
        let furthest = self.groups.iter().map(|group| group.submitted).max().unwrap_or(0);
        while self.work(furthest).await? {}
        for at in 0..self.groups.len() {
            self.read(at, true).await?;
        }
        self.tell();
        Ok(())
    }

    /// Milliseconds per step over about the last second, evaluations and read-backs included: what a reader waits for.
    fn pace(&mut self, elapsed_ms: f64, steps: u32) -> f64 {
        let keep = libm::exp(-elapsed_ms / 1000.0);
        self.recent = (keep * self.recent.0 + elapsed_ms, keep * self.recent.1 + f64::from(steps));
        self.recent.0 / self.recent.1
    }
}

impl Curves {
    /// Evaluations of a race.
    #[must_use]
    pub fn of_race(lineup: &Lineup, record: &Record) -> Self {
        let measures = lineup.measures().into_iter();
        Self {
            id: lineup.provenance.lab.clone(),
            label: "Held out".to_owned(),
            x: Axis::step(),
            measures: measures.filter(|measure| measure.phase == crate::model::measure::Phase::Evaluation).collect(),
            arms: lineup.arms(),
            runs: lineup.runs(),
            points: record.history.clone(),
        }
    }
}

/// The plan of each squad.
pub(super) fn plans(lineup: &Lineup) -> Result<Vec<Plan>, Error> {
    let of = lineup.runs().len();
    let mut first = 0;
    let plan = |(at, squad): (usize, &Squad)| {
        let mut plan = squad.model.plan(squad.runs.clone())?;
        plan.origin = Some(Origin { link: lineup.provenance.link.clone(), plan: at, first, of });
        first += squad.runs.len();
        Ok(plan)
    };
    lineup.squads.iter().enumerate().map(plan).collect()
}

/// An executor for each plan, all of one kind: where the device takes some and refuses others, the CPU takes all.
pub(super) async fn executors(
    choice: ExecutorChoice,
    plans: &[Plan],
    machine: &mut Machine,
    progress: &mut dyn FnMut(f64, &str),
) -> Result<(Vec<Executor>, ExecutorInfo), Error> {
    let mut executors = Vec::with_capacity(plans.len());
    let mut info: Option<ExecutorInfo> = None;
    let mut choice = choice;
    while executors.len() < plans.len() {
        let done = executors.len() as f64;
        let mut part = |fraction: f64, what: &str| progress((done + fraction) / plans.len() as f64, what);
        let (executor, own) = machine.executor(choice, plans[executors.len()].clone(), &mut part).await?;
        match &info {
            Some(first) if first.kind != own.kind => {
                choice = ExecutorChoice::Cpu;
                executors.clear();
                let reason = if own.kind == "cpu" { &own.reason } else { &first.reason }.clone();
                info = Some(ExecutorInfo { kind: "cpu".to_owned(), reason, ..own });
            }
            _ => {
                let reason = info.map_or_else(|| own.reason.clone(), |first| first.reason);
                info = Some(ExecutorInfo { reason, ..own });
                executors.push(executor);
            }
        }
    }
    let info = info.ok_or_else(|| Error::Internal("a race without a run".to_owned()))?;
    Ok((executors, info))
}

fn cost(lineup: &Lineup, plans: &[Plan]) -> Cost {
    let sizes = lineup.squads.iter().map(|squad| squad.model.parameters().len());
    Cost {
        parameters: sizes.max().unwrap_or(0),
        bytes: plans.iter().map(|plan| plan.bytes() as f64).sum(),
        launches_per_step: plans.iter().map(|plan| plan.training.len() as u32).sum(),
        flops_per_step: plans.iter().map(Plan::flops).sum(),
    }
}
