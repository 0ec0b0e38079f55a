//! ALiBi (Press et al. 2022): the logit of query `i` and key `j` is lowered by `slope · |i − j|`.

use super::{Recipe, Shape, none};

/// Slope of head `head` (from 0) of `heads`: `2^(−8 (head + 1) / heads)`.
#[must_use]
pub fn slope(head: u32, heads: u32) -> f32 {
    libm::exp2(-8.0 * f64::from(head + 1) / f64::from(heads)) as f32
}

pub(super) fn recipe(shape: &Shape) -> Recipe {
    Recipe { alibi: true, ..none::recipe(shape) }
}
