//! Capacity of the memory alone: store more and more pairs, and recall all of them each time.

use web_time::Instant;

use crate::error::Error;
use crate::graph::plan::Plan;
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::curves::{UNFINISHED, arm, curves, deduplicated, mean, measure, note, short};
use crate::labs::sequence::machines::fits;
use crate::labs::study::Rows;
use crate::model::measure::{Better, Kind};
use crate::run::claim::{Claim, Verdict, Vote};
use crate::run::curves::{Axis, Curves, Point};
use crate::run::event::ExecutorInfo;
use crate::run::machine::Machine;
use crate::sdm::memory::{self, Memory};

/// Points that are further apart, in pairs, do not show where a peak is.
const APART: f64 = 1000.0;

const EXACT: usize = 0;
const SIMILAR: usize = 1;
const RECALLED: usize = 2;

/// Where an experiment is: which point, which noise, how many batches of it are recalled.
#[derive(Clone, Copy, Debug, Default)]
struct At {
    point: usize,
    noise: usize,
    batch: u32,
}

/// The experiment.
#[derive(Debug)]
pub(super) struct Capacity {
    pub(super) curves: Curves,
    counts: Vec<u32>,
    noises: Vec<u32>,
    memory: Option<Memory>,
    at: At,
}

impl Capacity {
    pub(super) fn new(config: &SequenceConfig) -> Self {
        let counts: Vec<u32> = (1..=config.points)
            .map(|at| (u64::from(config.stored) * u64::from(at) / u64::from(config.points)).max(1) as u32)
            .collect();
        let counts = deduplicated(counts);
        let noises = if config.noise > 0 { vec![0, config.noise] } else { vec![0] };
        let of = |&wrong: &u32| match wrong {
            0 => {
                let help = "Cues are the addresses as they were stored.".to_owned();
                arm("noise-0".to_owned(), "Right cues".to_owned(), help)
            }
            _ => {
                let active = config.inputs_active;
                let help = format!("{wrong} of the {active} neurons of each cue are replaced by others.");
                arm(format!("noise-{wrong}"), format!("{wrong} wrong of {active}"), help)
            }
        };
        let all = "share of the stored words whose neurons all come back";
        let measures = vec![
            measure("exact", "Recalled exactly", all, Kind::Share, Better::Higher),
            measure(
                "similar",
                "Recalled with similarity of at least 0.9",
                "share of the stored words",
                Kind::Share,
                Better::Higher,
            ),
            measure("recalled", "Words recalled exactly", "words", Kind::Count, Better::Higher),
        ];
        let arms = noises.iter().map(of).collect();
        let seeds: Vec<u32> = (config.seed..).take(config.seeds as usize).collect();
        let x = Axis::new("stored", "Stored", "pairs");
        let curves = curves(["capacity", "Capacity of the memory"], x, measures, arms, &seeds, &counts);
        Self { curves, counts, noises, memory: None, at: At::default() }
    }

    pub(super) fn units(&self) -> u32 {
        self.counts.len() as u32
    }

    pub(super) fn done(&self) -> u32 {
        self.at.point as u32
    }

    /// The executor is gone; what was stored is stored again.
    pub(super) fn lost(&mut self) {
        self.memory = None;
        self.at = At { point: self.at.point, ..At::default() };
    }

    pub(super) fn plan(&self, config: &SequenceConfig) -> Result<Plan, Error> {
        memory::plan(&config.memory_shape(), config.seeds, config.stored)
    }

    pub(super) async fn open(
        &mut self,
        config: &SequenceConfig,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Option<ExecutorInfo>, Error> {
        if self.memory.is_some() {
            return Ok(None);
        }
        let shape = config.memory_shape();
        let seeds: Vec<u32> = (config.seed..).take(config.seeds as usize).collect();
        let plan = config.dealt(self.plan(config)?, 0);
        fits(&plan)?;
        let (executor, info) = machine.executor(config.executor, plan, progress).await?;
        self.memory = Some(Memory::new(shape, seeds, config.stored, executor)?);
        Ok(Some(info))
    }

    /// Works until `until`, or until a point is done.
    pub(super) async fn work(&mut self, until: &dyn Fn() -> bool) -> Result<(), Error> {
        let Some(memory) = &mut self.memory else {
            return Err(Error::Internal("the memory is not open".to_owned()));
        };
        let Some(&count) = self.counts.get(self.at.point) else { return Ok(()) };
        // Large enough that the overhead does not count, small enough that Pause answers at once.
        let mut batches = 1;
        while !until() {
            let start = Instant::now();
            if memory.written() < count {
                memory.write(count, batches).await?;
            } else if let Some(&wrong) = self.noises.get(self.at.noise) {
                memory.cue(wrong)?;
                self.at.batch = memory.recall(self.at.batch, batches).await?;
                if self.at.batch >= memory.batches() {
                    let found = memory.judge().await?;
                    let share = |of: u32, asked: u32| f64::from(of) / f64::from(asked.max(1));
                    let exact: Vec<f64> = found.iter().map(|f| share(f.exact, f.asked)).collect();
                    let similar: Vec<f64> = found.iter().map(|f| share(f.similar, f.asked)).collect();
                    let words: Vec<f64> = found.iter().map(|f| f64::from(f.exact)).collect();
                    for (measure, values) in [(EXACT, exact), (SIMILAR, similar), (RECALLED, words)] {
                        note(&mut self.curves, [self.at.noise, self.at.point, measure], 0, &values);
                    }
                    self.at = At { noise: self.at.noise + 1, batch: 0, ..self.at };
                }
            } else {
                self.at = At { point: self.at.point + 1, ..At::default() };
                return Ok(());
            }
            if start.elapsed().as_millis() < 10 {
                batches = (2 * batches).min(64);
            }
        }
        Ok(())
    }

    /// Point with the most words recalled exactly, and how many, among those that are measured.
    fn peak(&self, arm: &str) -> Option<(f64, f64)> {
        let points = self.curves.points.iter().enumerate();
        let means = points.filter_map(|(at, point)| Some((point.x, mean(&self.curves.all(arm, at, RECALLED)?))));
        means.max_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    pub(super) fn sentence(&self) -> String {
        match self.peak("noise-0") {
            Some((at, words)) => format!(
                "Most words come back exactly when {at} are stored: {} of them, on average over the seeds measured.",
                short(words)
            ),
            None => "Nothing has been measured yet.".to_owned(),
        }
    }

    pub(super) fn rows(&self) -> Rows {
        let cell = |arm: &str, at: usize, measure: usize| {
            self.curves.all(arm, at, measure).map_or("–".to_owned(), |values| short(mean(&values)))
        };
        let similar = |arm: &str, at: usize, x: f64| {
            self.curves.all(arm, at, SIMILAR).map_or("–".to_owned(), |values| short(mean(&values) * x))
        };
        let arms = &self.curves.arms;
        let head = ["Stored".to_owned()].into_iter().chain(
            arms.iter().flat_map(|arm| [format!("{}: exactly", arm.label), format!("{}: similarity ≥ 0.9", arm.label)]),
        );
        let row = |(at, &count): (usize, &u32)| {
            let cells =
                arms.iter().flat_map(|arm| [cell(&arm.id, at, RECALLED), similar(&arm.id, at, f64::from(count))]);
            [count.to_string()].into_iter().chain(cells).collect()
        };
        Rows { head: head.collect(), body: self.counts.iter().enumerate().map(row).collect() }
    }

    /// Whether one seed has its peak where the claim has it. A peak has lower points on both sides, and near.
    fn vote(&self, seed: usize) -> Vote {
        let points = self.curves.points.iter().enumerate();
        let words =
            |(at, point): (usize, &Point)| Some((point.x, *self.curves.all("noise-0", at, RECALLED)?.get(seed)?));
        let words: Vec<(f64, f64)> = points.filter_map(words).collect();
        if words.len() < self.counts.len() {
            return Vote::open(UNFINISHED);
        }
        let peak = words.iter().enumerate().max_by(|(_, a), (_, b)| a.1.total_cmp(&b.1)).map_or(0, |(at, _)| at);
        match (peak.checked_sub(1).and_then(|before| words.get(before)), words.get(peak), words.get(peak + 1)) {
            (Some(before), Some(&(at, recalled)), Some(after)) if (at - before.0).max(after.0 - at) <= APART => {
                Vote::of((4000.0..=6000.0).contains(&at) && (3500.0..=5500.0).contains(&recalled))
            }
            (Some(_), Some(_), Some(_)) => {
                Vote::open(format!("points more than {APART} pairs apart: use more of them"))
            }
            _ => Vote::open("the peak is at the end of what is stored"),
        }
    }

    pub(super) fn verdicts(&self, config: &SequenceConfig) -> Vec<Verdict> {
        // The claim is about this size; elsewhere it says nothing.
        let paper = (config.inputs, config.inputs_active, config.data_size, config.data_active) == (256, 11, 256, 11)
            && config.decoders == 4096
            && (16..=20).contains(&config.chosen)
            && config.stored >= 6000;
        let claim = Claim::new(
            "capacity",
            "With 4096 decoder neurons the memory recalls the most words, about 4096, when 4000 to 5000 are stored (within 4000 to 6000 \
             stored and 3500 to 5500 recalled counts).",
            "Bose 2003, MPhil thesis",
        );
        if !paper {
            let needs = "Needs 11-of-256 codes, 4096 decoders of which 16 to 20 fire, and at least 6000 pairs.";
            return vec![claim.untested(needs)];
        }
        let measured = match self.peak("noise-0") {
            Some((at, words)) => format!("The peak so far is {} words, of {at} stored.", short(words)),
            None => "Nothing has been measured yet.".to_owned(),
        };
        let votes: Vec<Vote> = (0..config.seeds as usize).map(|seed| self.vote(seed)).collect();
        vec![claim.judged(&votes, measured)]
    }
}
