//! Sinusoidal encoding (Vaswani et al. 2017, 3.5): column `2i` holds `sin(p ω_i)`, column `2i + 1` holds
//! `cos(p ω_i)`, with `ω_i = base^(−2i/d)`, base 10000.

use super::{Recipe, Shape};

/// Frequency of column `column` (sine or cosine of pair `column / 2`), in radians per position.
pub(super) fn frequency(column: u32, width: u32, base: f64) -> f64 {
    libm::pow(base, -f64::from(column - column % 2) / f64::from(width))
}

/// Table `[length, width]` of the encoding at positions `p · scale / compression`.
/// Computed in f64 so that natively and in the browser the f32 result has the same bits.
pub(super) fn table(shape: &Shape, scale: f64) -> Vec<f32> {
    let Shape { length, width, tuning, .. } = *shape;
    let frequencies: Vec<f64> = (0..width).map(|column| frequency(column, width, tuning.base)).collect();
    let mut table = Vec::with_capacity((length * width) as usize);
    for position in 0..length {
        let time = f64::from(position) * scale / tuning.compression;
        for (column, frequency) in frequencies.iter().enumerate() {
            let phase = time * frequency;
            let value = if column % 2 == 0 { libm::sin(phase) } else { libm::cos(phase) };
            table.push(value as f32);
        }
    }
    table
}

pub(super) fn recipe(shape: &Shape) -> Recipe {
    Recipe::fixed(table(shape, 1.0))
}
