//! The symbol whose code is nearest to what the store gave, twin of `shaders/nearest.wgsl`:
//! `overlap[s] = Σ level_r · level_q` over neurons that both codes have, at ranks r and q; the largest wins.
//!
//! Codes of one symbol set have equal norms, so that the largest dot product is the largest cosine. Of equal ones the lower symbol
//! wins; −1 where there is no overlap at all.

use super::clock;
use super::real::Real;
use super::{Constants, Form, Spec, Word};

/// Reads: clock, outputs `[items + 1, active]`, codes `[symbols, active]`, constants. Writes: overlaps `[items + 1, symbols]`,
/// predicted `[items + 1]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearest {
    /// Neurons of a code.
    pub active: u32,
    /// Symbols that have a code.
    pub symbols: u32,
    /// Symbols that can be presented.
    pub items: u32,
    /// 1 after the tick's symbol, 0 before it.
    pub ahead: u32,
    /// Where the levels are among the constants.
    pub levels: u32,
    /// Constants of a replica.
    pub constants: u32,
}

impl Spec for Nearest {
    fn name(&self) -> &'static str {
        "nearest"
    }
    fn reads(&self) -> usize {
        4
    }
    fn writes(&self) -> usize {
        2
    }
    fn constants(&self, _: Form) -> Constants {
        vec![]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        vec![
            ("firing", Word::U(self.active)),
            ("symbols", Word::U(self.symbols)),
            ("items", Word::U(self.items)),
            ("ahead", Word::U(self.ahead)),
            ("levels", Word::U(self.levels)),
            ("constants", Word::U(self.constants)),
        ]
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        [1, 1, replicas]
    }
}

impl Nearest {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([time, outputs, codes, constants], [overlaps, predicted]) = (reads, writes) else { return };
        let Some(item) = clock::item(time, 1, 0) else { return };
        let (active, symbols) = (self.active as usize, self.symbols as usize);
        let place = item + self.ahead as usize;
        let output = &outputs[place * active..][..active];
        let levels = &constants[self.levels as usize..][..active];
        let overlaps = &mut overlaps[place * symbols..][..symbols];
        let (mut best, mut most) = (-T::one(), T::zero());
        for ((code, overlap), symbol) in codes.chunks_exact(active).zip(overlaps).zip(0..) {
            *overlap = T::zero();
            for (&neuron, &level) in output.iter().zip(levels) {
                let shared = code.iter().zip(levels).filter(|(other, _)| **other == neuron && neuron >= T::zero());
                shared.for_each(|(_, &own)| *overlap += level * own);
            }
            if *overlap > most {
                (best, most) = (T::int(symbol), *overlap);
            }
        }
        predicted[place] = best;
    }
}
