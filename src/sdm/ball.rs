//! Two Hamming balls: how much they share, how well a softmax of the cosine follows that, and both used as retrieval.
//!
//! In a sparse distributed memory a word written at one address is read at another through the hard locations that are near both.
//! Hard locations are drawn evenly, so their expected number is the intersection of two balls times locations / 2ⁿ, and a read
//! is a sum of all words weighted by it. Attention is such a sum too, weighted by `softmax(β cosine)`.
//!
//! Source: T. Bricken and C. Pehlevan, "Attention Approximates Sparse Distributed Memory" (NeurIPS 2021).

use crate::kernels::rng::pcg4d;
use crate::sdm::code;

/// Stream of the stored patterns.
const STREAM_PATTERNS: u32 = 9_000;
/// Stream of the wrong bits of queries.
const STREAM_WRONG: u32 = 9_001;

/// The most bits: up to here every count, at most 2ⁿ, is an ordinary number in double precision with room for its square.
pub const MOST_BITS: u32 = 512;

/// Points of the binary space with `bits` dimensions that are within `radius` of both of two points, for every distance `0..=bits`
/// of the two.
///
/// `Σ_i C(δ, i) Σ_{j ≤ min(r − i, r − δ + i)} C(n − δ, j)`: `i` bits are changed where the two differ, `j` where they agree. Other than the
/// authors' difference of two sums, which is the same number, nothing cancels where the balls hardly touch. Exact below
/// 2⁵³; above, every step rounds by at most 2⁻⁵³ and there are about 3 n of them in a row, so that the relative error is below 2 · 10⁻¹³.
#[must_use]
pub fn intersections(bits: u32, radius: u32) -> Vec<f64> {
    let (bits, radius) = (bits.min(MOST_BITS) as usize, radius as usize);
    let rows = binomials(bits);
    let shared = |distance: usize| {
        let mut below = 0.0;
        let below: Vec<f64> = rows[bits - distance]
            .iter()
            .map(|count| {
                below += count;
                below
            })
            .collect();
        let term = |(i, ways): (usize, &f64)| {
            let most = radius.checked_sub(i.max(distance - i))?;
            Some(ways * below[most.min(bits - distance)])
        };
        rows[distance].iter().enumerate().filter_map(term).sum()
    };
    (0..=bits).map(shared).collect()
}

/// Rows `0..=n` of Pascal's triangle.
fn binomials(n: usize) -> Vec<Vec<f64>> {
    let below = |row: &Vec<f64>| {
        let inner = row.windows(2).map(|pair| pair.iter().sum());
        Some(std::iter::once(1.0).chain(inner).chain([1.0]).collect())
    };
    std::iter::successors(Some(vec![1.0]), below).take(n + 1).collect()
}

/// Cosine of two ±1 patterns of `bits` entries at a Hamming distance.
#[must_use]
pub fn cosine(bits: u32, distance: u32) -> f64 {
    1.0 - 2.0 * f64::from(distance) / f64::from(bits)
}

/// How well a softmax follows the intersection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Slope of ln(intersection) on the cosine: the inverse temperature β of the softmax.
    pub beta: f64,
    /// Share of the variance of ln(intersection) that the straight line explains.
    pub r_squared: f64,
    /// Distances `0..=` this were fitted.
    pub fitted_to: u32,
}

/// Fits a straight line to ln(intersection) over the cosine by least squares, every distance counting alike, up to
/// `min(n / 2, 2 r)`: memories farther than n / 2 are not like the query at all, and past 2 r the balls do not touch.
#[must_use]
pub fn fit(bits: u32, radius: u32, intersections: &[f64]) -> Fit {
    let fitted_to = (bits / 2).min(2 * radius);
    let points =
        (0..=fitted_to).zip(intersections).map(|(distance, shared)| (cosine(bits, distance), libm::log(*shared)));
    let points: Vec<(f64, f64)> = points.collect();
    let count = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / count, y + point.1 / count));
    let product = |of: fn((f64, f64)) -> f64| points.iter().map(|point| of((point.0 - x, point.1 - y))).sum::<f64>();
    let (xx, xy, yy) = (product(|(x, _)| x * x), product(|(x, y)| x * y), product(|(_, y)| y * y));
    Fit { beta: xy / xx, r_squared: xy * xy / (xx * yy), fitted_to }
}

/// Random ±1 patterns that both retrievals hold, each its own word.
#[derive(Clone, Debug)]
pub struct Memories {
    bits: u32,
    seed: u32,
    /// One row of ±1 each.
    signs: Vec<Vec<f64>>,
    /// The same, 64 bits a word.
    packed: Vec<Vec<u64>>,
}

/// What the two retrievals did with one noise level's queries. Counts are of queries.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Level {
    /// Wrong bits of each query.
    pub noise: u32,
    /// Queries.
    pub queries: u32,
    /// Those for which both recalled the same memory.
    pub agree: u32,
    /// Those for which the ball intersection recalled the memory that the query came from.
    pub sdm: u32,
    /// Those for which attention did.
    pub attention: u32,
    /// Those that no ball reached: the intersection with every memory is empty, and nothing is recalled.
    pub blank: u32,
    /// Mean cosine of the two sums, before their signs are taken; 0 for a blank one.
    pub cosine: f64,
}

/// Weights of a memory by its distance to the query.
#[derive(Clone, Debug)]
pub struct Weights {
    /// Share of the intersection at distance 0.
    sdm: Vec<f64>,
    /// `exp(−2 β d / n)`: the softmax's weight relative to a memory that is `d` bits nearer.
    softmax: Vec<f64>,
}

impl Weights {
    /// For balls of those intersections, and a softmax of that β.
    #[must_use]
    pub fn new(intersections: &[f64], beta: f64) -> Self {
        let bits = intersections.len().saturating_sub(1).max(1) as f64;
        let whole = intersections.first().copied().unwrap_or(1.0);
        let softmax = |distance| libm::exp(-2.0 * beta * distance as f64 / bits);
        Self {
            sdm: intersections.iter().map(|shared| shared / whole).collect(),
            softmax: (0..intersections.len()).map(softmax).collect(),
        }
    }
}

impl Memories {
    /// Draws `count` patterns.
    #[must_use]
    pub fn draw(bits: u32, count: u32, seed: u32) -> Self {
        let sign = |memory, bit: u32| {
            let words = pcg4d([seed, STREAM_PATTERNS, memory, bit / 128]);
            let word = words[(bit / 32 % 4) as usize];
            if word >> (bit % 32) & 1 == 1 { 1.0 } else { -1.0 }
        };
        let signs: Vec<Vec<f64>> = (0..count).map(|m| (0..bits).map(|bit| sign(m, bit)).collect()).collect();
        let packed = signs.iter().map(|row| pack(row)).collect();
        Self { bits, seed, signs, packed }
    }

    /// Puts `queries` queries with `noise` wrong bits to both retrievals. Query `q` comes from memory `q`, in turns; its wrong bits
    /// are the first `noise` of an order of its own, so that a noisier query has the wrong bits of a cleaner one and more.
    #[must_use]
    pub fn query(&self, weights: &Weights, noise: u32, queries: u32) -> Level {
        let mut level = Level { noise, queries, ..Level::default() };
        let mut cosines = 0.0;
        let mut distances = vec![0; self.packed.len()];
        for (number, (source, pattern)) in (0..queries).zip(self.packed.iter().enumerate().cycle()) {
            let mut query = pattern.clone();
            for bit in code::draw(noise, self.bits, [self.seed, STREAM_WRONG, number]) {
                query[bit as usize / 64] ^= 1 << (bit % 64);
            }
            for (distance, memory) in distances.iter_mut().zip(&self.packed) {
                *distance = hamming(memory, &query);
            }
            let nearest = distances.iter().copied().min().unwrap_or(0);
            let balls = self.sum(&distances, |distance| weights.sdm[distance]);
            let attention = self.sum(&distances, |distance| weights.softmax[distance - nearest]);
            let norms = libm::sqrt(dot(&balls, &balls) * dot(&attention, &attention));
            cosines += if norms > 0.0 { dot(&balls, &attention) / norms } else { 0.0 };
            // A pattern that was drawn twice is one memory.
            let same = |a: usize, b: usize| self.packed[a] == self.packed[b];
            let by_attention = self.nearest(&pack(&attention));
            level.attention += u32::from(same(by_attention, source));
            if distances.iter().any(|&distance| weights.sdm[distance] > 0.0) {
                let by_balls = self.nearest(&pack(&balls));
                level.sdm += u32::from(same(by_balls, source));
                level.agree += u32::from(same(by_balls, by_attention));
            } else {
                level.blank += 1;
            }
        }
        level.cosine = cosines / f64::from(queries.max(1));
        level
    }

    /// Sum of all patterns, weighted by their distance.
    fn sum(&self, distances: &[usize], weight: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut sum = vec![0.0; self.bits as usize];
        for (&distance, pattern) in distances.iter().zip(&self.signs) {
            let weight = weight(distance);
            sum.iter_mut().zip(pattern).for_each(|(sum, sign)| *sum += weight * sign);
        }
        sum
    }

    /// The stored pattern nearest to `output`, the first of equally near ones.
    fn nearest(&self, output: &[u64]) -> usize {
        let near = |(_, memory): &(usize, &Vec<u64>)| hamming(memory, output);
        self.packed.iter().enumerate().min_by_key(near).map_or(0, |(at, _)| at)
    }
}

fn hamming(a: &[u64], b: &[u64]) -> usize {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones() as usize).sum()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Signs as bits: 1 where a value is positive. A sum of zero is 0, as it is in Kanerva's memory.
fn pack(values: &[f64]) -> Vec<u64> {
    let word = |values: &[f64]| values.iter().rev().fold(0, |word, &value| word << 1 | u64::from(value > 0.0));
    values.chunks(64).map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intersections_are_those_that_counting_gives() {
        for bits in [8_u32, 11] {
            for radius in 0..=bits {
                let got = intersections(bits, radius);
                for distance in 0..=bits {
                    let other = (1_u32 << distance) - 1;
                    let near = |point: &u32| point.count_ones() <= radius && (point ^ other).count_ones() <= radius;
                    let want = (0..1_u32 << bits).filter(near).count();
                    assert_eq!(got[distance as usize], want as f64, "n {bits}, r {radius}, δ {distance}");
                }
            }
        }
    }

    /// The authors' form, area − Σ over odd j ≤ δ of C(j − 1, (j − 1) / 2) · C(n − j, r − (j − 1) / 2), in whole numbers.
    fn by_difference(bits: u32, radius: u32, distance: u32) -> u128 {
        let choose = |n: u32, k: u32| (0..k.min(n)).fold(1_u128, |c, i| c * u128::from(n - i) / u128::from(i + 1));
        let choose = |n: u32, k: u32| if k > n { 0 } else { choose(n, k) };
        let area: u128 = (0..=radius).map(|i| choose(bits, i)).sum();
        let odd = (1..=distance).step_by(2).filter(|j| (j - 1) / 2 <= radius);
        let lost = odd.map(|j| choose(j - 1, (j - 1) / 2) * choose(bits - j, radius - (j - 1) / 2));
        area - lost.sum::<u128>()
    }

    #[test]
    fn intersections_are_those_of_the_authors_form() {
        for (bits, radius) in [(40, 13), (64, 17), (64, 25), (100, 30), (100, 50)] {
            for (distance, got) in (0..=bits).zip(intersections(bits, radius)) {
                let want = by_difference(bits, radius, distance) as f64;
                assert!((got - want).abs() <= 1e-14 * want, "n {bits}, r {radius}, δ {distance}: {got}, want {want}");
            }
        }
    }

    #[test]
    fn intersections_keep_their_digits_at_512_bits() {
        // Computed in whole numbers of any length.
        let wanted = [
            (200, 37, 8.367_806_987_325_11e146),
            (256, 512, 4.725_533_031_549_649e152),
            (100, 199, 9.054_851_465_610_328e58),
            (100, 201, 0.0),
        ];
        for (radius, distance, want) in wanted {
            let got = intersections(512, radius)[distance];
            assert!((got - want).abs() <= 2e-13 * want, "r {radius}, δ {distance}: {got:e}, want {want:e}");
        }
        // Every point of one ball is in as many balls as it has points: Σ_δ C(n, δ) shared(δ) = area².
        for radius in [1, 100, 200, 256] {
            let shared = intersections(512, radius);
            let sum: f64 = binomials(512)[512].iter().zip(&shared).map(|(ways, shared)| ways * shared).sum();
            let want = shared[0] * shared[0];
            assert!((sum - want).abs() <= 1e-12 * want, "r {radius}: {sum:e}, want {want:e}");
        }
    }

    #[test]
    fn fits_are_those_of_the_reference() {
        let printed = |radius| {
            let fit = fit(64, radius, &intersections(64, radius));
            (format!("{:.1}", fit.beta), format!("{:.3}", fit.r_squared), fit.fitted_to)
        };
        let text = |beta: &str, r_squared: &str| (beta.to_owned(), r_squared.to_owned(), 32);
        assert_eq!(printed(17), text("10.6", "0.958"));
        assert_eq!(printed(20), text("6.5", "0.977"));
        assert_eq!(printed(23), text("4.0", "0.986"));
        assert_eq!(printed(25), text("2.8", "0.990"));
    }

    #[test]
    fn a_fit_stops_where_the_balls_part() {
        let few = fit(64, 5, &intersections(64, 5));
        assert_eq!(few.fitted_to, 10);
        assert!(few.beta.is_finite() && few.r_squared > 0.5 && few.r_squared < 1.0);
    }

    #[test]
    fn patterns_are_even_and_wrong_bits_are_as_many_as_asked() {
        let memories = Memories::draw(129, 400, 3);
        let positive = memories.signs.iter().flatten().filter(|&&sign| sign > 0.0).count();
        // 25 800 expected; five standard deviations are 568.
        assert!(positive.abs_diff(25_800) < 568, "{positive}");
        assert_eq!(memories.packed[0].len(), 3);
        for noise in [0, 1, 64, 129] {
            let mut query = memories.packed[7].clone();
            code::draw(noise, 129, [3, STREAM_WRONG, 7])
                .iter()
                .for_each(|&bit| query[bit as usize / 64] ^= 1 << (bit % 64));
            assert_eq!(hamming(&memories.packed[7], &query), noise as usize);
        }
    }

    /// A memory with every point of the space as a hard location, read through those within the radius.
    #[test]
    fn the_weighted_sum_is_what_a_whole_memory_reads() {
        let (bits, radius) = (11, 4);
        let memories = Memories::draw(bits, 9, 5);
        let shared = intersections(bits, radius);
        let query = 0b101_1100_1010_u64;
        let near = |location: u64, point: u64| (location ^ point).count_ones() <= radius;
        let mut read = vec![0.0; bits as usize];
        for location in (0..1_u64 << bits).filter(|&location| near(location, query)) {
            for (pattern, signs) in memories.packed.iter().zip(&memories.signs) {
                if near(location, pattern[0]) {
                    read.iter_mut().zip(signs).for_each(|(read, sign)| *read += sign);
                }
            }
        }
        let distances: Vec<usize> = memories.packed.iter().map(|pattern| hamming(pattern, &[query])).collect();
        assert_eq!(memories.sum(&distances, |distance| shared[distance]), read);
        assert!(read.iter().any(|&value| value != 0.0));
    }

    #[test]
    fn a_clean_query_recalls_its_memory_and_one_out_of_reach_nothing() {
        let shared = intersections(64, 17);
        let weights = Weights::new(&shared, fit(64, 17, &shared).beta);
        let clean = Memories::draw(64, 20, 1).query(&weights, 0, 60);
        assert_eq!((clean.agree, clean.sdm, clean.attention, clean.blank), (60, 60, 60, 0));
        assert!(clean.cosine > 0.9 && clean.cosine <= 1.0 + 1e-12, "{}", clean.cosine);
        // Balls of radius 2 around points that differ in 20 bits are apart; random patterns differ in about 32.
        let shared = intersections(64, 2);
        let weights = Weights::new(&shared, fit(64, 2, &shared).beta);
        let far = Memories::draw(64, 20, 1).query(&weights, 20, 60);
        assert_eq!((far.agree, far.sdm, far.blank, far.cosine), (0, 0, 60, 0.0));
        assert!(far.attention > 0);
    }

    #[test]
    fn a_pattern_that_was_drawn_twice_counts_as_one_memory() {
        // 4 bits have 16 patterns.
        let shared = intersections(4, 1);
        let weights = Weights::new(&shared, 20.0);
        let level = Memories::draw(4, 100, 2).query(&weights, 0, 100);
        assert_eq!(level.attention, 100);
    }

    #[test]
    fn levels_follow_from_the_seed() {
        let shared = intersections(64, 17);
        let weights = Weights::new(&shared, 10.0);
        let of = |seed| Memories::draw(64, 50, seed).query(&weights, 16, 100);
        assert_eq!(of(4), of(4));
        assert_ne!(of(4), of(5));
    }
}
