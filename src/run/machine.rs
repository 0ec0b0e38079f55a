//! Which executor a run gets, and why. Keeps the device between runs.

use std::rc::Rc;

use crate::choice::choice;
use crate::compute::gpu::Gpu;
use crate::compute::gpu_executor::GpuExecutor;
use crate::compute::{Executor, tune};
use crate::error::Error;
use crate::graph::plan::Plan;
use crate::run::event::ExecutorInfo;

choice! {
    /// Where the work runs.
    pub enum ExecutorChoice {
        Auto = "auto", "Automatic", "WebGPU on a hardware adapter, else the CPU.";
        Cpu = "cpu", "CPU", "Always the CPU, in WebAssembly.";
        Webgpu = "webgpu", "WebGPU", "WebGPU even on a software adapter; the CPU takes over, with the reason told, if that cannot be.";
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
}

impl Machine {
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
        if plan.bytes() > CPU_BYTES {
            let needed = plan.bytes();
            return Err(Error::TooLarge { what: "in all".to_owned(), needed, allowed: CPU_BYTES });
        }
        let info = ExecutorInfo { kind: "cpu".into(), name: cpu_name(), reason, matmul: "matrixmultiply".into() };
        Ok((Executor::cpu(plan), info))
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

fn cpu_name() -> String {
    if cfg!(target_arch = "wasm32") {
        "WebAssembly SIMD, one thread".to_owned()
    } else {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        format!("{}, {threads} threads", std::env::consts::ARCH)
    }
}
