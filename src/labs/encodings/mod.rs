//! The encodings lab: what a position looks like to a dot product, and whether that predicts learning.

pub mod arms;
mod ask;
pub mod config;
mod findings;
pub mod lemma;
pub(crate) mod lengths;
pub mod logit;
pub mod outcome;
pub mod parts;
pub mod report;
pub mod shown;
pub mod table_file;
mod tables;
pub mod workbench;

use crate::labs::ask::Bench;
use crate::labs::encodings::config::EncodingsConfig;
use crate::labs::encodings::workbench::Workbench;
use crate::labs::{Config, Lab};

/// The encodings lab.
#[derive(Debug)]
pub struct EncodingsLab;

impl Lab for EncodingsLab {
    fn id(&self) -> &'static str {
        "encodings"
    }

    fn label(&self) -> &'static str {
        "Encodings"
    }

    fn question(&self) -> &'static str {
        "What does a position look like to a dot product?"
    }

    fn defaults(&self) -> Config {
        EncodingsConfig::default().into()
    }

    fn bench(&self) -> Box<dyn Bench> {
        Box::new(Workbench::default())
    }
}
