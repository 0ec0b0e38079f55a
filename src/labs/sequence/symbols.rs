//! Sequences as people write them: a text split into symbols, or symbols drawn at random.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::choice::choice;
use crate::error::Error;
use crate::kernels::rng::{STREAM_SEQUENCE, below, pcg4d};
use crate::reading::seen;

choice! {
    /// What one symbol of a typed sequence is.
    pub enum Split {
        Words = "words", "Words", "Symbols are separated by spaces or commas.";
        Characters = "characters", "Characters", "Every character is a symbol, spaces included.";
    }
}

/// The most symbols of one sequence.
pub const LONGEST: usize = 4000;
/// A symbol longer than this is cut in messages.
const SHOWN: usize = 24;

/// The symbols of a text. What looks alike is one symbol: what nobody sees is left out, a letter with its accent is one character however
/// it is written, and every kind of space is a space.
///
/// # Errors
/// [`Error::Probe`] if there is none, or there are too many.
pub fn split(text: &str, how: Split) -> Result<Vec<String>, Error> {
    let text: String = seen(text).nfc().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let symbols: Vec<String> = match how {
        Split::Words => text.split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        Split::Characters => text.graphemes(true).map(str::to_owned).collect(),
    };
    if symbols.is_empty() {
        return Err(Error::Probe("There is no symbol. Type at least one, such as 7 1 5 1.".to_owned()));
    }
    if symbols.len() > LONGEST {
        let count = symbols.len();
        return Err(Error::Probe(format!("These are {count} symbols; a sequence may have {LONGEST}. Type fewer.")));
    }
    Ok(symbols)
}

/// A sequence of numbers below `alphabet`, drawn evenly.
#[must_use]
pub fn random(seed: u32, alphabet: u32, length: u32) -> Vec<u32> {
    (0..length).map(|at| below(pcg4d([seed, STREAM_SEQUENCE, 0, at])[0], alphabet)).collect()
}

/// A symbol in a message.
#[must_use]
pub fn shown(symbol: &str) -> String {
    let short: String = symbol.chars().take(SHOWN).collect();
    if short.len() < symbol.len() { format!("“{short}…”") } else { format!("“{short}”") }
}
