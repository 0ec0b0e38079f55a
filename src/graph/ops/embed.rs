//! Batch, and embedding with position.

use crate::error::Error;
use crate::graph::{Graph, Tensor, ops::Op};
use crate::kernels::batch::Batch;
use crate::kernels::embed::{Embed, Shape};
use crate::kernels::embed_backward::EmbedBackward;
use crate::kernels::examples::Examples;
use crate::kernels::gain_backward::GainBackward;

#[derive(Debug)]
pub(crate) struct Record {
    shape: Shape,
    tokens: Tensor,
    x: Tensor,
    /// Whether some replica trains its table, or its gain.
    table: bool,
    gain: bool,
    tied: bool,
}

impl Graph<'_> {
    /// Records the generation of a batch: tokens `[rows, length]` and targets `[rows, judged]`.
    pub fn batch(&mut self, batch: Batch) -> (Tensor, Tensor) {
        let (rows, length) = (batch.rows, batch.layout.length);
        let tokens = self.tensor("tokens", rows, length);
        let targets = self.tensor("targets", rows, batch.layout.judged());
        self.launch(batch, [Some(self.shared.control)], [Some(tokens.id), Some(targets.id)]);
        (tokens, targets)
    }

    /// Records the choice of `rows` examples from a `table` `[count, length + 1]`, whose last `answers` columns are the targets: drawn
    /// anew each step, or the first ones in order. Tokens `[rows, length]` and targets `[rows, answers]`.
    pub fn examples(&mut self, table: Tensor, answers: u32, rows: u32, draws: bool) -> (Tensor, Tensor) {
        let examples = Examples { count: table.rows, length: table.columns.saturating_sub(1), answers, rows, draws };
        let tokens = self.tensor("tokens", rows, examples.length);
        let targets = self.tensor("targets", rows, answers);
        let control = draws.then_some(self.shared.control);
        self.launch(examples, [control, Some(table.id)], [Some(tokens.id), Some(targets.id)]);
        (tokens, targets)
    }

    /// Records the embedding of `tokens`, with positions if the shape has them. `table` and `gain` say whether some
    /// replica trains its position table or gain; `tied`, whether the output layer shares the token embedding.
    pub fn embed(&mut self, tokens: Tensor, shape: Shape, table: bool, gain: bool, tied: bool) -> Tensor {
        let x = self.tensor("embedded tokens", shape.rows * shape.length, shape.width);
        self.launch(Embed { shape }, [Some(tokens.id), Some(self.shared.parameters)], [Some(x.id)]);
        if self.training() {
            let (table, gain) = (shape.positions && table, shape.positions && gain);
            self.tape.push(Op::Embed(Record { shape, tokens, x, table, gain, tied }));
        }
        x
    }
}

impl Record {
    pub(super) fn backward(self, graph: &mut Graph<'_>) -> Result<(), Error> {
        let Self { shape, tokens, x, table, gain, tied } = self;
        let dx = graph.gradient(x)?;
        let parameters = Some(graph.shared.parameters);
        let gradients = Some(graph.shared.gradients);
        let backward = EmbedBackward { shape, table, accumulate: tied };
        graph.launch(backward, [Some(tokens.id), Some(dx), parameters], [gradients]);
        if gain {
            graph.launch(GainBackward { shape }, [Some(dx), parameters], [gradients]);
        }
        Ok(())
    }
}
