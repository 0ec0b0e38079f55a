//! Embedding lookup plus position, twin of `shaders/embed.wgsl`: `x[row, p] = E[token] + gain · table[p]`, or without
//! positions `E[token]` alone.

use super::real::Real;
use super::{Words, grid, kernel, words};

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
    /// Whether a position is added; else the pool has neither gain nor table.
    pub positions: bool,
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
        self.vocabulary * self.width + if self.positions { self.length * self.width + 1 } else { 0 }
    }

    /// Tokens of a batch.
    pub(super) fn places(&self) -> u32 {
        self.rows * self.length
    }

    /// The fewest elements of a pool that holds them all.
    pub(super) fn least_pool(&self) -> u32 {
        let tokens = self.pool.max(self.tokens + self.vocabulary * self.width);
        let positions = (self.gain + 1).max(self.table + self.length * self.width);
        if self.positions { tokens.max(positions) } else { tokens }
    }

    pub(super) fn uniform(&self) -> Words {
        words![self; rows, length, width, vocabulary, tokens, gain, table, pool]
    }
}

/// Reads: tokens `[rows, length]`, parameters. Writes: x `[rows · length, width]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Embed {
    /// Shape.
    pub shape: Shape,
}

kernel! {
    Embed is "embed" for (self, form, replicas);
    reads [tokens: self.shape.places(), parameters: self.shape.least_pool()];
    writes [x: self.shape.places() * self.shape.width];
    constants words![POSITIONS: self.shape.positions];
    uniform self.shape.uniform();
    workgroups grid(self.shape.places() * self.shape.width, replicas);
    pool_elements self.shape.parameters();
}

impl Embed {
    /// The CPU twin.
    fn twin<T: Real>(&self, [tokens, parameters]: [&[T]; 2], [x]: [&mut [T]; 1]) {
        let s = &self.shape;
        let width = s.width as usize;
        let embedding = &parameters[s.tokens as usize..][..(s.vocabulary * s.width) as usize];
        let vector = |token: T| &embedding[token.index() as usize * width..][..width];
        if !s.positions {
            for (x, &token) in x.chunks_exact_mut(width).zip(tokens).take(s.places() as usize) {
                x.copy_from_slice(vector(token));
            }
            return;
        }
        let gain = parameters[s.gain as usize];
        let table = &parameters[s.table as usize..][..(s.length * s.width) as usize];
        let positions = table.chunks_exact(width).cycle();
        let rows = x.chunks_exact_mut(width).zip(tokens).zip(positions);
        for ((x, &token), position) in rows.take((s.rows * s.length) as usize) {
            for ((x, &e), &p) in x.iter_mut().zip(vector(token)).zip(position) {
                *x = e + gain * p;
            }
        }
    }
}
