//! A configuration of any lab: its settings by name, and the race that it makes, if it makes one.

use std::any::Any;
use std::fmt;

use crate::choice::Choice;
use crate::error::Error;
use crate::labs::part::Part;
use crate::labs::race::Racing;
use crate::labs::settings::{FromFile, Preset, Reading, Settings};
use crate::labs::{self, Lab};
use crate::model::measure::Measure;
use crate::property::{Problem, Property, Scope, typed};
use crate::run::lineup::{Lineup, Provenance};
use crate::run::machine::{CORES, Cores};

/// Settings of a lab without their type: what [`Settings`] and its table offer to whoever does not know the lab.
trait Configuration {
    fn any(&self) -> &dyn Any;
    fn boxed(&self) -> Box<dyn Configuration>;
    fn defaults(&self) -> Box<dyn Configuration>;
    fn is(&self, other: &dyn Any) -> bool;
    fn lab(&self) -> &'static str;
    fn rows(&self) -> Vec<Property>;
    fn presets(&self) -> &'static [Preset];
    fn parts(&self) -> Vec<Part>;
    fn values(&self) -> Vec<(&'static str, String)>;
    fn set(&mut self, name: &str, value: &str) -> Result<(), Problem>;
    fn preset(&mut self, id: &str) -> Result<(), Problem>;
    fn read(&mut self, base: &[(&'static str, String)], pairs: &[(&str, &str)], reading: Reading) -> Vec<Problem>;
    fn link(&self) -> String;
    fn tables(&self) -> &'static [&'static str];
    fn racing(&self) -> Option<&dyn Racing>;
    fn ends(&self) -> Vec<&'static str>;
    fn of_file(&self, name: &str, bytes: &[u8]) -> Result<Option<FromFile>, Error>;
    fn lacking(&self) -> Vec<Problem>;
    fn unused(&self) -> Vec<&'static str>;
}

/// Without what it holds, so that a page need not carry how to print that.
impl fmt::Debug for dyn Configuration + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.link())
    }
}

impl<S: Settings + 'static> Configuration for S {
    fn any(&self) -> &dyn Any {
        self
    }
    fn boxed(&self) -> Box<dyn Configuration> {
        Box::new(self.clone())
    }
    fn defaults(&self) -> Box<dyn Configuration> {
        Box::new(S::default())
    }
    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<S>() == Some(self)
    }
    fn lab(&self) -> &'static str {
        S::LAB
    }
    fn rows(&self) -> Vec<Property> {
        S::rows()
    }
    fn presets(&self) -> &'static [Preset] {
        S::presets()
    }
    fn parts(&self) -> Vec<Part> {
        S::parts()
    }
    fn values(&self) -> Vec<(&'static str, String)> {
        self.texts()
    }
    fn set(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        self.assign(name, value)
    }
    fn preset(&mut self, id: &str) -> Result<(), Problem> {
        S::preset(id).map(|preset| *self = preset)
    }
    fn read(&mut self, base: &[(&'static str, String)], pairs: &[(&str, &str)], reading: Reading) -> Vec<Problem> {
        self.apply_over(base, pairs.iter().copied(), reading)
    }
    fn link(&self) -> String {
        Settings::link(self)
    }
    fn tables(&self) -> &'static [&'static str] {
        Settings::tables(self)
    }
    fn racing(&self) -> Option<&dyn Racing> {
        Settings::racing(self)
    }
    fn ends(&self) -> Vec<&'static str> {
        Settings::ends(self)
    }
    fn of_file(&self, name: &str, bytes: &[u8]) -> Result<Option<FromFile>, Error> {
        S::of_file(name, bytes)
    }
    fn lacking(&self) -> Vec<Problem> {
        Settings::lacking(self)
    }
    fn unused(&self) -> Vec<&'static str> {
        Settings::unused(self)
    }
}

/// A configuration of one of the labs.
#[derive(Debug)]
pub struct Config(Box<dyn Configuration>);

impl Clone for Config {
    fn clone(&self) -> Self {
        Self(self.0.boxed())
    }
}

impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        self.0.is(other.0.any())
    }
}

impl<S: Settings + 'static> From<S> for Config {
    fn from(settings: S) -> Self {
        Self(Box::new(settings))
    }
}

impl Config {
    /// The settings, if they are of that type.
    #[must_use]
    pub fn of<S: Settings + 'static>(&self) -> Option<&S> {
        self.0.any().downcast_ref()
    }

    /// The settings as the lab has them that was asked.
    ///
    /// # Errors
    /// [`Error::Config`] if they are of another lab.
    pub fn own<S: Settings + 'static>(&self) -> Result<&S, Error> {
        let other =
            || Error::Config(format!("These are settings of the {} lab, not of the {} lab.", self.0.lab(), S::LAB));
        self.of().ok_or_else(other)
    }

    /// Which lab's.
    ///
    /// # Errors
    /// [`Error::Config`] if no lab of the registry has such settings.
    pub fn lab(&self) -> Result<&'static dyn Lab, Error> {
        labs::named(self.lab_id())
    }

    /// Identifier of the lab.
    #[must_use]
    pub fn lab_id(&self) -> &'static str {
        self.0.lab()
    }

    /// The property table.
    #[must_use]
    pub fn rows(&self) -> Vec<Property> {
        self.0.rows()
    }

    /// The presets of the lab, the defaults first.
    #[must_use]
    pub fn presets(&self) -> &'static [Preset] {
        self.0.presets()
    }

    /// The parts of the lab's page.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        self.0.parts()
    }

    /// What a race of it measures, training and evaluation; nothing where there is no race.
    ///
    /// # Errors
    /// As [`Racing::measures`].
    pub fn measures(&self) -> Result<Vec<Measure>, Error> {
        self.0.racing().map_or_else(|| Ok(Vec::new()), Racing::measures)
    }

    /// Names of the tables that a run of it leaves, the curves first.
    #[must_use]
    pub fn tables(&self) -> Vec<&'static str> {
        std::iter::once("curves").chain(self.0.tables().iter().copied()).collect()
    }

    /// Reads names and values over this configuration; see [`Settings::apply`].
    pub fn apply<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Problem> {
        let base = self.defaults().values();
        self.apply_over(&base, pairs, Reading::Plain)
    }

    /// As [`Config::apply`], over a preset that stands for the defaults.
    pub fn apply_over_preset<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Problem> {
        let base = self.values();
        self.apply_over(&base, pairs, Reading::Plain)
    }

    /// As [`Config::apply`], with what stands for the defaults, and how values are written; see [`Settings::apply_over`].
    pub fn apply_over<'a>(
        &mut self,
        base: &[(&'static str, String)],
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        reading: Reading,
    ) -> Vec<Problem> {
        let pairs: Vec<_> = pairs.into_iter().collect();
        self.0.read(base, &pairs, reading)
    }

    /// Takes over what a reader typed; see [`crate::property::Properties::type_in`].
    pub fn type_in(&mut self, name: &str, text: &str) -> Vec<Problem> {
        let base = self.defaults().values();
        self.apply_over(&base, [(name, text)], Reading::Typed)
    }

    /// Takes over a preset.
    ///
    /// # Errors
    /// The problem, if there is no such preset.
    pub fn preset(&mut self, id: &str) -> Result<(), Problem> {
        self.0.preset(id)
    }

    /// The defaults of the same lab.
    #[must_use]
    pub fn defaults(&self) -> Self {
        Self(self.0.defaults())
    }

    /// Every property as text, in the order of the table.
    #[must_use]
    pub fn values(&self) -> Vec<(&'static str, String)> {
        self.0.values()
    }

    /// The link's fragment that restores this configuration.
    #[must_use]
    pub fn link(&self) -> String {
        self.0.link()
    }

    /// The value of a setting that is given as a file; see [`Settings::of_file`].
    ///
    /// # Errors
    /// [`Error::File`] if the file is not one of these.
    pub fn of_file(&self, name: &str, bytes: &[u8]) -> Result<Option<FromFile>, Error> {
        self.0.of_file(name, bytes)
    }

    /// What a run of it needs and it does not have; see [`Settings::lacking`].
    #[must_use]
    pub fn lacking(&self) -> Vec<Problem> {
        self.0.lacking()
    }

    /// Names of the settings from which nothing follows as the others are; see [`Settings::unused`].
    #[must_use]
    pub fn unused(&self) -> Vec<&'static str> {
        self.0.unused()
    }

    /// Names of the settings that say when a race of it ends; see [`Settings::ends`].
    #[must_use]
    pub fn ends(&self) -> Vec<&'static str> {
        self.0.ends()
    }

    /// Another number of steps, if that is allowed.
    #[must_use]
    pub fn with_steps(&self, steps: u32) -> Option<Self> {
        let mut longer = self.clone();
        for name in self.ends() {
            longer.0.set(name, &steps.to_string()).ok()?;
        }
        Some(longer)
    }

    /// Whether a setting only concerns looking: changing it leaves an open run as it is.
    #[must_use]
    pub fn looks_only(&self, name: &str) -> bool {
        self.rows().iter().any(|row| row.name == name && row.scope == Scope::Look)
    }

    /// Whether a run of the other configuration is the same run: whatever is only looked at may differ.
    #[must_use]
    pub fn races_as(&self, other: &Self) -> bool {
        self.lab_id() == other.lab_id() && self.differences(other).is_empty()
    }

    /// The settings of a run in which two configurations of one lab differ: name, here, there.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<(&'static str, String, String)> {
        let pairs = self.values().into_iter().zip(other.values()).zip(self.rows());
        pairs
            .filter(|(((_, here), (_, there)), row)| here != there && row.scope != Scope::Look)
            .map(|(((name, here), (_, there)), _)| (name, here, there))
            .collect()
    }

    /// Where a run of this configuration comes from. How many cores share the work is no part of that: nothing follows from it.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        let mut config = self.clone();
        let automatic = config.0.set(CORES, Cores::Auto.id());
        let mut settings = typed(&config.rows(), config.values());
        if automatic.is_ok() {
            settings.remove(CORES);
        }
        Provenance { lab: self.lab_id().to_owned(), link: config.link(), settings }
    }

    /// What it races.
    ///
    /// # Errors
    /// [`Error::Config`] if it trains nothing.
    pub fn racing(&self) -> Result<&dyn Racing, Error> {
        let none = || {
            let why = format!("In the {} lab there is no race of models to train, to open or to save.", self.lab_id());
            Error::Config(why)
        };
        self.0.racing().ok_or_else(none)
    }

    /// The race: every arm with every seed, arms outermost.
    ///
    /// # Errors
    /// [`Error::Config`] if it trains nothing; [`Error::Internal`].
    pub fn lineup(&self) -> Result<Lineup, Error> {
        self.racing()?.lineup(self.provenance())
    }
}
