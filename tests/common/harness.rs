//! Runs one launch on the CPU executor and on a device, and compares what it wrote.

use std::rc::Rc;
use std::sync::Arc;

use mnemoscope::compute::Executor;
use mnemoscope::compute::gpu::Gpu;
use mnemoscope::compute::gpu_executor::GpuExecutor;
use mnemoscope::compute::{case, replay};
use mnemoscope::error::Error;
use mnemoscope::graph::plan::Plan;
use mnemoscope::kernels::{Form, Kernel};

/// Greatest `|Δ| / (1 + |want|)`.
///
/// Both sides compute in f32, with other orders of summation, with or without fused multiplication, and with
/// their own `exp` and `tanh` (WGSL allows `3 + 2|x|` units in the last place). The longest sums here have 257 terms
/// of order one, whose rounding errors reach `257 · 6e-8 = 1.5e-5` in the worst case and about 1e-6
/// as they fall. A wrong index, mask, sign or factor shows at 1e-3 and above.
pub const TOLERANCE: f64 = 2e-5;

/// How a written buffer has to agree with the twin's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Bit for bit: whole numbers, whose computation never rounds.
    Exact,
    /// Within [`TOLERANCE`].
    Close,
    /// Within [`TOLERANCE`], and zero in the same places: the random mask is exact.
    Dropped,
}

/// One launch with its buffers. Elements of the written ones that the twin leaves alone must stay as they are, bit for bit.
pub struct Case {
    pub name: String,
    pub launch: case::Case,
    pub rule: Rule,
}

impl std::ops::Deref for Case {
    type Target = case::Case;

    fn deref(&self) -> &case::Case {
        &self.launch
    }
}

impl Case {
    pub fn new(
        name: impl Into<String>,
        kernel: impl Kernel + 'static,
        replicas: u32,
        reads: Vec<Option<Vec<f32>>>,
        writes: Vec<Option<Vec<f32>>>,
    ) -> Self {
        let launch = case::Case { kernel: Arc::new(kernel), replicas, reads, writes };
        Self { name: name.into(), launch, rule: Rule::Close }
    }

    pub fn rule(self, rule: Rule) -> Self {
        Self { rule, ..self }
    }

    /// The plan of this launch, where `changed` says how many elements of each buffer, counted from the first read to the last written,
    /// there are in place of so many.
    pub fn plan(&self, changed: impl Fn(usize, u32) -> u32) -> Result<Plan, Error> {
        replay::plan(&[&self.launch], changed)
    }

    /// Fills the buffers, runs the launch, and takes what it wrote.
    async fn run(&self, executor: &mut Executor) -> Result<Vec<Vec<f32>>, Error> {
        Ok(replay::run(&[&self.launch], executor).await?.remove(0))
    }

    /// The forms that make a difference to this kernel.
    fn forms(&self) -> &'static [Form] {
        match self.kernel.name() {
            "matmul" => &Form::ALL[..3],
            "weight_grad" | "layer_norm_backward" => &Form::ALL,
            _ => &Form::ALL[..1],
        }
    }

    /// The largest difference, or what is wrong.
    fn compare(&self, want: &[Vec<f32>], got: &[Vec<f32>]) -> Result<f64, String> {
        let mut largest = 0.0_f64;
        let before = self.writes.iter().flatten();
        for (buffer, ((want, got), before)) in want.iter().zip(got).zip(before).enumerate() {
            if want.len() != got.len() || want.len() != before.len() {
                return Err(format!("output {buffer} has {} elements, not {}", got.len(), want.len()));
            }
            for (at, ((&want, &got), &before)) in want.iter().zip(got).zip(before).enumerate() {
                if want.to_bits() == got.to_bits() || (want.is_nan() && got.is_nan()) {
                    continue;
                }
                let difference = (f64::from(got) - f64::from(want)).abs() / (1.0 + f64::from(want).abs());
                let wrong = if want.to_bits() == before.to_bits() {
                    "was to be left alone"
                } else if self.rule == Rule::Exact {
                    "has to be the same"
                } else if self.rule == Rule::Dropped && (want == 0.0) != (got == 0.0) {
                    "is dropped on one side only"
                } else if difference.is_nan() || difference > TOLERANCE {
                    "is too far off"
                } else {
                    largest = largest.max(difference);
                    continue;
                };
                return Err(format!(
                    "output {buffer}[{at}] of {} {wrong}: got {got:e}, want {want:e}, before {before:e}",
                    before_len(&self.writes, buffer)
                ));
            }
        }
        Ok(largest)
    }
}

fn before_len(writes: &[Option<Vec<f32>>], buffer: usize) -> usize {
    writes.iter().flatten().nth(buffer).map_or(0, Vec::len)
}

/// What a family's cases showed.
#[derive(Default)]
pub struct Summary {
    pub cases: usize,
    /// The largest difference between a device and the twin, and where.
    pub largest: f64,
    pub largest_at: String,
    /// Cases with several forms, and how many of them have the same bits in all forms.
    pub formed: usize,
    pub formed_equal: usize,
    /// The largest difference between two forms.
    pub forms_differ: f64,
    pub failures: Vec<String>,
}

impl Summary {
    /// # Panics
    /// If a case failed.
    pub fn finish(&self, family: &str, gpu: &Gpu) -> String {
        let adapter = format!("{}{}", gpu.name, if gpu.software { " (software)" } else { "" });
        let forms = match self.formed {
            0 => String::new(),
            n => format!(
                "; forms agree bit for bit in {} of {n} cases, largest difference {:.1e}",
                self.formed_equal, self.forms_differ
            ),
        };
        let text = format!(
            "{family}: {} cases on {adapter}, largest difference {:.1e} ({}){forms}",
            self.cases, self.largest, self.largest_at
        );
        assert!(self.cases > 0, "{family}: no case");
        let count = self.failures.len();
        assert!(count == 0, "{text}\n{count} failed:\n{}", self.failures[..count.min(12)].join("\n"));
        text
    }
}

/// Runs every case on the device in every form, twice, against the CPU executor.
pub async fn check(gpu: &mut Rc<Gpu>, cases: &[Case]) -> Summary {
    let mut summary = Summary::default();
    for case in cases {
        if let Err(failure) = parity(gpu, case, &mut summary).await {
            summary.failures.push(format!("{} ({} replicas): {failure}", case.name, case.replicas));
        }
        summary.cases += 1;
    }
    summary
}

async fn parity(gpu: &mut Rc<Gpu>, case: &Case, summary: &mut Summary) -> Result<(), String> {
    let say = |error: Error| error.to_string();
    let plan = case.plan(|_, len| len).map_err(say)?;
    let want = case.run(&mut Executor::cpu(plan.clone())).await.map_err(say)?;
    let mut of_forms: Vec<Vec<Vec<f32>>> = Vec::new();
    for &form in case.forms() {
        Rc::get_mut(gpu).ok_or("the device is still in use")?.form = form;
        let executor = GpuExecutor::new(Rc::clone(gpu), &plan, &mut |_| {}).await.map_err(say)?;
        let mut executor = Executor::Gpu(Box::new(executor));
        let got = case.run(&mut executor).await.map_err(say)?;
        let again = case.run(&mut executor).await.map_err(say)?;
        if bits(&got) != bits(&again) {
            return Err(format!("{}: a second run gave other bits", form.name()));
        }
        let difference = case.compare(&want, &got).map_err(|wrong| format!("{}: {wrong}", form.name()))?;
        if difference >= summary.largest {
            summary.largest = difference;
            summary.largest_at = format!("{}, {} replicas, {}", case.name, case.replicas, form.name());
        }
        of_forms.push(got);
    }
    if let [first, others @ ..] = &of_forms[..]
        && !others.is_empty()
    {
        summary.formed += 1;
        summary.formed_equal += usize::from(others.iter().all(|other| bits(other) == bits(first)));
        for other in others {
            summary.forms_differ = summary.forms_differ.max(case.compare(first, other)?);
        }
    }
    Ok(())
}

fn bits(values: &[Vec<f32>]) -> Vec<u32> {
    values.iter().flatten().map(|value| value.to_bits()).collect()
}
