//! Random Fourier features (Rahimi and Recht 2007): column `2i` holds `sin(p w_i)`, column `2i + 1` holds `cos(p w_i)`, with
//! `w_i` from N(0, 1), drawn by the seed. `⟨t_p, t_q⟩ · 2/d` approximates the Gaussian `exp(−(p − q)²/2)`; dividing
//! positions by a compression c widens it to a deviation of c. Each position has norm `√(d/2)`, as in the sinusoidal table.

use super::{FREQUENCIES, Recipe, Shape};

pub(super) fn recipe(shape: &Shape) -> Recipe {
    let frequencies: Vec<f64> = (0..shape.width)
        .map(|column| f64::from(shape.normal(FREQUENCIES, column / 2)) / shape.tuning.compression)
        .collect();
    let mut table = Vec::with_capacity((shape.length * shape.width) as usize);
    for position in 0..shape.length {
        for (column, frequency) in frequencies.iter().enumerate() {
            let phase = f64::from(position) * frequency;
            table.push(if column % 2 == 0 { libm::sin(phase) } else { libm::cos(phase) } as f32);
        }
    }
    Recipe::fixed(table)
}
