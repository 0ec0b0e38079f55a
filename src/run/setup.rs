//! From a configuration to what the model and the plan need.

use crate::graph::ops::Optimiser;
use crate::kernels::matmul;
use crate::labs::copy::config::{Activation, CopyConfig, Norm, Schedule};
use crate::model::transformer::{Architecture, Regime};

/// Architecture of a configuration.
#[must_use]
pub fn architecture(config: &CopyConfig) -> Architecture {
    Architecture {
        layout: config.layout(),
        layers: config.layers,
        width: config.width,
        heads: config.heads,
        mlp: config.mlp,
        activation: match config.activation {
            Activation::Relu => matmul::Activation::Relu,
            Activation::Gelu => matmul::Activation::Gelu,
        },
        pre_norm: config.norm == Norm::Pre,
        causal: config.causal(),
        dropout: config.dropout,
        tied: config.tied,
    }
}

/// Training regime of a configuration.
#[must_use]
pub fn regime(config: &CopyConfig) -> Regime {
    let optimiser = Optimiser {
        warmup: config.warmup,
        cosine: config.schedule == Schedule::Cosine,
        steps: config.steps,
        clip: config.clip,
        decay: config.decay,
    };
    Regime { batch: config.batch, held_out: config.held_out, optimiser }
}
