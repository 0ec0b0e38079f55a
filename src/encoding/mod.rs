//! Positional encodings: one file each, and the one record that the plan needs of each of them.
//!
//! Additive encodings are a table `[length, width]` and a gain: the model reads `token + gain · table[p]`.
//! RoPE and ALiBi act inside attention. All of them fit one plan: replicas differ in data, not in launches.

mod alibi;
mod compressed;
mod none;
mod rank;
mod rope;
pub mod similarity;
mod sinusoidal;
mod spike_time;

use crate::choice::choice;

pub use alibi::slope as alibi_slope;
pub use rope::BASE as ROPE_BASE;

choice! {
    /// A positional encoding of the copy lab.
    pub enum Encoding {
        None = "none", "None", "Nothing added: the control. A causal mask still tells some order.";
        Sinusoidal = "sinusoidal", "Sinusoidal", "PE(p) = [sin(p ω_i), cos(p ω_i)] with ω_i = 10000^(−2i/d): the transformer's own.";
        Compressed = "compressed", "Frequency-compressed", "Sinusoidal at p/L: every frequency divided by the length, so that neighbours almost coincide.";
        SpikeTime = "spike-time", "Spike time", "Sinusoidal with its amplitude divided by L, the form of Lemma 1: (T/L)·PE(p) with T = 1.";
        SpikeTimeGain = "spike-time-gain", "Spike time, trained gain", "The spike-time form with a trainable gain; started at L it equals sinusoidal.";
        Rank = "rank", "Rank (learned)", "A learned table looked up at the integer rank p, N(0, 1) at the start.";
        Rope = "rope", "RoPE", "Queries and keys are rotated by p ω_i, pair by pair, base 10000.";
        Alibi = "alibi", "ALiBi", "A penalty on attention logits that grows linearly with distance, one slope per head.";
    }
}

/// What a plan has to know of an encoding.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Additive table `[length, width]`, row-major; all zeros where nothing is added.
    pub table: Vec<f32>,
    /// Factor of the table.
    pub gain: f32,
    /// Whether the table is trained.
    pub train_table: bool,
    /// Whether the gain is trained.
    pub train_gain: bool,
    /// Whether attention rotates queries and keys.
    pub rope: bool,
    /// Whether attention adds the distance penalty.
    pub alibi: bool,
}

impl Recipe {
    /// A recipe that adds `table` as it is, and does nothing else.
    fn fixed(table: Vec<f32>) -> Self {
        Self { table, gain: 1.0, train_table: false, train_gain: false, rope: false, alibi: false }
    }
}

/// What the recipes depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Positions `L`.
    pub length: u32,
    /// Model width `d`.
    pub width: u32,
    /// Seed of learned tables.
    pub seed: u32,
    /// Initial value of a trainable gain.
    pub gain: f32,
}

impl Encoding {
    /// The recipe of this encoding for one run.
    #[must_use]
    pub fn recipe(self, shape: &Shape) -> Recipe {
        match self {
            Self::None => none::recipe(shape),
            Self::Sinusoidal => sinusoidal::recipe(shape),
            Self::Compressed => compressed::recipe(shape),
            Self::SpikeTime => spike_time::recipe(shape),
            Self::SpikeTimeGain => spike_time::recipe_with_gain(shape),
            Self::Rank => rank::recipe(shape),
            Self::Rope => rope::recipe(shape),
            Self::Alibi => alibi::recipe(shape),
        }
    }
}
