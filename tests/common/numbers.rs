//! Inputs: reproducible numbers, and control blocks.

use mnemoscope::kernels::{Kernel, Number, control, rng};

/// A source of reproducible numbers; every call draws from a new stream.
pub struct Numbers(u32);

impl Numbers {
    pub fn new(family: u32) -> Self {
        Self(family * 10_000)
    }

    fn stream(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }

    /// Draws from N(0, 1).
    pub fn normal(&mut self, len: u32) -> Vec<f32> {
        let stream = self.stream();
        (0..len).map(|element| rng::normal([stream, 1, 2, element])).collect()
    }

    /// Draws from `low..high`.
    pub fn uniform(&mut self, len: u32, low: f32, high: f32) -> Vec<f32> {
        let stream = self.stream();
        let unit = |element| rng::unit(rng::pcg4d([stream, 3, 4, element])[0]) as f32;
        (0..len).map(|element| low + (high - low) * unit(element)).collect()
    }

    /// Whole numbers below `bound`.
    pub fn whole(&mut self, len: u32, bound: u32) -> Vec<f32> {
        let stream = self.stream();
        (0..len).map(|element| rng::below(rng::pcg4d([stream, 5, 6, element])[1], bound) as f32).collect()
    }
}

/// Control blocks of `replicas` replicas with different seeds and steps; `change` sets what a case needs.
pub fn control_blocks(replicas: u32, change: impl Fn(u32, &mut [f32])) -> Vec<f32> {
    let mut blocks = vec![0.0; replicas as usize * control::LEN];
    for (replica, block) in blocks.chunks_exact_mut(control::LEN).enumerate() {
        let replica = replica as u32;
        block[control::SEED] = (1000 * replica + 17) as f32;
        block[control::STEP] = (3 * replica + 5) as f32;
        block[control::BASE_RATE] = 0.01;
        block[control::CLIP] = 1.0;
        block[control::BETA1_POWER] = 1.0;
        block[control::BETA2_POWER] = 1.0;
        change(replica, block);
    }
    blocks
}

/// One if the replica at `replica` has a feature that `wanted` turns on: the first and the third do.
pub fn on(wanted: bool, replica: u32) -> f32 {
    if wanted && replica.is_multiple_of(2) { 1.0 } else { 0.0 }
}

/// Runs a kernel's twin on every replica in f32, to prepare what a reverse kernel reads.
pub fn twin(kernel: &dyn Kernel, replicas: u32, reads: &[&[f32]], writes: &mut [Vec<f32>]) {
    let replicas = replicas as usize;
    for replica in 0..replicas {
        let part = |len: usize| replica * len / replicas..(replica + 1) * len / replicas;
        let reads: Vec<&[f32]> = reads.iter().map(|read| &read[part(read.len())]).collect();
        let mut writes: Vec<&mut [f32]> = writes
            .iter_mut()
            .map(|write| {
                let range = part(write.len());
                &mut write[range]
            })
            .collect();
        f32::run(kernel, &reads, &mut writes).unwrap();
    }
}
