//! Kanerva's memory as an experiment: how many words it holds, and how many wrong bits a cue may have.

mod findings;

use web_time::Instant;

use crate::error::Error;
use crate::graph::plan::Plan;
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::curves::{arm, curves, measure, note, short};
use crate::model::measure::{Better, Kind};
use crate::run::curves::{Axis, Curves};
use crate::run::event::ExecutorInfo;
use crate::run::machine::Machine;
use crate::sdm::bits::Patterns;
use crate::sdm::kanerva::{self, Kanerva as Memory, ROOM, Shape, best_radius};

/// Stream of the words, which are their own addresses.
const STREAM_WORDS: u32 = 9_051;
/// Stream of the wrong bits of cues.
const STREAM_WRONG: u32 = 9_052;
/// Kanerva's capacity, in words for a hard location.
const CAPACITY: f64 = 0.1;
/// Words of the second set of curves, one for so many hard locations: a quarter of that capacity, half of it, and all.
const LOADS: [u32; 3] = [40, 20, 10];
/// Cues of each memory at a number of wrong bits.
const CUES: u32 = 200;
/// Reads, each from what the one before gave, before a cue counts as unsettled.
const READS: u32 = 10;
/// Cues that are read before somebody may pause, to begin with.
const FEW: u32 = 16;

const EXACT: usize = 0;
const RECALLED: usize = 1;
const RIGHT: usize = 2;
const READ: usize = 1;

/// One point of either set of curves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unit {
    /// Words that the memory holds.
    stored: u32,
    /// Wrong bits of the cues; nothing where every word is its own cue and is read once.
    wrong: Option<u32>,
    arm: usize,
    point: usize,
}

impl Unit {
    fn cues(self) -> u32 {
        if self.wrong.is_some() { CUES } else { self.stored }
    }
}

/// What one memory's cues have given.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    exact: u32,
    differing: u64,
    reads: u32,
}

/// The experiment.
#[derive(Debug)]
pub(super) struct Kanerva {
    pub(super) curves: Curves,
    /// The same by the cue's wrong bits.
    pub(super) second: Curves,
    shape: Shape,
    seeds: Vec<u32>,
    units: Vec<Unit>,
    memory: Option<Memory>,
    done: usize,
    /// Cues of the present unit that have been read, and what came of them.
    asked: u32,
    counts: Vec<Count>,
}

/// Sizes of the memories. Where the radius is left to us, it is the best one for a memory that is full by Kanerva's measure, or for the
/// most words if those are fewer.
fn shape(config: &SequenceConfig) -> Shape {
    let (bits, locations) = (config.bits, config.locations);
    let full = (CAPACITY * f64::from(locations)) as u32;
    let radius = match config.radius {
        0 => best_radius(bits, locations, full.min(config.words)),
        radius => radius,
    };
    Shape { bits, locations, radius }
}

impl Kanerva {
    pub(super) fn new(config: &SequenceConfig) -> Self {
        let shape = shape(config);
        let mut counts: Vec<u32> = (1..=config.points)
            .map(|at| (u64::from(config.words) * u64::from(at) / u64::from(config.points)).max(1) as u32)
            .collect();
        counts.dedup();
        // Beyond three eighths of the bits a cue is hardly nearer to its word than to any other.
        let most = 3 * shape.bits / 8;
        let mut wrongs: Vec<u32> = (0..=config.points).map(|at| most * at / config.points).collect();
        wrongs.dedup();
        let mut loads = LOADS.map(|share| (shape.locations / share).max(1)).to_vec();
        loads.dedup();
        let alone = counts.iter().enumerate().map(|(point, &stored)| Unit { stored, wrong: None, arm: 0, point });
        let noisy = loads.iter().enumerate().flat_map(|(arm, &stored)| {
            let unit = move |(point, &wrong)| Unit { stored, wrong: Some(wrong), arm, point };
            wrongs.iter().enumerate().map(unit)
        });
        let units: Vec<Unit> = alone.chain(noisy).collect();
        let seeds: Vec<u32> = (config.seed..).take(config.seeds as usize).collect();
        let (curves, second) = (capacity(&shape, &counts, &seeds), distance(&shape, &loads, &wrongs, &seeds));
        let counts = vec![Count::default(); seeds.len()];
        Self { curves, second, shape, seeds, units, memory: None, done: 0, asked: 0, counts }
    }

    pub(super) fn units(&self) -> u32 {
        self.units.len() as u32
    }

    pub(super) fn done(&self) -> u32 {
        self.done as u32
    }

    /// The executor is gone; what was stored is stored again, and the point at hand begun anew.
    pub(super) fn lost(&mut self) {
        self.memory = None;
        self.begin();
    }

    fn begin(&mut self) {
        self.asked = 0;
        self.counts.fill(Count::default());
    }

    pub(super) fn plan(&self, config: &SequenceConfig) -> Result<Plan, Error> {
        kanerva::plan(&self.shape, config.seeds)
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
        let plan = config.dealt(self.plan(config)?, 0);
        let (executor, info) = machine.executor(config.executor, plan, progress).await?;
        self.memory = Some(Memory::new(self.shape, &self.seeds, executor)?);
        Ok(Some(info))
    }

    /// Works until `until`, or until a point is done.
    pub(super) async fn work(&mut self, until: &dyn Fn() -> bool) -> Result<(), Error> {
        let Some(memory) = &mut self.memory else {
            return Err(Error::Internal("the memory is not open".to_owned()));
        };
        let Some(&unit) = self.units.get(self.done) else { return Ok(()) };
        let Shape { bits, .. } = self.shape;
        // Large enough that the overhead does not count, small enough that Pause answers at once.
        let mut some = FEW;
        while !until() {
            let start = Instant::now();
            let written = memory.written() as u32;
            if written > unit.stored {
                memory.forget()?;
            } else if written < unit.stored {
                let numbers = written..unit.stored.min(written + some);
                let words: Vec<Patterns> = self
                    .seeds
                    .iter()
                    .map(|&seed| Patterns::draw(bits, numbers.clone(), [seed, STREAM_WORDS]))
                    .collect();
                memory.write(&words, &words).await?;
            } else if self.asked < unit.cues() {
                let first = self.asked;
                let numbers = first..unit.cues().min(first + some);
                let words = |&seed: &u32| {
                    Patterns::draw(bits, numbers.clone().map(|cue| cue % unit.stored), [seed, STREAM_WORDS])
                };
                let words: Vec<Patterns> = self.seeds.iter().map(words).collect();
                let cue = |(words, &seed): (&Patterns, &u32)| {
                    words.with_wrong(unit.wrong.unwrap_or(0), [seed, STREAM_WRONG, first])
                };
                let cues: Vec<Patterns> = words.iter().zip(&self.seeds).map(cue).collect();
                let got = memory.recall(&cues, if unit.wrong.is_some() { READS } else { 1 }).await?;
                for ((count, words), (got, reads)) in
                    self.counts.iter_mut().zip(&words).zip(got.words.iter().zip(&got.reads))
                {
                    for distance in got.distances(words) {
                        count.exact += u32::from(distance == 0);
                        count.differing += u64::from(distance);
                    }
                    count.reads += reads.iter().sum::<u32>();
                }
                self.asked = numbers.end;
            } else {
                self.record(unit);
                self.done += 1;
                self.begin();
                return Ok(());
            }
            if start.elapsed().as_millis() < 10 {
                some = (2 * some).min(ROOM);
            }
        }
        Ok(())
    }

    /// Puts a unit's counts into the curves.
    fn record(&mut self, unit: Unit) {
        let cues = f64::from(unit.cues());
        let bits = f64::from(self.shape.bits);
        let of = |value: &dyn Fn(&Count) -> f64| self.counts.iter().map(value).collect::<Vec<f64>>();
        let exact = of(&|count| f64::from(count.exact) / cues);
        if unit.wrong.is_some() {
            let reads = of(&|count| f64::from(count.reads) / cues);
            note(&mut self.second, [unit.arm, unit.point, EXACT], 0, &exact);
            note(&mut self.second, [unit.arm, unit.point, READ], 0, &reads);
        } else {
            let recalled = of(&|count| f64::from(count.exact));
            let right = of(&|count| 1.0 - count.differing as f64 / (cues * bits));
            for (measure, values) in [(EXACT, exact), (RECALLED, recalled), (RIGHT, right)] {
                note(&mut self.curves, [unit.arm, unit.point, measure], 0, &values);
            }
        }
    }
}

fn load_id(stored: u32) -> String {
    format!("stored-{stored}")
}

fn capacity(shape: &Shape, counts: &[u32], seeds: &[u32]) -> Curves {
    let of_words = "share of the stored words that a read from the word itself gives";
    let measures = vec![
        measure("exact", "Recalled exactly", of_words, Kind::Share, Better::Higher),
        measure("recalled", "Words recalled exactly", "words", Kind::Count, Better::Higher),
        measure("right", "Bits right", "share of the bits that are read", Kind::Share, Better::Higher),
    ];
    let help = format!(
        "Each word is its own address and its own cue; {} hard locations within {} of {} bits, one read.",
        shape.locations, shape.radius, shape.bits
    );
    let arms = vec![arm("words".to_owned(), "Right cues".to_owned(), help)];
    curves(["kanerva", "Kanerva's memory"], Axis::new("stored", "Stored", "words"), measures, arms, seeds, counts)
}

fn distance(shape: &Shape, loads: &[u32], wrongs: &[u32], seeds: &[u32]) -> Curves {
    let of = |&stored: &u32| {
        let help = format!(
            "{CUES} cues a memory, read up to {READS} times, each time from what was read before; {stored} words are {} % of the \
             hard locations.",
            short(100.0 * f64::from(stored) / f64::from(shape.locations))
        );
        arm(load_id(stored), format!("{stored} stored"), help)
    };
    let of_cues = "share of the cues whose word is read exactly in the end";
    let measures = vec![
        measure("led", "Led to their words", of_cues, Kind::Share, Better::Higher),
        measure("reads", "Reads until nothing changes", "reads", Kind::Amount, Better::Neither),
    ];
    let x = Axis::new("wrong", "Wrong bits of the cue", "bits");
    curves(["kanerva", "Critical distance"], x, measures, loads.iter().map(of).collect(), seeds, wrongs)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::labs::sequence::curves::mean;
    use crate::run::claim::Outcome;
    use crate::run::machine::ExecutorChoice;

    pub(super) fn config() -> SequenceConfig {
        SequenceConfig {
            executor: ExecutorChoice::Cpu,
            bits: 64,
            locations: 300,
            words: 120,
            points: 4,
            seeds: 2,
            seed: 3,
            ..SequenceConfig::default()
        }
    }

    /// Measures all points, a step at a time if `pausing`, with the executor lost at the points named.
    pub(super) fn run(config: &SequenceConfig, pausing: bool, lost: &[u32]) -> Kanerva {
        let mut work = Kanerva::new(config);
        let mut lost = lost.to_vec();
        pollster::block_on(async {
            while work.done() < work.units() {
                if work.memory.is_none() {
                    work.open(config, &mut Machine::default(), &mut |_, _| {}).await.unwrap();
                }
                let steps = std::cell::Cell::new(0);
                let until = || steps.replace(steps.get() + 1) > 0;
                work.work(if pausing { &until } else { &|| false }).await.unwrap();
                if work.asked > 0 && lost.first() == Some(&work.done()) {
                    lost.remove(0);
                    work.lost();
                }
            }
        });
        assert!(lost.is_empty(), "the executor was to be lost at {lost:?}");
        work
    }

    #[test]
    fn curves_do_not_depend_on_pauses_or_lost_devices() {
        let config = config();
        let whole = run(&config, false, &[]);
        let parts = run(&config, true, &[1, 3, 4, 9]);
        assert_eq!((&whole.curves, &whole.second), (&parts.curves, &parts.second));
        let all = [&whole.curves, &whole.second].into_iter().flat_map(|curves| &curves.points);
        let values: Vec<f32> = all.flat_map(|point| point.values.iter().flatten().copied()).collect();
        assert!(values.len() > 40 && values.iter().all(|value| value.is_finite()));
        assert_eq!((whole.units(), whole.curves.points.len()), (4 + 3 * 5, 4));
        let other = run(&SequenceConfig { seed: 4, ..config }, false, &[]);
        assert_eq!(
            whole.curves.points[1].values[RIGHT][1], other.curves.points[1].values[RIGHT][0],
            "seed 4 is the same memory, whichever comes before it"
        );
    }

    #[test]
    fn measures_agree_with_each_other() {
        let work = run(&config(), false, &[]);
        let points = &work.curves.points;
        for point in points {
            for seed in 0..2 {
                let [exact, recalled, right] = [EXACT, RECALLED, RIGHT].map(|at| f64::from(point.values[at][seed]));
                assert!((exact * point.x - recalled).abs() < 1e-5 && right >= exact && right <= 1.0);
            }
        }
        // 30 of 300 is Kanerva's capacity; 120 is far beyond.
        let last = mean(&work.curves.all("words", 3, EXACT).unwrap());
        assert!(mean(&work.curves.all("words", 0, EXACT).unwrap()) > 0.4 && last < 0.1, "{last}");
        // Right cues among the noisy ones, at full load: the same as in the first set, but for sampling and further reads.
        let clean = mean(&work.second.all("stored-30", 0, EXACT).unwrap());
        assert!((clean - mean(&work.curves.all("words", 0, EXACT).unwrap())).abs() < 0.1);
        let mut reads = work.second.points.iter().flat_map(|point| point.values[READ].clone());
        assert!(reads.all(|reads| (0.0..=f64::from(READS)).contains(&f64::from(reads))));
    }

    #[test]
    fn the_radius_is_the_best_one_unless_it_is_set() {
        assert_eq!(shape(&SequenceConfig { radius: 7, ..config() }).radius, 7);
        assert_eq!(shape(&config()).radius, best_radius(64, 300, 30));
        assert_eq!(shape(&SequenceConfig { words: 10, ..config() }).radius, best_radius(64, 300, 10));
        let preset = SequenceConfig { bits: 256, locations: 1000, words: 200, ..config() };
        assert_eq!(shape(&preset).radius, 111);
    }

    #[test]
    fn the_smallest_memory_has_no_point_twice() {
        let tiny = SequenceConfig { bits: 16, locations: 10, words: 10, points: 32, seeds: 1, ..config() };
        let work = run(&tiny, false, &[]);
        for curves in [&work.curves, &work.second] {
            assert!(curves.points.windows(2).all(|pair| pair[0].x < pair[1].x), "{}", curves.label);
        }
        assert_eq!(work.second.arms.len(), 1);
        assert_eq!(work.verdicts(&tiny)[1].verdict, Outcome::Untested);
    }
}
