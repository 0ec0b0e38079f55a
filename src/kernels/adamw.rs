//! AdamW (Loshchilov and Hutter 2019) over the whole parameter pool, twin of `shaders/adamw.wgsl`.
//!
//! `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
//! `p ← p − η (m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε) + λ p)`. λ is the replica's own. A stopped replica keeps its
//! parameters, and every replica those that are frozen in it.

use super::grad_norm::Pool;
use super::metrics::{BETA1, BETA2};
use super::real::Real;
use super::{control, grid, kernel, words};

/// ε, as in PyTorch.
pub const EPSILON: f32 = 1e-8;

/// Reads: control, gradient pool. Writes: parameters, first moments, second moments.
#[derive(Clone, Debug, PartialEq)]
pub struct AdamW {
    /// The pool.
    pub pool: Pool,
}

kernel! {
    AdamW is "adamw" for (self, form, replicas);
    reads [control: control::LEN as u32, gradients: self.pool.len];
    writes [parameters: self.pool.len, first: self.pool.len, second: self.pool.len];
    constants words![BETA1, BETA2, EPSILON];
    uniform words![len: self.pool.len];
    workgroups grid(self.pool.len, replicas);
    pool_elements 2 * self.pool.len;
}

impl AdamW {
    /// The CPU twin.
    fn twin<T: Real>(&self, [control, gradients]: [&[T]; 2], [parameters, first, second]: [&mut [T]; 3]) {
        if control[control::STOPPED] != T::zero() {
            return;
        }
        let (rate, clip) = (control[control::RATE], control[control::CLIP]);
        let first_scale = (T::one() - control[control::BETA1_POWER]).recip();
        let second_scale = (T::one() - control[control::BETA2_POWER]).recip();
        let (beta1, beta2, epsilon) = (T::of(BETA1), T::of(BETA2), T::of(EPSILON));
        let decay = control[control::DECAY];
        for range in self.pool.trained(control) {
            let moments = first[range.clone()].iter_mut().zip(&mut second[range.clone()]);
            for (((p, &g), m), v) in parameters[range.clone()]
                .iter_mut()
                .zip(&gradients[range.clone()])
                .zip(moments)
                .map(|(pg, (m, v))| ((pg, m), v))
            {
                let g = g * clip;
                *m = beta1 * *m + (T::one() - beta1) * g;
                *v = beta2 * *v + (T::one() - beta2) * g * g;
                let step = *m * first_scale / ((*v * second_scale).sqrt() + epsilon);
                *p = *p - rate * (step + decay * *p);
            }
        }
    }
}
