//! Gradient of the sum of [`TiedCrossEntropy`](super::tied_cross_entropy::TiedCrossEntropy) over all rows, by the table, twin of
//! `shaders/tied_cross_entropy_backward.wgsl`: `dv_i = Σ_j (P_ij + P_ji − T_ij − T_ji) v_j`, with `P` the softmax times the sum of a row's
//! targets. Both parts, of a row that asks and of one that is asked for, come from one logit, since `⟨v_i, v_j⟩` is symmetric.

use super::gemm::{Matrix, Store, multiply};
use super::kernel;
use super::real::Real;
use super::table::Table;

/// Reads: parameter pool, targets `[rows, rows]`, norms `[rows, 2]`. Writes: the table's part of the gradient pool.
#[derive(Clone, Debug, PartialEq)]
pub struct TiedCrossEntropyBackward {
    /// The table.
    pub table: Table,
}

kernel! {
    TiedCrossEntropyBackward is "tied_cross_entropy_backward" for (self, form, replicas);
    reads [parameters: self.table.least(), targets: self.table.rows * self.table.rows, norms: 2 * self.table.rows];
    writes [gradients: self.table.least()];
    uniform self.table.uniform();
    workgroups [self.table.rows, replicas, 1];
    flops 2.0 * self.table.flops();
    pool_elements 2 * self.table.rows * self.table.width;
}

impl TiedCrossEntropyBackward {
    /// The CPU twin.
    fn twin<T: Real>(&self, [parameters, targets, norms]: [&[T]; 3], [gradients]: [&mut [T]; 1]) {
        let table = self.table;
        let rows = table.rows as usize;
        let all = table.operand(0).matrix(parameters, table.rows, table.width);
        table.tiles(parameters, |first, count, logits| {
            for (row, logits) in (first as usize..).zip(logits.chunks_exact_mut(rows)) {
                let (own, weight) = (norms[2 * row], norms[2 * row + 1]);
                for (other, logit) in logits.iter_mut().enumerate() {
                    let asks = weight * (*logit - own).fast_exp() - targets[row * rows + other];
                    let asked = norms[2 * other + 1] * (*logit - norms[2 * other]).fast_exp();
                    *logit = asks + (asked - targets[other * rows + row]);
                }
            }
            let factors = Matrix::of_rows(logits, count as usize, rows);
            let own = &mut gradients[table.operand(first).offset as usize..];
            multiply(T::one(), factors, all, Store::New, own, table.width as usize);
        });
    }
}
