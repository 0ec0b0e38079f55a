//! The copy lab: several positional encodings race on one task.

use web_time::Instant;

use crate::compute::{Counters, Executor, Program};
use crate::error::Error;
use crate::graph::plan::Plan;
use crate::kernels::metrics::{ENTRY, RING};
use crate::labs::any::{Arm, Config, Runner};
use crate::labs::copy::claim::{Verdict, verdicts};
use crate::labs::copy::config::CopyConfig;
use crate::labs::encodings::logit::Trained;
use crate::labs::encodings::outcome::{self, LengthRow, Outcome};
use crate::model::transformer::{Replica, Transformer};
use crate::run::check::Certificate;
use crate::run::event::{ArmInfo, Cost, Event, ExecutorInfo, RunInfo};
use crate::run::keep::Kept;
use crate::run::machine::Machine;
use crate::run::progress::{Evaluation, Progress};
use crate::run::results::{Results, RunResult};
use crate::run::setup::{architecture, regime};

/// Held-out token accuracy that counts as learned.
pub const LEARNED: f32 = 0.99;
/// Device time of one submission, so that a page stays smooth and no watchdog wakes.
const SUBMIT_MS: f64 = 12.0;
/// Steps between the oldest unread metrics and the newest; the ring must not overwrite what nobody has read.
const UNREAD: u32 = RING / 2;

/// A race in progress.
#[derive(Debug)]
pub struct Race {
    /// Of whichever lab.
    pub(super) source: Config,
    /// How its models are trained.
    pub(super) config: CopyConfig,
    arms: Vec<ArmInfo>,
    pub(crate) model: Transformer,
    runners: Vec<Runner>,
    pub(super) replicas: Vec<Replica>,
    pub(crate) executor: Executor,
    pub(super) info: ExecutorInfo,
    cost: Cost,
    pub(super) shared: crate::graph::Shared,
    pub(super) progress: Progress,
    pub(super) kept: Kept,
    /// What has happened and is yet to be told: by the end of [`Race::advance`], or after a loss by the next.
    pub(super) pending: Vec<Event>,
    /// What other lengths gave, and at which step.
    pub(crate) lengths: Option<(u32, Vec<LengthRow>)>,
}

impl Race {
    /// Builds models and plan of a lab's race, and gets an executor. `progress` hears the fraction done and what is being done.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the configuration does not fit; [`Error::Internal`].
    pub async fn open(
        config: impl Into<Config>,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Self, Error> {
        let mut run = Self::prepare(config.into(), machine, progress).await?;
        run.reset()?;
        Ok(run)
    }

    pub(super) async fn prepare(
        source: Config,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Self, Error> {
        let config = source.training();
        let arms = source.arms()?.iter().map(Arm::info).collect();
        let runners = source.runners()?;
        let model = Transformer::new(architecture(&config));
        let replicas: Vec<Replica> = runners.iter().map(|runner| runner.replica).collect();
        let plan = model.plan(&replicas, &regime(&config))?;
        let cost = cost(&model, &plan);
        let shared = plan.shared;
        let (executor, info) = machine.executor(config.executor, plan, progress).await?;
        let progress = Progress::new(replicas.len());
        Ok(Self {
            source,
            config,
            arms,
            model,
            runners,
            replicas,
            executor,
            info,
            cost,
            shared,
            progress,
            kept: Kept::default(),
            pending: Vec::new(),
            lengths: None,
        })
    }

    /// How its models are trained; in the copy lab, its configuration.
    #[must_use]
    pub fn config(&self) -> &CopyConfig {
        &self.config
    }

    /// The configuration of whichever lab.
    #[must_use]
    pub fn source(&self) -> &Config {
        &self.source
    }

    /// What is raced.
    #[must_use]
    pub fn arms(&self) -> &[ArmInfo] {
        &self.arms
    }

    /// The runs, as the plan has them.
    #[must_use]
    pub fn replicas(&self) -> &[Replica] {
        &self.replicas
    }

    /// Evaluations reported so far.
    #[must_use]
    pub fn history(&self) -> &[Evaluation] {
        &self.progress.history
    }

    /// One run's model and its parameters as they are now.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such run; [`Error::DeviceLost`].
    pub async fn trained(&mut self, run: u32) -> Result<Trained, Error> {
        let runner = self.runners.get(run as usize).cloned();
        let runner =
            runner.ok_or_else(|| Error::Config(format!("There is no run {run}; there are {}.", self.runners.len())))?;
        self.catch_up().await?;
        let step = self.progress.submitted;
        let [parameters] = self.executor.read([self.shared.parameters], Some(run)).await?;
        Ok(Trained { model: self.model.clone(), runner, parameters, step })
    }

    /// The runs of the race.
    #[must_use]
    pub fn runs(&self) -> Vec<RunInfo> {
        let info =
            |(replica, run): (u32, &Runner)| RunInfo { replica, encoding: run.arm.clone(), seed: run.replica.seed };
        (0..).zip(&self.runners).map(info).collect()
    }

    /// Which executor works, and why.
    #[must_use]
    pub fn executor(&self) -> &ExecutorInfo {
        &self.info
    }

    /// What the plan costs.
    #[must_use]
    pub fn cost(&self) -> &Cost {
        &self.cost
    }

    /// What the executor has done.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.executor.counters()
    }

    /// Loss of a model that guesses, in bits per token.
    #[must_use]
    pub fn chance_bits(&self) -> f32 {
        libm::log2f(self.config.symbols as f32)
    }

    /// Steps trained, as far as reported.
    #[must_use]
    pub fn step(&self) -> u32 {
        self.progress.reported
    }

    /// Step at which each run had learned the task.
    #[must_use]
    pub fn learned(&self) -> &[Option<u32>] {
        &self.progress.learned
    }

    /// Certificate of the first losses, once they are there.
    #[must_use]
    pub fn check(&self) -> Option<Certificate> {
        self.progress.certifier.certificate(self.config.steps)
    }

    /// The paper's claims that this race tests, and what it says of them so far.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn verdicts(&self) -> Result<Vec<Verdict>, Error> {
        let (runs, step) = (self.outcomes(), self.progress.reported);
        Ok(match &self.source {
            Config::Copy(config) => verdicts(config, &runs, step),
            Config::Encodings(config) => match outcome::outcome(config, &runs, self.history())? {
                Some(outcome) => outcome::verdicts(config, &outcome, step),
                None => Vec::new(),
            },
            Config::Sequence(_) => Vec::new(),
        })
    }

    pub(crate) fn outcomes(&self) -> Vec<RunResult> {
        let p = &self.progress;
        let last = |replica: usize| p.history.last().and_then(|e| e.values[1].get(replica).copied());
        let outcome = |(replica, run): (usize, &Runner)| RunResult {
            encoding: run.arm.clone(),
            seed: run.replica.seed,
            step99: p.learned[replica],
            stopped: p.stopped[replica],
            accuracy: last(replica).filter(|share| share.is_finite()),
        };
        self.runners.iter().enumerate().map(outcome).collect()
    }

    /// What has come of the race so far; of lengths, what was last judged.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn results(&self) -> Result<Results, Error> {
        let mut results = Results::of(&self.source, self.outcomes(), &self.progress.history);
        results.check = self.check().map(|check| check.text());
        results.executor = Some(self.info.clone());
        results.cost = Some(self.cost.clone());
        results.step = self.progress.reported;
        results.verdicts = self.verdicts()?;
        results.outcome = self.found()?;
        Ok(results)
    }

    fn found(&self) -> Result<Option<Outcome>, Error> {
        let Config::Encodings(config) = &self.source else { return Ok(None) };
        match &self.lengths {
            Some((step, rows)) => Ok(Some(Outcome::lengths(config, *step, rows.clone()))),
            None => outcome::outcome(config, &self.outcomes(), self.history()),
        }
    }

    /// Events that tell again what was reported before: evaluations, milestones, stops.
    #[must_use]
    pub fn replay(&self) -> Vec<Event> {
        let p = &self.progress;
        let mut events: Vec<_> = p.history.iter().map(evaluation_event).collect();
        for (replica, (learned, stopped)) in (0..).zip(p.learned.iter().zip(&p.stopped)) {
            events.extend(learned.map(|step| Event::Milestone { replica, step }));
            events.extend(stopped.map(|step| Event::Stopped { replica, step, reason: "it had stopped before".into() }));
        }
        events.push(Event::Progress { step: p.reported, steps: self.config.steps, step_ms: 0.0 });
        events
    }

    /// Parameters of every run, one after the other.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn parameters(&mut self) -> Result<Vec<f32>, Error> {
        let [parameters] = self.executor.read([self.shared.parameters], None).await?;
        Ok(parameters)
    }

    /// Back to step 0, with the same initial weights.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn reset(&mut self) -> Result<(), Error> {
        self.progress = Progress::new(self.replicas.len());
        self.kept = Kept::default();
        self.lengths = None;
        let state = self.initial();
        self.load(&state)?;
        self.evaluate()
    }

    /// The plan, recorded anew.
    pub(super) fn plan(&self) -> Result<Plan, Error> {
        self.model.plan(&self.replicas, &regime(&self.config))
    }

    pub(super) fn evaluate(&mut self) -> Result<(), Error> {
        self.progress.evaluations.push(self.progress.submitted);
        self.executor.run(Program::Evaluation, 1)
    }

    /// Trains for about `budget_ms`, at most `most` steps (0 for no limit), and reports what has come back. With a
    /// limit, at the end of the race, or with a budget of zero, everything has come back.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn advance(&mut self, budget_ms: f64, most: u32) -> Result<Vec<Event>, Error> {
        let start = Instant::now();
        let before = self.progress.submitted;
        let total = self.config.steps;
        let target = match most {
            _ if self.progress.finished => before,
            0 => total,
            most => total.min(before.saturating_add(most)),
        };
        let elapsed = || start.elapsed().as_secs_f64() * 1e3;
        while self.progress.submitted < target && elapsed() < budget_ms {
            if self.progress.submitted - self.progress.seen >= UNREAD {
                self.request()?;
                self.collect().await?;
            }
            let done = self.progress.submitted;
            let next_evaluation = (done / self.config.every + 1) * self.config.every;
            let fitting = (SUBMIT_MS / self.progress.step_ms.max(1e-3)) as u32;
            let first = self.progress.step_ms == 0.0;
            let steps = if first { 1 } else { fitting.clamp(1, UNREAD / 2) };
            let steps = steps.min(next_evaluation.min(target) - done);
            let submit = Instant::now();
            self.executor.run(Program::Training, steps)?;
            self.progress.submitted += steps;
            if self.progress.submitted == next_evaluation || self.progress.submitted == total {
                self.evaluate()?;
            }
            // Two submissions ahead keep the device busy; the first is waited for, to learn its time.
            self.executor.catch_up(if first { 0 } else { 1 }).await?;
            let each = submit.elapsed().as_secs_f64() * 1e3 / f64::from(steps);
            let smoothed = 0.8 * self.progress.step_ms + 0.2 * each;
            self.progress.step_ms = if first { each } else { smoothed };
        }
        if self.progress.reading.is_some() {
            self.collect().await?;
        }
        self.request()?;
        if most > 0 || budget_ms <= 0.0 || self.progress.submitted == total {
            self.collect().await?;
        }
        let steps = self.progress.submitted - before;
        if steps > 0 {
            let step_ms = self.progress.pace(elapsed(), steps);
            self.pending.push(Event::Progress { step: self.progress.reported, steps: total, step_ms });
        }
        let all_stopped = self.progress.stopped.iter().all(Option::is_some);
        if (self.progress.seen == total || all_stopped) && !self.progress.finished {
            self.progress.finished = true;
            self.pending.push(Event::Finished { step: self.progress.reported });
            self.kept.due();
        }
        self.keep_checkpoint().await?;
        Ok(std::mem::take(&mut self.pending))
    }

    /// Begins to read what is new, unless a read is under way.
    pub(super) fn request(&mut self) -> Result<(), Error> {
        let p = &mut self.progress;
        let nothing_new = p.submitted == p.requested && p.evaluations.len() == p.evaluations_seen;
        if p.reading.is_some() || nothing_new {
            return Ok(());
        }
        let reading = self.executor.begin_read(&[self.shared.ring, self.shared.evaluations], None)?;
        p.requested = p.submitted;
        p.reading = Some((reading, p.submitted, p.evaluations.len()));
        Ok(())
    }

    /// Waits for the read under way, and turns it into events.
    pub(super) async fn collect(&mut self) -> Result<(), Error> {
        let Some((reading, upto, evaluations)) = self.progress.reading.take() else { return Ok(()) };
        let values = self.executor.finish_read(reading).await?;
        let [ring, evaluated] = values.as_slice() else {
            return Err(Error::Internal("a read came back with other buffers".to_owned()));
        };
        self.report_training(ring, upto);
        self.report_evaluations(evaluated, evaluations);
        Ok(())
    }

    fn report_training(&mut self, ring: &[f32], upto: u32) {
        let p = &mut self.progress;
        p.seen = upto;
        if upto <= p.reported {
            return;
        }
        let runs = self.replicas.len();
        let steps: Vec<u32> = (p.reported + 1..=upto).collect();
        let column = || vec![Vec::with_capacity(steps.len()); runs];
        let (mut loss, mut accuracy, mut gradient) = (column(), column(), column());
        for replica in 0..runs {
            for &step in &steps {
                let [nats, right, _, norm] = entry(ring, replica, step - 1);
                if p.stopped[replica].is_none() && !(nats.is_finite() && norm.is_finite()) {
                    p.stopped[replica] = Some(step);
                    let what = if nats.is_finite() { "gradient" } else { "loss" };
                    let reason = format!(
                        "the {what} was not finite; its weights stay as they were. Try a lower learning rate or gradient clipping."
                    );
                    self.pending.push(Event::Stopped { replica: replica as u32, step, reason });
                }
                let alive = p.stopped[replica].is_none();
                let value = |x: f32| if alive { x } else { f32::NAN };
                loss[replica].push(value(nats * std::f32::consts::LOG2_E));
                accuracy[replica].push(value(right));
                gradient[replica].push(value(norm));
            }
        }
        for at in 0..steps.len() {
            let losses: Vec<f32> = loss.iter().map(|loss| loss[at]).collect();
            p.certifier.add(&losses);
        }
        p.reported = upto;
        self.pending.push(Event::Training { steps, loss, accuracy, gradient });
    }

    fn report_evaluations(&mut self, ring: &[f32], upto: usize) {
        let p = &mut self.progress;
        for index in p.evaluations_seen..upto {
            let step = p.evaluations[index];
            if p.history.last().is_some_and(|last| last.step >= step) {
                continue;
            }
            // A run that has stopped has nothing to say any more; its weights may be finite and absurd.
            let entries: Vec<_> = (0..self.replicas.len())
                .map(|replica| match p.stopped[replica] {
                    Some(stopped) if stopped <= step => [f32::NAN; ENTRY as usize],
                    _ => entry(ring, replica, index as u32),
                })
                .collect();
            let pick = |at: usize, factor: f32| entries.iter().map(|entry| entry[at] * factor).collect::<Vec<_>>();
            let values = [pick(0, std::f32::consts::LOG2_E), pick(1, 1.0), pick(2, 1.0)];
            for (replica, (&accuracy, learned)) in values[1].iter().zip(&mut p.learned).enumerate() {
                if learned.is_none() && accuracy >= LEARNED {
                    *learned = Some(step);
                    self.pending.push(Event::Milestone { replica: replica as u32, step });
                }
            }
            let evaluation = Evaluation { step, values };
            self.pending.push(evaluation_event(&evaluation));
            p.history.push(evaluation);
        }
        p.evaluations_seen = upto;
    }
}

fn evaluation_event(evaluation: &Evaluation) -> Event {
    let [loss, token_accuracy, sequence_accuracy] = evaluation.values.clone();
    Event::Evaluation { step: evaluation.step, loss, token_accuracy, sequence_accuracy }
}

/// One entry of a ring.
pub(crate) fn entry(ring: &[f32], replica: usize, index: u32) -> [f32; ENTRY as usize] {
    let at = (replica as u32 * RING + index % RING) * ENTRY;
    let values = ring.get(at as usize..(at + ENTRY) as usize);
    values.and_then(|values| values.try_into().ok()).unwrap_or([f32::NAN; ENTRY as usize])
}

fn cost(model: &Transformer, plan: &Plan) -> Cost {
    Cost {
        parameters: model.parameters.len(),
        bytes: plan.bytes() as f64,
        launches_per_step: plan.training.len() as u32,
        flops_per_step: plan.flops(),
    }
}
