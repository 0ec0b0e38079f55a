//! The input of a tick, twin of `shaders/present.wgsl`: the given symbol's code, or where none is given (−1) the code of the
//! machine's own prediction.

use super::clock;
use super::real::Real;
use super::{kernel, words};

/// Reads: clock, given `[items]`, predicted `[items + 1]`, codes `[symbols, active]`. Writes: inputs `[items, active]`, presented
/// `[items]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Present {
    /// Neurons of a code.
    pub active: u32,
    /// Symbols that have a code.
    pub symbols: u32,
    /// Symbols that can be presented.
    pub items: u32,
}

kernel! {
    Present is "present" for (self, form, replicas);
    reads [
        clock: clock::LEN,
        given: self.items,
        predicted: self.items + 1,
        codes: self.symbols * self.active,
    ];
    writes [inputs: self.items * self.active, presented: self.items];
    uniform words![self; firing: self.active, symbols, items];
    workgroups [1, 1, replicas];
}

impl Present {
    /// The CPU twin.
    fn twin<T: Real>(&self, [time, given, predicted, codes]: [&[T]; 4], [inputs, presented]: [&mut [T]; 2]) {
        let Some(item) = clock::item(time, 1, 0) else { return };
        let active = self.active as usize;
        let symbol = if given[item] >= T::zero() { given[item] } else { predicted[item] };
        let input = &mut inputs[item * active..][..active];
        match clock::neuron(symbol) {
            Some(symbol) => input.copy_from_slice(&codes[symbol * active..][..active]),
            None => input.fill(-T::one()),
        }
        presented[item] = symbol;
    }
}
