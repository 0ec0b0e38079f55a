//! Cases of attention, its reverse pass, and the rotation of queries and keys.

use mnemoscope::encoding::ROPE_BASE;
use mnemoscope::kernels::attention::{Attention, Shape};
use mnemoscope::kernels::attention_backward::AttentionBackward;
use mnemoscope::kernels::control;
use mnemoscope::kernels::rng::Dropout;
use mnemoscope::kernels::rope::{Heads, Rope};

use super::harness::Case;
use super::numbers::{Numbers, control_blocks, on, twin};

const DROPOUT: Dropout = Dropout { share: 0.2, stream: 100_001 };

/// What varies from case to case. ALiBi and RoPE hold for the first and the third replica only.
#[derive(Clone, Copy, Debug)]
struct Kind {
    causal: bool,
    alibi: bool,
    dropout: bool,
    rope: bool,
}

fn heads() -> Vec<Heads> {
    let heads = |rows, length, heads, head| Heads { rows, length, heads, head };
    vec![
        heads(1, 1, 1, 4),
        heads(3, 7, 3, 4),
        heads(2, 33, 2, 8),
        heads(3, 33, 1, 12),
        heads(2, 65, 3, 16),
        heads(1, 256, 2, 4),
        heads(1, 9, 2, 32),
        heads(1, 7, 1, 64),
    ]
}

fn kinds() -> Vec<Kind> {
    let mut kinds = Vec::new();
    for causal in [false, true] {
        for (alibi, dropout, rope) in [
            (false, false, false),
            (true, false, false),
            (false, true, false),
            (false, false, true),
            (true, true, true),
        ] {
            kinds.push(Kind { causal, alibi, dropout, rope });
        }
    }
    kinds
}

fn blocks(replicas: u32, kind: Kind) -> Vec<f32> {
    control_blocks(replicas, |replica, block| {
        block[control::ALIBI] = on(kind.alibi, replica);
        block[control::ROPE] = on(kind.rope, replica);
    })
}

fn shape(heads: Heads, kind: Kind) -> Shape {
    Shape { heads, causal: kind.causal, dropout: kind.dropout.then_some(DROPOUT) }
}

fn table(heads: &Heads, replicas: u32) -> Vec<f32> {
    heads.table(ROPE_BASE).repeat(replicas as usize)
}

fn name(h: &Heads, kind: Kind) -> String {
    format!("{} rows, T = {}, {} heads of {}, {kind:?}", h.rows, h.length, h.heads, h.head)
}

pub fn forward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(3);
    let mut cases = Vec::new();
    for heads in heads() {
        let tokens = heads.rows * heads.length;
        // Rotation is a launch of its own on the way forward.
        for kind in kinds().into_iter().filter(|kind| !kind.rope || kind.dropout) {
            let reads = vec![Some(blocks(replicas, kind)), Some(numbers.normal(replicas * tokens * 3 * heads.width()))];
            let writes = vec![
                Some(numbers.normal(replicas * tokens * heads.width())),
                Some(numbers.normal(replicas * tokens * heads.heads)),
            ];
            let kernel = Attention { shape: shape(heads, kind) };
            cases.push(Case::new(name(&heads, kind), kernel, replicas, reads, writes));
        }
    }
    cases
}

pub fn backward(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(4);
    let mut cases = Vec::new();
    for heads in heads() {
        let tokens = heads.rows * heads.length;
        for kind in kinds() {
            let shape = shape(heads, kind);
            let blocks = blocks(replicas, kind);
            let qkv = numbers.normal(replicas * tokens * 3 * heads.width());
            let mut outputs = [
                vec![0.0; (replicas * tokens * heads.width()) as usize],
                vec![0.0; (replicas * tokens * heads.heads) as usize],
            ];
            twin(&Attention { shape }, replicas, &[&blocks, &qkv], &mut outputs);
            let [output, log_sums] = outputs;
            let reads = vec![
                Some(blocks),
                Some(qkv),
                Some(output),
                Some(numbers.normal(replicas * tokens * heads.width())),
                Some(log_sums),
                kind.rope.then(|| table(&heads, replicas)),
            ];
            let writes = vec![Some(numbers.normal(replicas * tokens * 3 * heads.width()))];
            let kernel = AttentionBackward { shape, rope: kind.rope };
            cases.push(Case::new(name(&heads, kind), kernel, replicas, reads, writes));
        }
    }
    cases
}

pub fn rope(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(5);
    let mut cases = Vec::new();
    for heads in heads() {
        let blocks = control_blocks(replicas, |replica, block| block[control::ROPE] = on(true, replica));
        let reads = vec![Some(blocks), Some(table(&heads, replicas))];
        let writes = vec![Some(numbers.normal(replicas * heads.rows * heads.length * 3 * heads.width()))];
        cases.push(Case::new(format!("{heads:?}"), Rope { shape: heads }, replicas, reads, writes));
    }
    cases
}
