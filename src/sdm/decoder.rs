//! The address decoder's fixed random weights, whole numbers from 0 to [`MOST`].

use std::fmt;

use super::code::{draw, significances};
use crate::kernels::rng::{STREAM_DECODER, pcg4d};

/// The largest weight of a fixed projection.
pub const MOST: u32 = 255;

/// Ratio of a sparse decoder neuron's weights in steps of 1 %. Were they equal, a decoder neuron's sum would be a count of shared inputs,
/// many would tie, and the rule for ties would choose low neurons again and again: of 5000 pairs of binary codes (W 4096, w 20, a 20) 4059
/// are then recalled exactly, and 4701 so; an independent program that breaks ties at random found 4715.
pub const TIES: f64 = 0.99;

/// How weights are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weights {
    /// Every one evenly from 0 to 1.
    Dense,
    /// Each decoder neuron has so many, at random inputs, each so much of the one before: the significances of a ranked code, as whole
    /// numbers and at least 1.
    Sparse {
        /// a of a-of-A.
        active: u32,
        /// Ratio of a weight to the one before: [`TIES`], 1, or the α of the codes.
        ratio: f64,
    },
}

impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Dense => {
                f.write_str("dense weights, drawn evenly from 0 to 1; settings of sparse ones change nothing")
            }
            Self::Sparse { active: 1, .. } => f.write_str("1 weight a neuron"),
            Self::Sparse { active, ratio } if ratio >= 1.0 => write!(f, "{active} weights a neuron, all equal"),
            // Single precision has the digits that were given.
            Self::Sparse { active, ratio } => {
                write!(f, "{active} weights a neuron, each {} of the one before", ratio as f32)
            }
        }
    }
}

impl Weights {
    /// A decoder's weights `[inputs, neurons]`.
    #[must_use]
    pub fn draw(self, inputs: u32, neurons: u32, seed: u32) -> Vec<f32> {
        match self {
            Self::Dense => even(inputs, neurons, seed, STREAM_DECODER),
            Self::Sparse { active, ratio } => {
                let sizes = significances(active, ratio);
                let mut weights = vec![0.0; inputs as usize * neurons as usize];
                for neuron in 0..neurons {
                    for (&input, size) in draw(active, inputs, [seed, STREAM_DECODER, neuron]).iter().zip(&sizes) {
                        if let Some(weight) = weights.get_mut((input * neurons + neuron) as usize) {
                            *weight = libm::round(f64::from(MOST) * size).max(1.0) as f32;
                        }
                    }
                }
                weights
            }
        }
    }
}

/// Weights `[inputs, neurons]` drawn evenly from 0 to [`MOST`].
#[must_use]
pub fn even(inputs: u32, neurons: u32, seed: u32, stream: u32) -> Vec<f32> {
    let mut weights = Vec::with_capacity(inputs as usize * neurons as usize);
    for input in 0..inputs {
        let row = (0..neurons.div_ceil(16)).flat_map(|block| {
            let words = pcg4d([seed, stream, input, block]);
            words.into_iter().flat_map(|word| word.to_le_bytes()).map(f32::from)
        });
        weights.extend(row.take(neurons as usize));
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_weights_are_even_and_sparse_ones_are_a_code() {
        let dense = Weights::Dense.draw(64, 100, 3);
        assert_eq!(dense.len(), 6400);
        let mean = dense.iter().sum::<f32>() / 6400.0;
        // Standard error 0.92.
        assert!((mean - 127.5).abs() < 4.6, "{mean}");
        let sparse = Weights::Sparse { active: 5, ratio: 0.5 }.draw(64, 100, 3);
        for neuron in 0..100 {
            let mut own: Vec<f32> = (0..64).map(|input| sparse[input * 100 + neuron]).filter(|&w| w > 0.0).collect();
            own.sort_by(f32::total_cmp);
            assert_eq!(own, [16.0, 32.0, 64.0, 128.0, 255.0]);
        }
        // A weight that would round to none is still one; those of 1 % never do.
        let drawn = |active: u32, ratio: f64| {
            let mut drawn = Weights::Sparse { active, ratio }.draw(512, 1, 3);
            drawn.retain(|&weight| weight > 0.0);
            drawn.sort_by(f32::total_cmp);
            drawn
        };
        assert_eq!(drawn(5, 0.01), [1.0, 1.0, 1.0, 3.0, 255.0]);
        assert_eq!(drawn(4, 1.0), [255.0; 4]);
        let steps: Vec<f32> =
            (0..512).map(|rank| libm::round(255.0 * libm::pow(TIES, 511.0 - f64::from(rank))) as f32).collect();
        assert_eq!(drawn(512, TIES), steps);
    }
}
