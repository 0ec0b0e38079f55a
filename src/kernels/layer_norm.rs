//! Layer norm (Ba et al. 2016), twin of `shaders/layer_norm.wgsl`: `y = γ (x − μ)/√(σ² + ε) + β` per row.

use super::real::{Real, dot, sum};
use super::{Words, cover, in_parts, kernel, part_rows, words};

/// ε, as in PyTorch.
pub const EPSILON: f32 = 1e-5;
/// Rows per workgroup; eight invocations share a row.
pub(super) const ROWS: u32 = 16;
/// About so many operations of a product take as long as the twins take for an element.
pub(super) const OPERATIONS: usize = 64;

/// Shape of a normalised tensor and where its γ and β lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Rows per replica.
    pub rows: u32,
    /// Columns.
    pub width: u32,
    /// Offset of γ `[width]` in the parameter pool.
    pub gamma: u32,
    /// Offset of β `[width]` in the parameter pool.
    pub beta: u32,
    /// Elements of the parameter pool per replica.
    pub pool: u32,
}

impl Shape {
    /// The fewest elements of a pool that holds γ and β.
    pub(super) fn least_pool(&self) -> u32 {
        self.pool.max(self.gamma.max(self.beta) + self.width)
    }

    pub(super) fn uniform(&self) -> Words {
        words![self; rows, width, gamma, beta, pool]
    }

    pub(super) fn range(offset: u32, width: u32) -> std::ops::Range<usize> {
        offset as usize..(offset + width) as usize
    }
}

/// Reads: x `[rows, width]`, parameters. Writes: y `[rows, width]`, statistics `[rows, 2]` (μ, 1/√(σ² + ε)).
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNorm {
    /// Shape.
    pub shape: Shape,
}

kernel! {
    LayerNorm is "layer_norm" for (self, form, replicas);
    reads [x: self.shape.rows * self.shape.width, parameters: self.shape.least_pool()];
    writes [y: self.shape.rows * self.shape.width, statistics: 2 * self.shape.rows];
    constants words![EPSILON, ROWS];
    uniform self.shape.uniform();
    workgroups [cover(self.shape.rows, ROWS), replicas, 1];
    pool_elements 2 * self.shape.width;
}

impl LayerNorm {
    /// The CPU twin.
    fn twin<T: Real>(&self, [x, parameters]: [&[T]; 2], [y, statistics]: [&mut [T]; 2]) {
        let s = &self.shape;
        let width = s.width as usize;
        let n = T::int(s.width);
        let gamma = &parameters[Shape::range(s.gamma, s.width)];
        let beta = &parameters[Shape::range(s.beta, s.width)];
        let part = part_rows(OPERATIONS * width);
        let whole = s.rows as usize;
        let parts = y[..whole * width].chunks_mut(part * width).zip(x.chunks(part * width));
        let parts = parts.zip(statistics[..2 * whole].chunks_mut(2 * part));
        in_parts(parts.collect(), |((y, x), statistics): ((&mut [T], &[T]), &mut [T])| {
            let rows = x.chunks_exact(width).zip(y.chunks_exact_mut(width)).zip(statistics.chunks_exact_mut(2));
            for ((x, y), statistics) in rows {
                let mean = sum(x) / n;
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = x - mean;
                }
                let scale = (dot(y, y) / n + T::of(EPSILON)).sqrt().recip();
                for ((y, &gamma), &beta) in y.iter_mut().zip(gamma).zip(beta) {
                    *y = *y * scale * gamma + beta;
                }
                statistics.copy_from_slice(&[mean, scale]);
            }
        });
    }
}
