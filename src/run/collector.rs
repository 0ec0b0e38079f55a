//! Puts together what the parts of a race report: its models.
//!
//! A part reports in the order of its steps, and says how far it has told everything. What all parts have told becomes the events of the
//! whole: training steps cut at evaluations, and all that is known only of the whole, such as the certificate. So the events do not depend
//! on how a race is dealt out.

use std::collections::{BTreeMap, VecDeque};

use crate::error::Error;
use crate::model::measure::{Measure, Phase};
use crate::order::sorted;
use crate::run::check::Certifier;
use crate::run::curves::Point;
use crate::run::event::Event;
use crate::run::lineup::Lineup;

/// A run that met a number that is not finite.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stop {
    /// At which step, from 1.
    pub step: u32,
    /// In words.
    #[serde(default)]
    pub reason: String,
}

impl Stop {
    /// A stop of which only the step is known.
    #[must_use]
    pub fn at(step: u32) -> Self {
        Self { step, reason: "the loss or the gradient was not finite".to_owned() }
    }
}

/// What has been reported of a race.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Steps reported.
    pub step: u32,
    /// Evaluations so far: by measure of the phase evaluation, then by run.
    pub history: Vec<Point>,
    /// By run, whether it stopped.
    pub stopped: Vec<Option<Stop>>,
    /// By measure of the phase evaluation, then by run: the first step that reached its threshold.
    pub reached: Vec<Vec<Option<u32>>>,
    /// Certificate of the first losses, as far as it goes.
    pub certifier: Certifier,
}

/// One part: some runs side by side.
#[derive(Debug)]
struct Part {
    /// Place of its first run in the whole.
    first: usize,
    /// How many it has.
    runs: usize,
    /// Of each measure of the whole, which of the part's it is; by phase.
    training: Vec<Option<usize>>,
    evaluation: Vec<Option<usize>>,
    /// Training steps that the whole has not passed, each with a row by the part's measure and run.
    steps: VecDeque<(u32, Vec<f32>)>,
    evaluations: VecDeque<Point>,
    stops: Vec<(usize, Stop)>,
    /// Everything up to here has been told, once anything has: before that not even what was measured before the first step.
    settled: u32,
    begun: bool,
    over: bool,
}

/// Makes one stream of events of several.
#[derive(Debug)]
pub struct Collector {
    measures: [Vec<Measure>; 2],
    runs: usize,
    parts: Vec<Part>,
    record: Record,
    finished: bool,
}

fn of_phase(measures: Vec<Measure>, phase: Phase) -> Vec<Measure> {
    measures.into_iter().filter(|measure| measure.phase == phase).collect()
}

impl Collector {
    /// A collector of the parts that `parts` are of `whole`, in their order.
    #[must_use]
    pub fn new(whole: &Lineup, parts: &[Lineup]) -> Self {
        let measures = [Phase::Training, Phase::Evaluation].map(|phase| of_phase(whole.measures(), phase));
        let [training, evaluation] = &measures;
        let origin = whole.squads.first().map_or(0, |squad| squad.first);
        let map = |all: &[Measure], own: &[Measure]| {
            let own: Vec<&Measure> = own.iter().collect();
            all.iter().map(|measure| own.iter().position(|known| known.is(measure))).collect::<Vec<_>>()
        };
        let part = |lineup: &Lineup| Part {
            first: lineup.squads.first().map_or(0, |squad| squad.first) - origin,
            runs: lineup.squads.iter().map(|squad| squad.runs.len()).sum(),
            training: map(training, &of_phase(lineup.measures(), Phase::Training)),
            evaluation: map(evaluation, &of_phase(lineup.measures(), Phase::Evaluation)),
            steps: VecDeque::new(),
            evaluations: VecDeque::new(),
            stops: Vec::new(),
            settled: 0,
            begun: false,
            over: false,
        };
        let parts = parts.iter().map(part).collect();
        let runs = whole.squads.iter().map(|squad| squad.runs.len()).sum();
        let mut collector = Self { measures, runs, parts, record: Record::default(), finished: false };
        collector.begin(Record::default());
        collector
    }

    /// Begins with what was reported before.
    pub fn begin(&mut self, record: Record) {
        self.record = record;
        self.record.stopped.resize(self.runs, None);
        let [_, evaluation] = &self.measures;
        self.record.reached = evaluation.iter().map(|_| vec![None; self.runs]).collect();
        for point in &self.record.history {
            for (at, measure) in evaluation.iter().enumerate() {
                for (run, first) in self.record.reached[at].iter_mut().enumerate() {
                    let value = point.values.get(at).and_then(|values| values.get(run)).copied().unwrap_or(f32::NAN);
                    if first.is_none() && measure.reached(value) {
                        *first = Some(point.x as u32);
                    }
                }
            }
        }
        let (step, begun) = (self.record.step, !self.record.history.is_empty());
        for part in &mut self.parts {
            (part.settled, part.begun, part.over) = (step, begun, false);
            part.steps.clear();
            part.evaluations.clear();
            part.stops.clear();
        }
        self.finished = false;
    }

    /// What has been reported.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Whether the end was reported.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.finished
    }

    /// There is more to come than was thought.
    pub fn go_on(&mut self) {
        self.finished = false;
        self.parts.iter_mut().for_each(|part| part.over = false);
    }

    /// Takes what a part has reported. What the whole has passed is known, and left out. `replica` counts within the part.
    ///
    /// # Errors
    /// [`Error::Internal`] if there is no such part.
    pub fn take(&mut self, part: usize, events: Vec<Event>) -> Result<(), Error> {
        let told = self.record.step;
        let last = self.record.history.last().map(|point| point.x as u32);
        let wrong = || Error::Internal(format!("a race has no part {part}"));
        let part = self.parts.get_mut(part).ok_or_else(wrong)?;
        part.begun |= !events.is_empty();
        for event in events {
            match event {
                Event::Training { steps, values } => {
                    for (at, step) in steps.into_iter().enumerate() {
                        let newest = part.steps.back().map_or(told, |(newest, _)| *newest);
                        if step > newest {
                            let row = values.iter().flatten().map(|run| run.get(at).copied().unwrap_or(f32::NAN));
                            part.steps.push_back((step, row.collect()));
                        }
                    }
                }
                Event::Evaluation { step, values } => {
                    let newest = part.evaluations.back().map(|point| point.x as u32).or(last);
                    if newest.is_none_or(|newest| step > newest) {
                        part.evaluations.push_back(Point { x: f64::from(step), values });
                    }
                }
                Event::Stopped { replica, step, reason } => {
                    let run = part.first + replica as usize;
                    let waits = part.stops.iter().any(|(known, _)| *known == run);
                    if !waits && self.record.stopped.get(run).is_some_and(Option::is_none) {
                        part.stops.push((run, Stop { step, reason }));
                    }
                }
                Event::Progress { step, .. } => part.settled = part.settled.max(step),
                Event::Finished { step } => {
                    part.settled = part.settled.max(step);
                    part.over = true;
                }
                Event::Reached { .. } | Event::Recovered { .. } => {}
            }
        }
        Ok(())
    }

    /// Events of the whole, as far as all parts have told.
    pub fn events(&mut self) -> Vec<Event> {
        if self.parts.iter().any(|part| !part.begun) {
            return Vec::new();
        }
        let going = self.parts.iter().filter(|part| !part.over).map(|part| part.settled).min();
        let last = self.parts.iter().map(|part| part.settled).max().unwrap_or(0);
        let settled = going.unwrap_or(last).max(self.record.step);
        let mut events = Vec::new();
        loop {
            let next = self.parts.iter().filter_map(|part| part.evaluations.front()).map(|point| point.x as u32).min();
            let next = next.filter(|&next| next <= settled);
            self.training(next.unwrap_or(settled), &mut events);
            match next {
                Some(next) => self.evaluation(next, &mut events),
                None => break,
            }
        }
        if going.is_none() && !self.finished {
            self.finished = true;
            events.push(Event::Finished { step: self.record.step });
        }
        events
    }

    /// Training steps up to `to`, as one event.
    fn training(&mut self, to: u32, events: &mut Vec<Event>) {
        let from = self.record.step;
        if to <= from {
            return;
        }
        let steps: Vec<u32> = (from + 1..=to).collect();
        let [measures, _] = &self.measures;
        let mut values = vec![vec![vec![f32::NAN; steps.len()]; self.runs]; measures.len()];
        for part in &mut self.parts {
            while let Some((step, row)) = part.steps.pop_front_if(|(step, _)| *step <= to) {
                let at = (step - from - 1) as usize;
                for (measure, own) in part.training.iter().enumerate() {
                    let Some(own) = own else { continue };
                    for run in 0..part.runs {
                        values[measure][part.first + run][at] =
                            row.get(own * part.runs + run).copied().unwrap_or(f32::NAN);
                    }
                }
            }
        }
        // In the order of steps, whoever is told of one first.
        let due = self.parts.iter_mut().flat_map(|part| part.stops.extract_if(.., |(_, stop)| stop.step <= to));
        let due: Vec<(usize, Stop)> = sorted(due.collect(), |(run, _)| *run as f64);
        for (run, stop) in sorted(due, |(_, stop)| f64::from(stop.step)) {
            events.push(Event::Stopped { replica: run as u32, step: stop.step, reason: stop.reason.clone() });
            self.record.stopped[run] = Some(stop);
        }
        // What the certificate covers: the first measure of each model's training steps, which is its loss.
        let losses = self.parts.iter().flat_map(|part| {
            let own = part.training.iter().position(|own| *own == Some(0)).and_then(|own| values.get(own));
            own.into_iter().flat_map(|runs| runs.iter().skip(part.first).take(part.runs))
        });
        let losses: Vec<&Vec<f32>> = losses.collect();
        for at in (0..steps.len()).filter(|_| !losses.is_empty()) {
            self.record.certifier.add(&losses.iter().map(|run| run[at]).collect::<Vec<f32>>());
        }
        self.record.step = to;
        events.push(Event::Training { steps, values });
    }

    /// The evaluations at `step`, as one event.
    fn evaluation(&mut self, step: u32, events: &mut Vec<Event>) {
        let [_, measures] = &self.measures;
        let mut values = vec![vec![f32::NAN; self.runs]; measures.len()];
        for part in &mut self.parts {
            let Some(point) = part.evaluations.pop_front_if(|point| point.x == f64::from(step)) else { continue };
            for (measure, own) in part.evaluation.iter().enumerate() {
                let own = own.and_then(|own| point.values.get(own));
                for (run, &value) in own.into_iter().flatten().enumerate() {
                    values[measure][part.first + run] = value;
                }
            }
        }
        for ((measure, values), reached) in measures.iter().zip(&values).zip(&mut self.record.reached) {
            for (run, (&value, first)) in values.iter().zip(reached).enumerate() {
                if first.is_none() && measure.reached(value) {
                    *first = Some(step);
                    events.push(Event::Reached { replica: run as u32, measure: measure.id.clone(), step });
                }
            }
        }
        events.push(Event::Evaluation { step, values: values.clone() });
        self.record.history.push(Point { x: f64::from(step), values });
    }

    /// Events that tell again what was reported before: evaluations, thresholds reached, stops.
    #[must_use]
    pub fn replay(&self) -> Vec<Event> {
        let Record { history, reached, stopped, .. } = &self.record;
        let point = |point: &Point| Event::Evaluation { step: point.x as u32, values: point.values.clone() };
        let mut events: Vec<Event> = history.iter().map(point).collect();
        let [_, measures] = &self.measures;
        for (measure, reached) in measures.iter().zip(reached) {
            let first = |(replica, step): (u32, &Option<u32>)| {
                let measure = measure.id.clone();
                step.map(|step| Event::Reached { replica, measure, step })
            };
            events.extend((0..).zip(reached).filter_map(first));
        }
        for (replica, stop) in (0..).zip(stopped) {
            let stop = stop.clone();
            events.extend(stop.map(|Stop { step, reason }| Event::Stopped { replica, step, reason }));
        }
        events
    }

    /// Identifier, by measure of the phase evaluation, with the first steps that reached its threshold; only measures that have one.
    #[must_use]
    pub fn firsts(&self, run: usize) -> BTreeMap<String, Option<u32>> {
        let [_, measures] = &self.measures;
        let with = measures.iter().zip(&self.record.reached).filter(|(measure, _)| measure.threshold.is_some());
        let mut firsts = BTreeMap::new();
        for (measure, reached) in with {
            firsts.insert(measure.id.clone(), reached.get(run).copied().flatten());
        }
        firsts
    }
}
