//! Cases of layer norm, its gradients, cross-entropy and squared error.

use mnemoscope::kernels::cross_entropy::CrossEntropy;
use mnemoscope::kernels::layer_norm::{LayerNorm, Shape};
use mnemoscope::kernels::layer_norm_backward::LayerNormBackward;
use mnemoscope::kernels::squared_error::SquaredError;
use mnemoscope::task::IGNORED;

use super::harness::Case;
use super::numbers::{Numbers, twin};

fn shapes() -> impl Iterator<Item = Shape> {
    // Widths are multiples of 4, as everywhere in a model; the offsets of gamma and beta need not be.
    [(1, 4), (3, 4), (65, 12), (33, 20), (1, 36), (7, 68), (33, 36), (257, 4)].into_iter().map(|(rows, width)| Shape {
        rows,
        width,
        gamma: 3,
        beta: width + 8,
        pool: 2 * width + 13,
    })
}

/// Rows with a mean of their own, which a one-pass variance would feel.
fn rows(numbers: &mut Numbers, replicas: u32, s: &Shape) -> Vec<f32> {
    let mut x = numbers.normal(replicas * s.rows * s.width);
    for (at, row) in x.chunks_exact_mut(s.width as usize).enumerate() {
        row.iter_mut().for_each(|x| *x += (at % 5) as f32 - 2.0);
    }
    x
}

/// Mean and scale of each row.
fn statistics(replicas: u32, shape: Shape, x: &[f32], parameters: &[f32]) -> Vec<f32> {
    let mut written = [vec![0.0; x.len()], vec![0.0; (2 * replicas * shape.rows) as usize]];
    twin(&LayerNorm { shape }, replicas, &[x, parameters], &mut written);
    let [_, statistics] = written;
    statistics
}

pub fn layer_norm(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(6);
    let case = |shape: Shape| {
        let reads = vec![Some(rows(&mut numbers, replicas, &shape)), Some(numbers.normal(replicas * shape.pool))];
        let writes = vec![
            Some(numbers.normal(replicas * shape.rows * shape.width)),
            Some(numbers.normal(2 * replicas * shape.rows)),
        ];
        Case::new(format!("{shape:?}"), LayerNorm { shape }, replicas, reads, writes)
    };
    shapes().map(case).collect()
}

pub fn layer_norm_backward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(7);
    let mut cases = Vec::new();
    for shape in shapes() {
        for accumulate in [false, true] {
            let x = rows(&mut numbers, replicas, &shape);
            let parameters = numbers.normal(replicas * shape.pool);
            let statistics = statistics(replicas, shape, &x, &parameters);
            let size = replicas * shape.rows * shape.width;
            let reads = vec![Some(x), Some(statistics), Some(numbers.normal(size)), Some(parameters)];
            let writes = vec![Some(numbers.normal(size)), Some(numbers.normal(replicas * shape.pool))];
            let name = format!("{shape:?}, accumulate {accumulate}");
            cases.push(Case::new(name, LayerNormBackward { shape, accumulate }, replicas, reads, writes));
        }
    }
    cases
}

pub fn cross_entropy(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(9);
    let mut cases = Vec::new();
    // Few judged rows, whatever the targets say, keep the gradient of order one.
    for (rows, vocabulary, judged) in [(1, 3, 1), (7, 2, 3), (65, 17, 1), (33, 51, 3), (129, 256, 1)] {
        for gradient in [false, true] {
            let mut logits = numbers.normal(replicas * rows * vocabulary);
            for (at, row) in logits.chunks_exact_mut(vocabulary as usize).enumerate() {
                match at % 5 {
                    // All equal: the first counts as the greatest.
                    1 => row.fill(0.5),
                    // So far apart that a softmax without its maximum taken away would overflow.
                    2 => row.iter_mut().for_each(|logit| *logit *= 60.0),
                    _ => {}
                }
            }
            let mut targets = numbers.whole(replicas * rows, vocabulary);
            targets.iter_mut().skip(3).step_by(4).for_each(|target| *target = IGNORED);
            targets.iter_mut().skip(1).step_by(10).for_each(|target| *target = 0.0);
            let reads = vec![Some(logits), Some(targets)];
            let writes = vec![
                gradient.then(|| numbers.normal(replicas * rows * vocabulary)),
                Some(numbers.normal(2 * replicas * rows)),
            ];
            let name = format!("{rows} rows of {vocabulary}, gradient {gradient}");
            cases.push(Case::new(name, CrossEntropy { rows, vocabulary, judged, gradient }, replicas, reads, writes));
        }
    }
    cases
}

pub fn squared_error(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(67);
    let mut cases = Vec::new();
    for (rows, width) in [(1, 1), (7, 3), (65, 1), (33, 48), (129, 5)] {
        for gradient in [false, true] {
            let len = replicas * rows * width;
            let reads = vec![Some(numbers.normal(len)), Some(numbers.normal(len))];
            let writes = vec![gradient.then(|| numbers.normal(len)), Some(numbers.normal(2 * replicas * rows))];
            let name = format!("{rows} rows of {width}, gradient {gradient}");
            cases.push(Case::new(name, SquaredError { rows, width, gradient }, replicas, reads, writes));
        }
    }
    cases
}
