//! Causal copy: `s₁ … sₙ SEP s₁ … sₙ`, next-token prediction, judged on the second half.
//! Right means: every symbol after the separator equals the symbol `n + 1` positions earlier.

use super::{IGNORED, Layout};

pub(super) fn source_length(length: u32) -> u32 {
    length / 2
}

pub(super) fn token(layout: &Layout, position: u32, symbol: impl Fn(u32) -> u32) -> (u32, f32) {
    let n = source_length(layout.length);
    let input = match position {
        p if p < n => symbol(p),
        p if p == n => layout.symbols,
        p => symbol(p - n - 1),
    };
    let target = if position < n { IGNORED } else { symbol(position - n) as f32 };
    (input, target)
}
