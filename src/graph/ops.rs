//! The operations: each records its forward launch and, in training, what its reverse pass needs.

mod attention;
mod embed;
mod layer_norm;
mod linear;
mod loss;
pub mod mixture;
mod optimise;
mod select;
mod vectors;

pub use linear::Linear;
pub use optimise::{Method, Optimiser};

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
    WeightedAttention(mixture::Record),
    Vectors(vectors::Record),
}

impl Op {
    pub(super) fn backward(self, graph: &mut Graph<'_>) -> Result<(), Error> {
        match self {
            Self::Attention(record) => record.backward(graph),
            Self::Embed(record) => record.backward(graph),
            Self::LayerNorm(record) => record.backward(graph),
            Self::Linear(record) => record.backward(graph),
            Self::Select(record) => record.backward(graph),
            Self::WeightedAttention(record) => record.backward(graph),
            Self::Vectors(record) => record.backward(graph),
        }
    }
}
