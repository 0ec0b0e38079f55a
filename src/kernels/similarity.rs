//! Similarity of every row of a table to every other, twin of `shaders/similarity.wgsl`.
//!
//! The twin works on the lower half in blocks and mirrors it.

use ndarray::{ArrayView2, ArrayViewMut2, Axis, ShapeBuilder};

use super::gemm::{self, Matrix};
use super::real::{Real, difference, dot};
use super::{cover, kernel, words};

/// Rows of a block of the twin.
const BLOCK: usize = 64;
/// Outputs of a workgroup along one axis: 8 invocations of 4.
const GROUP: u32 = 32;

/// Which of two similarities, or the distance; its code in WGSL is its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// `⟨a, b⟩`.
    Dot = 0,
    /// `⟨a, b⟩ / (|a| |b|)`; 0 where a vector is zero.
    Cosine = 1,
    /// `|a − b|`.
    Distance = 2,
}

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

kernel! {
    Similarity is "similarity" for (self, form, replicas);
    reads [table: self.rows * self.columns];
    writes [similarity: self.rows * self.rows];
    constants words![MEASURE: self.measure as u32];
    uniform words![self; rows, columns];
    workgroups [cover(self.rows, GROUP), cover(self.rows, GROUP), replicas];
    flops f64::from(self.rows) * f64::from(self.rows) * f64::from(self.columns);
}

impl Similarity {
    /// The CPU twin.
    fn twin<T: Real>(&self, [table]: [&[T]; 1], [similarity]: [&mut [T]; 1]) {
        // A plan gives buffers that are long enough; from others there is nothing to compute.
        let (length, columns) = (self.rows as usize, self.columns as usize);
        let rows = ArrayView2::from_shape((length, columns).strides((columns, 1)), table);
        let products = ArrayViewMut2::from_shape((length, length).strides((length, 1)), similarity);
        let (Ok(rows), Ok(mut products)) = (rows, products) else { return };
        match self.measure {
            Measure::Dot => multiply(rows, products),
            Measure::Cosine => {
                multiply(rows, products.view_mut());
                let norms: Vec<T> = rows.rows().into_iter().map(|row| square(row).sqrt()).collect();
                for (mut row, &norm) in products.rows_mut().into_iter().zip(&norms) {
                    row.as_slice_mut().into_iter().for_each(|row| cosines(row, norm, &norms));
                }
            }
            Measure::Distance => distances(rows, products),
        }
    }
}

fn square<T: Real>(row: ndarray::ArrayView1<'_, T>) -> T {
    row.as_slice().map_or(T::zero(), |row| dot(row, row))
}

/// Products with one row become cosines. Like what else is done row by row, a function of its own: a browser compiles code well only once
/// it has been entered a few times.
#[inline(never)]
fn cosines<T: Real>(products: &mut [T], norm: T, norms: &[T]) {
    for (value, &other) in products.iter_mut().zip(norms) {
        let both = norm * other;
        let cosine = *value / both;
        let low = if cosine < -T::one() { -T::one() } else { cosine };
        let bounded = if low > T::one() { T::one() } else { low };
        *value = if both > T::zero() { bounded } else { T::zero() };
    }
}

/// `rows · rowsᵀ`, symmetric to the bit.
fn multiply<T: Real>(rows: ArrayView2<'_, T>, mut products: ArrayViewMut2<'_, T>) {
    let length = rows.nrows();
    let rows = Matrix::of_rows(rows.as_slice().unwrap_or_default(), length, rows.ncols());
    for start in (0..length).step_by(BLOCK) {
        let end = (start + BLOCK).min(length);
        if let Some(products) = products.as_slice_mut() {
            let (block, before) = (rows.rows(start..end), rows.rows(0..end));
            gemm::multiply(T::one(), block, before.t(), gemm::Store::New, &mut products[start * length..], length);
        }
        for row in start..end {
            mirror(&mut products, row);
        }
    }
}

/// What stands left of the diagonal in `row` stands above it too.
#[inline(never)]
fn mirror<T: Real>(products: &mut ArrayViewMut2<'_, T>, row: usize) {
    let (mut above, below) = products.view_mut().split_at(Axis(0), row);
    let column = above.column_mut(row);
    column.into_iter().zip(below.row(0)).for_each(|(to, &from)| *to = from);
}

/// Rows nearer to each other than this share of their squares lose too many digits as `|a|² + |b|² − 2 ⟨a, b⟩`.
const NEAR: f64 = 0.02;

/// From products of rows relative to their mean, which are quick; of near rows from the differences, where nothing cancels.
fn distances<T: Real>(rows: ArrayView2<'_, T>, mut products: ArrayViewMut2<'_, T>) {
    let length = rows.nrows();
    let count = T::from(length.max(1)).unwrap_or_else(T::one);
    // Distances do not change, and what is common to all rows no longer cancels.
    let centred = &rows - &rows.sum_axis(Axis(0)).mapv(|sum| sum / count);
    multiply(centred.view(), products.view_mut());
    let squares = products.diag().to_owned();
    let near = T::from(NEAR).unwrap_or_else(T::zero);
    let rows: Vec<&[T]> = rows.rows().into_iter().filter_map(|row| row.to_slice()).collect();
    for (p, (mut row, &own)) in products.rows_mut().into_iter().zip(&squares).enumerate() {
        if let (Some(row), Some(squares)) = (row.as_slice_mut(), squares.as_slice()) {
            gaps(&mut row[..=p], own, squares, near, p, &rows);
        }
    }
    for row in 0..length {
        mirror(&mut products, row);
    }
}

/// Products with row `p` become distances, up to the diagonal.
#[inline(never)]
fn gaps<T: Real>(products: &mut [T], own: T, squares: &[T], near: T, p: usize, rows: &[&[T]]) {
    for ((q, value), &other) in products.iter_mut().enumerate().zip(squares) {
        let both = own + other;
        let mut square = both - (*value + *value);
        // Squares beyond the range are no numbers.
        if square < near * both || square.is_nan() {
            square = match (rows.get(p), rows.get(q)) {
                (Some(a), Some(b)) => difference(a, b),
                _ => square,
            };
        }
        *value = square.sqrt();
    }
    if let Some(own) = products.last_mut() {
        *own = T::zero();
    }
}
