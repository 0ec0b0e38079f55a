//! Ranked N-of-M codes: N of M neurons fire, and the r-th of them (from 0) has significance α^r.
//!
//! Source: Bose, Furber and Shapiro, "A spiking neural sparse distributed memory implementation for learning and predicting
//! temporal sequences" (ICANN 2005). A code is held as its neurons in the order of their firing.

use crate::kernels::rng::{pcg4d, unit};
use crate::order::order;

/// Whole numbers below this are exact in single precision, and so are sums of them that stay below it.
pub const EXACT: u64 = 1 << 24;

/// Neurons of a ranked code, first to fire first.
pub type Order = Vec<u32>;

/// Significances `α^r` of the ranks `0..active`.
#[must_use]
pub fn significances(active: u32, alpha: f64) -> Vec<f64> {
    std::iter::successors(Some(1.0), |last| Some(last * alpha)).take(active as usize).collect()
}

/// Significances as whole numbers, `round(α^r s)`, with the largest power of two `s ≤ 4096` for which a sum of all of them times
/// weights of at most `most` stays exact. Never all zero: the first is at least 1.
#[must_use]
pub fn levels(active: u32, alpha: f64, most: u32) -> Vec<u32> {
    let shares = significances(active, alpha);
    let scaled = |scale: f64| shares.iter().map(|share| libm::round(share * scale) as u32).collect::<Vec<_>>();
    let fits = |levels: &[u32]| levels.iter().map(|&l| u64::from(l)).sum::<u64>() * u64::from(most) < EXACT;
    let scales = (0..=12).rev().map(|bits| f64::from(1 << bits));
    scales.map(scaled).find(|levels| fits(levels)).unwrap_or_else(|| scaled(1.0))
}

/// Draws `active` different neurons of `size` in random order: a partial Fisher–Yates shuffle of the generator's words for
/// `key` = (seed, stream, number).
#[must_use]
pub fn draw(active: u32, size: u32, [seed, stream, number]: [u32; 3]) -> Order {
    let mut neurons: Vec<u32> = (0..size).collect();
    let active = active.min(size);
    for at in 0..active {
        let word = pcg4d([seed, stream, number, at])[0];
        let other = at + (unit(word) * f64::from(size - at)) as u32;
        neurons.swap(at as usize, other as usize);
    }
    neurons.truncate(active as usize);
    neurons
}

/// The `active` neurons with the largest activation, largest first. Of equal ones the lower neuron comes first, and neurons
/// with no activation at all may be among them.
#[must_use]
pub fn ranked<T: Into<f64> + Copy>(activations: &[T], active: u32) -> Order {
    // Less than zero, not negated: of zero that is zero, whatever its sign.
    let mut all = order(&activations.iter().map(|&value| 0.0 - value.into()).collect::<Vec<_>>());
    all.truncate(active as usize);
    all
}

/// Normalised dot product of two codes of one α, `Σ α^(r + s)` over shared neurons divided by the norms.
#[must_use]
pub fn cosine(a: &[u32], b: &[u32], alpha: f64) -> f64 {
    let weight = |rank: usize| libm::pow(alpha, rank as f64);
    let rank_in = |code: &[u32], neuron: u32| code.iter().position(|&other| other == neuron);
    let shared = a.iter().enumerate().filter_map(|(r, &neuron)| Some(weight(r) * weight(rank_in(b, neuron)?)));
    let norm = |code: &[u32]| libm::sqrt((0..code.len()).map(|r| weight(r) * weight(r)).sum::<f64>());
    let norms = norm(a) * norm(b);
    // The sum of nothing is −0, which people would see.
    if norms > 0.0 { shared.sum::<f64>() / norms + 0.0 } else { 0.0 }
}

/// A code as a vector of its `size` neurons.
#[must_use]
pub fn dense(order: &[u32], size: u32, alpha: f64) -> Vec<f32> {
    let mut vector = vec![0.0; size as usize];
    for (&neuron, share) in order.iter().zip(significances(order.len() as u32, alpha)) {
        if let Some(entry) = vector.get_mut(neuron as usize) {
            *entry = share as f32;
        }
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_code_has_n_different_neurons_and_depends_on_its_key() {
        for (active, size) in [(1, 1), (11, 256), (22, 22), (128, 4096)] {
            let code = draw(active, size, [3, 7, 1]);
            let mut sorted = code.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), active as usize);
            assert!(sorted.iter().all(|&neuron| neuron < size));
            assert_eq!(code, draw(active, size, [3, 7, 1]));
        }
        assert_ne!(draw(11, 256, [3, 7, 1]), draw(11, 256, [3, 7, 2]));
    }

    #[test]
    fn drawn_neurons_are_even() {
        let mut counts = [0_u32; 40];
        (0..4000).for_each(|number| draw(10, 40, [1, 2, number]).iter().for_each(|&n| counts[n as usize] += 1));
        // 1000 expected each; five standard deviations are 137.
        assert!(counts.iter().all(|&count| count.abs_diff(1000) < 137), "{counts:?}");
    }

    #[test]
    fn levels_stay_exact_and_keep_the_order_of_ranks() {
        for active in [1, 11, 22, 64, 128] {
            for alpha in [0.5, 0.9, 0.99, 1.0] {
                let levels = levels(active, alpha, 255);
                assert!(levels.iter().map(|&l| u64::from(l)).sum::<u64>() * 255 < EXACT);
                assert!(levels.is_sorted_by(|a, b| a >= b) && levels[0] > 0);
            }
        }
        assert!(levels(22, 0.9, 255).is_sorted_by(|a, b| a > b));
    }

    #[test]
    fn the_papers_example() {
        // 3-of-5, neurons 3, 2 and 4 (from 1) fire: [0, α, 1, α², 0].
        assert_eq!(dense(&[2, 1, 3], 5, 0.5), [0.0, 0.5, 1.0, 0.25, 0.0]);
        assert!((cosine(&[2, 1, 3], &[2, 1, 3], 0.9) - 1.0).abs() < 1e-12);
        assert_eq!(cosine(&[0, 1], &[2, 3], 0.9), 0.0);
        assert_eq!(ranked(&[0.5, 2.0, 2.0, 1.0], 3), [1, 2, 3]);
    }
}
