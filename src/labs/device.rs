//! The check of a device, as it is told: what labs give to it, its rows, what they come to. How it is made: [`super::checking`].

use serde::Serialize;

use crate::choice::Choice;
use crate::labs::Config;
use crate::labs::part::Part;
use crate::reading::brief;
use crate::run::event::ExecutorInfo;
use crate::run::machine::ExecutorChoice;
use crate::run::table::{Cell, Column, Table};

/// A name and a value of each setting that is not the default.
type Values = &'static [(&'static str, &'static str)];

/// What a lab gives to the check of a device.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// A small run at odd sizes. Every kernel that it launches is compared; if it trains, its gradients are too, else what it measures,
    /// which has to be exact.
    Odd(Values),
    /// The same, of whose gradients the loss does not tell.
    Launches(Values),
    /// First losses of the preset.
    Preset(&'static str),
}

/// The part of a page, and the question.
pub const PART: &str = "device";
/// The setting that says where work is done.
pub(crate) const EXECUTOR: &str = "executor";
/// What progress is counted in.
pub const UNIT: &str = "checks";
/// Failures that the sentence names.
const NAMED: usize = 4;

/// The part of every lab's page that checks the device; nothing where work is not done on one.
#[must_use]
pub fn part(config: &Config) -> Option<Part> {
    let help = "Whether this browser's graphics device, or its CPU, computes what it should.";
    let on = config.rows().iter().any(|row| row.name == EXECUTOR);
    on.then(|| Part::new(PART, "Device", help).of(&[EXECUTOR]))
}

/// What these settings would run on.
#[must_use]
pub fn choice(config: &Config) -> ExecutorChoice {
    let set = config.values().into_iter().find(|(name, _)| *name == EXECUTOR);
    set.and_then(|(_, value)| ExecutorChoice::from_id(&value)).unwrap_or(ExecutorChoice::Auto)
}

/// What a row is about.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "CheckedKind"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A kernel.
    Kernel,
    /// Gradients of a lab's models.
    Gradients,
    /// First losses of a preset.
    Losses,
    /// Numbers that have to be exact.
    Exact,
}

impl Kind {
    /// As a file has it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Gradients => "gradients",
            Self::Losses => "losses",
            Self::Exact => "exact",
        }
    }

    fn named(self, name: &str) -> String {
        match self {
            Self::Kernel => format!("the kernel {name}"),
            Self::Gradients => format!("gradients of {name}"),
            Self::Losses => format!("first losses of {name}"),
            Self::Exact => format!("exact numbers of {name}"),
        }
    }
}

/// How a check ended.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "CheckedOutcome"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Within what is allowed.
    Passed,
    /// Not so.
    Failed,
    /// It could not be made; of a device, that there is none.
    NotRun,
}

impl Outcome {
    /// As a file has it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotRun => "not run",
        }
    }
}

/// One check.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "CheckedRow"))]
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What it is about.
    pub kind: Kind,
    /// Name of the kernel, of the lab, or of its preset.
    pub name: String,
    /// What it was compared with.
    pub with: &'static str,
    /// Launches, tensors or numbers that were compared.
    pub cases: u32,
    /// The largest difference; nothing if something was no number, or nothing was compared.
    pub difference: Option<f64>,
    /// What is allowed.
    pub allowed: f64,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, if it did not pass.
    pub why: String,
}

/// What was found of a device.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize)]
pub struct DeviceCheck {
    /// Version of this program.
    pub version: &'static str,
    /// What was checked.
    pub executor: ExecutorInfo,
    /// Whether all passed that could be checked.
    pub outcome: Outcome,
    /// In a sentence or two.
    pub sentence: String,
    /// The checks.
    pub rows: Vec<Row>,
}

impl DeviceCheck {
    /// The checks as a table.
    #[must_use]
    pub fn table(&self) -> Table {
        let head = ["kind", "name", "outcome", "difference", "allowed", "compared_with", "cases", "why"];
        let mut table = Table::new("device", head.map(|id| Column::new(id, id, "")));
        for row in &self.rows {
            table.push([
                row.kind.id().into(),
                row.name.as_str().into(),
                row.outcome.id().into(),
                row.difference.into(),
                row.allowed.into(),
                row.with.into(),
                row.cases.into(),
                Cell::from(row.why.as_str()),
            ]);
        }
        table
    }
}

/// A row of a check that has yet to be made.
pub(crate) fn row(kind: Kind, name: String, with: &'static str, allowed: f64) -> Row {
    Row { kind, name, with, cases: 0, difference: None, allowed, outcome: Outcome::NotRun, why: String::new() }
}

/// What it comes to, for a reader.
pub(crate) fn sentence(
    rows: &[Row],
    outcome: Outcome,
    ExecutorInfo { kind, name, reason, .. }: &ExecutorInfo,
) -> String {
    let on = if kind == "cpu" { format!("the CPU ({name})") } else { format!("WebGPU ({name})") };
    let made = rows.iter().filter(|row| row.outcome != Outcome::NotRun).count();
    match outcome {
        Outcome::NotRun => format!("There is no WebGPU device to check. {reason}"),
        Outcome::Passed => {
            format!(
                "All {made} checks passed on {on}: it computes what it should, within the differences that are allowed."
            )
        }
        Outcome::Failed => {
            let failed: Vec<&Row> = rows.iter().filter(|row| row.outcome == Outcome::Failed).collect();
            let named = failed.iter().take(NAMED).map(|row| {
                let off = match row.difference {
                    Some(off) if row.allowed == 0.0 => format!("off by {}, and has to be exact", brief(off, 2)),
                    Some(off) => format!("off by {}, where {} is allowed", brief(off, 2), brief(row.allowed, 2)),
                    None => row.why.trim_end_matches('.').to_owned(),
                };
                format!("{} ({off})", row.kind.named(&row.name))
            });
            let named = named.collect::<Vec<_>>().join("; ");
            let others = failed.len().saturating_sub(NAMED);
            let more = if others > 0 { format!("; and {others} more") } else { String::new() };
            let instead = if kind == "cpu" { "" } else { " Run on the CPU instead." };
            format!(
                "{} of {made} checks failed on {on}: {named}{more}. What is computed there cannot be trusted.{instead} Please report \
                 it, with this check as a file.",
                failed.len()
            )
        }
    }
}
