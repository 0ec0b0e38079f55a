//! Products of the rows of each sequence with a matrix of that sequence's own, twin of `shaders/product.wgsl`:
//! `y[s, i, j] = scale Σ_k x[s, i, k] W[s, k, j]`, or with `W[s, j, k]` where the matrices are stored transposed.

use super::gemm::{Matrix, Store, multiply};
use super::matmul::Operand;
use super::real::Real;
use super::{grid, kernel, words};

/// Reads: x `[rows · length, inner]`, matrices `[rows, inner, columns]`, or `[rows, columns, inner]`. Writes: y `[rows · length, columns]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Sequences.
    pub rows: u32,
    /// Rows of x of each.
    pub length: u32,
    /// Length of the sums.
    pub inner: u32,
    /// Columns of y.
    pub columns: u32,
    /// Whether the matrices are stored `[columns, inner]`.
    pub transposed: bool,
    /// Factor of the sums.
    pub scale: f32,
    /// Whether it adds to what y holds.
    pub accumulate: bool,
}

kernel! {
    Product is "product" for (self, form, replicas);
    reads [x: self.rows * self.length * self.inner, matrix: self.rows * self.inner * self.columns];
    writes [y: self.rows * self.length * self.columns];
    constants words![TRANSPOSED: self.transposed, ACCUMULATE: self.accumulate];
    uniform words![self; rows, length, inner, columns, scale];
    workgroups grid(self.rows * self.length * self.columns, replicas);
    flops 2.0 * f64::from(self.rows * self.length) * f64::from(self.inner) * f64::from(self.columns);
}

impl Product {
    /// The CPU twin.
    fn twin<T: Real>(&self, [x, matrix]: [&[T]; 2], [y]: [&mut [T]; 1]) {
        let [length, inner, columns] = [self.length, self.inner, self.columns];
        let sizes = [length * inner, inner * columns, length * columns].map(|size| size as usize);
        let how = if self.accumulate { Store::Add } else { Store::New };
        let (row, column) = if self.transposed { (1, inner) } else { (columns, 1) };
        let sequences = x.chunks_exact(sizes[0]).zip(matrix.chunks_exact(sizes[1])).zip(y.chunks_exact_mut(sizes[2]));
        for ((x, matrix), y) in sequences.take(self.rows as usize) {
            let matrix = Operand { offset: 0, row, column, len: 0 }.matrix(matrix, inner, columns);
            let x = Matrix::of_rows(x, length as usize, inner as usize);
            multiply(T::of(self.scale), x, matrix, how, y, columns as usize);
        }
    }
}
