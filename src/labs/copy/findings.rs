//! What the copy lab races, and what it makes of that: the paper's claims.

use crate::error::Error;
use crate::labs::Config;
use crate::labs::copy::claim;
use crate::labs::copy::config::CopyConfig;
use crate::labs::race::{Findings, Racing, Transformers, measures};
use crate::model::measure::Measure;
use crate::run::claim::Verdict;
use crate::run::lineup::{Lineup, Provenance};
use crate::run::results::Results;

impl Racing for CopyConfig {
    fn lineup(&self, provenance: Provenance) -> Result<Lineup, Error> {
        let (training, arms, seeds) = (self.training(), self.arms(), (self.seed, self.seeds));
        Transformers { training, arms, seeds, every: self.every, executor: self.executor }.lineup(provenance)
    }

    fn measures(&self) -> Result<Vec<Measure>, Error> {
        Ok(measures(self.symbols))
    }

    fn held_out(&self) -> Option<u32> {
        Some(self.held_out)
    }

    fn findings(&self) -> Box<dyn Findings> {
        Box::new(CopyFindings(self.clone()))
    }
}

/// With the settings that are judged.
#[derive(Debug)]
pub(super) struct CopyFindings(pub(super) CopyConfig);

impl Findings for CopyFindings {
    fn verdicts(&self, results: &Results, step: u32) -> Result<Vec<Verdict>, Error> {
        Ok(claim::verdicts(&self.0, results, step))
    }

    fn extend(&mut self, config: &Config) -> Result<(), Error> {
        self.0 = config.own::<CopyConfig>()?.clone();
        Ok(())
    }
}
