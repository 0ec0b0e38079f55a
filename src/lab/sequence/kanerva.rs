//! Kanerva's memory as an experiment: how many words it holds, and how many wrong bits a cue may have.

use web_time::Instant;

use crate::compute::error::Error;
use crate::lab::claim::{Outcome, Verdict};
use crate::lab::event::ExecutorInfo;
use crate::lab::machine::Machine;
use crate::lab::sequence::config::SequenceConfig;
use crate::lab::sequence::curves::{Arm, Axis, Curves, Kind, Measure, Rows, mean, short};
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
const SOURCE: &str = "Kanerva 1988";

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

/// Where a falling curve goes below a half.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Half {
    /// It is below from the first place on.
    Before(f64),
    /// Between two places, by a straight line.
    At(f64),
    /// It is above to the last.
    Beyond(f64),
}

impl Half {
    fn of(curve: &[(f64, f64)]) -> Option<Self> {
        let (first, last) = (curve.first()?, curve.last()?);
        if first.1 < 0.5 {
            return Some(Self::Before(first.0));
        }
        let below = curve.windows(2).find(|pair| pair[1].1 < 0.5);
        let between = |pair: &[(f64, f64)]| {
            let ((x, y), (next_x, next_y)) = (pair[0], pair[1]);
            Self::At(x + (next_x - x) * (y - 0.5) / (y - next_y))
        };
        Some(below.map_or(Self::Beyond(last.0), between))
    }

    /// A number to compare with others of its kind.
    fn place(self) -> f64 {
        match self {
            Self::Before(_) => 0.0,
            Self::At(place) => place,
            Self::Beyond(_) => f64::INFINITY,
        }
    }
}

/// Sizes of the memories. Where the radius is left to us, it is the best one for a memory that is full by Kanerva's measure, or for the
/// most words if those are fewer.
fn shape(config: &SequenceConfig) -> Shape {
    let (bits, locations) = (config.bits, config.locations);
    let full = (CAPACITY * f64::from(locations)) as u32;
    let radius = match config.radius {
        0 => best_radius(bits, locations, full.min(config.stored)),
        radius => radius,
    };
    Shape { bits, locations, radius }
}

fn measure(id: &'static str, label: &'static str, unit: &'static str, kind: Kind) -> Measure {
    Measure { id, label, unit, kind }
}

impl Kanerva {
    pub(super) fn new(config: &SequenceConfig) -> Self {
        let shape = shape(config);
        let mut counts: Vec<u32> = (1..=config.points)
            .map(|at| (u64::from(config.stored) * u64::from(at) / u64::from(config.points)).max(1) as u32)
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

    pub(super) fn is_open(&self) -> bool {
        self.memory.is_some()
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

    pub(super) async fn open(
        &mut self,
        config: &SequenceConfig,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<ExecutorInfo, Error> {
        let plan = kanerva::plan(&self.shape, config.seeds);
        let (executor, info) = machine.executor(config.executor, plan, progress).await?;
        self.memory = Some(Memory::new(self.shape, &self.seeds, executor)?);
        Ok(info)
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
                self.note(unit);
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
    fn note(&mut self, unit: Unit) {
        let cues = f64::from(unit.cues());
        let bits = f64::from(self.shape.bits);
        let of = |value: &dyn Fn(&Count) -> f64| self.counts.iter().map(value).collect::<Vec<f64>>();
        let exact = of(&|count| f64::from(count.exact) / cues);
        if unit.wrong.is_some() {
            let reads = of(&|count| f64::from(count.reads) / cues);
            self.second.put([unit.arm, unit.point, EXACT], 0, &exact);
            self.second.put([unit.arm, unit.point, READ], 0, &reads);
        } else {
            let recalled = of(&|count| f64::from(count.exact));
            let right = of(&|count| 1.0 - count.differing as f64 / (cues * bits));
            for (measure, values) in [(EXACT, exact), (RECALLED, recalled), (RIGHT, right)] {
                self.curves.put([unit.arm, unit.point, measure], 0, &values);
            }
        }
    }

    /// Whether every point of the first set is measured.
    fn counted(&self) -> bool {
        self.units.get(self.done).is_none_or(|unit| unit.wrong.is_some())
    }

    /// Words at which half of them still come back exactly, over all seeds, as far as is measured.
    fn capacity(&self) -> Option<Half> {
        Half::of(&exact(&self.curves, "words"))
    }

    /// Of each load that is measured to its end, the wrong bits with which half of the cues still lead to their words.
    fn distances(&self) -> Vec<(u32, Half)> {
        let whole = |arm: &&Arm| exact(&self.second, &arm.id).len() == arm.points.len();
        let half = |arm: &Arm| {
            let stored = self.units.iter().find(|unit| unit.wrong.is_some() && load_id(unit.stored) == arm.id)?.stored;
            Some((stored, Half::of(&exact(&self.second, &arm.id))?))
        };
        self.second.arms.iter().filter(whole).filter_map(half).collect()
    }

    fn critical(&self) -> String {
        let one = |(stored, half): (u32, Half)| match half {
            Half::Before(_) => format!("none with {stored} stored"),
            Half::At(wrong) => format!("{} with {stored}", short(wrong)),
            Half::Beyond(wrong) => format!("more than {wrong} with {stored}"),
        };
        self.distances().into_iter().map(one).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn sentence(&self) -> String {
        let share = |words: f64| short(100.0 * words / f64::from(self.shape.locations));
        let capacity = match self.capacity() {
            None => return "Nothing has been measured yet.".to_owned(),
            Some(Half::Before(words)) => {
                format!("Even of {words} words less than half come back exactly. Fewer would show where that begins.")
            }
            Some(Half::At(words)) => format!(
                "Half of the words come back exactly when about {} are stored, {} % of the hard locations.",
                short(words),
                share(words)
            ),
            Some(Half::Beyond(words)) => {
                format!(
                    "Up to {words} words, {} % of the hard locations, at least half come back exactly.",
                    share(words)
                )
            }
        };
        match self.critical() {
            bits if bits.is_empty() => capacity,
            bits => format!("{capacity} Wrong bits with which half of the cues lead to their words: {bits}."),
        }
    }

    pub(super) fn rows(&self) -> Rows {
        let arm = &self.curves.arms[0];
        let cell = |at: usize, measure: usize, factor: f64| {
            let values = self.curves.all(&arm.id, at, measure);
            values.map_or("–".to_owned(), |values| short(factor * mean(&values)))
        };
        let row = |(at, point): (usize, &super::curves::Point)| {
            vec![point.x.to_string(), cell(at, EXACT, 100.0), cell(at, RECALLED, 1.0), cell(at, RIGHT, 100.0)]
        };
        let head = ["Stored", "Recalled exactly, %", "Words recalled exactly", "Bits right, %"];
        Rows { head: head.map(str::to_owned).to_vec(), body: arm.points.iter().enumerate().map(row).collect() }
    }

    pub(super) fn verdicts(&self, config: &SequenceConfig) -> Vec<Verdict> {
        let Shape { bits, locations, radius } = self.shape;
        let full = CAPACITY * f64::from(locations);
        let (least, most) = (full / 2.0, full * 2.0);
        let capacity = match self.capacity() {
            _ if !self.counted() => Outcome::Open,
            Some(Half::At(words)) if (least..=most).contains(&words) => Outcome::Holds,
            Some(Half::At(_)) => Outcome::Fails,
            // Then what was stored does not reach the place where it would be seen.
            Some(Half::Before(words)) if words > least => Outcome::Open,
            Some(Half::Beyond(words)) if words < most => Outcome::Open,
            Some(_) => Outcome::Fails,
            None => Outcome::Open,
        };
        let distances = self.distances();
        let falling = distances.windows(2).all(|pair| pair[1].1.place() < pair[0].1.place());
        let distance = match () {
            () if distances.len() < self.second.arms.len() => Outcome::Open,
            () if distances.len() < 2 => Outcome::Untested,
            () if falling => Outcome::Holds,
            () => Outcome::Fails,
        };
        let memory = format!("{locations} hard locations of {bits} bits, radius {radius}");
        let critical = match self.critical() {
            text if text.is_empty() => "Nothing has been measured yet.".to_owned(),
            text => format!("Wrong bits with which half of the cues lead to their words: {text}; {memory}."),
        };
        let verdict = |id: &str, claim: &str, verdict, measured| Verdict {
            id: id.to_owned(),
            claim: claim.to_owned(),
            source: SOURCE.to_owned(),
            verdict,
            measured,
            seeds: config.seeds,
        };
        let measured = match self.capacity() {
            None => "Nothing has been measured yet.".to_owned(),
            Some(Half::Before(words)) => format!("Less than half come back of {words} words already; {memory}."),
            Some(Half::At(words)) => {
                format!("Half of them come back when about {} are stored; {memory}.", short(words))
            }
            Some(Half::Beyond(words)) => format!("At least half come back of up to {words} words; {memory}."),
        };
        vec![
            verdict(
                "kanerva-capacity",
                "The memory holds about a tenth as many words as it has hard locations (half of them coming back exactly, at half to twice that number, counts).",
                capacity,
                measured,
            ),
            verdict(
                "kanerva-distance",
                "The fuller the memory, the fewer wrong bits a cue may have.",
                distance,
                critical,
            ),
        ]
    }
}

fn load_id(stored: u32) -> String {
    format!("stored-{stored}")
}

/// Mean share of exact recalls by place, of the places that are measured.
fn exact(curves: &Curves, arm: &str) -> Vec<(f64, f64)> {
    let points = curves.arms.iter().find(|other| other.id == arm).map_or(&[][..], |arm| &arm.points);
    let share = |(at, point): (usize, &super::curves::Point)| Some((point.x, mean(&curves.all(arm, at, EXACT)?)));
    points.iter().enumerate().filter_map(share).collect()
}

fn places(numbers: &[u32]) -> Vec<f64> {
    numbers.iter().map(|&number| f64::from(number)).collect()
}

fn capacity(shape: &Shape, counts: &[u32], seeds: &[u32]) -> Curves {
    let mut curves = Curves {
        experiment: "kanerva",
        label: "Kanerva's memory",
        x: Axis { label: "Stored", unit: "words" },
        measures: vec![
            measure(
                "exact",
                "Recalled exactly",
                "share of the stored words that a read from the word itself gives",
                Kind::Share,
            ),
            measure("recalled", "Words recalled exactly", "words", Kind::Count),
            measure("right", "Bits right", "share of the bits that are read", Kind::Share),
        ],
        arms: vec![Arm {
            id: "words".to_owned(),
            label: "Right cues".to_owned(),
            help: format!(
                "Each word is its own address and its own cue; {} hard locations within {} of {} bits, one read.",
                shape.locations, shape.radius, shape.bits
            ),
            points: Vec::new(),
        }],
    };
    curves.make_room(&places(counts), seeds.len());
    curves
}

fn distance(shape: &Shape, loads: &[u32], wrongs: &[u32], seeds: &[u32]) -> Curves {
    let arm = |&stored: &u32| Arm {
        id: load_id(stored),
        label: format!("{stored} stored"),
        help: format!(
            "{CUES} cues a memory, read up to {READS} times, each time from what was read before; {stored} words are {} % of the hard locations.",
            short(100.0 * f64::from(stored) / f64::from(shape.locations))
        ),
        points: Vec::new(),
    };
    let mut curves = Curves {
        experiment: "kanerva",
        label: "Critical distance",
        x: Axis { label: "Wrong bits of the cue", unit: "bits" },
        measures: vec![
            measure(
                "exact",
                "Led to their words",
                "share of the cues whose word is read exactly in the end",
                Kind::Share,
            ),
            measure("reads", "Reads until nothing changes", "reads", Kind::Number),
        ],
        arms: loads.iter().map(arm).collect(),
    };
    curves.make_room(&places(wrongs), seeds.len());
    curves
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::lab::config::ExecutorChoice;

    fn config() -> SequenceConfig {
        SequenceConfig {
            executor: ExecutorChoice::Cpu,
            bits: 64,
            locations: 300,
            stored: 120,
            points: 4,
            seeds: 2,
            seed: 3,
            ..SequenceConfig::default()
        }
    }

    /// Measures all points, a step at a time if `pausing`, with the executor lost at the points named.
    fn run(config: &SequenceConfig, pausing: bool, lost: &[u32]) -> Kanerva {
        let mut work = Kanerva::new(config);
        let mut lost = lost.to_vec();
        pollster::block_on(async {
            while work.done() < work.units() {
                if !work.is_open() {
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
        let all = [&whole.curves, &whole.second].map(|curves| curves.arms.iter().flat_map(|arm| &arm.points));
        let values = all.into_iter().flatten().flat_map(|point| point.values.iter().flatten());
        assert!(values.clone().count() > 40 && values.clone().all(Option::is_some));
        assert_eq!((whole.units(), whole.curves.arms[0].points.len()), (4 + 3 * 5, 4));
        let other = run(&SequenceConfig { seed: 4, ..config }, false, &[]);
        assert_eq!(
            whole.curves.arms[0].points[1].values[RIGHT][1], other.curves.arms[0].points[1].values[RIGHT][0],
            "seed 4 is the same memory, whichever comes before it"
        );
    }

    #[test]
    fn measures_agree_with_each_other() {
        let work = run(&config(), false, &[]);
        let points = &work.curves.arms[0].points;
        for point in points {
            for seed in 0..2 {
                let [exact, recalled, right] = [EXACT, RECALLED, RIGHT].map(|at| point.values[at][seed].unwrap());
                assert!((exact * point.x - recalled).abs() < 1e-9 && right >= exact && right <= 1.0);
            }
        }
        // 30 of 300 is Kanerva's capacity; 120 is far beyond.
        let last = mean(&work.curves.all("words", 3, EXACT).unwrap());
        assert!(mean(&work.curves.all("words", 0, EXACT).unwrap()) > 0.4 && last < 0.1, "{last}");
        // Right cues among the noisy ones, at full load: the same as in the first set, but for sampling and further reads.
        let clean = mean(&work.second.all("stored-30", 0, EXACT).unwrap());
        assert!((clean - mean(&work.curves.all("words", 0, EXACT).unwrap())).abs() < 0.1);
        let reads = work.second.arms.iter().flat_map(|arm| &arm.points).flat_map(|point| point.values[READ].clone());
        assert!(reads.flatten().all(|reads| (0.0..=f64::from(READS)).contains(&reads)));
    }

    #[test]
    fn what_is_said_follows_what_is_measured() {
        let before = Kanerva::new(&config());
        assert!(before.verdicts(&config()).iter().all(|verdict| verdict.verdict == Outcome::Open));
        assert_eq!(before.sentence(), "Nothing has been measured yet.");
        let outcomes = |config: &SequenceConfig| {
            let work = run(config, false, &[]);
            let outcomes = work.verdicts(config).iter().map(|verdict| verdict.verdict).collect::<Vec<_>>();
            (outcomes, work.sentence())
        };
        let (found, sentence) = outcomes(&config());
        assert_eq!(found, [Outcome::Holds, Outcome::Holds], "{sentence}");
        assert!(sentence.contains("Half of the words") && sentence.contains("with 30"), "{sentence}");
        // Too few words to tell, and too many.
        let (found, sentence) = outcomes(&SequenceConfig { stored: 10, points: 2, ..config() });
        assert_eq!(found[0], Outcome::Open, "{sentence}");
        assert!(sentence.starts_with("Up to 10 words"), "{sentence}");
        let (found, sentence) = outcomes(&SequenceConfig { stored: 600, points: 2, ..config() });
        assert_eq!(found[0], Outcome::Open, "{sentence}");
        assert!(sentence.starts_with("Even of 300 words"), "{sentence}");
        // A radius that reaches everything recalls the same word from any cue.
        let (found, sentence) = outcomes(&SequenceConfig { radius: 64, stored: 45, points: 15, ..config() });
        assert_eq!(found[0], Outcome::Fails, "{sentence}");
    }

    #[test]
    fn the_radius_is_the_best_one_unless_it_is_set() {
        assert_eq!(shape(&SequenceConfig { radius: 7, ..config() }).radius, 7);
        assert_eq!(shape(&config()).radius, best_radius(64, 300, 30));
        assert_eq!(shape(&SequenceConfig { stored: 10, ..config() }).radius, best_radius(64, 300, 10));
        let preset = SequenceConfig { bits: 256, locations: 1000, stored: 200, ..config() };
        assert_eq!(shape(&preset).radius, 111);
    }

    #[test]
    fn a_half_is_where_the_line_crosses_it() {
        let half = |curve: &[(f64, f64)]| Half::of(curve);
        assert_eq!(half(&[]), None);
        assert_eq!(half(&[(10.0, 0.4), (20.0, 0.9)]), Some(Half::Before(10.0)));
        assert_eq!(half(&[(10.0, 1.0), (20.0, 0.5)]), Some(Half::Beyond(20.0)));
        assert_eq!(half(&[(10.0, 1.0), (20.0, 0.75), (30.0, 0.25), (40.0, 0.6)]), Some(Half::At(25.0)));
        assert!(Half::Before(10.0).place() < Half::At(0.1).place());
        assert!(Half::At(99.0).place() < Half::Beyond(1.0).place());
    }

    #[test]
    fn the_smallest_memory_has_no_point_twice() {
        let tiny = SequenceConfig { bits: 16, locations: 10, stored: 10, points: 32, seeds: 1, ..config() };
        let work = run(&tiny, false, &[]);
        for curves in [&work.curves, &work.second] {
            for arm in &curves.arms {
                assert!(arm.points.windows(2).all(|pair| pair[0].x < pair[1].x), "{}", arm.id);
            }
        }
        assert_eq!(work.second.arms.len(), 1);
        assert_eq!(work.verdicts(&tiny)[1].verdict, Outcome::Untested);
    }
}
