//! Results files that are read again, held against the settings that they say.

use crate::error::Error;
use crate::labs::Config;
use crate::labs::copy::config::CopyConfig;
use crate::labs::settings::Settings;
use crate::model::measure::Measure;
use crate::reading::quoted;
use crate::run::curves::Axis;
use crate::run::results::Results;

/// Reads a results file of a race of the copy lab: JSON as written by the command line or the page, or the CSV of its curves.
///
/// # Errors
/// [`Error::File`] with what is wrong.
pub fn read(text: &str) -> Result<Results, Error> {
    let mut results = Results::read(text)?;
    if results.lab.is_empty() {
        results.lab = CopyConfig::LAB.to_owned();
    }
    if results.lab != CopyConfig::LAB {
        let line = format!(
            "it comes from the lab \"{}\"; only results of the {} lab are compared",
            quoted(&results.lab),
            CopyConfig::LAB
        );
        return Err(Error::File(line));
    }
    let config = Config::from(CopyConfig::default());
    measured(&results, &config)?;
    agreeing(results, config)
}

/// An error unless the results mean by every measure what the lab means by it, over training steps: they are laid over its own.
fn measured(results: &Results, config: &Config) -> Result<(), Error> {
    if results.x.id != Axis::step().id {
        let line = format!("its curves are over \"{}\"; those of a race are over steps", quoted(&results.x.label));
        return Err(Error::File(line));
    }
    let own = config.lineup()?.measures();
    let strange = |measure: &&Measure| own.iter().any(|own| own.is(measure) && !own.agrees(measure));
    match results.measures.iter().find(strange) {
        Some(Measure { id, .. }) => {
            Err(Error::File(format!("it means something else by {} than this lab", quoted(id))))
        }
        None => Ok(()),
    }
}

/// These, if link and settings, where both are there, say the same.
fn agreeing(mut results: Results, mut config: Config) -> Result<Results, Error> {
    if results.settings.is_empty() {
        return Ok(results);
    }
    let texts = results.setting_texts();
    config.apply(texts.iter().map(|(name, value)| (*name, value.as_str())));
    if !results.link.is_empty() {
        // What this version does not know is the same default on both sides, and is for the reader to judge.
        let (link, _) = CopyConfig::from_link(&results.link);
        let (link, config) = (link.values(), config.values());
        let differs = link.iter().zip(&config).find(|(link, config)| link != config);
        if let Some(((name, link), (_, config))) = differs {
            let line = format!("its link and its settings differ: {name} is {link} in one and {config} in the other");
            return Err(Error::File(line));
        }
    }
    // Names of arms do not stand in files of format 1.
    if let Ok(arms) = config.lineup().map(|lineup| lineup.arms()) {
        for arm in &mut results.arms {
            if let Some(own) = arms.iter().find(|own| own.id == arm.id) {
                arm.label.clone_from(&own.label);
            }
        }
    }
    Ok(results)
}
