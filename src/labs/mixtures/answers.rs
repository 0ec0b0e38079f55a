//! What the mixtures lab is asked, and what it answers.

use serde::{Deserialize, Serialize};

use crate::labs::arrays::{Bytes, Floats};

/// One run of the race; the first if left out.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfMixtureRun {
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub(super) run: Option<u32>,
}

/// One run of the race, the first if left out, and contexts that it looks at.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfHeads {
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub(super) run: Option<u32>,
    /// Whether that is the reader's own mixture; the held-out contexts if left out.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub(super) own: Option<bool>,
}

/// A context.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfContext {
    /// Which of the held-out ones; the first if left out. The reader's own mixture comes before them, where there is one.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub(super) at: Option<u32>,
    /// How many tokens are drawn to look at.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub(super) tokens: Option<u32>,
    /// How often each of them stands there; once if left out.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub(super) copies: Option<u32>,
    /// Which other order they are put in; none if left out or 0.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub(super) permuted: Option<u32>,
}

/// A table of densities.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DensityFile {
    pub(super) bytes: Bytes,
}

/// A context as what it is.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContextAnswer {
    /// In a sentence, what it is.
    pub(super) about: String,
    /// Places of the grid.
    pub(super) z: Vec<f64>,
    /// Of each cloud `[components][grid]`, of mean one.
    pub(super) densities: Floats,
    /// Angle of each tag in degrees; nothing where tags have no angle.
    pub(super) angles: Vec<f64>,
    /// What is asked of each cloud, in standard deviations; nothing of the reader's own.
    pub(super) answers: Vec<f64>,
    /// Places of tokens that are drawn, and the cloud of each.
    pub(super) places: Floats,
    pub(super) clouds: Vec<u32>,
    /// Share of the law's densities that have to be clipped at zero, of 1000 clouds.
    pub(super) clipped: f64,
    /// Left of the variance: to who knows the tag alone, to who sees no tags; and with exchanged queries to who recalls without fault.
    pub(super) query_only: f64,
    pub(super) blur: f64,
    pub(super) exchanged: f64,
    /// Spread of the first four coefficients.
    pub(super) spreads: Vec<f64>,
    /// The mixture as settings have it, so that it can be changed.
    pub(super) text: String,
    /// What repeating and permuting the tokens changes; nothing where they stand as they were drawn.
    pub(super) change: Option<ChangeAnswer>,
}

/// What other tokens change in the output of attention, through layers as they are drawn.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct ChangeAnswer {
    /// The most that a number of the output changes, of the largest.
    pub(super) by: f64,
    /// What rounding may do there.
    pub(super) allowed: f64,
}

/// Who attends to whom.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HeadsAnswer {
    /// In a sentence, whose heads.
    pub(super) about: String,
    /// Mean weight `[heads][tag asked for][tag looked at]`; empty where weights do not sum to one.
    pub(super) masses: Floats,
    pub(super) heads: u32,
    pub(super) components: u32,
    /// Of each head, the weight on the tag asked for.
    pub(super) same_tag: Vec<f64>,
    /// And the weight of the tag that has most, over queries.
    pub(super) sharpness: Vec<f64>,
    /// Angle from the tag asked for to the tag looked at, from −180 to 180 degrees `[tag asked for][tag looked at]`; empty where tags have
    /// none.
    pub(super) turns: Vec<f64>,
}

/// A coefficient, read out.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct CoefficientAnswer {
    /// From 1.
    pub(super) mode: u32,
    /// On contexts that the read-out was not fitted on.
    pub(super) r2: f64,
    /// True and read, in standard deviations of the law `[..][2]`.
    pub(super) points: Floats,
    /// The same of the clouds of the reader's own mixture; empty if there is none.
    pub(super) own: Floats,
}

/// What attention's output knows.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct CoefficientsAnswer {
    pub(super) about: String,
    pub(super) modes: Vec<CoefficientAnswer>,
}

/// Error at one number of contexts.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SamplesAnswer {
    pub(super) alpha: f64,
    /// Numbers of contexts.
    pub(super) contexts: Vec<u32>,
    /// `(log n)^(α/(α+1))` of each.
    pub(super) x: Vec<f64>,
    /// Variance unexplained `[contexts][seeds]`; not a number before there is one.
    pub(super) errors: Vec<Vec<f64>>,
    /// Left to who reads the first 1, 2, 3 modes without fault.
    pub(super) floors: Vec<f64>,
    /// Spread of the first coefficient.
    pub(super) spread: f64,
}
