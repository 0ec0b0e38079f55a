//! Reverse pass of [`row_norm`](super::row_norm), twin of `shaders/row_norm_backward.wgsl`: with s the row's scale,
//! `dx = s (dy − [mean dy] − y mean(dy y))`, the part in brackets where the mean is taken away.

use super::attend::product;
use super::real::Real;
use super::row_norm::Shape;
use super::{grid, kernel, words};

/// Reads: y `[rows, width]`, scales `[rows]`, dy `[rows, width]`. Writes: dx `[rows, width]`.
#[derive(Clone, Debug, PartialEq)]
pub struct RowNormBackward {
    /// Shape.
    pub shape: Shape,
    /// Whether it adds to the gradient that is there.
    pub accumulate: bool,
}

kernel! {
    RowNormBackward is "row_norm_backward" for (self, form, replicas);
    reads [y: self.shape.rows * self.shape.width, scales: self.shape.rows, dy: self.shape.rows * self.shape.width];
    writes [dx: self.shape.rows * self.shape.width];
    constants words![CENTRED: self.shape.centred, ACCUMULATE: self.accumulate];
    uniform words![rows: self.shape.rows, width: self.shape.width];
    workgroups grid(self.shape.rows, replicas);
}

impl RowNormBackward {
    /// The CPU twin.
    fn twin<T: Real>(&self, [y, scales, dy]: [&[T]; 3], [dx]: [&mut [T]; 1]) {
        let s = &self.shape;
        let (width, n) = (s.width as usize, T::int(s.width));
        let rows = y.chunks_exact(width).zip(dy.chunks_exact(width)).zip(scales).zip(dx.chunks_exact_mut(width));
        for (((y, dy), &scale), dx) in rows.take(s.rows as usize) {
            let mean = if s.centred { dy.iter().copied().sum::<T>() / n } else { T::zero() };
            let along = product(dy, y) / n;
            for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
                let value = scale * (dy - mean - along * y);
                *dx = if self.accumulate { *dx + value } else { value };
            }
        }
    }
}
