//! The plan: programs over physical buffers.
//!
//! Buffers that do not outlive their program share memory: one whose last reader has run gives its place to the
//! next that needs one. What stays small stays in caches, and more replicas fit.

use super::{BufferId, BufferSpec, Launch, Shared};
use crate::error::Error;
use crate::kernels::Binding;

/// A physical buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What it holds (of shared ones, the first).
    pub label: &'static str,
    /// Elements per replica.
    pub len: u32,
}

/// What makes a plan anew elsewhere: a worker that shares nothing makes it from the configuration.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// The link's fragment that restores the configuration.
    pub link: String,
    /// Which of its plans.
    pub plan: usize,
    /// Place of its first replica among those of all plans.
    pub first: usize,
    /// Replicas of all plans.
    pub of: usize,
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
    /// What makes it elsewhere; nothing where it is one of a kind.
    pub origin: Option<Origin>,
    /// Private, so that only what checks its launches makes a plan.
    traffic: Vec<u64>,
}

impl Plan {
    /// Lays out the programs over `specs`. `kept` are buffers that the caller will write or read; they must be
    /// persistent.
    ///
    /// # Errors
    /// [`Error::Internal`] with the kernel, the binding and the sizes if a launch binds too few buffers or too many, none where the kernel
    /// needs one, one that is too short, or one twice; and if a shared or kept buffer does not keep its content.
    pub fn new(
        replicas: u32,
        specs: &[BufferSpec],
        mut training: Vec<Launch>,
        mut evaluation: Vec<Launch>,
        mut shared: Shared,
        mut kept: Vec<BufferId>,
    ) -> Result<Self, Error> {
        training.iter().chain(&evaluation).try_for_each(|launch| check(launch, specs))?;
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
        let shared_ids = [control, parameters, gradients, first, second, ring, evaluations, rotations];
        for id in shared_ids.into_iter().chain(&mut kept) {
            *id = match (specs.get(id.0), place.get(id.0)) {
                (Some(BufferSpec { persistent: true, .. }), Some(&Some(slot))) => BufferId(slot),
                _ => return Err(Error::Internal(format!("buffer {} of a plan does not keep its content", id.0))),
            };
        }
        Ok(Self { replicas, slots, training, evaluation, shared, kept, origin: None, traffic })
    }

    /// A plan without a model over buffers of its own, all of which keep their content.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn of_slots(
        replicas: u32,
        slots: &[Slot],
        training: Vec<Launch>,
        evaluation: Vec<Launch>,
    ) -> Result<Self, Error> {
        let spec = |slot: &Slot| BufferSpec { label: slot.label, len: slot.len, persistent: true };
        let specs: Vec<BufferSpec> = slots.iter().map(spec).collect();
        Self::new(replicas, &specs, training, evaluation, Shared::nowhere(), Vec::new())
    }

    /// A plan of one launch and one replica, as timing needs it.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn sample(slots: &[Slot], launch: Launch) -> Result<Self, Error> {
        Self::of_slots(1, slots, vec![launch], Vec::new())
    }

    /// Bytes that each launch of a training step has to read and write at least once, one replica.
    #[must_use]
    pub fn traffic(&self) -> &[u64] {
        &self.traffic
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
        f64::from(self.replicas) * self.training.iter().map(|launch| launch.kernel.flops()).sum::<f64>()
    }
}

/// Whether a launch binds what its kernel asks for.
fn check(launch: &Launch, specs: &[BufferSpec]) -> Result<(), Error> {
    let Launch { kernel, reads, writes } = launch;
    let wrong = |why: String| Err(Error::Internal(format!("the kernel {} {why}", kernel.name())));
    for (does, bindings, ids) in [("reads", kernel.reads(), reads), ("writes", kernel.writes(), writes)] {
        if bindings.len() != ids.len() {
            return wrong(format!("{does} {} buffers and is given {}", bindings.len(), ids.len()));
        }
        for (Binding { name, least }, id) in bindings.into_iter().zip(ids) {
            match (id.map(|id| specs.get(id.0)), least) {
                (None, Some(least)) => {
                    return wrong(format!("{does} {least} elements of {name}, for which there is no buffer"));
                }
                (Some(None), _) => return wrong(format!("{does} {name} in a buffer that does not exist")),
                (Some(Some(spec)), Some(least)) if spec.len < least => {
                    return wrong(format!(
                        "{does} {least} elements of {name}, and \"{}\" has {}",
                        spec.label, spec.len
                    ));
                }
                _ => {}
            }
        }
    }
    // In place means one binding: through two, each executor would see something else.
    let mut bound: Vec<BufferId> = reads.iter().flatten().copied().collect();
    for (Binding { name, .. }, id) in kernel.writes().into_iter().zip(writes) {
        if id.is_some_and(|id| bound.contains(&id)) {
            return wrong(format!("writes {name} in a buffer that another of its bindings has too"));
        }
        bound.extend(id);
    }
    Ok(())
}

/// Bytes of the buffers that a launch touches; of the pools, only the part that it uses.
fn traffic(launch: &Launch, specs: &[BufferSpec], shared: &Shared) -> u64 {
    let pools = [shared.parameters, shared.gradients];
    let mut seen = Vec::new();
    let mut elements = u64::from(launch.kernel.pool_elements());
    for &id in launch.reads.iter().chain(&launch.writes).flatten() {
        if !seen.contains(&id) && !pools.contains(&id) {
            elements += u64::from(specs[id.0].len);
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
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::kernels::dropout::DropoutCopy;
    use crate::kernels::metrics::{ENTRY, Metrics, RING, Training};

    fn id(at: usize) -> Option<BufferId> {
        Some(BufferId(at))
    }

    #[test]
    fn transient_buffers_share_memory_but_never_within_a_launch() {
        let spec = |persistent| BufferSpec { label: "", len: 20, persistent };
        let specs = [spec(true), spec(false), spec(false), spec(false), spec(false)];
        let copy = |from, to| {
            Launch::new(DropoutCopy { len: 20, dropout: None, accumulate: false }, [id(0), id(from)], [id(to)])
        };
        let copies =
            |shared, kept| Plan::new(1, &specs, vec![copy(1, 2), copy(2, 3), copy(3, 4)], vec![], shared, kept);
        let plan = copies(Shared::nowhere(), vec![]).unwrap();
        assert_eq!(plan.slots.len(), 3, "one persistent, two that take turns");
        for launch in &plan.training {
            assert!(!launch.reads.contains(&launch.writes[0]));
        }
        for lost in [BufferId(1), BufferId(5)] {
            assert!(copies(Shared::nowhere(), vec![BufferId(0), lost]).is_err());
            assert!(copies(Shared { ring: lost, ..Shared::nowhere() }, vec![]).is_err());
        }
    }

    #[test]
    fn a_launch_that_is_wired_wrong_makes_no_plan() {
        let training = Some(Training { partials: 3, warmup: 0, cosine: None, steps: 1, clip: 0.0 });
        let metrics = |training| Metrics { rows: 4, length: 5, judged: 20, training };
        let slot = |label, len| Slot { label, len };
        let slots =
            [slot("scores", 40), slot("partials", 3), slot("block", 20), slot("ring", RING * ENTRY), slot("few", 2)];
        let plan =
            |training, reads: &[_], writes: &[_]| Plan::sample(&slots, Launch::new(metrics(training), reads, writes));
        assert!(plan(training, &[id(0), id(1)], &[id(2), id(3)]).is_ok());
        assert!(plan(None, &[id(0), None], &[id(2), id(3)]).is_ok(), "no partial sums in an evaluation");
        assert!(plan(None, &[id(0), id(4)], &[id(2), id(3)]).is_ok(), "nor a look at those that there are");
        let cases: [(&[_], &[_], &str); 9] = [
            (&[id(0)], &[id(2), id(3)], "reads 2 buffers and is given 1"),
            (&[id(0), id(1), id(4)], &[id(2), id(3)], "reads 2 buffers and is given 3"),
            (&[id(0), id(1)], &[id(2)], "writes 2 buffers and is given 1"),
            (&[id(0), id(1)], &[id(2), id(3), None], "writes 2 buffers and is given 3"),
            (&[id(0), None], &[id(2), id(3)], "reads 3 elements of partials, for which there is no buffer"),
            (&[id(0), id(1)], &[id(2), None], "writes 1024 elements of ring, for which there is no buffer"),
            (&[id(0), id(4)], &[id(2), id(3)], "reads 3 elements of partials, and \"few\" has 2"),
            (&[id(0), id(9)], &[id(2), id(3)], "reads partials in a buffer that does not exist"),
            (&[id(0), id(3)], &[id(2), id(3)], "writes ring in a buffer that another of its bindings has too"),
        ];
        for (reads, writes, why) in cases {
            let error = plan(training, reads, writes).unwrap_err();
            assert!(matches!(error, Error::Internal(_)), "{error}");
            assert!(error.to_string().contains(&format!("the kernel metrics {why}")), "{error}");
        }
    }
}
