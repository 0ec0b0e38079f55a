//! Contexts that are mixtures of clouds, and attention of a query over one.

use crate::error::Error;
use crate::graph::{BufferId, Graph, Tensor, ops::Op};
use crate::kernels::mixture::Mixture;
use crate::kernels::mixture_tokens::MixtureTokens;
use crate::kernels::weighted_attention::{Shape, WeightedAttention};
use crate::kernels::weighted_attention_backward::WeightedAttentionBackward;

#[derive(Debug)]
pub(crate) struct Record {
    shape: Shape,
    q: Tensor,
    kv: Tensor,
    bias: Tensor,
    y: Tensor,
    log_sums: Option<BufferId>,
}

/// What is drawn of contexts.
#[derive(Clone, Copy, Debug)]
pub struct Drawn {
    /// Densities `[rows · components, grid]`.
    pub densities: Tensor,
    /// Tags `[rows · components, tag]`.
    pub tags: Tensor,
    /// Queries `[rows · queries, 1 + tag]`.
    pub queries: Tensor,
    /// Their answers `[rows · queries, 1]`.
    pub answers: Tensor,
    /// Tokens `[rows · keys, 1 + tag]`.
    pub tokens: Tensor,
    /// Their log weights `[rows, keys]`.
    pub bias: Tensor,
}

impl Graph<'_> {
    /// Records the drawing of contexts and of their tokens, `sampled` of each or, with none, all. `features` are amplitudes times modes on
    /// the grid, with weights of squares in the last column `[modes, grid + 1]`; `given` are tags `[components, tag]` that are not on the
    /// circle.
    pub fn mixture(&mut self, mixture: Mixture, sampled: u32, features: Tensor, given: Option<Tensor>) -> Drawn {
        let contexts = mixture.contexts;
        let clouds = contexts.rows * contexts.components;
        let densities = self.tensor("densities", clouds, contexts.grid);
        let tags = self.tensor("tags", clouds, contexts.tag);
        let queries = self.tensor("queries", contexts.rows * contexts.queries(), 1 + contexts.tag);
        let answers = self.tensor("answers", queries.rows, 1);
        let control = Some(self.shared.control);
        let writes = [densities, tags, queries, answers].map(|tensor| Some(tensor.id));
        self.launch(mixture, [control, Some(features.id), given.map(|given| given.id)], writes);
        let kernel = MixtureTokens { contexts, sampled };
        let tokens = self.tensor("tokens of a mixture", contexts.rows * kernel.keys(), 1 + contexts.tag);
        let bias = self.tensor("log weights", contexts.rows, kernel.keys());
        self.launch(kernel, [control, Some(densities.id), Some(tags.id)], [Some(tokens.id), Some(bias.id)]);
        self.leaves.extend([queries.id, tokens.id]);
        Drawn { densities, tags, queries, answers, tokens, bias }
    }

    /// Records attention of queries `q` `[rows · queries, width]` over weighted keys and values `[rows · keys, 2 width]`.
    pub fn weighted_attention(&mut self, shape: Shape, q: Tensor, kv: Tensor, bias: Tensor) -> Tensor {
        let y = self.tensor("attention output", q.rows, q.columns);
        let log_sums = (!shape.linear()).then(|| self.buffer("log-sum-exp of attention", q.rows * shape.heads));
        let reads = [q, kv, bias].map(|tensor| Some(tensor.id));
        self.launch(WeightedAttention { shape }, reads, [Some(y.id), log_sums]);
        if self.training() {
            self.tape.push(Op::WeightedAttention(Record { shape, q, kv, bias, y, log_sums }));
        }
        y
    }
}

impl Record {
    pub(super) fn backward(self, graph: &mut Graph<'_>) -> Result<(), Error> {
        let Self { shape, q, kv, bias, y, log_sums } = self;
        let dy = graph.gradient(y)?;
        let targets = [q, kv].map(|tensor| graph.gradient_target(tensor));
        if targets.iter().any(|(_, accumulate)| *accumulate) {
            return Err(Error::Internal("queries, keys or values are used twice".to_owned()));
        }
        let output = log_sums.map(|_| y.id);
        let reads = [Some(q.id), Some(kv.id), Some(bias.id), output, Some(dy), log_sums];
        graph.launch(WeightedAttentionBackward { shape }, reads, targets.map(|(id, _)| Some(id)));
        Ok(())
    }
}
