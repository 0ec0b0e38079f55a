//! End of a step, twin of `shaders/metrics.wgsl`: reduces scores to metrics, writes them into the ring, and in
//! training settles what the optimiser needs: learning rate, clipping factor, bias corrections, whether to stop.

use super::real::{Real, cos_pi};
use super::{Words, control, kernel, words};

/// Entries of a ring per replica.
pub const RING: u32 = 256;
/// Numbers per entry: mean loss in nats, token accuracy, sequence accuracy, gradient norm.
pub const ENTRY: u32 = 4;

/// AdamW's decay of the first moment.
pub const BETA1: f32 = 0.9;
/// AdamW's decay of the second moment.
pub const BETA2: f32 = 0.999;

/// What the optimiser does with a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Training {
    /// Partial sums of the squared gradient norm.
    pub partials: u32,
    /// Steps of linear warm-up.
    pub warmup: u32,
    /// The share of the rate at which half a cosine ends, zero or more; without one the rate stays.
    pub cosine: Option<f32>,
    /// Steps in all.
    pub steps: u32,
    /// Greatest gradient norm; zero for none.
    pub clip: f32,
}

/// Reads: scores `[rows · length, 2]`, partial sums. Writes: control, ring `[RING, ENTRY]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    /// Sequences.
    pub rows: u32,
    /// Positions of each.
    pub length: u32,
    /// Judged rows.
    pub judged: u32,
    /// In training, what to settle.
    pub training: Option<Training>,
}

kernel! {
    Metrics is "metrics" for (self, form, replicas);
    reads [scores: 2 * self.rows * self.length, partials: self.training.map(|training| training.partials)];
    writes [control: control::LEN as u32, ring: RING * ENTRY];
    constants words![TRAINING: self.training.is_some(), RING, ENTRY, BETA1, BETA2];
    uniform self.words();
    workgroups [1, replicas, 1];
}

impl Metrics {
    fn words(&self) -> Words {
        let t = self.training.unwrap_or(Training { partials: 0, warmup: 0, cosine: None, steps: 1, clip: 0.0 });
        words![
            self;
            rows,
            length,
            judged: self.judged as f32,
            partials: t.partials,
            warmup: t.warmup as f32,
            cosine: t.cosine.is_some(),
            least: t.cosine.unwrap_or(0.0),
            steps: t.steps as f32,
            clip: t.clip,
        ]
    }

    /// The CPU twin.
    fn twin<T: Real>(&self, [scores, partials]: [&[T]; 2], [control, ring]: [&mut [T]; 2]) {
        let (mut loss, mut right, mut whole) = (T::zero(), T::zero(), T::zero());
        for sequence in scores.chunks_exact(2 * self.length as usize).take(self.rows as usize) {
            let mut all = true;
            for score in sequence.chunks_exact(2) {
                loss += score[0];
                right += score[1].max(T::zero());
                all &= score[1] != T::zero();
            }
            whole += if all { T::one() } else { T::zero() };
        }
        let judged = T::int(self.judged);
        let loss = loss / judged;

        let Some(training) = self.training else {
            let slot = (control[control::EVALUATIONS].index() % RING * ENTRY) as usize;
            ring[slot..slot + 4].copy_from_slice(&[loss, right / judged, whole / T::int(self.rows), T::zero()]);
            control[control::EVALUATIONS] += T::one();
            return;
        };
        let norm = partials[..training.partials as usize].iter().copied().sum::<T>().sqrt();
        let step = control[control::STEP];
        let slot = (step.index() % RING * ENTRY) as usize;
        ring[slot..slot + 4].copy_from_slice(&[loss, right / judged, whole / T::int(self.rows), norm]);
        if control[control::STOPPED] == T::zero() && !(loss.is_finite() && norm.is_finite()) {
            control[control::STOPPED] = step + T::one();
        }
        let warmup = T::int(training.warmup);
        let mut rate = control[control::BASE_RATE];
        if step < warmup {
            rate *= (step + T::one()) / warmup;
        } else if let Some(least) = training.cosine {
            let least = T::of(least);
            let span = (T::int(training.steps) - warmup).max(T::one());
            let share = T::of(0.5) + T::of(0.5) * cos_pi(((step - warmup) / span).min(T::one()));
            rate *= least + (T::one() - least) * share;
        }
        let clip = T::of(training.clip);
        control[control::RATE] = rate;
        control[control::CLIP] = if clip > T::zero() && norm > clip { clip / (norm + T::of(1e-6)) } else { T::one() };
        control[control::BETA1_POWER] *= T::of(BETA1);
        control[control::BETA2_POWER] *= T::of(BETA2);
        control[control::STEP] = step + T::one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_ends_at_its_share_of_the_rate() {
        for least in [0.0, 0.1, 1.0] {
            for (step, share) in [(4.0, 1.0), (54.0, 0.5), (104.0, 0.0), (300.0, 0.0)] {
                let training = Training { partials: 1, warmup: 4, cosine: Some(least), steps: 104, clip: 0.0 };
                let metrics = Metrics { rows: 1, length: 1, judged: 1, training: Some(training) };
                let (mut control, mut ring) = (control::block(0, 3.0, 0.0), [0.0; (RING * ENTRY) as usize]);
                control[control::STEP] = step;
                metrics.twin([&[1.0, 1.0], &[1.0]], [&mut control, &mut ring]);
                let want = 3.0 * (least + (1.0 - least) * share);
                let got = control[control::RATE];
                assert!((got - want).abs() < 1e-6, "{least}, step {step}: {got}, want {want}");
            }
        }
    }
}
