//! A launch with what it reads and writes, so that another executor can do the same and be compared.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::kernels::{Form, Kernel, Words};

/// The largest whole number up to which single precision holds all of them, and so every sum of them, exactly.
const WHOLE: f32 = 16_777_216.0;

/// A launch, and its buffers before it, each of all replicas, one after the other; none where the kernel does not use one.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is launched.
    pub kernel: Arc<dyn Kernel>,
    /// Replicas that it is launched for.
    pub replicas: u32,
    /// Buffers read, in binding order.
    pub reads: Vec<Option<Vec<f32>>>,
    /// Buffers written, in binding order.
    pub writes: Vec<Option<Vec<f32>>>,
}

impl Case {
    /// Its buffers, those read first.
    pub(crate) fn buffers(&self) -> impl Iterator<Item = &Option<Vec<f32>>> {
        self.reads.iter().chain(&self.writes)
    }

    /// Whether all that it finds, and all that it is to write, are whole numbers that single precision holds exactly: then every sum of
    /// them is exact in whatever order, and every device has to give the same.
    #[must_use]
    pub fn is_exact(&self, want: &[Vec<f32>]) -> bool {
        let whole = |values: &Vec<f32>| values.iter().all(|value| value.fract() == 0.0 && value.abs() < WHOLE);
        self.buffers().flatten().chain(want).all(whole)
    }

    /// How far what was written is from what is wanted, at most: relative to the largest number that the launch was to write into the
    /// buffer, or as it is if that has to be exact. Infinite if it is no number, or of another length.
    #[must_use]
    pub fn difference(&self, want: &[Vec<f32>], got: &[Vec<f32>], exact: bool) -> f64 {
        let mut largest = if want.len() == got.len() { 0.0 } else { f64::INFINITY };
        for ((want, got), before) in want.iter().zip(got).zip(self.writes.iter().flatten()) {
            if want.len() != got.len() || want.len() != before.len() {
                return f64::INFINITY;
            }
            let written = want.iter().zip(before).filter(|(want, before)| want.to_bits() != before.to_bits());
            let scale = written.map(|(want, _)| want.abs()).filter(|size| size.is_finite()).fold(0.0, f32::max);
            let scale = if exact || scale == 0.0 { 1.0 } else { f64::from(scale) };
            for (&want, &got) in want.iter().zip(got) {
                // Also what is infinite on both sides.
                if want == got || want.is_nan() && got.is_nan() {
                    continue;
                }
                let off = (f64::from(got) - f64::from(want)).abs() / scale;
                largest = if off.is_nan() { f64::INFINITY } else { largest.max(off) };
            }
        }
        largest
    }
}

/// Keeps what launches read and wrote, while a CPU executor does them: of each kernel a few, as unlike as there are.
#[derive(Debug, Default)]
pub struct Witness {
    /// The cases, each with what the launch wrote.
    pub seen: Vec<(Case, Vec<Vec<f32>>)>,
}

/// A witness of several executors.
pub type Watched = Rc<RefCell<Witness>>;

/// The most cases of a kernel, and of what is compiled of it for one set of constants.
const MOST: usize = 16;
const MOST_ALIKE: usize = 3;

impl Witness {
    /// Whether a launch differs enough from those that were kept.
    #[must_use]
    pub fn wants(&self, kernel: &dyn Kernel) -> bool {
        let words = |kernel: &dyn Kernel| -> (Words, Words) { (kernel.constants(Form::ALL[0]), kernel.uniform()) };
        let (constants, uniform) = words(kernel);
        let (mut own, mut alike) = (0, 0);
        for (case, _) in self.seen.iter().filter(|(case, _)| case.kernel.name() == kernel.name()) {
            let known = words(&*case.kernel);
            if known == (constants.clone(), uniform.clone()) {
                return false;
            }
            own += 1;
            alike += usize::from(known.0 == constants);
        }
        own < MOST && alike < MOST_ALIKE
    }

    /// Names of the kernels that were seen, in the order in which they were first.
    #[must_use]
    pub fn kernels(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = Vec::new();
        for (case, _) in &self.seen {
            if !names.contains(&case.kernel.name()) {
                names.push(case.kernel.name());
            }
        }
        names
    }
}
