//! What labs hand on to each other: a lab says what it gives and what it takes, and both meet by the kind of data. No lab knows another.
//!
//! What is handed on is text: encodings with commas between; a table or a matrix as CSV without names, a row a line; a graph as an edge
//! list, two names a line.

use serde::{Deserialize, Serialize};

use crate::encoding::Table;
use crate::error::Error;
use crate::labs::{LABS, Lab};

/// Of what is handed on: encodings that race.
pub const ARMS: &str = "arms";
/// A vector for each position, or each node.
pub const TABLE: &str = "table";
/// A linear map of a space to itself: `x` goes to `x W`.
pub const MATRIX: &str = "matrix";
/// Who neighbours whom.
pub const GRAPH: &str = "graph";

/// What a lab gives.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Gives {
    /// Its kind: one of the names above.
    pub kind: &'static str,
    /// In the reader's words.
    pub label: &'static str,
    /// What is asked for it: it takes [`Which`] and answers [`Handed`].
    pub question: &'static str,
    /// Whether it is of one run of the open race, and of one head of it.
    pub of: Of,
}

/// Of what there is one to give.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Of {
    /// The settings.
    Settings,
    /// A run.
    Run,
    /// A head of a run: the settings `layers` and `heads` say how many there are.
    Head,
}

/// Settings by name.
pub type Values = Vec<(&'static str, String)>;

/// What a lab takes; of a kind, once.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    /// Its kind: one of the names above.
    pub kind: &'static str,
    /// What becomes of it, in the reader's words.
    pub label: &'static str,
    /// The part that shows it.
    pub part: &'static str,
    /// Whether it comes as a file, which a link does not hold.
    pub file: bool,
    /// The settings that it becomes, or why it is not taken; of a file none.
    pub read: fn(&str) -> Result<Values, Error>,
}

/// Which is asked for, each counted from 0: a run, and a head of it where that is what is given.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Which {
    /// The run.
    #[cfg_attr(test, ts(optional))]
    pub run: Option<u32>,
    /// The layer.
    #[cfg_attr(test, ts(optional))]
    pub layer: Option<u32>,
    /// The head.
    #[cfg_attr(test, ts(optional))]
    pub head: Option<u32>,
}

/// What is given.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Handed {
    /// What it is.
    pub about: String,
    /// Itself.
    pub text: String,
}

impl Handed {
    /// A table, or a matrix, with digits enough to read the same numbers again.
    #[must_use]
    pub fn table(about: String, table: &Table) -> Self {
        let line = |row: &[f32]| row.iter().map(|value| format!("{:?}", value + 0.0)).collect::<Vec<_>>().join(",");
        let lines = table.values.chunks_exact(table.columns.max(1)).map(line);
        Self { about, text: lines.collect::<Vec<_>>().join("\n") }
    }
}

/// What of a lab goes on elsewhere.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize)]
pub struct Onward {
    /// What it gives.
    pub gives: Gives,
    /// Who takes it.
    pub to: Vec<Destination>,
}

/// Who takes something, and what becomes of it there.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Destination {
    /// Which lab.
    #[cfg_attr(test, ts(type = "LabId"))]
    pub lab: &'static str,
    /// The lab's name.
    pub name: &'static str,
    /// As [`Takes::label`].
    pub label: &'static str,
    /// As [`Takes::part`].
    pub part: &'static str,
    /// As [`Takes::file`].
    pub file: bool,
}

/// What of a lab goes on elsewhere.
#[must_use]
pub fn onwards(from: &dyn Lab) -> Vec<Onward> {
    let takers = |kind: &str| {
        let others = LABS.iter().filter(|lab| lab.id() != from.id());
        let pairs = others.flat_map(|lab| lab.takes().iter().map(move |takes| (lab, takes)));
        let to = pairs.filter(move |(_, takes)| takes.kind == kind).map(|(lab, takes)| {
            let Takes { label, part, file, .. } = *takes;
            Destination { lab: lab.id(), name: lab.label(), label, part, file }
        });
        to.collect::<Vec<_>>()
    };
    from.gives().iter().map(|&gives| Onward { gives, to: takers(gives.kind) }).collect()
}
