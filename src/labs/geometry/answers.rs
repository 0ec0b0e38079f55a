//! What the geometry lab is asked, and what it answers.

use serde::{Deserialize, Serialize};

use crate::labs::arrays::{Bytes, Floats};

/// One run of the race.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfRun {
    /// Which; the first if left out. Without an open race the graph alone is told.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub(super) run: Option<u32>,
}

/// A node, in one run of the race.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfNode {
    pub(super) run: u32,
    pub(super) node: u32,
}

/// A matrix, of one run of the race.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfMatrix {
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub(super) run: Option<u32>,
    /// cosine, adjacency, hops or logits.
    pub(super) which: String,
    /// Whether entries an odd number of hops apart change their sign: a zigzag becomes a map.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub(super) flip: Option<bool>,
}

/// An edge list.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EdgeFile {
    pub(super) bytes: Bytes,
}

/// An axis of the map.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct MapAxis {
    pub(super) label: String,
    /// Of the embedding's variance.
    pub(super) share: f64,
}

/// The graph on paper, and what a run has made of it.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MapAnswer {
    /// Arm and seed; nothing without a race.
    pub(super) arm: Option<String>,
    pub(super) seed: Option<u32>,
    /// Steps trained.
    pub(super) step: u32,
    /// Names of the nodes.
    pub(super) nodes: Vec<String>,
    /// On paper, `[nodes][2]`.
    pub(super) drawing: Floats,
    /// Pairs of nodes, each edge once.
    pub(super) links: Vec<u32>,
    /// Arm or component of each node, and what these are called.
    pub(super) groups: Vec<u32>,
    pub(super) group_names: Vec<String>,
    /// The axes of the map; none without a race.
    pub(super) axes: Vec<MapAxis>,
    /// In the map, `[nodes][3]`; empty without a race.
    pub(super) points: Floats,
    /// In a sentence, what the axes are.
    pub(super) about: String,
}

/// A node that is near to another.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct Near {
    pub(super) node: u32,
    pub(super) name: String,
    pub(super) cosine: f64,
    /// Edges between them; null where there is no way.
    pub(super) hops: Option<u32>,
}

/// The nodes that are nearest to one.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct NearestAnswer {
    pub(super) node: u32,
    pub(super) name: String,
    pub(super) neighbours: usize,
    pub(super) nearest: Vec<Near>,
}

/// The spectrum of the graph, from the top down.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SpectrumAnswer {
    /// Of `D⁻¹A + (D⁻¹A)ᵀ`.
    pub(super) eigenvalues: Vec<f64>,
    /// For each, which eigenspace it belongs to: within one only the norm means anything.
    pub(super) spaces: Vec<u32>,
    /// `‖Vᵀe‖`, as a root mean square over its eigenspace; empty without a race.
    pub(super) projections: Vec<f64>,
    /// Where Node2Vec ends, if that is known: the objective, and `‖Vᵀe‖` of the second eigenspace.
    pub(super) closed: Option<ClosedAnswer>,
    /// Why it is not known; empty if it is.
    pub(super) why: String,
}

/// Where Node2Vec ends.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct ClosedAnswer {
    pub(super) objective: f64,
    pub(super) projection: f64,
    /// Steps at this rate until what decays slowest has gone down by e⁻⁸.
    pub(super) steps: f64,
}

/// A matrix.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct MatrixAnswer {
    pub(super) rows: Vec<String>,
    pub(super) columns: Vec<String>,
    /// `[rows][columns]`; not a number where there is no way.
    pub(super) values: Floats,
    /// In a sentence, what it is.
    pub(super) about: String,
}

/// A graph, in numbers.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GraphAnswer {
    pub(super) nodes: usize,
    /// Each counted once.
    pub(super) edges: usize,
    pub(super) components: usize,
    /// Least and greatest number of neighbours.
    pub(super) degrees: [usize; 2],
    /// Nats a directed edge that no learner goes below.
    pub(super) floor: f64,
    /// The same where nodes are taught as their own neighbours.
    pub(super) floor_self: f64,
    /// Share of directed edges that a learner finds at best which names one neighbour a node.
    pub(super) ceiling: f64,
}
