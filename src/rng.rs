//! The counter-based generator: pcg4d (Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3),
//! 2020). Its counter is (seed, stream, step, element), so any number of a run can be computed alone, in any
//! order, with the same bits in WGSL (`shaders/lib/rng.wgsl`) and here.

/// Stream of training sources.
pub const STREAM_TRAINING: u32 = 1;
/// Stream of held-out sources.
pub const STREAM_HELD_OUT: u32 = 2;
/// Stream of learned position tables.
pub const STREAM_POSITIONS: u32 = 3;
/// Stream of symbols' codes; their number is the symbol's.
pub const STREAM_CODES: u32 = 4;
/// Stream of the address decoder's fixed weights.
pub const STREAM_DECODER: u32 = 5;
/// Stream of the fixed weights from the old context.
pub const STREAM_OLD_CONTEXT: u32 = 6;
/// Stream of the fixed weights from the input to the context.
pub const STREAM_NEW_CONTEXT: u32 = 7;
/// Stream of a memory's addresses.
pub const STREAM_ADDRESSES: u32 = 8;
/// Stream of a memory's data.
pub const STREAM_DATA: u32 = 9;
/// Stream of what is wrong in a cue.
pub const STREAM_NOISE: u32 = 10;
/// Stream of random sequences.
pub const STREAM_SEQUENCE: u32 = 11;
/// Stream of random graphs.
pub const STREAM_GRAPH: u32 = 12;
/// Stream of choices among examples.
pub const STREAM_CHOICE: u32 = 13;
/// Streams of vectors: of training and of what is held out, by adding those.
pub const STREAM_VECTORS: u32 = 20;
/// First stream of initial weights; parameter tensor `i` uses `STREAM_WEIGHTS + i`.
pub const STREAM_WEIGHTS: u32 = 1_000;
/// First stream of dropout; the `i`-th dropout of a model uses `STREAM_DROPOUT + i`.
pub const STREAM_DROPOUT: u32 = 100_000;

/// Four random words for a counter of four words.
#[must_use]
#[inline(always)]
pub fn pcg4d(counter: [u32; 4]) -> [u32; 4] {
    let [mut x, mut y, mut z, mut w] = counter.map(|word| word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    x = x.wrapping_add(y.wrapping_mul(w));
    y = y.wrapping_add(z.wrapping_mul(x));
    z = z.wrapping_add(x.wrapping_mul(y));
    w = w.wrapping_add(y.wrapping_mul(z));
    x ^= x >> 16;
    y ^= y >> 16;
    z ^= z >> 16;
    w ^= w >> 16;
    x = x.wrapping_add(y.wrapping_mul(w));
    y = y.wrapping_add(z.wrapping_mul(x));
    z = z.wrapping_add(x.wrapping_mul(y));
    w = w.wrapping_add(y.wrapping_mul(z));
    [x, y, z, w]
}

/// A whole number in `0..n` from a random word, for `1 ≤ n ≤ 2²⁰`. Uses the upper 24 bits, so that shares differ by `n / 2²⁴` at most.
#[must_use]
#[inline(always)]
pub fn below(word: u32, n: u32) -> u32 {
    ((u64::from(word >> 8) * u64::from(n)) >> 24) as u32
}

/// A number in `[0, 1)` with 24 bits.
#[must_use]
pub fn unit(word: u32) -> f64 {
    f64::from(word >> 8) / 16_777_216.0
}

/// A draw from N(0, 1) by the Box–Muller transform, in f64, rounded once.
#[must_use]
pub fn normal(counter: [u32; 4]) -> f32 {
    let [a, b, ..] = pcg4d(counter);
    let radius = libm::sqrt(-2.0 * libm::log(1.0 - unit(a)));
    (radius * libm::cos(std::f64::consts::TAU * unit(b))) as f32
}

/// A draw from U(−bound, bound).
#[must_use]
pub fn symmetric(counter: [u32; 4], bound: f64) -> f32 {
    ((2.0 * unit(pcg4d(counter)[0]) - 1.0) * bound) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_covers_its_range_evenly() {
        let mut counts = [0_u32; 50];
        for element in 0..50_000 {
            counts[below(pcg4d([7, 1, 3, element])[0], 50) as usize] += 1;
        }
        let worst = counts.iter().map(|&c| (f64::from(c) - 1000.0).abs()).fold(0.0, f64::max);
        assert!(worst < 160.0, "a cell is off by {worst} (five standard deviations are 157)");
    }

    #[test]
    fn normal_has_the_moments_of_a_normal() {
        let n = 100_000;
        let draws: Vec<f64> = (0..n).map(|e| f64::from(normal([1, 2, 3, e]))).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let variance = draws.iter().map(|d| d * d).sum::<f64>() / f64::from(n);
        let fourth = draws.iter().map(|d| d.powi(4)).sum::<f64>() / f64::from(n);
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02 && (fourth - 3.0).abs() < 0.15);
    }
}
