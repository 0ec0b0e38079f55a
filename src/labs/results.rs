//! Results files that are read again, held against the settings that they say.

use crate::error::Error;
use crate::labs::Lab;
use crate::labs::copy::config::CopyConfig;
use crate::labs::settings::Settings;
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
        let line = format!("it comes from the lab \"{}\"; this is the {} lab", results.lab, CopyConfig::LAB);
        return Err(Error::File(line));
    }
    agreeing(results)
}

/// These, if link and settings, where both are there, say the same.
fn agreeing(mut results: Results) -> Result<Results, Error> {
    if results.settings.is_empty() {
        return Ok(results);
    }
    let mut config = Lab::Copy.defaults();
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
    if let Ok(arms) = config.arms() {
        for arm in &mut results.arms {
            if let Some(own) = arms.iter().find(|own| own.id == arm.id) {
                arm.label.clone_from(&own.label);
            }
        }
    }
    Ok(results)
}
