//! Gradients of layer norm, twin of `shaders/layer_norm_backward.wgsl`.
//! With `x̂ = (x − μ) s`, `h = γ ∘ dy`: `dx = s (h − mean(h) − x̂ mean(h ∘ x̂))`, `dγ = Σ_rows dy ∘ x̂`,
//! `dβ = Σ_rows dy`. One launch does both: its first workgroups take rows, the others columns.

use super::layer_norm::{OPERATIONS, ROWS, Shape};
use super::real::Real;
use super::{Sums, cover, in_parts, kernel, part_rows, words};

/// Reads: x `[rows, width]`, statistics `[rows, 2]`, dy `[rows, width]`, parameters. Writes: dx `[rows, width]`,
/// gradient pool.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNormBackward {
    /// Shape.
    pub shape: Shape,
    /// Adds to what `dx` holds.
    pub accumulate: bool,
}

kernel! {
    LayerNormBackward is "layer_norm_backward" for (self, form, replicas);
    reads [
        x: self.shape.rows * self.shape.width,
        statistics: 2 * self.shape.rows,
        dy: self.shape.rows * self.shape.width,
        parameters: self.shape.least_pool(),
    ];
    writes [dx: self.shape.rows * self.shape.width, gradients: self.shape.least_pool()];
    constants words![ACCUMULATE: self.accumulate, ROWS, SLICED: form.sums == Sums::Sliced, SERIAL: form.sums == Sums::Serial];
    uniform self.shape.uniform();
    workgroups [
        cover(self.shape.rows, ROWS) + cover(self.shape.width, if form.sums == Sums::Sliced { 16 } else { 256 }),
        replicas,
        1,
    ];
    pool_elements 3 * self.shape.width;
}

/// Some rows of dx, and of x, dy and the statistics.
type Part<'a, T> = (&'a mut [T], ((&'a [T], &'a [T]), &'a [T]));

impl LayerNormBackward {
    /// The CPU twin.
    fn twin<T: Real>(&self, [x, statistics, dy, parameters]: [&[T]; 4], [dx, gradients]: [&mut [T]; 2]) {
        self.parameters(x, statistics, dy, gradients);
        let s = &self.shape;
        let width = s.width as usize;
        let n = T::int(s.width);
        let gamma = &parameters[Shape::range(s.gamma, s.width)];
        let part = part_rows(OPERATIONS * width);
        let inputs = x.chunks(part * width).zip(dy.chunks(part * width)).zip(statistics.chunks(2 * part));
        let parts = dx[..s.rows as usize * width].chunks_mut(part * width).zip(inputs);
        in_parts(parts.collect(), |(dx, ((x, dy), statistics)): Part<'_, T>| {
            let inputs = x.chunks_exact(width).zip(dy.chunks_exact(width)).zip(statistics.chunks_exact(2));
            for (((x, dy), statistics), dx) in inputs.zip(dx.chunks_exact_mut(width)) {
                let (mean, scale) = (statistics[0], statistics[1]);
                // Eight lanes each, as `real::sum` has them.
                let (mut h_lanes, mut hx_lanes) = ([T::zero(); 8], [T::zero(); 8]);
                for ((x, dy), gamma) in x.chunks(8).zip(dy.chunks(8)).zip(gamma.chunks(8)) {
                    let lanes = h_lanes.iter_mut().zip(&mut hx_lanes);
                    for ((((h_lane, hx_lane), &x), &dy), &gamma) in lanes.zip(x).zip(dy).zip(gamma) {
                        let h = dy * gamma;
                        *h_lane += h;
                        *hx_lane += h * (x - mean);
                    }
                }
                let h_mean = h_lanes.into_iter().sum::<T>() / n;
                let slope = hx_lanes.into_iter().sum::<T>() / n * scale * scale;
                let values = dx.iter_mut().zip(x).zip(dy).zip(gamma);
                if self.accumulate {
                    values.for_each(|(((dx, &x), &dy), &gamma)| {
                        *dx += scale * (dy * gamma - h_mean - (x - mean) * slope)
                    });
                } else {
                    values
                        .for_each(|(((dx, &x), &dy), &gamma)| *dx = scale * (dy * gamma - h_mean - (x - mean) * slope));
                }
            }
        });
    }

    /// dγ and dβ.
    fn parameters<T: Real>(&self, x: &[T], statistics: &[T], dy: &[T], gradients: &mut [T]) {
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
