//! Sequence tasks: what a batch is, and what counts as right.
//!
//! Every task draws a *source*: `n` numbers, in most tasks symbols from an alphabet of `S`. A source belongs to the held-out
//! set or to the training set by its checksum, see [`source`]; no source is in both.

mod causal_copy;
mod half_shift;
mod increment;
mod previous;
mod recall;
mod reversal;
pub mod source;

use crate::choice::{Choice, choice};

choice! {
    /// A task of the copy lab.
    pub enum Task {
        CausalCopy = "causal-copy", "Causal copy", "Random symbols, a separator, the same symbols again; the model predicts the next symbol, and only the second half counts.";
        PreviousToken = "previous-token", "Previous token", "At each position, name the symbol one position earlier (the first position names the last symbol).";
        Reversal = "reversal", "Reversal", "At each position, name the symbol at the mirrored position.";
        HalfShift = "half-shift", "Half-length shift", "At each position, name the symbol half a sequence away (wrapping round).";
        AssociativeRecall = "associative-recall", "Associative recall", "Pairs of a key and a value, the keys all different, then one of the keys again; the model names its value, and only that answer counts.";
        Increment = "increment", "Increment (control)", "At each position, name the present symbol plus one. Needs no position at all: the control.";
    }
}

/// Marks a position whose prediction is not judged.
pub const IGNORED: f32 = -1.0;

/// How one task turns a source into model inputs and targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// Which task.
    pub task: Task,
    /// Alphabet size `S`; of associative recall, keys and as many values.
    pub symbols: u32,
    /// Input positions `T`.
    pub length: u32,
}

impl Layout {
    /// Numbers in one source.
    #[must_use]
    pub fn source_length(&self) -> u32 {
        match self.task {
            Task::CausalCopy => causal_copy::source_length(self.length),
            _ => self.length,
        }
    }

    /// How many values number `index` of a source may have, from 0 on.
    #[must_use]
    pub fn choices(&self, index: u32) -> u32 {
        match self.task {
            Task::AssociativeRecall => recall::choices(self, index),
            _ => self.symbols,
        }
    }

    /// How many of a source's numbers, the first ones, its checksum covers.
    #[must_use]
    pub fn covered(&self) -> u32 {
        self.source_length() - u32::from(self.task == Task::AssociativeRecall)
    }

    /// Token identifiers the model has to know: the alphabet, and the separator or the keys where the task has them.
    #[must_use]
    pub fn vocabulary(&self) -> u32 {
        match self.task {
            Task::CausalCopy => self.symbols + 1,
            Task::AssociativeRecall => 2 * self.symbols,
            _ => self.symbols,
        }
    }

    /// The first position that is judged; all later ones are too.
    #[must_use]
    pub fn first_judged(&self) -> u32 {
        match self.task {
            Task::CausalCopy => self.source_length(),
            Task::AssociativeRecall => self.length - 1,
            _ => 0,
        }
    }

    /// Positions per sequence that are judged.
    #[must_use]
    pub fn judged(&self) -> u32 {
        self.length - self.first_judged()
    }

    /// Whether the task is posed under a causal mask.
    #[must_use]
    pub fn causal(&self) -> bool {
        matches!(self.task, Task::CausalCopy | Task::AssociativeRecall)
    }

    /// How a token is written: symbols as numbers, keys as `k0`, `k1`…, the separator as `SEP`.
    #[must_use]
    pub fn name(&self, token: u32) -> String {
        match (token.checked_sub(self.symbols), self.task) {
            (None, _) => token.to_string(),
            (Some(key), Task::AssociativeRecall) => format!("k{key}"),
            (Some(_), _) => "SEP".to_owned(),
        }
    }

    /// The source of a sequence that begins with `tokens`, as many as a source has; nothing if no sequence of the task does.
    #[must_use]
    pub fn source(&self, tokens: &[u32]) -> Option<Vec<u32>> {
        match self.task {
            Task::AssociativeRecall => recall::source(self, tokens),
            _ => (tokens.iter().all(|&token| token < self.symbols)).then(|| tokens.to_vec()),
        }
    }

    /// Input token and target at `position`; the source is read through `symbol(i)`.
    /// The target is [`IGNORED`] where nothing is judged.
    pub fn token(&self, position: u32, symbol: impl Fn(u32) -> u32) -> (u32, f32) {
        match self.task {
            Task::CausalCopy => causal_copy::token(self, position, symbol),
            Task::PreviousToken => previous::token(self, position, symbol),
            Task::Reversal => reversal::token(self, position, symbol),
            Task::HalfShift => half_shift::token(self, position, symbol),
            Task::AssociativeRecall => recall::token(self, position, symbol),
            Task::Increment => increment::token(self, position, symbol),
        }
    }

    /// Number of the task in the WGSL twin.
    #[must_use]
    pub fn code(&self) -> u32 {
        Task::ALL.iter().position(|&task| task == self.task).unwrap_or(0) as u32
    }
}
