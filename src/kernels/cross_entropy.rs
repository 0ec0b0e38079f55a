//! Softmax cross-entropy with accuracy, twin of `shaders/cross_entropy.wgsl`. Per row of logits:
//! loss `log Σ exp(z) − z_target` in nats, whether the greatest logit is the target's (ties: the first), and
//! the gradient `(softmax(z) − onehot) / judged`.

use super::real::Real;
use super::{Constants, Form, Spec, Word, cover};

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

impl Spec for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }
    fn reads(&self) -> usize {
        2
    }
    fn writes(&self) -> usize {
        2
    }
    fn constants(&self, _: Form) -> Constants {
        vec![("GRADIENT", Word::U(u32::from(self.gradient)))]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        vec![
            ("rows", Word::U(self.rows)),
            ("vocabulary", Word::U(self.vocabulary)),
            ("scale", Word::F(1.0 / self.judged as f32)),
        ]
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        [cover(self.rows, 64), replicas, 1]
    }
}

impl CrossEntropy {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([logits, targets], [gradient, scores]) = (reads, writes) else { return };
        let columns = self.vocabulary as usize;
        let scale = T::of(1.0 / self.judged as f32);
        let rows = logits.chunks_exact(columns).zip(*targets).zip(scores.chunks_exact_mut(2));
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
