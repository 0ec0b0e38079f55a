//! The CPU executor: replays a plan with the kernels' CPU twins.
//!
//! Replicas are independent, so the whole program runs for one replica before the next: its buffers stay in cache,
//! and natively replicas run on all cores. The number type is a parameter: f32 for work, f64 to check
//! gradients by central differences on the very same plan.

use crate::error::Error;
use crate::graph::plan::Plan;
use crate::graph::{BufferId, Launch};
use crate::kernels::real::Real;

/// The most buffers a kernel reads.
pub(crate) const MOST_READS: usize = 6;
/// The most buffers a kernel writes.
pub(crate) const MOST_WRITES: usize = 3;

/// One replica's buffers.
type Memory<T> = Vec<Vec<T>>;

/// Runs plans on the CPU.
#[derive(Debug)]
pub struct CpuExecutor<T> {
    replicas: Vec<Memory<T>>,
}

impl<T: Real> CpuExecutor<T> {
    /// Allocates a plan's buffers, all zero.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        let memory = || plan.slots.iter().map(|slot| vec![T::zero(); slot.len as usize]).collect();
        Self { replicas: (0..plan.replicas).map(|_| memory()).collect() }
    }

    /// Runs `launches` `times` times on every replica.
    pub fn run(&mut self, launches: &[Launch], times: u32) {
        let work = |memory: &mut Memory<T>| {
            for _ in 0..times {
                launches.iter().for_each(|launch| step(memory, launch));
            }
        };
        #[cfg(not(target_arch = "wasm32"))]
        {
            use rayon::prelude::*;
            self.replicas.par_iter_mut().for_each(work);
        }
        #[cfg(target_arch = "wasm32")]
        self.replicas.iter_mut().for_each(work);
    }

    /// Runs `launches` once, one replica after the other on one thread, and adds the milliseconds of each to `times`.
    pub fn time(&mut self, launches: &[Launch], times: &mut [f64]) {
        for memory in &mut self.replicas {
            for (launch, time) in launches.iter().zip(times.iter_mut()) {
                let start = web_time::Instant::now();
                step(memory, launch);
                *time += start.elapsed().as_secs_f64() * 1e3;
            }
        }
    }

    /// One replica's part of a buffer.
    #[must_use]
    pub fn buffer(&self, replica: usize, id: BufferId) -> &[T] {
        self.replicas.get(replica).and_then(|memory| memory.get(id.0)).map_or(&[], Vec::as_slice)
    }

    /// Writes one replica's part of a buffer.
    ///
    /// # Errors
    /// [`Error::Internal`] if there is no such buffer, or `values` has another length.
    pub fn write(&mut self, replica: usize, id: BufferId, values: &[T]) -> Result<(), Error> {
        let buffer = self.replicas.get_mut(replica).and_then(|memory| memory.get_mut(id.0));
        match buffer {
            Some(buffer) if buffer.len() == values.len() => {
                buffer.copy_from_slice(values);
                Ok(())
            }
            _ => Err(Error::Internal(format!("cannot write {} values to buffer {}", values.len(), id.0))),
        }
    }
}

/// Runs one launch. The written buffers are taken out of the memory for its time, which lets safe Rust see that
/// they are not read buffers too.
fn step<T: Real>(memory: &mut Memory<T>, launch: &Launch) {
    let mut taken: [Vec<T>; MOST_WRITES] = Default::default();
    for (taken, id) in taken.iter_mut().zip(&launch.writes) {
        if let Some(buffer) = id.and_then(|id| memory.get_mut(id.0)) {
            *taken = std::mem::take(buffer);
        }
    }
    let mut reads: [&[T]; MOST_READS] = [&[]; MOST_READS];
    for (read, id) in reads.iter_mut().zip(&launch.reads) {
        if let Some(buffer) = id.and_then(|id| memory.get(id.0)) {
            *read = buffer;
        }
    }
    let mut writes = taken.each_mut().map(Vec::as_mut_slice);
    let (reads, writes) = (&reads[..launch.reads.len()], &mut writes[..launch.writes.len()]);
    launch.kernel.run(reads, writes);
    for (taken, id) in taken.iter_mut().zip(&launch.writes) {
        if let Some(buffer) = id.and_then(|id| memory.get_mut(id.0)) {
            *buffer = std::mem::take(taken);
        }
    }
}
