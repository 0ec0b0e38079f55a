//! Writing a batch of words into the counters of the hard locations that their addresses reach, twin of
//! `shaders/counters.wgsl`: a counter goes up by 1 for a bit that is set, and down by 1 for one that is not.
//!
//! Source: P. Kanerva, "Sparse Distributed Memory" (MIT Press, 1988). Counters do not saturate. They are whole numbers below 2²⁴, so
//! that no order of writing makes a difference.

use super::hamming::{PACKED, packed};
use super::real::Real;
use super::{clock, each_part, grid, kernel, words};

/// Reads: clock, near `[rows, locations]`, words `[items, ⌈bits / 24⌉]`. Writes: counters `[locations, bits]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Counters {
    /// Words of a batch.
    pub rows: u32,
    /// Words in all.
    pub items: u32,
    /// Hard locations.
    pub locations: u32,
    /// Bits of a word.
    pub bits: u32,
}

kernel! {
    Counters is "counters" for (self, form, replicas);
    reads [clock: clock::LEN, near: self.rows * self.locations, words: self.items * packed(self.bits)];
    writes [counters: self.locations * self.bits];
    uniform words![self; rows, items, locations, bits, words: packed(self.bits)];
    workgroups grid(self.locations * self.bits, replicas);
}

impl Counters {
    /// The CPU twin.
    fn twin<T: Real>(&self, [time, near, words]: [&[T]; 3], [counters]: [&mut [T]; 1]) {
        let (bits, locations) = (self.bits as usize, self.locations as usize);
        let width = packed(self.bits) as usize;
        let change = |word: &[T], bit: u32| {
            let set = word[(bit / PACKED) as usize].index() >> (bit % PACKED) & 1 == 1;
            if set { T::one() } else { -T::one() }
        };
        let items = (0..self.rows as usize).map_while(|row| clock::item(time, self.rows, row));
        let changes: Vec<T> = items
            .flat_map(|item| (0..self.bits).map(move |bit| change(&words[item * width..][..width], bit)))
            .collect();
        let all: Vec<usize> = (0..locations).collect();
        each_part(counters, bits, &all, |(counters, all)| {
            for (counters, location) in counters.chunks_exact_mut(bits).zip(all) {
                for (changes, near) in changes.chunks_exact(bits).zip(near.chunks_exact(locations)) {
                    if near[*location] > T::zero() {
                        counters.iter_mut().zip(changes).for_each(|(counter, &change)| *counter += change);
                    }
                }
            }
        });
    }
}
