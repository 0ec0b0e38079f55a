//! Weights of a race as a source of trained tables.

use std::path::Path;

use mnemoscope::labs::Config;
use mnemoscope::labs::encodings::config::EncodingsConfig;
use mnemoscope::labs::encodings::logit::Trained;
use mnemoscope::labs::settings::Settings;
use mnemoscope::labs::weights::Weights;
use mnemoscope::property::Scope;

use super::failure::Failure;
use super::{files, settings};

/// A weights file that was read.
pub(crate) struct Source {
    name: String,
    weights: Weights,
    /// Its race in settings of the encodings lab.
    race: EncodingsConfig,
}

impl Source {
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let name = files::name(path);
        let bytes = files::read(path).map_err(|why| Failure::failed(format!("{why}; name a weights file")))?;
        let hint = "--export-weights FILE writes such files";
        let weights = Weights::read(&bytes)
            .map_err(|error| Failure::failed(format!("{name}: {}; {hint}", settings::reason(error))))?;
        let race = weights.config.of::<EncodingsConfig>().cloned().unwrap_or_else(|| of_other(&weights.config));
        Ok(Self { name, weights, race })
    }

    /// The settings that make the race, which are those of the file.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let rows = EncodingsConfig::table().into_iter().zip(self.race.values());
        rows.filter(|(row, _)| row.scope == Scope::Run).map(|(_, value)| value).collect()
    }

    /// Refuses settings that make another race than that of the file.
    pub(crate) fn agrees(&self, config: &EncodingsConfig) -> Result<(), Failure> {
        let there = self.settings();
        let here = config.values();
        let differs = there.iter().filter_map(|(name, there)| {
            let (_, here) = here.iter().find(|(own, here)| own == name && here != there)?;
            Some(format!("{name} is {there} there and {here} here"))
        });
        let differs: Vec<String> = differs.collect();
        if differs.is_empty() {
            return Ok(());
        }
        let line = format!(
            "--from {}: these weights have settings of their own: {}; leave these flags out",
            self.name,
            differs.join(", ")
        );
        Err(Failure::usage(line))
    }

    /// One run's weights.
    pub(crate) fn trained(&self, run: u32) -> Result<Trained, Failure> {
        let runs = self.weights.lineup.runs().len();
        let trained = self.weights.trained(run).ok_or_else(|| {
            let line = format!("trained_run: \"{run}\" is not allowed; {} has runs 0 to {}", self.name, runs - 1);
            Failure::usage(line)
        })?;
        Ok(trained.try_into()?)
    }
}

/// A race of another lab as this one would name it: its tables are watched. What this lab has no setting for
/// (dropout, tied output and the like) stays in the weights' own configuration.
fn of_other(other: &Config) -> EncodingsConfig {
    let mut race = EncodingsConfig::default();
    let values = other.values();
    let pairs = values.iter().map(|(name, value)| {
        let name = match *name {
            "length" => "train_length",
            "width" => "train_width",
            other => other,
        };
        (name, value.as_str())
    });
    let known: Vec<_> = race.values().into_iter().map(|(name, _)| name).collect();
    // Everything that the copy lab allows is allowed here too, so there are no problems to tell.
    let _ = race.apply(pairs.filter(|(name, _)| known.contains(name)));
    race
}
