//! Elements of the groups that a map may respect: orthogonal matrices, drawn by Haar's measure, and permutations.
//!
//! Vectors are rows: a matrix Q takes x to xQ.

use nalgebra::DMatrix;

use crate::labs::symmetry::choices::Group;
use crate::labs::symmetry::matrix::Matrix;
use crate::rng::{normal, pcg4d};

/// Stream of the matrices of this lab.
const STREAM_BASES: u32 = 9_410;
const STREAM_ORDERS: u32 = 9_411;

/// What is done to a sequence and its knowledge.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// Every vector x becomes xQ.
    Basis(Matrix<f64>),
    /// The vectors of the sequence change places: the one at `i` is the one that was at `order[i]`.
    Order(Vec<usize>),
}

/// A matrix `[d, d]` drawn by Haar's measure over O(d): the Q of a Gaussian matrix's QR decomposition, with the signs that make R's
/// diagonal positive (Mezzadri 2007). In f64 throughout.
#[must_use]
pub fn haar(width: usize, counter: [u32; 2]) -> Matrix<f64> {
    let draw = |at: usize| f64::from(normal([counter[0], STREAM_BASES, counter[1], at as u32]));
    let qr = DMatrix::from_fn(width, width, |i, j| draw(i * width + j)).qr();
    let (q, r) = (qr.q(), qr.r());
    Matrix::from_shape_fn((width, width), |(i, j)| if r[(j, j)] < 0.0 { -q[(i, j)] } else { q[(i, j)] })
}

/// Its determinant, of an orthogonal matrix 1 or −1.
#[must_use]
pub fn determinant(q: &Matrix<f64>) -> f64 {
    DMatrix::from_fn(q.nrows(), q.ncols(), |i, j| q[[i, j]]).determinant()
}

/// The scalar product of two columns.
#[must_use]
pub fn product(q: &Matrix<f64>, [i, j]: [usize; 2]) -> f64 {
    (0..q.nrows()).map(|row| q[[row, i]] * q[[row, j]]).sum()
}

/// The largest entry of `|QᵀQ − I|`, behind the two columns whose scalar product it is of.
#[must_use]
pub fn defect(q: &Matrix<f64>) -> ([usize; 2], f64) {
    let pairs = (0..q.ncols()).flat_map(|i| (i..q.ncols()).map(move |j| [i, j]));
    let off = |at: [usize; 2]| (product(q, at) - f64::from(u8::from(at[0] == at[1]))).abs();
    pairs.map(|at| (at, off(at))).fold(([0, 0], 0.0), |worst, own| if own.1 > worst.1 { own } else { worst })
}

/// The orthogonal matrix that is nearest to `q`: the polar factor U Vᵀ of its singular value decomposition. Nothing if that is not unique.
#[must_use]
pub fn nearest(q: &Matrix<f64>) -> Option<Matrix<f64>> {
    let svd = DMatrix::from_fn(q.nrows(), q.ncols(), |i, j| q[[i, j]]).svd(true, true);
    let (u, v) = (svd.u?, svd.v_t?);
    let least = svd.singular_values.iter().copied().fold(f64::INFINITY, f64::min);
    let product = u * v;
    (least > 1e-12).then(|| Matrix::from_shape_fn(q.dim(), |(i, j)| product[(i, j)]))
}

/// Whole numbers below `size` in a random order.
fn shuffled(size: usize, counter: [u32; 2]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by_key(|&at| pcg4d([counter[0], STREAM_ORDERS, counter[1], at as u32]));
    order
}

impl Element {
    /// An element of `group`, for vectors of `width` numbers in sequences of `length`.
    #[must_use]
    pub fn draw(group: Group, width: usize, length: usize, counter: [u32; 2]) -> Self {
        let oriented = |sign: f64| {
            let mut q = haar(width, counter);
            if determinant(&q) * sign < 0.0 {
                q.rows_mut().filter_map(|row| row.first_mut()).for_each(|value| *value = -*value);
            }
            Self::Basis(q)
        };
        match group {
            Group::Rotations => oriented(1.0),
            Group::Reflections => oriented(-1.0),
            Group::Signed => {
                let order = shuffled(width, counter);
                let sign = |at: usize| {
                    let word = pcg4d([counter[0], STREAM_ORDERS + 1, counter[1], at as u32])[1];
                    if word >> 31 == 0 { 1.0 } else { -1.0 }
                };
                let entry = |(i, j): (usize, usize)| if order[i] == j { sign(i) } else { 0.0 };
                Self::Basis(Matrix::from_shape_fn((width, width), entry))
            }
            Group::Permutations => Self::Order(shuffled(length, counter)),
            Group::Shifts => {
                // Not by nothing, unless there is nothing else.
                let word = pcg4d([counter[0], STREAM_ORDERS + 2, counter[1], 0])[0] as usize;
                let by = 1 + word % length.saturating_sub(1).max(1);
                Self::Order((0..length).map(|at| (at + by) % length).collect())
            }
        }
    }

    /// The rotation by `angle` (in degrees) in the plane of the first two coordinates.
    #[must_use]
    pub fn plane(width: usize, angle: f64) -> Self {
        let (sine, cosine) = libm::sincos(angle.to_radians());
        let entry = |(i, j)| match (i, j) {
            (0, 0) | (1, 1) => cosine,
            (0, 1) => sine,
            (1, 0) => -sine,
            _ => f64::from(u8::from(i == j)),
        };
        Self::Basis(Matrix::from_shape_fn((width, width), entry))
    }

    /// The matrix by which vectors are multiplied, if it is one.
    #[must_use]
    pub fn basis(&self) -> Option<&Matrix<f64>> {
        if let Self::Basis(q) = self { Some(q) } else { None }
    }

    /// A sequence, after it.
    #[must_use]
    pub fn sequence(&self, x: &Matrix<f64>) -> Matrix<f64> {
        match self {
            Self::Basis(q) => x.dot(q),
            Self::Order(order) => Matrix::from_shape_fn(x.dim(), |(i, j)| x[[order[i], j]]),
        }
    }

    /// Knowledge, after it: it has no order to change.
    #[must_use]
    pub fn knowledge(&self, z: &Matrix<f64>) -> Matrix<f64> {
        self.basis().map_or_else(|| z.clone(), |q| z.dot(q))
    }
}
