//! Layer norm (Ba et al. 2016), twin of `shaders/layer_norm.wgsl`: `y = γ (x − μ)/√(σ² + ε) + β` per row.

use super::real::{Real, dot, sum};
use super::{Constants, Form, Spec, Word, cover};

/// ε, as in PyTorch.
pub const EPSILON: f32 = 1e-5;
/// Rows per workgroup; eight invocations share a row.
pub(super) const ROWS: u32 = 16;

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
    pub(super) fn uniform(&self) -> Vec<(&'static str, Word)> {
        vec![
            ("rows", Word::U(self.rows)),
            ("width", Word::U(self.width)),
            ("gamma", Word::U(self.gamma)),
            ("beta", Word::U(self.beta)),
            ("pool", Word::U(self.pool)),
        ]
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

impl Spec for LayerNorm {
    fn name(&self) -> &'static str {
        "layer_norm"
    }
    fn reads(&self) -> usize {
        2
    }
    fn writes(&self) -> usize {
        2
    }
    fn constants(&self, _: Form) -> Constants {
        vec![("EPSILON", Word::F(EPSILON)), ("ROWS", Word::U(ROWS))]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        self.shape.uniform()
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        [cover(self.shape.rows, ROWS), replicas, 1]
    }
    fn pool_elements(&self) -> u32 {
        2 * self.shape.width
    }
}

impl LayerNorm {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([x, parameters], [y, statistics]) = (reads, writes) else { return };
        let s = &self.shape;
        let width = s.width as usize;
        let n = T::int(s.width);
        let gamma = &parameters[Shape::range(s.gamma, s.width)];
        let beta = &parameters[Shape::range(s.beta, s.width)];
        let rows = x.chunks_exact(width).zip(y.chunks_exact_mut(width)).zip(statistics.chunks_exact_mut(2));
        for ((x, y), statistics) in rows.take(s.rows as usize) {
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
    }
}
