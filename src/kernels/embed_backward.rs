//! Gradients of the embeddings, twin of `shaders/embed_backward.wgsl`. Gathers instead of scattering, so that
//! no atomics are needed and the order of each sum is fixed: one invocation per entry of the token embedding
//! goes through the batch; one per entry of the position table, through the sequences.

use super::embed::Shape;
use super::real::Real;
use super::{cover, kernel, words};

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

kernel! {
    EmbedBackward is "embed_backward" for (self, form, replicas);
    reads [
        tokens: self.shape.places(),
        dx: self.shape.places() * self.shape.width,
        parameters: self.table.then(|| self.shape.least_pool()),
    ];
    writes [gradients: self.shape.least_pool()];
    constants words![TABLE: self.table, ACCUMULATE: self.accumulate];
    uniform self.shape.uniform();
    workgroups [cover(self.entries() * self.shape.width / 4, 64), replicas, 1];
    pool_elements self.shape.parameters();
}

impl EmbedBackward {
    /// Entries whose gradient is wanted.
    fn entries(&self) -> u32 {
        self.shape.vocabulary + if self.table { self.shape.length } else { 0 }
    }

    /// The CPU twin.
    fn twin<T: Real>(&self, [tokens, dx, parameters]: [&[T]; 3], [gradients]: [&mut [T]; 1]) {
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
