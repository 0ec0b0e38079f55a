//! Dropout of a whole tensor, twin of `shaders/dropout.wgsl`. The reverse pass of a dropped residual branch
//! starts with it; with a share of zero it copies or adds.

use super::real::Real;
use super::rng::Dropout;
use super::{control, grid, kernel, words};

/// Reads: control, x `[len]`. Writes: y `[len]`. `y = mask ∘ x`, or `y += mask ∘ x`.
#[derive(Clone, Debug, PartialEq)]
pub struct DropoutCopy {
    /// Elements per replica.
    pub len: u32,
    /// The mask; none keeps everything.
    pub dropout: Option<Dropout>,
    /// Adds to what `y` holds.
    pub accumulate: bool,
}

kernel! {
    DropoutCopy is "dropout" for (self, form, replicas);
    reads [control: control::LEN as u32, x: self.len];
    writes [y: self.len];
    constants words![DROPOUT: self.dropout.is_some(), ACCUMULATE: self.accumulate];
    uniform [words![self; len], Dropout::words(self.dropout)].concat();
    workgroups grid(self.len, replicas);
}

impl DropoutCopy {
    /// The CPU twin.
    fn twin<T: Real>(&self, [control, x]: [&[T]; 2], [y]: [&mut [T]; 1]) {
        let (seed, step) = (control[control::SEED].index(), control[control::STEP].index());
        let len = self.len as usize;
        if self.accumulate {
            for ((y, &x), element) in y[..len].iter_mut().zip(x).zip(0..) {
                *y += x * self.dropout.map_or(T::one(), |d| T::of(d.factor(seed, step, element)));
            }
        } else {
            y[..len].copy_from_slice(&x[..len]);
            if let Some(dropout) = self.dropout {
                dropout.mask(seed, step, 0, &mut y[..len]);
            }
        }
    }
}
