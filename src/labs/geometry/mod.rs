//! The geometry lab: taught only who neighbours whom, does a network end up with a map?

pub mod claim;
pub mod config;
pub mod graph;
pub mod landscape;
pub mod node2vec;
mod race;

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
}
