//! What the page is told of a configuration, and of a file.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::labs::Config;
use crate::labs::link::Link;
use crate::labs::weights::Weights;
use crate::model::measure::Measure;
use crate::property::{Problem, by_name};

/// Settings that hang together.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub struct Settled {
    /// Which lab's.
    #[cfg_attr(test, ts(type = "LabId"))]
    pub lab: &'static str,
    /// Every setting by name.
    pub values: BTreeMap<String, String>,
    /// What was refused or mended.
    pub problems: Vec<Problem>,
    /// Fragment without '#': the configuration, nothing else.
    pub link: String,
    /// What a race of these settings measures; empty where nothing races.
    pub measures: Vec<Measure>,
    /// Parts and settings that a link hides.
    pub hide: Vec<String>,
    /// Certificate of the first losses that a link carries.
    pub check: Option<String>,
}

impl Settled {
    /// Of a configuration, with what was wrong when it was read.
    #[must_use]
    pub fn of(config: &Config, problems: Vec<Problem>) -> Self {
        let values = by_name(config.values());
        let (lab, link, measures) = (config.lab_id(), config.link(), config.measures());
        Self { lab, values, problems, link, measures, hide: Vec::new(), check: None }
    }

    /// Of a link.
    #[must_use]
    pub fn of_link(link: Link) -> Self {
        let check = link.check.map(|check| check.text());
        Self { hide: link.hide, check, ..Self::of(&link.config, link.problems) }
    }
}

/// What a weights file holds.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub struct WeightsFile {
    /// What was trained.
    pub settled: Settled,
    /// Steps trained.
    pub step: u32,
    /// Runs of the race.
    pub runs: usize,
    /// Whether the optimiser's state is there.
    pub optimiser: bool,
}

impl WeightsFile {
    /// Of a file that was read.
    #[must_use]
    pub fn of(Weights { config, state, .. }: &Weights) -> Self {
        let (runs, optimiser) = (state.stopped.len(), state.moments.is_some());
        Self { settled: Settled::of(config, Vec::new()), step: state.step, runs, optimiser }
    }
}
