//! Reading a batch of words from the counters of the hard locations that their cues reach, twin of `shaders/majority.wgsl`: a
//! bit is set if the sum of its counters is above zero.
//!
//! Source: P. Kanerva, "Sparse Distributed Memory" (MIT Press, 1988). A sum of zero, which he decides by chance, is a bit that is not set,
//! so that the same memory always says the same. Sums are integers of 32 bits: exact while locations times writes stays below 2³¹.

use super::hamming::{PACKED, packed};
use super::real::Real;
use super::{Constants, Form, Spec, Word, clock, cover, each_part};

/// Numbers of a word that a workgroup makes, with an invocation for each bit.
const GROUP: u32 = 4;

/// Reads: clock, near `[rows, locations]`, counters `[locations, bits]`. Writes: words `[items, ⌈bits / 24⌉]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Majority {
    /// Words of a batch.
    pub rows: u32,
    /// Words in all.
    pub items: u32,
    /// Hard locations.
    pub locations: u32,
    /// Bits of a word.
    pub bits: u32,
}

impl Spec for Majority {
    fn name(&self) -> &'static str {
        "majority"
    }
    fn reads(&self) -> usize {
        3
    }
    fn writes(&self) -> usize {
        1
    }
    fn constants(&self, _: Form) -> Constants {
        vec![("GROUP", Word::U(GROUP))]
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
        [cover(packed(self.bits), GROUP), self.rows, replicas]
    }
}

impl Majority {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([time, near, counters], [words]) = (reads, writes) else { return };
        let (bits, locations) = (self.bits as usize, self.locations as usize);
        let width = packed(self.bits) as usize;
        let Some(first) = clock::item(time, self.rows, 0) else { return };
        let exist = (0..self.rows as usize).map_while(|row| clock::item(time, self.rows, row)).count();
        let near: Vec<&[T]> = near.chunks_exact(locations).take(exist).collect();
        each_part(&mut words[first * width..], width, &near, |(words, near)| {
            let mut sums = vec![0_i32; bits];
            for (word, near) in words.chunks_exact_mut(width).zip(near) {
                sums.fill(0);
                for (counters, _) in counters.chunks_exact(bits).zip(*near).filter(|(_, near)| **near > T::zero()) {
                    for (sum, counter) in sums.iter_mut().zip(counters) {
                        *sum = sum.wrapping_add(counter.single() as i32);
                    }
                }
                for (number, sums) in word.iter_mut().zip(sums.chunks(PACKED as usize)) {
                    *number = T::int(sums.iter().rev().fold(0, |packed, &sum| packed << 1 | u32::from(sum > 0)));
                }
            }
        });
    }
}
