//! Associative recall: `k₁ v₁ … kₙ vₙ k_q`, judged at the last position alone, where the answer is `v_q`, the partner of the key that is
//! asked. The keys of a sequence are distinct, values may repeat. Keys and values are alphabets of `S` each: values are the tokens
//! `0 … S − 1`, keys `S … 2S − 1`.
//!
//! Number `2i` of a source stands for key `i`, as the place of a Fisher–Yates shuffle (`S − i` are left), number `2i + 1` is its
//! value, and the last is the pair that is asked. So every choice of distinct keys comes up evenly, without rejection. The checksum
//! that holds a source out covers the pairs and not what is asked: pairs that are held out come up in training with no key asked.
//!
//! A model that knows neither keys nor order can name some value that came: right once in `n` times, and by chance,
//! `(1 + (n − 1) / S) / n`.
//!
//! Sources: J. Ba et al., "Using Fast Weights to Attend to the Recent Past" (2016), section 4.1; S. Arora et al., "Zoology" (2023), whose
//! multi-query recall asks for every key.

use super::{IGNORED, Layout};

pub(super) fn pairs(length: u32) -> u32 {
    length / 2
}

/// How many values number `index` of a source may have.
pub(super) fn choices(layout: &Layout, index: u32) -> u32 {
    match index {
        i if i + 1 == layout.length => pairs(layout.length),
        i if i.is_multiple_of(2) => layout.symbols - i / 2,
        _ => layout.symbols,
    }
}

/// Key of a pair, from 0: where the shuffle put it, traced back through the swaps before it.
fn key(pair: u32, symbol: &impl Fn(u32) -> u32) -> u32 {
    (0..pair).rev().fold(
        pair + symbol(2 * pair),
        |place, swap| {
            if place == swap + symbol(2 * swap) { swap } else { place }
        },
    )
}

pub(super) fn token(layout: &Layout, position: u32, symbol: impl Fn(u32) -> u32) -> (u32, f32) {
    match position {
        p if p + 1 == layout.length => {
            let asked = symbol(p);
            (layout.symbols + key(asked, &symbol), symbol(2 * asked + 1) as f32)
        }
        p if p.is_multiple_of(2) => (layout.symbols + key(p / 2, &symbol), IGNORED),
        p => (symbol(p), IGNORED),
    }
}

/// The source of a sequence of tokens; nothing if it is no sequence of this task.
pub(super) fn source(layout: &Layout, tokens: &[u32]) -> Option<Vec<u32>> {
    let mut shuffled: Vec<u32> = (0..layout.symbols).collect();
    let mut place = |index: usize, token: u32| {
        let key = token.checked_sub(layout.symbols)?;
        let at = shuffled.iter().skip(index / 2).position(|&other| other == key)?;
        shuffled.swap(index / 2, index / 2 + at);
        Some(at as u32)
    };
    let (asked, pairs) = tokens.split_last()?;
    let number = |(index, &token): (usize, &u32)| match index % 2 {
        0 => place(index, token),
        _ => (token < layout.symbols).then_some(token),
    };
    let mut source: Vec<u32> = pairs.iter().enumerate().map(number).collect::<Option<_>>()?;
    source.push(pairs.iter().step_by(2).position(|key| key == asked)? as u32);
    (source.len() == layout.length as usize).then_some(source)
}
