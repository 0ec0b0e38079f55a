//! Lemma 1 for a configuration, and what its numbers say of the claims.

use crate::encoding::face::{Face, Gram};
use crate::encoding::lemma::Cloud;
use crate::encoding::{Encoding, Shape, Tuning};
use crate::error::Error;
use crate::labs::encodings::arms::short;
use crate::labs::encodings::config::{EncodingsConfig, Side};
use crate::run::claim::{Claim, Verdict};

/// What the paper's figure 1 gives for frequency compression, at L = d = 128.
const FIGURE: (u32, f64, f64) = (128, 0.706, 0.965);
/// Residual of the lemma, as a share of the largest product, that is rounding of single precision.
const ROUNDING: f64 = 1e-6;

/// Lemma 1 on one length, width and window.
#[derive(Clone, Debug, PartialEq)]
pub struct Lemma {
    /// L.
    pub length: u32,
    /// d.
    pub width: u32,
    /// T.
    pub window: f32,
    /// `(T/L)²`.
    pub expected: f64,
    /// The amplitude form against sinusoidal.
    pub spike_time: Cloud,
    /// Compression against sinusoidal.
    pub compressed: Cloud,
    /// What that says of the claims.
    pub verdicts: Vec<Verdict>,
}

/// A correlation with so many digits; with a single pair there is none.
fn number(value: f64, digits: usize) -> String {
    if value.is_finite() { format!("{value:.digits$}").replace('-', "\u{2212}") } else { "undefined".to_owned() }
}

/// Lemma 1 for the configuration's length, width and window; the base is the left one's.
///
/// # Errors
/// [`Error::Internal`].
pub fn lemma(config: &EncodingsConfig) -> Result<Lemma, Error> {
    let (_, mut shape) = config.shown(Side::Left);
    shape.tuning = Tuning { base: shape.tuning.base, ..Tuning::default() };
    let window = f64::from(config.window);
    let products = |encoding: Encoding, gain: f32| -> Result<Vec<f64>, Error> {
        let tuned = Shape { tuning: Tuning { gain, ..shape.tuning }, ..shape };
        Ok(Gram::of(&Face::of(encoding, &tuned, 1))?.map(|gram| gram.pairs()).unwrap_or_default())
    };
    let sinusoidal = products(Encoding::Sinusoidal, 1.0)?;
    let scale = window / f64::from(config.length);
    let expected = scale * scale;
    let spike_time = Cloud::of(&sinusoidal, &products(Encoding::SpikeTime, config.window)?, Some(expected));
    let compressed = Cloud::of(&sinusoidal, &products(Encoding::Compressed, 1.0)?, None);
    let largest = sinusoidal.iter().fold(0.0_f64, |most, product| most.max(product.abs()));
    let verdicts = verdicts(config, &spike_time, &compressed, expected, largest);
    Ok(Lemma {
        length: config.length,
        width: config.width,
        window: config.window,
        expected,
        spike_time,
        compressed,
        verdicts,
    })
}

fn verdicts(
    config: &EncodingsConfig,
    spike_time: &Cloud,
    compressed: &Cloud,
    expected: f64,
    largest: f64,
) -> Vec<Verdict> {
    let residual = spike_time.residual.unwrap_or(f64::NAN) / (expected * largest);
    let (length, pearson, spearman) = FIGURE;
    let near = |value: f64, reported: f64| (value - reported).abs() <= 0.0005;
    let lemma = Claim::new(
        "lemma",
        "Under the mapping every dot product of positions is multiplied by (T/L)².",
        "Bose 2026, Lemma 1",
    );
    let measured = format!(
        "Slope {}, (T/L)² is {}; Pearson {}; the largest residual is {} of the largest product.",
        short(spike_time.slope),
        short(expected),
        number(spike_time.pearson, 6),
        short(residual)
    );
    let figure =
        format!("Against frequency compression, Pearson is {pearson} and Spearman {spearman} at L = d = {length}.");
    let figure = Claim::new("figure-1c", figure, "Bose 2026, figure 1c");
    let found = format!(
        "Pearson {}, Spearman {} at L = {}, d = {}.",
        number(compressed.pearson, 4),
        number(compressed.spearman, 4),
        config.length,
        config.width
    );
    vec![
        if residual.is_finite() { lemma.exact(residual <= ROUNDING, measured) } else { lemma.untested(measured) },
        if config.length == length && config.width == length && config.left_base == 10_000.0 {
            figure.exact(near(compressed.pearson, pearson) && near(compressed.spearman, spearman), found)
        } else {
            figure.untested(found)
        },
    ]
}
