//! Partial sums of the squared gradient norm, twin of `shaders/grad_norm.wgsl`, and which parameters are trained.

use super::real::{Real, dot};
use super::{Constants, Form, Spec, Word, control, cover};

/// Gradient elements per partial sum.
const CHUNK: u32 = 2048;

/// The parameter pool: everything up to `gain` is trained by every replica, then come the position gain
/// (one number) and the position table (the rest), which only some replicas train.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Offset of the gain.
    pub gain: u32,
    /// Parameters.
    pub len: u32,
}

impl Pool {
    /// Ranges of the pool that a replica trains, by its control block.
    pub(super) fn trained<T: Real>(&self, control: &[T]) -> [std::ops::Range<usize>; 3] {
        let (gain, len) = (self.gain as usize, self.len as usize);
        let wanted = |flag: usize| control[flag] != T::zero();
        let gain_end = if wanted(control::TRAIN_GAIN) { gain + 1 } else { gain };
        let table_end = if wanted(control::TRAIN_TABLE) { len } else { gain + 1 };
        [0..gain, gain..gain_end, gain + 1..table_end]
    }

    /// Partial sums that [`GradNorm`] writes.
    #[must_use]
    pub fn partials(&self) -> u32 {
        cover(self.len, CHUNK)
    }
}

/// Reads: control, gradient pool. Writes: partial sums `[Pool::partials]`.
#[derive(Clone, Debug, PartialEq)]
pub struct GradNorm {
    /// The pool.
    pub pool: Pool,
}

impl Spec for GradNorm {
    fn name(&self) -> &'static str {
        "grad_norm"
    }
    fn reads(&self) -> usize {
        2
    }
    fn writes(&self) -> usize {
        1
    }
    fn constants(&self, _: Form) -> Constants {
        vec![("CHUNK", Word::U(CHUNK))]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        vec![
            ("gain", Word::U(self.pool.gain)),
            ("len", Word::U(self.pool.len)),
            ("partials", Word::U(self.pool.partials())),
        ]
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        [self.pool.partials(), replicas, 1]
    }
    fn pool_elements(&self) -> u32 {
        self.pool.len
    }
}

impl GradNorm {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([control, gradients], [partials]) = (reads, writes) else { return };
        let trained = self.pool.trained(control);
        for (partial, start) in partials.iter_mut().zip((0..self.pool.len as usize).step_by(CHUNK as usize)) {
            let end = start + CHUNK as usize;
            let squares = trained.iter().map(|range| {
                let part = range.start.max(start)..range.end.min(end);
                let values = gradients.get(part).unwrap_or(&[]);
                dot(values, values)
            });
            *partial = squares.sum();
        }
    }
}
