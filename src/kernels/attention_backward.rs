//! Reverse pass of attention in one launch, twin of `shaders/attention_backward.wgsl`. With weights
//! `P = exp(S − lse)`, mask `M`, `dP = M ∘ (dO Vᵀ)` and `D = rowsum(dO ∘ O)` (Dao et al. 2022, B.2):
//! `dV = (M ∘ P)ᵀ dO`, `dS = P ∘ (dP − D)`, `dQ = dS K/√h`, `dK = dSᵀ Q/√h`; then RoPE is undone.

use super::attention::{Rows, Shape, stride};
use super::real::{Real, dot};
use super::{control, in_parts, kernel, rope, words};

/// Reads: control, qkv (rotated), output, d output `[rows · length, width]`, log-sum-exp `[rows, heads, length]`,
/// rotation table. Writes: d qkv.
#[derive(Clone, Debug, PartialEq)]
pub struct AttentionBackward {
    /// Shape.
    pub shape: Shape,
    /// Whether some replica rotates queries and keys.
    pub rope: bool,
}

kernel! {
    AttentionBackward is "attention_backward" for (self, form, replicas);
    reads [
        control: control::LEN as u32,
        qkv: 3 * self.shape.heads.elements(),
        output: self.shape.heads.elements(),
        d_output: self.shape.heads.elements(),
        log_sums: self.shape.heads.queries(),
        table: self.rope.then(|| self.shape.heads.turns()),
    ];
    writes [d_qkv: 3 * self.shape.heads.elements()];
    constants [self.shape.constants(), words![TURN: self.rope]].concat();
    uniform self.shape.uniform();
    workgroups self.shape.workgroups(replicas);
    flops 2.5 * self.shape.flops();
}

impl AttentionBackward {
    /// The CPU twin.
    fn twin<T: Real>(&self, [control, qkv, output, d_output, log_sums, table]: [&[T]; 6], [d_qkv]: [&mut [T]; 1]) {
        let s = &self.shape;
        let h = &s.heads;
        let (stride, head_width) = (stride(h.length), h.head as usize);
        let scale = T::of(s.scale());
        let rows = s.part_rows();
        let size = rows * (3 * h.length * h.width()) as usize;
        let parts = d_qkv[..3 * h.elements() as usize].chunks_mut(size).zip((0..h.rows).step_by(rows));
        in_parts(parts.collect(), |(d_qkv, first): (&mut [T], u32)| {
            // P, later dS; and dP, later M ∘ P.
            let mut weights = vec![T::zero(); h.length as usize * stride];
            let mut d_weights = weights.clone();
            let log_sums = log_sums[(first * h.heads * h.length) as usize..].chunks_exact(h.length as usize);
            let last = h.rows.min(first + rows as u32);
            let heads = (first..last).flat_map(|row| (0..h.heads).map(move |head| (row, head)));
            for ((row, head), log_sums) in heads.zip(log_sums) {
                s.logits(control, qkv, row, head, &mut weights);
                let here = s.output(row, head);
                let [query, key, value] = [0, 1, 2].map(|part| Rows::of(qkv, s.part(row, head, part), h.head));
                let d_out = Rows::of(d_output, here, h.head);
                d_out.products(value, T::one(), h.length, &mut d_weights);

                let pairs = weights.chunks_exact_mut(stride).zip(d_weights.chunks_exact_mut(stride));
                for ((i, (p, dp)), &log_sum) in pairs.enumerate().zip(log_sums) {
                    let at = here.offset as usize + i * here.row as usize;
                    let range = at..at + head_width;
                    let total = dot(&output[range.clone()], &d_output[range]);
                    let (seen, element) = (s.keys(i), s.element(row, head, i));
                    dp[seen..].fill(T::zero());
                    s.drop(control, &mut dp[..seen], element);
                    let (p, unseen) = s.split(i, p);
                    unseen.fill(T::zero());
                    turn(p, dp, log_sum, total);
                    s.drop(control, &mut dp[..seen], element);
                }

                let [d_query, d_key, d_value] = [0, 1, 2].map(|part| s.part(row - first, head, part));
                d_out.sums(&d_weights, true, T::one(), h.length, (&mut *d_qkv, d_value));
                key.sums(&weights, false, scale, h.length, (&mut *d_qkv, d_query));
                query.sums(&weights, true, scale, h.length, (&mut *d_qkv, d_key));
            }
        });
        if self.rope && control[control::ROPE] != T::zero() {
            rope::rotate(d_qkv, table, h, -T::one());
        }
    }
}

/// Logits become the gradients of logits, what comes back to the weights the weights themselves. A function of its own, whose loop SIMD
/// can follow.
#[inline(never)]
fn turn<T: Real>(logits: &mut [T], back: &mut [T], log_sum: T, total: T) {
    for (logit, back) in logits.iter_mut().zip(back) {
        let weight = (*logit - log_sum).fast_exp();
        *logit = weight * (*back - total);
        *back = weight;
    }
}
