//! Sequences as people write them: a text split into symbols, or symbols drawn at random.

use unicode_segmentation::UnicodeSegmentation;

use crate::error::Error;
use crate::labs::sequence::config::{SequenceConfig, Source, Split, random};
use crate::reading::plain;

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
    let text = plain(text);
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

/// A symbol in a message.
#[must_use]
pub fn shown(symbol: &str) -> String {
    let short: String = symbol.chars().take(SHOWN).collect();
    if short.len() < symbol.len() { format!("“{short}…”") } else { format!("“{short}”") }
}

impl SequenceConfig {
    /// The sequence of the settings as a text that splits into its symbols.
    ///
    /// # Errors
    /// As [`SequenceConfig::symbols`].
    pub fn text(&self) -> Result<String, Error> {
        match self.source {
            Source::Typed => self.symbols().map(|_| self.sequence.clone()),
            Source::Random => self.symbols().map(|symbols| symbols.join(" ")),
        }
    }

    /// The sequence of the settings.
    ///
    /// # Errors
    /// [`Error::Probe`] if a typed one is empty or too long.
    pub fn symbols(&self) -> Result<Vec<String>, Error> {
        match self.source {
            Source::Typed => split(&self.sequence, self.split),
            Source::Random => Ok(random(self.seed, self.alphabet, self.length).iter().map(u32::to_string).collect()),
        }
    }

    /// What one symbol of a typed text is: those of a random sequence are numbers.
    #[must_use]
    pub fn splits(&self) -> Split {
        if self.source == Source::Random { Split::Words } else { self.split }
    }
}
