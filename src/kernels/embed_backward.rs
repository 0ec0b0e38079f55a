//! Gradients of the embeddings, twin of `shaders/embed_backward.wgsl`. Gathers instead of scattering, so that
//! no atomics are needed and the order of each sum is fixed: one invocation per entry of the token embedding
//! goes through the batch; one per entry of the position table, through the sequences.

use super::embed::Shape;
use super::real::Real;
use super::{Constants, Form, Spec, Word, cover};

/// Reads: tokens `[rows, length]`, dx `[rows · length, width]`, parameters. Writes: gradient pool.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbedBackward {
    /// Shape.
    pub shape: Shape,
    /// Whether some replica trains its position table.
    pub table: bool,
    /// Adds to the gradient of the token embedding (a tied output wrote there before).
    pub accumulate: bool,
}

impl Spec for EmbedBackward {
    fn name(&self) -> &'static str {
        "embed_backward"
    }
    fn reads(&self) -> usize {
        3
    }
    fn writes(&self) -> usize {
        1
    }
    fn constants(&self, _: Form) -> Constants {
        vec![("TABLE", Word::U(u32::from(self.table))), ("ACCUMULATE", Word::U(u32::from(self.accumulate)))]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        self.shape.uniform()
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        let s = &self.shape;
        let entries = s.vocabulary + if self.table { s.length } else { 0 };
        [cover(entries * s.width / 4, 64), replicas, 1]
    }
    fn pool_elements(&self) -> u32 {
        self.shape.parameters()
    }
}

impl EmbedBackward {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([tokens, dx, parameters], [gradients]) = (reads, writes) else { return };
        let s = &self.shape;
        let width = s.width as usize;
        let embedding = &mut gradients[s.tokens as usize..][..(s.vocabulary * s.width) as usize];
        if !self.accumulate {
            embedding.fill(T::zero());
        }
        let count = (s.rows * s.length) as usize;
        for (&token, dx) in tokens.iter().zip(dx.chunks_exact(width)).take(count) {
            let entry = &mut embedding[token.index() as usize * width..][..width];
            entry.iter_mut().zip(dx).for_each(|(entry, &dx)| *entry += dx);
        }
        if self.table {
            let gain = parameters[s.gain as usize];
            let table = &mut gradients[s.table as usize..][..(s.length * s.width) as usize];
            table.fill(T::zero());
            for sequence in dx[..count * width].chunks_exact(table.len()) {
                table.iter_mut().zip(sequence).for_each(|(entry, &dx)| *entry += gain * dx);
            }
        }
    }
}
