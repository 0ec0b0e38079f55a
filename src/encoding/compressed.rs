//! Frequency-compressed encoding: time inside the sine, `sin((p/L) ω_i)`, `cos((p/L) ω_i)`.
//! Lemma 1 does not cover this substitution; neighbours are L times closer than in the sinusoidal table.

use super::{Recipe, Shape, sinusoidal};

pub(super) fn recipe(shape: &Shape) -> Recipe {
    Recipe::fixed(sinusoidal::table(shape, 1.0 / f64::from(shape.window())))
}
