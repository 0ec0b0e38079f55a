//! ALiBi (Press et al. 2022): the logit of query `i` and key `j` is lowered by `slope · |i − j|`.

use super::{Recipe, Shape, none};
use crate::kernels::attention::alibi_slope;

pub(super) fn recipe(shape: &Shape) -> Recipe {
    Recipe { alibi: true, ..none::recipe(shape) }
}

/// What is added to a logit at each distance `0 .. length`, averaged over `heads` heads.
pub(super) fn kernel(shape: &Shape, heads: u32) -> Vec<f64> {
    let slopes: f64 = (0..heads).map(|head| f64::from(alibi_slope(head, heads))).sum();
    let slope = slopes * f64::from(shape.tuning.gain) / (f64::from(heads.max(1)) * shape.tuning.compression);
    (0..shape.length).map(|distance| if distance == 0 { 0.0 } else { -slope * f64::from(distance) }).collect()
}
