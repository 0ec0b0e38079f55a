//! Keeping a race: its state on the host, and going on after a loss.

use std::collections::BTreeSet;

use web_time::Instant;

use crate::compute::Executor;
use crate::error::Error;
use crate::run::collector::{Record, Stop};
use crate::run::event::{Event, ExecutorInfo};
use crate::run::group::Group;
use crate::run::lineup::{Lineup, Provenance};
use crate::run::machine::{ExecutorChoice, Machine};
use crate::run::race::{Race, executors, plans};
use crate::run::weights::State;

/// Devices lost without a checkpoint between, after which the CPU takes over.
const MOST_LOSSES: u32 = 2;

impl Race {
    /// Goes on from a state, at its step. Where it has the optimiser's moments, what follows has the same bits as if the race had never
    /// been interrupted.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; [`Error::Internal`] if the state does not fit the lineup.
    pub async fn restore(
        lineup: Lineup,
        state: State,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Self, Error> {
        let mut race = Self::prepare(lineup, machine, progress).await?;
        race.collector.begin(state.record());
        race.load(&state)?;
        if state.history.is_empty() {
            race.evaluate()?;
        }
        if race.on_device() {
            race.kept.checkpoint = Some(state);
        }
        Ok(race)
    }

    fn on_device(&self) -> bool {
        self.groups.iter().any(|group| matches!(group.executor, Executor::Gpu(_) | Executor::Crew(_)))
    }

    /// The state that was last reported, on the host, with all that is known up to it.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn state(&mut self) -> Result<State, Error> {
        self.catch_up().await?;
        self.snapshot().await
    }

    /// After a loss, trains the lost stretch again: what is looked at or saved has to be what the reader saw.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn catch_up(&mut self) -> Result<(), Error> {
        while self.submitted() < self.step() {
            let missing = self.step() - self.submitted();
            let events = self.advance(f64::INFINITY, missing).await?;
            self.pending.extend(events);
        }
        Ok(())
    }

    async fn snapshot(&mut self) -> Result<State, Error> {
        self.align().await?;
        let (mut parameters, mut first, mut second) = (Vec::new(), Vec::new(), Vec::new());
        for group in &mut self.groups {
            let s = group.shared;
            let read = group.executor.read([s.parameters, s.first, s.second], None).await?;
            for (all, part) in [&mut parameters, &mut first, &mut second].into_iter().zip(read) {
                all.extend(part);
            }
        }
        let record = self.record();
        Ok(State {
            step: self.groups.iter().map(|group| group.submitted).max().unwrap_or(0),
            stopped: record.stopped.iter().map(|stop| stop.as_ref().map(|stop| stop.step)).collect(),
            certifier: record.certifier,
            parameters,
            moments: Some([first, second]),
            moments_from: self.moments_from,
            history: record.history.clone(),
        })
    }

    /// Puts a state onto the executors.
    pub(super) fn load(&mut self, state: &State) -> Result<(), Error> {
        let (mut run, mut number) = (0, 0);
        let short = || Error::Internal("a state does not fit its race".to_owned());
        for group in &mut self.groups {
            let runs = run..run + group.squad.runs.len();
            let numbers = number..number + runs.len() * group.size();
            (run, number) = (runs.end, numbers.end);
            let parameters = state.parameters.get(numbers.clone()).ok_or_else(short)?;
            let stopped = state.stopped.get(runs).ok_or_else(short)?;
            let moments = match &state.moments {
                Some([first, second]) => {
                    let first = first.get(numbers.clone()).ok_or_else(short)?;
                    Some([first, second.get(numbers.clone()).ok_or_else(short)?])
                }
                None => None,
            };
            group.load(state.step, state.moments_from, stopped, parameters, moments)?;
        }
        self.moments_from = state.moments_from;
        self.note_ended()
    }

    /// Of a model that has nothing more to train nothing comes back that would say so.
    fn note_ended(&mut self) -> Result<(), Error> {
        for (at, group) in self.groups.iter().enumerate().filter(|(_, group)| group.over()) {
            self.collector.take(at, vec![Event::Finished { step: group.submitted }])?;
        }
        Ok(())
    }

    pub(super) fn initial(&self) -> Result<State, Error> {
        let mut parameters = Vec::new();
        for squad in &self.lineup.squads {
            for run in squad.runs.clone() {
                parameters.extend(squad.model.initial(run)?);
            }
        }
        let runs = self.lineup.runs().len();
        let certifier = Default::default();
        let history = Vec::new();
        Ok(State { step: 0, stopped: vec![None; runs], certifier, parameters, moments: None, moments_from: 0, history })
    }

    /// As [`Race::advance`], but a lost device is replaced, or the CPU takes over, or fewer workers, and the race goes on from the
    /// last checkpoint. What was reported is not reported again.
    ///
    /// # Errors
    /// What recovery itself meets.
    pub async fn carry_on(&mut self, machine: &mut Machine, budget_ms: f64, most: u32) -> Result<Vec<Event>, Error> {
        match self.advance(budget_ms, most).await {
            Err(error) => match error.of_device() {
                Some(what) => {
                    self.recover(machine, &what).await?;
                    Ok(std::mem::take(&mut self.pending))
                }
                None => Err(error),
            },
            events => events,
        }
    }

    /// Lets the race end later: `steps` in all. Gives whether that can be: it has to be more than are under way and than a shorter arm has,
    /// and no model's steps may depend on the end. The steps up to here are those of a race that was longer from the start.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn extend(&mut self, provenance: Provenance, steps: u32) -> Result<bool, Error> {
        let handed = self.groups.iter().map(|group| group.submitted).max().unwrap_or(0);
        if steps <= self.step().max(handed) {
            return Ok(false);
        }
        let Some(longer) = self.lineup.extended(provenance, steps).filter(|longer| longer.steps() == steps) else {
            return Ok(false);
        };
        for (group, squad) in self.groups.iter_mut().zip(&longer.squads) {
            group.squad = squad.clone();
        }
        self.lineup = longer;
        self.collector.go_on();
        self.note_ended()?;
        Ok(true)
    }

    /// Seconds of training between two copies of a device's state on the host; 5 unless set.
    pub fn checkpoint_every(&mut self, seconds: f64) {
        self.kept.every_s = seconds;
    }

    /// Replaces a lost device, or deals out to the workers that are left, and puts the last checkpoint onto it; the next events tell of
    /// it, beginning with `what` happened. What failed can then be tried again; should this device be lost too, again, until the CPU
    /// takes over.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if there is no device any more and the CPU cannot take the race; [`Error::Internal`].
    pub async fn recover(&mut self, machine: &mut Machine, what: &str) -> Result<(), Error> {
        self.kept.losses += 1;
        let plans = plans(&self.lineup)?;
        let hopeless = self.kept.losses > MOST_LOSSES;
        let choice = if hopeless { ExecutorChoice::Cpu } else { self.lineup.executor };
        // It may not have noticed yet that it is gone.
        machine.forget_device();
        if hopeless {
            machine.dismiss_crew();
        }
        let (executors, info) = executors(choice, &plans, machine, &mut |_, _| {}).await?;
        for ((group, plan), executor) in self.groups.iter_mut().zip(&plans).zip(executors) {
            group.replace(plan, executor);
        }
        self.info = info;
        if hopeless {
            self.info.reason = format!("{what}, {} times in a row.", self.kept.losses);
        }
        let state = match self.kept.checkpoint.take() {
            Some(state) => state,
            None => self.initial()?,
        };
        let (step, reached) = (state.step, self.step());
        if step < reached {
            self.collector.go_on();
        }
        self.load(&state)?;
        if state.history.is_empty() {
            self.evaluate()?;
        }
        self.kept.checkpoint = Some(state);
        let onto = match self.workers().len() {
            _ if self.info.kind != "cpu" => "on a new device".to_owned(),
            0 => "on the CPU".to_owned(),
            count => format!("with {count} others"),
        };
        let reason = format!(
            "{what}. Training went on {onto} from the state at step {step}; \
             the steps up to {reached} are trained again, and nothing is lost."
        );
        self.pending.push(Event::Recovered { step, reason });
        Ok(())
    }

    /// Numbers of the workers that have runs; none where a device has them, or whoever holds the race.
    #[must_use]
    pub fn workers(&self) -> BTreeSet<u32> {
        let of = |group: &Group| if let Executor::Crew(crew) = &group.executor { crew.workers() } else { Vec::new() };
        self.groups.iter().flat_map(of).collect()
    }

    /// Deals the runs out anew where those workers that may have some now are not those that have; gives whether that was so. No number
    /// depends on it.
    ///
    /// # Errors
    /// [`Error::WorkerLost`], [`Error::TooLarge`], [`Error::Internal`].
    pub async fn deal_out(&mut self, machine: &mut Machine) -> Result<bool, Error> {
        let on_device = self.groups.iter().any(|group| matches!(group.executor, Executor::Gpu(_)));
        if on_device || self.workers() == machine.crew_for(self.lineup.runs().len()).into_iter().collect() {
            return Ok(false);
        }
        let state = self.state().await?;
        let plans = plans(&self.lineup)?;
        let (executors, info) = executors(ExecutorChoice::Cpu, &plans, machine, &mut |_, _| {}).await?;
        for ((group, plan), executor) in self.groups.iter_mut().zip(&plans).zip(executors) {
            group.replace(plan, executor);
        }
        self.info = ExecutorInfo { reason: std::mem::take(&mut self.info.reason), ..info };
        self.load(&state)?;
        self.kept.checkpoint = self.on_device().then_some(state);
        Ok(true)
    }

    /// Gives the device up, if there is one, as a driver's crash would. For tests of recovery.
    pub fn lose_device(&self) {
        for group in &self.groups {
            if let Executor::Gpu(executor) = &group.executor {
                executor.gpu.lose();
            }
        }
    }

    /// Copies a device's state to the host now and then, and at the end. On the CPU it is there anyway.
    pub(super) async fn keep_checkpoint(&mut self) -> Result<(), Error> {
        let young = self.kept.since.is_some_and(|since| since.elapsed().as_secs_f64() < self.kept.every_s);
        // In a stretch that is trained again the last checkpoint is as good.
        let again = self.submitted() < self.step();
        if young || again || !self.on_device() {
            return Ok(());
        }
        self.kept.checkpoint = Some(self.snapshot().await?);
        self.kept.since = Some(Instant::now());
        self.kept.losses = 0;
        Ok(())
    }
}

impl State {
    /// What has been reported up to this state.
    #[must_use]
    pub fn record(&self) -> Record {
        Record {
            step: self.step,
            history: self.history.clone(),
            stopped: self.stopped.iter().map(|step| step.map(Stop::at)).collect(),
            reached: Vec::new(),
            certifier: self.certifier,
        }
    }
}
