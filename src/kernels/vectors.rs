//! A batch of sequences of vectors with their knowledge, twin of `shaders/vectors.wgsl`. Every number is a draw from N(0, 1) that follows
//! from its counter alone; the knowledge is one of the replica's own, or drawn with each sequence.

use super::real::Real;
use super::rng::{STREAM_HELD_OUT, STREAM_TRAINING, STREAM_VECTORS, below, normal, pcg4d};
use super::{control, grid, kernel, words};

/// Reads: control, parameters (only where the knowledge is fixed). Writes: sequences `[rows · length, width]`, knowledge
/// `[rows · known, width]`, and both `[rows · (length + known), width]`, a sequence before its knowledge.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    /// Sequences.
    pub rows: u32,
    /// Vectors of each.
    pub length: u32,
    /// Vectors of knowledge.
    pub known: u32,
    /// Numbers a vector.
    pub width: u32,
    /// Offset in the pool of knowledge `[bases, known, width]` that sequences take in turn; without one it is drawn with each sequence.
    pub knowledge: Option<u32>,
    /// In so many bases, 1 or more.
    pub bases: u32,
    /// Elements of the parameter pool per replica.
    pub pool: u32,
    /// In training, out of how many sequences each is drawn, 0 for fresh ones; else the held-out ones come in order.
    pub draws: Option<u32>,
}

kernel! {
    Vectors is "vectors" for (self, form, replicas);
    reads [
        control: control::LEN as u32,
        parameters: self.knowledge.map(|offset| self.pool.max(offset + self.bases * self.known * self.width)),
    ];
    writes [
        x: self.rows * self.length * self.width,
        z: self.rows * self.known * self.width,
        both: self.rows * self.each(),
    ];
    constants words![
        DRAWS: self.draws.is_some(), FIXED: self.knowledge.is_some(), STREAM_TRAINING, STREAM_HELD_OUT, STREAM_VECTORS,
    ];
    uniform words![
        self; rows, length, known, width,
        samples: self.draws.unwrap_or(0), knowledge: self.knowledge.unwrap_or(0), pool, bases,
    ];
    workgroups grid(self.rows * self.each(), replicas);
}

impl Vectors {
    fn each(&self) -> u32 {
        (self.length + self.known) * self.width
    }

    /// The sequence of that number, held out or to be drawn in training, `[length, width]`, and the knowledge that is drawn with it,
    /// `[known, width]`.
    #[must_use]
    pub fn sample([length, known, width]: [u32; 3], seed: u32, held_out: bool, sample: u32) -> [Vec<f32>; 2] {
        let stream = STREAM_VECTORS + if held_out { STREAM_HELD_OUT } else { STREAM_TRAINING };
        let draw = |element| normal([seed, stream, sample, element]);
        let shown = length * width;
        [(0..shown).map(draw).collect(), (shown..shown + known * width).map(draw).collect()]
    }

    /// The CPU twin.
    fn twin<T: Real>(&self, [control, parameters]: [&[T]; 2], [x, z, both]: [&mut [T]; 3]) {
        let (seed, step) = (control[control::SEED].index(), control[control::STEP].index());
        let shape = [self.length, self.known, self.width];
        let (shown, known) = ((self.length * self.width) as usize, (self.known * self.width) as usize);
        for (row, at) in (0..self.rows).zip(0_usize..) {
            let number = match self.draws {
                None => row,
                Some(0) => step.wrapping_mul(self.rows).wrapping_add(row),
                Some(samples) => below(pcg4d([seed, STREAM_TRAINING, step, row])[0], samples),
            };
            let drawn = if self.knowledge.is_some() { 0 } else { self.known };
            let [sequence, own] = Self::sample([shape[0], drawn, shape[2]], seed, self.draws.is_none(), number);
            let (sequences, knowledge) = both[at * (shown + known)..][..shown + known].split_at_mut(shown);
            sequences.iter_mut().zip(sequence).for_each(|(to, from)| *to = T::of(from));
            match self.knowledge {
                Some(offset) => {
                    let from = offset as usize + (number % self.bases) as usize * known;
                    knowledge.copy_from_slice(&parameters[from..][..known]);
                }
                None => knowledge.iter_mut().zip(own).for_each(|(to, from)| *to = T::of(from)),
            }
            x[at * shown..][..shown].copy_from_slice(sequences);
            z[at * known..][..known].copy_from_slice(knowledge);
        }
    }
}
