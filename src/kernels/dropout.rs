//! Dropout of a whole tensor, twin of `shaders/dropout.wgsl`. The reverse pass of a dropped residual branch
//! starts with it; with a share of zero it copies or adds.

use super::real::Real;
use super::rng::Dropout;
use super::{Constants, Form, Spec, Word, control, grid};

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

impl Spec for DropoutCopy {
    fn name(&self) -> &'static str {
        "dropout"
    }
    fn reads(&self) -> usize {
        2
    }
    fn writes(&self) -> usize {
        1
    }
    fn constants(&self, _: Form) -> Constants {
        vec![
            ("DROPOUT", Word::U(u32::from(self.dropout.is_some()))),
            ("ACCUMULATE", Word::U(u32::from(self.accumulate))),
        ]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        let dropout = self.dropout.unwrap_or(Dropout { share: 0.0, stream: 0 });
        vec![
            ("len", Word::U(self.len)),
            ("drop_stream", Word::U(dropout.stream)),
            ("drop_threshold", Word::U(dropout.threshold())),
            ("drop_scale", Word::F(dropout.scale())),
        ]
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        grid(self.len, replicas)
    }
}

impl DropoutCopy {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([control, x], [y]) = (reads, writes) else { return };
        let (seed, step) = (control[control::SEED].index(), control[control::STEP].index());
        let len = self.len as usize;
        if self.accumulate {
            for ((y, &x), element) in y[..len].iter_mut().zip(*x).zip(0..) {
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
