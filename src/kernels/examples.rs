//! A batch from a table of examples, twin of `shaders/examples.wgsl`. In training each row of a step draws its example, with replacement,
//! from the counter alone; else the examples come in order.

use super::real::Real;
use super::rng::{STREAM_TRAINING, below, pcg4d};
use super::{control, grid, kernel, words};

/// Reads: control (only to draw), table `[count, length + 1]` of token identifiers, of which the last `answers` are targets. Writes: tokens
/// `[rows, length]`, targets `[rows, answers]`. What is to come is shown too, to what comes after it: all but the last of an example are
/// tokens. A token that is shown and not judged stands there as −1 − its identifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Examples {
    /// Examples, at most 2²⁰.
    pub count: u32,
    /// Tokens of each, without the last target.
    pub length: u32,
    /// Targets of each, at least one.
    pub answers: u32,
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
    writes [tokens: self.rows * self.length, targets: self.rows * self.answers];
    constants words![DRAWS: self.draws, STREAM_TRAINING];
    uniform words![self; count, length, rows, answers];
    workgroups grid(self.rows * (self.length + self.answers), replicas);
}

impl Examples {
    /// The CPU twin.
    fn twin<T: Real>(&self, [control, table]: [&[T]; 2], [tokens, targets]: [&mut [T]; 2]) {
        let (length, answers) = (self.length as usize, self.answers as usize);
        for (row, targets) in (0..self.rows).zip(targets.chunks_exact_mut(answers)) {
            let example = if self.draws {
                let counter = [control[control::SEED].index(), STREAM_TRAINING, control[control::STEP].index(), row];
                below(pcg4d(counter)[0], self.count)
            } else {
                row
            };
            let example = &table[example as usize * (length + 1)..][..=length];
            let shown = |&token: &T| if token < T::zero() { -T::one() - token } else { token };
            let tokens = &mut tokens[row as usize * length..][..length];
            tokens.iter_mut().zip(example).for_each(|(token, own)| *token = shown(own));
            targets.copy_from_slice(&example[length + 1 - answers..]);
        }
    }
}
