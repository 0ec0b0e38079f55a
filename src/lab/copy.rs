//! The copy lab: several positional encodings race on one task.

use web_time::Instant;

use crate::choice::Choice;
use crate::compute::error::Error;
use crate::compute::{Counters, Executor, Program, Reading};
use crate::graph::ops::Optimiser;
use crate::graph::plan::Plan;
use crate::kernels::matmul;
use crate::kernels::metrics::{ENTRY, RING};
use crate::lab::config::{Activation, CopyConfig, Norm, Schedule};
use crate::lab::event::{Cost, Event, ExecutorInfo, RunInfo};
use crate::lab::machine::Machine;
use crate::model::transformer::{Architecture, Regime, Replica, Transformer};

/// Held-out token accuracy that counts as learned.
pub const LEARNED: f32 = 0.99;
/// Device time of one submission, so that a page stays smooth and no watchdog wakes.
const SUBMIT_MS: f64 = 12.0;
/// Steps between the oldest unread metrics and the newest; the ring must not overwrite what nobody has read.
const UNREAD: u32 = RING / 2;

/// A race in progress.
#[derive(Debug)]
pub struct CopyRun {
    config: CopyConfig,
    model: Transformer,
    replicas: Vec<Replica>,
    executor: Executor,
    info: ExecutorInfo,
    cost: Cost,
    shared: crate::graph::Shared,
    progress: Progress,
}

/// Where a race stands.
#[derive(Debug)]
struct Progress {
    /// Steps handed to the executor.
    submitted: u32,
    /// Steps whose metrics are on their way back or here.
    requested: u32,
    /// Steps whose metrics have been reported.
    seen: u32,
    /// Steps at which evaluations were handed to the executor.
    evaluations: Vec<u32>,
    /// Evaluations reported.
    evaluations_seen: usize,
    /// A read under way, with the steps and evaluations it covers.
    reading: Option<(Reading, u32, usize)>,
    /// At which step a run stopped.
    stopped: Vec<Option<u32>>,
    /// At which step a run had learned the task.
    learned: Vec<Option<u32>>,
    /// Milliseconds per step within submissions, smoothed; sizes the next one.
    step_ms: f64,
    /// Milliseconds and steps of late, older ones fading.
    recent: (f64, f64),
    finished: bool,
}

impl Progress {
    fn new(runs: usize) -> Self {
        Self {
            submitted: 0,
            requested: 0,
            seen: 0,
            evaluations: Vec::new(),
            evaluations_seen: 0,
            reading: None,
            stopped: vec![None; runs],
            learned: vec![None; runs],
            step_ms: 0.0,
            recent: (0.0, 0.0),
            finished: false,
        }
    }

    /// Milliseconds per step over about the last second, evaluations and read-backs included: what a reader waits for.
    fn pace(&mut self, elapsed_ms: f64, steps: u32) -> f64 {
        let keep = libm::exp(-elapsed_ms / 1000.0);
        self.recent = (keep * self.recent.0 + elapsed_ms, keep * self.recent.1 + f64::from(steps));
        self.recent.0 / self.recent.1
    }
}

/// Architecture of a configuration.
#[must_use]
pub fn architecture(config: &CopyConfig) -> Architecture {
    Architecture {
        layout: config.layout(),
        layers: config.layers,
        width: config.width,
        heads: config.heads,
        mlp: config.mlp,
        activation: match config.activation {
            Activation::Relu => matmul::Activation::Relu,
            Activation::Gelu => matmul::Activation::Gelu,
        },
        pre_norm: config.norm == Norm::Pre,
        causal: config.causal(),
        dropout: config.dropout,
        tied: config.tied,
    }
}

/// Training regime of a configuration.
#[must_use]
pub fn regime(config: &CopyConfig) -> Regime {
    let optimiser = Optimiser {
        warmup: config.warmup,
        cosine: config.schedule == Schedule::Cosine,
        steps: config.steps,
        clip: config.clip,
        decay: config.decay,
    };
    Regime { batch: config.batch, held_out: config.held_out, optimiser }
}

/// The replicas of a configuration: every encoding with every seed, encodings outermost.
#[must_use]
pub fn replicas(config: &CopyConfig) -> Vec<Replica> {
    let gain = if config.gain > 0.0 { config.gain } else { config.length as f32 };
    let of = |encoding| {
        (config.seed..config.seed + config.seeds).map(move |seed| Replica { encoding, seed, rate: config.rate, gain })
    };
    config.encodings.iter().flat_map(|&encoding| of(encoding)).collect()
}

impl CopyRun {
    /// Builds models and plan, and gets an executor. `progress` hears the fraction done and what is being done.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the configuration does not fit; [`Error::Internal`].
    pub async fn open(
        config: CopyConfig,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Self, Error> {
        let model = Transformer::new(architecture(&config));
        let replicas = replicas(&config);
        let plan = model.plan(&replicas, &regime(&config))?;
        let cost = cost(&model, &plan);
        let shared = plan.shared;
        let (executor, info) = machine.executor(config.executor, plan, progress).await?;
        let progress = Progress::new(replicas.len());
        let mut run = Self { config, model, replicas, executor, info, cost, shared, progress };
        run.reset()?;
        Ok(run)
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &CopyConfig {
        &self.config
    }

    /// The runs of the race.
    #[must_use]
    pub fn runs(&self) -> Vec<RunInfo> {
        let info = |(replica, run): (u32, &Replica)| RunInfo { replica, encoding: run.encoding.id(), seed: run.seed };
        (0..).zip(&self.replicas).map(info).collect()
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

    /// Step at which each run had learned the task.
    #[must_use]
    pub fn learned(&self) -> &[Option<u32>] {
        &self.progress.learned
    }

    /// Parameters of every run, one after the other.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn parameters(&mut self) -> Result<Vec<f32>, Error> {
        self.executor.read(self.shared.parameters).await
    }

    /// Back to step 0, with the same initial weights.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn reset(&mut self) -> Result<(), Error> {
        self.progress = Progress::new(self.replicas.len());
        let each = |part: &dyn Fn(&Replica) -> Vec<f32>| self.replicas.iter().flat_map(part).collect::<Vec<f32>>();
        let parameters = each(&|replica| self.model.initial(replica));
        let control = each(&|replica| self.model.control(replica).to_vec());
        let rotations = each(&|_| self.model.rotations());
        let zeros = vec![0.0; parameters.len()];
        self.executor.write(self.shared.parameters, &parameters)?;
        self.executor.write(self.shared.control, &control)?;
        self.executor.write(self.shared.rotations, &rotations)?;
        self.executor.write(self.shared.first, &zeros)?;
        self.executor.write(self.shared.second, &zeros)?;
        self.evaluate()
    }

    fn evaluate(&mut self) -> Result<(), Error> {
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
        let mut events = Vec::new();
        let elapsed = || start.elapsed().as_secs_f64() * 1e3;
        while self.progress.submitted < target && elapsed() < budget_ms {
            if self.progress.submitted - self.progress.seen >= UNREAD {
                self.request()?;
                self.collect(&mut events).await?;
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
            self.collect(&mut events).await?;
        }
        self.request()?;
        if most > 0 || budget_ms <= 0.0 || self.progress.submitted == total {
            self.collect(&mut events).await?;
        }
        let steps = self.progress.submitted - before;
        if steps > 0 {
            let step_ms = self.progress.pace(elapsed(), steps);
            events.push(Event::Progress { step: self.progress.seen, steps: total, step_ms });
        }
        let all_stopped = self.progress.stopped.iter().all(Option::is_some);
        if (self.progress.seen == total || all_stopped) && !self.progress.finished {
            self.progress.finished = true;
            events.push(Event::Finished { step: self.progress.seen });
        }
        Ok(events)
    }

    /// Begins to read what is new, unless a read is under way.
    fn request(&mut self) -> Result<(), Error> {
        let p = &mut self.progress;
        let nothing_new = p.submitted == p.requested && p.evaluations.len() == p.evaluations_seen;
        if p.reading.is_some() || nothing_new {
            return Ok(());
        }
        let reading = self.executor.begin_read(&[self.shared.ring, self.shared.evaluations])?;
        p.requested = p.submitted;
        p.reading = Some((reading, p.submitted, p.evaluations.len()));
        Ok(())
    }

    /// Waits for the read under way, and turns it into events.
    async fn collect(&mut self, events: &mut Vec<Event>) -> Result<(), Error> {
        let Some((reading, upto, evaluations)) = self.progress.reading.take() else { return Ok(()) };
        let values = self.executor.finish_read(reading).await?;
        let [ring, evaluated] = values.as_slice() else {
            return Err(Error::Internal("a read came back with other buffers".to_owned()));
        };
        self.report_training(ring, upto, events);
        self.report_evaluations(evaluated, evaluations, events);
        Ok(())
    }

    fn report_training(&mut self, ring: &[f32], upto: u32, events: &mut Vec<Event>) {
        let p = &mut self.progress;
        if upto == p.seen {
            return;
        }
        let runs = self.replicas.len();
        let steps: Vec<u32> = (p.seen + 1..=upto).collect();
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
                    events.push(Event::Stopped { replica: replica as u32, step, reason });
                }
                let alive = p.stopped[replica].is_none();
                let value = |x: f32| if alive { x } else { f32::NAN };
                loss[replica].push(value(nats * std::f32::consts::LOG2_E));
                accuracy[replica].push(value(right));
                gradient[replica].push(value(norm));
            }
        }
        p.seen = upto;
        events.push(Event::Training { steps, loss, accuracy, gradient });
    }

    fn report_evaluations(&mut self, ring: &[f32], upto: usize, events: &mut Vec<Event>) {
        let p = &mut self.progress;
        for index in p.evaluations_seen..upto {
            let step = p.evaluations[index];
            // A run that has stopped has nothing to say any more; its weights may be finite and absurd.
            let entries: Vec<_> = (0..self.replicas.len())
                .map(|replica| match p.stopped[replica] {
                    Some(stopped) if stopped <= step => [f32::NAN; ENTRY as usize],
                    _ => entry(ring, replica, index as u32),
                })
                .collect();
            let pick = |at: usize, factor: f32| entries.iter().map(|entry| entry[at] * factor).collect::<Vec<_>>();
            let token_accuracy = pick(1, 1.0);
            for (replica, (&accuracy, learned)) in token_accuracy.iter().zip(&mut p.learned).enumerate() {
                if learned.is_none() && accuracy >= LEARNED {
                    *learned = Some(step);
                    events.push(Event::Milestone { replica: replica as u32, step });
                }
            }
            let loss = pick(0, std::f32::consts::LOG2_E);
            events.push(Event::Evaluation { step, loss, token_accuracy, sequence_accuracy: pick(2, 1.0) });
        }
        p.evaluations_seen = upto;
    }
}

/// One entry of a ring.
fn entry(ring: &[f32], replica: usize, index: u32) -> [f32; ENTRY as usize] {
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
