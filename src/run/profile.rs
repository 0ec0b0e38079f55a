//! What a step costs, kernel by kernel, against what the machine could do.

use web_time::Instant;

use crate::compute::{Clock, Program};
use crate::error::Error;
use crate::graph::plan::{Plan, Slot};
use crate::graph::{BufferId, Launch};
use crate::kernels::control;
use crate::kernels::dropout::DropoutCopy;
use crate::kernels::matmul::{Epilogue, Matmul, Operand};
use crate::order::sorted;
use crate::run::race::{Race, plans};

/// Milliseconds of training steps that are timed.
const TIMED_MS: f64 = 500.0;
/// The most steps that are timed.
const MOST_STEPS: u32 = 400;
/// Milliseconds that each roof is measured for.
const ROOF_MS: f64 = 60.0;

/// What a step costs.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// `cpu` or `webgpu`.
    pub executor: String,
    /// How it was timed, in a sentence.
    pub method: &'static str,
    /// Steps averaged.
    pub steps: u32,
    /// Billions of operations a second of a matrix product, measured just now.
    pub peak_gflops: f64,
    /// Billions of bytes a second of a plain copy as large as a run's buffers, read and written, measured just now.
    pub peak_gbps: f64,
    /// By kernel, dearest first.
    pub kernels: Vec<KernelCost>,
    /// Milliseconds of a step, all kernels.
    pub total_ms: f64,
    /// Milliseconds that the bounds allow.
    pub bound_ms: f64,
}

/// What one kernel costs in a step, all its launches and all runs.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KernelCost {
    /// Its name, as its file's.
    pub name: &'static str,
    /// Launches.
    pub launches: u32,
    /// Milliseconds.
    pub ms: f64,
    /// Millions of operations in its products.
    pub mflop: f64,
    /// Millions of bytes that it has to touch at least once.
    pub mbytes: f64,
    /// Milliseconds that arithmetic or memory need at least, whichever is more.
    pub bound_ms: f64,
    /// Which of them: `arithmetic` or `memory`.
    pub bound: &'static str,
}

/// Timing that goes on from turn to turn.
#[derive(Debug, Default)]
pub struct Profiling {
    /// Milliseconds of each launch, all steps that count.
    times: Vec<f64>,
    /// Steps that count.
    steps: u32,
    /// Whether there was one that does not.
    warm: bool,
    /// Milliseconds of those steps.
    ms: f64,
    clock: Option<Clock>,
}

impl Profiling {
    /// Steps that are timed, and about how many will be.
    #[must_use]
    pub fn steps(&self) -> (u32, u32) {
        let all = f64::from(self.steps) * TIMED_MS / self.ms.max(f64::MIN_POSITIVE);
        (self.steps, if self.steps == 0 { MOST_STEPS } else { (all.ceil() as u32).clamp(self.steps, MOST_STEPS) })
    }

    fn is_over(&self) -> bool {
        self.steps > 0 && (self.ms >= TIMED_MS || self.steps >= MOST_STEPS)
    }
}

impl Race {
    /// Times every kernel on real training steps for about `budget_ms`, at least one step, then puts the race back to where it was, bit for
    /// bit. Gives nothing while more turns are needed.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn profile(&mut self, of: &mut Profiling, budget_ms: f64) -> Result<Option<Profile>, Error> {
        let launches = self.launches()?;
        if of.times.len() != launches.len() {
            *of = Profiling { times: vec![0.0; launches.len()], ..Profiling::default() };
        }
        if !of.is_over() {
            self.time_steps(of, budget_ms).await?;
            if !of.is_over() || budget_ms.is_finite() {
                return Ok(None);
            }
        }
        let bytes_of_a_run = self.cost().bytes / self.runs().len().max(1) as f64;
        let peak_gflops = self.roof(&product()?).await? / 1e6;
        let peak_gbps = self.roof(&copy(bytes_of_a_run)?).await? / 1e6;

        let mut kernels: Vec<KernelCost> = Vec::new();
        for ((name, flops, bytes), time) in launches.into_iter().zip(&of.times) {
            let (ms, mflop, mbytes) = (time / f64::from(of.steps), flops / 1e6, bytes / 1e6);
            match kernels.iter_mut().find(|kernel| kernel.name == name) {
                Some(kernel) => {
                    kernel.launches += 1;
                    kernel.ms += ms;
                    kernel.mflop += mflop;
                    kernel.mbytes += mbytes;
                }
                None => kernels.push(KernelCost { name, launches: 1, ms, mflop, mbytes, bound_ms: 0.0, bound: "" }),
            }
        }
        for kernel in &mut kernels {
            let (arithmetic, memory) = (kernel.mflop / peak_gflops, kernel.mbytes / peak_gbps);
            kernel.bound_ms = arithmetic.max(memory);
            kernel.bound = if arithmetic > memory { "arithmetic" } else { "memory" };
        }
        let kernels = sorted(kernels, |kernel| -kernel.ms);
        Ok(Some(Profile {
            executor: self.executor().kind.clone(),
            method: match of.clock.unwrap_or(Clock::Host) {
                Clock::Workers => {
                    "By the host's clock around each kernel, by all workers at once, each one run after the other; the times of all are \
                     added. A browser's clock ticks coarsely; over many steps that averages out."
                }
                Clock::Device => "By timestamps that the device writes before and after each launch.",
                Clock::Host => {
                    "By the host's clock around each kernel, one run after the other on one thread. \
                     A browser's clock ticks coarsely; over many steps that averages out."
                }
                Clock::Submission => {
                    "By the host's clock around a submission of each kernel alone, \
                     since this adapter has no timestamps: the time to submit is in every number."
                }
            },
            steps: of.steps,
            peak_gflops,
            peak_gbps,
            total_ms: kernels.iter().map(|kernel| kernel.ms).sum(),
            bound_ms: kernels.iter().map(|kernel| kernel.bound_ms).sum(),
            kernels,
        }))
    }

    /// Steps for about `budget_ms`, after which the race is as it was.
    async fn time_steps(&mut self, of: &mut Profiling, budget_ms: f64) -> Result<(), Error> {
        let state = self.state().await?;
        // Not part of the state, since no step reads what the last one left; but a look inside shows them.
        let mut gradients = Vec::with_capacity(self.groups.len());
        for group in &mut self.groups {
            let [read] = group.executor.read([group.shared.gradients], None).await?;
            gradients.push(read);
        }
        let ms = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
        let start = Instant::now();
        loop {
            let began = Instant::now();
            let mut times = vec![0.0; of.times.len()];
            of.clock = Some(self.time_step(&mut times).await?);
            if of.warm {
                of.times.iter_mut().zip(times).for_each(|(all, time)| *all += time);
                of.steps += 1;
                of.ms += ms(began);
            }
            of.warm = true;
            if of.is_over() || ms(start) >= budget_ms {
                break;
            }
        }
        self.load(&state)?;
        for (group, gradients) in self.groups.iter_mut().zip(&gradients) {
            group.executor.write(group.shared.gradients, gradients)?;
        }
        Ok(())
    }

    /// Name, operations and bytes of each launch of a training step, all models and runs.
    fn launches(&self) -> Result<Vec<(&'static str, f64, f64)>, Error> {
        let mut launches = Vec::new();
        for plan in plans(self.lineup())? {
            let runs = f64::from(plan.replicas);
            let cost = |(launch, &bytes): (&Launch, &u64)| {
                let kernel = &launch.kernel;
                (kernel.name(), runs * kernel.flops(), runs * bytes as f64)
            };
            launches.extend(plan.training.iter().zip(plan.traffic()).map(cost));
        }
        Ok(launches)
    }

    /// Runs a training step of every model launch by launch, and adds the milliseconds that each took to `times`.
    async fn time_step(&mut self, times: &mut [f64]) -> Result<Clock, Error> {
        let mut clock = Clock::Host;
        let mut rest = times;
        for group in &mut self.groups {
            let (own, others) = rest.split_at_mut(group.launches.min(rest.len()));
            clock = group.executor.time_step(own).await?;
            rest = others;
        }
        Ok(clock)
    }

    /// Amount of work per millisecond that this executor does on a sample plan, at its best of a few tries.
    async fn roof(&self, (plan, amount): &(Plan, f64)) -> Result<f64, Error> {
        let mut executor = self.sibling(plan.clone()).await?;
        executor.run(Program::Training, 1)?;
        executor.catch_up(0).await?;
        let (start, mut best, mut times) = (Instant::now(), 0.0_f64, 1);
        while start.elapsed().as_secs_f64() * 1e3 < ROOF_MS {
            let from = Instant::now();
            executor.run(Program::Training, times)?;
            executor.catch_up(0).await?;
            let taken = from.elapsed().as_secs_f64() * 1e3;
            // A tick of the clock must not pass for speed.
            if taken < 3.0 {
                times *= 2;
            } else {
                best = best.max(amount * f64::from(times) / taken);
            }
        }
        Ok(best.max(amount * f64::from(times) / ROOF_MS))
    }
}

/// A product of a usual shape, and its operations.
fn product() -> Result<(Plan, f64), Error> {
    const SIDE: u32 = 256;
    let slot = |label| Slot { label, len: SIDE * SIDE };
    let operand = Operand { offset: 0, row: SIDE, column: 1, len: SIDE * SIDE };
    let matmul =
        Matmul { m: SIDE, n: SIDE, k: SIDE, a: operand, b: operand, bias_len: 0, epilogue: Epilogue::default() };
    let reads = [None, Some(BufferId(0)), Some(BufferId(1)), None, None];
    let launch = Launch::new(matmul, reads, [Some(BufferId(2)), None]);
    Ok((Plan::sample(&[slot("left"), slot("right"), slot("product")], launch)?, 2.0 * f64::from(SIDE).powi(3)))
}

/// A copy about as large as `bytes`, and the bytes that it reads and writes.
fn copy(bytes: f64) -> Result<(Plan, f64), Error> {
    let len = (bytes / 8.0).clamp(16_384.0, 4_194_304.0) as u32;
    let kernel = DropoutCopy { len, dropout: None, accumulate: false };
    let slot = |label, len| Slot { label, len };
    let slots = [slot("control block", control::LEN as u32), slot("from", len), slot("to", len)];
    let launch = Launch::new(kernel, [Some(BufferId(0)), Some(BufferId(1))], [Some(BufferId(2))]);
    Ok((Plan::sample(&slots, launch)?, 8.0 * f64::from(len)))
}
