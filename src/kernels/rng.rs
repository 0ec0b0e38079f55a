//! Random masks of dropout, by the counter-based generator [`rng`](crate::rng).

use super::real::Real;
use super::{Words, words};

// What kernels and their callers draw from.
pub use crate::rng::*;

/// Dropout of one tensor: which elements stay, and by how much they grow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// Share set to zero.
    pub share: f32,
    /// Stream of the mask.
    pub stream: u32,
}

/// Hashes computed side by side, so that they use SIMD.
const LANES: usize = 8;
/// Elements of a group: each takes 16 of the 128 bits of one of its eight hashes, dealt out so that neighbours come
/// from neighbouring hashes and a group needs no reordering.
const GROUP: usize = 8 * LANES;

impl Dropout {
    /// An element's 16 random bits must reach this for it to stay.
    #[must_use]
    pub fn threshold(&self) -> u32 {
        (self.share * 65_536.0) as u32
    }

    /// Factor of an element that stays.
    #[must_use]
    pub fn scale(&self) -> f32 {
        1.0 / (1.0 - self.share)
    }

    /// Words of a uniform block; without dropout the shader does not look at them.
    pub(super) fn words(dropout: Option<Self>) -> Words {
        let dropout = dropout.unwrap_or(Self { share: 0.0, stream: 0 });
        words![drop_stream: dropout.stream, drop_threshold: dropout.threshold(), drop_scale: dropout.scale()]
    }

    /// Factor of `element` at `step`: zero or [`Dropout::scale`].
    #[must_use]
    pub fn factor(&self, seed: u32, step: u32, element: u32) -> f32 {
        let (group, within) = (element / GROUP as u32, element % GROUP as u32);
        let words = pcg4d([seed, self.stream, step, group * LANES as u32 + within % LANES as u32]);
        let word = words[(within / LANES as u32 % 4) as usize];
        if (word >> (within / 32 * 16)) & 0xffff >= self.threshold() { self.scale() } else { 0.0 }
    }

    /// Multiplies `values` by the factors of the elements from `first` on.
    pub fn mask<T: Real>(&self, seed: u32, step: u32, first: u32, values: &mut [T]) {
        let (mut group, mut skip) = (first / GROUP as u32, first as usize % GROUP);
        let mut rest = values;
        while !rest.is_empty() {
            let (part, later) = rest.split_at_mut(rest.len().min(GROUP - skip));
            let factors: [T; GROUP] = self.group(seed, step, group);
            part.iter_mut().zip(&factors[skip..]).for_each(|(value, &factor)| *value *= factor);
            rest = later;
            group += 1;
            skip = 0;
        }
    }

    /// Factors of one group.
    #[inline(always)]
    fn group<T: Real>(&self, seed: u32, step: u32, group: u32) -> [T; GROUP] {
        let (threshold, scale) = (self.threshold(), T::of(self.scale()));
        let mut words = [[0; LANES]; 4];
        for lane in 0..LANES {
            let hash = pcg4d([seed, self.stream, step, group * LANES as u32 + lane as u32]);
            for (words, word) in words.iter_mut().zip(hash) {
                words[lane] = word;
            }
        }
        let mut factors = [T::zero(); GROUP];
        for (eight, at) in factors.chunks_exact_mut(LANES).zip(0..) {
            let shift = at / 4 * 16;
            for (factor, word) in eight.iter_mut().zip(&words[at % 4]) {
                *factor = if (word >> shift) & 0xffff >= threshold { scale } else { T::zero() };
            }
        }
        factors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_from_any_element_on_has_the_factors_of_its_elements() {
        let dropout = Dropout { share: 0.4, stream: 3 };
        for first in 0..17 {
            for len in (0..20).chain([63, 64, 65, 200]) {
                let mut values = vec![1.0_f32; len];
                dropout.mask(2, 7, first, &mut values);
                let want: Vec<f32> = (first..first + len as u32).map(|e| dropout.factor(2, 7, e)).collect();
                assert_eq!(values, want);
            }
        }
    }

    #[test]
    fn dropout_keeps_the_expected_share() {
        let dropout = Dropout { share: 0.3, stream: 5 };
        let kept = (0..100_000).filter(|&e| dropout.factor(9, 4, e) > 0.0).count();
        assert!((kept as f64 / 100_000.0 - 0.7).abs() < 0.01);
    }
}
