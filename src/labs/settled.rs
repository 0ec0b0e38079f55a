//! What the page is told of a configuration, and of a file.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Error;
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
    /// What a run needs and these settings do not have: until it is there none is opened.
    pub lacking: Vec<Problem>,
    /// Names of the settings from which nothing follows as the others are.
    pub unused: Vec<&'static str>,
    /// Fragment without '#': the configuration, nothing else.
    pub link: String,
    /// What a race of these settings measures; empty where nothing races, and while what that depends on is lacking.
    pub measures: Vec<Measure>,
    /// Parts and settings that a link hides.
    pub hide: Vec<String>,
    /// What a link shows alone.
    pub only: Vec<String>,
    /// Certificate of the first losses that a link carries.
    pub check: Option<String>,
}

impl Settled {
    /// Of a configuration, with what was wrong when it was read.
    ///
    /// # Errors
    /// As [`Config::measures`], where nothing that is lacking says so.
    pub fn of(config: &Config, problems: Vec<Problem>) -> Result<Self, Error> {
        let values = by_name(config.values());
        let (lab, link) = (config.lab_id(), config.link());
        let (lacking, unused) = (config.lacking(), config.unused());
        let measures = match config.measures() {
            Ok(measures) => measures,
            Err(_) if !lacking.is_empty() => Vec::new(),
            Err(error) => return Err(error),
        };
        let (hide, only) = (Vec::new(), Vec::new());
        Ok(Self { lab, values, problems, lacking, unused, link, measures, hide, only, check: None })
    }

    /// Of a link.
    ///
    /// # Errors
    /// As [`Settled::of`].
    pub fn of_link(link: Link) -> Result<Self, Error> {
        let check = link.check.map(|check| check.text());
        Ok(Self { hide: link.hide, only: link.only, check, ..Self::of(&link.config, link.problems)? })
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
    ///
    /// # Errors
    /// As [`Settled::of`].
    pub fn of(Weights { config, state, .. }: &Weights) -> Result<Self, Error> {
        let (runs, optimiser) = (state.stopped.len(), state.moments.is_some());
        Ok(Self { settled: Settled::of(config, Vec::new())?, step: state.step, runs, optimiser })
    }
}
