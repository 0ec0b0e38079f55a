//! Rotary position (Su et al. 2021), twin of `shaders/rope.wgsl`: rotates queries and keys in place, for the
//! replicas that ask for it. Pair `(i, i + h/2)` of a head at position `p` turns by `p · base^(−2i/h)`.

use super::real::Real;
use super::{Constants, Form, Spec, Word, control, grid};

/// Shape of `qkv`: `[rows · length, 3 · heads · head]`, queries, keys, values side by side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heads {
    /// Sequences.
    pub rows: u32,
    /// Positions.
    pub length: u32,
    /// Heads.
    pub heads: u32,
    /// Width of one head, a multiple of 4.
    pub head: u32,
}

impl Heads {
    /// Model width.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.heads * self.head
    }

    pub(super) fn uniform(&self) -> Vec<(&'static str, Word)> {
        vec![("rows", Word::U(self.rows)), ("length", Word::U(self.length)), ("heads", Word::U(self.heads))]
    }

    /// Table `[length, head / 2, 2]` of cosines and sines, in f64 and then rounded.
    #[must_use]
    pub fn table(&self, base: f64) -> Vec<f32> {
        let half = self.head / 2;
        let mut table = Vec::with_capacity((self.length * self.head) as usize);
        for position in 0..self.length {
            for pair in 0..half {
                let angle = f64::from(position) * libm::pow(base, -2.0 * f64::from(pair) / f64::from(self.head));
                table.extend([libm::cos(angle) as f32, libm::sin(angle) as f32]);
            }
        }
        table
    }
}

/// Reads: control, table `[length, head / 2, 2]`. Writes: qkv, in place.
#[derive(Clone, Debug, PartialEq)]
pub struct Rope {
    /// Shape.
    pub shape: Heads,
}

impl Spec for Rope {
    fn name(&self) -> &'static str {
        "rope"
    }
    fn reads(&self) -> usize {
        2
    }
    fn writes(&self) -> usize {
        1
    }
    fn constants(&self, _: Form) -> Constants {
        vec![("HEAD", Word::U(self.shape.head))]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        self.shape.uniform()
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        let s = &self.shape;
        grid(s.rows * s.length * s.width(), replicas)
    }
}

impl Rope {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([control, table], [qkv]) = (reads, writes) else { return };
        if control[control::ROPE] != T::zero() {
            rotate(qkv, table, &self.shape, T::one());
        }
    }
}

/// Rotates queries and keys by `direction` (1 or −1) times their angle.
pub(super) fn rotate<T: Real>(qkv: &mut [T], table: &[T], shape: &Heads, direction: T) {
    let (width, head) = (shape.width() as usize, shape.head as usize);
    let tables = table.chunks_exact(head).cycle();
    for (row, table) in qkv.chunks_exact_mut(3 * width).zip(tables).take((shape.rows * shape.length) as usize) {
        for vector in row[..2 * width].chunks_exact_mut(head) {
            let (low, high) = vector.split_at_mut(head / 2);
            for ((low, high), turn) in low.iter_mut().zip(high).zip(table.chunks_exact(2)) {
                let (cos, sin) = (turn[0], turn[1] * direction);
                (*low, *high) = (*low * cos - *high * sin, *low * sin + *high * cos);
            }
        }
    }
}
