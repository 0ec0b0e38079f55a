//! Kanerva's sparse distributed memory, the ancestor: binary addresses and words, hard locations that a Hamming radius reaches, and
//! counters.
//!
//! A word is written by adding it (±1 for each bit) to the counters of every hard location within the radius of its address, and
//! read by summing the counters of every location within the radius of the cue, and taking signs. If a word is its own address,
//! what is read can be the next cue: a cue with wrong bits then comes nearer to the word, or drifts away from it.
//!
//! Source: P. Kanerva, "Sparse Distributed Memory" (MIT Press, 1988). The kernels are `hamming`, `counters` and `majority`; all numbers
//! are whole, so that both executors have the same bits.

use super::bits::Patterns;
use crate::compute::{Executor, Program};
use crate::error::Error;
use crate::graph::plan::{Plan, Slot};
use crate::graph::{BufferId, Launch};
use crate::kernels::Kernel;
use crate::kernels::clock;
use crate::kernels::counters::Counters;
use crate::kernels::hamming::{Hamming, packed};
use crate::kernels::majority::Majority;
use crate::kernels::tick::Tick;

/// Stream of the hard locations.
const STREAM_LOCATIONS: u32 = 9_050;
/// Patterns that go through the kernels at once.
pub const BATCH: u32 = 64;
/// Patterns that the device has room for; more of them come in parts. A multiple of [`BATCH`].
pub const ROOM: u32 = 256;
/// A counter is exact below this in single precision.
const MOST_COUNTED: u64 = 1 << 24;
/// A sum of counters is exact below this in the kernel's integers.
const MOST_SUMMED: u64 = 1 << 31;

/// Sizes of a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bits n of an address and of a word.
    pub bits: u32,
    /// Hard locations M.
    pub locations: u32,
    /// Locations within this Hamming distance are reached.
    pub radius: u32,
}

impl Shape {
    /// The hard locations of the memory with this seed.
    #[must_use]
    pub fn hard_locations(&self, seed: u32) -> Patterns {
        Patterns::draw(self.bits, 0..self.locations, [seed, STREAM_LOCATIONS])
    }
}

/// Probability that a random hard location is within `radius` of an address: `Σ_{i ≤ r} C(n, i) / 2ⁿ`.
#[must_use]
pub fn activation(bits: u32, radius: u32) -> f64 {
    let mut log = -f64::from(bits) * std::f64::consts::LN_2;
    let mut total = libm::exp(log);
    for i in 1..=radius.min(bits) {
        log += libm::log(f64::from(bits - i + 1) / f64::from(i));
        total += libm::exp(log);
    }
    total.min(1.0)
}

/// The share of locations that an address should reach, `p = (2 M T)^(−1/3)` with M locations and T words stored.
///
/// A read sums `M p` counts of the right word. Its variance, the number of locations reached being a random one too, is about
/// `M p (1 + T p + T M p³)`: the T other words each share about `M p²` locations with the cue, and change all of them together. The ratio
/// of the squared signal to it, `M p / (1 + T p + T M p³)`, is largest where `2 T M p³ = 1`. Source: P. Kanerva, "Sparse Distributed Memory
/// and Related Models" (1993), after L. Jaeckel.
#[must_use]
pub fn best_activation(locations: u32, stored: u32) -> f64 {
    let product = 2.0 * f64::from(locations.max(1)) * f64::from(stored.max(1));
    1.0 / libm::cbrt(product)
}

/// The radius whose [`activation`] comes nearest to the [`best_activation`], by their ratio.
#[must_use]
pub fn best_radius(bits: u32, locations: u32, stored: u32) -> u32 {
    let wanted = libm::log(best_activation(locations, stored));
    let off = |&radius: &u32| (libm::log(activation(bits, radius).max(f64::MIN_POSITIVE)) - wanted).abs();
    (0..=bits).min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(0)
}

/// Buffers, in the order of the plan's slots.
#[derive(Clone, Copy)]
enum Buffer {
    Clock,
    Locations,
    Addresses,
    Words,
    Cues,
    Near,
    Counters,
}

impl Buffer {
    fn id(self) -> BufferId {
        BufferId(self as usize)
    }
}

/// Records the plan of `replicas` memories: a training step writes a batch of pairs, an evaluation reads a batch of cues, each cue
/// being replaced by what is read from it. Three launches each.
///
/// # Errors
/// [`Error::Internal`] if a kernel does not fit its buffers.
pub fn plan(shape: &Shape, replicas: u32) -> Result<Plan, Error> {
    let &Shape { bits, locations, radius } = shape;
    let (rows, items, words) = (BATCH, ROOM, packed(bits));
    let slots = [
        Slot { label: "clock", len: clock::LEN },
        Slot { label: "hard locations", len: locations * words },
        Slot { label: "addresses", len: items * words },
        Slot { label: "words", len: items * words },
        Slot { label: "cues", len: items * words },
        Slot { label: "locations that are reached", len: rows * locations },
        Slot { label: "counters", len: locations * bits },
    ];
    let reach = |from: Buffer| {
        let kernel = Hamming { rows, items, locations, words, radius };
        launch(kernel, &[Buffer::Clock, Buffer::Locations, from], Buffer::Near)
    };
    let count = Counters { rows, items, locations, bits };
    let sum = Majority { rows, items, locations, bits };
    let tick = || launch(Tick { by: 1 }, &[], Buffer::Clock);
    let training = vec![
        reach(Buffer::Addresses),
        launch(count, &[Buffer::Clock, Buffer::Near, Buffer::Words], Buffer::Counters),
        tick(),
    ];
    let evaluation =
        vec![reach(Buffer::Cues), launch(sum, &[Buffer::Clock, Buffer::Near, Buffer::Counters], Buffer::Cues), tick()];
    Plan::of_slots(replicas, &slots, training, evaluation)
}

fn launch(kernel: impl Kernel + 'static, reads: &[Buffer], write: Buffer) -> Launch {
    let reads: Vec<_> = reads.iter().map(|buffer| Some(buffer.id())).collect();
    Launch::new(kernel, reads, [Some(write.id())])
}

/// What was recalled.
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// Of each memory, the words in the order of their cues.
    pub words: Vec<Patterns>,
    /// Of each memory and cue, how many reads changed it: 0 if the cue itself is what the memory says. As many as were allowed
    /// if it may not have settled.
    pub reads: Vec<Vec<u32>>,
}

/// Independent memories of one shape, each with the hard locations of its seed.
#[derive(Debug)]
pub struct Kanerva {
    shape: Shape,
    replicas: usize,
    executor: Executor,
    written: u64,
}

impl Kanerva {
    /// Memories on an executor that was made for [`plan`] with as many replicas as there are seeds. Nothing is stored yet.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn new(shape: Shape, seeds: &[u32], executor: Executor) -> Result<Self, Error> {
        let mut memory = Self { shape, replicas: seeds.len(), executor, written: 0 };
        let drawn = seeds.iter().flat_map(|&seed| shape.hard_locations(seed).packed().to_vec());
        let locations: Vec<f32> = drawn.collect();
        memory.executor.write(Buffer::Locations.id(), &locations)?;
        memory.forget()?;
        Ok(memory)
    }

    /// Words written to each memory since it was blank.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// What the executor has done.
    #[must_use]
    pub fn work(&self) -> crate::compute::Counters {
        self.executor.counters()
    }

    /// Sets all counters to zero.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn forget(&mut self) -> Result<(), Error> {
        let counters = self.shape.locations as usize * self.shape.bits as usize;
        self.executor.write(Buffer::Counters.id(), &vec![0.0; self.replicas * counters])?;
        self.written = 0;
        Ok(())
    }

    /// Writes words at addresses, of each memory as many. Waits until it is done.
    ///
    /// # Errors
    /// [`Error::Config`] if so much has been written that counts would no longer be exact, with nothing written then;
    /// [`Error::Internal`] if the patterns do not fit the memories; [`Error::DeviceLost`].
    pub async fn write(&mut self, addresses: &[Patterns], words: &[Patterns]) -> Result<(), Error> {
        let count = self.check(addresses)?;
        if self.check(words)? != count {
            return Err(Error::Internal("there are not as many words as addresses".to_owned()));
        }
        let all = self.written + count as u64;
        if all >= MOST_COUNTED || all * u64::from(self.shape.locations) >= MOST_SUMMED {
            return Err(Error::Config(format!(
                "A memory of {} hard locations counts exactly up to {} words. Store fewer, or take fewer hard locations.",
                self.shape.locations,
                MOST_COUNTED.min(MOST_SUMMED / u64::from(self.shape.locations.max(1))) - 1
            )));
        }
        for first in (0..count).step_by(ROOM as usize) {
            let now = (count - first).min(ROOM as usize);
            self.upload(Buffer::Addresses, addresses, first)?;
            self.upload(Buffer::Words, words, first)?;
            self.go(Program::Training, now)?;
            self.executor.catch_up(0).await?;
            self.written += now as u64;
        }
        Ok(())
    }

    /// Reads from cues, of each memory as many; what is read is the next cue, until nothing changes or `most` reads are done (one at
    /// least). With words that are not their own addresses only one read has a meaning.
    ///
    /// # Errors
    /// [`Error::Internal`] if the cues do not fit the memories; [`Error::DeviceLost`].
    pub async fn recall(&mut self, cues: &[Patterns], most: u32) -> Result<Recalled, Error> {
        let count = self.check(cues)?;
        let none = || Patterns::new(self.shape.bits);
        let mut words: Vec<Patterns> = (0..self.replicas).map(|_| none()).collect();
        let mut reads = vec![Vec::with_capacity(count); self.replicas];
        for first in (0..count).step_by(ROOM as usize) {
            let mut now: Vec<Patterns> = cues.iter().map(|cues| cues.part(first..first + ROOM as usize)).collect();
            let mut changed = vec![vec![0; now.first().map_or(0, Patterns::len)]; self.replicas];
            self.upload(Buffer::Cues, cues, first)?;
            for read in 1..=most.max(1) {
                self.go(Program::Evaluation, (count - first).min(ROOM as usize))?;
                let next = self.read(count - first).await?;
                for ((changed, now), next) in changed.iter_mut().zip(&now).zip(&next) {
                    let moved = changed.iter_mut().zip(now.distances(next)).filter(|(_, distance)| *distance > 0);
                    moved.for_each(|(changed, _)| *changed = read);
                }
                if std::mem::replace(&mut now, next) == now {
                    break;
                }
            }
            for ((words, reads), (now, changed)) in words.iter_mut().zip(&mut reads).zip(now.iter().zip(changed)) {
                words.append(now);
                reads.extend(changed);
            }
        }
        Ok(Recalled { words, reads })
    }

    /// Counters `[locations, bits]` of each memory.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn counters(&mut self) -> Result<Vec<Vec<f32>>, Error> {
        let [counters] = self.executor.read([Buffer::Counters.id()], None).await?;
        let each = self.shape.locations as usize * self.shape.bits as usize;
        Ok(counters.chunks_exact(each.max(1)).map(<[f32]>::to_vec).collect())
    }

    /// How many patterns each memory is given, if there are patterns for every memory, equally many, of its bits.
    fn check(&self, patterns: &[Patterns]) -> Result<usize, Error> {
        let count = patterns.first().map_or(0, Patterns::len);
        let fits = |patterns: &Patterns| patterns.bits() == self.shape.bits && patterns.len() == count;
        if patterns.len() == self.replicas && patterns.iter().all(fits) {
            Ok(count)
        } else {
            Err(Error::Internal(format!(
                "{} memories of {} bits were given patterns for {}, or of other lengths or numbers",
                self.replicas,
                self.shape.bits,
                patterns.len()
            )))
        }
    }

    /// Fills a buffer with patterns from `first` on, as many as there is room for.
    fn upload(&mut self, buffer: Buffer, patterns: &[Patterns], first: usize) -> Result<(), Error> {
        let room = (ROOM * packed(self.shape.bits)) as usize;
        let mut values = Vec::with_capacity(room * self.replicas);
        for (patterns, end) in patterns.iter().zip((room..).step_by(room)) {
            values.extend_from_slice(patterns.part(first..first + ROOM as usize).packed());
            values.resize(end, 0.0);
        }
        self.executor.write(buffer.id(), &values)
    }

    /// Runs a program over the first `count` patterns that are on the device.
    fn go(&mut self, program: Program, count: usize) -> Result<(), Error> {
        self.executor.write(Buffer::Clock.id(), &[0.0, count as f32].repeat(self.replicas))?;
        self.executor.run(program, (count as u32).div_ceil(BATCH))
    }

    /// The first `count` patterns of the cues on the device, as far as there is room.
    async fn read(&mut self, count: usize) -> Result<Vec<Patterns>, Error> {
        let [values] = self.executor.read([Buffer::Cues.id()], None).await?;
        let room = (ROOM * packed(self.shape.bits)) as usize;
        let patterns = |values: &[f32]| Patterns::of_packed(self.shape.bits, values.to_vec()).part(0..count);
        Ok(values.chunks_exact(room).map(patterns).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activation_is_the_share_of_the_space() {
        // 1 + 8 + 28 of 256 points.
        assert!((activation(8, 2) - 37.0 / 256.0).abs() < 1e-14);
        assert!((activation(8, 8) - 1.0).abs() < 1e-14);
        assert!((activation(1, 0) - 0.5).abs() < 1e-15);
        // Half of an odd number of bits, where a middle does not exist.
        assert!((activation(1023, 511) - 0.5).abs() < 1e-10);
        // Kanerva's own: 1000 bits, radius 451, about a thousandth.
        assert!((activation(1000, 451) / 0.001 - 1.0).abs() < 0.1, "{}", activation(1000, 451));
    }

    #[test]
    fn the_best_activation_has_the_largest_ratio_of_signal_to_noise() {
        for (locations, stored) in [(1000, 50), (1000, 200), (1_000_000, 10_000)] {
            let (m, t) = (f64::from(locations), f64::from(stored));
            let ratio = |p: f64| m * p / (1.0 + t * p + t * m * p * p * p);
            let best = best_activation(locations, stored);
            for factor in [0.5, 0.9, 1.1, 2.0] {
                assert!(ratio(best) > ratio(best * factor), "{locations}, {stored}: {factor} times is better");
            }
        }
    }

    #[test]
    fn the_best_radius_is_the_nearest_of_its_neighbours() {
        for (bits, locations, stored) in [(256, 1000, 100), (1000, 1_000_000, 10_000), (16, 10, 1), (1024, 20_000, 1)] {
            let radius = best_radius(bits, locations, stored);
            let off = |radius: u32| (activation(bits, radius) / best_activation(locations, stored)).ln().abs();
            assert!(radius == 0 || off(radius) <= off(radius - 1));
            assert!(radius == bits || off(radius) <= off(radius + 1));
        }
        assert_eq!(best_radius(1000, 1_000_000, 10_000), 446);
    }
}
