//! Positional encodings: one file each, and the one record that the plan needs of each of them.
//!
//! Additive encodings are a table `[length, width]` and a gain: the model reads `token + gain · table[p]`.
//! RoPE and ALiBi act inside attention. All of them fit one plan: replicas differ in data, not in launches.
//!
//! What a position looks like to a dot product is the other half: [`face`](mod@face) gives every encoding as the vectors or the
//! kernel by which positions are compared, [`measures`] says how well they can be told apart, [`lemma`] holds Lemma 1.

mod alibi;
mod compressed;
pub mod face;
mod fourier;
pub mod lemma;
pub mod measures;
mod none;
mod one_hot;
pub mod phase;
mod random;
mod rank;
mod rank_code;
mod rope;
mod sinusoidal;
mod spike_time;
pub mod statistics;

use crate::choice::choice;
use crate::kernels::rng;

pub use rope::BASE as ROPE_BASE;

choice! {
    /// A positional encoding.
    pub enum Encoding {
        None = "none", "None", "Nothing added: the control. A causal mask still tells some order.";
        Sinusoidal = "sinusoidal", "Sinusoidal", "PE(p) = [sin(p ω_i), cos(p ω_i)] with ω_i = 10000^(−2i/d): the transformer's own.";
        Compressed = "compressed", "Frequency-compressed", "Sinusoidal at p/L: every frequency divided by the length, so that neighbours almost coincide.";
        SpikeTime = "spike-time", "Spike time", "Sinusoidal with its amplitude divided by L, the form of Lemma 1: (T/L)·PE(p) with T = 1.";
        SpikeTimeGain = "spike-time-gain", "Spike time, trained gain", "The spike-time form with a trainable gain; started at L it equals sinusoidal.";
        Rank = "rank", "Rank (learned)", "A learned table looked up at the integer rank p, N(0, 1) at the start.";
        Rope = "rope", "RoPE", "Queries and keys are rotated by p ω_i, pair by pair, base 10000.";
        Alibi = "alibi", "ALiBi", "A penalty on attention logits that grows linearly with distance, one slope per head.";
        Fourier = "fourier", "Random Fourier features", "sin and cos of p·w with w drawn from N(0, 1): dot products approximate a Gaussian of the distance.";
        OneHot = "one-hot", "One-hot", "Entry p is 1, all others 0: every position is equally far from every other. As wide as it is long.";
        RankCode = "rank-code", "Rank-ordered N-of-M code", "N of M neurons, drawn at random for each position; the r-th to fire has α^r, the others 0.";
        Random = "random", "Random table", "Random directions with a common part, so that the mean self-margin is what it is set to; never trained.";
    }
}

impl Encoding {
    /// The encodings that race in the copy lab.
    pub const RACING: [Self; 8] = [
        Self::None,
        Self::Sinusoidal,
        Self::Compressed,
        Self::SpikeTime,
        Self::SpikeTimeGain,
        Self::Rank,
        Self::Rope,
        Self::Alibi,
    ];
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

/// What a reader can turn on an encoding. The default leaves every encoding as its paper has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// Base of the frequencies `base^(−2i/d)`.
    pub base: f64,
    /// What positions are divided by, inside sine and cosine; of ALiBi, distances.
    pub compression: f64,
    /// Factor of what is added.
    pub gain: f32,
    /// Deviation of Gaussian noise on every entry of the table, before the gain.
    pub noise: f32,
    /// Significance ratio of the rank code, in (0, 1].
    pub alpha: f64,
    /// N of the rank code.
    pub active: u32,
    /// Mean self-margin of the random table; nothing leaves its directions without a common part.
    pub margin: Option<f64>,
    /// L of the compressed and the spike-time encodings, if it is not the length: a model that is evaluated on longer
    /// sequences keeps the one it was trained with.
    pub window: Option<u32>,
    /// Where a trainable gain starts; 0 stands for that L.
    pub start: f32,
    /// Whether a trainable gain stays where it starts.
    pub hold_gain: bool,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            base: ROPE_BASE,
            compression: 1.0,
            gain: 1.0,
            noise: 0.0,
            alpha: 0.9,
            active: 11,
            margin: None,
            window: None,
            start: 0.0,
            hold_gain: false,
        }
    }
}

/// What the recipes depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Positions.
    pub length: u32,
    /// Model width `d`.
    pub width: u32,
    /// Seed of learned and random tables.
    pub seed: u32,
    /// What is turned.
    pub tuning: Tuning,
}

impl Shape {
    /// L of the compressed and the spike-time encodings.
    #[must_use]
    pub fn window(&self) -> u32 {
        self.tuning.window.unwrap_or(self.length).max(1)
    }

    /// A random number of a drawn table: `part` tells independent draws apart.
    fn normal(&self, part: u32, element: u32) -> f32 {
        rng::normal([self.seed, rng::STREAM_POSITIONS, part, element])
    }
}

/// The table of an additive encoding, row-major with its own number of columns: a one-hot table is as wide as it is
/// long. Nothing for what adds nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Positions.
    pub rows: usize,
    /// Entries of a position's vector.
    pub columns: usize,
    /// `[rows, columns]`, row-major.
    pub values: Vec<f32>,
}

impl Encoding {
    /// The recipe of this encoding for one run: its table has the model's width.
    #[must_use]
    pub fn recipe(self, shape: &Shape) -> Recipe {
        let mut recipe = match self {
            Self::None => none::recipe(shape),
            Self::Sinusoidal => sinusoidal::recipe(shape),
            Self::Compressed => compressed::recipe(shape),
            Self::SpikeTime => spike_time::recipe(shape),
            Self::SpikeTimeGain => spike_time::recipe_with_gain(shape),
            Self::Rank => rank::recipe(shape),
            Self::Rope => rope::recipe(shape),
            Self::Alibi => alibi::recipe(shape),
            Self::Fourier => fourier::recipe(shape),
            Self::OneHot => one_hot::recipe(shape),
            Self::RankCode => rank_code::recipe(shape),
            Self::Random => random::recipe(shape),
        };
        let adds = recipe.train_table || recipe.table.iter().any(|&value| value != 0.0);
        if shape.tuning.noise > 0.0 && adds {
            for (element, value) in (0..).zip(&mut recipe.table) {
                *value += shape.tuning.noise * shape.normal(NOISE, element);
            }
        }
        recipe.gain *= shape.tuning.gain;
        recipe
    }
}

/// Independent draws of one seed, see [`Shape::normal`].
const NOISE: u32 = 1;
const FREQUENCIES: u32 = 2;
const DIRECTIONS: u32 = 3;
