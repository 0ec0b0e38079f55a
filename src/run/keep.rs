//! Keeping a race: its state on the host, files, and going on after a loss.

use web_time::Instant;

use crate::compute::Executor;
use crate::error::Error;
use crate::kernels::{control, metrics};
use crate::labs::copy::config::{ExecutorChoice, Schedule};
use crate::model::transformer::Replica;
use crate::run::event::Event;
use crate::run::machine::Machine;
use crate::run::race::{LEARNED, Race};
use crate::run::weights::{State, Weights};

/// Seconds of training between two copies of a device's state on the host.
const CHECKPOINT_S: f64 = 5.0;
/// Devices lost without a checkpoint between, after which the CPU takes over.
const MOST_LOSSES: u32 = 2;

/// What a race remembers in case its device is lost, which takes everything with it.
#[derive(Debug)]
pub(super) struct Kept {
    /// What the device held not long ago.
    checkpoint: Option<State>,
    /// When that was; nothing if a new one is due.
    since: Option<Instant>,
    /// Devices lost since.
    losses: u32,
    /// Seconds of training between two checkpoints.
    every_s: f64,
}

impl Default for Kept {
    fn default() -> Self {
        Self { checkpoint: None, since: Some(Instant::now()), losses: 0, every_s: CHECKPOINT_S }
    }
}

impl Kept {
    /// Asks for a new checkpoint, however young the last one is.
    pub(super) fn due(&mut self) {
        self.since = None;
    }
}

impl Race {
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
        if matches!(run.executor, Executor::Gpu(_)) {
            run.kept.checkpoint = Some(state);
        }
        Ok(run)
    }

    /// The race as a file; see [`crate::run::weights`].
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn save(&mut self) -> Result<Vec<u8>, Error> {
        let state = self.state().await?;
        Weights::write(&self.source, &state)
    }

    /// The state that was last reported, on the host, with all that is known up to it.
    pub(super) async fn state(&mut self) -> Result<State, Error> {
        self.catch_up().await?;
        self.snapshot().await
    }

    /// After a loss, trains the lost stretch again: what is looked at or saved has to be what the reader saw.
    pub(crate) async fn catch_up(&mut self) -> Result<(), Error> {
        while self.progress.submitted < self.progress.reported {
            let missing = self.progress.reported - self.progress.submitted;
            let events = self.advance(f64::INFINITY, missing).await?;
            self.pending.extend(events);
        }
        Ok(())
    }

    async fn snapshot(&mut self) -> Result<State, Error> {
        self.collect().await?;
        self.request()?;
        self.collect().await?;
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
            moments_from: p.moments_from,
            history: p.history.clone(),
        })
    }

    /// Puts a state onto the executor. The rest of the control block follows from configuration and step.
    pub(super) fn load(&mut self, state: &State) -> Result<(), Error> {
        let power = |beta: f32| (state.moments_from..state.step).fold(1.0_f32, |power, _| power * beta);
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
        self.progress.moments_from = state.moments_from;
        Ok(())
    }

    pub(super) fn initial(&self) -> State {
        let parameters: Vec<f32> = self.replicas.iter().flat_map(|replica| self.model.initial(replica)).collect();
        let stopped = vec![None; self.replicas.len()];
        let certifier = Default::default();
        State { step: 0, stopped, certifier, parameters, moments: None, moments_from: 0, history: Vec::new() }
    }

    /// As [`Race::advance`], but a lost device is replaced, or the CPU takes over, and the race goes on from the
    /// last checkpoint. What was reported is not reported again.
    ///
    /// # Errors
    /// What recovery itself meets.
    pub async fn carry_on(&mut self, machine: &mut Machine, budget_ms: f64, most: u32) -> Result<Vec<Event>, Error> {
        match self.advance(budget_ms, most).await {
            Err(error) => match error.of_device() {
                Some(why) => {
                    self.recover(machine, why).await?;
                    Ok(std::mem::take(&mut self.pending))
                }
                None => Err(error),
            },
            events => events,
        }
    }

    /// Lets the race end later: `steps` in all. Gives whether that can be: it has to be more than are done, and the
    /// learning rate must not depend on the end. The steps up to here are those of a race that was longer from
    /// the start.
    pub fn extend(&mut self, steps: u32) -> bool {
        let longer = self.source.with_steps(steps).filter(|_| self.config.schedule == Schedule::Constant);
        let Some(longer) = longer.filter(|_| steps > self.progress.reported) else { return false };
        self.config = longer.training();
        self.source = longer;
        self.progress.finished = false;
        true
    }

    /// Seconds of training between two copies of a device's state on the host; 5 unless set.
    pub fn checkpoint_every(&mut self, seconds: f64) {
        self.kept.every_s = seconds;
    }

    /// Replaces a lost device and puts the last checkpoint onto it; the next events tell of it. What failed can then be
    /// tried again; should this device be lost too, again, until the CPU takes over.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if there is no device any more and the CPU cannot take the race; [`Error::Internal`].
    pub async fn recover(&mut self, machine: &mut Machine, why: &str) -> Result<(), Error> {
        self.kept.losses += 1;
        let plan = self.plan()?;
        let hopeless = self.kept.losses > MOST_LOSSES;
        let choice = if hopeless { ExecutorChoice::Cpu } else { self.config.executor };
        // It may not have noticed yet that it is gone.
        machine.forget_device();
        let (executor, info) = machine.executor(choice, plan, &mut |_, _| {}).await?;
        self.executor = executor;
        self.info = info;
        if hopeless {
            self.info.reason = format!("The graphics device was lost {} times in a row.", self.kept.losses);
        }
        let state = match self.kept.checkpoint.take() {
            Some(state) => state,
            None => self.initial(),
        };
        self.load(&state)?;
        if state.history.is_empty() {
            self.evaluate()?;
        }
        let (step, reached) = (state.step, self.progress.reported);
        self.kept.checkpoint = Some(state);
        let why = why.trim().trim_end_matches('.');
        let why = if why.is_empty() { "no reason given".to_owned() } else { why.to_ascii_lowercase() };
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

    /// Copies a device's state to the host now and then, and at the end. On the CPU it is there anyway.
    pub(super) async fn keep_checkpoint(&mut self) -> Result<(), Error> {
        let young = self.kept.since.is_some_and(|since| since.elapsed().as_secs_f64() < self.kept.every_s);
        // In a stretch that is trained again the last checkpoint is as good.
        let again = self.progress.submitted < self.progress.reported;
        if young || again || !matches!(self.executor, Executor::Gpu(_)) {
            return Ok(());
        }
        self.kept.checkpoint = Some(self.snapshot().await?);
        self.kept.since = Some(Instant::now());
        self.kept.losses = 0;
        Ok(())
    }
}
