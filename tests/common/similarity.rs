//! Cases of the similarity of positions.

use mnemoscope::kernels::similarity::{Measure, Similarity};

use super::harness::Case;
use super::numbers::Numbers;

pub fn similarity(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(23);
    let mut cases = Vec::new();
    for (rows, columns) in [(1, 1), (2, 3), (7, 7), (33, 5), (65, 33), (130, 12)] {
        for measure in [Measure::Dot, Measure::Cosine, Measure::Distance] {
            let mut table = numbers.normal(replicas * rows * columns);
            for (at, row) in table.chunks_exact_mut(columns as usize).enumerate() {
                match at {
                    // A zero vector, whose cosine is zero by definition.
                    1 => row.fill(0.0),
                    // Rows that almost coincide far from the origin: their distance must not cancel.
                    _ if at % 3 == 2 => row.iter_mut().enumerate().for_each(|(k, x)| *x = 5.0 + k as f32 + 1e-3 * *x),
                    _ => {}
                }
            }
            let reads = vec![Some(table)];
            let writes = vec![Some(numbers.normal(replicas * rows * rows))];
            let kernel = Similarity { rows, columns, measure };
            cases.push(Case::new(format!("{rows} rows of {columns}, {measure:?}"), kernel, replicas, reads, writes));
        }
    }
    cases
}
