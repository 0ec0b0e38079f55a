//! Gradients of [`TableCrossEntropy`](super::table_cross_entropy::TableCrossEntropy), summed over the judged rows and divided by their
//! number, twin of `shaders/table_cross_entropy_backward.wgsl`. With factors `F = (softmax − onehot) / judged`, zero in rows that are not
//! judged, `dx = F E` and `dE = Fᵀ x`.

use super::gemm::{Matrix, Store, multiply};
use super::matmul::Operand;
use super::real::{Real, exponentials};
use super::table::Table;
use super::table_cross_entropy::{OWN, blocks, rows_from};
use super::{each_part, kernel, words};

/// Reads: x `[rows, width]`, parameter pool, targets `[rows]`, norms `[rows]`. Writes: dx `[rows, width]`, the table's part of the gradient
/// pool.
#[derive(Clone, Debug, PartialEq)]
pub struct TableCrossEntropyBackward {
    /// Rows.
    pub rows: u32,
    /// The table.
    pub table: Table,
    /// Judged rows, by which the gradient is divided.
    pub judged: u32,
}

kernel! {
    TableCrossEntropyBackward is "table_cross_entropy_backward" for (self, form, replicas);
    reads [x: self.rows * self.table.width, parameters: self.table.least(), targets: self.rows, norms: self.rows];
    writes [dx: self.rows * self.table.width, gradients: self.table.least()];
    uniform words![
        self; rows, entries: self.table.rows, width: self.table.width, table: self.table.table, pool: self.table.pool,
        scale: 1.0 / self.judged as f32,
    ];
    workgroups [self.rows.div_ceil(OWN) + self.table.rows.div_ceil(OWN), replicas, 1];
    flops 6.0 * f64::from(self.rows) * f64::from(self.table.rows) * f64::from(self.table.width);
    pool_elements 2 * self.table.rows * self.table.width;
}

impl TableCrossEntropyBackward {
    /// The CPU twin. Whatever the parts are, each sum over entries goes on from block to block, and each over rows is one product.
    fn twin<T: Real>(&self, [x, parameters, targets, norms]: [&[T]; 4], [dx, gradients]: [&mut [T]; 2]) {
        let Table { rows: entries, width, .. } = self.table;
        let scale = T::of(1.0 / self.judged as f32);
        let all: Vec<u32> = (0..self.rows.max(entries)).collect();
        let rows = &all[..self.rows as usize];
        let mut factors = Vec::new();
        for (first, some) in blocks(entries) {
            let table = self.table.operand(first).matrix(parameters, some, width);
            factors.resize((self.rows * some) as usize, T::zero());
            each_part(&mut factors, some as usize, rows, |(factors, rows): (&mut [T], &[u32])| {
                let (row, count) = (rows[0], rows.len() as u32);
                let x = rows_from(row, width).matrix(x, count, width);
                multiply(T::one(), x, table.t(), Store::New, factors, some as usize);
                let known = targets[row as usize..].iter().zip(&norms[row as usize..]);
                for (factors, (&target, &norm)) in factors.chunks_exact_mut(some as usize).zip(known) {
                    if target < T::zero() {
                        factors.fill(T::zero());
                        continue;
                    }
                    exponentials(factors, norm, scale);
                    if let Some(factor) = target.index().checked_sub(first).and_then(|at| factors.get_mut(at as usize))
                    {
                        *factor = *factor - scale;
                    }
                }
            });
            let how = if first > 0 { Store::Add } else { Store::New };
            each_part(dx, width as usize, rows, |(dx, rows): (&mut [T], &[u32])| {
                let count = rows.len() as u32;
                let factors = rows_from(rows[0], some).matrix(&factors, count, some);
                multiply(T::one(), factors, table, how, dx, width as usize);
            });
            let own = &mut gradients[self.table.operand(first).offset as usize..];
            let x = Matrix::of_rows(x, self.rows as usize, width as usize);
            each_part(own, width as usize, &all[..some as usize], |(own, entries): (&mut [T], &[u32])| {
                let count = entries.len() as u32;
                let factors =
                    Operand { offset: entries[0], row: 1, column: some, len: 0 }.matrix(&factors, count, self.rows);
                multiply(T::one(), factors, x, Store::New, own, width as usize);
            });
        }
    }
}
