//! Spike-time encoding, amplitude form: `(T/L) · PE(p)` with window `T = 1` (Lemma 1's mapping).
//! With a trainable gain started at `L` the model's input equals that of the sinusoidal encoding.

use super::{Recipe, Shape, sinusoidal};

pub(super) fn recipe(shape: &Shape) -> Recipe {
    let scale = 1.0 / shape.length.max(1) as f32;
    let table = sinusoidal::table(shape, 1.0).into_iter().map(|value| value * scale).collect();
    Recipe::fixed(table)
}

pub(super) fn recipe_with_gain(shape: &Shape) -> Recipe {
    Recipe { gain: shape.gain, train_gain: true, ..recipe(shape) }
}
