//! Multi-head attention in one launch, twin of `shaders/attention.wgsl`:
//! `O = dropout(softmax(Q Kᵀ/√h + bias)) V` per sequence and head, with ALiBi's bias where a replica asks for it.
//! The logarithm of each row's sum of exponentials is kept for the reverse pass.

use ndarray::linalg::general_mat_mul;

use super::matmul::{Operand, view_mut};
use super::real::{Real, sum};
use super::rng::Dropout;
use super::rope::Heads;
use super::{Words, control, kernel, words};

/// ALiBi's slope of head `head` (from 0) of `heads` (Press et al. 2022): `2^(−8 (head + 1) / heads)`.
#[must_use]
pub fn alibi_slope(head: u32, heads: u32) -> f32 {
    libm::exp2(-8.0 * f64::from(head + 1) / f64::from(heads)) as f32
}

/// What the forward and the reverse kernel share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Sequences, positions, heads.
    pub heads: Heads,
    /// Whether a query sees only itself and earlier keys.
    pub causal: bool,
    /// Dropout of the attention weights.
    pub dropout: Option<Dropout>,
}

impl Shape {
    pub(super) fn constants(&self) -> Words {
        words![
            HEAD: self.heads.head,
            QUADS: self.heads.head / 4,
            // One invocation per position, in whole subgroups of 32 where there are enough of them.
            SIZE: self.heads.length.next_multiple_of(32),
            CAUSAL: self.causal,
            DROPOUT: self.dropout.is_some(),
            SCALE: self.scale(),
        ]
    }

    pub(super) fn uniform(&self) -> Words {
        [self.heads.uniform(), Dropout::words(self.dropout)].concat()
    }

    pub(super) fn workgroups(&self, replicas: u32) -> [u32; 3] {
        [self.heads.heads, self.heads.rows, replicas]
    }

    /// Factor `1/√h` of the logits.
    pub(super) fn scale(&self) -> f32 {
        libm::sqrt(1.0 / f64::from(self.heads.head)) as f32
    }

    /// Two products of `T × T × h` per head, forward.
    pub(super) fn flops(&self) -> f64 {
        let h = &self.heads;
        4.0 * f64::from(h.rows) * f64::from(h.length) * f64::from(h.length) * f64::from(h.width())
    }

    /// Keys that query `i` sees: `0..keys(i)`.
    pub(super) fn keys(&self, query: usize) -> usize {
        if self.causal { query + 1 } else { self.heads.length as usize }
    }

    /// First element of part `part` (0 query, 1 key, 2 value) of one sequence and head in `qkv`.
    pub(super) fn part(&self, row: u32, head: u32, part: u32) -> Operand {
        let h = &self.heads;
        let width = h.width();
        let offset = row * h.length * 3 * width + part * width + head * h.head;
        Operand { offset, row: 3 * width, column: 1, len: 0 }
    }

    /// First element of one sequence and head in a tensor `[rows · length, width]`.
    pub(super) fn output(&self, row: u32, head: u32) -> Operand {
        let h = &self.heads;
        Operand { offset: row * h.length * h.width() + head * h.head, row: h.width(), column: 1, len: 0 }
    }

    /// Scaled and biased logits of one sequence and head, into `scores` `[T, T]`.
    pub(super) fn logits<T: Real>(&self, control: &[T], qkv: &[T], row: u32, head: u32, scores: &mut [T]) {
        let (length, width) = (self.heads.length, self.heads.head);
        let query = self.part(row, head, 0).view(qkv, length, width);
        let key = self.part(row, head, 1).view(qkv, length, width);
        let mut view = view_mut(scores, length, length);
        general_mat_mul(T::of(self.scale()), &query, &key.reversed_axes(), T::zero(), &mut view);
        if control[control::ALIBI] != T::zero() {
            let slope = T::of(alibi_slope(head, self.heads.heads));
            for (i, scores) in scores.chunks_exact_mut(length as usize).enumerate() {
                for (j, score) in scores.iter_mut().enumerate() {
                    *score = *score - slope * T::int(i.abs_diff(j) as u32);
                }
            }
        }
    }

    /// Turns the logits of one query into weights, zero for the keys it does not see; returns their log-sum-exp.
    fn softmax<T: Real>(&self, query: usize, logits: &mut [T]) -> T {
        let (seen, unseen) = logits.split_at_mut(self.keys(query));
        let top = seen.iter().fold(T::neg_infinity(), |top, &x| if x > top { x } else { top });
        seen.iter_mut().for_each(|x| *x = (*x - top).fast_exp());
        let total = sum(seen);
        let scale = total.recip();
        seen.iter_mut().for_each(|x| *x *= scale);
        unseen.fill(T::zero());
        top + total.ln()
    }

    /// Attention weights `[query, key]` of one sequence and head, without dropout, from what attention has read.
    pub fn weights<T: Real>(&self, control: &[T], qkv: &[T], row: u32, head: u32) -> Vec<T> {
        let length = self.heads.length as usize;
        let mut weights = vec![T::zero(); length * length];
        self.logits(control, qkv, row, head, &mut weights);
        for (query, weights) in weights.chunks_exact_mut(length).enumerate() {
            self.softmax(query, weights);
        }
        weights
    }

    /// Number of the first attention weight of a row, as dropout counts them.
    pub(super) fn element(&self, row: u32, head: u32, query: usize) -> u32 {
        let h = &self.heads;
        ((row * h.heads + head) * h.length + query as u32) * h.length
    }

    /// Applies the dropout mask to one row of attention weights or their gradients.
    pub(super) fn drop<T: Real>(&self, control: &[T], weights: &mut [T], first: u32) {
        if let Some(dropout) = self.dropout {
            let (seed, step) = (control[control::SEED].index(), control[control::STEP].index());
            dropout.mask(seed, step, first, weights);
        }
    }
}

/// Reads: control, qkv `[rows · length, 3 width]`. Writes: output `[rows · length, width]`, log-sum-exp
/// `[rows, heads, length]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attention {
    /// Shape.
    pub shape: Shape,
}

kernel! {
    Attention is "attention" for (self, form, replicas);
    reads [control: control::LEN as u32, qkv: 3 * self.shape.heads.elements()];
    writes [output: self.shape.heads.elements(), log_sums: self.shape.heads.queries()];
    constants self.shape.constants();
    uniform self.shape.uniform();
    workgroups self.shape.workgroups(replicas);
    flops self.shape.flops();
}

impl Attention {
    /// The CPU twin.
    fn twin<T: Real>(&self, [control, qkv]: [&[T]; 2], [output, log_sums]: [&mut [T]; 2]) {
        let s = &self.shape;
        let h = &s.heads;
        let length = h.length as usize;
        let mut scores = vec![T::zero(); length * length];
        let mut log_sums = log_sums.iter_mut();
        for row in 0..h.rows {
            for head in 0..h.heads {
                s.logits(control, qkv, row, head, &mut scores);
                for ((query, weights), log_sum) in scores.chunks_exact_mut(length).enumerate().zip(&mut log_sums) {
                    *log_sum = s.softmax(query, weights);
                    s.drop(control, &mut weights[..s.keys(query)], s.element(row, head, query));
                }
                let weights = view_mut(&mut scores, h.length, h.length);
                let value = s.part(row, head, 2).view(qkv, h.length, h.head);
                let mut output = s.output(row, head).view_mut(output, h.length, h.head);
                general_mat_mul(T::one(), &weights, &value, T::zero(), &mut output);
            }
        }
    }
}
