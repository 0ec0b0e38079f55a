//! The clock of a plan that repeats itself, twin of `shaders/lib/clock.wgsl`: `[tick, limit]` per replica. A batch of `rows` items
//! begins at item `tick · rows`; items from `limit` on do not exist.

use super::real::Real;
use super::{Words, words};

/// Numbers in a clock.
pub const LEN: u32 = 2;

/// Lists of a buffer that a kernel goes to: those of its batch, or those of the clock's items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lists {
    /// How many lists the buffer holds.
    pub items: u32,
    /// Whether a row is the clock's item; else it is the batch's row.
    pub clocked: bool,
    /// Added to the clock's item.
    pub ahead: u32,
}

impl Lists {
    /// One list for each row of a batch, written anew by each.
    #[must_use]
    pub fn of_batch(rows: u32) -> Self {
        Self { items: rows, clocked: false, ahead: 0 }
    }

    /// One list for each item.
    #[must_use]
    pub fn of_items(items: u32, ahead: u32) -> Self {
        Self { items, clocked: true, ahead }
    }

    /// Words of a uniform block.
    pub(super) fn words(self) -> Words {
        words![self; items, ahead, clocked]
    }

    /// Where a row's list is, of those that there are.
    pub(super) fn place(self, item: usize, row: usize) -> Option<usize> {
        let place = if self.clocked { item + self.ahead as usize } else { row };
        (place < self.items as usize).then_some(place)
    }
}

/// The item of a row, if it exists.
pub(super) fn item<T: Real>(clock: &[T], rows: u32, row: usize) -> Option<usize> {
    let item = (clock[0].index() * rows) as usize + row;
    (item < clock[1].index() as usize).then_some(item)
}

/// A neuron of an order; a silent place has none.
pub(super) fn neuron<T: Real>(value: T) -> Option<usize> {
    (value >= T::zero()).then(|| value.index() as usize)
}
