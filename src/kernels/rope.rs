//! Rotary position (Su et al. 2021), twin of `shaders/rope.wgsl`: rotates queries and keys in place, for the
//! replicas that ask for it. Pair `(i, i + h/2)` of a head at position `p` turns by `p · base^(−2i/h)`.

use super::real::Real;
use super::{Words, control, grid, kernel, words};

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

    /// Elements of queries, of keys, or of values.
    pub(super) fn elements(&self) -> u32 {
        self.rows * self.length * self.width()
    }

    /// Queries of all heads.
    pub(super) fn queries(&self) -> u32 {
        self.rows * self.length * self.heads
    }

    /// Elements of the table.
    pub(super) fn turns(&self) -> u32 {
        self.length * self.head
    }

    pub(super) fn uniform(&self) -> Words {
        words![self; rows, length, heads]
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

kernel! {
    Rope is "rope" for (self, form, replicas);
    reads [control: control::LEN as u32, table: self.shape.turns()];
    writes [qkv: 3 * self.shape.elements()];
    constants words![HEAD: self.shape.head];
    uniform self.shape.uniform();
    workgroups grid(self.shape.elements(), replicas);
}

impl Rope {
    /// The CPU twin.
    fn twin<T: Real>(&self, [control, table]: [&[T]; 2], [qkv]: [&mut [T]; 1]) {
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
