//! Which executor a run gets, and why. Keeps the device between runs.

use std::rc::Rc;

use crate::choice::choice;
use crate::compute::case::Watched;
use crate::compute::crew::{Crew, CrewExecutor};
use crate::compute::gpu::Gpu;
use crate::compute::gpu_executor::GpuExecutor;
use crate::compute::{Executor, tune};
use crate::error::Error;
use crate::graph::plan::Plan;
use crate::kernels::gemm;
use crate::run::event::ExecutorInfo;

choice! {
    /// Where the work runs.
    pub enum ExecutorChoice {
        Auto = "auto", "Automatic", "WebGPU on a hardware adapter, else the CPU.";
        Cpu = "cpu", "CPU", "Always the CPU, in WebAssembly.";
        Webgpu = "webgpu", "WebGPU", "WebGPU even on a software adapter; the CPU takes over, with the reason told, if that cannot be.";
    }
}

/// Name of the setting of [`Cores`].
pub const CORES: &str = "cores";

choice! {
    /// How many cores of the machine share the work of the CPU.
    pub enum Cores {
        Auto = "auto", "Automatic", "All that nobody else works on, as far as there are runs and memory for them.";
        One = "1", "1", "One.";
        Two = "2", "2", "At most two.";
        Three = "3", "3", "At most three.";
        Four = "4", "4", "At most four.";
        Six = "6", "6", "At most six.";
        Eight = "8", "8", "At most eight.";
        Twelve = "12", "12", "At most twelve.";
        Sixteen = "16", "16", "At most sixteen.";
    }
}

/// Bytes that the buffers of a plan may take on the CPU. In a browser WebAssembly has 4 GiB in all.
#[cfg(target_arch = "wasm32")]
const CPU_BYTES: u64 = 2 << 30;
#[cfg(not(target_arch = "wasm32"))]
const CPU_BYTES: u64 = 16 << 30;

/// What the machine offers.
#[derive(Debug, Default)]
pub struct Machine {
    gpu: Option<Rc<Gpu>>,
    crew: Option<Rc<dyn Crew>>,
    witness: Option<Watched>,
}

impl Machine {
    /// A machine of which only the CPU works, and who hears what each launch reads and writes.
    #[must_use]
    pub fn watched(witness: Watched) -> Self {
        Self { witness: Some(witness), ..Self::default() }
    }

    /// The same device, if it is open, without those that work is dealt out to: for work beside an open run.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { gpu: self.gpu.clone(), ..Self::default() }
    }

    /// What work on the CPU may be dealt out to.
    pub fn employ(&mut self, crew: Rc<dyn Crew>) {
        self.crew = Some(crew);
    }

    /// From now on work on the CPU is not dealt out.
    pub fn dismiss_crew(&mut self) {
        self.crew = None;
    }

    /// Numbers of the workers to which so many replicas would be dealt out; none where that is not worth it.
    #[must_use]
    pub fn crew_for(&self, replicas: usize) -> Vec<u32> {
        let mut workers = self.crew.as_ref().map(|crew| crew.workers()).unwrap_or_default();
        workers.truncate(replicas);
        if workers.len() < 2 { Vec::new() } else { workers }
    }

    /// An executor by several workers; nothing if one alone is to do it. One that cannot take its part is left out.
    async fn by_crew(&self, plan: &Plan) -> Result<Option<(Executor, usize)>, Error> {
        let (Some(crew), Some(origin)) = (&self.crew, &plan.origin) else { return Ok(None) };
        let mut before = usize::MAX;
        loop {
            let workers = self.crew_for(origin.of);
            if workers.is_empty() || crew.workers().len() == before {
                return Ok(None);
            }
            before = crew.workers().len();
            match CrewExecutor::open(Rc::clone(crew), &workers, plan, origin.clone()).await {
                Ok(executor) => return Ok(Some((Executor::Crew(Box::new(executor)), workers.len()))),
                Err(error) if error.of_device().is_some() => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// An executor for `plan`, and why this one. A device that cannot be had, or refuses the plan, gives way to the
    /// CPU with the reason told. `progress` hears the fraction done and what is being done.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the plan does not fit here at all.
    pub async fn executor(
        &mut self,
        choice: ExecutorChoice,
        plan: Plan,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<(Executor, ExecutorInfo), Error> {
        if self.witness.is_some() {
            return Ok((Executor::watched(plan, self.witness.clone()), by_cpu()));
        }
        let reason = match choice {
            ExecutorChoice::Cpu => "You chose the CPU.".to_owned(),
            ExecutorChoice::Auto | ExecutorChoice::Webgpu => match self.on_device(choice, &plan, progress).await {
                Ok(on_device) => return Ok(on_device),
                Err(Refusal::Slow(name)) => {
                    format!(
                        "The only WebGPU adapter here ({name}) computes on the CPU itself; the plain CPU is faster."
                    )
                }
                Err(Refusal::Failed(error)) => error.taken_over(),
            },
        };
        if let Some((executor, count)) = self.by_crew(&plan).await? {
            let name = format!("{CORE}, {count} workers");
            let workers = count as u32;
            return Ok((executor, ExecutorInfo { name, reason, workers, ..by_cpu() }));
        }
        if plan.bytes() > CPU_BYTES {
            let needed = plan.bytes();
            return Err(Error::TooLarge { what: "in all".to_owned(), needed, allowed: CPU_BYTES });
        }
        Ok((Executor::cpu(plan), ExecutorInfo { reason, ..by_cpu() }))
    }

    /// Lets go of the device; the next run opens one anew.
    pub fn forget_device(&mut self) {
        self.gpu = None;
    }

    async fn on_device(
        &mut self,
        choice: ExecutorChoice,
        plan: &Plan,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<(Executor, ExecutorInfo), Refusal> {
        let gpu = self.device(choice, progress).await?;
        let mut compiling = |done: f64| progress(done, "compiling kernels");
        let executor = GpuExecutor::new(Rc::clone(&gpu), plan, &mut compiling).await?;
        let reason = match (choice, gpu.software) {
            (ExecutorChoice::Auto, _) => "WebGPU with a hardware adapter is the fastest here.",
            (_, true) => "You chose WebGPU. This adapter computes on the CPU; the plain CPU would be faster.",
            (_, false) => "You chose WebGPU.",
        };
        let info = ExecutorInfo {
            kind: "webgpu".into(),
            name: gpu.name.clone(),
            reason: reason.to_owned(),
            matmul: gpu.form.name(),
            workers: 0,
        };
        Ok((Executor::Gpu(Box::new(executor)), info))
    }

    /// The device, opened and tuned unless it is there and well.
    async fn device(
        &mut self,
        choice: ExecutorChoice,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Rc<Gpu>, Refusal> {
        let kept = self.gpu.take().filter(|gpu| gpu.check().is_ok());
        let gpu = match kept {
            Some(gpu) => gpu,
            None => {
                progress(0.0, "opening the graphics device");
                let gpu = Gpu::open().await?;
                if choice == ExecutorChoice::Auto && gpu.software {
                    return Err(Refusal::Slow(gpu.name));
                }
                progress(0.0, "timing matrix products");
                Rc::new(tune::choose(gpu).await?)
            }
        };
        self.gpu = Some(Rc::clone(&gpu));
        if choice == ExecutorChoice::Auto && gpu.software {
            return Err(Refusal::Slow(gpu.name.clone()));
        }
        Ok(gpu)
    }
}

/// Why a run does not go to the device.
enum Refusal {
    /// It would, but slowly; its name.
    Slow(String),
    /// It cannot.
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// What a worker computes with.
const CORE: &str = "WebAssembly SIMD";

fn by_cpu() -> ExecutorInfo {
    let matmul = gemm::NAME.into();
    ExecutorInfo { kind: "cpu".into(), name: cpu_name(), matmul, ..ExecutorInfo::default() }
}

fn cpu_name() -> String {
    if cfg!(target_arch = "wasm32") {
        format!("{CORE}, one worker")
    } else {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        format!("{}, {threads} threads", std::env::consts::ARCH)
    }
}
