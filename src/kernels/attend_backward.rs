//! Gradient of [`attend`](super::attend) by its queries, twin of `shaders/attend_backward.wgsl`: with `g_ij = ⟨dy_i, v_j⟩`,
//! `dq_i = scale Σ_j w_ij (g_ij − Σ_l w_il g_il) k_j`. Keys and values are given, so that nothing goes back to them.

use super::attend::{Shape, product};
use super::real::Real;
use super::{grid, kernel, words};

/// Reads: keys `[rows · length, inner]`, values `[rows · length, width]`, weights `[rows · length, length]`, dy `[rows · length, width]`.
/// Writes: d queries `[rows · length, inner]`.
#[derive(Clone, Debug, PartialEq)]
pub struct AttendBackward {
    /// Shape.
    pub shape: Shape,
    /// Whether it adds to the gradient that is there.
    pub accumulate: bool,
}

kernel! {
    AttendBackward is "attend_backward" for (self, form, replicas);
    reads [
        keys: self.shape.tokens() * self.shape.inner,
        values: self.shape.tokens() * self.shape.width,
        weights: self.shape.tokens() * self.shape.length,
        dy: self.shape.tokens() * self.shape.width,
    ];
    writes [d_queries: self.shape.tokens() * self.shape.inner];
    constants words![ACCUMULATE: self.accumulate];
    uniform self.shape.uniform();
    workgroups grid(self.shape.tokens(), replicas);
    flops self.shape.flops();
}

impl AttendBackward {
    /// The CPU twin.
    fn twin<T: Real>(&self, [keys, values, weights, dy]: [&[T]; 4], [d_queries]: [&mut [T]; 1]) {
        let s = &self.shape;
        let [length, inner, width] = [s.length, s.inner, s.width].map(|size| size as usize);
        let mut back = vec![T::zero(); length];
        let rows = d_queries.chunks_exact_mut(inner).zip(weights.chunks_exact(length)).zip(dy.chunks_exact(width));
        for (token, ((d_query, weights), dy)) in rows.take(s.tokens() as usize).enumerate() {
            let first = token - token % length;
            for (back, value) in back.iter_mut().zip(values[first * width..].chunks_exact(width)) {
                *back = product(dy, value);
            }
            let mean = product(weights, &back);
            if !self.accumulate {
                d_query.fill(T::zero());
            }
            let keys = keys[first * inner..].chunks_exact(inner);
            for ((&weight, &back), key) in weights.iter().zip(&back).zip(keys) {
                let d_logit = T::of(s.scale) * weight * (back - mean);
                d_query.iter_mut().zip(key).for_each(|(d, &key)| *d += d_logit * key);
            }
        }
    }
}
