//! Patterns of bits: addresses and words of Kanerva's memory, packed as its kernels hold them.

use std::ops::Range;

use super::code;
use crate::kernels::hamming::{PACKED, packed};
use crate::kernels::rng::pcg4d;

/// Patterns of one length, 24 bits to a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Patterns {
    bits: u32,
    packed: Vec<f32>,
}

impl Patterns {
    /// No patterns yet, each of `bits` bits (at least 1).
    #[must_use]
    pub fn new(bits: u32) -> Self {
        Self { bits: bits.max(1), packed: Vec::new() }
    }

    /// Patterns of those numbers, of (seed, stream), every bit even odds.
    #[must_use]
    pub fn draw(bits: u32, numbers: impl IntoIterator<Item = u32>, [seed, stream]: [u32; 2]) -> Self {
        let mut patterns = Self::new(bits);
        let width = packed(patterns.bits);
        for number in numbers {
            for word in 0..width {
                let random = pcg4d([seed, stream, number, word / 4])[(word % 4) as usize] >> (32 - PACKED);
                let bits = (patterns.bits - word * PACKED).min(PACKED);
                patterns.packed.push((random >> (PACKED - bits)) as f32);
            }
        }
        patterns
    }

    /// Patterns that the kernels have written.
    #[must_use]
    pub fn of_packed(bits: u32, packed: Vec<f32>) -> Self {
        Self { packed, ..Self::new(bits) }
    }

    /// Adds a pattern; bits that are missing are not set, further ones are left out.
    pub fn push(&mut self, pattern: &[bool]) {
        let set = |bit: u32| u32::from(pattern.get(bit as usize).is_some_and(|&set| set));
        for word in 0..packed(self.bits) {
            let bits = (word * PACKED)..self.bits.min((word + 1) * PACKED);
            self.packed.push(bits.rev().fold(0, |number, bit| number << 1 | set(bit)) as f32);
        }
    }

    /// Adds those of `other`, which has to have as many bits.
    pub fn append(&mut self, other: &Self) {
        if other.bits == self.bits {
            self.packed.extend_from_slice(&other.packed);
        }
    }

    /// Bits of each.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packed.len() / self.width()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// Whether bit `bit` of pattern `row` is set; none is where there is no such bit.
    #[must_use]
    pub fn get(&self, row: usize, bit: u32) -> bool {
        let number = self.packed.get(row * self.width() + (bit / PACKED) as usize).filter(|_| bit < self.bits);
        number.is_some_and(|&number| number as u32 >> (bit % PACKED) & 1 == 1)
    }

    fn width(&self) -> usize {
        packed(self.bits) as usize
    }

    /// All of them, one after the other: bit `b` of a pattern is bit `b % 24` of its number `b / 24`.
    #[must_use]
    pub fn packed(&self) -> &[f32] {
        &self.packed
    }

    /// Some of them in a row, as far as they exist.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let at = |row: usize| row.min(self.len()) * self.width();
        Self { bits: self.bits, packed: self.packed[at(range.start).min(at(range.end))..at(range.end)].to_vec() }
    }

    /// The same with `wrong` bits of each turned over. Which ones is the beginning of a random order of (seed, stream, number), so that
    /// more wrong bits include fewer; numbers are counted from `first`.
    #[must_use]
    pub fn with_wrong(&self, wrong: u32, [seed, stream, first]: [u32; 3]) -> Self {
        let mut patterns = self.clone();
        let width = self.width();
        for (number, pattern) in (first..).zip(patterns.packed.chunks_exact_mut(width)) {
            for bit in code::draw(wrong, self.bits, [seed, stream, number]) {
                let word = &mut pattern[(bit / PACKED) as usize];
                *word = (*word as u32 ^ 1 << (bit % PACKED)) as f32;
            }
        }
        patterns
    }

    /// Bits in which each differs from the other's pattern at its place.
    #[must_use]
    pub fn distances(&self, other: &Self) -> Vec<u32> {
        let width = self.width();
        let differing = |(a, b): (&f32, &f32)| (*a as u32 ^ *b as u32).count_ones();
        let pairs = self.packed.chunks_exact(width).zip(other.packed.chunks_exact(width));
        pairs.map(|(a, b)| a.iter().zip(b).map(differing).sum()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_patterns_are_even_and_depend_on_their_key_alone() {
        for bits in [1, 24, 25, 256] {
            let patterns = Patterns::draw(bits, 0..900, [4, 9]);
            assert_eq!(patterns.len(), 900);
            let set = (0..900).flat_map(|row| (0..bits).map(move |bit| (row, bit)));
            let set = set.filter(|&(row, bit)| patterns.get(row, bit)).count() as u32;
            let expected = f64::from(450 * bits);
            // Five standard deviations.
            assert!((f64::from(set) - expected).abs() < 5.0 * (expected / 2.0).sqrt(), "{set} of {}", 900 * bits);
            assert_eq!(patterns.part(3..7), Patterns::draw(bits, 3..7, [4, 9]));
            // No bit beyond the last.
            let all: u32 = patterns.packed.iter().map(|&number| (number as u32).count_ones()).sum();
            assert_eq!(all, set);
        }
        assert_ne!(Patterns::draw(64, [0], [4, 9]), Patterns::draw(64, [0], [4, 10]));
        let turns = Patterns::draw(25, (0..12).map(|number| number % 5), [4, 9]);
        assert_eq!(turns.part(5..7), turns.part(0..2));
    }

    #[test]
    fn pushed_bits_lie_where_the_kernels_look() {
        let mut patterns = Patterns::new(30);
        let mut bits = vec![false; 30];
        bits[0] = true;
        bits[23] = true;
        bits[25] = true;
        patterns.push(&bits);
        assert_eq!(patterns.packed(), [(1 + (1 << 23)) as f32, 2.0]);
        assert!((0..40).all(|bit| patterns.get(0, bit) == bits.get(bit as usize).copied().unwrap_or(false)));
        assert!(!patterns.get(1, 0));
        // Bits that do not exist are not taken.
        patterns.push(&[true; 50]);
        assert_eq!(patterns.packed()[2..], [((1 << 24) - 1) as f32, 63.0]);
    }

    #[test]
    fn wrong_bits_are_as_many_as_asked_and_nested() {
        let patterns = Patterns::draw(100, 0..20, [1, 2]);
        for wrong in [0, 1, 33, 100] {
            assert_eq!(patterns.with_wrong(wrong, [5, 6, 0]).distances(&patterns), vec![wrong; 20]);
        }
        let (few, many) = (patterns.with_wrong(10, [5, 6, 0]), patterns.with_wrong(15, [5, 6, 0]));
        assert_eq!(few.distances(&many), vec![5; 20]);
        assert_eq!(few.part(4..9), patterns.part(4..9).with_wrong(10, [5, 6, 4]));
    }

    #[test]
    fn parts_end_where_the_patterns_end() {
        let patterns = Patterns::draw(25, 0..5, [1, 2]);
        assert_eq!(patterns.part(3..9).len(), 2);
        assert!(patterns.part(7..9).is_empty() && patterns.part(3..3).is_empty());
        let mut all = patterns.part(0..2);
        all.append(&patterns.part(2..5));
        assert_eq!(all, patterns);
        all.append(&Patterns::draw(26, 0..5, [1, 2]));
        assert_eq!(all, patterns, "other lengths are left out");
    }
}
