//! Softmax cross-entropy with accuracy of rows against a table, twin of `shaders/table_cross_entropy.wgsl`: what
//! [`CrossEntropy`](super::cross_entropy::CrossEntropy) makes of the products of each row with all entries of the table.
//!
//! With a vocabulary of tens of thousands logits would be the largest buffer by far. Only tiles of them exist, and the reverse pass
//! computes them again.

use super::gemm::{Store, multiply};
use super::matmul::Operand;
use super::real::{Real, exponentials, greatest, sum};
use super::table::Table;
use super::{each_part, kernel, words};

/// Entries of a block of the twins: the logits of all rows with them are what is in memory at once.
const BLOCK: u32 = 512;

/// Rows, or entries, of a workgroup. Twin of `OWN` in `shaders/lib/products.wgsl`.
pub(super) const OWN: u32 = 16;

/// Entries `first..first + count` of `entries`, block by block.
pub(super) fn blocks(entries: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..entries).step_by(BLOCK as usize).map(move |first| (first, BLOCK.min(entries - first)))
}

/// Rows of `width` from `first` on.
pub(super) fn rows_from(first: u32, width: u32) -> Operand {
    Operand { offset: first * width, row: width, column: 1, len: 0 }
}

/// Reads: x `[rows, width]`, parameter pool, targets `[rows]`, negative where a row is not judged. Writes: norms `[rows]`, the logarithm
/// of a row's sum of exponentials; scores `[rows, 2]`: loss in nats, and 1 right, 0 wrong, −1 not judged.
#[derive(Clone, Debug, PartialEq)]
pub struct TableCrossEntropy {
    /// Rows.
    pub rows: u32,
    /// The table.
    pub table: Table,
}

kernel! {
    TableCrossEntropy is "table_cross_entropy" for (self, form, replicas);
    reads [x: self.rows * self.table.width, parameters: self.table.least(), targets: self.rows];
    writes [norms: self.rows, scores: 2 * self.rows];
    uniform words![
        self; rows, entries: self.table.rows, width: self.table.width, table: self.table.table, pool: self.table.pool,
    ];
    workgroups [self.rows.div_ceil(OWN), replicas, 1];
    flops 2.0 * f64::from(self.rows) * f64::from(self.table.rows) * f64::from(self.table.width);
    pool_elements self.table.rows * self.table.width;
}

/// What is known of a row after some entries: the greatest logit and its entry, the sum of exponentials relative to it, the logit of the
/// target.
#[derive(Clone, Copy)]
struct Known<T> {
    top: T,
    best: u32,
    total: T,
    wanted: T,
}

impl<T: Real> Known<T> {
    /// Takes up the logits of the entries from `first` on, which become exponentials.
    fn take(&mut self, logits: &mut [T], first: u32, target: T) {
        if target >= T::zero()
            && let Some(&wanted) = target.index().checked_sub(first).and_then(|at| logits.get(at as usize))
        {
            self.wanted = wanted;
        }
        let top = greatest(logits);
        if top > self.top
            && let Some(at) = logits.iter().position(|&logit| logit == top)
        {
            self.total *= (self.top - top).fast_exp();
            (self.best, self.top) = (first + at as u32, top);
        }
        let top = self.top;
        exponentials(logits, top, T::one());
        self.total += sum(logits);
    }
}

impl TableCrossEntropy {
    /// The CPU twin.
    fn twin<T: Real>(&self, [x, parameters, targets]: [&[T]; 3], [norms, scores]: [&mut [T]; 2]) {
        let Table { rows: entries, width, .. } = self.table;
        // Norm, loss and verdict of a row side by side, so that parts of the rows can be written at once.
        let mut found = vec![T::zero(); 3 * self.rows as usize];
        let all: Vec<u32> = (0..self.rows).collect();
        each_part(&mut found, 3, &all, |(found, rows): (&mut [T], &[u32])| {
            let (first_row, count) = (rows[0], rows.len() as u32);
            let targets = &targets[first_row as usize..];
            let x = rows_from(first_row, width).matrix(x, count, width);
            let nothing = Known { top: T::neg_infinity(), best: 0, total: T::zero(), wanted: T::zero() };
            let mut known = vec![nothing; rows.len()];
            let mut logits = vec![T::zero(); (count * BLOCK.min(entries)) as usize];
            for (first, some) in blocks(entries) {
                let table = self.table.operand(first).matrix(parameters, some, width);
                multiply(T::one(), x, table.t(), Store::New, &mut logits, some as usize);
                let logits = logits.chunks_exact_mut(some as usize);
                for ((known, &target), logits) in known.iter_mut().zip(targets).zip(logits) {
                    known.take(logits, first, target);
                }
            }
            for ((found, known), &target) in found.chunks_exact_mut(3).zip(known).zip(targets) {
                let norm = known.total.ln() + known.top;
                let right = if known.best == target.index() { T::one() } else { T::zero() };
                let judged = target >= T::zero();
                let [loss, verdict] = if judged { [norm - known.wanted, right] } else { [T::zero(), -T::one()] };
                found.copy_from_slice(&[norm, loss, verdict]);
            }
        });
        for ((found, norm), score) in found.chunks_exact(3).zip(norms).zip(scores.chunks_exact_mut(2)) {
            *norm = found[0];
            score.copy_from_slice(&found[1..]);
        }
    }
}
