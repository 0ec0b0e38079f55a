//! Previous token: `y_p = x_{p−1}`, wrapping round, so `y_0 = x_{T−1}`. No mask.

use super::Layout;

pub(super) fn token(layout: &Layout, position: u32, symbol: impl Fn(u32) -> u32) -> (u32, f32) {
    let source = (position + layout.length - 1) % layout.length;
    (symbol(position), symbol(source) as f32)
}
