//! Measures: what is read off a model while it trains, or found of it by an experiment, as data. Charts, tables, files and milestones
//! follow from the description.

use serde::{Deserialize, Serialize};

/// What numbers a measure takes, which says how it is drawn and written.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "MeasureKind"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// 0 … 1, read as per cent.
    Share,
    /// A number of things.
    Count,
    /// Anything from zero.
    Amount,
    /// Anything.
    Number,
}

impl Kind {
    /// Whether a measure of this kind can have the value.
    #[must_use]
    pub fn allows(self, value: f32) -> bool {
        match self {
            Self::Share => (0.0..=1.0).contains(&value),
            Self::Count | Self::Amount => value >= 0.0 && value.is_finite(),
            Self::Number => value.is_finite(),
        }
    }
}

/// Which way is better.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// Less is.
    Lower,
    /// More is.
    Higher,
    /// Neither.
    Neither,
}

/// When it is taken.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "MeasurePhase"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Of the batch of every training step.
    Training,
    /// Now and then, of what was held out.
    Evaluation,
}

/// A measure. It is told from others of its phase by its identifier.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Measure {
    /// Identifier, as in files: lower case, with hyphens.
    pub id: String,
    /// Name of its figure.
    pub label: String,
    /// Head of its column, where there is less room.
    pub short: String,
    /// Unit, or nothing.
    pub unit: String,
    /// What its numbers are.
    pub kind: Kind,
    /// Which way is better.
    pub better: Better,
    /// When it is taken.
    pub phase: Phase,
    /// Value from which on a run counts as having reached it: the first step is reported for each run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub threshold: Option<f32>,
    /// What a model reaches that guesses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub chance: Option<f32>,
    /// What else is known of its numbers, drawn as lines across its figure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<Level>>"))]
    pub levels: Vec<Level>,
}

/// A number that gives others their meaning, such as a bound or what a known rule reaches.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The number.
    pub at: f32,
    /// What it is, in a few words.
    pub label: String,
}

impl Measure {
    /// A measure without threshold and chance level.
    #[must_use]
    pub fn new(id: &str, [label, short, unit]: [&str; 3], kind: Kind, better: Better, phase: Phase) -> Self {
        let [id, label, short, unit] = [id, label, short, unit].map(str::to_owned);
        Self { id, label, short, unit, kind, better, phase, threshold: None, chance: None, levels: Vec::new() }
    }

    /// This, with the value from which on it counts as reached.
    #[must_use]
    pub fn reached_at(self, threshold: f32) -> Self {
        Self { threshold: Some(threshold), ..self }
    }

    /// This, with the value of a model that guesses.
    #[must_use]
    pub fn by_chance(self, chance: f32) -> Self {
        Self { chance: Some(chance), ..self }
    }

    /// This, with a line across its figure.
    #[must_use]
    pub fn with_level(mut self, at: f64, label: &str) -> Self {
        self.levels.push(Level { at: at as f32, label: label.to_owned() });
        self
    }

    /// Whether `value` reaches its threshold; never, if it has none.
    #[must_use]
    pub fn reached(&self, value: f32) -> bool {
        self.threshold.is_some_and(|threshold| match self.better {
            Better::Lower => value <= threshold,
            Better::Higher | Better::Neither => value >= threshold,
        })
    }

    /// Whether this is the same measure: identifier and phase are.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.id == other.id && self.phase == other.phase
    }

    /// Whether both mean the same numbers by it, and count the same as reached.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        let meaning = |measure: &Self| (measure.unit.clone(), measure.kind, measure.better, measure.threshold);
        self.is(other) && meaning(self) == meaning(other)
    }
}
