//! Named options: one macro writes an enum whose variants carry an identifier, a label and a sentence of help.

/// An enum whose variants a reader can pick by name.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every variant, in the order in which a control lists them.
    const ALL: &'static [Self];
    /// Identifier used in links, configurations and flags.
    fn id(self) -> &'static str;
    /// Short name on the page.
    fn label(self) -> &'static str;
    /// One sentence that explains the option.
    fn help(self) -> &'static str;

    /// The variant with identifier `id`.
    fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|choice| choice.id() == id)
    }
}

/// Declares an enum with its [`Choice`] implementation.
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $name:ident { $($variant:ident = $id:literal, $label:literal, $help:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $(#[doc = $help] $variant,)+ }

        impl $crate::choice::Choice for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];
            fn id(self) -> &'static str { match self { $(Self::$variant => $id,)+ } }
            fn label(self) -> &'static str { match self { $(Self::$variant => $label,)+ } }
            fn help(self) -> &'static str { match self { $(Self::$variant => $help,)+ } }
        }
    };
}
pub(crate) use choice;
