//! The maps from a sequence `x` `[n, d]` and knowledge `z` `[m, d]` to a sequence `[n, d]`, in single and double precision. Vectors are
//! rows; the weights are the same numbers in both precisions.
//!
//! That the equivariant ones have the form X·A(G) + Z·B(G), G the scalar products, is a theorem (Villar et al., NeurIPS 2021); reading it
//! as attention with knowledge is Ma and Ying's (arXiv:2210.06741). The concrete families are this lab's.

use crate::error::Error;
use crate::kernels::matmul::Activation as Bend;
use crate::kernels::real::Real;
use crate::kernels::row_norm::normalise;
use crate::labs::symmetry::choices::{Activation, Attention, Map, Norm, Positions};
pub use crate::labs::symmetry::matrix::Matrix;
use crate::rng::normal;

/// Stream of the first weight of the maps; each tensor has one of its own.
const STREAM_MAPS: u32 = 9_420;
/// Standard deviation of the entries of M, which make the teacher's attention sharp.
pub const SHARP: f64 = 1.5;
/// And of A of the attention with fixed matrices.
pub const FIXED: f64 = 0.5;
/// Hidden width of the drawn networks.
const HIDDEN: usize = 32;

/// Shape of what is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Numbers a vector.
    pub d: usize,
    /// Vectors of a sequence.
    pub n: usize,
    /// Vectors of knowledge.
    pub m: usize,
}

/// Into another precision, rounded once.
#[must_use]
pub fn cast<T: Real>(matrix: &Matrix<f64>) -> Matrix<T> {
    Matrix::from_shape_fn(matrix.dim(), |(i, j)| number(matrix[[i, j]]))
}

/// Out of it; exact.
#[must_use]
pub fn double<T: Real>(matrix: &Matrix<T>) -> Matrix<f64> {
    Matrix::from_shape_fn(matrix.dim(), |(i, j)| matrix[[i, j]].to_f64().unwrap_or(f64::NAN))
}

/// Draws `[rows, columns]` from N(0, scale²), rounded to single precision.
#[must_use]
pub fn drawn(counter: [u32; 3], scale: f64, [rows, columns]: [usize; 2]) -> Matrix<f64> {
    let [seed, stream, step] = counter;
    let draw = |at: usize| f64::from((f64::from(normal([seed, stream, step, at as u32])) * scale) as f32);
    Matrix::from_shape_fn((rows, columns), |(i, j)| draw(i * columns + j))
}

fn softmax<T: Real>(mut logits: Matrix<T>) -> Matrix<T> {
    for row in logits.rows_mut() {
        let top = row.iter().fold(T::neg_infinity(), |top, &x| if x > top { x } else { top });
        row.iter_mut().for_each(|x| *x = (*x - top).exp());
        let total: T = row.iter().copied().sum();
        row.iter_mut().for_each(|x| *x = *x / total);
    }
    logits
}

fn number<T: Real>(value: f64) -> T {
    T::from(value).unwrap_or_else(T::nan)
}

fn scaled<T: Real>(matrix: Matrix<T>, factor: f64) -> Matrix<T> {
    matrix * number(factor)
}

/// Knowledge attention: `s = X Zᵀ M Z Xᵀ/(d√m)`, `h = softmax(s) X`, `y = c h + h Zᵀ N Z/d`. Without knowledge s is zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Knowledge<T> {
    /// `[m, m]`.
    pub m: Matrix<T>,
    /// `[m, m]`.
    pub n: Matrix<T>,
    /// The factor of h.
    pub c: T,
}

impl<T: Real> Knowledge<T> {
    /// The map.
    #[must_use]
    pub fn map(&self, x: &Matrix<T>, z: &Matrix<T>) -> Matrix<T> {
        let (d, m) = (x.ncols() as f64, z.nrows().max(1) as f64);
        let along = x.dot(&z.t());
        let logits = scaled(along.dot(&self.m).dot(&along.t()), 1.0 / (d * m.sqrt()));
        let h = softmax(logits).dot(x);
        let known = scaled(h.dot(&z.t()).dot(&self.n).dot(z), 1.0 / d);
        h * self.c + &known
    }
}

/// Attention with fixed matrices: `h = softmax(X A Xᵀ/√d) X`, `y = h V`.
#[derive(Clone, Debug, PartialEq)]
pub struct Plain<T> {
    /// `[d, d]`.
    pub a: Matrix<T>,
    /// `[d, d]`.
    pub v: Matrix<T>,
}

impl<T: Real> Plain<T> {
    /// The map.
    #[must_use]
    pub fn map(&self, x: &Matrix<T>) -> Matrix<T> {
        attended(x, &self.a).dot(&self.v)
    }
}

impl Plain<f64> {
    /// The same with matrices that turn with the space: W → QᵀWQ.
    #[must_use]
    pub fn conjugated(&self, q: &Matrix<f64>) -> Self {
        let turn = |w: &Matrix<f64>| q.t().dot(w).dot(q);
        Self { a: turn(&self.a), v: turn(&self.v) }
    }
}

/// `softmax(X A Xᵀ/√d) X`.
fn attended<T: Real>(x: &Matrix<T>, a: &Matrix<T>) -> Matrix<T> {
    softmax(scaled(x.dot(a).dot(&x.t()), 1.0 / (x.ncols() as f64).sqrt())).dot(x)
}

/// Layers `x W + b` with GELU between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Net<T>(pub Vec<(Matrix<T>, Matrix<T>)>);

impl<T: Real> Net<T> {
    /// Rows through it.
    #[must_use]
    pub fn map(&self, mut x: Matrix<T>) -> Matrix<T> {
        for (at, (weight, bias)) in self.0.iter().enumerate() {
            if at > 0 {
                x = x.map(|value| Bend::Gelu.value(value));
            }
            x = x.dot(weight) + bias;
        }
        x
    }
}

/// The Gram form: an MLP of all scalar products `G = W Wᵀ/d`, W = X over Z, gives the coefficients `[n, n + m]` of a sequence's own vectors
/// and its knowledge.
#[must_use]
pub fn coefficients<T: Real>(net: &Net<T>, x: &Matrix<T>, z: &Matrix<T>) -> Matrix<T> {
    let n = x.nrows();
    let both = x.over(z);
    let gram = scaled(both.dot(&both.t()), 1.0 / x.ncols() as f64);
    net.map(gram.shaped(1)).shaped(n)
}

/// The map of the Gram form.
#[must_use]
pub fn gram<T: Real>(net: &Net<T>, x: &Matrix<T>, z: &Matrix<T>) -> Matrix<T> {
    coefficients(net, x, z).dot(&x.over(z))
}

/// A network of everything, one number beside the other.
#[must_use]
pub fn flattened<T: Real>(net: &Net<T>, x: &Matrix<T>, z: &Matrix<T>) -> Matrix<T> {
    net.map(x.over(z).shaped(1)).shaped(x.nrows())
}

/// A block of a transformer, of parts that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// What attends.
    pub attention: Attention,
    /// What is added before.
    pub encoding: Positions,
    /// Whether its input is added to what it found.
    pub residual: bool,
    /// The norm after that.
    pub norm: Norm,
    /// What bends each coordinate in the end.
    pub activation: Activation,
}

/// Attention and nothing else.
pub const BARE: Block = Block {
    attention: Attention::Knowledge,
    encoding: Positions::None,
    residual: false,
    norm: Norm::None,
    activation: Activation::None,
};

/// The weights of every map, as numbers of one precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights<T> {
    /// Of knowledge attention.
    pub knowledge: Knowledge<T>,
    /// Of attention with fixed matrices.
    pub plain: Plain<T>,
    gram: Net<T>,
    flattened: Net<T>,
    positions: Matrix<T>,
}

impl Weights<f64> {
    /// Drawn, each tensor from a stream of its own.
    #[must_use]
    pub fn drawn(seed: u32, shape: Shape) -> Self {
        let Shape { d, n, m } = shape;
        let tensor = |stream: u32, scale: f64, size| drawn([seed, STREAM_MAPS + stream, 0], scale, size);
        let layer = |stream: u32, size: [usize; 2]| {
            (tensor(stream, (1.0 / size[0] as f64).sqrt(), size), tensor(stream + 1, 0.1, [1, size[1]]))
        };
        let all = n + m;
        Self {
            knowledge: Knowledge { m: tensor(0, SHARP, [m, m]), n: tensor(1, 1.0, [m, m]), c: 1.0 },
            plain: Plain { a: tensor(2, FIXED, [d, d]), v: tensor(3, (1.0 / d as f64).sqrt(), [d, d]) },
            gram: Net(vec![layer(4, [all * all, HIDDEN]), layer(6, [HIDDEN, n * all])]),
            flattened: Net(vec![layer(8, [all * d, HIDDEN]), layer(10, [HIDDEN, n * d])]),
            positions: tensor(12, 1.0, [n, d]),
        }
    }

    /// In another precision; exact, since every weight is a number of single precision.
    #[must_use]
    pub fn cast<T: Real>(&self) -> Weights<T> {
        let net = |net: &Net<f64>| Net(net.0.iter().map(|(weight, bias)| (cast(weight), cast(bias))).collect());
        let Knowledge { m, n, c } = &self.knowledge;
        Weights {
            knowledge: Knowledge { m: cast(m), n: cast(n), c: number(*c) },
            plain: Plain { a: cast(&self.plain.a), v: cast(&self.plain.v) },
            gram: net(&self.gram),
            flattened: net(&self.flattened),
            positions: cast(&self.positions),
        }
    }
}

impl<T: Real> Weights<T> {
    /// A block; nothing where there is no knowledge to attend to.
    #[must_use]
    pub fn block(&self, block: Block, x: &Matrix<T>, z: &Matrix<T>) -> Option<Matrix<T>> {
        let (n, d) = x.dim();
        let x = &match block.encoding {
            Positions::None => x.clone(),
            Positions::Table => x.clone() + &self.positions,
            Positions::Sinusoidal => x.clone() + &Matrix::from_shape_fn((n, d), |(i, j)| number(sinusoid(i, j, d))),
        };
        let root = 1.0 / (d as f64).sqrt();
        let mut y = match block.attention {
            Attention::Knowledge => self.knowledge.map(x, z),
            Attention::Cross if z.nrows() == 0 => return None,
            Attention::Cross => softmax(scaled(x.dot(&z.t()), root)).dot(z),
            Attention::Bare => softmax(scaled(x.dot(&x.t()), root)).dot(x),
            Attention::Fixed => self.plain.map(x),
        };
        if block.residual {
            y = y + x;
        }
        if block.norm != Norm::None {
            for row in y.rows_mut() {
                let before = row.to_vec();
                normalise(&before, row, block.norm == Norm::Layer);
            }
        }
        match block.activation {
            Activation::None => {}
            Activation::Relu => y = y.map(|value| Bend::Relu.value(value)),
            Activation::Gelu => y = y.map(|value| Bend::Gelu.value(value)),
        }
        Some(y)
    }

    /// A map; nothing where there is no knowledge to attend to.
    #[must_use]
    pub fn map(&self, map: Map, x: &Matrix<T>, z: &Matrix<T>) -> Option<Matrix<T>> {
        match map {
            Map::Gram => Some(gram(&self.gram, x, z)),
            Map::Flattened => Some(flattened(&self.flattened, x, z)),
            _ => self.block(map.block()?, x, z),
        }
    }

    /// The coefficients of the Gram form.
    #[must_use]
    pub fn coefficients(&self, x: &Matrix<T>, z: &Matrix<T>) -> Matrix<T> {
        coefficients(&self.gram, x, z)
    }
}

/// Sinusoidal positions (Vaswani et al. 2017).
fn sinusoid(position: usize, column: usize, width: usize) -> f64 {
    let angle = position as f64 / libm::pow(10_000.0, (column / 2 * 2) as f64 / width as f64);
    if column.is_multiple_of(2) { libm::sin(angle) } else { libm::cos(angle) }
}

impl Map {
    /// The block that it is, if it is one.
    #[must_use]
    pub fn block(self) -> Option<Block> {
        Some(match self {
            Self::Gram | Self::Flattened => return None,
            Self::Knowledge => BARE,
            Self::Cross => Block { attention: Attention::Cross, ..BARE },
            Self::Bare => Block { attention: Attention::Bare, ..BARE },
            Self::Plain | Self::Conjugated => Block { attention: Attention::Fixed, ..BARE },
            Self::Encoding => Block { encoding: Positions::Table, ..BARE },
            Self::Layer => Block { norm: Norm::Layer, ..BARE },
            Self::Rms => Block { norm: Norm::Rms, ..BARE },
            Self::Relu => Block { activation: Activation::Relu, ..BARE },
        })
    }
}

/// Numbers of a matrix from a pool, `[rows, columns]` from `offset` on.
///
/// # Errors
/// [`Error::Internal`] if there are not as many.
pub fn read(pool: &[f32], offset: u32, [rows, columns]: [usize; 2]) -> Result<Matrix<f64>, Error> {
    let values = pool.get(offset as usize..offset as usize + rows * columns);
    let values = values.ok_or_else(|| Error::Internal("a tensor beyond its pool".to_owned()))?;
    Ok(Matrix::from_shape_fn((rows, columns), |(i, j)| f64::from(values[i * columns + j])))
}

/// The part of each row of `y` that lies outside the span of X and Z, as the share of `‖y‖`; 0 where nothing does.
#[must_use]
pub fn outside(y: &Matrix<f64>, x: &Matrix<f64>, z: &Matrix<f64>) -> f64 {
    let both = x.over(z);
    // Orthonormal rows, taken twice: what rounding has left is taken away the second time.
    let mut frame: Vec<Vec<f64>> = Vec::new();
    for row in both.rows() {
        let size = row.iter().map(|value| value * value).sum::<f64>().sqrt();
        let rest = without(row.to_vec(), &frame);
        let norm = rest.iter().map(|value| value * value).sum::<f64>().sqrt();
        if norm > 1e-10 * size && frame.len() < both.ncols() {
            frame.push(rest.into_iter().map(|value| value / norm).collect());
        }
    }
    let left = y.rows().flat_map(|row| without(row.to_vec(), &frame));
    left.map(|value| value * value).sum::<f64>().sqrt() / y.norm()
}

fn without(mut row: Vec<f64>, frame: &[Vec<f64>]) -> Vec<f64> {
    for _ in 0..2 {
        for axis in frame {
            let along: f64 = row.iter().zip(axis).map(|(a, b)| a * b).sum();
            row.iter_mut().zip(axis).for_each(|(value, axis)| *value -= along * axis);
        }
    }
    row
}
