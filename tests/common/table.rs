//! Cases of the cross-entropy of rows against a table, and of its gradients.

use mnemoscope::kernels::table::Table;
use mnemoscope::kernels::table_cross_entropy::TableCrossEntropy;
use mnemoscope::kernels::table_cross_entropy_backward::TableCrossEntropyBackward;
use mnemoscope::task::IGNORED;

use super::harness::Case;
use super::numbers::{Numbers, twin};

/// Numbers of rows and entries around 16, 32, 64 and 512, the ends of what a workgroup, a part, a tile and a block have; widths around 16
/// and the 64 invocations. The table neither begins nor ends where the pool does.
fn sizes() -> impl Iterator<Item = (u32, Table)> {
    let sizes = [
        [1, 1, 1],
        [1, 2, 3],
        [3, 7, 33],
        [7, 65, 16],
        [17, 16, 17],
        [33, 130, 5],
        [65, 64, 65],
        [130, 17, 12],
        [5, 513, 9],
        [66, 1100, 4],
        [2, 3, 515],
    ];
    sizes.into_iter().map(|[rows, entries, width]| {
        let table = Table { rows: entries, width, table: 3, pool: entries * width + 8 };
        (rows, table)
    })
}

/// Targets of rows, of which every fourth is not judged.
pub fn targets(numbers: &mut Numbers, rows: u32, entries: u32) -> Vec<f32> {
    let mut targets = numbers.whole(rows, entries);
    targets.iter_mut().skip(3).step_by(4).for_each(|target| *target = IGNORED);
    targets
}

/// x, a pool and targets. Entries are of length about 1, rows of x of length 1, a few `long`.
fn inputs(numbers: &mut Numbers, replicas: u32, rows: u32, table: &Table, long: f32) -> [Vec<f32>; 3] {
    let width = table.width as usize;
    let mut pool = numbers.normal(replicas * table.pool);
    pool.iter_mut().for_each(|value| *value /= (table.width as f32).sqrt());
    for pool in pool.chunks_exact_mut(table.pool as usize) {
        let entries = &mut pool[table.table as usize..][..(table.rows * table.width) as usize];
        // Twins in the table: of equal logits the first counts.
        for at in (5..table.rows as usize).step_by(3) {
            entries.copy_within((at - 4) * width..(at - 3) * width, at * width);
        }
    }
    let mut x = numbers.normal(replicas * rows * table.width);
    for (at, row) in x.chunks_exact_mut(width).enumerate() {
        match at % 9 {
            5 => row.iter_mut().for_each(|x| *x *= long),
            // All logits are equal.
            7 => row.fill(0.0),
            _ => {}
        }
    }
    let mut targets: Vec<f32> = (0..replicas).flat_map(|_| targets(numbers, rows, table.rows)).collect();
    // Some are right: their target is the entry that their x is.
    for (at, (row, target)) in x.chunks_exact_mut(width).zip(&mut targets).enumerate() {
        if at % 9 == 2 && *target >= 0.0 {
            let entry = (at / rows as usize) * table.pool as usize + table.table as usize + *target as usize * width;
            row.iter_mut().zip(&pool[entry..]).for_each(|(x, &e)| *x = 9.0 * e);
        } else if at % 9 == 7 && *target >= 0.0 && at % 2 == 1 {
            *target = 0.0;
        }
    }
    [x, pool, targets]
}

pub fn forward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(65);
    let case = |(rows, table): (u32, Table)| {
        // The softmax of the long ones overflows without its maximum taken away.
        let reads = inputs(&mut numbers, replicas, rows, &table, 120.0).map(Some).to_vec();
        let writes = vec![Some(numbers.normal(replicas * rows)), Some(numbers.normal(2 * replicas * rows))];
        Case::new(format!("{rows} rows, {table:?}"), TableCrossEntropy { rows, table }, replicas, reads, writes)
    };
    sizes().map(case).collect()
}

pub fn backward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(66);
    let mut cases = Vec::new();
    for (rows, table) in sizes() {
        // Logits have so much smaller rounding errors that their exponentials agree.
        let [x, pool, targets] = inputs(&mut numbers, replicas, rows, &table, 3.0);
        let mut written = [rows, 2 * rows].map(|len| vec![0.0; (replicas * len) as usize]);
        twin(&TableCrossEntropy { rows, table }, replicas, &[&x, &pool, &targets], &mut written);
        let [norms, _] = written;
        let reads = [x, pool, targets, norms].map(Some).to_vec();
        let writes = [rows * table.width, table.pool].map(|len| Some(numbers.normal(replicas * len))).to_vec();
        // Few judged rows, whatever the targets say, keep the gradients of order one.
        let kernel = TableCrossEntropyBackward { rows, table, judged: 3 };
        cases.push(Case::new(format!("{rows} rows, {table:?}"), kernel, replicas, reads, writes));
    }
    cases
}
