//! Attention over keys and values that are given with each sequence, twin of `shaders/attend.wgsl`:
//! `y_i = Σ_j w_ij v_j`, `w_i = softmax_j(scale ⟨q_i, k_j⟩)`. Each sequence attends to itself, without a mask. The weights are kept for
//! the reverse pass.

use super::real::{Real, exponentials};
use super::{Words, grid, kernel, words};

/// What the forward and the reverse kernel share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Sequences.
    pub rows: u32,
    /// Queries, keys and values of each.
    pub length: u32,
    /// Numbers of a query and of a key.
    pub inner: u32,
    /// Numbers of a value.
    pub width: u32,
    /// Factor of the logits.
    pub scale: f32,
}

impl Shape {
    pub(super) fn uniform(&self) -> Words {
        words![self; rows, length, inner, width, scale]
    }

    /// Queries of all sequences.
    pub(super) fn tokens(&self) -> u32 {
        self.rows * self.length
    }

    /// Products of a query with every key, or of what comes back with every value.
    pub(super) fn flops(&self) -> f64 {
        2.0 * f64::from(self.tokens()) * f64::from(self.length) * f64::from(self.inner + self.width)
    }
}

/// Reads: queries `[rows · length, inner]`, keys `[rows · length, inner]`, values `[rows · length, width]`. Writes: y
/// `[rows · length, width]`, weights `[rows · length, length]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attend {
    /// Shape.
    pub shape: Shape,
}

kernel! {
    Attend is "attend" for (self, form, replicas);
    reads [
        queries: self.shape.tokens() * self.shape.inner,
        keys: self.shape.tokens() * self.shape.inner,
        values: self.shape.tokens() * self.shape.width,
    ];
    writes [y: self.shape.tokens() * self.shape.width, weights: self.shape.tokens() * self.shape.length];
    uniform self.shape.uniform();
    workgroups grid(self.shape.tokens(), replicas);
    flops self.shape.flops();
}

impl Attend {
    /// The CPU twin.
    fn twin<T: Real>(&self, [queries, keys, values]: [&[T]; 3], [y, weights]: [&mut [T]; 2]) {
        let s = &self.shape;
        let [length, inner, width] = [s.length, s.inner, s.width].map(|size| size as usize);
        let rows = y.chunks_exact_mut(width).zip(weights.chunks_exact_mut(length)).zip(queries.chunks_exact(inner));
        for (token, ((y, weights), query)) in rows.take(s.tokens() as usize).enumerate() {
            let first = token - token % length;
            let keys = keys[first * inner..].chunks_exact(inner);
            let mut top = T::neg_infinity();
            for (weight, key) in weights.iter_mut().zip(keys) {
                *weight = T::of(s.scale) * product(query, key);
                top = if *weight > top { *weight } else { top };
            }
            exponentials(weights, top, T::one());
            let total: T = weights.iter().copied().sum();
            y.fill(T::zero());
            for (weight, value) in weights.iter_mut().zip(values[first * width..].chunks_exact(width)) {
                *weight = *weight / total;
                y.iter_mut().zip(value).for_each(|(y, &value)| *y += *weight * value);
            }
        }
    }
}

/// Dot product of short vectors, in order.
pub(super) fn product<T: Real>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).map(|(&a, &b)| a * b).sum()
}
