//! Similarity of every row of a table to every other, twin of `shaders/similarity.wgsl`.
//!
//! The twin multiplies the lower half in blocks and mirrors it. Distances come from products too, in f64, of rows taken relative to
//! their mean.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, Axis, Slice};

use super::real::{Real, dot};
use super::{Constants, Form, Spec, Word, cover};
use crate::encoding::face::Measure;

/// Rows of a block of the twin.
const BLOCK: usize = 64;
/// Outputs of a workgroup along one axis: 8 invocations of 4.
const GROUP: u32 = 32;

/// Reads: table `[rows, columns]`. Writes: similarities `[rows, rows]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Similarity {
    /// Positions.
    pub rows: u32,
    /// Entries of a position's vector.
    pub columns: u32,
    /// What is computed of each pair.
    pub measure: Measure,
}

impl Spec for Similarity {
    fn name(&self) -> &'static str {
        "similarity"
    }
    fn reads(&self) -> usize {
        1
    }
    fn writes(&self) -> usize {
        1
    }
    fn constants(&self, _: Form) -> Constants {
        let measure = match self.measure {
            Measure::Dot => 0,
            Measure::Cosine => 1,
            Measure::Distance => 2,
        };
        vec![("MEASURE", Word::U(measure))]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        vec![("rows", Word::U(self.rows)), ("columns", Word::U(self.columns))]
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        let side = cover(self.rows, GROUP);
        [side, side, replicas]
    }
    fn flops(&self) -> f64 {
        f64::from(self.rows) * f64::from(self.rows) * f64::from(self.columns)
    }
}

impl Similarity {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([table], [similarity]) = (reads, writes) else { return };
        let shape = (self.rows as usize, self.columns as usize);
        let Ok(rows) = ArrayView2::from_shape(shape, table) else { return };
        let Ok(mut products) = ArrayViewMut2::from_shape((shape.0, shape.0), similarity) else { return };
        match self.measure {
            Measure::Dot => multiply(rows, products),
            Measure::Cosine => {
                multiply(rows, products.view_mut());
                let norms: Vec<T> = rows.rows().into_iter().map(|row| square(row).sqrt()).collect();
                for (mut row, &norm) in products.rows_mut().into_iter().zip(&norms) {
                    for (value, &other) in row.iter_mut().zip(&norms) {
                        let both = norm * other;
                        let cosine = (*value / both).max(-T::one()).min(T::one());
                        *value = if both > T::zero() { cosine } else { T::zero() };
                    }
                }
            }
            Measure::Distance => distances(rows, products),
        }
    }
}

fn square<T: Real>(row: ndarray::ArrayView1<'_, T>) -> T {
    row.as_slice().map_or(T::zero(), |row| dot(row, row))
}

/// `rows · rowsᵀ`, symmetric to the bit.
fn multiply<T: Real>(rows: ArrayView2<'_, T>, mut products: ArrayViewMut2<'_, T>) {
    let length = rows.nrows();
    for start in (0..length).step_by(BLOCK) {
        let end = (start + BLOCK).min(length);
        let block = rows.slice_axis(Axis(0), Slice::from(start..end));
        let before = rows.slice_axis(Axis(0), Slice::from(..end));
        let mut lower = products.slice_axis_mut(Axis(0), Slice::from(start..end));
        let mut lower = lower.slice_axis_mut(Axis(1), Slice::from(..end));
        general_mat_mul(T::one(), &block, &before.t(), T::zero(), &mut lower);
        for row in start..end {
            for column in 0..row {
                products[(column, row)] = products[(row, column)];
            }
        }
    }
}

/// In f64, where `|a|² + |b|² − 2 ⟨a, b⟩` keeps enough digits of rows that differ in the fifth.
fn distances<T: Real>(rows: ArrayView2<'_, T>, mut products: ArrayViewMut2<'_, T>) {
    let length = rows.nrows();
    let wide = rows.mapv(|value| value.to_f64().unwrap_or(f64::NAN));
    // Distances do not change, and what is common to all rows no longer cancels.
    let count = length.max(1) as f64;
    let centred = &wide - &wide.sum_axis(Axis(0)).mapv(|sum| sum / count);
    let mut squares = ndarray::Array2::zeros((length, length));
    multiply(centred.view(), squares.view_mut());
    for p in 0..length {
        for q in 0..p {
            let square: f64 = squares[(p, p)] + squares[(q, q)] - 2.0 * squares[(p, q)];
            let distance = T::from(libm::sqrt(square.max(0.0))).unwrap_or_else(T::nan);
            products[(p, q)] = distance;
            products[(q, p)] = distance;
        }
        products[(p, p)] = T::zero();
    }
}
