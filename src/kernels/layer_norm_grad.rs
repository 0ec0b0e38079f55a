//! Gradients of layer norm by γ and β, twin of `shaders/layer_norm_grad.wgsl`:
//! `dγ = Σ_rows dy ∘ x̂`, `dβ = Σ_rows dy`.

use super::layer_norm::Shape;
use super::real::Real;
use super::{Constants, MatmulForm, Spec, Word, cover};

/// Columns per workgroup; sixteen invocations share a column.
const COLUMNS: u32 = 4;

/// Reads: x `[rows, width]`, statistics `[rows, 2]`, dy `[rows, width]`. Writes: gradient pool.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNormGrad {
    /// Shape.
    pub shape: Shape,
}

impl Spec for LayerNormGrad {
    fn name(&self) -> &'static str {
        "layer_norm_grad"
    }
    fn reads(&self) -> usize {
        3
    }
    fn writes(&self) -> usize {
        1
    }
    fn constants(&self, _: MatmulForm) -> Constants {
        vec![]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        self.shape.uniform()
    }
    fn workgroups(&self, _: MatmulForm, replicas: u32) -> [u32; 3] {
        [cover(self.shape.width, COLUMNS), replicas, 1]
    }
}

impl LayerNormGrad {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([x, statistics, dy], [gradients]) = (reads, writes) else { return };
        let s = &self.shape;
        let width = s.width as usize;
        for offset in [s.gamma, s.beta] {
            gradients[Shape::range(offset, s.width)].fill(T::zero());
        }
        let rows = x.chunks_exact(width).zip(dy.chunks_exact(width)).zip(statistics.chunks_exact(2));
        for ((x, dy), statistics) in rows.take(s.rows as usize) {
            let (mean, scale) = (statistics[0], statistics[1]);
            let gamma = gradients[Shape::range(s.gamma, s.width)].iter_mut();
            for ((gamma, &x), &dy) in gamma.zip(x).zip(dy) {
                *gamma += dy * (x - mean) * scale;
            }
            for (beta, &dy) in gradients[Shape::range(s.beta, s.width)].iter_mut().zip(dy) {
                *beta += dy;
            }
        }
    }
}
