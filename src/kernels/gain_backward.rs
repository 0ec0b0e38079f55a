//! Gradient of the position gain, twin of `shaders/gain_backward.wgsl`: `Σ dx[row, p] · table[p]`.

use super::embed::Shape;
use super::real::{Real, dot};
use super::{Constants, Form, Spec, Word};

/// Reads: dx `[rows · length, width]`, parameters. Writes: gradient pool.
#[derive(Clone, Debug, PartialEq)]
pub struct GainBackward {
    /// Shape.
    pub shape: Shape,
}

impl Spec for GainBackward {
    fn name(&self) -> &'static str {
        "gain_backward"
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
        [1, replicas, 1]
    }
    fn pool_elements(&self) -> u32 {
        self.shape.length * self.shape.width + 1
    }
}

impl GainBackward {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([dx, parameters], [gradients]) = (reads, writes) else { return };
        let s = &self.shape;
        let table = &parameters[s.table as usize..][..(s.length * s.width) as usize];
        let sequences = dx[..table.len() * s.rows as usize].chunks_exact(table.len());
        gradients[s.gain as usize] = sequences.map(|dx| dot(dx, table)).sum();
    }
}
