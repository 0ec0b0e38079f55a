//! Lemma 1: under the mapping `STPE = (T/L) · PE` every dot product of positions is multiplied by `(T/L)²`.
//!
//! It holds for the amplitude form, and for products of positions with positions. Putting the spike time inside the sine
//! compresses the frequencies, which the lemma does not cover; products of positions with content scale with `T/L`.

use super::statistics::{pearson, slope, spearman_to_rounding};
use crate::order::order;

/// The most points of a cloud that are handed out.
const MOST_POINTS: usize = 4000;

/// Dot products of all pairs of positions under one encoding (x) and another (y).
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// Of the best line through the origin.
    pub slope: f64,
    /// Pearson's r.
    pub pearson: f64,
    /// Spearman's ρ, products that differ by rounding only taken as equal.
    pub spearman: f64,
    /// Largest `|y − expected · x|`, where a slope is expected.
    pub residual: Option<f64>,
    /// `x, y` of a regular sample of the pairs, in the order of x.
    pub points: Vec<f32>,
    /// How many pairs there are.
    pub pairs: usize,
}

impl Cloud {
    /// Compares the products of pairs, in the same order.
    #[must_use]
    pub fn of(x: &[f64], y: &[f64], expected: Option<f64>) -> Self {
        let pairs = x.len().min(y.len());
        let residual = expected.map(|slope| x.iter().zip(y).map(|(x, y)| (y - slope * x).abs()).fold(0.0, f64::max));
        // An odd stride does not walk along the rows of the matrix that the pairs come from. The ends are kept.
        let stride = pairs.div_ceil(MOST_POINTS).max(1) | 1;
        let end = |better: fn(f64, f64) -> bool| (0..pairs).reduce(|a, b| if better(x[b], x[a]) { b } else { a });
        let ends = [end(|a, b| a < b), end(|a, b| a > b)];
        let mut sample: Vec<usize> = (0..pairs).step_by(if pairs > MOST_POINTS { stride } else { 1 }).collect();
        if pairs > MOST_POINTS {
            sample.extend(ends.into_iter().flatten());
        }
        let places: Vec<f64> = sample.iter().map(|&at| x[at]).collect();
        let sorted = order(&places).into_iter().map(|place| sample[place as usize]);
        let points = sorted.flat_map(|at| [x[at] as f32, y[at] as f32]);
        Self {
            slope: slope(x, y).unwrap_or(f64::NAN),
            pearson: pearson(x, y).unwrap_or(f64::NAN),
            spearman: spearman_to_rounding(x, y).unwrap_or(f64::NAN),
            residual,
            points: points.collect(),
            pairs,
        }
    }
}
