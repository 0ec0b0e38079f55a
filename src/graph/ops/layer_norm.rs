//! Layer norm over rows.

use crate::error::Error;
use crate::graph::{BufferId, Graph, Tensor, ops::Op};
use crate::kernels::layer_norm::{LayerNorm, Shape};
use crate::kernels::layer_norm_backward::LayerNormBackward;

#[derive(Debug)]
pub(crate) struct Record {
    shape: Shape,
    x: Tensor,
    y: Tensor,
    statistics: BufferId,
}

impl Graph<'_> {
    /// Records layer norm of each row of `x`, with γ and β at these offsets of the pool.
    pub fn layer_norm(&mut self, x: Tensor, gamma: u32, beta: u32) -> Tensor {
        let y = self.tensor("normalised activations", x.rows, x.columns);
        let statistics = self.buffer("statistics of a layer norm", 2 * x.rows);
        let shape = Shape { rows: x.rows, width: x.columns, gamma, beta, pool: self.pool };
        let parameters = Some(self.shared.parameters);
        self.launch(LayerNorm { shape }, [Some(x.id), parameters], [Some(y.id), Some(statistics)]);
        if self.training() {
            self.tape.push(Op::LayerNorm(Record { shape, x, y, statistics }));
        }
        y
    }
}

impl Record {
    pub(super) fn backward(self, graph: &mut Graph<'_>) -> Result<(), Error> {
        let Self { shape, x, y, statistics } = self;
        let dy = graph.gradient(y)?;
        let (dx, accumulate) = graph.gradient_target(x);
        let reads = [Some(x.id), Some(statistics), Some(dy), Some(graph.shared.parameters)];
        let writes = [Some(dx), Some(graph.shared.gradients)];
        graph.launch(LayerNormBackward { shape, accumulate }, reads, writes);
        Ok(())
    }
}
