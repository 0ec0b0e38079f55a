//! What students are asked: held-out sequences in the basis that they learned, in others, and with other knowledge. In f64, on the host.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::kernels::vectors::Vectors;
use crate::labs::symmetry::group::haar;
use crate::labs::symmetry::maps::{Knowledge, Matrix, Net, Plain, SHARP, Shape, drawn, flattened, gram};

/// Stream of the first tensor of a teacher.
const STREAM_TEACHER: u32 = 9_450;

/// A teacher: knowledge attention with M ~ 1.5 N(0, 1), N ~ N(0, 1), c = 1, and its knowledge Z ~ N(0, 1).
#[derive(Clone, Debug, PartialEq)]
pub struct Teacher {
    /// What it does.
    pub map: Knowledge<f64>,
    /// What it knows `[m, d]`.
    pub z: Matrix<f64>,
}

impl Teacher {
    /// The teacher of a seed. Without knowledge it has one vector of zeros, which comes to the same.
    #[must_use]
    pub fn drawn(seed: u32, Shape { d, m, .. }: Shape) -> Self {
        let (known, scale) = (m.max(1), if m == 0 { 0.0 } else { 1.0 });
        let tensor = |stream, scale, size| drawn([seed, STREAM_TEACHER + stream, 0], scale, size);
        let map = Knowledge { m: tensor(0, SHARP, [known; 2]), n: tensor(1, 1.0, [known; 2]), c: 1.0 };
        Self { map, z: tensor(2, scale, [known, d]) }
    }
}

/// What a student makes of a sequence and its knowledge.
#[derive(Clone, Debug, PartialEq)]
pub enum Learned {
    /// Knowledge attention.
    Knowledge(Knowledge<f64>),
    /// Attention with fixed matrices.
    Plain(Plain<f64>),
    /// Coefficients of scalar products.
    Gram(Net<f64>),
    /// A network of everything.
    Flattened(Net<f64>),
}

impl Learned {
    /// The map.
    #[must_use]
    pub fn map(&self, x: &Matrix<f64>, z: &Matrix<f64>) -> Matrix<f64> {
        match self {
            Self::Knowledge(own) => own.map(x, z),
            Self::Plain(own) => own.map(x),
            Self::Gram(net) => gram(net, x, z),
            Self::Flattened(net) => flattened(net, x, z),
        }
    }
}

/// A question and its answer.
type Asked = [Matrix<f64>; 3];

/// Fraction of the targets' variance that is left unexplained.
fn unexplained(asked: &[Asked], map: impl Fn(&Matrix<f64>, &Matrix<f64>) -> Matrix<f64>) -> f64 {
    let Some([_, _, first]) = asked.first() else { return f64::NAN };
    let count = asked.len() as f64;
    let mean = asked.iter().fold(Matrix::<f64>::zeros(first.dim()), |sum, [.., target]| sum + target) / count;
    let square = |matrix: Matrix<f64>| matrix.norm() * matrix.norm();
    let left: f64 = asked.iter().map(|[x, z, target]| square(map(x, z) - target)).sum();
    left / asked.iter().map(|[.., target]| square(target.clone() - &mean)).sum::<f64>()
}

/// Held-out questions of one seed, drawn when they are first asked.
#[derive(Clone, Debug)]
pub struct Exam {
    teacher: Rc<Teacher>,
    seed: u32,
    shape: Shape,
    tests: u32,
    drawn: OnceCell<Questions>,
}

/// Questions and their answers.
#[derive(Clone, Debug)]
struct Questions {
    same: Vec<Asked>,
    rotated: Vec<Asked>,
    knowledge: Vec<Asked>,
    /// The questions in the same basis, turned by this matrix.
    basis: Matrix<f64>,
}

impl Questions {
    fn drawn(teacher: &Teacher, seed: u32, shape: Shape, tests: u32) -> Self {
        let Shape { d, n, .. } = shape;
        let known = teacher.z.nrows();
        let sizes = [n as u32, known as u32, d as u32];
        let sample = |at: u32, own: bool| {
            let [x, z] = Vectors::sample(sizes, seed, true, at);
            let matrix = |values: &[f32]| {
                let value = |(i, j)| values.get(i * d + j).copied().map_or(f64::NAN, f64::from);
                Matrix::from_shape_fn((values.len() / d, d), value)
            };
            let x = matrix(&x);
            let z = if own { matrix(&z) } else { teacher.z.clone() };
            let target = teacher.map.map(&x, &z);
            [x, z, target]
        };
        let turned = |asked: Asked, q: &Matrix<f64>| asked.map(|matrix| matrix.dot(q));
        Self {
            same: (0..tests).map(|at| sample(at, false)).collect(),
            rotated: (tests..2 * tests).map(|at| turned(sample(at, false), &haar(d, [seed, at]))).collect(),
            knowledge: (2 * tests..3 * tests).map(|at| sample(at, shape.m > 0)).collect(),
            basis: haar(d, [seed, u32::MAX]),
        }
    }
}

impl Exam {
    /// So many questions of each kind. Those in other bases are about sequences of their own, each turned by a matrix of its own.
    #[must_use]
    pub fn new(teacher: &Rc<Teacher>, seed: u32, shape: Shape, tests: u32) -> Self {
        Self { teacher: teacher.clone(), seed, shape, tests, drawn: OnceCell::new() }
    }

    /// The fraction of variance unexplained: in the same basis, in others, with other knowledge, and of attention with fixed matrices in
    /// another basis with its matrices turned; of what has none of these not a number.
    #[must_use]
    pub fn judge(&self, student: &Learned) -> [f64; 4] {
        let Self { teacher, seed, shape, tests, drawn } = self;
        let own = drawn.get_or_init(|| Questions::drawn(teacher, *seed, *shape, *tests));
        let of = |asked: &[Asked]| unexplained(asked, |x, z| student.map(x, z));
        let conjugated = match student {
            Learned::Plain(plain) => {
                let plain = plain.conjugated(&own.basis);
                let turned: Vec<Asked> =
                    own.same.iter().map(|asked| asked.each_ref().map(|matrix| matrix.dot(&own.basis))).collect();
                unexplained(&turned, |x, _| plain.map(x))
            }
            _ => f64::NAN,
        };
        [of(&own.same), of(&own.rotated), of(&own.knowledge), conjugated]
    }
}
