//! Gradient of the position gain, twin of `shaders/gain_backward.wgsl`: `Σ dx[row, p] · table[p]`.

use super::embed::Shape;
use super::kernel;
use super::real::{Real, dot};

/// Reads: dx `[rows · length, width]`, parameters. Writes: gradient pool.
#[derive(Clone, Debug, PartialEq)]
pub struct GainBackward {
    /// Shape.
    pub shape: Shape,
}

kernel! {
    GainBackward is "gain_backward" for (self, form, replicas);
    reads [dx: self.shape.places() * self.shape.width, parameters: self.shape.least_pool()];
    writes [gradients: self.shape.least_pool()];
    uniform self.shape.uniform();
    workgroups [1, replicas, 1];
    pool_elements self.shape.length * self.shape.width + 1;
}

impl GainBackward {
    /// The CPU twin.
    fn twin<T: Real>(&self, [dx, parameters]: [&[T]; 2], [gradients]: [&mut [T]; 1]) {
        let s = &self.shape;
        let table = &parameters[s.table as usize..][..(s.length * s.width) as usize];
        let sequences = dx[..table.len() * s.rows as usize].chunks_exact(table.len());
        gradients[s.gain as usize] = sequences.map(|dx| dot(dx, table)).sum();
    }
}
