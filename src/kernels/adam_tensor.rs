//! AdamW with one second moment a tensor instead of one a parameter, twin of `shaders/adam_tensor.wgsl`:
//! `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) mean(g²)` with the mean over the whole tensor,
//! `p ← p − η (m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε) + λ p)`. The mean of squares of a matrix is the same in every orthonormal basis, which
//! those of its entries are not. v stands at every parameter of its tensor; a frozen parameter counts as a gradient of zero.

use super::adamw::EPSILON;
use super::grad_norm::Pool;
use super::metrics::{BETA1, BETA2};
use super::real::Real;
use super::{Words, control, kernel, words};

/// The most tensors of one launch.
pub const MOST_TENSORS: usize = 16;
const ENDS: [&str; MOST_TENSORS] = [
    "end0", "end1", "end2", "end3", "end4", "end5", "end6", "end7", "end8", "end9", "end10", "end11", "end12", "end13",
    "end14", "end15",
];

/// Reads: control, gradient pool. Writes: parameters, first moments, second moments.
#[derive(Clone, Debug, PartialEq)]
pub struct AdamTensor {
    /// The pool.
    pub pool: Pool,
    /// Where the first of the tensors begins, and where each ends; one at least, and up to [`MOST_TENSORS`], one behind the other.
    pub start: u32,
    /// The ends.
    pub ends: Vec<u32>,
}

kernel! {
    AdamTensor is "adam_tensor" for (self, form, replicas);
    reads [control: control::LEN as u32, gradients: self.least()];
    writes [parameters: self.least(), first: self.least(), second: self.least()];
    constants words![BETA1, BETA2, EPSILON];
    uniform self.words();
    workgroups [self.ends.len() as u32, replicas, 1];
    pool_elements 2 * (self.last() - self.start);
}

impl AdamTensor {
    fn last(&self) -> u32 {
        self.ends.last().copied().unwrap_or(self.start)
    }

    fn least(&self) -> u32 {
        self.pool.len.max(self.last())
    }

    fn words(&self) -> Words {
        let ends = ENDS.iter().enumerate().map(|(at, &name)| (name, self.ends.get(at).copied().unwrap_or(0).into()));
        words![len: self.pool.len, start: self.start].into_iter().chain(ends).collect()
    }

    /// The CPU twin.
    fn twin<T: Real>(&self, [control, gradients]: [&[T]; 2], [parameters, first, second]: [&mut [T]; 3]) {
        if control[control::STOPPED] != T::zero() {
            return;
        }
        let (rate, clip, decay) = (control[control::RATE], control[control::CLIP], control[control::DECAY]);
        let first_scale = (T::one() - control[control::BETA1_POWER]).recip();
        let second_scale = (T::one() - control[control::BETA2_POWER]).recip();
        let (beta1, beta2, epsilon) = (T::of(BETA1), T::of(BETA2), T::of(EPSILON));
        let trained = self.pool.trained(control);
        let mut start = self.start as usize;
        for &end in &self.ends {
            let tensor = start..end as usize;
            let parts = || trained.iter().map(|range| range.start.max(tensor.start)..range.end.min(tensor.end));
            let parts: Vec<_> = parts().filter(|range| !range.is_empty()).collect();
            let squares = parts.iter().flat_map(|range| &gradients[range.clone()]).map(|&g| g * clip * g * clip);
            let mean = squares.sum::<T>() / T::int(tensor.len().max(1) as u32);
            for at in parts.into_iter().flatten() {
                first[at] = beta1 * first[at] + (T::one() - beta1) * gradients[at] * clip;
                second[at] = beta2 * second[at] + (T::one() - beta2) * mean;
                let step = first[at] * first_scale / ((second[at] * second_scale).sqrt() + epsilon);
                parameters[at] = parameters[at] - rate * (step + decay * parameters[at]);
            }
            start = end as usize;
        }
    }
}
