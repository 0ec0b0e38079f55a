//! Sources, and which of them are held out.
//!
//! The checksum of a source is `c = (Σ aᵢ sᵢ) mod S` with `a₀ = 1` and fixed pseudo-random odd `aᵢ`;
//! associative recall leaves its last number, what is asked, out of the sum. A source is held out if `c < H`,
//! `H = max(1, ⌊S/8⌋)`. Because `a₀ = 1`, drawing `s₁ …` freely, drawing `c` from the allowed classes, and
//! solving for `s₀`, which is one of `S` in every task, gives the uniform distribution over the allowed sources (up to the 2⁻²⁴ of the
//! generator's whole numbers). So the two sets are disjoint by construction, without rejection.

use super::Layout;
use crate::rng;

/// Which set a source is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Sources that training may show.
    Training,
    /// Sources that only evaluation shows.
    HeldOut,
}

/// Checksum classes that are held out, of `symbols` in all.
#[must_use]
pub fn held_out_classes(symbols: u32) -> u32 {
    (symbols / 8).max(1)
}

/// Weight `aᵢ` of symbol `index` in the checksum. Less than 2¹⁶, so that sums of 256 terms of at most
/// 255 · 65535 stay within `u32`.
#[must_use]
pub fn weight(index: u32) -> u32 {
    if index == 0 { 1 } else { (rng::pcg4d([index, 0x9e37_79b9, 0x85eb_ca6b, 0xc2b2_ae35])[0] & 0xfffe) | 1 }
}

/// Checksum of a source.
#[must_use]
pub fn checksum(source: &[u32], symbols: u32) -> u32 {
    source.iter().zip(0..).map(|(&s, i)| (weight(i) * s) % symbols).sum::<u32>() % symbols
}

/// Whether a source is in the held-out set.
#[must_use]
pub fn is_held_out(source: &[u32], symbols: u32) -> bool {
    checksum(source, symbols) < held_out_classes(symbols)
}

/// Draws source number `row` of batch `step` for run `seed` into `source`, of `layout`'s source length.
pub fn draw(source: &mut [u32], layout: &Layout, split: Split, seed: u32, step: u32, row: u32) {
    let stream = match split {
        Split::Training => rng::STREAM_TRAINING,
        Split::HeldOut => rng::STREAM_HELD_OUT,
    };
    let number = |element: u32| rng::pcg4d([seed, stream, step, row * 512 + element])[0];
    let (symbols, covered) = (layout.symbols, layout.covered());
    let mut rest = 0;
    for (symbol, index) in source.iter_mut().zip(0..).skip(1) {
        *symbol = rng::below(number(index), layout.choices(index));
        if index < covered {
            rest = (rest + weight(index) * *symbol) % symbols;
        }
    }
    let held_out = held_out_classes(symbols);
    let class = match split {
        Split::Training => held_out + rng::below(number(0), symbols - held_out),
        Split::HeldOut => rng::below(number(0), held_out),
    };
    if let Some(first) = source.first_mut() {
        *first = (class + symbols - rest) % symbols;
    }
}
