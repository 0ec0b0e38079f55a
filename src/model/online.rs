//! A plan that learns from windows which the caller writes, instead of batches that the device draws: the sequence lab's
//! transformer gets its symbols one at a time.
//!
//! A window is the last symbols of a sequence. A training step learns from a batch of them; the evaluation looks at one, and judges what
//! its last position says about the symbol that comes next.

use super::transformer::{Replica, Transformer, Uses};
use crate::error::Error;
use crate::graph::ops::Optimiser;
use crate::graph::plan::Plan;
use crate::graph::{BufferId, Graph};

/// Which positions of a window a gradient step learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// The last one: what comes after the whole window.
    Last,
    /// All of them, as in ordinary training of a decoder.
    All,
}

/// How a step learns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowRegime {
    /// Windows per gradient step.
    pub rows: u32,
    /// Which of their positions it learns from.
    pub judged: Judged,
    /// The optimiser.
    pub optimiser: Optimiser,
}

/// A plan over given windows, and the buffers that the caller writes and reads.
#[derive(Clone, Debug)]
pub struct WindowPlan {
    /// The plan. Its evaluation writes loss and accuracy of the last position into the ring of evaluations.
    pub plan: Plan,
    /// Tokens of a step's windows, `[rows, length]`.
    pub tokens: BufferId,
    /// What follows each judged position, `[rows, length]` or `[rows, 1]`; negative where nothing is judged.
    pub targets: BufferId,
    /// Tokens of the evaluation's window, `[length]`.
    pub asked: BufferId,
    /// What follows its last position, `[1]`.
    pub next: BufferId,
    /// The evaluation's logits of the last position, `[vocabulary]`.
    pub logits: BufferId,
}

impl Transformer {
    /// Records the plan of `replicas` that learn from given windows of the model's length. The model's task draws nothing and judges
    /// nothing here. A step's loss is divided by all its judged positions, those with a negative target included.
    ///
    /// # Errors
    /// [`Error::Internal`] if an operation does not fit its neighbours.
    pub fn windows(&self, replicas: &[Replica], regime: &WindowRegime) -> Result<WindowPlan, Error> {
        let WindowRegime { rows, judged, ref optimiser } = *regime;
        let pool = self.pool();
        let uses = Uses::of(self, replicas);
        let length = self.architecture.layout.length;
        let first = match judged {
            Judged::Last => length - 1,
            Judged::All => 0,
        };
        let each = length - first;
        let mut buffers = Vec::new();
        let shared = self.shared(&mut buffers, true);

        let mut graph = Graph::new(&mut buffers, shared, pool.len, true);
        let tokens = graph.input("tokens of windows", rows, length);
        let targets = graph.input("targets of windows", rows, each);
        let logits = self.forward_from(&mut graph, tokens, rows, &uses, first);
        let scores = graph.cross_entropy(logits, targets, rows * each);
        graph.backward()?;
        graph.optimise(scores, rows, each, rows * each, pool, optimiser);
        let training = graph.finish();

        let mut graph = Graph::new(&mut buffers, shared, pool.len, false);
        let asked = graph.input("tokens of one window", 1, length);
        let next = graph.input("next symbol", 1, 1);
        let logits = self.forward_from(&mut graph, asked, 1, &uses, length - 1);
        graph.keep(logits.id);
        let scores = graph.cross_entropy(logits, next, 1);
        graph.measure(scores, 1, 1, 1);
        let evaluation = graph.finish();

        let kept = [tokens, targets, asked, next, logits].map(|tensor| tensor.id).to_vec();
        let plan = Plan::new(replicas.len() as u32, &buffers, training, evaluation, shared, kept)?;
        let [tokens, targets, asked, next, logits] = plan.kept[..] else {
            return Err(Error::Internal("a plan over windows keeps five buffers".to_owned()));
        };
        Ok(WindowPlan { plan, tokens, targets, asked, next, logits })
    }
}
