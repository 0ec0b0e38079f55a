//! A plan that learns from windows which the caller writes, instead of batches that the device draws: the sequence lab's
//! transformer gets its symbols one at a time.
//!
//! A window is the last symbols of a sequence. Both programs read the same tokens: the evaluation judges what the last position says
//! about the symbol that comes next, the training step learns from it. So one upload serves a prediction and the step after it.

use super::transformer::{Replica, Transformer, Uses};
use crate::compute::error::Error;
use crate::graph::ops::Optimiser;
use crate::graph::plan::Plan;
use crate::graph::{BufferId, Graph, Tensor};

/// Which positions of a window a gradient step learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// The last one: what comes after the whole window.
    Last,
    /// All of them, as in ordinary training of a decoder.
    All,
}

/// A plan over given windows, and the buffers that the caller writes and reads.
#[derive(Clone, Debug)]
pub struct WindowPlan {
    /// The plan. Its evaluation writes loss and accuracy of the last position into the ring of evaluations.
    pub plan: Plan,
    /// Tokens of the window, `[length]`.
    pub tokens: BufferId,
    /// What follows each judged position, `[length]` or `[1]`; negative where nothing is judged.
    pub targets: BufferId,
    /// What follows the last position, `[1]`, for the evaluation.
    pub next: BufferId,
    /// The evaluation's logits of the last position, `[vocabulary]`.
    pub logits: BufferId,
}

impl Transformer {
    /// Records the plan of `replicas` that learn from given windows of the model's length.
    ///
    /// # Errors
    /// [`Error::Internal`] if an operation does not fit its neighbours.
    pub fn windows(
        &self,
        replicas: &[Replica],
        rows: u32,
        judged: Judged,
        optimiser: &Optimiser,
    ) -> Result<WindowPlan, Error> {
        let pool = self.pool();
        let uses = Uses::of(self, replicas);
        let length = self.architecture.layout.length;
        let last = length - 1;
        let first = match judged {
            Judged::Last => last,
            Judged::All => 0,
        };
        let mut buffers = Vec::new();
        let shared = self.shared(&mut buffers, true);

        let mut graph = Graph::new(&mut buffers, shared, pool.len, true);
        let tokens = graph.input("tokens", rows, length);
        let targets = graph.input("targets", rows, length - first);
        let judged = rows * (length - first);
        let logits = self.forward_from(&mut graph, tokens, rows, &uses, first);
        let scores = graph.cross_entropy(logits, targets, judged);
        graph.backward()?;
        graph.optimise(scores, rows, length - first, judged, pool, optimiser);
        let training = graph.finish();

        let mut graph = Graph::new(&mut buffers, shared, pool.len, false);
        let next = graph.input("next symbol", 1, 1);
        let logits: Tensor = self.forward_from(&mut graph, tokens, 1, &uses, last);
        graph.keep(logits.id);
        let scores = graph.cross_entropy(logits, next, 1);
        graph.measure(scores, 1, 1, 1);
        let evaluation = graph.finish();

        let kept = vec![tokens.id, targets.id, next.id, logits.id];
        let plan = Plan::new(replicas.len() as u32, &buffers, training, evaluation, shared, kept);
        let [tokens, targets, next, logits] = plan.kept[..] else {
            return Err(Error::Internal("a plan over windows keeps four buffers".to_owned()));
        };
        Ok(WindowPlan { plan, tokens, targets, next, logits })
    }
}
