//! The geometry lab: taught only who neighbours whom, does a network end up with a map?

mod answers;
mod ask;
pub mod claim;
pub mod closed;
pub mod config;
pub mod edges;
mod embedding;
pub mod graph;
pub mod kinds;
pub mod knobs;
pub mod landscape;
pub mod layout;
pub mod learner;
mod maps;
pub mod node2vec;
pub mod parts;
pub mod path_claims;
pub mod paths;
pub mod presets;
mod race;
pub mod shapes;
pub mod table;
pub mod tiny;

use crate::choice::Choice;
use crate::error::Error;
use crate::labs::ask::Bench;
use crate::labs::device::Check;
use crate::labs::geometry::ask::GeometryBench;
use crate::labs::geometry::config::GeometryConfig;
use crate::labs::geometry::shapes::Shape;
use crate::labs::geometry::table::OwnTable;
use crate::labs::onward::{GRAPH, Gives, Of, TABLE, Takes, Values};
use crate::labs::{Config, Lab};

const GIVES: &[Gives] = &[Gives { kind: TABLE, label: "The embedding", question: "onward.table", of: Of::Run }];

fn graph(text: &str) -> Result<Values, Error> {
    let edges = edges::of_lines(text)?;
    let experiment = config::Experiment::Tiny.id().to_owned();
    Ok(vec![("experiment", experiment), ("graph", Shape::Own.id().to_owned()), ("edges", edges)])
}

const TAKES: &[Takes] = &[
    Takes {
        kind: TABLE,
        label: "is it a map?",
        part: "map",
        file: true,
        read: |text| OwnTable::read("", text).map(|_| Vec::new()),
    },
    Takes { kind: GRAPH, label: "learn it", part: "map", file: false, read: graph },
];

/// What it gives to the check of a device.
const CHECKS: &[Check] = &[
    Check::Odd(&[
        ("arms", "3"),
        ("net_width", "12"),
        ("width", "12"),
        ("heads", "3"),
        ("mlp", "21"),
        ("node2vec_width", "7"),
        ("seeds", "3"),
    ]),
    Check::Odd(&[
        ("experiment", "paths"),
        ("arms", "9"),
        ("path_nodes", "4"),
        ("width", "12"),
        ("mlp", "21"),
        ("batch", "33"),
        ("seeds", "2"),
    ]),
    Check::Preset("tiny"),
];

/// The geometry lab.
#[derive(Debug)]
pub struct GeometryLab;

impl Lab for GeometryLab {
    fn id(&self) -> &'static str {
        "geometry"
    }

    fn label(&self) -> &'static str {
        "Geometry"
    }

    fn question(&self) -> &'static str {
        "Taught only who neighbours whom: does a network end up with a map?"
    }

    fn defaults(&self) -> Config {
        GeometryConfig::default().into()
    }

    fn checks(&self) -> &'static [Check] {
        CHECKS
    }

    fn bench(&self) -> Box<dyn Bench> {
        Box::new(GeometryBench::default())
    }

    fn gives(&self) -> &'static [Gives] {
        GIVES
    }

    fn takes(&self) -> &'static [Takes] {
        TAKES
    }
}
