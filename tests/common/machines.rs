//! Sequence machines on both executors: every code and every choice has to have the same bits.

use std::rc::Rc;

use mnemoscope::compute::Executor;
use mnemoscope::compute::gpu::Gpu;
use mnemoscope::compute::gpu_executor::GpuExecutor;
use mnemoscope::kernels::rng::{STREAM_SEQUENCE, below, pcg4d};
use mnemoscope::sdm::decoder::{TIES, Weights};
use mnemoscope::sdm::machine::{Input, Model, Replica, SequenceMachine, Shape, Trace, plan};

/// The machine of 2005.
pub const PAPER: Shape = Shape {
    size: 256,
    data_active: 11,
    context: 512,
    context_active: 22,
    decoders: 2048,
    chosen: 11,
    weights: Weights::Dense,
    alpha: 0.9,
    graded: true,
    symbols: 15,
    items: 64,
};

pub fn machine(shape: Shape, replicas: &[Replica]) -> SequenceMachine {
    let executor = Executor::cpu(plan(&shape, replicas).unwrap());
    SequenceMachine::new(shape, replicas.to_vec(), executor).unwrap()
}

pub fn inputs(symbols: &[u32], write: bool) -> Vec<Input> {
    symbols.iter().map(|&symbol| Input { symbol: Some(symbol), write }).collect()
}

/// A sequence of an alphabet of 15.
pub fn random(seed: u32, length: u32) -> Vec<u32> {
    (0..length).map(|at| below(pcg4d([seed, STREAM_SEQUENCE, 0, at])[0], 15)).collect()
}

/// Presents each machine's sequence to a blank memory with writing, and once more without.
pub async fn twice(machine: &mut SequenceMachine, sequences: &[Vec<u32>]) -> Vec<Trace> {
    let all = |write| sequences.iter().map(|symbols| inputs(symbols, write)).collect::<Vec<_>>();
    machine.forget().unwrap();
    machine.take_in(&all(true)).await.unwrap();
    machine.rest();
    machine.take_in(&all(false)).await.unwrap()
}

/// Three contexts, two shapes, codes and choices.
pub async fn executors_agree(gpu: Rc<Gpu>) {
    let replicas = [
        Replica { model: Model::Shift, seed: 1 },
        Replica { model: Model::Combined(0.5), seed: 2 },
        Replica { model: Model::Layer(0.4), seed: 3 },
    ];
    let sparse = Weights::Sparse { active: 20, ratio: TIES };
    for shape in [PAPER, Shape { alpha: 1.0, graded: false, weights: sparse, decoders: 333, items: 9, ..PAPER }] {
        let plan = plan(&shape, &replicas).unwrap();
        let executor = GpuExecutor::new(Rc::clone(&gpu), &plan, &mut |_| {}).await.unwrap();
        let executor = Executor::Gpu(Box::new(executor));
        let mut there = SequenceMachine::new(shape, replicas.to_vec(), executor).unwrap();
        let sequences = vec![random(1, 33), random(2, 33), random(3, 33)];
        let here = twice(&mut machine(shape, &replicas), &sequences).await;
        assert_eq!(here, twice(&mut there, &sequences).await);
        assert!(here.iter().all(|trace| trace.predicted.iter().flatten().count() > 20), "they say something");
    }
}
