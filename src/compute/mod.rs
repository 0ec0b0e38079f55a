//! Where plans run: the CPU executor, the WebGPU executor, the choice between them, and errors.

pub mod case;
pub mod cpu;
pub mod crew;
pub mod gpu;
pub mod gpu_executor;
pub mod replay;
pub mod tune;

use crate::compute::case::Watched;
use crate::compute::cpu::CpuExecutor;
use crate::compute::crew::CrewExecutor;
use crate::compute::gpu_executor::GpuExecutor;
use crate::error::Error;
use crate::graph::BufferId;
use crate::graph::plan::Plan;

/// Which of a plan's programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Program {
    /// A training step.
    Training,
    /// An evaluation.
    Evaluation,
}

/// What an executor has done since it was made, for budgets and tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Kernel launches.
    pub launches: u64,
    /// Submissions to the device's queue.
    pub submits: u64,
    /// Uploads to a buffer.
    pub uploads: u64,
    /// Buffers allocated on the device.
    pub buffers: u64,
    /// Bind groups made.
    pub bind_groups: u64,
    /// Read-backs begun.
    pub reads: u64,
    /// Times that the host waited for the device.
    pub waits: u64,
}

/// How launches were timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// By the host's clock around the twin.
    Host,
    /// So too, by several workers at once.
    Workers,
    /// By timestamps that the device writes.
    Device,
    /// By the host's clock around a submission of its own, its latency included.
    Submission,
}

/// Runs a plan.
#[derive(Debug)]
pub enum Executor {
    /// On the CPU, with the twins.
    Cpu(Box<CpuExecutor<f32>>, Box<Plan>, Counters),
    /// On the CPU, by several workers.
    Crew(Box<CrewExecutor>),
    /// On WebGPU.
    Gpu(Box<GpuExecutor>),
}

/// Buffers on their way back; each of all replicas, one after the other.
#[derive(Debug)]
pub enum Reading {
    /// They are here.
    Here(Vec<Vec<f32>>),
    /// They come from workers.
    Workers(crew::Gathering),
    /// They come from the device.
    Device(gpu_executor::DeviceReading),
}

impl Executor {
    /// An executor on the CPU.
    #[must_use]
    pub fn cpu(plan: Plan) -> Self {
        Self::watched(plan, None)
    }

    /// An executor on the CPU, and who hears what each of its launches reads and writes.
    #[must_use]
    pub fn watched(plan: Plan, witness: Option<Watched>) -> Self {
        let mut executor = CpuExecutor::new(&plan);
        executor.witness = witness;
        Self::Cpu(Box::new(executor), Box::new(plan), Counters::default())
    }

    /// An executor of the same kind for another plan; where several workers have this one, whoever asks has the other.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::OutOfMemory`], [`Error::Shader`], [`Error::DeviceLost`].
    pub async fn sibling(&self, plan: Plan) -> Result<Self, Error> {
        match self {
            Self::Cpu(executor, ..) => Ok(Self::watched(plan, executor.witness.clone())),
            Self::Crew(_) => Ok(Self::cpu(plan)),
            Self::Gpu(executor) => {
                let gpu = std::rc::Rc::clone(&executor.gpu);
                Ok(Self::Gpu(Box::new(GpuExecutor::new(gpu, &plan, &mut |_| {}).await?)))
            }
        }
    }

    /// What it has done so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        match self {
            Self::Cpu(_, _, counters) => *counters,
            Self::Crew(executor) => executor.counters,
            Self::Gpu(executor) => executor.counters,
        }
    }

    /// Writes a buffer of all replicas.
    ///
    /// # Errors
    /// [`Error::Internal`] if the length is not the buffer's; [`Error::DeviceLost`].
    pub fn write(&mut self, id: BufferId, values: &[f32]) -> Result<(), Error> {
        match self {
            Self::Cpu(executor, plan, counters) => {
                counters.uploads += 1;
                let part = plan.slots.get(id.0).map_or(0, |slot| slot.len as usize).max(1);
                if values.len() != part * plan.replicas as usize {
                    return Err(Error::Internal(format!("{} values do not fill buffer {}", values.len(), id.0)));
                }
                values.chunks_exact(part).enumerate().try_for_each(|(at, part)| executor.write(at, id, part))
            }
            Self::Crew(executor) => executor.write(id, values),
            Self::Gpu(executor) => executor.write(id, values),
        }
    }

    /// Runs a program `times` times: at once on the CPU, else as one submission.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn run(&mut self, program: Program, times: u32) -> Result<(), Error> {
        match self {
            Self::Cpu(executor, plan, counters) => {
                let launches = match program {
                    Program::Training => &plan.training,
                    Program::Evaluation => &plan.evaluation,
                };
                counters.launches += launches.len() as u64 * u64::from(times);
                counters.submits += 1;
                executor.run(launches, times)
            }
            Self::Crew(executor) => {
                executor.run(program, times);
                Ok(())
            }
            Self::Gpu(executor) => executor.run(program, times),
        }
    }

    /// Begins to read buffers back: of all replicas, or of one.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn begin_read(&mut self, ids: &[BufferId], of: Option<u32>) -> Result<Reading, Error> {
        match self {
            Self::Cpu(executor, plan, counters) => {
                counters.reads += 1;
                let range = of.map_or(0..plan.replicas, |replica| replica..replica + 1);
                let part = |id: &BufferId| {
                    let parts = range.clone().map(|at| executor.buffer(at as usize, *id));
                    Ok(parts.collect::<Result<Vec<_>, Error>>()?.concat())
                };
                Ok(Reading::Here(ids.iter().map(part).collect::<Result<_, Error>>()?))
            }
            Self::Crew(executor) => Ok(Reading::Workers(executor.begin_read(ids, of)?)),
            Self::Gpu(executor) => Ok(Reading::Device(executor.begin_read(ids, of)?)),
        }
    }

    /// Waits for what [`Executor::begin_read`] began.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn finish_read(&mut self, reading: Reading) -> Result<Vec<Vec<f32>>, Error> {
        match (self, reading) {
            (_, Reading::Here(values)) => Ok(values),
            (Self::Gpu(executor), Reading::Device(reading)) => executor.finish_read(reading).await,
            (Self::Crew(executor), Reading::Workers(reading)) => executor.finish_read(reading).await,
            (_, Reading::Device(_) | Reading::Workers(_)) => {
                Err(Error::Internal("a read of another executor".to_owned()))
            }
        }
    }

    /// Reads buffers of all replicas, or of one, and waits for them.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn read<const N: usize>(&mut self, ids: [BufferId; N], of: Option<u32>) -> Result<[Vec<f32>; N], Error> {
        let reading = self.begin_read(&ids, of)?;
        let values = self.finish_read(reading).await?;
        values.try_into().map_err(|_| Error::Internal("a read came back with other buffers".to_owned()))
    }

    /// Runs a training step launch by launch, and adds the milliseconds that each took to `times`. Says how they were
    /// taken.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn time_step(&mut self, times: &mut [f64]) -> Result<Clock, Error> {
        match self {
            Self::Cpu(executor, plan, counters) => {
                counters.launches += plan.training.len() as u64;
                executor.time(&plan.training, times)?;
                Ok(Clock::Host)
            }
            Self::Crew(executor) => executor.time_step(times).await,
            Self::Gpu(executor) => executor.time_step(times).await,
        }
    }

    /// Waits until at most `ahead` submissions are unfinished.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn catch_up(&mut self, ahead: usize) -> Result<(), Error> {
        match self {
            Self::Cpu(..) => Ok(()),
            Self::Crew(executor) => executor.catch_up(ahead).await,
            Self::Gpu(executor) => executor.catch_up(ahead).await,
        }
    }
}
