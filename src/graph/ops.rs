//! The operations: each records its forward launch and, in training, what its reverse pass needs.

mod attention;
mod cross_entropy;
mod embed;
mod layer_norm;
mod linear;
mod optimise;
mod select;

pub use linear::Linear;
pub use optimise::Optimiser;

use super::Graph;
use crate::error::Error;

/// What the reverse pass of one recorded operation needs.
#[derive(Debug)]
pub(super) enum Op {
    Attention(attention::Record),
    Embed(embed::Record),
    LayerNorm(layer_norm::Record),
    Linear(linear::Record),
    Select(select::Record),
}

impl Op {
    pub(super) fn backward(self, graph: &mut Graph<'_>) -> Result<(), Error> {
        match self {
            Self::Attention(record) => record.backward(graph),
            Self::Embed(record) => record.backward(graph),
            Self::LayerNorm(record) => record.backward(graph),
            Self::Linear(record) => record.backward(graph),
            Self::Select(record) => record.backward(graph),
        }
    }
}
