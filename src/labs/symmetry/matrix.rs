//! Small matrices of either precision, whose products are plain loops: the library's kernels for large ones, in two precisions, would be
//! a tenth of what a page loads.

use std::ops::{Add, Div, Index, IndexMut, Mul, Sub};

use crate::kernels::real::{self, Real};

/// A matrix, row after row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix<T> {
    rows: usize,
    columns: usize,
    values: Vec<T>,
}

impl<T: Real> Matrix<T> {
    /// Of `(rows, columns)`, from what stands at `(row, column)`.
    pub fn from_shape_fn((rows, columns): (usize, usize), mut of: impl FnMut((usize, usize)) -> T) -> Self {
        let mut values = Vec::with_capacity(rows * columns);
        for row in 0..rows {
            values.extend((0..columns).map(|column| of((row, column))));
        }
        Self { rows, columns, values }
    }

    /// Of `(rows, columns)`, from as many values; nothing if there are more or fewer.
    #[must_use]
    pub fn from_shape_vec((rows, columns): (usize, usize), values: Vec<T>) -> Option<Self> {
        (values.len() == rows * columns).then_some(Self { rows, columns, values })
    }

    /// Nothing but zeros.
    #[must_use]
    pub fn zeros((rows, columns): (usize, usize)) -> Self {
        Self { rows, columns, values: vec![T::zero(); rows * columns] }
    }

    /// The identity.
    #[must_use]
    pub fn eye(size: usize) -> Self {
        Self::from_shape_fn((size, size), |(i, j)| if i == j { T::one() } else { T::zero() })
    }

    /// Rows.
    #[must_use]
    pub fn nrows(&self) -> usize {
        self.rows
    }

    /// Columns.
    #[must_use]
    pub fn ncols(&self) -> usize {
        self.columns
    }

    /// Rows and columns.
    #[must_use]
    pub fn dim(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// All values, row after row.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.values.iter()
    }

    /// Its rows.
    pub fn rows(&self) -> impl Iterator<Item = &[T]> {
        self.values.chunks_exact(self.columns.max(1))
    }

    /// Its rows, to be changed.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut [T]> {
        self.values.chunks_exact_mut(self.columns.max(1))
    }

    fn row(&self, row: usize) -> &[T] {
        &self.values[row * self.columns..][..self.columns]
    }

    /// The transpose.
    #[must_use]
    pub fn t(&self) -> Self {
        Self::from_shape_fn((self.columns, self.rows), |(i, j)| self[[j, i]])
    }

    /// The product; of matrices that do not fit, of what they share.
    #[must_use]
    pub fn dot(&self, other: &Self) -> Self {
        if self.rows > 1 {
            // In lanes, whose sums round less often than one after the other.
            let other = other.t();
            let of = |(i, j)| real::dot(self.row(i), other.row(j));
            return Self::from_shape_fn((self.rows, other.rows), of);
        }
        let mut product = Self::zeros((self.rows, other.columns));
        for (row, own) in product.rows_mut().zip(self.rows()) {
            for (&factor, other) in own.iter().zip(other.rows()) {
                row.iter_mut().zip(other).for_each(|(sum, &value)| *sum += factor * value);
            }
        }
        product
    }

    /// Each value through `of`.
    pub fn map(mut self, of: impl Fn(T) -> T) -> Self {
        self.values.iter_mut().for_each(|value| *value = of(*value));
        self
    }

    /// The same values in rows of another length.
    #[must_use]
    pub fn shaped(self, rows: usize) -> Self {
        Self { rows, columns: self.values.len() / rows.max(1), ..self }
    }

    /// This over `other`.
    #[must_use]
    pub fn over(&self, other: &Self) -> Self {
        let values = self.values.iter().chain(&other.values).copied().collect();
        Self { rows: self.rows + other.rows, columns: self.columns, values }
    }

    /// The root of the sum of squares.
    #[must_use]
    pub fn norm(&self) -> T {
        self.values.iter().map(|&value| value * value).sum::<T>().sqrt()
    }

    fn with(mut self, other: &Self, of: impl Fn(T, T) -> T) -> Self {
        self.values.iter_mut().zip(&other.values).for_each(|(own, &other)| *own = of(*own, other));
        self
    }
}

impl<T> Index<[usize; 2]> for Matrix<T> {
    type Output = T;

    fn index(&self, [row, column]: [usize; 2]) -> &T {
        &self.values[row * self.columns + column]
    }
}

impl<T> IndexMut<[usize; 2]> for Matrix<T> {
    fn index_mut(&mut self, [row, column]: [usize; 2]) -> &mut T {
        &mut self.values[row * self.columns + column]
    }
}

impl<T: Real> Add<&Self> for Matrix<T> {
    type Output = Self;

    fn add(self, other: &Self) -> Self {
        self.with(other, |a, b| a + b)
    }
}

impl<T: Real> Sub<&Self> for Matrix<T> {
    type Output = Self;

    fn sub(self, other: &Self) -> Self {
        self.with(other, |a, b| a - b)
    }
}

impl<T: Real> Mul<T> for Matrix<T> {
    type Output = Self;

    fn mul(self, factor: T) -> Self {
        self.map(|value| value * factor)
    }
}

impl<T: Real> Div<T> for Matrix<T> {
    type Output = Self;

    fn div(self, factor: T) -> Self {
        self.map(|value| value / factor)
    }
}
