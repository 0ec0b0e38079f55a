//! The CPU executor: replays a plan with the kernels' CPU twins.
//!
//! Replicas are independent, so the whole program runs for one replica before the next: its buffers stay in cache,
//! and natively replicas run on all cores, as do the larger launches of those that are fewer. The number type is a
//! parameter: f32 for work, f64 to check gradients by central differences on the very same plan.

use std::sync::Arc;

use crate::compute::case::{Case, Watched};
use crate::error::Error;
use crate::graph::plan::Plan;
use crate::graph::{BufferId, Launch};
use crate::kernels::{Binding, Number};

/// One replica's buffers.
type Memory<T> = Vec<Vec<T>>;

/// Runs plans on the CPU.
#[derive(Debug)]
pub struct CpuExecutor<T> {
    replicas: Vec<Memory<T>>,
    /// Hears what each launch reads and writes.
    pub witness: Option<Watched>,
}

impl<T: Number> CpuExecutor<T> {
    /// Allocates a plan's buffers, all zero.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        let memory = || plan.slots.iter().map(|slot| vec![T::zero(); slot.len as usize]).collect();
        Self { replicas: (0..plan.replicas).map(|_| memory()).collect(), witness: None }
    }

    /// Runs `launches` of the executor's own plan `times` times on every replica.
    ///
    /// # Errors
    /// [`Error::Internal`] if they are of another plan.
    pub fn run(&mut self, launches: &[Launch], times: u32) -> Result<(), Error> {
        if let Some(witness) = self.witness.clone() {
            return (0..times).try_for_each(|_| launches.iter().try_for_each(|launch| self.told(launch, &witness)));
        }
        let work = |memory: &mut Memory<T>| {
            (0..times).try_for_each(|_| launches.iter().try_for_each(|launch| step(memory, launch)))
        };
        #[cfg(not(target_arch = "wasm32"))]
        {
            use rayon::prelude::*;
            // On a thread of the pool: one outside would hand over every part of every launch, and sleep until it is done.
            rayon::scope(|_| self.replicas.par_iter_mut().try_for_each(work))
        }
        #[cfg(target_arch = "wasm32")]
        self.replicas.iter_mut().try_for_each(work)
    }

    /// Runs one launch on every replica, and tells the witness if it has not seen its like.
    fn told(&mut self, launch: &Launch, witness: &Watched) -> Result<(), Error> {
        let kernel = &launch.kernel;
        let case = witness.borrow().wants(&**kernel).then(|| Case {
            kernel: Arc::clone(kernel),
            replicas: self.replicas.len() as u32,
            reads: self.touched(&launch.reads, kernel.reads()),
            writes: self.touched(&launch.writes, kernel.writes()),
        });
        self.replicas.iter_mut().try_for_each(|memory| step(memory, launch))?;
        if let Some(case) = case {
            let written = self.touched(&launch.writes, kernel.writes()).into_iter().flatten().collect();
            witness.borrow_mut().seen.push((case, written));
        }
        Ok(())
    }

    /// What a kernel touches of its buffers, all replicas one after the other.
    fn touched(&self, ids: &[Option<BufferId>], bindings: Vec<Binding>) -> Vec<Option<Vec<f32>>> {
        let of = |(id, Binding { least, .. }): (&Option<BufferId>, Binding)| {
            let (id, least) = ((*id)?, least? as usize);
            let parts = self.replicas.iter().filter_map(|memory| memory.get(id.0)?.get(..least));
            Some(parts.flatten().map(|value| value.single()).collect())
        };
        ids.iter().zip(bindings).map(of).collect()
    }

    /// Runs `launches` once, one replica after the other on one thread, and adds the milliseconds of each to `times`.
    ///
    /// # Errors
    /// [`Error::Internal`] if they are of another plan.
    pub fn time(&mut self, launches: &[Launch], times: &mut [f64]) -> Result<(), Error> {
        for memory in &mut self.replicas {
            for (launch, time) in launches.iter().zip(times.iter_mut()) {
                let start = web_time::Instant::now();
                step(memory, launch)?;
                *time += start.elapsed().as_secs_f64() * 1e3;
            }
        }
        Ok(())
    }

    /// One replica's part of a buffer.
    ///
    /// # Errors
    /// [`Error::Internal`] if there is no such buffer.
    pub fn buffer(&self, replica: usize, id: BufferId) -> Result<&[T], Error> {
        self.replicas.get(replica).and_then(|memory| memory.get(id.0)).map(Vec::as_slice).ok_or_else(|| missing(id))
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

fn missing(id: BufferId) -> Error {
    Error::Internal(format!("there is no buffer {}", id.0))
}

/// Runs one launch. The written buffers are taken out of the memory for its time, which lets safe Rust see that
/// they are not read buffers too.
fn step<T: Number>(memory: &mut Memory<T>, launch: &Launch) -> Result<(), Error> {
    if let Some(id) = launch.reads.iter().chain(&launch.writes).flatten().find(|id| id.0 >= memory.len()) {
        return Err(missing(*id));
    }
    let mut taken: Vec<Vec<T>> =
        launch.writes.iter().map(|id| id.map(|id| std::mem::take(&mut memory[id.0])).unwrap_or_default()).collect();
    let reads: Vec<&[T]> = launch.reads.iter().map(|id| id.map(|id| &memory[id.0][..]).unwrap_or_default()).collect();
    let mut writes: Vec<&mut [T]> = taken.iter_mut().map(Vec::as_mut_slice).collect();
    let done = T::run(&*launch.kernel, &reads, &mut writes);
    for (taken, id) in taken.into_iter().zip(&launch.writes) {
        if let Some(id) = id {
            memory[id.0] = taken;
        }
    }
    done
}
