//! The symbol whose code is nearest to what the store gave, twin of `shaders/nearest.wgsl`:
//! `overlap[s] = Σ level_r · level_q` over neurons that both codes have, at ranks r and q; the largest wins.
//!
//! Codes of one symbol set have equal norms, so that the largest dot product is the largest cosine. Of equal ones the lower symbol
//! wins; −1 where there is no overlap at all.

use super::clock;
use super::real::Real;
use super::{kernel, words};

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

kernel! {
    Nearest is "nearest" for (self, form, replicas);
    reads [
        clock: clock::LEN,
        outputs: (self.items + 1) * self.active,
        codes: self.symbols * self.active,
        constants: self.constants.max(self.levels + self.active),
    ];
    writes [overlaps: (self.items + 1) * self.symbols, predicted: self.items + 1];
    uniform words![self; firing: self.active, symbols, items, ahead, levels, constants];
    workgroups [1, 1, replicas];
}

impl Nearest {
    /// The CPU twin.
    fn twin<T: Real>(&self, [time, outputs, codes, constants]: [&[T]; 4], [overlaps, predicted]: [&mut [T]; 2]) {
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
