//! Tensors and operations, recorded once; the reverse pass; the plan that is replayed.
//!
//! A [`Graph`] records one program (training, or evaluation) as a flat list of launches over buffers. Each
//! operation of `ops/` is a fused one, as the kernels are; it appends its launches and remembers what its reverse
//! pass needs. [`Graph::backward`] then walks the tape backwards. [`plan::Plan`] lays the buffers out in memory.

pub mod ops;
pub mod plan;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::error::Error;
use crate::kernels::attention::Shape as AttentionShape;
use crate::kernels::metrics::{ENTRY, RING};
use crate::kernels::rng::{Dropout, STREAM_DROPOUT};
use crate::kernels::{Kernel, control};

/// A buffer of a plan; every replica has its own part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferId(pub usize);

/// What a graph knows of a buffer.
#[derive(Clone, Debug)]
pub struct BufferSpec {
    /// What it holds, for messages.
    pub label: &'static str,
    /// Elements per replica.
    pub len: u32,
    /// Whether it keeps its content between launches lists; others share memory with each other.
    pub persistent: bool,
}

/// One kernel launch.
#[derive(Clone, Debug)]
pub struct Launch {
    /// What runs.
    pub kernel: Arc<dyn Kernel>,
    /// Buffers read, in binding order; `None` where the kernel does not use the binding.
    pub reads: Vec<Option<BufferId>>,
    /// Buffers written, in binding order.
    pub writes: Vec<Option<BufferId>>,
}

impl Launch {
    /// A launch of `kernel`; what it binds is checked when a [`Plan`](plan::Plan) is made of it.
    pub fn new(
        kernel: impl Kernel + 'static,
        reads: impl Into<Vec<Option<BufferId>>>,
        writes: impl Into<Vec<Option<BufferId>>>,
    ) -> Self {
        Self { kernel: Arc::new(kernel), reads: reads.into(), writes: writes.into() }
    }
}

/// A matrix `[rows, columns]` per replica.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tensor {
    /// Its buffer.
    pub id: BufferId,
    /// Rows.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
}

/// Buffers that every program of a plan shares.
#[derive(Clone, Copy, Debug)]
pub struct Shared {
    /// Control blocks.
    pub control: BufferId,
    /// Parameter pool.
    pub parameters: BufferId,
    /// Gradient pool.
    pub gradients: BufferId,
    /// First moments.
    pub first: BufferId,
    /// Second moments.
    pub second: BufferId,
    /// Metrics of training steps.
    pub ring: BufferId,
    /// Metrics of evaluations.
    pub evaluations: BufferId,
    /// Rotation table of RoPE.
    pub rotations: BufferId,
}

impl Shared {
    /// Buffers of a model with a pool of so many parameters and so many numbers of rotations. One that does not train needs no room for
    /// gradients, moments and metrics.
    pub fn new(buffers: &mut Vec<BufferSpec>, pool: u32, rotations: u32, training: bool) -> Self {
        let mut keep = |label, len| {
            buffers.push(BufferSpec { label, len, persistent: true });
            BufferId(buffers.len() - 1)
        };
        let trained = if training { pool } else { 0 };
        let ring = if training { RING * ENTRY } else { 0 };
        Self {
            control: keep("control blocks", control::LEN as u32),
            parameters: keep("parameters", pool),
            gradients: keep("gradients", trained),
            first: keep("first moments", trained),
            second: keep("second moments", trained),
            ring: keep("metrics", ring),
            evaluations: keep("evaluations", ring),
            rotations: keep("rotations", rotations),
        }
    }

    /// Buffers of a plan that has no model: all of them stand for the first buffer.
    #[must_use]
    pub fn nowhere() -> Self {
        let first = BufferId(0);
        Self {
            control: first,
            parameters: first,
            gradients: first,
            first,
            second: first,
            ring: first,
            evaluations: first,
            rotations: first,
        }
    }
}

/// Records one program.
#[derive(Debug)]
pub struct Graph<'a> {
    buffers: &'a mut Vec<BufferSpec>,
    /// Buffers shared with the other programs.
    pub shared: Shared,
    /// Elements of the parameter pool.
    pub pool: u32,
    training: bool,
    launches: Vec<Launch>,
    tape: Vec<ops::Op>,
    gradients: HashMap<BufferId, BufferId>,
    /// Of each output of a non-linear layer, where its kept derivative is.
    slopes: HashMap<BufferId, BufferId>,
    /// What each attention has read, for those who look inside.
    attended: Vec<(AttentionShape, BufferId)>,
    /// What the caller has pointed out.
    noted: Vec<BufferId>,
    /// What is drawn, so that nothing goes back through it.
    leaves: HashSet<BufferId>,
    dropouts: u32,
}

impl<'a> Graph<'a> {
    /// An empty program. In evaluation (`training` false) there is no dropout and no tape.
    pub fn new(buffers: &'a mut Vec<BufferSpec>, shared: Shared, pool: u32, training: bool) -> Self {
        Self {
            buffers,
            shared,
            pool,
            training,
            launches: Vec::new(),
            tape: Vec::new(),
            gradients: HashMap::new(),
            slopes: HashMap::new(),
            attended: Vec::new(),
            noted: Vec::new(),
            leaves: HashSet::new(),
            dropouts: 0,
        }
    }

    /// Whether the program trains.
    #[must_use]
    pub fn training(&self) -> bool {
        self.training
    }

    /// A buffer that the caller fills before the program runs, and that keeps its content.
    pub fn input(&mut self, label: &'static str, rows: u32, columns: u32) -> Tensor {
        let tensor = self.tensor(label, rows, columns);
        self.keep(tensor.id);
        tensor
    }

    /// Keeps a buffer's content for a reader: no other shares its memory.
    pub fn keep(&mut self, id: BufferId) {
        if let Some(spec) = self.buffers.get_mut(id.0) {
            spec.persistent = true;
        }
    }

    /// What each attention recorded so far reads: queries, keys and values, rotated where the replica rotates.
    #[must_use]
    pub fn attended(&self) -> &[(AttentionShape, BufferId)] {
        &self.attended
    }

    /// Points out a tensor for those who look inside.
    pub fn note(&mut self, tensor: Tensor) {
        self.noted.push(tensor.id);
    }

    /// What was pointed out so far.
    #[must_use]
    pub fn noted(&self) -> &[BufferId] {
        &self.noted
    }

    /// The recorded launches.
    #[must_use]
    pub fn finish(self) -> Vec<Launch> {
        self.launches
    }

    fn buffer(&mut self, label: &'static str, len: u32) -> BufferId {
        self.buffers.push(BufferSpec { label, len, persistent: false });
        BufferId(self.buffers.len() - 1)
    }

    fn tensor(&mut self, label: &'static str, rows: u32, columns: u32) -> Tensor {
        Tensor { id: self.buffer(label, rows * columns), rows, columns }
    }

    fn launch<const R: usize, const W: usize>(
        &mut self,
        kernel: impl Kernel + 'static,
        reads: [Option<BufferId>; R],
        writes: [Option<BufferId>; W],
    ) {
        self.launches.push(Launch::new(kernel, reads, writes));
    }

    /// A fresh dropout of `share`, or none in evaluation or at zero.
    fn dropout(&mut self, share: f32) -> Option<Dropout> {
        if share <= 0.0 {
            return None;
        }
        self.dropouts += 1;
        self.training.then_some(Dropout { share, stream: STREAM_DROPOUT + self.dropouts })
    }

    /// The gradient of an operation's output.
    fn gradient(&self, of: Tensor) -> Result<BufferId, Error> {
        self.gradients
            .get(&of.id)
            .copied()
            .ok_or_else(|| Error::Internal("an operation's output does not reach the loss".to_owned()))
    }

    /// Where to put the gradient of `of`, and whether to add to what is there.
    fn gradient_target(&mut self, of: Tensor) -> (BufferId, bool) {
        if let Some(&id) = self.gradients.get(&of.id) {
            return (id, true);
        }
        let id = self.buffer("gradient of an activation", of.rows * of.columns);
        self.gradients.insert(of.id, id);
        (id, false)
    }

    /// Appends the reverse pass.
    ///
    /// # Errors
    /// [`Error::Internal`] if an operation's output does not reach the loss.
    pub fn backward(&mut self) -> Result<(), Error> {
        for op in std::mem::take(&mut self.tape).into_iter().rev() {
            op.backward(self)?;
        }
        Ok(())
    }
}
