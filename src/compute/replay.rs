//! Launches done again, elsewhere than they were done first.

use std::sync::Arc;

use crate::compute::case::Case;
#[cfg(not(target_arch = "wasm32"))]
use crate::compute::cpu::CpuExecutor;
use crate::compute::{Executor, Program};
use crate::error::Error;
use crate::graph::plan::{Plan, Slot};
use crate::graph::{BufferId, Launch};

/// The plan of some cases of as many replicas, each with buffers of its own. `changed` says how many elements there are of a buffer,
/// counted from the first one read to the last one written, in place of so many.
///
/// # Errors
/// [`Error::Internal`] if the replicas do not share the elements, or as [`Plan::new`].
pub fn plan(cases: &[&Case], changed: impl Fn(usize, u32) -> u32) -> Result<Plan, Error> {
    let replicas = cases.first().map_or(1, |case| case.replicas);
    let (mut slots, mut launches) = (Vec::new(), Vec::new());
    for case in cases {
        if case.replicas != replicas || case.buffers().flatten().any(|all| all.len() % replicas as usize != 0) {
            return Err(Error::Internal(format!("a case of {} is not of {replicas} replicas", case.kernel.name())));
        }
        let mut ids = case.buffers().enumerate().map(|(at, values)| {
            values.as_ref().map(|values| {
                slots.push(Slot { label: "case", len: changed(at, values.len() as u32 / replicas) });
                BufferId(slots.len() - 1)
            })
        });
        let reads = ids.by_ref().take(case.reads.len()).collect();
        let writes = ids.collect();
        launches.push(Launch { kernel: Arc::clone(&case.kernel), reads, writes });
    }
    Plan::of_slots(replicas, &slots, launches, Vec::new())
}

/// Fills the buffers of [`plan`], runs every launch once, and takes what each has written.
///
/// # Errors
/// What the executor meets.
pub async fn run(cases: &[&Case], executor: &mut Executor) -> Result<Vec<Vec<Vec<f32>>>, Error> {
    let mut written = Vec::new();
    let mut next = 0;
    for case in cases {
        for (at, values) in case.buffers().enumerate() {
            let Some(values) = values else { continue };
            executor.write(BufferId(next), values)?;
            if at >= case.reads.len() {
                written.push(BufferId(next));
            }
            next += 1;
        }
    }
    executor.run(Program::Training, 1)?;
    let reading = executor.begin_read(&written, None)?;
    let mut values = executor.finish_read(reading).await?.into_iter();
    Ok(cases.iter().map(|case| values.by_ref().take(case.writes.iter().flatten().count()).collect()).collect())
}

/// The same on the CPU in double precision, rounded.
///
/// # Errors
/// [`Error::Internal`] if the plan is of other cases.
#[cfg(not(target_arch = "wasm32"))]
pub fn run_double(cases: &[&Case], plan: &Plan) -> Result<Vec<Vec<Vec<f32>>>, Error> {
    let mut executor = CpuExecutor::<f64>::new(plan);
    let ids = |of: &Vec<Option<BufferId>>| of.iter().flatten().copied().collect::<Vec<_>>();
    for (case, launch) in cases.iter().zip(&plan.training) {
        let places = [ids(&launch.reads), ids(&launch.writes)].concat();
        for (id, values) in places.into_iter().zip(case.buffers().flatten()) {
            let each = values.len() / case.replicas as usize;
            for (replica, part) in values.chunks_exact(each.max(1)).enumerate() {
                let part: Vec<f64> = part.iter().map(|&value| f64::from(value)).collect();
                executor.write(replica, id, &part)?;
            }
        }
    }
    executor.run(&plan.training, 1)?;
    let written = |id: BufferId| {
        let parts = (0..plan.replicas as usize).map(|replica| executor.buffer(replica, id));
        Ok(parts.collect::<Result<Vec<_>, Error>>()?.concat().into_iter().map(|value| value as f32).collect())
    };
    plan.training.iter().map(|launch| ids(&launch.writes).into_iter().map(written).collect()).collect()
}
