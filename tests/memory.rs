//! The memory alone: properties, ties, capacity, and both executors.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::rc::Rc;

use mnemoscope::compute::Executor;
use mnemoscope::compute::gpu::Gpu;
use mnemoscope::compute::gpu_executor::GpuExecutor;
use mnemoscope::sdm::code::Order;
use mnemoscope::sdm::decoder::{TIES, Weights};
use mnemoscope::sdm::memory::{Memory, Recalled, Shape, noisy, pair, plan};
use pollster::block_on;

const BINARY: Shape = Shape {
    inputs: 256,
    inputs_active: 11,
    decoders: 4096,
    chosen: 20,
    weights: Weights::Sparse { active: 20, ratio: TIES },
    size: 256,
    data_active: 11,
    alpha: 1.0,
    graded: false,
};

fn ranked(decoders: u32, weights: Weights) -> Shape {
    Shape { decoders, chosen: 16, weights, alpha: 0.99, graded: true, ..BINARY }
}

fn on_cpu(shape: Shape, seeds: &[u32], pairs: u32) -> Memory {
    let executor = Executor::cpu(plan(&shape, seeds.len() as u32, pairs).unwrap());
    Memory::new(shape, seeds.to_vec(), pairs, executor).unwrap()
}

/// Stores `count` pairs and recalls them from cues with `wrong` wrong neurons.
fn recall(memory: &mut Memory, count: u32, wrong: u32) -> (Vec<Recalled>, Vec<Vec<Order>>) {
    block_on(async {
        while !memory.write(count, 7).await.unwrap() {}
        memory.cue(wrong).unwrap();
        let mut at = 0;
        while at < memory.batches() {
            at = memory.recall(at, 5).await.unwrap();
        }
        (memory.judge().await.unwrap(), memory.words().await.unwrap())
    })
}

#[test]
fn one_stored_pair_is_recalled_exactly() {
    let sparse = Weights::Sparse { active: 20, ratio: 0.9 };
    for weights in [Weights::Dense, sparse] {
        for alpha in [0.5, 0.9, 0.99, 1.0] {
            for graded in [true, false] {
                for (chosen, data_active) in [(1, 1), (3, 7), (16, 11)] {
                    let shape = Shape { chosen, data_active, alpha, graded, decoders: 300, weights, ..BINARY };
                    let (found, words) = recall(&mut on_cpu(shape, &[1, 2, 3], 1), 1, 0);
                    assert!(found.iter().all(|found| found.exact == 1), "{shape:?}: {found:?}");
                    // The order comes back too where the weights keep it.
                    if graded && alpha < 1.0 {
                        assert!(found.iter().all(|found| found.ordered == 1), "{shape:?}: {words:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_recalled_word_has_d_neurons_once_enough_is_stored() {
    let (_, words) = recall(&mut on_cpu(ranked(512, Weights::Dense), &[4], 300), 300, 0);
    for word in &words[0] {
        let mut sorted = word.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 11);
    }
}

#[test]
fn a_blank_memory_says_nothing() {
    let mut memory = on_cpu(ranked(128, Weights::Dense), &[4], 5);
    block_on(async {
        memory.cue(0).unwrap();
        assert_eq!(memory.recall(0, 9).await.unwrap(), 0, "there is nothing to ask for");
        assert!(memory.words().await.unwrap()[0].is_empty());
    });
}

#[test]
fn writing_again_changes_nothing_and_the_number_of_batches_at_once_neither() {
    let shape = ranked(256, Weights::Dense);
    let filled = |steps: &[(u32, u32)]| {
        let mut memory = on_cpu(shape, &[9], 500);
        block_on(async {
            for &(count, batches) in steps {
                while !memory.write(count, batches).await.unwrap() {}
            }
        });
        let (_, words) = recall(&mut memory, 500, 0);
        (block_on(memory.filled()).unwrap(), words)
    };
    let once = filled(&[(500, 100)]);
    // Counts that are no multiples of a batch write parts of some batches twice.
    assert_eq!(once, filled(&[(13, 1), (77, 1), (130, 3), (499, 2), (500, 1)]));
}

#[test]
fn noise_replaces_as_many_neurons_as_it_says() {
    for wrong in [0, 1, 3, 11] {
        for number in 0..50 {
            let (address, _) = pair(&BINARY, 3, number);
            let cue = noisy(&address, 256, wrong, [3, number]);
            let kept = cue.iter().filter(|neuron| address.contains(neuron)).count();
            assert_eq!(kept, 11 - wrong as usize);
            let mut sorted = cue.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), 11);
        }
    }
    // As few neurons as can be: the wrong ones are all that are left.
    assert_eq!(noisy(&[0, 1, 2], 6, 3, [0, 0]).iter().filter(|&&neuron| neuron > 2).count(), 3);
}

/// An independent program that breaks ties at random found 1000 of 1000 and 4715 of 5000 words recalled exactly, and 230 of 8000.
#[test]
fn capacity_is_that_of_an_independent_program() {
    let mut memory = on_cpu(BINARY, &[0, 1], 8000);
    for (count, [least, most]) in [(1000, [1000, 1000]), (5000, [4600, 4800]), (8000, [100, 400])] {
        let (found, _) = recall(&mut memory, count, 0);
        for found in found {
            assert!((least..=most).contains(&found.exact), "{count}: {found:?}");
            assert!(found.similar >= found.exact);
        }
    }
}

/// An independent program, whose weights are no whole numbers and whose ties are broken at random, found 782 of 1000 words recalled
/// exactly with 1 % steps, 797 with equal weights and 728 by α; at α .99 all.
#[test]
fn at_alpha_9_weights_by_alpha_hold_less_than_the_others() {
    let exact = |ratio: f64| {
        let shape = Shape { alpha: 0.9, ..ranked(4096, Weights::Sparse { active: 20, ratio }) };
        recall(&mut on_cpu(shape, &[0, 1], 1000), 1000, 0).0.iter().map(|found| found.exact).sum::<u32>() / 2
    };
    let [steps, equal, alpha] = [TIES, 1.0, 0.9].map(exact);
    assert!((760..=850).contains(&steps) && (760..=850).contains(&equal), "{steps}, {equal}");
    assert!((670..=750).contains(&alpha), "{alpha}");
}

#[test]
fn both_executors_recall_the_same_bits() {
    let gpu = match block_on(Gpu::open()) {
        Ok(gpu) => Rc::new(gpu),
        Err(error) if std::env::var("MNEMOSCOPE_NO_GPU").is_ok_and(|value| value == "1") => {
            println!("SKIPPED, MNEMOSCOPE_NO_GPU=1 and there is no adapter ({error})");
            return;
        }
        Err(error) => panic!("no adapter: {error}"),
    };
    let [sparse, ranked_weights] = [1.0, 0.9].map(|ratio| Weights::Sparse { active: 20, ratio });
    let shapes = [
        Shape { alpha: 0.9, ..ranked(300, ranked_weights) },
        ranked(300, Weights::Dense),
        Shape { decoders: 500, weights: sparse, ..BINARY },
        Shape {
            inputs: 33,
            inputs_active: 5,
            decoders: 65,
            chosen: 7,
            size: 40,
            data_active: 3,
            ..ranked(65, Weights::Dense)
        },
    ];
    for shape in shapes {
        let (seeds, pairs) = (vec![5, 6, 7], 333);
        let plan = plan(&shape, 3, pairs).unwrap();
        let executor = block_on(GpuExecutor::new(Rc::clone(&gpu), &plan, &mut |_| {})).unwrap();
        let mut there = Memory::new(shape, seeds.clone(), pairs, Executor::Gpu(Box::new(executor))).unwrap();
        let mut here = on_cpu(shape, &seeds, pairs);
        for (count, wrong) in [(100, 0), (333, 2)] {
            assert_eq!(recall(&mut here, count, wrong), recall(&mut there, count, wrong), "{shape:?}");
        }
        assert_eq!(block_on(here.filled()).unwrap(), block_on(there.filled()).unwrap());
    }
}
