//! The copy lab: several positional encodings race on one task.

use web_time::Instant;

use crate::choice::Choice;
use crate::compute::error::Error;
use crate::compute::{Counters, Executor, Program};
use crate::graph::ops::Optimiser;
use crate::graph::plan::Plan;
use crate::kernels::metrics::{ENTRY, RING};
use crate::kernels::{control, matmul, metrics};
use crate::lab::check::Certificate;
use crate::lab::claim::{Verdict, verdicts};
use crate::lab::config::{Activation, CopyConfig, ExecutorChoice, Norm, Schedule};
use crate::lab::event::{Cost, Event, ExecutorInfo, RunInfo};
use crate::lab::machine::Machine;
use crate::lab::progress::{Evaluation, Progress};
use crate::lab::results::{Results, RunResult};
use crate::lab::weights::{State, Weights};
use crate::model::transformer::{Architecture, Regime, Replica, Transformer};

/// Held-out token accuracy that counts as learned.
pub const LEARNED: f32 = 0.99;
/// Device time of one submission, so that a page stays smooth and no watchdog wakes.
const SUBMIT_MS: f64 = 12.0;
/// Steps between the oldest unread metrics and the newest; the ring must not overwrite what nobody has read.
const UNREAD: u32 = RING / 2;
/// Seconds of training between two copies of a device's state on the host.
const CHECKPOINT_S: f64 = 5.0;
/// Devices lost without a checkpoint between, after which the CPU takes over.
const MOST_LOSSES: u32 = 2;

/// A race in progress.
#[derive(Debug)]
pub struct CopyRun {
    config: CopyConfig,
    pub(super) model: Transformer,
    pub(super) replicas: Vec<Replica>,
    pub(super) executor: Executor,
    info: ExecutorInfo,
    cost: Cost,
    pub(super) shared: crate::graph::Shared,
    pub(super) progress: Progress,
    /// A lost device takes everything with it; this is what it held not long ago.
    checkpoint: Option<State>,
    /// When it was taken; nothing if a new one is due.
    checkpoint_age: Option<Instant>,
    losses: u32,
    /// What came back outside of [`CopyRun::advance`]; it is reported by the next.
    pending: Vec<Event>,
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
        let mut run = Self::prepare(config, machine, progress).await?;
        run.reset()?;
        Ok(run)
    }

    /// Goes on from a weights file, at its step. Where the file has the optimiser's state, what follows has the same
    /// bits as if the race had never been interrupted.
    ///
    /// # Errors
    /// [`Error::File`] if the file is not sound; [`Error::TooLarge`]; [`Error::Internal`].
    pub async fn restore(
        file: &[u8],
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Self, Error> {
        let Weights { config, state } = Weights::read(file)?;
        let mut run = Self::prepare(config, machine, progress).await?;
        let p = &mut run.progress;
        p.reported = state.step;
        p.stopped.clone_from(&state.stopped);
        p.certifier = state.certifier;
        p.history.clone_from(&state.history);
        for (replica, learned) in p.learned.iter_mut().enumerate() {
            *learned = state.history.iter().find(|e| e.values[1][replica] >= LEARNED).map(|e| e.step);
        }
        run.load(&state)?;
        if state.history.is_empty() {
            run.evaluate()?;
        }
        Ok(run)
    }

    async fn prepare(
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
        Ok(Self {
            config,
            model,
            replicas,
            executor,
            info,
            cost,
            shared,
            progress,
            checkpoint: None,
            checkpoint_age: Some(Instant::now()),
            losses: 0,
            pending: Vec::new(),
        })
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
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        verdicts(&self.config, &self.outcomes(), self.progress.reported)
    }

    fn outcomes(&self) -> Vec<RunResult> {
        let p = &self.progress;
        let each = self.replicas.iter().zip(&p.learned).zip(&p.stopped);
        each.map(|((run, &step99), &stopped)| RunResult {
            encoding: run.encoding.id().to_owned(),
            seed: run.seed,
            step99,
            stopped,
        })
        .collect()
    }

    /// What has come of the race so far.
    #[must_use]
    pub fn results(&self) -> Results {
        let mut results = Results::of(&self.config, self.outcomes(), &self.progress.history);
        results.check = self.check().map(|check| check.text());
        results.executor = Some(self.info.clone());
        results.cost = Some(self.cost.clone());
        results.step = self.progress.reported;
        results.verdicts = self.verdicts();
        results
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

    /// The race as a file; see [`crate::lab::weights`].
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn save(&mut self) -> Result<Vec<u8>, Error> {
        let state = self.state().await?;
        Weights::write(&self.config, &state)
    }

    /// The present state, on the host, with all that is known up to it.
    pub(super) async fn state(&mut self) -> Result<State, Error> {
        let mut events = std::mem::take(&mut self.pending);
        self.collect(&mut events).await?;
        self.request()?;
        self.collect(&mut events).await?;
        self.pending = events;
        let s = self.shared;
        let step = self.progress.submitted;
        let [parameters, first, second] = self.executor.read([s.parameters, s.first, s.second], None).await?;
        let p = &self.progress;
        Ok(State {
            step,
            stopped: p.stopped.clone(),
            certifier: p.certifier,
            parameters,
            moments: Some([first, second]),
            history: p.history.clone(),
        })
    }

    /// Puts a state onto the executor. The rest of the control block follows from configuration and step.
    pub(super) fn load(&mut self, state: &State) -> Result<(), Error> {
        let moments_of = if state.moments.is_some() { state.step } else { 0 };
        let power = |beta: f32| (0..moments_of).fold(1.0_f32, |power, _| power * beta);
        let powers = [power(metrics::BETA1), power(metrics::BETA2)];
        let block = |(replica, stopped): (&Replica, &Option<u32>)| {
            let mut block = self.model.control(replica);
            block[control::STEP] = state.step as f32;
            block[control::STOPPED] = stopped.unwrap_or(0) as f32;
            block[control::BETA1_POWER] = powers[0];
            block[control::BETA2_POWER] = powers[1];
            block
        };
        let control: Vec<f32> = self.replicas.iter().zip(&state.stopped).flat_map(block).collect();
        let rotations: Vec<f32> = self.replicas.iter().flat_map(|_| self.model.rotations()).collect();
        let zeros = || vec![0.0; state.parameters.len()];
        let (first, second) = match &state.moments {
            Some([first, second]) => (first.clone(), second.clone()),
            None => (zeros(), zeros()),
        };
        let s = self.shared;
        let buffers = [
            (s.parameters, &state.parameters),
            (s.control, &control),
            (s.rotations, &rotations),
            (s.first, &first),
            (s.second, &second),
        ];
        buffers.into_iter().try_for_each(|(id, values)| self.executor.write(id, values))?;
        self.progress.rewind(state.step);
        Ok(())
    }

    /// Back to step 0, with the same initial weights.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn reset(&mut self) -> Result<(), Error> {
        self.progress = Progress::new(self.replicas.len());
        self.checkpoint = None;
        self.checkpoint_age = Some(Instant::now());
        let state = self.initial();
        self.load(&state)?;
        self.evaluate()
    }

    /// The plan, recorded anew.
    pub(super) fn plan(&self) -> Result<Plan, Error> {
        self.model.plan(&self.replicas, &regime(&self.config))
    }

    fn initial(&self) -> State {
        let parameters: Vec<f32> = self.replicas.iter().flat_map(|replica| self.model.initial(replica)).collect();
        let stopped = vec![None; self.replicas.len()];
        let certifier = Default::default();
        State { step: 0, stopped, certifier, parameters, moments: None, history: Vec::new() }
    }

    fn evaluate(&mut self) -> Result<(), Error> {
        self.progress.evaluations.push(self.progress.submitted);
        self.executor.run(Program::Evaluation, 1)
    }

    /// As [`CopyRun::advance`], but a lost device is replaced, or the CPU takes over, and the race goes on from the
    /// last checkpoint. What was reported is not reported again.
    ///
    /// # Errors
    /// What recovery itself meets.
    pub async fn carry_on(&mut self, machine: &mut Machine, budget_ms: f64, most: u32) -> Result<Vec<Event>, Error> {
        match self.advance(budget_ms, most).await {
            Err(Error::DeviceLost(why)) => {
                self.recover(machine, &why).await?;
                Ok(std::mem::take(&mut self.pending))
            }
            other => other,
        }
    }

    /// After a loss outside of training: recovers and trains again up to where the race was, so that what is looked at
    /// or saved is what the reader saw.
    ///
    /// # Errors
    /// As [`CopyRun::carry_on`].
    pub async fn recover_in_place(&mut self, machine: &mut Machine, why: &str) -> Result<(), Error> {
        self.recover(machine, why).await?;
        while self.progress.submitted < self.progress.reported {
            let missing = self.progress.reported - self.progress.submitted;
            let events = self.carry_on(machine, f64::INFINITY, missing).await?;
            self.pending.extend(events);
        }
        Ok(())
    }

    /// Replaces a lost device and puts the last checkpoint onto it; the next events tell of it.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if there is no device any more and the CPU cannot take the race; [`Error::Internal`].
    async fn recover(&mut self, machine: &mut Machine, why: &str) -> Result<(), Error> {
        self.losses += 1;
        let plan = self.plan()?;
        let hopeless = self.losses > MOST_LOSSES;
        let choice = if hopeless { ExecutorChoice::Cpu } else { self.config.executor };
        let (executor, info) = machine.executor(choice, plan, &mut |_, _| {}).await?;
        self.executor = executor;
        self.info = info;
        if hopeless {
            self.info.reason = format!("The graphics device was lost {} times in a row.", self.losses);
        }
        let state = match self.checkpoint.take() {
            Some(state) => state,
            None => self.initial(),
        };
        self.load(&state)?;
        if state.history.is_empty() {
            self.evaluate()?;
        }
        let (step, reached) = (state.step, self.progress.reported);
        self.checkpoint = Some(state);
        let why = why.trim().trim_end_matches('.');
        let why = if why.is_empty() { "no reason given".to_owned() } else { why.to_lowercase() };
        let onto = if self.info.kind == "cpu" { "on the CPU" } else { "on a new device" };
        let reason = format!(
            "The graphics device was lost ({why}). Training went on {onto} from the state at step {step}; the steps up to {reached} are trained again, and nothing is lost."
        );
        self.progress.finished &= step == reached;
        self.pending.push(Event::Recovered { step, reason });
        Ok(())
    }

    /// Gives the device up, if there is one, as a driver's crash would. For tests of recovery.
    pub fn lose_device(&self) {
        if let Executor::Gpu(executor) = &self.executor {
            executor.gpu.lose();
        }
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
        let mut events = std::mem::take(&mut self.pending);
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
            events.push(Event::Progress { step: self.progress.reported, steps: total, step_ms });
        }
        let all_stopped = self.progress.stopped.iter().all(Option::is_some);
        if (self.progress.seen == total || all_stopped) && !self.progress.finished {
            self.progress.finished = true;
            events.push(Event::Finished { step: self.progress.reported });
            self.checkpoint_age = None;
        }
        // A loss from here on must not take the events with it: they have happened.
        self.pending = events;
        self.keep_checkpoint().await?;
        Ok(std::mem::take(&mut self.pending))
    }

    /// Copies a device's state to the host now and then, and at the end. On the CPU it is there anyway.
    async fn keep_checkpoint(&mut self) -> Result<(), Error> {
        let young = self.checkpoint_age.is_some_and(|since| since.elapsed().as_secs_f64() < CHECKPOINT_S);
        if young || !matches!(self.executor, Executor::Gpu(_)) {
            return Ok(());
        }
        self.checkpoint = Some(self.state().await?);
        self.checkpoint_age = Some(Instant::now());
        self.losses = 0;
        Ok(())
    }

    /// Begins to read what is new, unless a read is under way.
    fn request(&mut self) -> Result<(), Error> {
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
                    events.push(Event::Stopped { replica: replica as u32, step, reason });
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
        events.push(Event::Training { steps, loss, accuracy, gradient });
    }

    fn report_evaluations(&mut self, ring: &[f32], upto: usize, events: &mut Vec<Event>) {
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
                    events.push(Event::Milestone { replica: replica as u32, step });
                }
            }
            let evaluation = Evaluation { step, values };
            events.push(evaluation_event(&evaluation));
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
