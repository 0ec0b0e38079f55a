//! Cases of the embedding and its gradients.

use mnemoscope::kernels::embed::{Embed, Shape};
use mnemoscope::kernels::embed_backward::EmbedBackward;
use mnemoscope::kernels::gain_backward::GainBackward;

use super::harness::Case;
use super::numbers::Numbers;

fn shapes() -> impl Iterator<Item = Shape> {
    // Widths are multiples of 4, as everywhere in a model.
    [[1, 1, 4, 1], [3, 7, 4, 5], [7, 33, 12, 17], [5, 9, 68, 3], [2, 65, 36, 51]].into_iter().map(
        |[rows, length, width, vocabulary]| {
            // Something before and between the three, as in a model's pool.
            let tokens = 5;
            let gain = tokens + vocabulary * width + 3;
            let table = gain + 1;
            let pool = table + length * width;
            Shape { rows, length, width, vocabulary, tokens, positions: true, gain, table, pool }
        },
    )
}

/// The same without positions: the pool ends with the token embedding.
fn bare() -> impl Iterator<Item = Shape> {
    shapes().map(|s| Shape { positions: false, gain: 0, table: 0, pool: s.tokens + s.vocabulary * s.width, ..s })
}

fn tokens(numbers: &mut Numbers, replicas: u32, s: &Shape) -> Option<Vec<f32>> {
    Some(numbers.whole(replicas * s.rows * s.length, s.vocabulary))
}

fn places(s: &Shape) -> u32 {
    s.rows * s.length * s.width
}

pub fn embed(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(10);
    let case = |shape: Shape| {
        let reads = vec![tokens(&mut numbers, replicas, &shape), Some(numbers.normal(replicas * shape.pool))];
        let writes = vec![Some(numbers.normal(replicas * places(&shape)))];
        Case::new(format!("{shape:?}"), Embed { shape }, replicas, reads, writes)
    };
    shapes().chain(bare()).map(case).collect()
}

pub fn embed_backward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(11);
    let mut cases = Vec::new();
    for shape in shapes().chain(bare()) {
        for table in [false, true].into_iter().filter(|&table| shape.positions || !table) {
            for accumulate in [false, true] {
                let reads = vec![
                    tokens(&mut numbers, replicas, &shape),
                    Some(numbers.normal(replicas * places(&shape))),
                    Some(numbers.normal(replicas * shape.pool)),
                ];
                let writes = vec![Some(numbers.normal(replicas * shape.pool))];
                let name = format!("{shape:?}, table {table}, accumulate {accumulate}");
                cases.push(Case::new(name, EmbedBackward { shape, table, accumulate }, replicas, reads, writes));
            }
        }
    }
    cases
}

pub fn gain_backward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(12);
    let case = |shape: Shape| {
        let reads = vec![Some(numbers.normal(replicas * places(&shape))), Some(numbers.normal(replicas * shape.pool))];
        let writes = vec![Some(numbers.normal(replicas * shape.pool))];
        Case::new(format!("{shape:?}"), GainBackward { shape }, replicas, reads, writes)
    };
    shapes().map(case).collect()
}
