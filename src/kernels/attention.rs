//! Multi-head attention in one launch, twin of `shaders/attention.wgsl`:
//! `O = dropout(softmax(Q Kᵀ/√h + bias)) V` per sequence and head, with ALiBi's bias where a replica asks for it.
//! The logarithm of each row's sum of exponentials is kept for the reverse pass.

use super::gemm::{Matrix, Store, multiply};
use super::matmul::Operand;
use super::real::{Real, dot, exponentials, greatest, sum};
use super::rng::Dropout;
use super::rope::Heads;
use super::{Words, control, in_parts, kernel, part_rows, words};

/// ALiBi's slope of head `head` (from 0) of `heads` (Press et al. 2022): `2^(−8 (head + 1) / heads)`.
#[must_use]
pub fn alibi_slope(head: u32, heads: u32) -> f32 {
    libm::exp2(-8.0 * f64::from(head + 1) / f64::from(heads)) as f32
}

/// Sequences of at most so many positions are so short that setting up a product of matrices takes longer than its sums do. It would for
/// somewhat longer ones too; those keep the bits that older files and certificates have of them.
const SHORT: usize = 3;

/// The rows of one sequence and head in a tensor.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, T> {
    tensor: &'a [T],
    at: Operand,
    width: usize,
}

impl<'a, T: Real> Rows<'a, T> {
    /// Those `width` numbers wide that begin at `at`.
    pub(super) fn of(tensor: &'a [T], at: Operand, width: u32) -> Self {
        Self { tensor, at, width: width as usize }
    }

    /// The row of a position.
    fn row(&self, position: usize) -> &'a [T] {
        &self.tensor[place(self.at, position)..][..self.width]
    }

    fn matrix(&self, length: usize) -> Matrix<'a, T> {
        let Operand { offset, row, column, .. } = self.at;
        Matrix::new(&self.tensor[offset as usize..], [length, self.width], [row as usize, column as usize])
    }

    /// Dot products of every row with every row of others, `[length, stride]`, times a factor.
    pub(super) fn products(&self, others: Self, factor: T, length: u32, into: &mut [T]) {
        let (length, stride) = (length as usize, stride(length));
        if length > SHORT {
            return multiply(factor, self.matrix(length), others.matrix(length).t(), Store::Loose, into, stride);
        }
        for (i, into) in into.chunks_exact_mut(stride).enumerate() {
            for (j, into) in into[..length].iter_mut().enumerate() {
                *into = factor * dot(self.row(i), others.row(j));
            }
        }
    }

    /// For each position the sum of all rows, weighted by its row of `weights` `[length, stride]`, or by its column.
    pub(super) fn sums(&self, weights: &[T], by_column: bool, factor: T, length: u32, into: (&mut [T], Operand)) {
        let (length, stride, (into, at)) = (length as usize, stride(length), into);
        if length > SHORT {
            let weights = Matrix::new(weights, [length, length], [stride, 1]);
            let weights = if by_column { weights.t() } else { weights };
            let into = &mut into[at.offset as usize..];
            return multiply(factor, weights, self.matrix(length), Store::New, into, at.row as usize);
        }
        for i in 0..length {
            let into = &mut into[place(at, i)..][..self.width];
            into.fill(T::zero());
            for j in 0..length {
                let weight = factor * if by_column { weights[j * stride + i] } else { weights[i * stride + j] };
                into.iter_mut().zip(self.row(j)).for_each(|(into, &value)| *into += weight * value);
            }
        }
    }
}

/// Where the row of a position begins.
fn place(at: Operand, position: usize) -> usize {
    at.offset as usize + position * at.row as usize
}

/// Distance between the rows of a sequence's weights: whole vectors of eight, so that loops over them have no rest.
pub(super) fn stride(length: u32) -> usize {
    length.next_multiple_of(8) as usize
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

    /// Sequences of a part; a logit takes about eight times as long as its products.
    pub(super) fn part_rows(&self) -> usize {
        part_rows(8 * self.flops() as usize / self.heads.rows.max(1) as usize)
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

    /// Scaled and biased logits of one sequence and head, into `scores` `[T, stride]`: minus infinity for keys that are not seen.
    pub(super) fn logits<T: Real>(&self, control: &[T], qkv: &[T], row: u32, head: u32, scores: &mut [T]) {
        let (length, width) = (self.heads.length, self.heads.head);
        let [query, key] = [0, 1].map(|part| Rows::of(qkv, self.part(row, head, part), width));
        query.products(key, T::of(self.scale()), length, scores);
        let alibi = control[control::ALIBI] != T::zero();
        let slope = T::of(alibi_slope(head, self.heads.heads));
        for (i, scores) in scores.chunks_exact_mut(stride(length)).enumerate() {
            let (seen, unseen) = scores.split_at_mut(self.keys(i));
            unseen.fill(T::neg_infinity());
            if alibi {
                for (j, score) in seen.iter_mut().enumerate() {
                    *score = *score - slope * T::int(i.abs_diff(j) as u32);
                }
            }
        }
    }

    /// What a query sees, up to whole vectors, and the rest.
    pub(super) fn split<'a, T>(&self, query: usize, row: &'a mut [T]) -> (&'a mut [T], &'a mut [T]) {
        row.split_at_mut(self.keys(query).next_multiple_of(8).min(row.len()))
    }

    /// Turns the logits of one query into weights, zero for the keys it does not see; returns their log-sum-exp.
    fn softmax<T: Real>(&self, query: usize, logits: &mut [T]) -> T {
        let keys = self.keys(query);
        let (logits, unseen) = self.split(query, logits);
        unseen.fill(T::zero());
        let top = greatest(logits);
        exponentials(logits, top, T::one());
        let total = sum(&logits[..keys]);
        let scale = total.recip();
        logits.iter_mut().for_each(|x| *x *= scale);
        top + total.ln()
    }

    /// Attention weights `[query, key]` of one sequence and head, without dropout, from what attention has read.
    pub fn weights<T: Real>(&self, control: &[T], qkv: &[T], row: u32, head: u32) -> Vec<T> {
        let (length, stride) = (self.heads.length as usize, stride(self.heads.length));
        let mut weights = vec![T::zero(); length * stride];
        self.logits(control, qkv, row, head, &mut weights);
        let mut seen = Vec::with_capacity(length * length);
        for (query, weights) in weights.chunks_exact_mut(stride).enumerate() {
            self.softmax(query, weights);
            seen.extend_from_slice(&weights[..length]);
        }
        seen
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
        let stride = stride(h.length);
        let rows = s.part_rows();
        let size = rows * (h.length * h.width()) as usize;
        let parts = output[..h.elements() as usize].chunks_mut(size);
        let parts = parts
            .zip(log_sums[..h.queries() as usize].chunks_mut(rows * (h.heads * h.length) as usize))
            .zip((0..).step_by(rows));
        in_parts(parts.collect(), |((output, log_sums), first): ((&mut [T], &mut [T]), u32)| {
            let mut scores = vec![T::zero(); h.length as usize * stride];
            for (at, log_sums) in log_sums.chunks_exact_mut(h.length as usize).enumerate() {
                let (row, head) = (at as u32 / h.heads, at as u32 % h.heads);
                s.logits(control, qkv, first + row, head, &mut scores);
                for ((query, weights), log_sum) in scores.chunks_exact_mut(stride).enumerate().zip(log_sums) {
                    *log_sum = s.softmax(query, weights);
                    s.drop(control, &mut weights[..s.keys(query)], s.element(first + row, head, query));
                }
                let value = Rows::of(qkv, s.part(first + row, head, 2), h.head);
                value.sums(&scores, false, T::one(), h.length, (&mut *output, s.output(row, head)));
            }
        });
    }
}
