//! Picks the judged positions of two tensors, or puts their gradients back; twin of `shaders/select.wgsl`.
//!
//! Where a task judges only positions from `first` on, nothing after the last attention needs the earlier ones:
//! `y[row, j] = x[row, first + j]`. The reverse pass is `dx[row, first + j] = dy[row, j]`, zero before `first`.

use super::real::Real;
use super::{grid, kernel, words};

/// Which way a selection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From all positions to the judged ones.
    Pick,
    /// From the judged ones to all; per tensor, whether to add to what is there.
    Spread([bool; 2]),
}

/// Reads: two tensors. Writes: two tensors. `[rows, length, width]` on the side of all positions,
/// `[rows, length − first, width]` on the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Select {
    /// Sequences.
    pub rows: u32,
    /// All positions.
    pub length: u32,
    /// First judged position.
    pub first: u32,
    /// Columns.
    pub width: u32,
    /// Which way.
    pub way: Way,
}

impl Select {
    /// Elements of a tensor that is read, and of one that is written.
    fn sizes(&self) -> (u32, u32) {
        let (all, judged) = (self.rows * self.length * self.width, self.rows * (self.length - self.first) * self.width);
        if self.way == Way::Pick { (all, judged) } else { (judged, all) }
    }

    /// Which written tensors keep what they hold.
    fn accumulates(&self) -> [bool; 2] {
        match self.way {
            Way::Pick => [false; 2],
            Way::Spread(accumulate) => accumulate,
        }
    }
}

kernel! {
    Select is "select" for (self, form, replicas);
    reads [a: self.sizes().0, b: self.sizes().0];
    writes [c: self.sizes().1, d: self.sizes().1];
    constants words![SPREAD: self.way != Way::Pick, ACCUMULATE_A: self.accumulates()[0], ACCUMULATE_B: self.accumulates()[1]];
    uniform words![self; rows, length, first, width];
    workgroups grid(self.sizes().1, replicas);
}

impl Select {
    /// The CPU twin.
    fn twin<T: Real>(&self, [a, b]: [&[T]; 2], [c, d]: [&mut [T]; 2]) {
        let skipped = (self.first * self.width) as usize;
        let whole = (self.length * self.width) as usize;
        let rows = self.rows as usize;
        match self.way {
            Way::Pick => {
                for (all, judged) in [(a, c), (b, d)] {
                    let parts = judged.chunks_exact_mut(whole - skipped).take(rows);
                    parts.zip(all.chunks_exact(whole)).for_each(|(y, x)| y.copy_from_slice(&x[skipped..]));
                }
            }
            Way::Spread([add_c, add_d]) => {
                for (judged, all, add) in [(a, c, add_c), (b, d, add_d)] {
                    let parts = all.chunks_exact_mut(whole).take(rows);
                    for (dx, dy) in parts.zip(judged.chunks_exact(whole - skipped)) {
                        let (before, from_first) = dx.split_at_mut(skipped);
                        if add {
                            from_first.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx += dy);
                        } else {
                            before.fill(T::zero());
                            from_first.copy_from_slice(dy);
                        }
                    }
                }
            }
        }
    }
}
