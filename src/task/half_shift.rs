//! Half-length shift: `y_p = x_{(p + ⌊T/2⌋) mod T}`. No mask.

use super::Layout;

pub(super) fn token(layout: &Layout, position: u32, symbol: impl Fn(u32) -> u32) -> (u32, f32) {
    let source = (position + layout.length / 2) % layout.length;
    (symbol(position), symbol(source) as f32)
}
