//! Which hard locations a batch of addresses reaches, twin of `shaders/hamming.wgsl`: those within a Hamming radius.
//!
//! Patterns are packed 24 bits to a number, bit 0 the lowest: as many as single precision holds exactly. Source: P. Kanerva, "Sparse
//! Distributed Memory" (MIT Press, 1988).

use super::real::Real;
use super::{Constants, Form, Spec, Word, clock, each_part, grid};

/// Bits of a pattern in one number.
pub const PACKED: u32 = 24;

/// Numbers of a pattern.
#[must_use]
pub fn packed(bits: u32) -> u32 {
    bits.div_ceil(PACKED)
}

/// Reads: clock, locations `[locations, words]`, addresses `[items, words]`. Writes: near `[rows, locations]`, 1 for each
/// location that is reached and 0 for the others; rows without an item reach none.
#[derive(Clone, Debug, PartialEq)]
pub struct Hamming {
    /// Addresses of a batch.
    pub rows: u32,
    /// Addresses in all.
    pub items: u32,
    /// Hard locations.
    pub locations: u32,
    /// Numbers of a pattern.
    pub words: u32,
    /// The largest distance that is reached.
    pub radius: u32,
}

impl Spec for Hamming {
    fn name(&self) -> &'static str {
        "hamming"
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
            ("words", Word::U(self.words)),
            ("radius", Word::U(self.radius)),
        ]
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        grid(self.rows * self.locations, replicas)
    }
}

/// Two numbers of a pattern side by side, which halves the counting.
fn pairs<T: Real>(pattern: &[T]) -> impl Iterator<Item = u64> {
    pattern.chunks(2).map(|pair| pair.iter().fold(0, |wide, &word| wide << PACKED | u64::from(word.index())))
}

impl Hamming {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([time, locations, addresses], [near]) = (reads, writes) else { return };
        let words = self.words as usize;
        let wide: Vec<u64> = locations.chunks_exact(words).flat_map(pairs).collect();
        let items: Vec<Option<usize>> = (0..self.rows as usize).map(|row| clock::item(time, self.rows, row)).collect();
        each_part(near, self.locations as usize, &items, |(near, items)| {
            for (near, item) in near.chunks_exact_mut(self.locations as usize).zip(items) {
                let Some(item) = item else {
                    near.fill(T::zero());
                    continue;
                };
                let address: Vec<u64> = pairs(&addresses[item * words..][..words]).collect();
                for (near, location) in near.iter_mut().zip(wide.chunks_exact(address.len())) {
                    let differing = location.iter().zip(&address).map(|(a, b)| (a ^ b).count_ones());
                    *near = T::int(u32::from(differing.sum::<u32>() <= self.radius));
                }
            }
        });
    }
}
