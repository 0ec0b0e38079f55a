//! Attention of few queries over many weighted keys, twin of `shaders/weighted_attention.wgsl`: an integral operator on a measure
//! `Σ exp(β_n) δ_n`, whose log weights `β` are added to the logits. Per head `O = Σ w_n v_n`, with
//! `w_n = exp(s_n + β_n) / Σ exp(s + β)` (softmax), or `exp(β_n) s_n` (linear: no normaliser), where `s_n = ⟨q, k_n⟩/√h`. With no scale
//! the softmax is the measure itself. Keys with the weights of a quadrature make it the integral, sampled ones of equal weight its
//! estimate: the same launch, on other data.

use super::real::{Real, dot, exponentials, greatest, sum};
use super::{Words, kernel, words};

/// Head widths from which on half a workgroup's partial sums fit its memory.
const WIDE: u32 = 32;

/// What attention makes of logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighting {
    /// A softmax.
    Softmax,
    /// Themselves.
    Linear,
    /// Nothing: every key counts as the measure says.
    Uniform,
}

/// What the forward and the reverse kernel share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Contexts, each with keys and queries of its own.
    pub rows: u32,
    /// Queries of a context.
    pub queries: u32,
    /// Keys of a context.
    pub keys: u32,
    /// Heads.
    pub heads: u32,
    /// Width of a head, a multiple of 4, at most 64.
    pub head: u32,
    /// What is made of logits.
    pub weighting: Weighting,
}

impl Shape {
    /// Width of queries, keys, values and output.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.heads * self.head
    }

    pub(super) fn constants(&self) -> Words {
        words![
            HEAD: self.head,
            QUADS: self.head / 4,
            SIZE: if self.head > WIDE { 32 } else { 64 },
            LINEAR: self.linear(),
            SCALE: self.scale(),
        ]
    }

    pub(super) fn uniform(&self) -> Words {
        words![self; rows, queries, keys, heads]
    }

    /// Whether logits are weights: there is no sum of exponentials then.
    #[must_use]
    pub fn linear(&self) -> bool {
        self.weighting == Weighting::Linear
    }

    /// Factor `1/√h` of the logits, or none.
    pub(super) fn scale(&self) -> f32 {
        if self.weighting == Weighting::Uniform { 0.0 } else { libm::sqrt(1.0 / f64::from(self.head)) as f32 }
    }

    pub(super) fn asked(&self) -> u32 {
        self.rows * self.queries * self.width()
    }

    pub(super) fn known(&self) -> u32 {
        self.rows * self.keys * 2 * self.width()
    }

    /// Two products of a query with all keys, forward.
    pub(super) fn flops(&self) -> f64 {
        4.0 * f64::from(self.asked()) * f64::from(self.keys)
    }

    /// First element of a query, or of what it gets, in `[rows · queries, width]`.
    pub(super) fn at(&self, row: u32, query: u32, head: u32) -> usize {
        ((row * self.queries + query) * self.width() + head * self.head) as usize
    }

    /// What a head of a query reads: keys and values of a context and head, and what they weigh.
    #[must_use]
    pub fn head<T: Real>(&self, kv: &[T], bias: &[T], row: u32, head: u32) -> Head<T> {
        let (keys, width, size) = (self.keys as usize, self.width() as usize, self.head as usize);
        let kv = &kv[row as usize * keys * 2 * width..][..keys * 2 * width];
        let side = |first: usize| -> Vec<T> {
            let mut side = vec![T::zero(); keys * size];
            for (block, rows) in kv.chunks(BLOCK * 2 * width).enumerate() {
                for (own, at) in side.chunks_exact_mut(keys).zip(first + head as usize * size..) {
                    let rows = rows.chunks_exact(2 * width);
                    own[block * BLOCK..].iter_mut().zip(rows).for_each(|(own, row)| *own = row[at]);
                }
            }
            side
        };
        let bias = bias[row as usize * keys..][..keys].to_vec();
        let shares = if self.linear() { bias.iter().map(|bias| bias.fast_exp()).collect() } else { Vec::new() };
        Head {
            keys: side(0),
            values: side(width),
            bias,
            shares,
            weights: vec![T::zero(); keys],
            logits: vec![T::zero(); keys],
        }
    }
}

/// Keys of which a number each is moved before the next number: their rows stay close to the processor meanwhile.
pub(super) const BLOCK: usize = 8;

/// Keys and values of one context and head, a number of all of them after the other, so that sums go over many keys at once.
#[derive(Clone, Debug)]
pub struct Head<T> {
    /// `[head, keys]`.
    pub(super) keys: Vec<T>,
    /// `[head, keys]`.
    pub(super) values: Vec<T>,
    bias: Vec<T>,
    /// What the log weights say, where logits are weights.
    pub(super) shares: Vec<T>,
    /// What each key counts for the query that was asked last; of a softmax they sum to one.
    pub weights: Vec<T>,
    /// Logits of linear attention.
    pub(super) logits: Vec<T>,
}

impl<T: Real> Head<T> {
    /// Adds to `sums` the products of a vector with all of `sides`, times a factor.
    pub(super) fn products(sides: &[T], vector: &[T], factor: T, sums: &mut [T]) {
        for (side, &x) in sides.chunks_exact(sums.len()).zip(vector) {
            let x = x * factor;
            sums.iter_mut().zip(side).for_each(|(sum, &value)| *sum += x * value);
        }
    }

    /// Weighs the keys for a query; returns the log-sum-exp of a softmax, else nothing but zero.
    pub fn weigh(&mut self, shape: &Shape, q: &[T]) -> T {
        let scale = T::of(shape.scale());
        if shape.linear() {
            self.logits.fill(T::zero());
            Self::products(&self.keys, q, scale, &mut self.logits);
            let pairs = self.logits.iter().zip(&self.shares);
            self.weights.iter_mut().zip(pairs).for_each(|(weight, (&logit, &share))| *weight = share * logit);
            return T::zero();
        }
        self.weights.copy_from_slice(&self.bias);
        Self::products(&self.keys, q, scale, &mut self.weights);
        let top = greatest(&self.weights);
        exponentials(&mut self.weights, top, T::one());
        let total = sum(&self.weights);
        let share = total.recip();
        self.weights.iter_mut().for_each(|x| *x *= share);
        top + total.ln()
    }
}

/// Reads: queries `[rows · queries, width]`, keys and values `[rows · keys, 2 width]`, log weights `[rows, keys]`. Writes: output `[rows ·
/// queries, width]`; of a softmax the log-sum-exp `[rows · queries, heads]`.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedAttention {
    /// Shape.
    pub shape: Shape,
}

kernel! {
    WeightedAttention is "weighted_attention" for (self, form, replicas);
    reads [q: self.shape.asked(), kv: self.shape.known(), bias: self.shape.rows * self.shape.keys];
    writes [
        output: self.shape.asked(),
        log_sums: (!self.shape.linear()).then(|| self.shape.rows * self.shape.queries * self.shape.heads),
    ];
    constants self.shape.constants();
    uniform self.shape.uniform();
    workgroups [self.shape.heads, self.shape.rows * self.shape.queries, replicas];
    flops self.shape.flops();
}

impl WeightedAttention {
    /// The CPU twin.
    fn twin<T: Real>(&self, [q, kv, bias]: [&[T]; 3], [output, log_sums]: [&mut [T]; 2]) {
        let s = &self.shape;
        for row in 0..s.rows {
            for head in 0..s.heads {
                let mut known = s.head(kv, bias, row, head);
                for query in 0..s.queries {
                    let at = s.at(row, query, head);
                    let log_sum = known.weigh(s, &q[at..][..s.head as usize]);
                    if !s.linear() {
                        log_sums[((row * s.queries + query) * s.heads + head) as usize] = log_sum;
                    }
                    let sides = known.values.chunks_exact(s.keys as usize);
                    output[at..].iter_mut().zip(sides).for_each(|(out, side)| *out = dot(&known.weights, side));
                }
            }
        }
    }
}
