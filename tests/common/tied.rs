//! Cases of the cross-entropy of a table against itself, and of its gradient.

use mnemoscope::kernels::table::Table;
use mnemoscope::kernels::tied_cross_entropy::TiedCrossEntropy;
use mnemoscope::kernels::tied_cross_entropy_backward::TiedCrossEntropyBackward;

use super::harness::Case;
use super::numbers::{Numbers, twin};

/// Rows around the ends of a tile of 32 and of a workgroup of 64; a table that neither begins nor ends where the pool does.
fn tables() -> impl Iterator<Item = Table> {
    let sizes = [(1, 1), (2, 3), (7, 33), (33, 7), (64, 5), (65, 65), (130, 12), (15, 100)];
    let table = |(rows, width)| Table { rows, width, table: 3, pool: rows * width + 8 };
    sizes.into_iter().map(table)
}

/// Targets of every row: some with several, some with weights that do not add up to one, some with none, and one that is its own.
pub fn targets(numbers: &mut Numbers, rows: u32) -> Vec<f32> {
    let mut targets = numbers.uniform(rows * rows, 0.0, 0.4);
    for (row, targets) in targets.chunks_exact_mut(rows as usize).enumerate() {
        for (other, target) in targets.iter_mut().enumerate() {
            let wanted = row % 5 != 4 && (row * 7 + other * 3) % 11 < 3 || row == 0 && other == 0;
            *target = if wanted { *target } else { 0.0 };
        }
    }
    targets
}

/// A pool and targets. Rows are of length about 1, a few `long`.
fn inputs(numbers: &mut Numbers, replicas: u32, table: &Table, long: f32) -> [Vec<f32>; 2] {
    let mut pool = numbers.normal(replicas * table.pool);
    let length = (table.width as f32).sqrt();
    for (at, row) in pool.chunks_exact_mut(table.width as usize).enumerate() {
        row.iter_mut().for_each(|x| *x *= if at % 9 == 5 { long } else { 1.0 } / length);
    }
    [pool, (0..replicas).flat_map(|_| targets(numbers, table.rows)).collect()]
}

pub fn forward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(61);
    let case = |table: Table| {
        // The softmax of the long ones overflows without its maximum taken away.
        let reads = inputs(&mut numbers, replicas, &table, 11.0).map(Some).to_vec();
        let writes = [0, 1].map(|_| Some(numbers.normal(2 * replicas * table.rows))).to_vec();
        Case::new(format!("{table:?}"), TiedCrossEntropy { table }, replicas, reads, writes)
    };
    tables().map(case).collect()
}

pub fn backward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(62);
    let case = |table: Table| {
        // Logits have so much smaller rounding errors that their exponentials agree.
        let [pool, targets] = inputs(&mut numbers, replicas, &table, 3.0);
        let mut written = [0, 1].map(|_| vec![0.0; (2 * replicas * table.rows) as usize]);
        twin(&TiedCrossEntropy { table }, replicas, &[&pool, &targets], &mut written);
        let [norms, _] = written;
        let reads = vec![Some(pool), Some(targets), Some(norms)];
        let writes = vec![Some(numbers.normal(replicas * table.pool))];
        Case::new(format!("{table:?}"), TiedCrossEntropyBackward { table }, replicas, reads, writes)
    };
    tables().map(case).collect()
}
