//! Writing a batch of words into the counters of the hard locations that their addresses reach, twin of
//! `shaders/counters.wgsl`: a counter goes up by 1 for a bit that is set, and down by 1 for one that is not.
//!
//! Source: P. Kanerva, "Sparse Distributed Memory" (MIT Press, 1988). Counters do not saturate. They are whole numbers below 2²⁴, so
//! that no order of writing makes a difference.

use super::hamming::{PACKED, packed};
use super::real::Real;
use super::{Constants, Form, Spec, Word, clock, each_part, grid};

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

impl Spec for Counters {
    fn name(&self) -> &'static str {
        "counters"
    }
    fn reads(&self) -> usize {
        3
    }
    fn writes(&self) -> usize {
        1
    }
    fn constants(&self, _: Form) -> Constants {
        vec![]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        vec![
            ("rows", Word::U(self.rows)),
            ("items", Word::U(self.items)),
            ("locations", Word::U(self.locations)),
            ("bits", Word::U(self.bits)),
            ("words", Word::U(packed(self.bits))),
        ]
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        grid(self.locations * self.bits, replicas)
    }
}

impl Counters {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([time, near, words], [counters]) = (reads, writes) else { return };
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
