//! Kanerva's memory: properties, capacity, critical distance, and both executors.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::rc::Rc;

use mnemoscope::compute::Executor;
use mnemoscope::compute::gpu::Gpu;
use mnemoscope::compute::gpu_executor::GpuExecutor;
use mnemoscope::sdm::bits::Patterns;
use mnemoscope::sdm::kanerva::{Kanerva, Recalled, Shape, best_radius, plan};
use pollster::block_on;

const SHAPE: Shape = Shape { bits: 256, locations: 1000, radius: 111 };
const WRONG: u32 = 78;

fn on_cpu(shape: Shape, seeds: &[u32]) -> Kanerva {
    Kanerva::new(shape, seeds, Executor::cpu(plan(&shape, seeds.len() as u32).unwrap())).unwrap()
}

/// Words of each seed.
fn words(shape: Shape, seeds: &[u32], count: u32) -> Vec<Patterns> {
    seeds.iter().map(|&seed| Patterns::draw(shape.bits, 0..count, [seed, 77])).collect()
}

fn store(memory: &mut Kanerva, words: &[Patterns]) {
    block_on(memory.write(words, words)).unwrap();
}

fn recall(memory: &mut Kanerva, cues: &[Patterns], most: u32) -> Recalled {
    block_on(memory.recall(cues, most)).unwrap()
}

/// Share of words that came back with every bit, over all memories.
fn exact(words: &[Patterns], recalled: &[Patterns]) -> f64 {
    let distances: Vec<u32> = words.iter().zip(recalled).flat_map(|(word, got)| got.distances(word)).collect();
    distances.iter().filter(|&&distance| distance == 0).count() as f64 / distances.len() as f64
}

/// The same in a few lines, bit by bit: counters `[locations][bits]` of a memory with this seed.
struct Plain {
    shape: Shape,
    locations: Patterns,
    counters: Vec<Vec<i64>>,
}

impl Plain {
    fn new(shape: Shape, seed: u32) -> Self {
        let counters = vec![vec![0; shape.bits as usize]; shape.locations as usize];
        Self { shape, locations: shape.hard_locations(seed), counters }
    }

    fn reached(&self, address: &[bool]) -> Vec<usize> {
        let differs = |location: usize| {
            (0..self.shape.bits).filter(move |&bit| self.locations.get(location, bit) != address[bit as usize])
        };
        (0..self.counters.len()).filter(|&at| differs(at).count() <= self.shape.radius as usize).collect()
    }

    fn write(&mut self, address: &[bool], word: &[bool]) {
        for location in self.reached(address) {
            self.counters[location]
                .iter_mut()
                .zip(word)
                .for_each(|(counter, &set)| *counter += if set { 1 } else { -1 });
        }
    }

    fn read(&self, cue: &[bool]) -> Vec<bool> {
        let reached = self.reached(cue);
        (0..cue.len()).map(|bit| reached.iter().map(|&at| self.counters[at][bit]).sum::<i64>() > 0).collect()
    }
}

fn bools(patterns: &Patterns, row: usize) -> Vec<bool> {
    (0..patterns.bits()).map(|bit| patterns.get(row, bit)).collect()
}

#[test]
fn it_is_what_a_plain_program_computes() {
    for (bits, locations, radius, count) in [(1, 3, 0, 4), (25, 40, 10, 30), (47, 200, 20, 70), (100, 65, 46, 300)] {
        let shape = Shape { bits, locations, radius };
        let seed = 11;
        let addresses = Patterns::draw(bits, 0..count, [seed, 70]);
        let words = Patterns::draw(bits, 0..count, [seed, 71]);
        let cues = addresses.with_wrong(bits / 9, [seed, WRONG, 0]);
        let mut plain = Plain::new(shape, seed);
        (0..count as usize).for_each(|row| plain.write(&bools(&addresses, row), &bools(&words, row)));
        let mut memory = on_cpu(shape, &[seed]);
        block_on(memory.write(&[addresses], &[words])).unwrap();
        let counters: Vec<i64> =
            block_on(memory.counters()).unwrap()[0].iter().map(|&counter| counter as i64).collect();
        assert_eq!(counters, plain.counters.concat(), "{shape:?}");
        assert!(counters.iter().any(|&counter| counter.abs() > 1));
        let got = recall(&mut memory, std::slice::from_ref(&cues), 1);
        for row in 0..count as usize {
            assert_eq!(bools(&got.words[0], row), plain.read(&bools(&cues, row)), "{shape:?}, cue {row}");
        }
        // Read again and again: the third from the second from the first.
        let got = recall(&mut memory, std::slice::from_ref(&cues), 3);
        let read = |cue: Vec<bool>| plain.read(&cue);
        for row in 0..count as usize {
            assert_eq!(bools(&got.words[0], row), read(read(read(bools(&cues, row)))), "{shape:?}, cue {row}");
        }
    }
}

#[test]
fn one_stored_word_is_recalled_exactly() {
    for (bits, locations) in [(24, 50), (25, 50), (256, 1000), (1000, 333)] {
        let shape = Shape { bits, locations, radius: best_radius(bits, locations, 1) };
        let seeds = [1, 2, 3];
        let words = words(shape, &seeds, 1);
        let addresses: Vec<Patterns> = seeds.iter().map(|&seed| Patterns::draw(bits, 0..1, [seed, 99])).collect();
        for addresses in [&words, &addresses] {
            let mut memory = on_cpu(shape, &seeds);
            block_on(memory.write(addresses, &words)).unwrap();
            assert_eq!(recall(&mut memory, addresses, 1).words, words, "{shape:?}");
        }
    }
}

#[test]
fn writing_twice_doubles_the_counters_and_changes_no_read() {
    let seeds = [4, 5];
    let words = words(SHAPE, &seeds, 150);
    let cues: Vec<Patterns> = words.iter().map(|words| words.with_wrong(30, [4, WRONG, 0])).collect();
    let mut memory = on_cpu(SHAPE, &seeds);
    store(&mut memory, &words);
    let (once, read) = (block_on(memory.counters()).unwrap(), recall(&mut memory, &cues, 10));
    store(&mut memory, &words);
    let twice = block_on(memory.counters()).unwrap();
    assert_eq!(memory.written(), 300);
    assert!(once.concat().iter().zip(twice.concat()).all(|(once, twice)| 2.0 * once == twice));
    assert!(once.concat().iter().any(|&counter| counter > 2.0));
    assert_eq!(recall(&mut memory, &cues, 10), read);
}

#[test]
fn parts_orders_and_neighbours_make_no_difference() {
    let seeds = [6, 7, 8];
    let all = words(SHAPE, &seeds, 300);
    let mut whole = on_cpu(SHAPE, &seeds);
    store(&mut whole, &all);
    let want = block_on(whole.counters()).unwrap();
    let mut parts = on_cpu(SHAPE, &seeds);
    // Later ones first; batches hold 64 and the device 256.
    for range in [230..300, 1..230, 0..1] {
        let part: Vec<Patterns> = all.iter().map(|all| all.part(range.clone())).collect();
        store(&mut parts, &part);
    }
    assert_eq!(block_on(parts.counters()).unwrap(), want);
    let mut alone = on_cpu(SHAPE, &seeds[1..2]);
    store(&mut alone, &all[1..2]);
    assert_eq!(block_on(alone.counters()).unwrap()[0], want[1]);
    let both = [recall(&mut whole, &all, 10), recall(&mut parts, &all, 10)];
    assert_eq!(both[0], both[1]);
    assert_eq!(recall(&mut alone, &all[1..2], 10).words[0], both[0].words[1]);
}

#[test]
fn a_blank_memory_and_a_tie_say_no_bit() {
    let mut memory = on_cpu(SHAPE, &[9]);
    let words = words(SHAPE, &[9], 65);
    let nothing = |count: usize| {
        let mut none = Patterns::new(256);
        (0..count).for_each(|_| none.push(&[]));
        none
    };
    assert_eq!(recall(&mut memory, &words, 10).words[0], nothing(65));
    // A word and its opposite at one address leave nothing.
    let opposite = vec![words[0].with_wrong(256, [0, 0, 0])];
    block_on(memory.write(&words, &words)).unwrap();
    block_on(memory.write(&words, &opposite)).unwrap();
    assert!(block_on(memory.counters()).unwrap()[0].iter().all(|&counter| counter == 0.0));
    assert_eq!(recall(&mut memory, &words, 1).words[0], nothing(65));
    store(&mut memory, &words);
    memory.forget().unwrap();
    assert_eq!((memory.written(), recall(&mut memory, &words, 1).words[0].clone()), (0, nothing(65)));
}

#[test]
fn reads_are_counted_until_nothing_changes() {
    let words = words(SHAPE, &[3], 20);
    let mut memory = on_cpu(SHAPE, &[3]);
    store(&mut memory, &words);
    let settled = recall(&mut memory, &words, 10);
    assert_eq!(settled.words, words);
    assert_eq!(settled.reads[0], vec![0; 20]);
    let near: Vec<Patterns> = vec![words[0].with_wrong(3, [3, WRONG, 0])];
    let got = recall(&mut memory, &near, 10);
    assert!(got.reads[0].iter().all(|&reads| (1..=3).contains(&reads)), "{:?}", got.reads);
    // Zero reads have no meaning; one is done.
    assert_eq!(recall(&mut memory, &near, 0), recall(&mut memory, &near, 1));
    assert!(recall(&mut memory, &[Patterns::new(256)], 10).words[0].is_empty());
}

/// Three seeds gave .973 of 50 words, .553 of 100 and none of 300; an independent program, six seeds, .963, .532 and none. Kanerva says
/// about a tenth of the locations.
#[test]
fn capacity_is_about_a_tenth_of_the_locations() {
    let seeds = [0, 1, 2];
    let share = |count: u32| {
        let words = words(SHAPE, &seeds, count);
        let mut memory = on_cpu(SHAPE, &seeds);
        store(&mut memory, &words);
        exact(&words, &recall(&mut memory, &words, 1).words)
    };
    let shares = [50, 100, 300].map(share);
    assert!(shares[0] > 0.93 && (0.35..0.75).contains(&shares[1]) && shares[2] < 0.02, "{shares:?}");
}

/// Three seeds gave .88, .48 and .05 with 40 wrong bits of 256, at 20, 50 and 100 words stored; an independent program, six seeds,
/// .84, .43 and .04.
#[test]
fn wrong_bits_are_put_right_the_better_the_less_is_stored() {
    let seeds = [0, 1, 2];
    let share = |count: u32| {
        let words = words(SHAPE, &seeds, count);
        let mut memory = on_cpu(SHAPE, &seeds);
        store(&mut memory, &words);
        let in_turns = |seed| Patterns::draw(256, (0..200).map(|cue| cue % count), [seed, 77]);
        let cues: Vec<Patterns> = seeds.map(in_turns).to_vec();
        [8, 40, 128].map(|wrong| {
            let noisy: Vec<Patterns> =
                cues.iter().zip(seeds).map(|(cues, seed)| cues.with_wrong(wrong, [seed, WRONG, 0])).collect();
            exact(&cues, &recall(&mut memory, &noisy, 10).words)
        })
    };
    let [few, some, many] = [20, 50, 100].map(share);
    assert!(few[0] > 0.95 && few[1] > 0.75 && few[2] < 0.15, "{few:?}");
    assert!((0.3..0.65).contains(&some[1]) && some[2] < 0.05, "{some:?}");
    assert!(many[0] < 0.4 && many[1] < 0.15, "{many:?}");
}

#[test]
fn what_does_not_fit_is_told() {
    let mut memory = on_cpu(SHAPE, &[1, 2]);
    let words = words(SHAPE, &[1, 2], 5);
    let shorter = vec![words[0].clone(), words[1].part(0..4)];
    let narrower = vec![Patterns::draw(255, 0..5, [1, 77]); 2];
    for wrong in [&words[..1], &shorter, &narrower] {
        assert_eq!(block_on(memory.write(wrong, &words)).unwrap_err().code(), "internal");
        assert_eq!(block_on(memory.write(&words, wrong)).unwrap_err().code(), "internal");
        assert_eq!(block_on(memory.recall(wrong, 1)).unwrap_err().code(), "internal");
    }
    assert_eq!(memory.written(), 0);
    // 2¹⁷ locations times 2¹⁴ words would be 2³¹ counts.
    let shape = Shape { bits: 1, locations: 1 << 17, radius: 0 };
    let mut memory = on_cpu(shape, &[1]);
    let words = [Patterns::draw(1, 0..1 << 14, [1, 77])];
    let error = block_on(memory.write(&words, &words)).unwrap_err();
    assert_eq!((error.code(), memory.written()), ("config", 0));
    assert!(error.to_string().contains("16383"), "{error}");
}

#[test]
fn both_executors_have_the_same_bits() {
    let gpu = match block_on(Gpu::open()) {
        Ok(gpu) => Rc::new(gpu),
        Err(error) if std::env::var("MNEMOSCOPE_NO_GPU").is_ok_and(|value| value == "1") => {
            println!("SKIPPED, MNEMOSCOPE_NO_GPU=1 and there is no adapter ({error})");
            return;
        }
        Err(error) => panic!("no adapter: {error}"),
    };
    for (bits, locations, radius) in [(256, 1000, 111), (47, 130, 19), (24, 33, 12), (1, 1, 0)] {
        let shape = Shape { bits, locations, radius };
        let seeds = [1, 2, 3];
        let plan = plan(&shape, 3).unwrap();
        let executor = block_on(GpuExecutor::new(Rc::clone(&gpu), &plan, &mut |_| {})).unwrap();
        let mut there = Kanerva::new(shape, &seeds, Executor::Gpu(Box::new(executor))).unwrap();
        let mut here = on_cpu(shape, &seeds);
        let words = words(shape, &seeds, 300);
        let cues: Vec<Patterns> = words.iter().map(|words| words.with_wrong(bits / 20, [1, WRONG, 0])).collect();
        store(&mut here, &words);
        store(&mut there, &words);
        assert_eq!(block_on(here.counters()).unwrap(), block_on(there.counters()).unwrap(), "{shape:?}");
        assert_eq!(recall(&mut here, &cues, 4), recall(&mut there, &cues, 4), "{shape:?}");
    }
}

#[test]
fn a_batch_takes_three_launches_and_no_upload_of_its_own() {
    let words = words(SHAPE, &[1], 256);
    let mut memory = on_cpu(SHAPE, &[1]);
    let before = memory.work();
    store(&mut memory, &words);
    let after = memory.work();
    // Addresses, words and the clock for four batches.
    assert_eq!((after.launches - before.launches, after.uploads - before.uploads), (12, 3));
    assert_eq!(after.submits - before.submits, 1);
}
