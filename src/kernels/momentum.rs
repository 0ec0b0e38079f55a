//! Gradient descent with momentum (Polyak 1964, as PyTorch has it) over the whole parameter pool, twin of `shaders/momentum.wgsl`:
//! `v ← β v + g`, `p ← p − η (v + λ p)`, β that of AdamW's first moment, g after clipping. A stopped replica keeps its parameters, and
//! every replica those that are frozen in it.

use super::grad_norm::Pool;
use super::metrics::BETA1;
use super::real::Real;
use super::{control, grid, kernel, words};

/// Reads: control, gradient pool. Writes: parameters, velocities, which stand where AdamW has its first moments.
#[derive(Clone, Debug, PartialEq)]
pub struct Momentum {
    /// The pool.
    pub pool: Pool,
}

kernel! {
    Momentum is "momentum" for (self, form, replicas);
    reads [control: control::LEN as u32, gradients: self.pool.len];
    writes [parameters: self.pool.len, first: self.pool.len];
    constants words![BETA1];
    uniform words![len: self.pool.len];
    workgroups grid(self.pool.len, replicas);
    pool_elements 2 * self.pool.len;
}

impl Momentum {
    /// The CPU twin.
    fn twin<T: Real>(&self, [control, gradients]: [&[T]; 2], [parameters, first]: [&mut [T]; 2]) {
        if control[control::STOPPED] != T::zero() {
            return;
        }
        let (rate, clip, decay) = (control[control::RATE], control[control::CLIP], control[control::DECAY]);
        for range in self.pool.trained(control) {
            let moving = parameters[range.clone()].iter_mut().zip(&mut first[range.clone()]);
            for ((p, v), &g) in moving.zip(&gradients[range]) {
                *v = T::of(BETA1) * *v + g * clip;
                *p = *p - rate * (*v + decay * *p);
            }
        }
    }
}
