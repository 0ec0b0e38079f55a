//! The end of a program that repeats itself, twin of `shaders/tick.wgsl`: `clock[0] += 1`.

use super::real::Real;
use super::{Constants, Form, Spec, Word};

/// Writes: clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// How many ticks.
    pub by: u32,
}

impl Spec for Tick {
    fn name(&self) -> &'static str {
        "tick"
    }
    fn reads(&self) -> usize {
        0
    }
    fn writes(&self) -> usize {
        1
    }
    fn constants(&self, _: Form) -> Constants {
        vec![]
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        vec![("by", Word::U(self.by))]
    }
    fn workgroups(&self, _: Form, replicas: u32) -> [u32; 3] {
        [1, 1, replicas]
    }
}

impl Tick {
    /// The CPU twin.
    pub fn run<T: Real>(&self, _: &[&[T]], writes: &mut [&mut [T]]) {
        if let [[tick, ..]] = writes {
            *tick += T::int(self.by);
        }
    }
}
