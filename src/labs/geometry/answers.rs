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

/// A table of the reader's.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MapTable {
    pub(super) name: String,
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

/// A run of the race, alone or beside the others of its seed.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfMap {
    /// Which; the first if left out. Without an open race the graph alone is told.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub(super) run: Option<u32>,
    /// Whether the maps of the other arms are told too, of the same seed.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub(super) beside: Option<bool>,
}

/// What a run has made of the graph.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct OneMap {
    /// Identifier of the arm, and its name.
    pub(super) arm: String,
    pub(super) label: String,
    /// Its seed, and steps trained; of a table of the reader's there are none.
    pub(super) seed: Option<u32>,
    pub(super) step: Option<u32>,
    /// Its axes.
    pub(super) axes: Vec<MapAxis>,
    /// `[nodes][3]`.
    pub(super) points: Floats,
    /// In a sentence, what the axes are.
    pub(super) about: String,
}

/// The graph on paper, and what a run has made of it.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MapAnswer {
    /// Names of the nodes.
    pub(super) nodes: Vec<String>,
    /// On paper, `[nodes][2]`.
    pub(super) drawing: Floats,
    /// Pairs of nodes, each edge once.
    pub(super) links: Vec<u32>,
    /// Arm or component of each node, and what these are called.
    pub(super) groups: Vec<u32>,
    pub(super) group_names: Vec<String>,
    /// Nothing without a race of this graph.
    pub(super) map: Option<OneMap>,
    /// What is measured of the embedding, in a sentence; empty of what a race measures.
    pub(super) measured: String,
    /// Of the other arms, if they were asked for.
    pub(super) beside: Vec<OneMap>,
    /// Why there is no map; empty if there is one.
    pub(super) why: String,
}

/// The arms of a path-star: what is held out, and what of it is found.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PathsAnswer {
    /// Of each arm, whether its path is held out.
    pub(super) held_out: Vec<bool>,
    /// Whether the paths of the others are taught to this run.
    pub(super) taught: bool,
    /// The arms that are asked, counted from 0; none without a race.
    pub(super) asked: Vec<u32>,
    /// Of each of those, whether its first step is found, and the probability that the run gives it.
    pub(super) found: Vec<bool>,
    pub(super) probability: Floats,
    /// And the cosine of its leaf and its first node in the embedding.
    pub(super) cosine: Floats,
    /// Share of arms whose first step a guess finds.
    pub(super) chance: f64,
    /// In a sentence, what it is of.
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
    /// For each, which eigenspace it belongs to, counted from 1: within one only the norm means anything.
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
