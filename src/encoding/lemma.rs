//! Lemma 1: under the mapping `STPE = (T/L) · PE` every dot product of positions is multiplied by `(T/L)²`.
//!
//! It holds for the amplitude form, and for products of positions with positions. Putting the spike time inside the sine
//! compresses the frequencies, which the lemma does not cover; products of positions with content scale with `T/L`.

use super::statistics::{pearson, slope, spearman};

/// The most points of a cloud that are handed out.
const MOST_POINTS: usize = 4000;

/// Dot products of all pairs of positions under one encoding (x) and another (y).
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// Of the best line through the origin.
    pub slope: f64,
    /// Pearson's r.
    pub pearson: f64,
    /// Spearman's ρ.
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
        let mut order: Vec<usize> = (0..pairs).collect();
        order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
        // The greatest is kept along with the least.
        let stride = pairs.saturating_sub(1).div_ceil(MOST_POINTS).max(1);
        let last = order.last().copied().filter(|_| pairs > 1 && !(pairs - 1).is_multiple_of(stride));
        let points = order.iter().step_by(stride).copied().chain(last).flat_map(|at| [x[at] as f32, y[at] as f32]);
        Self {
            slope: slope(x, y).unwrap_or(f64::NAN),
            pearson: pearson(x, y).unwrap_or(f64::NAN),
            spearman: spearman(x, y).unwrap_or(f64::NAN),
            residual,
            points: points.collect(),
            pairs,
        }
    }
}
