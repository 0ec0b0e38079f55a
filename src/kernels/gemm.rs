//! Products of matrices for the CPU twins: by `matrixmultiply` natively, which picks the instructions that the processor has, and in
//! WebAssembly by [`panels`], which is written for what models of this size ask for.
//!
//! A right operand is packed once and serves many rows, as the parts do into which a twin deals out its rows.

#[cfg(target_arch = "wasm32")]
mod panels;

use std::ops::Range;

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, LinalgScalar, ShapeBuilder, aview2};

/// What multiplies matrices of `f32` here, for those who want to know.
pub const NAME: &str = if cfg!(target_arch = "wasm32") { "4 × 8 tiles, WebAssembly SIMD" } else { "matrixmultiply" };

/// A matrix in a buffer, by strides.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    data: &'a [T],
    rows: usize,
    columns: usize,
    /// Distance between rows, and between columns.
    strides: [usize; 2],
}

impl<'a, T: LinalgScalar> Matrix<'a, T> {
    /// The matrix `[rows, columns]` that begins with the first element of `data`, or nothing if it does not fit.
    #[must_use]
    pub fn new(data: &'a [T], [rows, columns]: [usize; 2], strides: [usize; 2]) -> Self {
        let matrix = Self { data, rows, columns, strides };
        if matrix.at(rows.saturating_sub(1), columns.saturating_sub(1)) < data.len() {
            return matrix;
        }
        debug_assert!(false, "{} numbers do not hold {rows} × {columns} with strides {strides:?}", data.len());
        Self { data: &[], rows: 0, columns: 0, strides }
    }

    /// A row-major matrix.
    #[must_use]
    pub fn of_rows(data: &'a [T], rows: usize, columns: usize) -> Self {
        Self::new(data, [rows, columns], [columns, 1])
    }

    /// An element; zero where there is none.
    #[must_use]
    pub fn get(&self, row: usize, column: usize) -> T {
        self.data.get(self.at(row, column)).copied().unwrap_or_else(T::zero)
    }

    fn at(&self, row: usize, column: usize) -> usize {
        row * self.strides[0] + column * self.strides[1]
    }

    /// Rows become columns.
    #[must_use]
    pub fn t(self) -> Self {
        let (Self { rows, columns, strides: [row, column], .. }, data) = (self, self.data);
        Self { data, rows: columns, columns: rows, strides: [column, row] }
    }

    /// Some of its rows.
    #[must_use]
    pub fn rows(self, rows: Range<usize>) -> Self {
        let data = self.data.get(self.at(rows.start, 0)..).unwrap_or(&[]);
        Self { data, rows: rows.len(), ..self }
    }

    /// Some of its columns.
    #[must_use]
    pub fn columns(self, columns: Range<usize>) -> Self {
        self.t().rows(columns).t()
    }

    fn view(&self) -> ArrayView2<'a, T> {
        let shape = (self.rows, self.columns).strides((self.strides[0], self.strides[1]));
        ArrayView2::from_shape(shape, self.data).unwrap_or_else(|_| aview2::<T, 0>(&[]))
    }
}

/// What a product does with what `C` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// Replaces it.
    New,
    /// Replaces it, and perhaps what follows in a row up to the next whole eight columns, which is nobody's.
    Loose,
    /// Adds to it.
    Add,
}

/// A number whose matrices can be multiplied.
pub trait Gemm: LinalgScalar + Send + Sync {
    /// A right operand as [`Gemm::times`] wants it.
    type Packed<'a>: Sync;

    /// The most rows of a right operand that are packed at once.
    const DEPTH: usize;

    /// Packs a right operand of at most [`Gemm::DEPTH`] rows.
    fn pack(b: Matrix<'_, Self>) -> Self::Packed<'_>;

    /// `factor A B` into C, whose rows begin every `stride` elements of `c`.
    fn times(factor: Self, a: Matrix<'_, Self>, b: &Self::Packed<'_>, how: Store, c: &mut [Self], stride: usize);
}

/// `factor A B` into C, whose rows begin every `stride` elements of `c`.
pub fn multiply<T: Gemm>(factor: T, a: Matrix<'_, T>, b: Matrix<'_, T>, how: Store, c: &mut [T], stride: usize) {
    for part in depths::<T>(b.rows) {
        let how = if part.start > 0 { Store::Add } else { how };
        T::times(factor, a.columns(part.clone()), &T::pack(b.rows(part)), how, c, stride);
    }
}

/// Parts of a sum of so many terms, as they are packed.
pub fn depths<T: Gemm>(terms: usize) -> impl Iterator<Item = Range<usize>> {
    (0..terms).step_by(T::DEPTH).map(move |first| first..terms.min(first.saturating_add(T::DEPTH)))
}

macro_rules! by_library {
    ($number:ty) => {
        impl Gemm for $number {
            type Packed<'a> = Matrix<'a, Self>;

            const DEPTH: usize = usize::MAX;

            fn pack(b: Matrix<'_, Self>) -> Self::Packed<'_> {
                b
            }

            fn times(
                factor: Self,
                a: Matrix<'_, Self>,
                b: &Self::Packed<'_>,
                how: Store,
                c: &mut [Self],
                stride: usize,
            ) {
                let shape = (a.rows, b.columns).strides((stride, 1));
                let beta = if how == Store::Add { 1.0 } else { 0.0 };
                match ArrayViewMut2::from_shape(shape, c) {
                    Ok(mut c) => general_mat_mul(factor, &a.view(), &b.view(), beta, &mut c),
                    Err(_) => debug_assert!(false, "{} × {} do not fit", a.rows, b.columns),
                }
            }
        }
    };
}

by_library!(f64);
#[cfg(not(target_arch = "wasm32"))]
by_library!(f32);
