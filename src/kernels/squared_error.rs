//! Mean squared error, twin of `shaders/squared_error.wgsl`. Per row of predictions: loss `Σ (y − t)²/width`, and
//! its gradient `2 (y − t)/(width · rows)`. With targets of variance one the mean loss is the fraction of variance unexplained.

use super::real::Real;
use super::{cover, kernel, words};

/// Reads: predictions `[rows, width]`, targets `[rows, width]`. Writes: d predictions `[rows, width]` (training only), scores
/// `[rows, 2]`: loss, and −1, since nothing is right or wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct SquaredError {
    /// Rows.
    pub rows: u32,
    /// Numbers a row.
    pub width: u32,
    /// Whether the gradient is wanted.
    pub gradient: bool,
}

kernel! {
    SquaredError is "squared_error" for (self, form, replicas);
    reads [predictions: self.rows * self.width, targets: self.rows * self.width];
    writes [gradient: self.gradient.then(|| self.rows * self.width), scores: 2 * self.rows];
    constants words![GRADIENT: self.gradient];
    uniform words![self; rows, width, share: self.share(), scale: 2.0 * self.share() / self.rows as f32];
    workgroups [cover(self.rows, 64), replicas, 1];
}

impl SquaredError {
    /// What one number counts of its row's loss.
    fn share(&self) -> f32 {
        1.0 / self.width as f32
    }

    /// The CPU twin.
    fn twin<T: Real>(&self, [predictions, targets]: [&[T]; 2], [gradient, scores]: [&mut [T]; 2]) {
        let (width, share) = (self.width as usize, T::of(self.share()));
        let scale = T::of(2.0 * self.share() / self.rows as f32);
        let rows = predictions.chunks_exact(width).zip(targets.chunks_exact(width)).zip(scores.chunks_exact_mut(2));
        for (row, ((predictions, targets), scores)) in rows.take(self.rows as usize).enumerate() {
            let pairs = predictions.iter().zip(targets).map(|(&y, &t)| y - t);
            let total: T = pairs.clone().map(|difference| difference * difference).sum();
            scores.copy_from_slice(&[total * share, -T::one()]);
            if self.gradient {
                let gradient = &mut gradient[row * width..][..width];
                gradient.iter_mut().zip(pairs).for_each(|(gradient, difference)| *gradient = scale * difference);
            }
        }
    }
}
