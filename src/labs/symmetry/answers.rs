//! What the symmetry lab is asked, and what it answers.

use serde::Serialize;

use crate::labs::arrays::Floats;
use crate::run::claim::Verdict;

/// A space that is turned by hand.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct DialAnswer {
    /// Dimensions: 2 or 3.
    pub(super) space: u32,
    /// The map's name.
    pub(super) label: &'static str,
    /// Vectors after the turn, `[n][space]`; of the knowledge `[m][space]`.
    pub(super) x: Vec<Vec<f64>>,
    pub(super) z: Vec<Vec<f64>>,
    /// What the map makes of them; empty where it makes nothing.
    pub(super) y: Vec<Vec<f64>>,
    /// What it made of them before the turn, turned.
    pub(super) ghost: Vec<Vec<f64>>,
    /// Degrees by which it is turned.
    pub(super) angle: f32,
    /// The error at this angle; null where it makes nothing.
    pub(super) error: Option<f64>,
    /// Degrees.
    pub(super) angles: Vec<f64>,
    /// Of each map, its errors at those.
    pub(super) curves: Vec<DialCurve>,
}

/// Errors of a map by angle.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct DialCurve {
    pub(super) map: &'static str,
    pub(super) label: &'static str,
    pub(super) errors: Vec<f64>,
}

/// How far one map is from respecting one symmetry.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct ErrorRow {
    pub(super) map: &'static str,
    pub(super) label: &'static str,
    pub(super) group: &'static str,
    /// Median, least and greatest error in single precision; null where the map makes nothing.
    pub(super) single: [Option<f64>; 3],
    /// And in double.
    pub(super) double: [Option<f64>; 3],
}

/// A symmetry.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct GroupName {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
}

/// How far every map is from respecting every symmetry.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct ErrorsAnswer {
    pub(super) groups: Vec<GroupName>,
    pub(super) rows: Vec<ErrorRow>,
    pub(super) trials: u32,
    /// Greatest errors of rounding, in single and double precision.
    pub(super) rounding: [f64; 2],
    pub(super) verdicts: Vec<Verdict>,
}

/// How much of a map's output lies outside the span.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct SpanRow {
    pub(super) map: &'static str,
    pub(super) label: &'static str,
    /// Median, least and greatest share; null where the map makes nothing.
    pub(super) share: [Option<f64>; 3],
}

/// How much of every map's output lies outside the span of sequence and knowledge.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct SpanAnswer {
    /// Dimensions in which that was looked at.
    pub(super) d: u32,
    pub(super) about: String,
    pub(super) rows: Vec<SpanRow>,
    pub(super) verdict: Verdict,
    /// Vectors of the sequence; those of the knowledge follow them in the columns of the coefficients.
    pub(super) n: u32,
    /// Coefficients A and B of the Gram form on the first draw, row after row `[n, n + m]`, and after a rotation.
    pub(super) coefficients: [Floats; 2],
}

/// A part of a block.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct BlockRow {
    pub(super) name: &'static str,
    pub(super) set: &'static str,
    /// Median errors of that part alone; null where there is no output.
    pub(super) alone: [Option<f64>; 3],
    /// And of the block without it.
    pub(super) without: [Option<f64>; 3],
}

/// Which part of a block breaks a symmetry.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct BlockAnswer {
    pub(super) groups: Vec<GroupName>,
    pub(super) whole: [Option<f64>; 3],
    pub(super) parts: Vec<BlockRow>,
    pub(super) sentence: String,
    /// Greatest errors of rounding, in single and double precision.
    pub(super) rounding: [f64; 2],
}

/// An error of a map on the reader's data.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct OwnRow {
    pub(super) map: &'static str,
    pub(super) label: &'static str,
    /// In single and double precision; null where there is nothing to judge.
    pub(super) errors: Option<[f64; 2]>,
    /// Why not.
    pub(super) why: &'static str,
}

/// What the reader's data say.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct OwnAnswer {
    pub(super) rows: Vec<OwnRow>,
    /// Error of the reader's own map.
    pub(super) own: Option<f64>,
    /// Greatest errors of rounding, in single and double precision.
    pub(super) rounding: [f64; 2],
    pub(super) notes: Vec<String>,
    /// The orthogonal matrix nearest to a Q that is none.
    pub(super) nearest: Option<String>,
}
