//! Similarity of every row of a table to every other, twin of `shaders/similarity.wgsl`.
//!
//! The twin works on the lower half in blocks and mirrors it.

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

/// Straight from the differences, as the shader does: nothing cancels in a sum of squares, whereas `|a|² + |b|² − 2 ⟨a, b⟩` loses
/// neighbouring rows in single precision, and costs as much in double precision.
fn distances<T: Real>(rows: ArrayView2<'_, T>, mut products: ArrayViewMut2<'_, T>) {
    let all: Vec<&[T]> = rows.rows().into_iter().filter_map(|row| row.to_slice()).collect();
    for (start, block) in (0..).step_by(HIGH).zip(all.chunks(HIGH)) {
        for (left, others) in (0..start + block.len()).step_by(WIDE).zip(all.chunks(WIDE)) {
            // A block at the edge is filled up with rows that are there.
            let a: [&[T]; HIGH] = std::array::from_fn(|i| block[i.min(block.len() - 1)]);
            let b: [&[T]; WIDE] = std::array::from_fn(|j| others[j.min(others.len() - 1)]);
            for (i, squares) in squares(a, b).into_iter().enumerate().take(block.len()) {
                for (j, square) in squares.into_iter().enumerate().take(others.len()) {
                    let distance = square.sqrt();
                    products[(start + i, left + j)] = distance;
                    products[(left + j, start + i)] = distance;
                }
            }
        }
    }
}

/// Rows of one side that a block of distances holds in registers, and rows of the other.
const HIGH: usize = 2;
const WIDE: usize = 4;
/// Entries that are taken together.
const LANES: usize = 4;

/// `|a − b|²` of each `a` with each `b`.
fn squares<T: Real>(a: [&[T]; HIGH], b: [&[T]; WIDE]) -> [[T; WIDE]; HIGH] {
    let (a_lanes, b_lanes) = (a.map(<[T]>::as_chunks::<LANES>), b.map(<[T]>::as_chunks::<LANES>));
    let mut sums = [[[T::zero(); LANES]; WIDE]; HIGH];
    for at in 0..a_lanes[0].0.len() {
        let a: [[T; LANES]; HIGH] = std::array::from_fn(|i| a_lanes[i].0[at]);
        let b: [[T; LANES]; WIDE] = std::array::from_fn(|j| b_lanes[j].0[at]);
        for i in 0..HIGH {
            for j in 0..WIDE {
                for lane in 0..LANES {
                    let difference = a[i][lane] - b[j][lane];
                    sums[i][j][lane] += difference * difference;
                }
            }
        }
    }
    std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            let rest = a_lanes[i].1.iter().zip(b_lanes[j].1).map(|(&a, &b)| (a - b) * (a - b));
            let [w, x, y, z] = sums[i][j];
            rest.fold((w + x) + (y + z), |sum, square| sum + square)
        })
    })
}
