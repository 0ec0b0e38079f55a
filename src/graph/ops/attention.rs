//! Multi-head attention over `qkv`.

use crate::error::Error;
use crate::graph::{BufferId, Graph, Tensor, ops::Op};
use crate::kernels::attention::{Attention, Shape};
use crate::kernels::attention_backward::AttentionBackward;
use crate::kernels::rope::{Heads, Rope};

#[derive(Debug)]
pub(crate) struct Record {
    shape: Shape,
    rope: bool,
    qkv: Tensor,
    y: Tensor,
    log_sums: BufferId,
}

impl Graph<'_> {
    /// Records attention. `rope` says whether some replica rotates; the replicas that do say so in their control
    /// block.
    pub fn attention(&mut self, qkv: Tensor, heads: Heads, causal: bool, dropout: f32, rope: bool) -> Tensor {
        let shape = Shape { heads, causal, dropout: self.dropout(dropout) };
        let y = self.tensor("attention output", qkv.rows, heads.width());
        let log_sums = self.buffer("log-sum-exp of attention", qkv.rows * heads.heads);
        let control = Some(self.shared.control);
        if rope {
            let rotations = Some(self.shared.rotations);
            self.launch(Rope { shape: heads }, [control, rotations], [Some(qkv.id)]);
        }
        self.attended.push((shape, qkv.id));
        self.launch(Attention { shape }, [control, Some(qkv.id)], [Some(y.id), Some(log_sums)]);
        if self.training() {
            self.tape.push(Op::Attention(Record { shape, rope, qkv, y, log_sums }));
        }
        y
    }
}

impl Record {
    pub(super) fn backward(self, graph: &mut Graph<'_>) -> Result<(), Error> {
        let Self { shape, rope, qkv, y, log_sums } = self;
        let dy = graph.gradient(y)?;
        let (d_qkv, accumulate) = graph.gradient_target(qkv);
        if accumulate {
            return Err(Error::Internal("queries, keys and values are used twice".to_owned()));
        }
        let rotations = rope.then_some(graph.shared.rotations);
        let reads = [Some(graph.shared.control), Some(qkv.id), Some(y.id), Some(dy), Some(log_sums), rotations];
        graph.launch(AttentionBackward { shape, rope }, reads, [Some(d_qkv)]);
        Ok(())
    }
}
