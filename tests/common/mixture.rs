//! Cases of mixtures, their tokens, and attention over weighted keys.

use mnemoscope::kernels::mixture::{Contexts, Drawn, Law, Mixture, Target};
use mnemoscope::kernels::mixture_tokens::MixtureTokens;
use mnemoscope::kernels::weighted_attention::{Shape, WeightedAttention, Weighting};
use mnemoscope::kernels::weighted_attention_backward::WeightedAttentionBackward;

use super::harness::Case;
use super::numbers::{Numbers, control_blocks, twin};

/// Ways to draw, to place tags and to ask, at odd sizes.
fn mixtures() -> Vec<Mixture> {
    let kinds = [
        (Drawn::Fresh, true, Law::Uniform, Target::Mode(0), 0.0),
        (Drawn::Of(7), false, Law::Uniform, Target::Energy, 0.3),
        (Drawn::HeldOut, true, Law::Normal, Target::Mode(2), 0.0),
        (Drawn::HeldOut, false, Law::Uniform, Target::Signed, 0.0),
        (Drawn::Fresh, false, Law::Normal, Target::Signed, 0.1),
    ];
    let sizes = [[1, 1, 3, 4], [3, 7, 4, 5], [17, 16, 5, 33], [65, 2, 32, 40]];
    let each = kinds.into_iter().flat_map(|kind| sizes.map(|size| (kind, size)));
    each.map(|((drawn, circle, law, target, noise), [rows, components, modes, grid])| {
        let tag = if circle { 2 } else { 3 };
        let contexts = Contexts { rows, components, modes, grid, tag, circle, law, drawn };
        Mixture { contexts, target, mean: 0.2, scale: 1.5, noise }
    })
    .collect()
}

/// Amplitudes times modes, so small that densities stay above zero, with weights of squares in the last column.
fn features(contexts: &Contexts, replicas: u32) -> Vec<f32> {
    let (modes, grid) = (contexts.modes, contexts.grid);
    let of = |mode: u32, at: u32| match at {
        _ if at == grid => 1.0 / (mode + 1) as f32,
        _ => {
            let place = f64::from(mode + 1) * (f64::from(at) + 0.5) / f64::from(grid);
            (0.15 / f64::from(mode + 1) * (place * std::f64::consts::PI).cos()) as f32
        }
    };
    (0..replicas * modes).flat_map(|row| (0..=grid).map(move |at| of(row % modes, at))).collect()
}

fn given(numbers: &mut Numbers, contexts: &Contexts, replicas: u32) -> Option<Vec<f32>> {
    (!contexts.circle).then(|| numbers.normal(replicas * contexts.components * contexts.tag))
}

pub fn mixture(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(68);
    let case = |mixture: Mixture| {
        let c = mixture.contexts;
        let clouds = c.rows * c.components;
        let reads = vec![
            Some(control_blocks(replicas, |_, _| {})),
            Some(features(&c, replicas)),
            given(&mut numbers, &c, replicas),
        ];
        let sizes = [clouds * c.grid, clouds * c.tag, c.rows * c.queries() * (1 + c.tag), c.rows * c.queries()];
        let writes: Vec<_> = sizes.map(|size| Some(numbers.normal(replicas * size))).to_vec();
        Case::new(format!("{mixture:?}"), mixture, replicas, reads, writes)
    };
    mixtures().into_iter().map(case).collect()
}

pub fn tokens(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(69);
    let mut cases = Vec::new();
    for mixture in mixtures() {
        let contexts = mixture.contexts;
        let clouds = replicas * contexts.rows * contexts.components;
        let control = control_blocks(replicas, |_, _| {});
        let features = features(&contexts, replicas);
        let tags = given(&mut numbers, &contexts, replicas);
        let asked = replicas * contexts.rows * contexts.queries();
        let mut written = [clouds * contexts.grid, clouds * contexts.tag, asked * (1 + contexts.tag), asked]
            .map(|len| vec![0.0; len as usize]);
        twin(&mixture, replicas, &[&control, &features, tags.as_deref().unwrap_or(&[])], &mut written);
        let [densities, tags, ..] = written;
        for sampled in [0, 1, 65] {
            let kernel = MixtureTokens { contexts, sampled };
            let keys = replicas * contexts.rows * kernel.keys();
            let reads = vec![Some(control.clone()), Some(densities.clone()), Some(tags.clone())];
            let writes = vec![Some(numbers.normal(keys * (1 + contexts.tag))), Some(numbers.normal(keys))];
            cases.push(Case::new(format!("{kernel:?}"), kernel, replicas, reads, writes));
        }
    }
    cases
}

/// Numbers of keys around what a workgroup takes at once, and the most; every head width that a model may have.
fn shapes() -> Vec<Shape> {
    let sizes = [
        [1, 1, 1, 1, 4],
        [3, 2, 255, 2, 4],
        [2, 1, 256, 4, 8],
        [2, 3, 257, 1, 12],
        [1, 2, 33, 3, 32],
        [1, 1, 65, 1, 64],
        [1, 1, 8192, 1, 4],
    ];
    let kinds = [Weighting::Softmax, Weighting::Linear, Weighting::Uniform];
    let shape =
        |[rows, queries, keys, heads, head]: [u32; 5], weighting| Shape { rows, queries, keys, heads, head, weighting };
    kinds.into_iter().flat_map(|kind| sizes.map(|size| shape(size, kind))).collect()
}

/// Queries, keys and values, and log weights: of a measure, some of them as good as nothing.
fn inputs(numbers: &mut Numbers, replicas: u32, s: &Shape) -> [Vec<f32>; 3] {
    let mut bias = numbers.uniform(replicas * s.rows * s.keys, -1.0, 1.0);
    bias.iter_mut().for_each(|bias| *bias -= (s.keys as f32).ln());
    bias.iter_mut().skip(5).step_by(7).for_each(|bias| *bias = -69.0);
    let asked = replicas * s.rows * s.queries * s.width();
    [numbers.normal(asked), numbers.normal(replicas * s.rows * s.keys * 2 * s.width()), bias]
}

pub fn forward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(70);
    let case = |shape: Shape| {
        let reads = inputs(&mut numbers, replicas, &shape).map(Some).to_vec();
        let asked = replicas * shape.rows * shape.queries;
        let sums = (!shape.linear()).then(|| numbers.normal(asked * shape.heads));
        let writes = vec![Some(numbers.normal(asked * shape.width())), sums];
        Case::new(format!("{shape:?}"), WeightedAttention { shape }, replicas, reads, writes)
    };
    shapes().into_iter().map(case).collect()
}

pub fn backward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(71);
    let mut cases = Vec::new();
    for shape in shapes() {
        let [q, kv, bias] = inputs(&mut numbers, replicas, &shape);
        let asked = replicas * shape.rows * shape.queries;
        let sums = if shape.linear() { 0 } else { asked * shape.heads };
        let mut written = [asked * shape.width(), sums].map(|len| vec![0.0; len as usize]);
        twin(&WeightedAttention { shape }, replicas, &[&q, &kv, &bias], &mut written);
        let [output, sums] = written;
        let d_output = numbers.normal(asked * shape.width());
        let soft = !shape.linear();
        let reads = vec![Some(q), Some(kv), Some(bias), soft.then_some(output), Some(d_output), soft.then_some(sums)];
        let sizes = [asked * shape.width(), replicas * shape.rows * shape.keys * 2 * shape.width()];
        let writes = sizes.map(|size| Some(numbers.normal(size))).to_vec();
        cases.push(Case::new(format!("{shape:?}"), WeightedAttentionBackward { shape }, replicas, reads, writes));
    }
    cases
}
