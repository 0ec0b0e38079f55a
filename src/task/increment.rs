//! Increment: `y_p = (x_p + 1) mod S`. Needs no position; every encoding, and none, should solve it.

use super::Layout;

pub(super) fn token(layout: &Layout, position: u32, symbol: impl Fn(u32) -> u32) -> (u32, f32) {
    let here = symbol(position);
    (here, ((here + 1) % layout.symbols) as f32)
}
