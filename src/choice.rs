//! Named options: one macro writes an enum whose variants carry an identifier, a label and a sentence of help.

use serde::Serialize;

/// One option of a choice.
#[derive(ts_rs::TS, Clone, Copy, Debug, Serialize)]
pub struct ChoiceOption {
    /// Identifier, as in a link.
    pub value: &'static str,
    /// Name on the page.
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
}

/// An enum whose variants a reader can pick by name.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every variant, in the order in which a control lists them.
    const ALL: &'static [Self];
    /// What they are called, in the same order.
    const OPTIONS: &'static [ChoiceOption];
    /// What it is called.
    fn option(self) -> &'static ChoiceOption;

    /// Identifier used in links, configurations and flags.
    fn id(self) -> &'static str {
        self.option().value
    }
    /// Short name on the page.
    fn label(self) -> &'static str {
        self.option().label
    }
    /// One sentence that explains the option.
    fn help(self) -> &'static str {
        self.option().help
    }

    /// The variant with identifier `id`.
    fn from_id(id: &str) -> Option<Self> {
        Self::ALL.get(place(Self::OPTIONS, id)?).copied()
    }
}

/// Where the option of that identifier stands. Once, not for each choice.
fn place(options: &[ChoiceOption], id: &str) -> Option<usize> {
    options.iter().position(|option| option.value == id)
}

/// Declares an enum with its [`Choice`] implementation.
#[macro_export]
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $name:ident { $($variant:ident = $id:literal, $label:literal, $help:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $(#[doc = $help] $variant,)+ }

        impl $crate::choice::Choice for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];
            const OPTIONS: &'static [$crate::choice::ChoiceOption] =
                &[$($crate::choice::ChoiceOption { value: $id, label: $label, help: $help },)+];
            fn option(self) -> &'static $crate::choice::ChoiceOption {
                &Self::OPTIONS[self as usize]
            }
        }
    };
}
pub use choice;
