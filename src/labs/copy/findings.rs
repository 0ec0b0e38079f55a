//! What the copy lab makes of its race: the paper's claims.

use crate::error::Error;
use crate::labs::Config;
use crate::labs::copy::claim;
use crate::labs::copy::config::CopyConfig;
use crate::labs::race::Findings;
use crate::run::claim::Verdict;
use crate::run::results::Results;

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
