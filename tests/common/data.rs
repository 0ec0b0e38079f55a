//! Cases of batch generation, of whole-tensor dropout, and of the selection of judged positions.

use mnemoscope::choice::Choice;
use mnemoscope::kernels::batch::Batch;
use mnemoscope::kernels::dropout::DropoutCopy;
use mnemoscope::kernels::examples::Examples;
use mnemoscope::kernels::rng::Dropout;
use mnemoscope::kernels::select::{Select, Way};
use mnemoscope::task::source::Split;
use mnemoscope::task::{Layout, Task};

use super::harness::{Case, Rule};
use super::numbers::{Numbers, control_blocks};

/// Layouts of a task; causal copy needs an even length, associative recall an odd one with no more pairs than keys.
pub fn layouts(task: Task) -> impl Iterator<Item = Layout> {
    [[2_u32, 2_u32], [7, 5], [33, 50], [65, 17], [255, 255]].into_iter().map(move |[length, symbols]| {
        let length = match task {
            Task::CausalCopy => length + length % 2,
            Task::AssociativeRecall => length.min(2 * symbols).max(5).div_ceil(2) * 2 - 1,
            _ => length,
        };
        Layout { task, symbols, length }
    })
}

pub fn batch(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(16);
    let mut cases = Vec::new();
    for &task in Task::ALL {
        for layout in layouts(task) {
            for split in [Split::Training, Split::HeldOut] {
                let rows = if layout.length > 100 { 3 } else { 33 };
                let size = replicas * rows;
                let reads = vec![Some(control_blocks(replicas, |_, _| {}))];
                let writes =
                    vec![Some(numbers.normal(size * layout.length)), Some(numbers.normal(size * layout.judged()))];
                let name = format!("{layout:?}, {split:?}");
                let kernel = Batch { layout, rows, split };
                cases.push(Case::new(name, kernel, replicas, reads, writes).rule(Rule::Exact));
            }
        }
    }
    cases
}

pub fn examples(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(64);
    let mut cases = Vec::new();
    let shapes = [
        [1, 1, 1, 1],
        [7, 3, 5, 1],
        [33, 1, 33, 1],
        [257, 7, 65, 3],
        [3, 65, 3, 1],
        [100_003, 2, 257, 1],
        [9, 5, 7, 6],
    ];
    for [count, length, rows, answers] in shapes {
        for draws in [true, false] {
            let mut tokens = numbers.whole(replicas * count * (length + 1), 60_000);
            // Some are shown and not judged.
            tokens.iter_mut().step_by(3).for_each(|token| *token = -1.0 - *token);
            let table = Some(tokens);
            let blocks = draws.then(|| control_blocks(replicas, |_, _| {}));
            let writes =
                vec![Some(numbers.normal(replicas * rows * length)), Some(numbers.normal(replicas * rows * answers))];
            let kernel = Examples { count, length, answers, rows, draws };
            let name = format!("{kernel:?}");
            cases.push(Case::new(name, kernel, replicas, vec![blocks, table], writes).rule(Rule::Exact));
        }
    }
    // More rows than examples, where they are drawn.
    let kernel = Examples { count: 3, length: 2, answers: 1, rows: 9, draws: true };
    let reads = vec![Some(control_blocks(replicas, |_, _| {})), Some(numbers.whole(replicas * 9, 50))];
    let writes = vec![Some(numbers.normal(replicas * 18)), Some(numbers.normal(replicas * 9))];
    cases.push(Case::new("more rows than examples", kernel, replicas, reads, writes).rule(Rule::Exact));
    cases
}

pub fn dropout(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(17);
    let mut cases = Vec::new();
    for len in [1, 3, 7, 65, 1027] {
        for share in [None, Some(0.0), Some(0.1), Some(0.9)] {
            for accumulate in [false, true] {
                let dropout = share.map(|share| Dropout { share, stream: 100_000 + len });
                let reads = vec![Some(control_blocks(replicas, |_, _| {})), Some(numbers.normal(replicas * len))];
                let writes = vec![Some(numbers.normal(replicas * len))];
                let kernel = DropoutCopy { len, dropout, accumulate };
                let rule = if accumulate { Rule::Close } else { Rule::Dropped };
                let name = format!("{len} elements, share {share:?}, accumulate {accumulate}");
                cases.push(Case::new(name, kernel, replicas, reads, writes).rule(rule));
            }
        }
    }
    cases
}

pub fn select(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(18);
    let mut cases = Vec::new();
    for [rows, length, first, width] in [[1, 2, 1, 1], [3, 7, 3, 4], [7, 33, 32, 3], [5, 10, 5, 33], [2, 65, 1, 7]] {
        let spreads = [[false, false], [false, true], [true, false], [true, true]].map(Way::Spread);
        for way in [Way::Pick].into_iter().chain(spreads) {
            let all = replicas * rows * length * width;
            let judged = replicas * rows * (length - first) * width;
            let (read, written) = if way == Way::Pick { (all, judged) } else { (judged, all) };
            let reads = vec![Some(numbers.normal(read)), Some(numbers.normal(read))];
            let writes = vec![Some(numbers.normal(written)), Some(numbers.normal(written))];
            let kernel = Select { rows, length, first, width, way };
            cases.push(Case::new(format!("{kernel:?}"), kernel, replicas, reads, writes));
        }
    }
    cases
}
