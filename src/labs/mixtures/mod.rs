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
use crate::labs::device::Check;
use crate::labs::mixtures::ask::MixturesBench;
use crate::labs::mixtures::config::MixturesConfig;
use crate::labs::{Config, Lab};

/// What it gives to the check of a device.
const CHECKS: &[Check] = &[
    Check::Odd(&[
        ("components", "3"),
        ("modes", "5"),
        ("grid", "11"),
        ("batch", "7"),
        // Of equal weights the sum is one, and its logarithm nothing but rounding.
        ("attention", "softmax,linear,fixed"),
        ("heads", "3"),
        ("width", "15"),
        ("hidden", "9"),
        ("held_out", "17"),
    ]),
    Check::Odd(&[
        ("components", "2"),
        ("tokens", "33"),
        ("batch", "5"),
        ("attention", "softmax"),
        ("seeds", "3"),
        ("width", "8"),
        ("hidden", "9"),
        ("held_out", "17"),
    ]),
    Check::Preset("two-tags"),
];

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

    fn checks(&self) -> &'static [Check] {
        CHECKS
    }

    fn bench(&self) -> Box<dyn Bench> {
        Box::new(MixturesBench)
    }
}
