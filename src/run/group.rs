//! One model of a race: its plan on an executor, what was handed to it, and what has come back as events of its own runs.

use std::collections::VecDeque;

use web_time::Instant;

use crate::compute::{Executor, Program, Reading};
use crate::error::Error;
use crate::graph::plan::Plan;
use crate::graph::{BufferId, Shared};
use crate::kernels::control;
use crate::kernels::metrics::{BETA1, BETA2, ENTRY, RING};
use crate::model::Source;
use crate::model::measure::{Measure, Phase};
use crate::run::event::Event;
use crate::run::lineup::Squad;

/// Device time of one submission, so that a page stays smooth and no watchdog wakes.
const SUBMIT_MS: f64 = 12.0;
/// Of one to several workers, which nothing waits for: longer than whoever gives the orders is busy otherwise.
const CREW_MS: f64 = 30.0;
/// Steps between the oldest unread metrics and the newest; the ring must not overwrite what nobody has read.
const UNREAD: u32 = RING / 2;
/// Evaluations whose tensors may be on their way to the host at once; each keeps a buffer.
const MOST_TENSORS: usize = 8;

/// A read under way, and what it covers.
#[derive(Debug)]
struct Underway {
    reading: Reading,
    upto: u32,
    evaluations: usize,
}

/// A model of a race at work.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) squad: Squad,
    pub(crate) executor: Executor,
    pub(crate) shared: Shared,
    judged: Vec<BufferId>,
    constants: Vec<(BufferId, Vec<f32>)>,
    every: u32,
    /// Launches of a training step.
    pub(crate) launches: usize,
    /// Steps handed to the executor.
    pub(crate) submitted: u32,
    /// Steps whose metrics are on their way back or here.
    requested: u32,
    /// Steps whose metrics are here.
    seen: u32,
    /// Steps at which evaluations were handed to the executor since the ring was empty.
    evaluations: Vec<u32>,
    /// How many of those are here.
    evaluations_seen: usize,
    /// Tensors of evaluations on their way to the host, the oldest first.
    tensors: VecDeque<Reading>,
    underway: Option<Underway>,
    /// At which step a run stopped.
    stopped: Vec<Option<u32>>,
    /// Milliseconds per step within submissions, smoothed; sizes the next one.
    step_ms: f64,
}

impl Group {
    /// Takes an executor of the squad's plan. Nothing is on it yet: see [`Group::load`].
    pub(crate) fn new(squad: Squad, plan: &Plan, executor: Executor, every: u32) -> Self {
        let runs = squad.runs.len();
        Self {
            judged: squad.model.judged(plan),
            constants: squad.model.constants(plan),
            shared: plan.shared,
            launches: plan.training.len(),
            squad,
            executor,
            every,
            submitted: 0,
            requested: 0,
            seen: 0,
            evaluations: Vec::new(),
            evaluations_seen: 0,
            tensors: VecDeque::new(),
            underway: None,
            stopped: vec![None; runs],
            step_ms: 0.0,
        }
    }

    /// Another executor in place of one that is lost.
    pub(crate) fn replace(&mut self, plan: &Plan, executor: Executor) {
        self.judged = self.squad.model.judged(plan);
        self.constants = self.squad.model.constants(plan);
        self.shared = plan.shared;
        self.launches = plan.training.len();
        self.executor = executor;
    }

    pub(crate) fn steps(&self) -> u32 {
        self.squad.model.steps()
    }

    /// Parameters of one run.
    pub(crate) fn size(&self) -> usize {
        self.squad.model.parameters().len() as usize
    }

    /// Where training ends.
    pub(crate) fn end(&self) -> u32 {
        self.squad.end(self.every, &self.stopped)
    }

    /// Whether there is nothing more to train, and everything has been told.
    pub(crate) fn over(&self) -> bool {
        self.seen >= self.end()
    }

    /// Puts a state onto the executor, at `step`. The rest of the control block follows from the model and the step.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state does not fit; [`Error::DeviceLost`].
    pub(crate) fn load(
        &mut self,
        step: u32,
        moments_from: u32,
        stopped: &[Option<u32>],
        parameters: &[f32],
        moments: Option<[&[f32]; 2]>,
    ) -> Result<(), Error> {
        let step = step.min(self.steps());
        let power = |beta: f32| (moments_from.min(step)..step).fold(1.0_f32, |power, _| power * beta);
        let (first_power, second_power) = (power(BETA1), power(BETA2));
        let mut blocks = Vec::with_capacity(stopped.len() * control::LEN);
        for (run, stopped) in self.squad.runs.clone().zip(stopped) {
            let mut block = self.squad.model.control(run)?;
            block[control::STEP] = step as f32;
            block[control::STOPPED] = stopped.unwrap_or(0) as f32;
            block[control::BETA1_POWER] = first_power;
            block[control::BETA2_POWER] = second_power;
            blocks.extend(block);
        }
        let zeros;
        let [first, second] = match moments {
            Some(moments) => moments,
            None => {
                zeros = vec![0.0; parameters.len()];
                [zeros.as_slice(), zeros.as_slice()]
            }
        };
        let s = self.shared;
        let buffers = [(s.parameters, parameters), (s.control, &blocks), (s.first, first), (s.second, second)];
        buffers.into_iter().try_for_each(|(id, values)| self.executor.write(id, values))?;
        let runs = self.squad.runs.len();
        for (id, values) in &self.constants {
            self.executor.write(*id, &values.repeat(runs))?;
        }
        self.stopped = stopped.to_vec();
        (self.submitted, self.requested, self.seen) = (step, step, step);
        self.evaluations.clear();
        self.evaluations_seen = 0;
        self.tensors.clear();
        self.underway = None;
        self.step_ms = 0.0;
        Ok(())
    }

    /// Hands an evaluation to the executor.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub(crate) fn evaluate(&mut self) -> Result<(), Error> {
        self.evaluations.push(self.submitted);
        self.executor.run(Program::Evaluation, 1)?;
        if !self.judged.is_empty() {
            // The next step writes over what this evaluation leaves.
            self.tensors.push_back(self.executor.begin_read(&self.judged, None)?);
        }
        Ok(())
    }

    /// Hands some steps to the executor, up to `target` at most and to the next evaluation, which it hands over too. Events that come
    /// back meanwhile are added to `events`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub(crate) async fn work(&mut self, target: u32, events: &mut Vec<Event>) -> Result<(), Error> {
        if self.submitted - self.seen >= UNREAD || self.tensors.len() >= MOST_TENSORS {
            self.request()?;
            self.collect(events).await?;
        }
        let (done, total) = (self.submitted, self.end());
        if done >= total {
            // What has just come back says that every run has stopped.
            return Ok(());
        }
        let next_evaluation = (done / self.every + 1) * self.every;
        let submit_ms = if matches!(self.executor, Executor::Crew(_)) { CREW_MS } else { SUBMIT_MS };
        let fitting = (submit_ms / self.step_ms.max(1e-3)) as u32;
        let first = self.step_ms == 0.0;
        let steps = if first { 1 } else { fitting.clamp(1, UNREAD / 2) };
        let steps = steps.min(next_evaluation.min(target).min(total) - done);
        let submit = Instant::now();
        self.executor.run(Program::Training, steps)?;
        self.submitted += steps;
        if self.submitted == next_evaluation || self.submitted == total {
            self.evaluate()?;
        }
        // Two submissions ahead keep the device busy; the first is waited for, to learn its time.
        self.executor.catch_up(if first { 0 } else { 1 }).await?;
        let each = submit.elapsed().as_secs_f64() * 1e3 / f64::from(steps);
        self.step_ms = if first { each } else { 0.8 * self.step_ms + 0.2 * each };
        Ok(())
    }

    /// Whether a read is under way.
    pub(crate) fn reading(&self) -> bool {
        self.underway.is_some()
    }

    /// Begins to read what is new, unless a read is under way.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub(crate) fn request(&mut self) -> Result<(), Error> {
        let nothing_new = self.submitted == self.requested && self.evaluations.len() == self.evaluations_seen;
        if self.underway.is_some() || nothing_new {
            return Ok(());
        }
        let reading = self.executor.begin_read(&[self.shared.ring, self.shared.evaluations], None)?;
        self.requested = self.submitted;
        self.underway = Some(Underway { reading, upto: self.submitted, evaluations: self.evaluations.len() });
        Ok(())
    }

    /// Waits for the read under way, and turns it into events.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub(crate) async fn collect(&mut self, events: &mut Vec<Event>) -> Result<(), Error> {
        let Some(Underway { reading, upto, evaluations }) = self.underway.take() else { return Ok(()) };
        let values = self.executor.finish_read(reading).await?;
        let [ring, evaluated] = values.as_slice() else {
            return Err(Error::Internal("a read came back with other buffers".to_owned()));
        };
        self.tell_training(ring, upto, events)?;
        self.tell_evaluations(evaluated, evaluations, events).await?;
        let (step, steps, step_ms) = (self.seen, self.steps(), self.step_ms);
        events.push(Event::Progress { step, steps, step_ms });
        if self.over() {
            events.push(Event::Finished { step });
        }
        Ok(())
    }

    /// The measures of a phase, and where their numbers come from.
    fn measures(&self, phase: Phase) -> Vec<(Measure, Source)> {
        self.squad.model.measures().into_iter().filter(|(measure, _)| measure.phase == phase).collect()
    }

    fn tell_training(&mut self, ring: &[f32], upto: u32, events: &mut Vec<Event>) -> Result<(), Error> {
        let from = self.seen;
        if upto <= from {
            return Ok(());
        }
        let measures = self.measures(Phase::Training);
        let mut steps: Vec<u32> = (from + 1..=upto).collect();
        let mut values = vec![vec![Vec::with_capacity(steps.len()); self.stopped.len()]; measures.len()];
        for (replica, stopped) in self.stopped.iter_mut().enumerate() {
            for &step in &steps {
                let found = entry(ring, replica, step - 1)?;
                let (loss, norm) = (found[0], found[3]);
                if stopped.is_none() && !(loss.is_finite() && norm.is_finite()) {
                    *stopped = Some(step);
                    let what = if loss.is_finite() { "gradient" } else { "loss" };
                    let reason =
                        format!("the {what} was not finite; its weights stay as they were. Try a lower learning rate.");
                    events.push(Event::Stopped { replica: replica as u32, step, reason });
                }
                for ((_, source), values) in measures.iter().zip(&mut values) {
                    values[replica].push(if stopped.is_none() { taken(*source, &found) } else { f32::NAN });
                }
            }
        }
        // Steps beyond the end changed nothing: all runs had stopped.
        let end = self.end();
        self.seen = upto.min(end);
        self.submitted = self.submitted.min(end);
        self.requested = self.requested.min(end);
        steps.retain(|step| *step <= end);
        values.iter_mut().flatten().for_each(|run| run.truncate(steps.len()));
        events.push(Event::Training { steps, values });
        Ok(())
    }

    async fn tell_evaluations(&mut self, ring: &[f32], upto: usize, events: &mut Vec<Event>) -> Result<(), Error> {
        let measures = self.measures(Phase::Evaluation);
        let runs = self.stopped.len();
        for index in self.evaluations_seen..upto {
            let step = self.evaluations[index];
            let mut values = vec![Vec::with_capacity(runs); measures.len()];
            let tensors = match self.tensors.pop_front() {
                Some(reading) => self.executor.finish_read(reading).await?,
                None => Vec::new(),
            };
            for replica in 0..runs {
                let part = |tensor: &'_ Vec<f32>| {
                    let each = tensor.len() / runs;
                    replica * each..(replica + 1) * each
                };
                let own: Vec<&[f32]> = tensors.iter().map(|tensor| &tensor[part(tensor)]).collect();
                let run = self.squad.runs.start + replica;
                // A run that has stopped has nothing to say any more; its weights may be finite and absurd.
                if self.stopped[replica].is_some_and(|stopped| stopped <= step) {
                    values.iter_mut().for_each(|values| values.push(f32::NAN));
                    continue;
                }
                let mut judged = self.squad.model.judge(run, &own)?.into_iter();
                let found = entry(ring, replica, index as u32)?;
                for ((measure, source), values) in measures.iter().zip(&mut values) {
                    let value = match source {
                        Source::Ring { .. } => taken(*source, &found),
                        // Rounded once.
                        Source::Host => judged
                            .next()
                            .map(|value| value as f32)
                            .ok_or_else(|| Error::Internal("a model judges fewer measures than it has".to_owned()))?,
                    };
                    if value.is_finite() && !measure.kind.allows(value) {
                        return Err(Error::Internal(format!("{} of run {run} is {value}", measure.id)));
                    }
                    // What is not finite has no place in a curve, nor in a file.
                    values.push(if value.is_finite() { value } else { f32::NAN });
                }
            }
            if step <= self.end() {
                events.push(Event::Evaluation { step, values });
            }
        }
        self.evaluations_seen = upto;
        Ok(())
    }
}

/// What a measure takes from an entry of a ring.
fn taken(source: Source, entry: &[f32; ENTRY as usize]) -> f32 {
    match source {
        Source::Ring { entry: at, factor } => entry.get(at).map_or(f32::NAN, |value| value * factor),
        Source::Host => f32::NAN,
    }
}

/// One entry of a ring.
///
/// # Errors
/// [`Error::Internal`] if the ring is shorter.
pub(crate) fn entry(ring: &[f32], replica: usize, index: u32) -> Result<[f32; ENTRY as usize], Error> {
    let at = (replica as u32 * RING + index % RING) * ENTRY;
    let values = ring.get(at as usize..(at + ENTRY) as usize).and_then(|values| values.try_into().ok());
    values.ok_or_else(|| {
        Error::Internal(format!("a ring of {} numbers has no entry {index} of run {replica}", ring.len()))
    })
}
