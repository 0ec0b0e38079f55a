//! Gradient descent over the whole parameter pool, twin of `shaders/descent.wgsl`: `p ← p − η (g + λ p)`, `g` after clipping. A stopped
//! replica keeps its parameters, and every replica those that are frozen in it.

use super::grad_norm::Pool;
use super::real::Real;
use super::{control, grid, kernel, words};

/// Reads: control, gradient pool. Writes: parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Descent {
    /// The pool.
    pub pool: Pool,
}

kernel! {
    Descent is "descent" for (self, form, replicas);
    reads [control: control::LEN as u32, gradients: self.pool.len];
    writes [parameters: self.pool.len];
    uniform words![len: self.pool.len];
    workgroups grid(self.pool.len, replicas);
    pool_elements 2 * self.pool.len;
}

impl Descent {
    /// The CPU twin.
    fn twin<T: Real>(&self, [control, gradients]: [&[T]; 2], [parameters]: [&mut [T]; 1]) {
        if control[control::STOPPED] != T::zero() {
            return;
        }
        let (rate, clip, decay) = (control[control::RATE], control[control::CLIP], control[control::DECAY]);
        for range in self.pool.trained(control) {
            for (p, &g) in parameters[range.clone()].iter_mut().zip(&gradients[range]) {
                *p = *p - rate * (g * clip + decay * *p);
            }
        }
    }
}
