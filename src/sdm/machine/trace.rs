//! What a machine did with some symbols.

use crate::sdm::code::Order;

/// What one machine did with some symbols. Lists of `contexts`, `lines`, `outputs`, `predicted` have one entry more than there are symbols:
/// the first is before any of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Symbols that were taken in; nothing where a machine had no prediction to take.
    pub symbols: Vec<Option<u32>>,
    /// Contexts.
    pub contexts: Vec<Order>,
    /// Decoder neurons that fired at each context.
    pub lines: Vec<Order>,
    /// Data words that the store gave at each context.
    pub outputs: Vec<Order>,
    /// Whole-number dot products of those with every symbol's code.
    pub overlaps: Vec<Vec<u32>>,
    /// Symbols that they predict; nothing where the store had nothing to say.
    pub predicted: Vec<Option<u32>>,
}

impl Trace {
    /// Adds what came after.
    pub fn append(&mut self, later: Self) {
        let skip = usize::from(!self.contexts.is_empty());
        self.symbols.extend(later.symbols);
        self.contexts.extend(later.contexts.into_iter().skip(skip));
        self.lines.extend(later.lines.into_iter().skip(skip));
        self.outputs.extend(later.outputs.into_iter().skip(skip));
        self.overlaps.extend(later.overlaps.into_iter().skip(skip));
        self.predicted.extend(later.predicted.into_iter().skip(skip));
    }

    /// Keeps the first `count` symbols, and what was thought after them.
    pub fn cut(&mut self, count: usize) {
        self.symbols.truncate(count);
        self.contexts.truncate(count + 1);
        self.lines.truncate(count + 1);
        self.outputs.truncate(count + 1);
        self.overlaps.truncate(count + 1);
        self.predicted.truncate(count + 1);
    }

    /// Places at which the prediction was not what came, of those from 0 to the number of symbols.
    #[must_use]
    pub fn errors(&self) -> u32 {
        self.symbols.iter().zip(&self.predicted).filter(|(came, predicted)| came != predicted).count() as u32
    }
}
