//! Turns of what takes long: how far it is, and what it keeps from one to the next.

use std::any::Any;
use std::fmt;

use serde::Serialize;

/// How far an answer is that takes several turns.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// The part that waits for it.
    pub part: &'static str,
    /// What it is counted in.
    pub unit: &'static str,
    /// How many are through.
    pub at: u32,
    /// How many there are, at most.
    pub of: u32,
}

/// What a question keeps from one of its turns to the next. It is gone once the question is answered, refused or stopped.
#[derive(Default)]
pub struct Kept(Option<Box<dyn Any>>);

impl Kept {
    /// What the turn before has kept; nothing in the first turn.
    pub fn take<T: 'static>(&mut self) -> Option<T> {
        self.0.take()?.downcast().ok().map(|kept| *kept)
    }

    /// Keeps it for the next turn.
    pub fn keep<T: 'static>(&mut self, what: T) {
        self.0 = Some(Box::new(what));
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "something kept" } else { "nothing kept" })
    }
}
