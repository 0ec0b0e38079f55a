//! Reverse pass of attention over weighted keys in one launch, twin of `shaders/weighted_attention_backward.wgsl`. With weights `w` and
//! `g_n = ⟨dO, v_n⟩`: `dv_n = w_n dO`; `ds_n = w_n (g_n − ⟨dO, O⟩)` of a softmax, `exp(β_n) g_n` of linear attention;
//! `dq = Σ ds_n k_n/√h`, `dk_n = ds_n q/√h`. Log weights are data: they have no gradient.

use super::kernel;
use super::real::{Real, dot};
use super::weighted_attention::{BLOCK, Head, Shape};

/// Reads: queries, keys and values, log weights, output, d output `[rows · queries, width]`, log-sum-exp. Writes: d queries, d keys and
/// values.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedAttentionBackward {
    /// Shape.
    pub shape: Shape,
}

kernel! {
    WeightedAttentionBackward is "weighted_attention_backward" for (self, form, replicas);
    reads [
        q: self.shape.asked(),
        kv: self.shape.known(),
        bias: self.shape.rows * self.shape.keys,
        output: (!self.shape.linear()).then(|| self.shape.asked()),
        d_output: self.shape.asked(),
        log_sums: (!self.shape.linear()).then(|| self.shape.rows * self.shape.queries * self.shape.heads),
    ];
    writes [d_q: self.shape.asked(), d_kv: self.shape.known()];
    constants self.shape.constants();
    uniform self.shape.uniform();
    workgroups [self.shape.heads, self.shape.rows, replicas];
    flops 2.5 * self.shape.flops();
}

impl WeightedAttentionBackward {
    /// The CPU twin.
    fn twin<T: Real>(&self, [q, kv, bias, output, d_output, _]: [&[T]; 6], [d_q, d_kv]: [&mut [T]; 2]) {
        let s = &self.shape;
        let (keys, size, width, scale) = (s.keys as usize, s.head as usize, s.width() as usize, T::of(s.scale()));
        let mut back = vec![T::zero(); keys];
        let [mut d_keys, mut d_values] = [0; 2].map(|_| vec![T::zero(); keys * size]);
        for row in 0..s.rows {
            let d_kv = &mut d_kv[row as usize * keys * 2 * width..][..keys * 2 * width];
            for head in 0..s.heads {
                let mut known = s.head(kv, bias, row, head);
                for query in 0..s.queries {
                    let at = s.at(row, query, head);
                    let (q, d_output) = (&q[at..][..size], &d_output[at..][..size]);
                    known.weigh(s, q);
                    back.fill(T::zero());
                    Head::products(&known.values, d_output, T::one(), &mut back);
                    // Of what each key gets back, the gradient of its logit.
                    if s.linear() {
                        back.iter_mut().zip(&known.shares).for_each(|(back, &share)| *back = share * *back * scale);
                    } else {
                        let total = dot(&output[at..][..size], d_output);
                        let each = back.iter_mut().zip(&known.weights);
                        each.for_each(|(back, &weight)| *back = weight * (*back - total) * scale);
                    }
                    let sides = known.keys.chunks_exact(keys);
                    d_q[at..].iter_mut().zip(sides).for_each(|(d, side)| *d = dot(&back, side));
                    Self::outer(&back, q, &mut d_keys, query == 0);
                    Self::outer(&known.weights, d_output, &mut d_values, query == 0);
                }
                for (block, rows) in d_kv.chunks_mut(BLOCK * 2 * width).enumerate() {
                    for (first, sides) in [(0, &d_keys), (width, &d_values)] {
                        for (side, at) in sides.chunks_exact(keys).zip(first + (head * s.head) as usize..) {
                            let rows = rows.chunks_exact_mut(2 * width);
                            rows.zip(&side[block * BLOCK..]).for_each(|(row, &value)| row[at] = value);
                        }
                    }
                }
            }
        }
    }

    /// Of each number of a vector, its products with all `factors`, written or added.
    fn outer<T: Real>(factors: &[T], vector: &[T], sums: &mut [T], first: bool) {
        for (sums, &x) in sums.chunks_exact_mut(factors.len()).zip(vector) {
            let pairs = sums.iter_mut().zip(factors);
            if first {
                pairs.for_each(|(sum, &factor)| *sum = x * factor);
            } else {
                pairs.for_each(|(sum, &factor)| *sum += x * factor);
            }
        }
    }
}
