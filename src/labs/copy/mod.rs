//! The copy lab: which positional encodings let a transformer copy, and how soon?

pub mod claim;
pub mod config;
mod findings;
pub mod parts;
pub mod sweep;
pub mod why;

use crate::labs::ask::Bench;
use crate::labs::copy::config::CopyConfig;
use crate::labs::copy::why::CopyBench;
use crate::labs::{Config, Lab};

/// The copy lab.
#[derive(Debug)]
pub struct CopyLab;

impl Lab for CopyLab {
    fn id(&self) -> &'static str {
        "copy"
    }

    fn label(&self) -> &'static str {
        "Copy"
    }

    fn question(&self) -> &'static str {
        "Which encodings let a transformer copy, and how soon?"
    }

    fn defaults(&self) -> Config {
        CopyConfig::default().into()
    }

    fn bench(&self) -> Box<dyn Bench> {
        Box::new(CopyBench)
    }
}
