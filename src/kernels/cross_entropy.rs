//! Softmax cross-entropy with accuracy, twin of `shaders/cross_entropy.wgsl`. Per row of logits:
//! loss `log Σ exp(z) − z_target` in nats, whether the greatest logit is the target's (ties: the first), and
//! the gradient `(softmax(z) − onehot) / judged`.

use super::real::Real;
use super::{cover, kernel, words};

/// Reads: logits `[rows, vocabulary]`, targets `[rows]`. Writes: d logits `[rows, vocabulary]` (training only),
/// scores `[rows, 2]`: loss, and 1 right, 0 wrong, −1 not judged.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossEntropy {
    /// Rows of logits.
    pub rows: u32,
    /// Columns.
    pub vocabulary: u32,
    /// Judged rows, by which the gradient is divided.
    pub judged: u32,
    /// Whether the gradient is wanted.
    pub gradient: bool,
}

kernel! {
    CrossEntropy is "cross_entropy" for (self, form, replicas);
    reads [logits: self.rows * self.vocabulary, targets: self.rows];
    writes [gradient: self.gradient.then(|| self.rows * self.vocabulary), scores: 2 * self.rows];
    constants words![GRADIENT: self.gradient];
    uniform words![self; rows, vocabulary, scale: 1.0 / self.judged as f32];
    workgroups [cover(self.rows, 64), replicas, 1];
}

impl CrossEntropy {
    /// The CPU twin.
    fn twin<T: Real>(&self, [logits, targets]: [&[T]; 2], [gradient, scores]: [&mut [T]; 2]) {
        let columns = self.vocabulary as usize;
        let scale = T::of(1.0 / self.judged as f32);
        let rows = logits.chunks_exact(columns).zip(targets).zip(scores.chunks_exact_mut(2));
        for (row, ((logits, &target), scores)) in rows.take(self.rows as usize).enumerate() {
            if target < T::zero() {
                scores.copy_from_slice(&[T::zero(), -T::one()]);
                if self.gradient {
                    gradient[row * columns..][..columns].fill(T::zero());
                }
                continue;
            }
            let target = target.index() as usize;
            let (mut best, mut top) = (0, logits[0]);
            for (column, &logit) in logits.iter().enumerate().skip(1) {
                if logit > top {
                    (best, top) = (column, logit);
                }
            }
            let total: T = logits.iter().map(|&logit| (logit - top).fast_exp()).sum();
            let right = if best == target { T::one() } else { T::zero() };
            scores.copy_from_slice(&[total.ln() + top - logits[target], right]);
            if self.gradient {
                let gradient = &mut gradient[row * columns..][..columns];
                for (gradient, &logit) in gradient.iter_mut().zip(logits) {
                    *gradient = (logit - top).fast_exp() / total * scale;
                }
                gradient[target] = gradient[target] - scale;
            }
        }
    }
}
