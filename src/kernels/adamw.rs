//! AdamW (Loshchilov and Hutter 2019) over the whole parameter pool, twin of `shaders/adamw.wgsl`.
//!
//! `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
//! `p ← p − η (m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε) + λ p)`. λ is the replica's own. A stopped replica keeps its
//! parameters, and every replica those that are frozen in it.

use super::grad_norm::Pool;
use super::metrics::{BETA1, BETA2};
use super::real::Real;
use super::{Constants, Form, Spec, Word, control, grid};

const EPSILON: f32 = 1e-8;

/// Reads: control, gradient pool. Writes: parameters, first moments, second moments.
#[derive(Clone, Debug, PartialEq)]
pub struct AdamW {
    /// The pool.
    pub pool: Pool,
}

impl Spec for AdamW {
    fn name(&self) -> &'static str {
        "adamw"
    }
    fn reads(&self) -> usize {
        2
    }
    fn writes(&self) -> usize {
        3
    }
    fn constants(&self, _: Form) -> Constants {
        vec![("BETA1", Word::F(BETA1)), ("BETA2", Word::F(BETA2)), ("EPSILON", Word::F(EPSILON))]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        vec![("len", Word::U(self.pool.len))]
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        grid(self.pool.len, replicas)
    }
    fn pool_elements(&self) -> u32 {
        2 * self.pool.len
    }
}

impl AdamW {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([control, gradients], [parameters, first, second]) = (reads, writes) else { return };
        if control[control::STOPPED] != T::zero() {
            return;
        }
        let (rate, clip) = (control[control::RATE], control[control::CLIP]);
        let first_scale = (T::one() - control[control::BETA1_POWER]).recip();
        let second_scale = (T::one() - control[control::BETA2_POWER]).recip();
        let (beta1, beta2, epsilon) = (T::of(BETA1), T::of(BETA2), T::of(EPSILON));
        let decay = control[control::DECAY];
        for range in self.pool.trained(control) {
            let Some(gradients) = gradients.get(range.clone()) else { continue };
            let moments = first[range.clone()].iter_mut().zip(&mut second[range.clone()]);
            for (((p, &g), m), v) in
                parameters[range].iter_mut().zip(gradients).zip(moments).map(|(pg, (m, v))| ((pg, m), v))
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
