//! Correlations.

use crate::order::order;

/// Pearson's r; nothing if there are fewer than two pairs or a side does not vary.
#[must_use]
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let count = x.len().min(y.len());
    if count < 2 {
        return None;
    }
    let mean = |values: &[f64]| values[..count].iter().sum::<f64>() / count as f64;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (x - mean_x, y - mean_y);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    (xx > 0.0 && yy > 0.0).then(|| (xy / (libm::sqrt(xx) * libm::sqrt(yy))).clamp(-1.0, 1.0))
}

/// Spearman's ρ: Pearson's r of the ranks; equal values share the mean of their ranks.
#[must_use]
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    let count = x.len().min(y.len());
    pearson(&ranks(&x[..count]), &ranks(&y[..count]))
}

/// Ranks from 0; equal values share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    shared_ranks(values, 0.0)
}

/// Ranks from 0; values within `apart` of the least of their group share the mean of their ranks.
fn shared_ranks(values: &[f64], apart: f64) -> Vec<f64> {
    let order = order(values);
    let value = |place: usize| values[order[place] as usize];
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    while first < order.len() {
        let least = value(first);
        let alike = |&place: &usize| value(place) == least || value(place) - least <= apart;
        let end = (first..order.len()).take_while(alike).last().unwrap_or(first) + 1;
        let rank = (first + end - 1) as f64 / 2.0;
        order[first..end].iter().for_each(|&at| ranks[at as usize] = rank);
        first = end;
    }
    ranks
}

/// Values of one side that differ by less than this share of its largest count as equal; see [`spearman_to_rounding`].
const ROUNDING: f64 = 1e-6;

/// Spearman's ρ of values in single precision: those that agree to a millionth of the largest of their side share a rank, since what
/// parts them is rounding.
#[must_use]
pub fn spearman_to_rounding(x: &[f64], y: &[f64]) -> Option<f64> {
    let count = x.len().min(y.len());
    let coarse = |values: &[f64]| {
        let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        shared_ranks(values, ROUNDING * largest)
    };
    pearson(&coarse(&x[..count]), &coarse(&y[..count]))
}

/// Slope of the line through the origin that fits `y` to `x` best.
#[must_use]
pub fn slope(x: &[f64], y: &[f64]) -> Option<f64> {
    let xx: f64 = x.iter().map(|x| x * x).sum();
    let xy: f64 = x.iter().zip(y).map(|(x, y)| x * y).sum();
    (xx > 0.0).then_some(xy / xx)
}

/// Mean, least and greatest.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Least.
    pub least: f64,
    /// Greatest.
    pub greatest: f64,
}

impl Spread {
    /// Of the values that are there; nothing if none is.
    #[must_use]
    pub fn of(values: &[Option<f64>]) -> Option<Self> {
        let there: Vec<f64> = values.iter().copied().flatten().collect();
        (!there.is_empty()).then(|| Self {
            mean: there.iter().sum::<f64>() / there.len() as f64,
            least: there.iter().copied().fold(f64::INFINITY, f64::min),
            greatest: there.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_of_small_cases_done_by_hand() {
        let r = pearson(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]).unwrap_or(0.0);
        assert!((r - 1.0).abs() < 1e-12 && r <= 1.0, "{r}");
        assert_eq!(pearson(&[1.0, 2.0, 3.0], &[5.0, 5.0, 5.0]), None);
        // Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: r = 4.5 / √(4.5 · 5).
        let rho = spearman(&[1.0, 2.0, 2.0, 9.0], &[1.0, 2.0, 3.0, 4.0]).unwrap_or(0.0);
        assert!((rho - 4.5 / libm::sqrt(4.5 * 5.0)).abs() < 1e-12, "{rho}");
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[1.0, f64::INFINITY, f64::INFINITY]).map(|rho| rho > 0.8), Some(true));
        let (x, y) = ([1.0, 2.0, 2.0 + 1e-9, 9.0], [-4.0, 2.0, 3.0, 4.0]);
        assert_eq!(spearman_to_rounding(&x, &y), spearman(&[1.0, 2.0, 2.0, 9.0], &y));
        assert_eq!(slope(&[1.0, 2.0], &[3.0, 6.0]), Some(3.0));
        assert_eq!(
            Spread::of(&[None, Some(1.0), Some(3.0)]).map(|s| (s.mean, s.least, s.greatest)),
            Some((2.0, 1.0, 3.0))
        );
    }
}
