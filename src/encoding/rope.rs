//! Rotary encoding (Su et al. 2021): pair `(i, i + h/2)` of each head's query and key, head width `h`, is
//! rotated by `p · 10000^(−2i/h)` (the rotate-half form). The rotation itself is the kernel `rope`.

use super::{Recipe, Shape, none};

/// Base of the frequencies.
pub const BASE: f64 = 10_000.0;

pub(super) fn recipe(shape: &Shape) -> Recipe {
    Recipe { rope: true, ..none::recipe(shape) }
}
