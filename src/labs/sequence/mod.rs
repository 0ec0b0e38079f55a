//! The sequence lab: a spiking sparse distributed memory that learns a sequence in one pass, beside the transformer.

mod ask;
pub mod ball;
pub mod bench;
mod capacity;
pub mod config;
pub mod course;
pub mod curves;
mod errors;
pub mod insight;
mod kanerva;
pub mod machines;
pub mod operations;
pub mod parts;
pub mod passage;
pub mod recall;
pub mod report;
pub mod rival;
mod rivals;
pub mod session;
pub mod spikes;
pub mod stage;
pub mod study;
pub mod symbols;
pub mod timing;

use crate::error::Error;
use crate::graph::plan::Plan;
use crate::labs::ask::Bench;
use crate::labs::device::Check;
use crate::labs::onward::{GRAPH, Gives, Of};
use crate::labs::run::Run;
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::study::{Study, experiment};
use crate::labs::{Config, Lab, Progress, Task};
use crate::run::machine::Machine;

/// What it gives to the check of a device.
const CHECKS: &[Check] = &[
    Check::Odd(&[
        ("experiment", "errors"),
        ("alphabet", "7"),
        ("context_size", "65"),
        ("context_active", "10"),
        ("data_size", "33"),
        ("data_active", "5"),
        ("decoders", "257"),
        ("chosen", "7"),
        ("seeds", "2"),
        ("longest", "21"),
        ("points", "3"),
    ]),
    Check::Odd(&[
        ("experiment", "capacity"),
        ("inputs", "65"),
        ("inputs_active", "7"),
        ("data_size", "33"),
        ("data_active", "5"),
        ("decoders", "257"),
        ("chosen", "7"),
        ("decoder", "sparse"),
        ("stored", "70"),
        ("noise", "1"),
        ("seeds", "2"),
        ("points", "2"),
    ]),
    Check::Odd(&[
        ("experiment", "kanerva"),
        ("bits", "33"),
        ("locations", "65"),
        ("words", "17"),
        ("seeds", "2"),
        ("points", "2"),
    ]),
];

/// The sequence lab.
#[derive(Debug)]
pub struct SequenceLab;

impl Lab for SequenceLab {
    fn id(&self) -> &'static str {
        "sequence"
    }

    fn label(&self) -> &'static str {
        "Sequence machine"
    }

    fn question(&self) -> &'static str {
        "How does a spiking sparse distributed memory learn a sequence in one pass?"
    }

    fn defaults(&self) -> Config {
        SequenceConfig::default().into()
    }

    fn open<'a>(&self, config: Config, machine: &'a mut Machine, progress: Progress<'a>) -> Task<'a, Box<dyn Run>> {
        Box::pin(async move {
            let config = config.own::<SequenceConfig>()?.clone();
            let study = Study::open(config, experiment, machine, progress).await?;
            Ok(Box::new(study) as Box<dyn Run>)
        })
    }

    fn plan(&self, config: &Config, which: usize) -> Result<Plan, Error> {
        let config = config.own::<SequenceConfig>()?;
        experiment(config).plan(config, which)
    }

    fn checks(&self) -> &'static [Check] {
        CHECKS
    }

    fn bench(&self) -> Box<dyn Bench> {
        Box::new(ask::SequenceBench::default())
    }

    fn gives(&self) -> &'static [Gives] {
        const LABEL: &str = "The graph of which symbol follows which in the sequence";
        &[Gives { kind: GRAPH, label: LABEL, question: "onward.graph", of: Of::Settings }]
    }
}
