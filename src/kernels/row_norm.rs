//! Norms without parameters, twin of `shaders/row_norm.wgsl`: `y = (x − μ)/√(mean (x − μ)² + ε)` per row. With μ the row's mean this is
//! layer norm without gain and bias (Ba et al. 2016), with μ = 0 RMSNorm without gain (Zhang and Sennrich 2019).

use super::attend::product;
use super::layer_norm::EPSILON;
use super::real::Real;
use super::{grid, kernel, words};

/// Shape of a tensor whose rows are normalised, and which norm it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Rows per replica.
    pub rows: u32,
    /// Columns.
    pub width: u32,
    /// Whether the mean is taken away.
    pub centred: bool,
}

/// Reads: x `[rows, width]`. Writes: y `[rows, width]`, scales `[rows]`, which are `1/√(mean (x − μ)² + ε)`.
#[derive(Clone, Debug, PartialEq)]
pub struct RowNorm {
    /// Shape.
    pub shape: Shape,
}

kernel! {
    RowNorm is "row_norm" for (self, form, replicas);
    reads [x: self.shape.rows * self.shape.width];
    writes [y: self.shape.rows * self.shape.width, scales: self.shape.rows];
    constants words![EPSILON, CENTRED: self.shape.centred];
    uniform words![rows: self.shape.rows, width: self.shape.width];
    workgroups grid(self.shape.rows, replicas);
}

impl RowNorm {
    /// The CPU twin.
    fn twin<T: Real>(&self, [x]: [&[T]; 1], [y, scales]: [&mut [T]; 2]) {
        let s = &self.shape;
        let width = s.width as usize;
        for ((x, y), scale) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)).zip(scales).take(s.rows as usize) {
            *scale = normalise(x, y, s.centred);
        }
    }
}

/// Normalises a row, and gives the factor by which it did.
pub fn normalise<T: Real>(x: &[T], y: &mut [T], centred: bool) -> T {
    let n = T::int(x.len() as u32);
    let mean = if centred { x.iter().copied().sum::<T>() / n } else { T::zero() };
    y.iter_mut().zip(x).for_each(|(y, &x)| *y = x - mean);
    let scale = (product(y, y) / n + T::of(EPSILON)).sqrt().recip();
    y.iter_mut().for_each(|y| *y *= scale);
    scale
}
