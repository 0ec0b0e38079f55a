//! Batch generation, twin of `shaders/batch.wgsl`: tokens and targets of a step, from the counter alone.

use super::real::Real;
use super::rng::{STREAM_HELD_OUT, STREAM_TRAINING};
use super::{control, cover, kernel, words};
use crate::task::source::{self, Split};
use crate::task::{Layout, Task};

/// Seed of the held-out set: one set for all runs.
pub const HELD_OUT_SEED: u32 = 20_260_501;

/// Reads: control. Writes: tokens `[rows, length]`, targets `[rows, judged]` of the judged positions.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Task and shape.
    pub layout: Layout,
    /// Sequences.
    pub rows: u32,
    /// Which set they come from.
    pub split: Split,
}

kernel! {
    Batch is "batch" for (self, form, replicas);
    reads [control: (self.split == Split::Training).then_some(control::LEN as u32)];
    writes [tokens: self.rows * self.layout.length, targets: self.rows * self.layout.judged()];
    constants words![
        TASK: self.layout.code(),
        CAUSAL_COPY: Layout { task: Task::CausalCopy, ..self.layout }.code(),
        PREVIOUS: Layout { task: Task::PreviousToken, ..self.layout }.code(),
        REVERSAL: Layout { task: Task::Reversal, ..self.layout }.code(),
        HALF_SHIFT: Layout { task: Task::HalfShift, ..self.layout }.code(),
        RECALL: Layout { task: Task::AssociativeRecall, ..self.layout }.code(),
        HELD_OUT: self.split == Split::HeldOut,
        HELD_OUT_SEED, STREAM_TRAINING, STREAM_HELD_OUT,
    ];
    uniform words![
        self;
        rows,
        length: self.layout.length,
        first: self.layout.first_judged(),
        source_length: self.layout.source_length(),
        covered: self.layout.covered(),
        symbols: self.layout.symbols,
        classes: source::held_out_classes(self.layout.symbols),
    ];
    workgroups [cover(self.rows * self.layout.length, 64), replicas, 1];
}

impl Batch {
    /// The CPU twin.
    fn twin<T: Real>(&self, [control]: [&[T]; 1], [tokens, targets]: [&mut [T]; 2]) {
        let (seed, step) = match self.split {
            Split::Training => (control[control::SEED].index(), control[control::STEP].index()),
            Split::HeldOut => (HELD_OUT_SEED, 0),
        };
        let length = self.layout.length as usize;
        let mut symbols = [0_u32; 256];
        let symbols = &mut symbols[..self.layout.source_length() as usize];
        let rows = tokens.chunks_exact_mut(length).zip(targets.chunks_exact_mut(self.layout.judged() as usize));
        for ((tokens, targets), row) in rows.zip(0..self.rows) {
            source::draw(symbols, &self.layout, self.split, seed, step, row);
            let first = self.layout.first_judged();
            for (token, position) in tokens.iter_mut().zip(0..) {
                let (input, wanted) = self.layout.token(position, |i| symbols[i as usize]);
                *token = T::int(input);
                if position >= first {
                    targets[(position - first) as usize] = T::of(wanted);
                }
            }
        }
    }
}
