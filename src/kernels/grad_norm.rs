//! Partial sums of the squared gradient norm, twin of `shaders/grad_norm.wgsl`, and which parameters are trained.

use std::ops::Range;

use super::real::{Real, dot};
use super::{control, cover, kernel, words};

/// Gradient elements per partial sum.
const CHUNK: u32 = 2048;

/// The parameter pool. What a replica does not train stands in its control block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Where the CPU's sums are cut: before and after this parameter. A sum's last bits depend on where it is cut, so the place is the
    /// same whatever is frozen. The transformer cuts at its position gain.
    pub cut: u32,
    /// Parameters.
    pub len: u32,
}

impl Pool {
    /// A pool without a cut.
    #[must_use]
    pub fn whole(len: u32) -> Self {
        Self { cut: len, len }
    }

    /// Ranges of the pool that a replica trains, by its control block.
    pub(super) fn trained<T: Real>(&self, control: &[T]) -> Vec<Range<usize>> {
        let len = self.len as usize;
        let (cut, after) = (len.min(self.cut as usize), len.min(self.cut as usize + 1));
        let mut ranges = vec![0..cut, cut..after, after..len];
        for frozen in control[control::FROZEN..].chunks_exact(2).take(control::FROZEN_RANGES) {
            let (from, to) = (frozen[0].index() as usize, frozen[1].index() as usize);
            let around = |range: Range<usize>| {
                let end = range.end;
                [range.start..end.min(from), range.start.max(to)..end]
            };
            ranges = ranges.into_iter().flat_map(around).filter(|range| !range.is_empty()).collect();
        }
        ranges
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

kernel! {
    GradNorm is "grad_norm" for (self, form, replicas);
    reads [control: control::LEN as u32, gradients: self.pool.len];
    writes [partials: self.pool.partials()];
    constants words![CHUNK];
    uniform words![len: self.pool.len, partials: self.pool.partials()];
    workgroups [self.pool.partials(), replicas, 1];
    pool_elements self.pool.len;
}

impl GradNorm {
    /// The CPU twin.
    fn twin<T: Real>(&self, [control, gradients]: [&[T]; 2], [partials]: [&mut [T]; 1]) {
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
