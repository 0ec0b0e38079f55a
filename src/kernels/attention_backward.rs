//! Reverse pass of attention in one launch, twin of `shaders/attention_backward.wgsl`. With weights
//! `P = exp(S − lse)`, mask `M`, `dP = M ∘ (dO Vᵀ)` and `D = rowsum(dO ∘ O)` (Dao et al. 2022, B.2):
//! `dV = (M ∘ P)ᵀ dO`, `dS = P ∘ (dP − D)`, `dQ = dS K/√h`, `dK = dSᵀ Q/√h`; then RoPE is undone.

use ndarray::linalg::general_mat_mul;

use super::attention::Shape;
use super::matmul::view_mut;
use super::real::{Real, dot};
use super::{control, kernel, rope, words};

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
        let (length, head_width) = (h.length as usize, h.head as usize);
        let scale = T::of(s.scale());
        // P, later dS; and dP, later M ∘ P.
        let mut weights = vec![T::zero(); length * length];
        let mut d_weights = vec![T::zero(); length * length];
        let mut log_sums = log_sums.iter();
        for row in 0..h.rows {
            for head in 0..h.heads {
                s.logits(control, qkv, row, head, &mut weights);
                let here = s.output(row, head);
                let d_out = here.view(d_output, h.length, h.head);
                let query = s.part(row, head, 0).view(qkv, h.length, h.head);
                let key = s.part(row, head, 1).view(qkv, h.length, h.head);
                let value = s.part(row, head, 2).view(qkv, h.length, h.head);
                let mut view = view_mut(&mut d_weights, h.length, h.length);
                general_mat_mul(T::one(), &d_out, &value.reversed_axes(), T::zero(), &mut view);

                let pairs = weights.chunks_exact_mut(length).zip(d_weights.chunks_exact_mut(length));
                for ((i, (p, dp)), &log_sum) in pairs.enumerate().zip(&mut log_sums) {
                    let first = here.offset as usize + i * here.row as usize;
                    let range = first..first + head_width;
                    let total = dot(&output[range.clone()], &d_output[range]);
                    let seen = s.keys(i);
                    let element = s.element(row, head, i);
                    s.drop(control, &mut dp[..seen], element);
                    for (p, dp) in p[..seen].iter_mut().zip(&mut dp[..seen]) {
                        let weight = (*p - log_sum).fast_exp();
                        *p = weight * (*dp - total);
                        *dp = weight;
                    }
                    s.drop(control, &mut dp[..seen], element);
                    p[seen..].fill(T::zero());
                    dp[seen..].fill(T::zero());
                }

                let d_scores = view_mut(&mut weights, h.length, h.length);
                let masked = view_mut(&mut d_weights, h.length, h.length);
                let mut d_value = s.part(row, head, 2).view_mut(d_qkv, h.length, h.head);
                general_mat_mul(T::one(), &masked.t(), &d_out, T::zero(), &mut d_value);
                let mut d_query = s.part(row, head, 0).view_mut(d_qkv, h.length, h.head);
                general_mat_mul(scale, &d_scores, &key, T::zero(), &mut d_query);
                let mut d_key = s.part(row, head, 1).view_mut(d_qkv, h.length, h.head);
                general_mat_mul(scale, &d_scores.t(), &query, T::zero(), &mut d_key);
            }
        }
        if self.rope && control[control::ROPE] != T::zero() {
            rope::rotate(d_qkv, table, h, -T::one());
        }
    }
}
