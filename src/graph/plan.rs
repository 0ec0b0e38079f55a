//! The plan: programs over physical buffers.
//!
//! Buffers that do not outlive their program share memory: one whose last reader has run gives its place to the
//! next that needs one. What stays small stays in caches, and more replicas fit.

use super::{BufferId, BufferSpec, Launch, Shared};

/// A physical buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What it holds (of shared ones, the first).
    pub label: &'static str,
    /// Elements per replica.
    pub len: u32,
}

/// What an executor replays.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Independent runs, the outermost axis of every buffer.
    pub replicas: u32,
    /// Physical buffers; the [`BufferId`]s of the programs point here.
    pub slots: Vec<Slot>,
    /// Launches of a training step.
    pub training: Vec<Launch>,
    /// Launches of an evaluation.
    pub evaluation: Vec<Launch>,
    /// Buffers with a meaning of their own.
    pub shared: Shared,
    /// Buffers that the caller asked for, in its order.
    pub kept: Vec<BufferId>,
    /// Bytes that each launch of a training step has to read and write at least once, one replica.
    pub traffic: Vec<u64>,
}

impl Plan {
    /// Lays out the programs over `specs`. `kept` are buffers that the caller will write or read; they must be
    /// persistent.
    #[must_use]
    pub fn new(
        replicas: u32,
        specs: &[BufferSpec],
        mut training: Vec<Launch>,
        mut evaluation: Vec<Launch>,
        mut shared: Shared,
        mut kept: Vec<BufferId>,
    ) -> Self {
        let traffic = training.iter().map(|launch| traffic(launch, specs, &shared)).collect();
        let mut slots = Vec::new();
        let mut place = vec![None; specs.len()];
        for (spec, place) in specs.iter().zip(&mut place) {
            if spec.persistent {
                slots.push(Slot { label: spec.label, len: spec.len });
                *place = Some(slots.len() - 1);
            }
        }
        let persistent = slots.len();
        for program in [&mut training, &mut evaluation] {
            assign(program, specs, &mut slots, persistent, &mut place);
        }
        let Shared { control, parameters, gradients, first, second, ring, evaluations, rotations } = &mut shared;
        for id in [control, parameters, gradients, first, second, ring, evaluations, rotations] {
            *id = BufferId(place.get(id.0).copied().flatten().unwrap_or(0));
        }
        for id in &mut kept {
            *id = BufferId(place.get(id.0).copied().flatten().unwrap_or(0));
        }
        Self { replicas, slots, training, evaluation, shared, kept, traffic }
    }

    /// A plan of one launch and one replica, as timing needs it.
    #[must_use]
    pub fn sample(slots: Vec<Slot>, launch: Launch) -> Self {
        let (evaluation, kept, traffic) = (Vec::new(), Vec::new(), Vec::new());
        Self { replicas: 1, slots, training: vec![launch], evaluation, shared: Shared::nowhere(), kept, traffic }
    }

    /// Bytes of all buffers of all replicas.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        4 * u64::from(self.replicas) * self.slots.iter().map(|slot| u64::from(slot.len)).sum::<u64>()
    }

    /// Bytes of the largest buffer, all replicas.
    #[must_use]
    pub fn largest(&self) -> (u64, &'static str) {
        let largest = self.slots.iter().max_by_key(|slot| slot.len);
        largest.map_or((0, ""), |slot| (4 * u64::from(self.replicas) * u64::from(slot.len), slot.label))
    }

    /// Floating-point operations of the products in a training step, all replicas.
    #[must_use]
    pub fn flops(&self) -> f64 {
        f64::from(self.replicas) * self.training.iter().map(|launch| launch.kernel.spec().flops()).sum::<f64>()
    }
}

/// Bytes of the buffers that a launch touches; of the pools, only the part that it uses.
fn traffic(launch: &Launch, specs: &[BufferSpec], shared: &Shared) -> u64 {
    let pools = [shared.parameters, shared.gradients];
    let mut seen = Vec::new();
    let mut elements = u64::from(launch.kernel.spec().pool_elements());
    for &id in launch.reads.iter().chain(&launch.writes).flatten() {
        if !seen.contains(&id) && !pools.contains(&id) {
            elements += specs.get(id.0).map_or(0, |spec| u64::from(spec.len));
        }
        seen.push(id);
    }
    4 * elements
}

/// Gives each transient buffer of one program a slot from `persistent` on, and rewrites the launches.
fn assign(
    program: &mut [Launch],
    specs: &[BufferSpec],
    slots: &mut Vec<Slot>,
    persistent: usize,
    place: &mut [Option<usize>],
) {
    let mut last_use = vec![0; specs.len()];
    for (at, launch) in program.iter().enumerate() {
        for id in launch.reads.iter().chain(&launch.writes).flatten() {
            last_use[id.0] = at;
        }
    }
    let mut free: Vec<usize> = (persistent..slots.len()).collect();
    for (at, launch) in program.iter_mut().enumerate() {
        let mut ended = Vec::new();
        for id in launch.reads.iter_mut().chain(&mut launch.writes).flatten() {
            let spec = &specs[id.0];
            let slot = match place[id.0] {
                Some(slot) => slot,
                None => {
                    let slot = take(&mut free, slots, spec);
                    place[id.0] = Some(slot);
                    slot
                }
            };
            if !spec.persistent && last_use[id.0] == at && !ended.contains(&slot) {
                ended.push(slot);
            }
            *id = BufferId(slot);
        }
        free.append(&mut ended);
    }
}

/// The smallest free slot that is large enough, else the largest free one, grown, else a new one.
fn take(free: &mut Vec<usize>, slots: &mut Vec<Slot>, spec: &BufferSpec) -> usize {
    let fitting = free.iter().enumerate().filter(|(_, slot)| slots[**slot].len >= spec.len);
    let best = fitting.min_by_key(|(_, slot)| slots[**slot].len).map(|(at, _)| at);
    let largest = || free.iter().enumerate().max_by_key(|(_, slot)| slots[**slot].len).map(|(at, _)| at);
    match best.or_else(largest) {
        Some(at) => {
            let slot = free.swap_remove(at);
            slots[slot].len = slots[slot].len.max(spec.len);
            slot
        }
        None => {
            slots.push(Slot { label: spec.label, len: spec.len });
            slots.len() - 1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::dropout::DropoutCopy;

    #[test]
    fn transient_buffers_share_memory_but_never_within_a_launch() {
        let spec = |persistent| BufferSpec { label: "", len: 8, persistent };
        let specs = [spec(true), spec(false), spec(false), spec(false), spec(false)];
        let id = |i| Some(BufferId(i));
        let copy = |from, to| Launch {
            kernel: DropoutCopy { len: 8, dropout: None, accumulate: false }.into(),
            reads: vec![id(0), id(from)],
            writes: vec![id(to)],
        };
        let shared = Shared::nowhere();
        let plan = Plan::new(1, &specs, vec![copy(0, 1), copy(1, 2), copy(2, 3), copy(3, 4)], vec![], shared, vec![]);
        assert_eq!(plan.slots.len(), 3, "one persistent, two that take turns");
        for launch in &plan.training {
            assert!(!launch.reads.contains(&launch.writes[0]));
        }
    }
}
