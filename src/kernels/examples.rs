//! A batch from a table of examples, twin of `shaders/examples.wgsl`. In training each row of a step draws its example, with replacement,
//! from the counter alone; else the examples come in order.

use super::real::Real;
use super::rng::{STREAM_TRAINING, below, pcg4d};
use super::{control, grid, kernel, words};

/// Reads: control (only to draw), table `[count, length + 1]` of token identifiers, the target last. Writes: tokens `[rows, length]`,
/// targets `[rows]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Examples {
    /// Examples, at most 2²⁰.
    pub count: u32,
    /// Tokens of each, without the target.
    pub length: u32,
    /// Examples of a batch; in order there are no more than in the table.
    pub rows: u32,
    /// Whether they are drawn.
    pub draws: bool,
}

kernel! {
    Examples is "examples" for (self, form, replicas);
    reads [
        control: self.draws.then_some(control::LEN as u32),
        table: if self.draws { self.count } else { self.count.max(self.rows) } * (self.length + 1),
    ];
    writes [tokens: self.rows * self.length, targets: self.rows];
    constants words![DRAWS: self.draws, STREAM_TRAINING];
    uniform words![self; count, length, rows];
    workgroups grid(self.rows * (self.length + 1), replicas);
}

impl Examples {
    /// The CPU twin.
    fn twin<T: Real>(&self, [control, table]: [&[T]; 2], [tokens, targets]: [&mut [T]; 2]) {
        let length = self.length as usize;
        for (row, target) in (0..self.rows).zip(targets) {
            let example = if self.draws {
                let counter = [control[control::SEED].index(), STREAM_TRAINING, control[control::STEP].index(), row];
                below(pcg4d(counter)[0], self.count)
            } else {
                row
            };
            let example = &table[example as usize * (length + 1)..][..=length];
            tokens[row as usize * length..][..length].copy_from_slice(&example[..length]);
            *target = example[length];
        }
    }
}
