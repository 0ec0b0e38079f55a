//! Which hard locations a batch of addresses reaches, twin of `shaders/hamming.wgsl`: those within a Hamming radius.
//!
//! Patterns are packed 24 bits to a number, bit 0 the lowest: as many as single precision holds exactly. Source: P. Kanerva, "Sparse
//! Distributed Memory" (MIT Press, 1988).

use super::real::Real;
use super::{clock, each_part, grid, kernel, words};

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

kernel! {
    Hamming is "hamming" for (self, form, replicas);
    reads [clock: clock::LEN, locations: self.locations * self.words, addresses: self.items * self.words];
    writes [near: self.rows * self.locations];
    uniform words![self; rows, items, locations, words, radius];
    workgroups grid(self.rows * self.locations, replicas);
}

/// Numbers `2 at` and `2 at + 1` of a pattern side by side, which halves the counting.
fn pair<T: Real>(pattern: &[T], at: usize) -> u64 {
    let numbers = pattern.iter().skip(2 * at).take(2);
    numbers.fold(0, |wide, &number| wide << PACKED | u64::from(number.index()))
}

impl Hamming {
    /// The CPU twin.
    fn twin<T: Real>(&self, [time, locations, addresses]: [&[T]; 3], [near]: [&mut [T]; 1]) {
        let words = self.words as usize;
        let pairs = words.div_ceil(2);
        // Locations side by side, so that the inner loop uses SIMD.
        let columns: Vec<u64> =
            (0..pairs).flat_map(|at| locations.chunks_exact(words).map(move |location| pair(location, at))).collect();
        let items: Vec<Option<usize>> = (0..self.rows as usize).map(|row| clock::item(time, self.rows, row)).collect();
        let count = self.locations as usize;
        each_part(near, count, &items, |(near, items)| {
            let mut distances = vec![0_u64; count];
            for (near, item) in near.chunks_exact_mut(count).zip(items) {
                let Some(item) = item else {
                    near.fill(T::zero());
                    continue;
                };
                let address = &addresses[item * words..][..words];
                distances.fill(0);
                for (at, column) in columns.chunks_exact(count).enumerate() {
                    let own = pair(address, at);
                    for (distance, other) in distances.iter_mut().zip(column) {
                        *distance += u64::from((own ^ other).count_ones());
                    }
                }
                for (near, &distance) in near.iter_mut().zip(&distances) {
                    *near = T::int(u32::from(distance <= u64::from(self.radius)));
                }
            }
        });
    }
}
