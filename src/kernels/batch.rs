//! Batch generation, twin of `shaders/batch.wgsl`: tokens and targets of a step, from the counter alone.

use super::real::Real;
use super::{Constants, Form, Spec, Word, control, cover};
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

impl Spec for Batch {
    fn name(&self) -> &'static str {
        "batch"
    }
    fn reads(&self) -> usize {
        1
    }
    fn writes(&self) -> usize {
        2
    }
    fn constants(&self, _: Form) -> Constants {
        use crate::kernels::rng::{STREAM_HELD_OUT, STREAM_TRAINING};
        let task = |task| Word::U(Layout { task, ..self.layout }.code());
        vec![
            ("TASK", Word::U(self.layout.code())),
            ("CAUSAL_COPY", task(Task::CausalCopy)),
            ("PREVIOUS", task(Task::PreviousToken)),
            ("REVERSAL", task(Task::Reversal)),
            ("HALF_SHIFT", task(Task::HalfShift)),
            ("HELD_OUT", Word::U(u32::from(self.split == Split::HeldOut))),
            ("HELD_OUT_SEED", Word::U(HELD_OUT_SEED)),
            ("STREAM_TRAINING", Word::U(STREAM_TRAINING)),
            ("STREAM_HELD_OUT", Word::U(STREAM_HELD_OUT)),
        ]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        vec![
            ("rows", Word::U(self.rows)),
            ("length", Word::U(self.layout.length)),
            ("first", Word::U(self.layout.first_judged())),
            ("source_length", Word::U(self.layout.source_length())),
            ("symbols", Word::U(self.layout.symbols)),
            ("classes", Word::U(source::held_out_classes(self.layout.symbols))),
        ]
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        [cover(self.rows * self.layout.length, 64), replicas, 1]
    }
}

impl Batch {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([control], [tokens, targets]) = (reads, writes) else { return };
        let (seed, step) = match self.split {
            Split::Training => (control[control::SEED].index(), control[control::STEP].index()),
            Split::HeldOut => (HELD_OUT_SEED, 0),
        };
        let length = self.layout.length as usize;
        let mut symbols = [0_u32; 256];
        let symbols = &mut symbols[..self.layout.source_length() as usize];
        let rows = tokens.chunks_exact_mut(length).zip(targets.chunks_exact_mut(self.layout.judged() as usize));
        for ((tokens, targets), row) in rows.zip(0..self.rows) {
            source::draw(symbols, self.layout.symbols, self.split, seed, step, row);
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
