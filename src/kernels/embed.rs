//! Embedding lookup plus position, twin of `shaders/embed.wgsl`: `x[row, p] = E[token] + gain · table[p]`.

use super::real::Real;
use super::{Constants, Form, Spec, Word, grid};

/// Where the embeddings lie in the pool, and their shapes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Sequences.
    pub rows: u32,
    /// Positions.
    pub length: u32,
    /// Width.
    pub width: u32,
    /// Token identifiers.
    pub vocabulary: u32,
    /// Offset of the token embedding `[vocabulary, width]`.
    pub tokens: u32,
    /// Offset of the position gain.
    pub gain: u32,
    /// Offset of the position table `[length, width]`.
    pub table: u32,
    /// Elements of the pool per replica.
    pub pool: u32,
}

impl Shape {
    /// Elements of token embedding, position table and gain.
    pub(super) fn parameters(&self) -> u32 {
        (self.vocabulary + self.length) * self.width + 1
    }

    pub(super) fn uniform(&self) -> Vec<(&'static str, Word)> {
        vec![
            ("rows", Word::U(self.rows)),
            ("length", Word::U(self.length)),
            ("width", Word::U(self.width)),
            ("vocabulary", Word::U(self.vocabulary)),
            ("tokens", Word::U(self.tokens)),
            ("gain", Word::U(self.gain)),
            ("table", Word::U(self.table)),
            ("pool", Word::U(self.pool)),
        ]
    }
}

/// Reads: tokens `[rows, length]`, parameters. Writes: x `[rows · length, width]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Embed {
    /// Shape.
    pub shape: Shape,
}

impl Spec for Embed {
    fn name(&self) -> &'static str {
        "embed"
    }
    fn reads(&self) -> usize {
        2
    }
    fn writes(&self) -> usize {
        1
    }
    fn constants(&self, _: Form) -> Constants {
        vec![]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        self.shape.uniform()
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        grid(self.shape.rows * self.shape.length * self.shape.width, replicas)
    }
    fn pool_elements(&self) -> u32 {
        self.shape.parameters()
    }
}

impl Embed {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([tokens, parameters], [x]) = (reads, writes) else { return };
        let s = &self.shape;
        let width = s.width as usize;
        let gain = parameters[s.gain as usize];
        let table = &parameters[s.table as usize..][..(s.length * s.width) as usize];
        let embedding = &parameters[s.tokens as usize..][..(s.vocabulary * s.width) as usize];
        let positions = table.chunks_exact(width).cycle();
        let rows = x.chunks_exact_mut(width).zip(*tokens).zip(positions);
        for ((x, &token), position) in rows.take((s.rows * s.length) as usize) {
            let vector = &embedding[token.index() as usize * width..][..width];
            for ((x, &e), &p) in x.iter_mut().zip(vector).zip(position) {
                *x = e + gain * p;
            }
        }
    }
}
