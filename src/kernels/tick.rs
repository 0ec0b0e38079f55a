//! The end of a program that repeats itself, twin of `shaders/tick.wgsl`: `clock[0] += 1`.

use super::real::Real;
use super::{clock, kernel, words};

/// Writes: clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// How many ticks.
    pub by: u32,
}

kernel! {
    Tick is "tick" for (self, form, replicas);
    reads [];
    writes [clock: clock::LEN];
    uniform words![self; by];
    workgroups [1, 1, replicas];
}

impl Tick {
    /// The CPU twin.
    fn twin<T: Real>(&self, []: [&[T]; 0], [clock]: [&mut [T]; 1]) {
        clock[0] += T::int(self.by);
    }
}
