//! A race of a lab: what its configuration trains, and what the lab makes of it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::Error;
use crate::labs::arrays::json;
use crate::labs::race::Findings;
use crate::labs::run::{About, Found, Run, Trains};
use crate::labs::turn::Kept;
use crate::labs::weights::Weights;
use crate::labs::{Config, Progress, Task};
use crate::run::check::Certificate;
use crate::run::claim::Verdict;
use crate::run::event::Event;
use crate::run::inspect::Inspection;
use crate::run::machine::Machine;
use crate::run::profile::{Profile, Profiling};
use crate::run::race::Race;
use crate::run::results::Results;
use crate::run::trained::Trained;

/// A race with its configuration. It is used as the race that it is.
#[derive(Debug)]
pub struct Trial {
    config: Config,
    race: Race,
    findings: Box<dyn Findings>,
    /// Tells races apart that a program opens one after the other.
    id: u32,
}

impl Deref for Trial {
    type Target = Race;

    fn deref(&self) -> &Race {
        &self.race
    }
}

impl DerefMut for Trial {
    fn deref_mut(&mut self) -> &mut Race {
        &mut self.race
    }
}

impl Trial {
    fn new(config: Config, race: Race) -> Result<Self, Error> {
        static OPENED: AtomicU32 = AtomicU32::new(0);
        let findings = config.racing()?.findings();
        Ok(Self { config, race, findings, id: OPENED.fetch_add(1, Ordering::Relaxed) })
    }

    /// Builds the models of a configuration, and gets executors. `progress` hears the fraction done and what is being done.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the configuration does not fit; [`Error::Config`] if it trains nothing; [`Error::Internal`].
    pub async fn open(config: impl Into<Config>, machine: &mut Machine, progress: Progress<'_>) -> Result<Self, Error> {
        let config = config.into();
        let race = Race::open(config.lineup()?, machine, progress).await?;
        Self::new(config, race)
    }

    /// As [`Trial::open`], as the run that it is.
    #[must_use]
    pub fn run<'a>(config: Config, machine: &'a mut Machine, progress: Progress<'a>) -> Task<'a, Box<dyn Run>> {
        Box::pin(async move { Ok(Box::new(Self::open(config, machine, progress).await?) as Box<dyn Run>) })
    }

    /// Goes on from a weights file, at its step.
    ///
    /// # Errors
    /// [`Error::File`] if the file is not sound; [`Error::TooLarge`]; [`Error::Internal`].
    pub async fn restore(file: &[u8], machine: &mut Machine, progress: Progress<'_>) -> Result<Self, Error> {
        let Weights { config, lineup, state } = Weights::read(file)?;
        let race = Race::restore(lineup, state, machine, progress).await?;
        Self::new(config, race)
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Does `work`, anew if the device is lost meanwhile. In the end the CPU takes over, which is not lost.
    ///
    /// # Errors
    /// Those of `work`, but for a lost device.
    async fn recovering<T>(
        &mut self,
        machine: &mut Machine,
        mut work: impl AsyncFnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        loop {
            match work(self).await {
                Err(error) => match error.of_device() {
                    Some(what) => self.race.recover(machine, &what).await?,
                    None => return Err(error),
                },
                done => return done,
            }
        }
    }

    /// The race as a file; see [`crate::run::weights`].
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn save(&mut self) -> Result<Vec<u8>, Error> {
        let state = self.race.state().await?;
        state.write(self.race.lineup())
    }

    /// Back to step 0, with the same initial weights.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn reset(&mut self) -> Result<(), Error> {
        self.findings.reset();
        self.race.reset()
    }

    /// Lets the race end later: `steps` in all. Gives whether that can be; see [`Race::extend`].
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn extend(&mut self, steps: u32) -> Result<bool, Error> {
        let Some(longer) = self.config.with_steps(steps) else { return Ok(false) };
        let extended = self.race.extend(longer.provenance(), steps)?;
        if extended {
            self.findings.extend(&longer)?;
            self.config = longer;
        }
        Ok(extended)
    }

    /// One run's model and its parameters as they are now.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such run; [`Error::DeviceLost`].
    pub async fn trained(&mut self, run: u32) -> Result<Trained, Error> {
        self.race.trained(run).await
    }

    /// The claims that this race tests, and what it says of them so far.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn verdicts(&self) -> Result<Vec<Verdict>, Error> {
        let mut verdicts = self.findings.verdicts(&self.race.results(), self.race.step())?;
        // A race cannot have any number of steps.
        for decides in verdicts.iter_mut().filter_map(|verdict| verdict.decides.as_mut()) {
            decides.steps = decides.steps.filter(|&steps| self.config.with_steps(steps).is_some());
        }
        Ok(verdicts)
    }

    /// What has come of the race so far; of what only the open race can tell, what was last judged.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn results(&self) -> Result<Results, Error> {
        let mut results = self.race.results();
        results.verdicts = self.verdicts()?;
        if let Some(found) = self.found()? {
            results.found = Some(json(&found.value)?);
            results.more = found.more;
        }
        Ok(results)
    }

    /// What has been found so far beside the curves; of what only the open race can tell, what was last judged.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn found(&self) -> Result<Option<Found>, Error> {
        self.findings.found(&self.race.results())
    }

    /// What [`Trial::judge`] found last.
    #[must_use]
    pub fn judged(&self) -> Option<Found> {
        self.findings.judged()
    }

    /// Judges what only the open race can tell, unless that was done at this step; see [`Run::judge`].
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::TooLarge`], [`Error::Internal`]; [`Error::Outdated`] if the race has begun anew meanwhile.
    pub async fn judge(&mut self, kept: &mut Kept, budget_ms: f64) -> Result<Option<(u32, u32)>, Error> {
        self.findings.judge(&mut self.race, kept, budget_ms).await
    }
}

impl Run for Trial {
    fn config(&self) -> &Config {
        &self.config
    }

    fn about(&self) -> About {
        let race = &self.race;
        // With some schedules the learning rate depends on the steps in all.
        let extends = race.lineup().extended(self.config.provenance(), race.steps().saturating_add(1)).is_some();
        About {
            arms: race.arms(),
            runs: race.runs(),
            measures: race.lineup().measures(),
            cost: race.cost().clone(),
            weights: true,
            ends: if extends { self.config.ends() } else { Vec::new() },
            ..About::new(&self.config, race.executor().clone(), race.steps())
        }
    }

    fn label(&self) -> String {
        "a race".to_owned()
    }

    fn step(&self) -> u32 {
        self.race.step()
    }

    fn advance<'a>(&'a mut self, machine: &'a mut Machine, budget_ms: f64, most: u32) -> Task<'a, Vec<Event>> {
        Box::pin(self.race.carry_on(machine, budget_ms, most))
    }

    fn reset<'a>(&'a mut self, machine: &'a mut Machine) -> Task<'a, ()> {
        Box::pin(self.recovering(machine, async |trial| trial.reset()))
    }

    fn workers(&self) -> u32 {
        self.race.executor().workers
    }

    fn deal_out<'a>(&'a mut self, machine: &'a mut Machine) -> Task<'a, bool> {
        Box::pin(async move {
            match self.race.deal_out(machine).await {
                Err(error) => match error.of_device() {
                    Some(what) => self.race.recover(machine, &what).await.map(|()| true),
                    None => Err(error),
                },
                dealt => dealt,
            }
        })
    }

    fn extend(&mut self, config: &Config) -> Result<bool, Error> {
        let steps = config.lineup()?.steps();
        let same = self.config.with_steps(steps).is_some_and(|longer| longer.races_as(config));
        Ok(same && self.extend(steps)?)
    }

    fn verdicts(&self) -> Result<Vec<Verdict>, Error> {
        self.verdicts()
    }

    fn found(&self) -> Result<Option<Found>, Error> {
        self.found()
    }

    fn judge<'a>(
        &'a mut self,
        machine: &'a mut Machine,
        kept: &'a mut Kept,
        budget_ms: f64,
    ) -> Task<'a, Option<(u32, u32)>> {
        Box::pin(self.recovering(machine, async move |trial| trial.judge(kept, budget_ms).await))
    }

    fn results(&self) -> Result<Results, Error> {
        self.results()
    }

    fn trains(&mut self) -> Option<&mut dyn Trains> {
        Some(self)
    }
}

impl Trains for Trial {
    fn moment(&self) -> (u32, u32) {
        (self.id, self.race.step())
    }

    fn check(&self) -> Option<Certificate> {
        self.race.check()
    }

    fn replay(&self) -> Vec<Event> {
        self.race.replay()
    }

    fn save<'a>(&'a mut self, machine: &'a mut Machine) -> Task<'a, Vec<u8>> {
        Box::pin(self.recovering(machine, async |trial| trial.save().await))
    }

    fn profile<'a>(
        &'a mut self,
        machine: &'a mut Machine,
        profiling: &'a mut Profiling,
        budget_ms: f64,
    ) -> Task<'a, Option<Profile>> {
        Box::pin(self.recovering(machine, async move |trial| trial.race.profile(profiling, budget_ms).await))
    }

    fn inspect<'a>(&'a mut self, machine: &'a mut Machine, replica: u32, probe: &'a str) -> Task<'a, Inspection> {
        Box::pin(self.recovering(machine, async move |trial| trial.race.inspect(replica, probe).await))
    }

    fn trained<'a>(&'a mut self, machine: &'a mut Machine, replica: u32) -> Task<'a, Trained> {
        Box::pin(self.recovering(machine, async move |trial| trial.race.trained(replica).await))
    }
}
