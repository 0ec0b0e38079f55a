//! The copy lab: which positional encodings let a transformer copy, and how soon?

pub mod claim;
pub mod config;
mod findings;
pub mod parts;
pub mod sweep;

use crate::labs::ask::{Bench, NoBench};
use crate::labs::copy::config::CopyConfig;
use crate::labs::run::Run;
use crate::labs::trial::Trial;
use crate::labs::{Config, Lab, Progress, Task};
use crate::run::machine::Machine;

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

    fn open<'a>(&self, config: Config, machine: &'a mut Machine, progress: Progress<'a>) -> Task<'a, Box<dyn Run>> {
        Trial::run(config, machine, progress)
    }

    fn bench(&self) -> Box<dyn Bench> {
        Box::new(NoBench)
    }
}
