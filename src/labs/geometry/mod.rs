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
pub mod tiny;

use crate::labs::ask::Bench;
use crate::labs::geometry::ask::GeometryBench;
use crate::labs::geometry::config::GeometryConfig;
use crate::labs::{Config, Lab};

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

    fn bench(&self) -> Box<dyn Bench> {
        Box::new(GeometryBench::default())
    }
}
