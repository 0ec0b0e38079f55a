//! Softmax cross-entropy of a table against itself with soft targets, twin of `shaders/tied_cross_entropy.wgsl`. The logits of row `v_i`
//! are its dot products with all rows, itself included; with targets `T` its loss is `Σ_j T_ij (log Σ_k exp⟨v_i, v_k⟩ − ⟨v_i, v_j⟩)` in
//! nats. With the shares of a node's neighbours as targets that is Node2Vec's (Grover and Leskovec 2016) with walks of one step and the
//! whole softmax.
//!
//! Logits are recomputed in the reverse pass and never stored: only tiles of them exist.

use super::gemm::{Store, multiply};
use super::real::{Real, dot, exponentials};
use super::table::Table;
use super::{Words, kernel, words};

/// Rows of a tile of the twins.
const TILE: u32 = 32;

impl Table {
    pub(super) fn uniform(&self) -> Words {
        words![self; rows, width, table, pool]
    }

    /// One product of `rows × rows × width`.
    pub(super) fn flops(&self) -> f64 {
        2.0 * f64::from(self.rows) * f64::from(self.rows) * f64::from(self.width)
    }

    /// Hands `work` the logits `[count, rows]` of some rows after the other, with the first of them and how many they are.
    pub(super) fn tiles<T: Real>(&self, pool: &[T], mut work: impl FnMut(u32, u32, &mut [T])) {
        let all = self.operand(0).matrix(pool, self.rows, self.width);
        let mut logits = vec![T::zero(); (TILE.min(self.rows) * self.rows) as usize];
        for first in (0..self.rows).step_by(TILE as usize) {
            let count = TILE.min(self.rows - first);
            let some = self.operand(first).matrix(pool, count, self.width);
            multiply(T::one(), some, all.t(), Store::New, &mut logits, self.rows as usize);
            work(first, count, &mut logits[..(count * self.rows) as usize]);
        }
    }
}

/// Reads: parameter pool, targets `[rows, rows]`. Writes: norms `[rows, 2]`, the logarithm of a row's sum of exponentials and the sum of
/// its targets; scores `[rows, 2]`: loss, and −1, since no logit is the right one.
#[derive(Clone, Debug, PartialEq)]
pub struct TiedCrossEntropy {
    /// The table.
    pub table: Table,
}

kernel! {
    TiedCrossEntropy is "tied_cross_entropy" for (self, form, replicas);
    reads [parameters: self.table.least(), targets: self.table.rows * self.table.rows];
    writes [norms: 2 * self.table.rows, scores: 2 * self.table.rows];
    uniform self.table.uniform();
    workgroups [self.table.rows, replicas, 1];
    flops self.table.flops();
    pool_elements self.table.rows * self.table.width;
}

impl TiedCrossEntropy {
    /// The CPU twin.
    fn twin<T: Real>(&self, [parameters, targets]: [&[T]; 2], [norms, scores]: [&mut [T]; 2]) {
        let rows = self.table.rows as usize;
        self.table.tiles(parameters, |first, _, logits| {
            for (row, logits) in (first as usize..).zip(logits.chunks_exact_mut(rows)) {
                let wanted = &targets[row * rows..][..rows];
                let (weighted, weight) = (dot(wanted, logits), wanted.iter().copied().sum::<T>());
                let top = logits.iter().copied().fold(T::neg_infinity(), T::max);
                exponentials(logits, top, T::one());
                let total: T = logits.iter().copied().sum();
                let norm = top + total.ln();
                norms[2 * row..][..2].copy_from_slice(&[norm, weight]);
                scores[2 * row..][..2].copy_from_slice(&[weight * norm - weighted, -T::one()]);
            }
        });
    }
}
