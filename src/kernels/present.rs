//! The input of a tick, twin of `shaders/present.wgsl`: the given symbol's code, or where none is given (−1) the code of the
//! machine's own prediction.

use super::clock;
use super::real::Real;
use super::{Constants, Form, Spec, Word};

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

impl Spec for Present {
    fn name(&self) -> &'static str {
        "present"
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
        vec![("firing", Word::U(self.active)), ("symbols", Word::U(self.symbols)), ("items", Word::U(self.items))]
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        [1, 1, replicas]
    }
}

impl Present {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([time, given, predicted, codes], [inputs, presented]) = (reads, writes) else { return };
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
