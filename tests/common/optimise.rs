//! Cases of the end of a step: gradient norm, metrics, and the optimisers.

use mnemoscope::kernels::adam_tensor::AdamTensor;
use mnemoscope::kernels::adamw::AdamW;
use mnemoscope::kernels::control;
use mnemoscope::kernels::descent::Descent;
use mnemoscope::kernels::grad_norm::{GradNorm, Pool};
use mnemoscope::kernels::metrics::{ENTRY, Metrics, RING, Training};
use mnemoscope::kernels::momentum::Momentum;

use super::harness::Case;
use super::numbers::{Numbers, control_blocks};

/// Pools whose cut and end lie around the edges of a partial sum of 2048.
const POOLS: [Pool; 5] = [
    Pool { cut: 1, len: 3 },
    Pool { cut: 7, len: 41 },
    Pool { cut: 2047, len: 2049 },
    Pool { cut: 2048, len: 4097 },
    Pool { cut: 4099, len: 6145 },
];

/// What is frozen in the first and third replicas: nothing, what lies from the cut on, the parameter at the cut, the beginning, or several
/// ranges that meet, overlap and pass the end. In the second all but the cut is frozen.
const FROZEN: usize = 5;

fn frozen(which: usize, pool: Pool, replica: u32, block: &mut [f32]) {
    let (cut, len) = (pool.cut, pool.len);
    let ranges: &[[u32; 2]] = match (replica, which) {
        (1, _) => &[[0, cut], [cut + 1, len]],
        (_, 0) => &[],
        (_, 1) => &[[cut, len]],
        (_, 2) => &[[cut, cut + 1]],
        (_, 3) => &[[0, cut / 2 + 1]],
        _ => &[[0, 1], [1, 2], [cut - 1, cut + 1], [len - 1, len + 9]],
    };
    for (place, &bound) in block[control::FROZEN..].iter_mut().zip(ranges.iter().flatten()) {
        *place = bound as f32;
    }
}

pub fn grad_norm(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(13);
    let mut cases = Vec::new();
    for pool in POOLS {
        for which in 0..FROZEN {
            let blocks = control_blocks(replicas, |replica, block| frozen(which, pool, replica, block));
            let reads = vec![Some(blocks), Some(numbers.normal(replicas * pool.len))];
            let writes = vec![Some(numbers.normal(replicas * pool.partials()))];
            let name = format!("{pool:?}, frozen {which}");
            cases.push(Case::new(name, GradNorm { pool }, replicas, reads, writes));
        }
    }
    cases
}

/// Cases of an optimiser, which `kernel` makes of what it reads.
fn optimisers(
    replicas: u32,
    mut numbers: Numbers,
    kernel: impl Fn(&mut Numbers, Pool, String, Vec<Option<Vec<f32>>>) -> Case,
) -> Vec<Case> {
    let mut cases = Vec::new();
    for pool in [POOLS[0], POOLS[1], POOLS[2]] {
        for which in 0..FROZEN {
            for (decay, stopped) in [(0.0, None), (0.1, None), (0.1, Some(0)), (0.0, Some(1))] {
                let blocks = control_blocks(replicas, |replica, block| {
                    frozen(which, pool, replica, block);
                    block[control::DECAY] = decay * (replica + 1) as f32;
                    block[control::STOPPED] = if stopped == Some(replica) { 4.0 } else { 0.0 };
                    block[control::RATE] = 0.3 * (replica + 1) as f32;
                    block[control::CLIP] = [1.0, 0.37, 0.05][replica as usize];
                    // The first step, the second, and a late one.
                    block[control::BETA1_POWER] = [0.9, 0.81, 1e-9][replica as usize];
                    block[control::BETA2_POWER] = [0.999, 0.998_001, 0.2][replica as usize];
                });
                let size = replicas * pool.len;
                let reads = vec![Some(blocks), Some(numbers.normal(size))];
                let name = format!("{pool:?}, frozen {which}, decay {decay}, stopped {stopped:?}");
                cases.push(kernel(&mut numbers, pool, name, reads));
            }
        }
    }
    cases
}

pub fn adamw(replicas: u32) -> Vec<Case> {
    optimisers(replicas, Numbers::new(14), |numbers, pool, name, reads| {
        let size = replicas * pool.len;
        // A mean of squares is not negative.
        let writes = [numbers.normal(size), numbers.normal(size), numbers.uniform(size, 0.0, 2.0)];
        Case::new(name, AdamW { pool }, replicas, reads, writes.map(Some).to_vec())
    })
}

pub fn descent(replicas: u32) -> Vec<Case> {
    optimisers(replicas, Numbers::new(63), |numbers, pool, name, reads| {
        let writes = vec![Some(numbers.normal(replicas * pool.len))];
        Case::new(name, Descent { pool }, replicas, reads, writes)
    })
}

pub fn momentum(replicas: u32) -> Vec<Case> {
    optimisers(replicas, Numbers::new(76), |numbers, pool, name, reads| {
        let size = replicas * pool.len;
        let writes = [numbers.normal(size), numbers.normal(size)];
        Case::new(name, Momentum { pool }, replicas, reads, writes.map(Some).to_vec())
    })
}

/// Tensors that begin anywhere in the pool, of one parameter and of more than a workgroup takes at once.
pub fn adam_tensor(replicas: u32) -> Vec<Case> {
    optimisers(replicas, Numbers::new(77), |numbers, pool, name, reads| {
        let size = replicas * pool.len;
        let writes = [numbers.normal(size), numbers.normal(size), numbers.uniform(size, 0.0, 2.0)];
        let bounds = [1, 2, pool.len / 3 + 1, pool.len / 2 + 1, pool.len];
        let ends = bounds.into_iter().filter(|&end| end > 1 && end <= pool.len).collect();
        Case::new(name, AdamTensor { pool, start: 1, ends }, replicas, reads, writes.map(Some).to_vec())
    })
}

/// What goes wrong in a case of the metrics.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    Nothing,
    /// A loss is not a number, in the first replica.
    Loss,
    /// A gradient overflowed, in the last replica.
    Gradient,
    /// As `Loss`, and the replica had stopped before.
    Before,
}

pub fn metrics(replicas: u32) -> Vec<Case> {
    let training = Training { partials: 3, warmup: 0, cosine: None, steps: 100, clip: 0.0 };
    let cosine = Training { cosine: Some(0.0), warmup: 4, ..training };
    let clipped = Training { clip: 1.5, ..training };
    let kinds = [
        ("evaluation", None, 0.0),
        ("evaluation, after the ring's end", None, 515.0),
        ("training", Some(training), 0.0),
        ("training, after the ring's end", Some(training), 259.0),
        ("warm-up, first step", Some(Training { warmup: 7, ..training }), 0.0),
        ("warm-up, last step", Some(Training { warmup: 7, ..training }), 6.0),
        ("after warm-up", Some(Training { warmup: 7, ..training }), 7.0),
        ("warm-up before a cosine", Some(cosine), 3.0),
        ("start of a cosine", Some(cosine), 4.0),
        ("within a cosine", Some(cosine), 37.0),
        ("end of a cosine", Some(cosine), 100.0),
        ("after a cosine", Some(cosine), 250.0),
        ("within a cosine to a tenth", Some(Training { cosine: Some(0.1), ..cosine }), 37.0),
        ("end of a cosine to a tenth", Some(Training { cosine: Some(0.1), ..cosine }), 100.0),
        ("a warm-up as long as the run, then a cosine", Some(Training { warmup: 100, ..cosine }), 101.0),
        ("clipped", Some(clipped), 2.0),
        ("not clipped", Some(Training { clip: 1e4, ..clipped }), 2.0),
        ("one partial sum", Some(Training { partials: 1, ..clipped }), 2.0),
    ];
    let mut numbers = Numbers::new(15);
    let mut cases = Vec::new();
    for (at, (name, training, step)) in kinds.into_iter().enumerate() {
        let shape = [[7, 33], [65, 3], [1, 1], [129, 7]][at % 4];
        cases.push(metrics_case(&mut numbers, replicas, name, shape, training, step, Trouble::Nothing));
    }
    for (name, trouble) in [
        ("a loss is not a number", Trouble::Loss),
        ("a gradient is infinite", Trouble::Gradient),
        ("stopped before", Trouble::Before),
    ] {
        cases.push(metrics_case(&mut numbers, replicas, name, [33, 7], Some(clipped), 12.0, trouble));
    }
    cases
}

fn metrics_case(
    numbers: &mut Numbers,
    replicas: u32,
    name: &str,
    [rows, length]: [u32; 2],
    training: Option<Training>,
    step: f32,
    trouble: Trouble,
) -> Case {
    let places = rows * length;
    let mut scores: Vec<f32> = numbers.uniform(2 * replicas * places, 0.0, 5.0);
    let verdicts = numbers.whole(replicas * places, 9);
    for ((place, score), verdict) in scores.chunks_exact_mut(2).enumerate().zip(verdicts) {
        // Sequences that are right as a whole, ones with mistakes, and places that are not judged.
        let whole = (place as u32 / length).is_multiple_of(3);
        score[1] = if verdict < 3.0 && !whole { 0.0 } else { 1.0 };
        if place % 4 == 3 {
            score.copy_from_slice(&[0.0, -1.0]);
        }
    }
    if matches!(trouble, Trouble::Loss | Trouble::Before) {
        scores[2 * (places / 2) as usize] = f32::NAN;
    }
    let mut partials = training.map(|training| numbers.uniform(replicas * training.partials, 0.5, 9.0));
    if let (Trouble::Gradient, Some(partial)) = (trouble, partials.as_mut().and_then(|partials| partials.last_mut())) {
        *partial = f32::INFINITY;
    }
    let blocks = control_blocks(replicas, |replica, block| {
        block[control::STEP] = step;
        block[control::EVALUATIONS] = step;
        // Of order one, as everything here: the tolerance is absolute for what is small.
        block[control::BASE_RATE] = 1.7 * (replica + 1) as f32;
        block[control::STOPPED] = if trouble == Trouble::Before { 9.0 } else { 0.0 };
        block[control::BETA1_POWER] = 0.9_f32.powi(replica as i32);
        block[control::BETA2_POWER] = 0.999_f32.powi(replica as i32);
    });
    let ring = numbers.normal(replicas * RING * ENTRY);
    let kernel = Metrics { rows, length, judged: places - places / 4, training };
    Case::new(name, kernel, replicas, vec![Some(scores), partials], vec![Some(blocks), Some(ring)])
}
