//! The mixtures lab: can attention fetch one cloud out of a mixture, as a distribution of any length?

mod answers;
mod arms;
mod ask;
pub mod claim;
pub mod config;
mod context;
mod integral;
pub mod judge;
pub mod law;
pub mod model;
pub mod own;
pub mod parts;
pub mod presets;
mod race;
mod tables;

use crate::labs::ask::Bench;
use crate::labs::mixtures::ask::MixturesBench;
use crate::labs::mixtures::config::MixturesConfig;
use crate::labs::{Config, Lab};

/// The mixtures lab.
#[derive(Debug)]
pub struct MixturesLab;

impl Lab for MixturesLab {
    fn id(&self) -> &'static str {
        "mixtures"
    }

    fn label(&self) -> &'static str {
        "Mixtures"
    }

    fn question(&self) -> &'static str {
        "Can attention fetch one cloud out of a mixture, as a distribution of any length?"
    }

    fn defaults(&self) -> Config {
        MixturesConfig::default().into()
    }

    fn bench(&self) -> Box<dyn Bench> {
        Box::new(MixturesBench)
    }
}
