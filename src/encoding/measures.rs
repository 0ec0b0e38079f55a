//! Measures of discriminability: how well positions can be told apart by a dot product. `t_p` is the vector of position `p`,
//! `s(k)` the mean of `⟨t_p, t_q⟩` over all pairs at distance `k`, `σ_i` the singular values of the table.

use nalgebra::DMatrix;
use serde::Serialize;

use super::face::{Face, Gram};
use crate::error::Error;
use crate::order::order;

/// Singular values below this share of the largest do not count for the rank.
const RANK_SHARE: f64 = 1e-3;
/// Relative rise of the mean similarity that is rounding, not a rise.
const RISE: f64 = 1e-9;

/// One measure and its formula.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Formula {
    /// Identifier.
    pub id: &'static str,
    /// Name.
    pub label: &'static str,
    /// Formula, in a line.
    pub formula: &'static str,
    /// Unit, or nothing.
    pub unit: &'static str,
}

/// The measures, in the order of [`Measures::values`].
pub const FORMULAS: [Formula; 11] = [
    formula("norm", "Norm", "mean over p of |t_p|", ""),
    formula("neighbourDistance", "Neighbour distance", "mean over p of |t_(p+1) − t_p|", ""),
    formula("neighbourCosine", "Neighbour cosine", "mean over p of ⟨t_p, t_(p+1)⟩ / (|t_p| |t_(p+1)|)", ""),
    formula("endCosine", "Cosine of first and last", "⟨t_0, t_(L−1)⟩ / (|t_0| |t_(L−1)|)", ""),
    formula("margin", "Self-margin", "mean over p of ⟨t_p, t_p⟩ − max over q ≠ p of ⟨t_p, t_q⟩", ""),
    formula(
        "leastMargin",
        "Least self-margin",
        "the smallest of these; below 0 a position prefers another to itself",
        "",
    ),
    formula("monotoneRange", "Monotone range", "largest D with s(0) ≥ s(1) ≥ … ≥ s(D)", "positions"),
    formula("aliasing", "Aliasing distance", "smallest k ≥ 2 with s(k) ≥ s(1): as alike as neighbours", "positions"),
    formula(
        "effectiveRank",
        "Effective rank",
        "exp(−Σ_i π_i ln π_i) with π_i = σ_i / Σ_j σ_j (Roy and Vetterli 2007)",
        "",
    ),
    formula("rank", "Numerical rank", "number of σ_i above 0.001 σ_1", ""),
    formula(
        "toeplitz",
        "Shift invariance",
        "1 − |K − T|_F / |K|_F; K holds ⟨t_p, t_q⟩, T the mean of each of its diagonals",
        "",
    ),
];

const fn formula(id: &'static str, label: &'static str, formula: &'static str, unit: &'static str) -> Formula {
    Formula { id, label, formula, unit }
}

/// What is measured of one encoding; nothing where it has no such number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measures {
    /// In the order of [`FORMULAS`].
    pub values: [Option<f64>; FORMULAS.len()],
}

impl Measures {
    /// All measures of a face. A kernel by distance has no vectors, hence no cosine and no singular values; its norm and
    /// distances are those of `K(p, p) + K(q, q) − 2 K(p, q)`.
    ///
    /// # Errors
    /// [`Error::Internal`] if a table's shape is wrong.
    pub fn of(face: &Face) -> Result<Self, Error> {
        let (Some(gram), spectrum) = (Gram::of(face)?, Spectrum::of(face)?) else { return Ok(Self::default()) };
        let length = gram.length;
        if length < 2 {
            return Ok(Self::default());
        }
        let norm = |p: usize| libm::sqrt(gram.at(p, p).max(0.0));
        let mean = |values: &dyn Fn(usize) -> f64, count: usize| (0..count).map(values).sum::<f64>() / count as f64;
        let cosine = |p: usize, q: usize| gram.at(p, q) / (norm(p) * norm(q));
        let finite = |value: f64| value.is_finite().then_some(value);
        let margins: Vec<f64> = (0..length).map(|p| margin(&gram, p)).collect();
        let slice = slice(&gram);
        let falling = slice.windows(2).take_while(|pair| pair[1] <= pair[0] + RISE * slice[0].abs()).count();
        let alias = (2..length).find(|&k| slice[k] >= slice[1]);
        Ok(Self {
            values: [
                finite(mean(&norm, length)),
                finite(mean(&|p| libm::sqrt(gram.square_distance(p, p + 1)), length - 1)),
                finite(mean(&|p| cosine(p, p + 1), length - 1)),
                finite(cosine(0, length - 1)),
                finite(mean(&|p| margins[p], length)),
                finite(margins.iter().copied().fold(f64::INFINITY, f64::min)),
                Some(falling as f64),
                alias.map(|k| k as f64),
                spectrum.as_ref().map(|spectrum| spectrum.effective_rank),
                spectrum.as_ref().map(|spectrum| f64::from(spectrum.rank)),
                toeplitz(&gram, &slice),
            ],
        })
    }

    /// A measure by its identifier.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<f64> {
        FORMULAS.iter().zip(self.values).find(|(formula, _)| formula.id == id)?.1
    }
}

/// `⟨t_p, t_p⟩ − max_{q ≠ p} ⟨t_p, t_q⟩`.
fn margin(gram: &Gram, p: usize) -> f64 {
    let others = (0..gram.length).filter(|&q| q != p).map(|q| gram.at(p, q));
    gram.at(p, p) - others.fold(f64::NEG_INFINITY, f64::max)
}

/// `s(k)`, the mean of each diagonal.
fn slice(gram: &Gram) -> Vec<f64> {
    let length = gram.length;
    (0..length).map(|k| (0..length - k).map(|p| gram.at(p, p + k)).sum::<f64>() / (length - k) as f64).collect()
}

fn toeplitz(gram: &Gram, slice: &[f64]) -> Option<f64> {
    let (mut apart, mut whole) = (0.0, 0.0);
    for (at, value) in gram.values.iter().enumerate() {
        let distance = (at / gram.length).abs_diff(at % gram.length);
        apart += (value - slice[distance]) * (value - slice[distance]);
        whole += value * value;
    }
    (whole > 0.0).then(|| 1.0 - libm::sqrt(apart / whole))
}

/// Singular values of a table.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spectrum {
    /// Largest first, as many as the smaller side of the table.
    pub singular: Vec<f64>,
    /// `exp` of the entropy of the singular values as shares of their sum.
    pub effective_rank: f64,
    /// How many are above 1e-3 of the largest.
    pub rank: u32,
}

impl Spectrum {
    /// Of a face's vectors; nothing where it has none, or all are zero. Values below about 1e-8 of the largest are rounding: they are
    /// roots of eigenvalues of the smaller product of the table with itself, in f64.
    ///
    /// # Errors
    /// [`Error::Internal`] if a table's shape is wrong.
    pub fn of(face: &Face) -> Result<Option<Self>, Error> {
        let Face::Vectors(table) = face else { return Ok(None) };
        let rows = table.wide()?;
        let product = if table.rows < table.columns { rows.dot(&rows.t()) } else { rows.t().dot(&rows) };
        let side = table.rows.min(table.columns);
        if product.iter().any(|value| !value.is_finite()) {
            return Ok(None);
        }
        let product = DMatrix::from_iterator(side, side, product.iter().copied());
        let eigenvalues = product.symmetric_eigenvalues();
        let roots: Vec<f64> = eigenvalues.iter().map(|value| libm::sqrt(value.max(0.0))).collect();
        let singular: Vec<f64> = order(&roots).into_iter().rev().map(|at| roots[at as usize]).collect();
        let total: f64 = singular.iter().sum();
        let largest = singular.first().copied().unwrap_or(0.0);
        if total <= 0.0 {
            return Ok(None);
        }
        let shares = singular.iter().map(|value| value / total).filter(|&share| share > 0.0);
        let entropy: f64 = shares.map(|share| -share * libm::log(share)).sum();
        let rank = singular.iter().filter(|&&value| value > RANK_SHARE * largest).count() as u32;
        Ok(Some(Self { singular, effective_rank: libm::exp(entropy), rank }))
    }
}
