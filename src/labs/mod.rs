//! The labs: each a folder with its settings, its claims and what it shows; and here the one list of them, with a configuration of any
//! lab and the race that it makes.

pub mod copy;
pub mod encodings;
pub mod link;
pub mod part;
pub mod results;
pub mod sequence;
pub mod settings;
pub mod trial;
pub mod weights;

use crate::choice::{Choice, choice};
use crate::encoding::{Encoding, Tuning};
use crate::error::Error;
use crate::labs::copy::config::CopyConfig;
use crate::labs::encodings::arms;
use crate::labs::encodings::config::EncodingsConfig;
use crate::labs::part::Part;
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::settings::{Preset, Settings};
use crate::model::Model;
use crate::model::ensemble;
use crate::model::measure::Measure;
use crate::model::transformer::Replica;
use crate::property::{Problem, Properties, Property, Scope, typed};
use crate::reading::quoted;
use crate::run::event::ArmInfo;
use crate::run::lineup::{Entry, Lineup, Provenance};
use crate::run::training::Training;

choice! {
    /// A lab.
    pub enum Lab {
        Copy = "copy", "Copy", "Which encodings let a transformer copy, and how soon?";
        Encodings = "encodings", "Encodings", "What does a position look like to a dot product?";
        Sequence = "sequence", "Sequence machine", "How does a spiking sparse distributed memory learn a sequence in one pass?";
    }
}

/// A configuration of one of the labs.
#[derive(Clone, Debug, PartialEq)]
pub enum Config {
    /// Of the copy lab.
    Copy(CopyConfig),
    /// Of the encodings lab.
    Encodings(EncodingsConfig),
    /// Of the sequence lab.
    Sequence(SequenceConfig),
}

impl From<SequenceConfig> for Config {
    fn from(config: SequenceConfig) -> Self {
        Self::Sequence(config)
    }
}

impl From<CopyConfig> for Config {
    fn from(config: CopyConfig) -> Self {
        Self::Copy(config)
    }
}

impl From<EncodingsConfig> for Config {
    fn from(config: EncodingsConfig) -> Self {
        Self::Encodings(config)
    }
}

/// Does the same with the configuration of whichever lab.
macro_rules! each {
    ($config:expr, $own:ident => $work:expr) => {
        match $config {
            Config::Copy($own) => $work,
            Config::Encodings($own) => $work,
            Config::Sequence($own) => $work,
        }
    };
}

/// What is raced in the labs that train transformers: tables (or other ways to tell positions), each with some seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Identifier, unique within the race.
    pub id: String,
    /// Name on the page.
    pub label: String,
    /// Its encoding.
    pub encoding: Encoding,
    /// How that is turned.
    pub tuning: Tuning,
}

/// Everything about a lab that does not depend on a configuration.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Description {
    /// Which lab.
    pub lab: &'static str,
    /// The property table.
    pub properties: Vec<Property>,
    /// The presets, the defaults first.
    pub presets: &'static [Preset],
    /// Parts of its page.
    pub parts: Vec<Part>,
}

impl Lab {
    /// The defaults of this lab.
    #[must_use]
    pub fn defaults(self) -> Config {
        match self {
            Self::Copy => CopyConfig::default().into(),
            Self::Encodings => EncodingsConfig::default().into(),
            Self::Sequence => SequenceConfig::default().into(),
        }
    }

    /// The lab of that name.
    ///
    /// # Errors
    /// [`Error::Config`] if there is none.
    pub fn named(id: &str) -> Result<Self, Error> {
        let names = || Self::ALL.iter().map(|lab| lab.id()).collect::<Vec<_>>().join(", ");
        Self::from_id(id)
            .ok_or_else(|| Error::Config(format!("There is no lab \"{}\"; there are {}.", quoted(id), names())))
    }

    /// Whether a setting only concerns looking: changing it leaves an open run as it is.
    #[must_use]
    pub fn looks_only(self, name: &str) -> bool {
        self.describe().properties.iter().any(|row| row.name == name && row.scope == Scope::Look)
    }

    /// Its property table, presets and parts.
    #[must_use]
    pub fn describe(self) -> Description {
        fn of<S: Settings>(_: &S) -> Description {
            Description { lab: S::LAB, properties: S::rows(), presets: S::presets(), parts: S::parts() }
        }
        each!(&self.defaults(), config => of(config))
    }
}

impl Config {
    /// Which lab's.
    #[must_use]
    pub fn lab(&self) -> Lab {
        match self {
            Self::Copy(_) => Lab::Copy,
            Self::Encodings(_) => Lab::Encodings,
            Self::Sequence(_) => Lab::Sequence,
        }
    }

    /// What a race of it measures, training and evaluation; nothing where there is no race.
    #[must_use]
    pub fn measures(&self) -> Vec<Measure> {
        let symbols = match self {
            Self::Copy(config) => config.symbols,
            Self::Encodings(config) => config.symbols,
            Self::Sequence(_) => return Vec::new(),
        };
        ensemble::measures(Some(symbols)).into_iter().map(|(measure, _)| measure).collect()
    }

    /// Names of the tables that its experiment leaves: [`trial::Trial::tables`], or those of a study.
    #[must_use]
    pub fn tables(&self) -> Vec<&'static str> {
        let found: &[&str] = match self {
            Self::Copy(_) => &[],
            Self::Encodings(config) => config.experiment.tables(),
            Self::Sequence(_) => &["summary"],
        };
        std::iter::once("curves").chain(found.iter().copied()).collect()
    }

    /// Reads names and values over this configuration; see [`Settings::apply`].
    pub fn apply<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Problem> {
        each!(self, config => config.apply(pairs))
    }

    /// As [`Config::apply`], over a preset that stands for the defaults.
    pub fn apply_over_preset<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Problem> {
        let base = self.values();
        each!(self, config => config.apply_over(&base, pairs, Properties::put))
    }

    /// Takes over what a reader typed; see [`Properties::type_in`].
    pub fn type_in(&mut self, name: &str, text: &str) -> Vec<Problem> {
        let base = self.lab().defaults().values();
        each!(self, config => config.apply_over(&base, [(name, text)], Properties::type_in))
    }

    /// Takes over a preset.
    ///
    /// # Errors
    /// The problem, if there is no such preset.
    pub fn preset(&mut self, id: &str) -> Result<(), Problem> {
        each!(self, config => Settings::preset(id).map(|preset| *config = preset))
    }

    /// Every property as text, in the order of the table.
    #[must_use]
    pub fn values(&self) -> Vec<(&'static str, String)> {
        each!(self, config => config.values())
    }

    /// The link's fragment that restores this configuration.
    #[must_use]
    pub fn link(&self) -> String {
        each!(self, config => config.link())
    }

    /// Another number of steps, if that is allowed.
    #[must_use]
    pub fn with_steps(&self, steps: u32) -> Option<Self> {
        let mut longer = self.clone();
        each!(&mut longer, config => config.set("steps", &steps.to_string())).ok()?;
        Some(longer)
    }

    /// Whether a run of the other configuration is the same run: whatever is only looked at may differ.
    #[must_use]
    pub fn races_as(&self, other: &Self) -> bool {
        let raced = |config: &Self| {
            let values = config.values().into_iter();
            values.filter(|(name, _)| !self.lab().looks_only(name)).collect::<Vec<_>>()
        };
        self.lab() == other.lab() && raced(self) == raced(other)
    }

    /// How its transformers are trained.
    ///
    /// # Errors
    /// [`Error::Config`] if this lab has no race.
    pub fn training(&self) -> Result<Training, Error> {
        match self {
            Self::Copy(config) => Ok(config.training()),
            Self::Encodings(config) => Ok(config.training()),
            Self::Sequence(_) => Err(no_race()),
        }
    }

    /// What is raced.
    ///
    /// # Errors
    /// [`Error::Config`] if this lab has no race; [`Error::Internal`].
    pub fn arms(&self) -> Result<Vec<Arm>, Error> {
        match self {
            Self::Copy(config) => Ok(config.arms()),
            Self::Encodings(config) => arms::arms(config),
            Self::Sequence(_) => Err(no_race()),
        }
    }

    /// Where a run of this configuration comes from.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        let (rows, values) = each!(self, config => (rows_of(config), config.values()));
        Provenance { lab: self.lab().id().to_owned(), link: self.link(), settings: typed(&rows, values) }
    }

    /// The race: every arm with every seed, arms outermost.
    ///
    /// # Errors
    /// [`Error::Config`] if this lab has no race; [`Error::Internal`].
    pub fn lineup(&self) -> Result<Lineup, Error> {
        let training = self.training()?;
        let (seed, seeds, every, executor) = match self {
            Self::Copy(c) => (c.seed, c.seeds, c.every, c.executor),
            Self::Encodings(c) => (c.seed, c.seeds, c.every, c.executor),
            Self::Sequence(_) => return Err(no_race()),
        };
        let (mut entries, mut replicas) = (Vec::new(), Vec::new());
        for arm in self.arms()? {
            for seed in seed..seed + seeds {
                let replica = Replica::new(arm.encoding, seed, training.rate, arm.tuning);
                replicas.push(Replica { decay: training.decay, ..replica });
                entries.push(Entry { arm: arm.info(), seed });
            }
        }
        let models: Vec<(Box<dyn Model>, _)> = vec![(Box::new(training.ensemble(replicas)), entries)];
        Lineup::new(self.provenance(), every, executor, models)
    }
}

fn rows_of<S: Settings>(_: &S) -> Vec<Property> {
    S::rows()
}

fn no_race() -> Error {
    let why = "The sequence machine learns in one pass; there is no race of it to train or to open.";
    Error::Config(why.to_owned())
}

impl Arm {
    /// An encoding under its own name.
    #[must_use]
    pub fn of(encoding: Encoding, tuning: Tuning) -> Self {
        Self { id: encoding.id().to_owned(), label: encoding.label().to_owned(), encoding, tuning }
    }

    /// Its names.
    #[must_use]
    pub fn info(&self) -> ArmInfo {
        ArmInfo { id: self.id.clone(), label: self.label.clone(), help: String::new() }
    }
}
