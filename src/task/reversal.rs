//! Reversal: `y_p = x_{T−1−p}`. No mask.

use super::Layout;

pub(super) fn token(layout: &Layout, position: u32, symbol: impl Fn(u32) -> u32) -> (u32, f32) {
    (symbol(position), symbol(layout.length - 1 - position) as f32)
}
