//! Cases of sequences of vectors: their batch, products and attention of each with its own, norms without parameters.

use mnemoscope::kernels::attend::{self, Attend};
use mnemoscope::kernels::attend_backward::AttendBackward;
use mnemoscope::kernels::control;
use mnemoscope::kernels::product::Product;
use mnemoscope::kernels::row_norm::{self, RowNorm};
use mnemoscope::kernels::row_norm_backward::RowNormBackward;
use mnemoscope::kernels::vectors::Vectors;

use super::harness::Case;
use super::numbers::{Numbers, control_blocks, twin};

pub fn vectors(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(78);
    let mut cases = Vec::new();
    for [rows, length, known, width] in [[1, 1, 1, 1], [7, 3, 2, 5], [65, 2, 3, 1], [33, 6, 4, 8]] {
        for (knowledge, bases) in [(None, 1), (Some(3), 1), (Some(3), 4)] {
            for draws in [None, Some(0), Some(17)] {
                let pool = bases * known * width + 5;
                let kernel = Vectors { rows, length, known, width, knowledge, bases, pool, draws };
                let blocks = control_blocks(replicas, |replica, block| block[control::STEP] = (3 * replica) as f32);
                let parameters = knowledge.map(|_| numbers.normal(replicas * pool));
                let writes = [length, known, length + known].map(|each| numbers.normal(replicas * rows * each * width));
                let name = format!("{kernel:?}");
                cases.push(Case::new(
                    name,
                    kernel,
                    replicas,
                    vec![Some(blocks), parameters],
                    writes.map(Some).to_vec(),
                ));
            }
        }
    }
    cases
}

pub fn product(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(79);
    let mut cases = Vec::new();
    for [rows, length, inner, columns] in [[1, 1, 1, 1], [7, 3, 5, 2], [3, 33, 7, 9], [65, 1, 3, 33]] {
        for flags in 0..4 {
            let (transposed, accumulate) = (flags & 1 == 1, flags & 2 == 2);
            let kernel = Product { rows, length, inner, columns, transposed, scale: 0.37, accumulate };
            let reads = [rows * length * inner, rows * inner * columns].map(|len| Some(numbers.normal(replicas * len)));
            let writes = vec![Some(numbers.normal(replicas * rows * length * columns))];
            cases.push(Case::new(format!("{kernel:?}"), kernel, replicas, reads.to_vec(), writes));
        }
    }
    cases
}

fn shapes() -> impl Iterator<Item = attend::Shape> {
    let sizes = [[1, 1, 1, 1], [7, 3, 5, 2], [3, 33, 7, 9], [65, 2, 3, 33]];
    sizes.into_iter().map(|[rows, length, inner, width]| attend::Shape { rows, length, inner, width, scale: 0.7 })
}

pub fn attend(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(80);
    let case = |shape: attend::Shape| {
        let tokens = replicas * shape.rows * shape.length;
        let reads = [shape.inner, shape.inner, shape.width].map(|each| Some(numbers.normal(tokens * each)));
        let writes = [shape.width, shape.length].map(|each| Some(numbers.normal(tokens * each)));
        Case::new(format!("{shape:?}"), Attend { shape }, replicas, reads.to_vec(), writes.to_vec())
    };
    shapes().map(case).collect()
}

pub fn attend_backward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(81);
    let mut cases = Vec::new();
    for shape in shapes() {
        for accumulate in [false, true] {
            let tokens = replicas * shape.rows * shape.length;
            let [queries, keys] = [0; 2].map(|_| numbers.normal(tokens * shape.inner));
            let [values, dy] = [0; 2].map(|_| numbers.normal(tokens * shape.width));
            let mut written = [shape.width, shape.length].map(|each| vec![0.0; (tokens * each) as usize]);
            twin(&Attend { shape }, replicas, &[&queries, &keys, &values], &mut written);
            let [_, weights] = written;
            let reads = [keys, values, weights, dy].map(Some).to_vec();
            let writes = vec![Some(numbers.normal(tokens * shape.inner))];
            let name = format!("{shape:?}, accumulate {accumulate}");
            cases.push(Case::new(name, AttendBackward { shape, accumulate }, replicas, reads, writes));
        }
    }
    cases
}

fn norms() -> impl Iterator<Item = row_norm::Shape> {
    let sizes = [(1, 2), (7, 3), (65, 33), (3, 257)];
    sizes.into_iter().flat_map(|(rows, width)| [false, true].map(|centred| row_norm::Shape { rows, width, centred }))
}

pub fn row_norm(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(82);
    let case = |shape: row_norm::Shape| {
        let rows = replicas * shape.rows;
        let reads = vec![Some(numbers.normal(rows * shape.width))];
        let writes = [rows * shape.width, rows].map(|len| Some(numbers.normal(len)));
        Case::new(format!("{shape:?}"), RowNorm { shape }, replicas, reads, writes.to_vec())
    };
    norms().map(case).collect()
}

pub fn row_norm_backward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(83);
    let mut cases = Vec::new();
    for shape in norms() {
        for accumulate in [false, true] {
            let rows = replicas * shape.rows;
            let [x, dy] = [0; 2].map(|_| numbers.normal(rows * shape.width));
            let mut written = [rows * shape.width, rows].map(|len| vec![0.0; len as usize]);
            twin(&RowNorm { shape }, replicas, &[&x], &mut written);
            let [y, scales] = written;
            let writes = vec![Some(numbers.normal(rows * shape.width))];
            let name = format!("{shape:?}, accumulate {accumulate}");
            let kernel = RowNormBackward { shape, accumulate };
            cases.push(Case::new(name, kernel, replicas, [y, scales, dy].map(Some).to_vec(), writes));
        }
    }
    cases
}
