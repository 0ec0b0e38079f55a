//! A table in the parameter pool, with whose rows cross-entropies take their products.

use super::matmul::Operand;

/// Where it lies, and its shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Table {
    /// Rows.
    pub rows: u32,
    /// Columns.
    pub width: u32,
    /// Its first element.
    pub table: u32,
    /// Elements of the pool.
    pub pool: u32,
}

impl Table {
    /// The fewest elements of a pool that holds it.
    pub(super) fn least(&self) -> u32 {
        self.pool.max(self.table + self.rows * self.width)
    }

    /// The rows from `first` on.
    pub(super) fn operand(&self, first: u32) -> Operand {
        Operand { offset: self.table + first * self.width, row: self.width, column: 1, len: 0 }
    }
}
