//! What the command line writes about the settings' sequence, made in turns.

use serde::Serialize;

use crate::error::Error;
use crate::labs::Config;
use crate::labs::sequence::bench::{Bench, Turn, Unit};
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::session::{Ask, SessionInfo};
use crate::run::lineup::Provenance;
use crate::run::machine::Machine;
use crate::run::table::Table;

/// What the command line writes about the settings' sequence: stored once, shown again, recalled from the cue.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "SessionReport"))]
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Version that wrote it.
    pub version: &'static str,
    /// Lab, link and settings.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// While it was stored.
    pub stored: SessionInfo,
    /// The second time.
    pub replayed: SessionInfo,
    /// From the cue; nothing if that could not be read.
    pub recalled: Option<SessionInfo>,
    /// Why there was no recall.
    pub refused: Option<String>,
}

impl Report {
    /// Every symbol of the whole session.
    #[must_use]
    pub fn table(&self) -> Table {
        self.recalled.as_ref().unwrap_or(&self.replayed).table()
    }
}

/// A report that is being made: the sequence is stored in a blank memory, shown again, and recalled from the settings' cue.
#[derive(Debug)]
pub struct Reporting {
    config: SequenceConfig,
    bench: Bench,
    asks: Vec<Ask>,
    /// Whether the ask at hand has begun.
    begun: bool,
    /// What came of those that are through.
    told: Vec<Result<SessionInfo, String>>,
    /// Symbols of those, and about how many there are in all.
    taken: usize,
    length: usize,
}

impl Reporting {
    /// Nothing is made yet.
    ///
    /// # Errors
    /// [`Error::Probe`] if the settings have no sequence.
    pub fn new(config: &SequenceConfig) -> Result<Self, Error> {
        let text = config.text()?;
        let length = 2 * config.symbols()?.len() + config.recall as usize;
        let recall = Ask::Recall { cue: config.cue.clone(), count: config.recall };
        let asks = vec![Ask::Store { text: text.clone() }, Ask::Replay { text }, recall];
        let config = config.clone();
        Ok(Self { config, bench: Bench::default(), asks, begun: false, told: Vec::new(), taken: 0, length })
    }

    /// Goes on for about `budget_ms`, by at least one symbol.
    ///
    /// # Errors
    /// [`Error::Probe`] if the sequence cannot be read; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn advance(&mut self, budget_ms: f64, machine: &mut Machine) -> Result<Turn, Error> {
        let mut at = self.taken;
        if let Some(ask) = self.asks.get(self.told.len()).cloned() {
            if !self.begun {
                match self.bench.begin(&self.config, &ask, machine).await {
                    Ok(()) => self.begun = true,
                    // A cue that cannot be read leaves the rest as it is.
                    Err(Error::Probe(why)) if matches!(ask, Ask::Recall { .. }) => self.told.push(Err(why)),
                    Err(error) => return Err(error),
                }
            }
            if self.begun {
                let turn = self.bench.advance(budget_ms, machine).await?;
                at += turn.at as usize;
                if turn.done {
                    self.told.push(Ok(self.bench.session(&self.config, machine).await?));
                    (self.begun, self.taken) = (false, at);
                }
            }
        }
        let done = self.told.len() == self.asks.len();
        Ok(Turn::new(done, Unit::Symbols, (at, self.length.max(at))))
    }

    /// The report, once it is done.
    #[must_use]
    pub fn report(&self) -> Option<Report> {
        let [Ok(stored), Ok(replayed), recalled] = self.told.as_slice() else { return None };
        let (version, provenance) = (env!("CARGO_PKG_VERSION"), Config::from(self.config.clone()).provenance());
        let (stored, replayed) = (stored.clone(), replayed.clone());
        let (recalled, refused) = (recalled.clone().ok(), recalled.clone().err());
        Some(Report { version, provenance, stored, replayed, recalled, refused })
    }

    /// The report in one go.
    ///
    /// # Errors
    /// As [`Reporting::new`] and [`Reporting::advance`].
    pub async fn whole(config: &SequenceConfig, machine: &mut Machine) -> Result<Report, Error> {
        let mut reporting = Self::new(config)?;
        while !reporting.advance(f64::INFINITY, machine).await?.done {}
        reporting.report().ok_or_else(|| Error::Internal("a report is missing".to_owned()))
    }
}
