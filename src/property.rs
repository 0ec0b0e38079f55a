//! The property table: one row per setting, from which the page's controls, links, messages and the
//! command line's flags all come.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::choice::Choice;
pub use crate::choice::ChoiceOption;
use crate::reading::{numbers, quoted};

/// What values a property takes.
#[derive(ts_rs::TS, Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Kind {
    /// One of the options.
    Choice {
        /// What may be picked.
        options: Vec<ChoiceOption>,
    },
    /// One or more of the options, separated by commas.
    Many {
        /// What may be picked.
        options: Vec<ChoiceOption>,
    },
    /// A whole number.
    Integer {
        /// Least value.
        min: u32,
        /// Greatest value.
        max: u32,
    },
    /// A number.
    Number {
        /// Least value.
        min: f32,
        /// Greatest value.
        max: f32,
    },
    /// `true` or `false`.
    Flag,
    /// Any text.
    Text {
        /// The most characters.
        most: u32,
        /// Whether it is made of rows with semicolons between, so that a line that ends is one.
        rows: bool,
    },
}

/// Every variant of a choice.
#[must_use]
pub fn options<C: Choice>() -> Vec<ChoiceOption> {
    C::OPTIONS.to_vec()
}

impl Kind {
    /// One of `C`'s variants.
    #[must_use]
    pub fn one_of<C: Choice>() -> Self {
        Self::Choice { options: options::<C>() }
    }

    /// Some of `C`'s variants.
    #[must_use]
    pub fn many_of<C: Choice>() -> Self {
        Self::Many { options: options::<C>() }
    }

    /// Some of these variants.
    #[must_use]
    pub fn some_of<C: Choice>(variants: &[C]) -> Self {
        Self::Many { options: variants.iter().map(|variant| *variant.option()).collect() }
    }

    /// A whole number in `min..=max`.
    #[must_use]
    pub fn integer(min: u32, max: u32) -> Self {
        Self::Integer { min, max }
    }

    /// A number in `min..=max`.
    #[must_use]
    pub fn number(min: f32, max: f32) -> Self {
        Self::Number { min, max }
    }

    /// A text of at most so many characters.
    #[must_use]
    pub fn text(most: u32) -> Self {
        Self::Text { most, rows: false }
    }

    /// A text of rows with semicolons between, of at most so many characters.
    #[must_use]
    pub fn rows(most: u32) -> Self {
        Self::Text { most, rows: true }
    }

    /// What a reader typed in the plain form of links and files. Only numbers have other forms.
    ///
    /// # Errors
    /// What is allowed, if it can be two numbers.
    fn plain(&self, text: &str) -> Result<String, String> {
        let (whole, most) = match self {
            Self::Integer { .. } => (true, f64::from(u32::MAX)),
            Self::Number { max, .. } => (false, f64::from(*max)),
            _ => return Ok(text.to_owned()),
        };
        let size = |number: &str| number.parse::<f64>().unwrap_or(f64::NAN);
        // Where thousands are not allowed, a point is what it is on the page and in files.
        let pointed = |grouped: &str| !whole && size(grouped) > most && text.trim().parse::<f32>().is_ok();
        let found = numbers(text);
        let number = match &found[..] {
            [] => text,
            [one] => one,
            [decimal, grouped] if pointed(grouped) => decimal,
            [decimal, other, ..] => {
                let allowed = self.allowed();
                return Err(format!(
                    "{allowed}, and this can be read as {decimal} or as {other}: write the one that is meant"
                ));
            }
        };
        let counts = whole && size(number).fract() == 0.0 && (0.0..=most).contains(&size(number));
        Ok(if counts { (size(number) as u32).to_string() } else { number.to_owned() })
    }

    /// In words, what is allowed.
    #[must_use]
    pub fn allowed(&self) -> String {
        let names = |options: &[ChoiceOption]| options.iter().map(|o| o.value).collect::<Vec<_>>().join(", ");
        match self {
            Self::Choice { options } => format!("one of {}", names(options)),
            Self::Many { options } => format!("one or more of {}, separated by commas", names(options)),
            Self::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Self::Number { min, max } => format!("a number from {min} to {max}"),
            Self::Flag => "true or false".to_owned(),
            Self::Text { most, .. } => format!("a text of at most {most} characters"),
        }
    }
}

/// What a setting is for.
#[derive(ts_rs::TS, Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// A run's numbers depend on it.
    Run,
    /// Only what is looked at does, or how the work is shared: an open run stays as it is.
    Look,
    /// Where the work is done; the numbers are the same up to rounding, but a run has to be opened anew.
    Machine,
}

/// A row of the table.
#[derive(ts_rs::TS, Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Property {
    /// Name in links, configurations and flags.
    pub name: &'static str,
    /// What depends on it.
    pub scope: Scope,
    /// Heading under which the page lists it, for readers: nothing follows from it.
    pub group: &'static str,
    /// Name on the page.
    pub label: &'static str,
    /// Unit of the value, or nothing.
    pub unit: &'static str,
    /// One or two sentences: what it does.
    pub help: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Its default, as text.
    pub default: String,
}

/// A value that was refused: which, why, and what is allowed.
#[derive(ts_rs::TS, Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Name of the property.
    pub field: String,
    /// What was given.
    pub given: String,
    /// What is allowed.
    pub allowed: String,
    /// What is used instead.
    pub used: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (field, given) = (quoted(&self.field), quoted(&self.given));
        match self.allowed.strip_prefix("no such setting") {
            Some(there) => write!(f, "{field}: \"{given}\" is not allowed; there is no such setting{there}")?,
            None => write!(f, "{field}: \"{given}\" is not allowed; it takes {}", self.allowed)?,
        }
        if !self.used.is_empty() {
            write!(f, " (using {})", quoted(&self.used))?;
        }
        Ok(())
    }
}

/// A type that a property can have.
pub trait Field: Sized {
    /// Reads a value, or nothing if `kind` does not allow it.
    fn parse(text: &str, kind: &Kind) -> Option<Self>;
    /// Writes the value so that [`Field::parse`] reads it back.
    fn text(&self) -> String;
}

impl Field for u32 {
    fn parse(text: &str, kind: &Kind) -> Option<Self> {
        // JSON makes -0.0 of -0.
        let zero = text.strip_prefix('-').map(|zeros| zeros.trim_end_matches(".0"));
        let zero = zero.filter(|zeros| zeros.bytes().all(|digit| digit == b'0'));
        let value = zero.unwrap_or(text).parse().ok()?;
        matches!(kind, Kind::Integer { min, max } if (*min..=*max).contains(&value)).then_some(value)
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

impl Field for f32 {
    fn parse(text: &str, kind: &Kind) -> Option<Self> {
        // The sum makes zero of minus zero.
        let value = text.parse::<Self>().ok()? + 0.0;
        matches!(kind, Kind::Number { min, max } if (*min..=*max).contains(&value)).then_some(value)
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

impl Field for bool {
    fn parse(text: &str, _: &Kind) -> Option<Self> {
        text.parse().ok()
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

/// Control characters become spaces, so that a text fits a line.
impl Field for String {
    fn parse(text: &str, kind: &Kind) -> Option<Self> {
        let Kind::Text { most, rows } = kind else { return None };
        let joined = if *rows { text.trim_end().lines().collect::<Vec<_>>().join("; ") } else { text.to_owned() };
        let line: Self = joined.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        (line.chars().count() <= *most as usize).then_some(line)
    }
    fn text(&self) -> String {
        self.clone()
    }
}

/// A single named option.
impl<C: Choice> Field for C {
    fn parse(text: &str, _: &Kind) -> Option<Self> {
        C::from_id(text)
    }
    fn text(&self) -> String {
        self.id().to_owned()
    }
}

/// Several named options, each at most once, at least one.
impl<C: Choice> Field for Vec<C> {
    fn parse(text: &str, kind: &Kind) -> Option<Self> {
        let Kind::Many { options } = kind else { return None };
        let mut chosen = Vec::new();
        for id in text.split(',').map(str::trim) {
            let choice = C::from_id(id).filter(|choice| options.iter().any(|option| option.value == choice.id()))?;
            if !chosen.contains(&choice) {
                chosen.push(choice);
            }
        }
        Some(chosen)
    }
    fn text(&self) -> String {
        self.iter().map(|c| c.id()).collect::<Vec<_>>().join(",")
    }
}

/// A struct with a property table.
pub trait Properties: Default + Clone + PartialEq {
    /// The property table.
    fn rows() -> Vec<Property>;
    /// Sets one property from text; on a refusal nothing changes.
    ///
    /// # Errors
    /// The problem, if there is no such property or it does not take the value.
    fn assign(&mut self, name: &str, text: &str) -> Result<(), Problem>;
    /// Every property as text, in the order of the table.
    fn texts(&self) -> Vec<(&'static str, String)>;

    /// Sets one property from what a reader typed: a number may be in any form that can be read in one way.
    ///
    /// # Errors
    /// As [`Properties::assign`], and the two numbers that `text` can be.
    fn type_in(&mut self, name: &str, text: &str) -> Result<(), Problem> {
        let plain = plainly(&Self::rows(), name, text, &self.texts())?;
        self.assign(name, &plain).map_err(|problem| Problem { given: text.to_owned(), ..problem })
    }
}

/// What was typed for a setting, in the plain form. Once, not for each lab.
fn plainly(rows: &[Property], name: &str, text: &str, values: &[(&str, String)]) -> Result<String, Problem> {
    let row = rows.iter().find(|row| row.name == name);
    row.map_or_else(|| Ok(text.to_owned()), |row| row.kind.plain(text)).map_err(|allowed| {
        let used = values.iter().find(|(own, _)| *own == name).map(|(_, value)| value.clone());
        let (field, given) = (name.to_owned(), text.to_owned());
        Problem { field, given, allowed, used: used.unwrap_or_default() }
    })
}

/// A row from its words (name, group, label, unit, help), its kind, its scope, and its default.
#[inline(never)]
pub fn row<F: Field>(words: [&'static str; 5], kind: Kind, scope: Scope, default: &F) -> Property {
    let [name, group, label, unit, help] = words;
    Property { name, scope, group, label, unit, help, kind, default: default.text() }
}

/// A value as text.
#[inline(never)]
pub fn text<F: Field>(value: &F) -> String {
    value.text()
}

/// Values by name.
#[must_use]
pub fn by_name(values: Vec<(&'static str, String)>) -> BTreeMap<String, String> {
    // Collecting would bring a sort for this type along, ten kilobytes of WebAssembly.
    let mut map = BTreeMap::new();
    for (name, value) in values {
        map.insert(name.to_owned(), value);
    }
    map
}

/// Values by name as files have them: numbers as numbers, flags as flags, lists as lists.
#[must_use]
pub fn typed(rows: &[Property], values: Vec<(&'static str, String)>) -> BTreeMap<String, Value> {
    let mut map = BTreeMap::new();
    for (name, text) in values {
        let value = match rows.iter().find(|row| row.name == name).map(|row| &row.kind) {
            Some(Kind::Integer { .. } | Kind::Number { .. } | Kind::Flag) => serde_json::from_str(&text).ok(),
            Some(Kind::Many { .. }) => Some(Value::Array(text.split(',').map(|item| item.trim().into()).collect())),
            _ => None,
        };
        map.insert(name.to_owned(), value.unwrap_or(Value::String(text)));
    }
    map
}

/// Reads a value into a field; a refused one leaves what it holds. Once for each type, not for each row: this is what keeps a
/// table of fifty rows small in WebAssembly.
#[inline(never)]
pub fn take<F: Field>(field: &mut F, name: &str, text: &str, kind: &Kind) -> Result<(), Problem> {
    match F::parse(bare(text, kind), kind) {
        Some(value) => {
            *field = value;
            Ok(())
        }
        None => Err(refused(name, text, kind, field.text())),
    }
}

/// The spaces around a text are part of it.
fn bare<'a>(text: &'a str, kind: &Kind) -> &'a str {
    if matches!(kind, Kind::Text { .. }) { text } else { text.trim() }
}

fn refused(name: &str, text: &str, kind: &Kind, used: String) -> Problem {
    Problem { field: name.to_owned(), given: text.to_owned(), allowed: kind.allowed(), used }
}

/// Declares a configuration: a struct with defaults, its property table, and reading and writing by name.
#[macro_export]
macro_rules! properties {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($field:ident: $type:ty = $default:expr, $kind:expr, $scope:ident,
          $group:literal, $label:literal, $unit:literal, $help:literal;)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $(#[doc = $help] pub $field: $type,)+ }

        impl Default for $name {
            fn default() -> Self { Self { $($field: $default,)+ } }
        }

        impl $name {
            /// The property table.
            #[must_use]
            pub fn table() -> Vec<$crate::property::Property> {
                use $crate::property::{Scope, row};
                let defaults = Self::default();
                vec![$(row([stringify!($field), $group, $label, $unit, $help], $kind, Scope::$scope, &defaults.$field),)+]
            }

            /// Sets one property from text; on a refusal nothing changes.
            ///
            /// # Errors
            /// The problem, if there is no such property or it does not take the value.
            pub fn set(&mut self, name: &str, text: &str) -> Result<(), $crate::property::Problem> {
                use $crate::property::{Problem, take};
                match name {
                    $(stringify!($field) => take(&mut self.$field, name, text, &$kind),)+
                    _ => Err(Problem {
                        field: name.to_owned(), given: text.to_owned(),
                        allowed: $crate::reading::no_setting(name, &[$(stringify!($field)),+]),
                        used: String::new(),
                    }),
                }
            }

            /// Every property as text, in the order of the table.
            #[must_use]
            pub fn values(&self) -> Vec<(&'static str, String)> {
                use $crate::property::text;
                vec![$((stringify!($field), text(&self.$field)),)+]
            }
        }

        impl $crate::property::Properties for $name {
            fn rows() -> Vec<$crate::property::Property> { Self::table() }
            fn assign(&mut self, name: &str, text: &str) -> Result<(), $crate::property::Problem> { self.set(name, text) }
            fn texts(&self) -> Vec<(&'static str, String)> { self.values() }
        }
    };
}
pub use properties;
