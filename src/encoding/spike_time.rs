//! Spike-time encoding, amplitude form: `(T/L) · PE(p)` with window `T = 1` (Lemma 1's mapping).
//! With a trainable gain started at `L` the model's input equals that of the sinusoidal encoding.

use super::{Recipe, Shape, sinusoidal};

pub(super) fn recipe(shape: &Shape) -> Recipe {
    let scale = 1.0 / shape.window() as f32;
    let table = sinusoidal::table(shape, 1.0).into_iter().map(|value| value * scale).collect();
    Recipe::fixed(table)
}

pub(super) fn recipe_with_gain(shape: &Shape) -> Recipe {
    let gain = if shape.tuning.start > 0.0 { shape.tuning.start } else { shape.window() as f32 };
    Recipe { gain, train_gain: !shape.tuning.hold_gain, ..recipe(shape) }
}
