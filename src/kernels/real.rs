//! The number type of the CPU twins: f32 for work, f64 for checking gradients by central differences.

use num_traits::Float;

use super::gemm::Gemm;

/// A floating-point type that every CPU twin runs on.
pub trait Real: Float + Gemm + std::ops::AddAssign + std::ops::MulAssign + std::iter::Sum + std::fmt::Debug {
    /// From f32; exact.
    fn of(value: f32) -> Self;
    /// To f32, rounding.
    fn single(self) -> f32;
    /// `exp`, in a form that compilers vectorise for f32. Zero below about −87.
    fn fast_exp(self) -> Self;

    /// From a whole number below 2²⁴; exact.
    fn int(value: u32) -> Self {
        Self::of(value as f32)
    }
    /// To a whole number below 2²⁴, as a buffer of numbers holds token identifiers and seeds.
    fn index(self) -> u32 {
        self.single() as u32
    }
    /// Hyperbolic tangent through [`Real::fast_exp`].
    #[inline(always)]
    fn fast_tanh(self) -> Self {
        let two = Self::one() + Self::one();
        // Not `max` and `min`, which no SIMD instruction of WebAssembly does as Rust wants it with NaN.
        let low = if self < Self::of(-10.0) { Self::of(-10.0) } else { self };
        let bounded = if low > Self::of(10.0) { Self::of(10.0) } else { low };
        Self::one() - two / ((two * bounded).fast_exp() + Self::one())
    }
}

impl Real for f32 {
    fn of(value: f32) -> Self {
        value
    }
    fn single(self) -> f32 {
        self
    }
    /// exp(x) = 2ⁿ exp(r), |r| ≤ ln 2 / 2, with a degree-6 polynomial for exp(r); relative error below
    /// 2e-7. No branches and no library call, so that loops over it use SIMD.
    #[inline(always)]
    fn fast_exp(self) -> Self {
        let x = self.clamp(-87.0, 88.0);
        // Adding and taking away 1.5 · 2²³ rounds to the nearest whole number.
        let round = 12_582_912.0_f32;
        let shifted = x * std::f32::consts::LOG2_E + round;
        let n = shifted - round;
        // ln 2 in two parts, so that n · ln 2 keeps its low bits.
        let r = (x - n * 0.693_359_4) + n * 2.121_944_4e-4;
        // Not in a loop over the coefficients, which would keep loops around it from SIMD.
        let p =
            ((((((1.0 / 720.0) * r + 1.0 / 120.0) * r + 1.0 / 24.0) * r + 1.0 / 6.0) * r + 0.5) * r + 1.0) * r + 1.0;
        let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
        if self < -87.0 { 0.0 } else { p * power }
    }
}

impl Real for f64 {
    fn of(value: f32) -> Self {
        f64::from(value)
    }
    fn single(self) -> f32 {
        self as f32
    }
    fn fast_exp(self) -> Self {
        libm::exp(self)
    }
    fn fast_tanh(self) -> Self {
        libm::tanh(self)
    }
}

/// Of each value `factor · exp(value − less)`: a function of its own, whose loop SIMD can follow wherever it is called from.
#[inline(never)]
pub fn exponentials<T: Real>(values: &mut [T], less: T, factor: T) {
    for value in values {
        *value = (*value - less).fast_exp() * factor;
    }
}

/// Sum in eight lanes, then pairwise: a fixed order that SIMD can follow.
pub fn sum<T: Real>(values: &[T]) -> T {
    fold(values, values, |a, _| a)
}

/// Dot product in eight lanes.
pub fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    fold(a, b, |a, b| a * b)
}

/// `|a − b|²`, in eight lanes.
#[inline(never)]
pub fn difference<T: Real>(a: &[T], b: &[T]) -> T {
    fold(a, b, |a, b| (a - b) * (a - b))
}

/// The greatest value in eight lanes; not one that is not a number.
pub fn greatest<T: Real>(values: &[T]) -> T {
    let greater = |a: T, b: T| if b > a { b } else { a };
    let mut lanes = [T::neg_infinity(); 8];
    let (chunks, rest) = values.as_chunks::<8>();
    let tail = rest.iter().copied().fold(T::neg_infinity(), greater);
    for chunk in chunks {
        for lane in 0..8 {
            lanes[lane] = greater(lanes[lane], chunk[lane]);
        }
    }
    lanes.into_iter().fold(tail, greater)
}

// By number: pairs of iterators are not inlined everywhere.
#[inline(always)]
fn fold<T: Real>(a: &[T], b: &[T], term: impl Fn(T, T) -> T) -> T {
    let mut lanes = [T::zero(); 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let tail = a_rest.iter().zip(b_rest).fold(T::zero(), |total, (&x, &y)| total + term(x, y));
    let chunks = a.len().min(b.len());
    let (a, b) = (&a[..chunks], &b[..chunks]);
    for at in 0..chunks {
        for lane in 0..8 {
            lanes[lane] += term(a[at][lane], b[at][lane]);
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h)) + tail
}

/// `cos(π x)` for `0 ≤ x ≤ 1` through `1 − 2 sin²(π x / 2)` and a Taylor series; WGSL's own `cos` may be off
/// by 2⁻¹¹, and the executors have to agree.
pub(super) fn cos_pi<T: Real>(x: T) -> T {
    let y = x * T::of(std::f32::consts::FRAC_PI_2);
    let square = y * y;
    let mut series = T::of(-1.0 / 39_916_800.0);
    for c in [1.0 / 362_880.0, -1.0 / 5_040.0, 1.0 / 120.0, -1.0 / 6.0, 1.0] {
        series = series * square + T::of(c);
    }
    let sine = series * y;
    T::one() - (sine * sine + sine * sine)
}

/// Cosine of a whole turn times `turn`, for `0 ≤ turn ≤ 1`.
pub(super) fn cos_turn<T: Real>(turn: T) -> T {
    let two = T::one() + T::one();
    cos_pi(two * if turn > T::of(0.5) { T::one() - turn } else { turn })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cos_pi_follows_cos() {
        for i in 0..=1000 {
            let x = i as f32 / 1000.0;
            let want = (f64::from(x) * std::f64::consts::PI).cos();
            assert!((f64::from(cos_pi(x)) - want).abs() < 1e-6, "at {x}");
        }
    }

    #[test]
    fn fast_exp_is_within_three_ulp() {
        for i in -8700..=8800 {
            let x = i as f32 * 0.01;
            let (got, want) = (f64::from(x.fast_exp()), f64::from(x).exp());
            assert!(((got - want) / want).abs() < 4e-7, "exp({x}) = {got}, want {want}");
        }
        assert_eq!((-1000.0_f32).fast_exp(), 0.0);
        assert_eq!(0.0_f32.fast_exp(), 1.0);
    }

    #[test]
    fn fast_tanh_follows_tanh() {
        for i in -1200..=1200 {
            let x = i as f32 * 0.01;
            let (got, want) = (f64::from(x.fast_tanh()), f64::from(x).tanh());
            assert!((got - want).abs() < 3e-7, "tanh({x}) = {got}, want {want}");
        }
    }

    #[test]
    fn sums_take_every_element() {
        let values: Vec<f64> = (1..=21).map(f64::from).collect();
        assert_eq!(sum(&values), 231.0);
        assert_eq!(dot(&values, &values), 3311.0);
        for at in 0..21 {
            let mut values = values.clone();
            values[at] = 22.0;
            assert_eq!(greatest(&values), 22.0);
        }
    }
}
