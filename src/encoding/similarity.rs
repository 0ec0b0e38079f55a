//! What a position looks like to a dot product: the similarity of positions under an encoding.

use ndarray::ArrayView2;

use super::{ROPE_BASE, Recipe, alibi_slope};
use crate::kernels::rope::Heads;

/// Similarity of every position to every other.
#[derive(Clone, Debug, PartialEq)]
pub struct Similarity {
    /// `[length, length]`, row-major.
    pub values: Vec<f32>,
    /// What the values are, in a sentence.
    pub what: &'static str,
}

/// The similarity matrix of an encoding with the present `table` `[length, width]` and `gain`; nothing if it adds
/// nothing and does nothing in attention.
///
/// - Additive encodings: `g² ⟨t_p, t_q⟩`, the position–position part of a logit under identity projections.
/// - RoPE: `(2/h) Σ_i cos((p − q) ω_i)`, the logit of a query and a key of ones of head width `h`, over `h`.
/// - ALiBi: `−|p − q|` times the mean slope of the heads.
#[must_use]
pub fn similarity(recipe: &Recipe, table: &[f32], gain: f32, heads: &Heads) -> Option<Similarity> {
    let length = heads.length as usize;
    let by_distance = |value: &dyn Fn(f64) -> f64| {
        let of: Vec<f32> = (0..length).map(|distance| value(distance as f64) as f32).collect();
        let cell = |at: usize| of[(at / length).abs_diff(at % length)];
        (0..length * length).map(cell).collect::<Vec<f32>>()
    };
    if recipe.rope {
        let width = f64::from(heads.head);
        let mean = |distance: f64| {
            let pairs = (0..heads.head / 2).map(|pair| libm::pow(ROPE_BASE, -2.0 * f64::from(pair) / width));
            pairs.map(|frequency| libm::cos(distance * frequency)).sum::<f64>() * 2.0 / width
        };
        let what =
            "What RoPE does to a query and a key of equal entries: the mean of cos((p − q) ω) over its frequencies ω.";
        return Some(Similarity { values: by_distance(&mean), what });
    }
    if recipe.alibi {
        let slopes = (0..heads.heads).map(|head| f64::from(alibi_slope(head, heads.heads)));
        let slope = slopes.sum::<f64>() / f64::from(heads.heads);
        let what = "What ALiBi adds to a logit: minus the distance, times the slope, averaged over the heads.";
        return Some(Similarity { values: by_distance(&|distance| -slope * distance), what });
    }
    if !recipe.train_table && table.iter().all(|&value| value == 0.0) {
        return None;
    }
    let rows = ArrayView2::from_shape((length, table.len() / length.max(1)), table).ok()?;
    let products = rows.dot(&rows.t()) * (gain * gain);
    let what = "Dot products of the position vectors as the model adds them: the rows of its table, times its gain.";
    Some(Similarity { values: products.iter().copied().collect(), what })
}
