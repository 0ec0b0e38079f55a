//! What can stand on a side of the inspector.

use crate::choice::Choice;
use crate::encoding::Encoding;

/// An encoding that is made here, or a table that the reader has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// One that is made here.
    Built(Encoding),
    /// A table that the reader brought.
    Uploaded,
    /// The table of a run, as it is now.
    Trained,
}

impl Shown {
    /// Identifier, as in a link.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Built(encoding) => encoding.id(),
            Self::Uploaded => "uploaded",
            Self::Trained => "trained",
        }
    }

    /// Name on the page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Built(encoding) => encoding.label(),
            Self::Uploaded => "Your table",
            Self::Trained => "Trained, as it is now",
        }
    }

    /// One sentence, with the formula.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::Built(encoding) => encoding.help(),
            Self::Uploaded => "A table that you upload as CSV or .npy: a row for each position.",
            Self::Trained => {
                "The table of a run of the experiment, times its gain, at the present step of its training."
            }
        }
    }
}
