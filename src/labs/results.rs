//! Results files that are read again, held against the settings that they say.

use serde::Deserialize;

use crate::error::Error;
use crate::labs::link::Link;
use crate::labs::{self, Config};
use crate::model::measure::Measure;
use crate::reading::quoted;
use crate::run::curves::Axis;
use crate::run::results::Results;

/// Reads a results file of a race of whichever lab it says, JSON as written by the command line or the page; or the CSV of curves of the
/// lab whose defaults are given, which does not say its lab.
///
/// # Errors
/// [`Error::File`] with what is wrong.
pub fn read_any(text: &str, defaults: &Config) -> Result<Results, Error> {
    let named = lab_of(text).and_then(|lab| labs::named(&lab).ok());
    let Some(lab) = named else { return read(text, defaults) };
    if lab.defaults().racing().is_err() {
        let lab = lab.id();
        return Err(Error::File(format!(
            "lab: in the {lab} lab no models race, and only curves of a race are laid over each other. The settings in the file start it: \
             mnemoscope {lab} --config FILE, or the link that stands in it"
        )));
    }
    read(text, &lab.defaults())
}

/// Reads a results file of a race of the lab whose defaults are given: JSON as written by the command line or the page, or the CSV of its
/// curves.
///
/// # Errors
/// [`Error::File`] with what is wrong.
pub fn read(text: &str, defaults: &Config) -> Result<Results, Error> {
    own(text, defaults.lab_id())?;
    let mut results = Results::read(text)?;
    // The CSV of curves does not say its lab.
    if results.lab.is_empty() {
        defaults.lab_id().clone_into(&mut results.lab);
    }
    // What is measured may depend on the settings.
    let mut config = defaults.clone();
    let texts = results.setting_texts();
    config.apply(texts.iter().map(|(name, value)| (*name, value.as_str())));
    measured(&results, &config)?;
    agreeing(results, config)
}

/// An error if the file says that it is of another lab, whatever that lab writes, and whichever version of it.
fn own(text: &str, own: &str) -> Result<(), Error> {
    match lab_of(text).filter(|lab| lab != own) {
        None => Ok(()),
        Some(lab) => {
            let lab = quoted(lab);
            let line = format!(
                "lab: \"{lab}\" is not allowed; it takes {own}, for only results of a race of that lab are laid over each other. A results \
                 file of another lab starts that lab: mnemoscope {lab} --config FILE, or the link that stands in it"
            );
            Err(Error::File(line))
        }
    }
}

/// The lab that a file says it is of.
fn lab_of(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Probe {
        lab: String,
    }
    let probe = serde_json::from_str::<Probe>(text.trim_start_matches('\u{feff}'));
    probe.ok().map(|probe| probe.lab)
}

/// An error unless the results mean by every measure what the lab means by it, over training steps: they are laid over its own.
fn measured(results: &Results, config: &Config) -> Result<(), Error> {
    let Axis { id, .. } = Axis::step();
    if results.x.id != id {
        let line = format!(
            "x.id: \"{}\" is not allowed; it takes \"{id}\", for curves of a race are over steps",
            quoted(&results.x.id)
        );
        return Err(Error::File(line));
    }
    let own = config.lineup()?.measures();
    let strange = |measure: &&Measure| own.iter().any(|own| own.is(measure) && !own.agrees(measure));
    match results.measures.iter().find(strange) {
        Some(Measure { id, .. }) => {
            Err(Error::File(format!("measures: it means something else by {} than this lab", quoted(id))))
        }
        None => Ok(()),
    }
}

/// These, if link and settings, where both are there, say the same.
fn agreeing(mut results: Results, config: Config) -> Result<Results, Error> {
    if results.settings.is_empty() {
        return Ok(results);
    }
    if !results.link.is_empty() {
        // What this version does not know is the same default on both sides, and is for the reader to judge.
        let link = Link::parse(&results.link).config;
        if link.lab_id() != config.lab_id() {
            let (link, lab) = (link.lab_id(), config.lab_id());
            return Err(Error::File(format!("link: it is of the lab {link}, and the file of the lab {lab}")));
        }
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
