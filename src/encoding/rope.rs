//! Rotary encoding (Su et al. 2021): pair `(i, i + h/2)` of each head's query and key, head width `h`, is
//! rotated by `p · 10000^(−2i/h)` (the rotate-half form). The rotation itself is the kernel `rope`.

use super::{Recipe, Shape, Table, none, sinusoidal};

/// Base of the frequencies.
pub const BASE: f64 = 10_000.0;

pub(super) fn recipe(shape: &Shape) -> Recipe {
    Recipe { rope: true, ..none::recipe(shape) }
}

/// Vectors whose dot product is what the rotation does to a query and a key of equal entries and norm 1, in one head as
/// wide as `shape`: `(2/h) Σ_i cos((p − q) ω_i)`. The sinusoidal table over `√(h/2)` has it.
pub(super) fn features(shape: &Shape) -> Table {
    let scale = libm::sqrt(2.0 / f64::from(shape.width.max(2)));
    let even = Shape { width: shape.width - shape.width % 2, ..*shape };
    let values = sinusoidal::table(&even, 1.0).into_iter().map(|value| (f64::from(value) * scale) as f32).collect();
    Table { rows: shape.length as usize, columns: even.width as usize, values }
}
