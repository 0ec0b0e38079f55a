//! The memory alone: pairs of ranked codes, written in one shot and recalled from the address.
//!
//! An address (i of A neurons) goes through the fixed address decoder; the w neurons with the largest dot products fire, in
//! their order; the data word (d of D) is written to the weights from them, `W = max(W, σ σ)`. A cue is decoded in the same way, the
//! store is read by a dot product, and the d largest sums are the recalled word. Source: Bose, Furber and Shapiro (IJCNN 2005).

use super::code::{Order, cosine, draw, levels, significances};
use super::decoder::{self, Weights};
use crate::compute::{Executor, Program};
use crate::error::Error;
use crate::graph::plan::{Plan, Slot};
use crate::graph::{BufferId, Launch};
use crate::kernels::Kernel;
use crate::kernels::clock::{self, Lists};
use crate::kernels::ranked_sum::RankedSum;
use crate::kernels::rng::{STREAM_ADDRESSES, STREAM_DATA, STREAM_NOISE, pcg4d, unit};
use crate::kernels::store::Store;
use crate::kernels::tick::Tick;
use crate::kernels::winners::Winners;

/// Pairs of a batch. What a batch needs of the decoder's sums, a megabyte at 4096 neurons, stays in cache.
pub const BATCH: u32 = 64;
/// The largest weight of a store that keeps significance.
const MOST_STORED: u32 = 4095;

/// Sizes and rules of a memory. The four sparsities are i of A, a of A (in `weights`), w of W, d of D.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// A, neurons of an address.
    pub inputs: u32,
    /// i, neurons of it that fire.
    pub inputs_active: u32,
    /// W, neurons of the address decoder.
    pub decoders: u32,
    /// w, neurons of it that fire.
    pub chosen: u32,
    /// Fixed weights of the decoder.
    pub weights: Weights,
    /// D, neurons of a data word.
    pub size: u32,
    /// d, neurons of it that fire.
    pub data_active: u32,
    /// Significance ratio of all codes.
    pub alpha: f64,
    /// Whether weights keep significance (max-writing), or are binary (OR-writing).
    pub graded: bool,
}

impl Shape {
    /// Weights `[chosen, data_active]` that one pair writes.
    #[must_use]
    pub fn written(&self) -> Vec<u32> {
        if !self.graded {
            return vec![1; (self.chosen * self.data_active) as usize];
        }
        let sizes = |active| significances(active, self.alpha);
        let weight = |line: &f64, data: &f64| (libm::round(f64::from(MOST_STORED) * line * data) as u32).max(1);
        let data = sizes(self.data_active);
        sizes(self.chosen).iter().flat_map(|line| data.iter().map(move |data| weight(line, data))).collect()
    }

    /// Levels of the decoder neurons' ranks, for reading the store.
    #[must_use]
    pub fn line_levels(&self) -> Vec<u32> {
        levels(self.chosen, self.alpha, if self.graded { MOST_STORED } else { 1 })
    }

    /// Levels of an address's ranks, for the decoder.
    #[must_use]
    pub fn input_levels(&self) -> Vec<u32> {
        levels(self.inputs_active, self.alpha, decoder::MOST)
    }
}

/// A pair of codes number `number` of the memory with this seed.
#[must_use]
pub fn pair(shape: &Shape, seed: u32, number: u32) -> (Order, Order) {
    let address = draw(shape.inputs_active, shape.inputs, [seed, STREAM_ADDRESSES, number]);
    let data = draw(shape.data_active, shape.size, [seed, STREAM_DATA, number]);
    (address, data)
}

/// An address with `wrong` of its neurons replaced by others, at random ranks.
#[must_use]
pub fn noisy(address: &[u32], size: u32, wrong: u32, [seed, number]: [u32; 2]) -> Order {
    let mut cue = address.to_vec();
    let ranks = draw(wrong.min(cue.len() as u32), cue.len() as u32, [seed, STREAM_NOISE, 2 * number]);
    let mut tries = 0..;
    for rank in ranks {
        let others = tries
            .by_ref()
            .map(|at| (unit(pcg4d([seed, STREAM_NOISE, 2 * number + 1, at])[0]) * f64::from(size)) as u32);
        // As many wrong neurons as there are right ones are always to be had; see the rules of the configuration.
        let other = others.take(100_000).find(|neuron| !address.contains(neuron) && !cue.contains(neuron));
        if let (Some(place), Some(other)) = (cue.get_mut(rank as usize), other) {
            *place = other;
        }
    }
    cue
}

/// What recalling so many pairs gave, one memory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Recalled {
    /// Pairs that were asked for.
    pub asked: u32,
    /// Words recalled with exactly their neurons, in whatever order.
    pub exact: u32,
    /// Words recalled with their neurons in their order.
    pub ordered: u32,
    /// Words whose cosine to the right one is at least 0.9.
    pub similar: u32,
    /// Mean cosine.
    pub mean: f64,
}

/// Cosine that counts as similar.
pub const SIMILAR: f64 = 0.9;

/// Buffers, in the order of the plan's slots.
#[derive(Clone, Copy)]
enum Buffer {
    Clock,
    Addresses,
    Data,
    Cues,
    Constants,
    Decoder,
    Store,
    DecoderSums,
    Lines,
    DataSums,
    Recalled,
}

impl Buffer {
    fn id(self) -> BufferId {
        BufferId(self as usize)
    }
}

/// Records the plan of `replicas` memories for up to `pairs` pairs: a training step writes a batch, an evaluation recalls one.
///
/// # Errors
/// [`Error::Internal`] if a kernel does not fit its buffers.
pub fn plan(shape: &Shape, replicas: u32, pairs: u32) -> Result<Plan, Error> {
    let s = shape;
    let rows = BATCH.min(pairs.max(1));
    let constants = s.inputs_active + s.chosen + s.chosen * s.data_active;
    let slots = [
        Slot { label: "clock", len: clock::LEN },
        Slot { label: "addresses", len: pairs * s.inputs_active },
        Slot { label: "data words", len: pairs * s.data_active },
        Slot { label: "cues", len: pairs * s.inputs_active },
        Slot { label: "significances", len: constants },
        Slot { label: "decoder weights", len: s.inputs * s.decoders },
        Slot { label: "data store", len: s.decoders * s.size },
        Slot { label: "decoder sums", len: rows * s.decoders },
        Slot { label: "decoder neurons that fire", len: rows * s.chosen },
        Slot { label: "data sums", len: rows * s.size },
        Slot { label: "recalled words", len: pairs * s.data_active },
    ];
    let decode = |from: Buffer| {
        let sum = RankedSum {
            rows,
            active: s.inputs_active,
            inputs: s.inputs,
            columns: s.decoders,
            lists: Lists::of_items(pairs, 0),
            levels: 0,
            constants,
        };
        let choice = Winners { rows, size: s.decoders, active: s.chosen, lists: Lists::of_batch(rows) };
        [
            launch(sum, [Buffer::Clock, from, Buffer::Constants, Buffer::Decoder].map(Some), Buffer::DecoderSums),
            launch(choice, [Buffer::Clock, Buffer::DecoderSums].map(Some), Buffer::Lines),
        ]
    };
    let write = Store {
        rows,
        lines: s.chosen,
        data: s.data_active,
        decoders: s.decoders,
        size: s.size,
        line_lists: Lists::of_batch(rows),
        items: pairs,
        weights: s.inputs_active + s.chosen,
        constants,
        gated: false,
    };
    let read = RankedSum {
        rows,
        active: s.chosen,
        inputs: s.decoders,
        columns: s.size,
        lists: Lists::of_batch(rows),
        levels: s.inputs_active,
        constants,
    };
    let word = Winners { rows, size: s.size, active: s.data_active, lists: Lists::of_items(pairs, 0) };
    let tick = || launch(Tick { by: 1 }, [], Buffer::Clock);
    let [lines, data] = [Buffer::Lines, Buffer::Data].map(Some);
    let written = [Some(Buffer::Clock), lines, data, Some(Buffer::Constants), None];
    let training =
        decode(Buffer::Addresses).into_iter().chain([launch(write, written, Buffer::Store), tick()]).collect();
    let evaluation = decode(Buffer::Cues)
        .into_iter()
        .chain([
            launch(read, [Buffer::Clock, Buffer::Lines, Buffer::Constants, Buffer::Store].map(Some), Buffer::DataSums),
            launch(word, [Buffer::Clock, Buffer::DataSums].map(Some), Buffer::Recalled),
            tick(),
        ])
        .collect();
    Plan::of_slots(replicas, &slots, training, evaluation)
}

fn launch<const R: usize>(kernel: impl Kernel + 'static, reads: [Option<Buffer>; R], write: Buffer) -> Launch {
    Launch::new(kernel, reads.map(|buffer| buffer.map(Buffer::id)), [Some(write.id())])
}

/// Independent memories of one shape, each with the pairs of its seed.
#[derive(Debug)]
pub struct Memory {
    shape: Shape,
    seeds: Vec<u32>,
    pairs: u32,
    executor: Executor,
    written: u32,
    /// What the cues on the device are: how many neurons are wrong.
    cued: Option<u32>,
}

impl Memory {
    /// Memories on an executor that was made for [`plan`]. Nothing is stored yet.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn new(shape: Shape, seeds: Vec<u32>, pairs: u32, executor: Executor) -> Result<Self, Error> {
        let mut memory = Self { shape, seeds, pairs, executor, written: 0, cued: None };
        let s = &memory.shape;
        let levels = s.input_levels().into_iter().chain(s.line_levels()).chain(s.written());
        let constants: Vec<f32> = levels.map(|level| level as f32).collect();
        let drawn =
            memory.seeds.iter().flat_map(|&seed| s.weights.draw(s.inputs, s.decoders, seed)).collect::<Vec<_>>();
        let all = |of: fn((Order, Order)) -> Order| {
            let codes = memory.seeds.iter().flat_map(|&seed| (0..pairs).map(move |number| pair(s, seed, number)));
            codes.flat_map(of).map(|neuron| neuron as f32).collect::<Vec<_>>()
        };
        let (addresses, data) = (all(|(address, _)| address), all(|(_, data)| data));
        let store = vec![0.0; memory.seeds.len() * (s.decoders * s.size) as usize];
        let executor = &mut memory.executor;
        executor.write(Buffer::Constants.id(), &constants.repeat(memory.seeds.len()))?;
        executor.write(Buffer::Decoder.id(), &drawn)?;
        executor.write(Buffer::Addresses.id(), &addresses)?;
        executor.write(Buffer::Data.id(), &data)?;
        executor.write(Buffer::Store.id(), &store)?;
        Ok(memory)
    }

    /// The shape of each.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Pairs stored so far.
    #[must_use]
    pub fn written(&self) -> u32 {
        self.written
    }

    /// What the executor has done.
    #[must_use]
    pub fn counters(&self) -> crate::compute::Counters {
        self.executor.counters()
    }

    /// Stores pairs up to `count` in all: a step of some batches' work, `true` once it is done.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn write(&mut self, count: u32, batches: u32) -> Result<bool, Error> {
        let count = count.min(self.pairs);
        // Writing is idempotent, so that a batch which was cut short may be written again as a whole.
        let first = self.written / BATCH;
        let left = count.div_ceil(BATCH).saturating_sub(first);
        let now = left.min(batches.max(1));
        if self.written < count {
            self.set_clock(first, count)?;
            self.executor.run(Program::Training, now)?;
            self.executor.catch_up(0).await?;
            self.written = count.min((first + now) * BATCH);
        }
        Ok(self.written >= count)
    }

    /// Puts cues with `wrong` wrong neurons on the device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn cue(&mut self, wrong: u32) -> Result<(), Error> {
        if self.cued == Some(wrong) {
            return Ok(());
        }
        let s = self.shape;
        let cue = |seed: u32, number: u32| noisy(&pair(&s, seed, number).0, s.inputs, wrong, [seed, number]);
        let all = self.seeds.iter().flat_map(|&seed| (0..self.pairs).flat_map(move |number| cue(seed, number)));
        let cues: Vec<f32> = all.map(|neuron| neuron as f32).collect();
        self.executor.write(Buffer::Cues.id(), &cues)?;
        self.cued = Some(wrong);
        Ok(())
    }

    /// Recalls batches `from …` of the cues on the device; gives the batch after the last.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn recall(&mut self, from: u32, batches: u32) -> Result<u32, Error> {
        let all = self.written.div_ceil(BATCH);
        let now = all.saturating_sub(from).min(batches.max(1));
        if now > 0 {
            self.set_clock(from, self.written)?;
            self.executor.run(Program::Evaluation, now)?;
            self.executor.catch_up(0).await?;
        }
        Ok(from + now)
    }

    /// Batches that hold what has been stored.
    #[must_use]
    pub fn batches(&self) -> u32 {
        self.written.div_ceil(BATCH)
    }

    /// The words that were recalled last, of each memory.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn words(&mut self) -> Result<Vec<Vec<Order>>, Error> {
        let [words] = self.executor.read([Buffer::Recalled.id()], None).await?;
        let active = self.shape.data_active as usize;
        let word = |word: &[f32]| word.iter().filter(|&&neuron| neuron >= 0.0).map(|&neuron| neuron as u32).collect();
        let of_memory = |words: &[f32]| words.chunks_exact(active).take(self.written as usize).map(word).collect();
        Ok(words.chunks_exact(active * self.pairs as usize).map(of_memory).collect())
    }

    /// Judges the words that were recalled last, memory by memory.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn judge(&mut self) -> Result<Vec<Recalled>, Error> {
        let words = self.words().await?;
        let judge = |(&seed, words): (&u32, &Vec<Order>)| {
            let mut found = Recalled { asked: words.len() as u32, ..Recalled::default() };
            for (word, number) in words.iter().zip(0..) {
                let (_, want) = pair(&self.shape, seed, number);
                let similarity = cosine(word, &want, self.shape.alpha);
                found.ordered += u32::from(*word == want);
                found.similar += u32::from(similarity >= SIMILAR);
                found.mean += similarity;
                let same = word.len() == want.len() && word.iter().all(|neuron| want.contains(neuron));
                found.exact += u32::from(same);
            }
            found.mean /= f64::from(found.asked.max(1));
            found
        };
        Ok(self.seeds.iter().zip(&words).map(judge).collect())
    }

    /// Share of weights that are not zero, memory by memory.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn filled(&mut self) -> Result<Vec<f64>, Error> {
        let [store] = self.executor.read([Buffer::Store.id()], None).await?;
        let size = (self.shape.decoders * self.shape.size) as usize;
        let share = |store: &[f32]| store.iter().filter(|&&weight| weight > 0.0).count() as f64 / size as f64;
        Ok(store.chunks_exact(size).map(share).collect())
    }

    fn set_clock(&mut self, tick: u32, limit: u32) -> Result<(), Error> {
        let clock = [tick as f32, limit as f32].repeat(self.seeds.len());
        self.executor.write(Buffer::Clock.id(), &clock)
    }
}
