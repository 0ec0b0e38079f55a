//! Sinusoidal encoding (Vaswani et al. 2017, 3.5): column `2i` holds `sin(p ω_i)`, column `2i + 1` holds
//! `cos(p ω_i)`, with `ω_i = 10000^(−2i/d)`.

use super::{Recipe, Shape};

/// Table `[length, width]` of the encoding at positions `p · scale`.
/// Computed in f64 so that natively and in the browser the f32 result has the same bits.
pub(super) fn table(shape: &Shape, scale: f64) -> Vec<f32> {
    let width = f64::from(shape.width);
    let mut table = Vec::with_capacity((shape.length * shape.width) as usize);
    for position in 0..shape.length {
        for column in 0..shape.width {
            let frequency = libm::pow(10_000.0, -f64::from(column - column % 2) / width);
            let phase = f64::from(position) * scale * frequency;
            let value = if column % 2 == 0 { libm::sin(phase) } else { libm::cos(phase) };
            table.push(value as f32);
        }
    }
    table
}

pub(super) fn recipe(shape: &Shape) -> Recipe {
    Recipe::fixed(table(shape, 1.0))
}
