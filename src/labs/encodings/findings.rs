//! What the encodings lab races, and what it makes of that: its claims, and what its experiment finds.

use crate::encoding::statistics::Spread;
use crate::error::Error;
use crate::labs::encodings::arms;
use crate::labs::encodings::config::EncodingsConfig;
use crate::labs::encodings::lengths::Judging;
use crate::labs::encodings::outcome::{self, Correlation, Follower, Outcome};
use crate::labs::race::{Findings, Racing, Transformers, measures};
use crate::labs::run::Found;
use crate::labs::turn::Kept;
use crate::labs::{Config, Task};
use crate::model::ensemble::TOKEN_ACCURACY;
use crate::model::measure::Measure;
use crate::run::claim::Verdict;
use crate::run::curves::Curves;
use crate::run::event::ArmInfo;
use crate::run::lineup::{Lineup, Provenance};
use crate::run::race::Race;
use crate::run::results::Results;

impl Racing for EncodingsConfig {
    fn lineup(&self, provenance: Provenance) -> Result<Lineup, Error> {
        let (training, arms, seeds) = (self.training(), arms::arms(self)?, (self.seed, self.seeds));
        Transformers { training, arms, seeds, every: self.every, executor: self.executor }.lineup(provenance)
    }

    fn measures(&self) -> Result<Vec<Measure>, Error> {
        Ok(measures(self.symbols))
    }

    fn held_out(&self) -> Option<u32> {
        Some(self.training().held_out)
    }

    fn findings(&self) -> Box<dyn Findings> {
        Box::new(EncodingsFindings::new(self.clone()))
    }
}

/// With the settings that are judged.
#[derive(Debug)]
pub(super) struct EncodingsFindings {
    config: EncodingsConfig,
    /// What other lengths gave, and at which step.
    lengths: Option<(u32, Curves)>,
}

impl EncodingsFindings {
    pub(super) fn new(config: EncodingsConfig) -> Self {
        Self { config, lengths: None }
    }
}

impl Findings for EncodingsFindings {
    fn verdicts(&self, results: &Results, step: u32) -> Result<Vec<Verdict>, Error> {
        let outcome = outcome::outcome(&self.config, results)?;
        Ok(outcome.map(|outcome| outcome::verdicts(&self.config, &outcome, step)).unwrap_or_default())
    }

    fn found(&self, results: &Results) -> Result<Option<Found>, Error> {
        match outcome::outcome(&self.config, results)? {
            Some(outcome) => outcome.found(results).map(Some),
            None => Ok(self.judged()),
        }
    }

    fn judged(&self) -> Option<Found> {
        let (step, curves) = self.lengths.as_ref()?;
        let outcome = Outcome::lengths(&self.config, *step, curves.clone());
        Some(Found { more: vec![curves.clone()], ..outcome.summary() })
    }

    /// Trained lengths are evaluated; everything else follows from the curves.
    fn judge<'a>(&'a mut self, race: &'a mut Race, kept: &'a mut Kept, budget_ms: f64) -> Task<'a, Option<(u32, u32)>> {
        Box::pin(async move {
            let mut judging = match kept.take::<Judging>() {
                Some(judging) if judging.step > race.step() => {
                    let why = "Judging at other lengths was given up: the race has begun anew.";
                    return Err(Error::Outdated(why.to_owned()));
                }
                Some(judging) => judging,
                None => {
                    let known = self.lengths.as_ref().is_some_and(|(known, _)| *known == race.step());
                    if known || outcome::outcome(&self.config, &race.results())?.is_some() {
                        return Ok(None);
                    }
                    Judging::new(&self.config, race).await?
                }
            };
            if let Some(curves) = judging.advance(race, budget_ms).await? {
                self.lengths = Some((judging.step, curves));
                return Ok(None);
            }
            let progress = judging.progress();
            kept.keep(judging);
            Ok(Some(progress))
        })
    }

    fn reset(&mut self) {
        self.lengths = None;
    }

    fn extend(&mut self, config: &Config) -> Result<(), Error> {
        self.config = config.own::<EncodingsConfig>()?.clone();
        Ok(())
    }
}

impl Outcome {
    fn found(self, results: &Results) -> Result<Found, Error> {
        let tables = self.tables(results)?;
        Ok(Found { tables, ..self.summary() })
    }

    /// Without its tables.
    fn summary(self) -> Found {
        let [mut before, mut after] = [String::new(), String::new()];
        let mut rows: Vec<Vec<String>> = Vec::new();
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        match &self {
            Self::Live => {}
            Self::Control { reference, rows: followers, .. } => {
                before =
                    format!("Largest difference of held-out loss from {reference}, bits per token, over the seeds:");
                rows.push(words(&["run", "largest difference", "at step"]));
                rows.extend(followers.iter().map(|Follower { label, largest, at, .. }| {
                    let at = at.map_or("–".to_owned(), |step| step.to_string());
                    vec![label.clone(), range(largest.as_ref(), |value| format!("{value:.3e}")), at]
                }));
            }
            Self::Sweep { correlations, sentence, .. } => {
                before.clone_from(sentence);
                rows.push(words(&["family", "tables", "measure", "Spearman's ρ with steps to 99 %"]));
                rows.extend(correlations.iter().map(|Correlation { label, family, spread, arms, .. }| {
                    let rho = range(spread.as_ref(), |value| format!("{value:.2}"));
                    vec![(*family).to_owned(), arms.to_string(), (*label).to_owned(), rho]
                }));
            }
            Self::Lengths { trained, curves, sentence, .. } => {
                before = format!("Held-out tokens right at other lengths than the {trained} positions in training:");
                let lengths = curves.points.iter().map(|point| point.x.to_string());
                rows.push(words(&["arm"]).into_iter().chain(lengths).collect());
                let measure = curves.measure(TOKEN_ACCURACY).unwrap_or_default();
                let row = |arm: &ArmInfo| {
                    let runs = curves.of_arm(&arm.id);
                    let each = (0..curves.points.len()).map(|point| {
                        let values = runs.iter().map(|&run| curves.value(point, measure, run).map(f64::from));
                        let found = Spread::of(&values.collect::<Vec<_>>());
                        range(found.as_ref(), |share| format!("{:.1} %", share * 100.0))
                    });
                    std::iter::once(arm.label.clone()).chain(each).chain([arm.help.clone()]).collect()
                };
                rows.extend(curves.arms.iter().map(row));
                after = (*sentence).to_owned();
            }
        }
        Found { value: Box::new(self), tables: Vec::new(), more: Vec::new(), before, rows, after }
    }
}

/// Mean, and the range where there is one.
fn range(found: Option<&Spread>, text: impl Fn(f64) -> String) -> String {
    let Some(Spread { mean, least, greatest }) = found.copied() else { return "–".to_owned() };
    let [mean, least, greatest] = [mean, least, greatest].map(text);
    if least == greatest { mean } else { format!("{mean} ({least} to {greatest})") }
}
