//! Rank-ordered N-of-M code of a position (Bose, Furber and Shapiro 2005): N of the M = d neurons fire, the r-th to fire
//! (r = 0 … N − 1) has significance α^r, the others 0. Each position has a fixed code of its own, drawn by the seed, as the sequence
//! machine draws the codes of its symbols: the code says which position it is, not how far it is from another.

use super::{DIRECTIONS, Recipe, Shape};
use crate::kernels::rng;
use crate::order::order;

/// The neurons that fire for `position`, in the order in which they do.
fn firing(shape: &Shape, position: u32) -> Vec<u32> {
    let neurons = shape.width;
    let draw = |neuron| rng::pcg4d([shape.seed, rng::STREAM_POSITIONS, DIRECTIONS, position * neurons + neuron])[0];
    let draws: Vec<f64> = (0..neurons).map(|neuron| f64::from(draw(neuron))).collect();
    // Equal draws fire in the order of their numbers.
    let mut order = order(&draws);
    order.truncate(shape.tuning.active.min(neurons) as usize);
    order
}

pub(super) fn recipe(shape: &Shape) -> Recipe {
    let width = shape.width as usize;
    let mut table = vec![0.0; shape.length as usize * width];
    for (position, row) in (0..).zip(table.chunks_exact_mut(width.max(1))) {
        for (rank, neuron) in (0..).zip(firing(shape, position)) {
            row[neuron as usize] = libm::pow(shape.tuning.alpha, f64::from(rank)) as f32;
        }
    }
    Recipe::fixed(table)
}
