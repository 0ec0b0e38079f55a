//! What the encodings lab races, by experiment.

use crate::choice::Choice;
use crate::encoding::face::Face;
use crate::encoding::measures::Measures;
use crate::encoding::{Encoding, Shape, Tuning};
use crate::error::Error;
use crate::labs::encodings::config::{EncodingsConfig, Experiment, Family};
use crate::labs::race::Arm;

/// A table of the sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// As it races.
    pub arm: Arm,
    /// Which family.
    pub family: Family,
    /// Compression, gain, or self-margin.
    pub value: f64,
}

/// What is raced.
///
/// # Errors
/// [`Error::Internal`].
pub fn arms(config: &EncodingsConfig) -> Result<Vec<Arm>, Error> {
    let usual = Tuning::default();
    let own = |&encoding: &Encoding| Arm::of(encoding, usual);
    Ok(match config.experiment {
        Experiment::Live | Experiment::Lengths => config.encodings.iter().map(own).collect(),
        Experiment::Control => {
            let held = Tuning { hold_gain: true, ..usual };
            vec![
                own(&Encoding::Sinusoidal),
                Arm {
                    id: "spike-time-held".to_owned(),
                    label: "Spike time, gain held at L".to_owned(),
                    ..Arm::of(Encoding::SpikeTimeGain, held)
                },
                Arm { label: "Spike time, gain trained from L".to_owned(), ..own(&Encoding::SpikeTimeGain) },
                own(&Encoding::SpikeTime),
            ]
        }
        Experiment::Sweep => levels(config)?.into_iter().map(|level| level.arm).collect(),
    })
}

/// Shape of the tables that are trained with.
#[must_use]
pub fn shape(config: &EncodingsConfig, tuning: Tuning, seed: u32) -> Shape {
    Shape { length: config.train_length, width: config.train_width, seed, tuning }
}

/// The tables of the sweep.
///
/// # Errors
/// [`Error::Internal`].
pub fn levels(config: &EncodingsConfig) -> Result<Vec<Level>, Error> {
    let mut levels = Vec::new();
    for &family in &config.families {
        for index in config.first_level(family)..config.levels {
            levels.push(level(config, family, index)?);
        }
    }
    Ok(levels)
}

fn level(config: &EncodingsConfig, family: Family, index: u32) -> Result<Level, Error> {
    let length = f64::from(config.train_length);
    // Equal ratios from 1 to L.
    let ratio = |index: u32| libm::pow(length, f64::from(index) / f64::from(config.levels - 1));
    let compressed = |index: u32| Tuning { compression: ratio(index), ..Tuning::default() };
    let (encoding, tuning, value) = match family {
        Family::Compression => (Encoding::Sinusoidal, compressed(index), ratio(index)),
        Family::Gain => {
            let gain = 1.0 / ratio(index);
            (Encoding::Sinusoidal, Tuning { gain: gain as f32, ..Tuning::default() }, gain)
        }
        // The first has the largest margin that its directions allow; the others those of the compressed tables.
        Family::Random => {
            let margin = match index.checked_sub(1) {
                None => None,
                Some(index) => margin(config, Encoding::Sinusoidal, compressed(index))?,
            };
            let tuning = Tuning { margin, ..Tuning::default() };
            let value = margin.map_or_else(|| measured(config, tuning), Ok)?;
            (Encoding::Random, tuning, value)
        }
    };
    let arm = Arm {
        id: format!("{}-{}", family.id(), index + 1),
        label: format!("{} {}", family.label(), short(value)),
        encoding,
        tuning,
    };
    Ok(Level { arm, family, value })
}

fn margin(config: &EncodingsConfig, encoding: Encoding, tuning: Tuning) -> Result<Option<f64>, Error> {
    let face = Face::of(encoding, &shape(config, tuning, config.seed), config.heads);
    Ok(Measures::of(&face)?.get("margin"))
}

/// The margin that a random table without a common part has.
fn measured(config: &EncodingsConfig, tuning: Tuning) -> Result<f64, Error> {
    Ok(margin(config, Encoding::Random, tuning)?.unwrap_or(0.0))
}

/// Five digits at most, as people write them; as powers of ten where zeros would have to be counted.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && !(1e-3..1e6).contains(&size) {
        let text = format!("{value:.4e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.'));
    }
    let digits = 3 - libm::floor(libm::log10(size.max(1e-3))) as i32;
    let text = format!("{value:.*}", digits.clamp(0, 6) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
