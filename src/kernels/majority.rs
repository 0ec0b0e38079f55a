//! Reading a batch of words from the counters of the hard locations that their cues reach, twin of `shaders/majority.wgsl`: a
//! bit is set if the sum of its counters is above zero.
//!
//! Source: P. Kanerva, "Sparse Distributed Memory" (MIT Press, 1988). A sum of zero, which he decides by chance, is a bit that is not set,
//! so that the same memory always says the same. Sums are integers of 32 bits: exact while locations times writes stays below 2³¹.

use super::hamming::{PACKED, packed};
use super::real::Real;
use super::{clock, cover, each_part, kernel, words};

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

kernel! {
    Majority is "majority" for (self, form, replicas);
    reads [clock: clock::LEN, near: self.rows * self.locations, counters: self.locations * self.bits];
    writes [words: self.items * packed(self.bits)];
    constants words![GROUP];
    uniform words![self; rows, items, locations, bits, words: packed(self.bits)];
    workgroups [cover(packed(self.bits), GROUP), self.rows, replicas];
}

impl Majority {
    /// The CPU twin.
    fn twin<T: Real>(&self, [time, near, counters]: [&[T]; 3], [words]: [&mut [T]; 1]) {
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
