//! Results of a race: what the command line writes and the page exports, and reads again to compare.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::choice::Choice;
use crate::error::Error;
use crate::labs::any::Config;
use crate::labs::copy::claim::Verdict;
use crate::labs::copy::config::{CopyConfig, Settings};
use crate::labs::encodings::outcome::Outcome;
use crate::property::{Problem, by_name};
use crate::run::event::{Cost, ExecutorInfo};
use crate::run::progress::Evaluation;

/// What became of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// Identifier of its encoding.
    pub encoding: String,
    /// Its seed.
    pub seed: u32,
    /// Steps trained when it first had 99 % of held-out tokens right.
    #[serde(default)]
    pub step99: Option<u32>,
    /// Step at which it met a loss or gradient that is not finite.
    #[serde(default)]
    pub stopped: Option<u32>,
    /// Share of held-out tokens right at the last evaluation.
    #[serde(default)]
    pub accuracy: Option<f32>,
}

/// Held-out numbers at one step, by run; nothing where a run has stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluationRow {
    /// Steps trained by then.
    pub step: u32,
    /// Loss in bits per judged token.
    pub loss: Vec<Option<f32>>,
    /// Share of judged tokens that are right.
    pub token_accuracy: Vec<Option<f32>>,
    /// Share of sequences that are right as a whole.
    pub sequence_accuracy: Vec<Option<f32>>,
}

/// Results of a race.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Which lab.
    pub lab: String,
    /// Version that wrote it.
    #[serde(default)]
    pub version: String,
    /// Link that restores the configuration.
    #[serde(default)]
    pub link: String,
    /// Certificate of the first losses.
    #[serde(default)]
    pub check: Option<String>,
    /// Every setting by name; empty if unknown.
    #[serde(default)]
    pub configuration: BTreeMap<String, String>,
    /// Which executor worked.
    #[serde(default)]
    pub executor: Option<ExecutorInfo>,
    /// What a step costs.
    #[serde(default)]
    pub cost: Option<Cost>,
    /// Seconds of training, where somebody took them.
    #[serde(default)]
    pub seconds: Option<f64>,
    /// Steps trained.
    #[serde(default)]
    pub step: u32,
    /// The runs.
    pub runs: Vec<RunResult>,
    /// Evaluations in the order of their steps; columns in the order of `runs`.
    pub evaluations: Vec<EvaluationRow>,
    /// Claims and what the race says of them.
    #[serde(default)]
    pub verdicts: Vec<Verdict>,
    /// What an experiment of the encodings lab has found. Never read again: it follows from the runs.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// Columns of the CSV form, one row per run and evaluation.
pub const COLUMNS: [&str; 6] = ["encoding", "seed", "step", "loss_bits", "token_accuracy", "sequence_accuracy"];

fn refuse(why: impl std::fmt::Display) -> Error {
    Error::File(why.to_string())
}

impl Results {
    /// Results of a configuration, without what only the executor knows.
    #[must_use]
    pub fn of(config: &Config, runs: Vec<RunResult>, history: &[Evaluation]) -> Self {
        let finite = |values: &[f32]| values.iter().map(|&value| value.is_finite().then_some(value)).collect();
        let row = |evaluation: &Evaluation| {
            let [loss, token, sequence] = &evaluation.values;
            EvaluationRow {
                step: evaluation.step,
                loss: finite(loss),
                token_accuracy: finite(token),
                sequence_accuracy: finite(sequence),
            }
        };
        Self {
            lab: config.lab().id().to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            link: config.link(),
            check: None,
            configuration: by_name(config.values()),
            executor: None,
            cost: None,
            seconds: None,
            step: 0,
            runs,
            evaluations: history.iter().map(row).collect(),
            verdicts: Vec::new(),
            outcome: None,
        }
    }

    /// Reads a results file: JSON as written by the command line or the page, or CSV with [`COLUMNS`].
    ///
    /// # Errors
    /// [`Error::File`] with what is wrong and where.
    pub fn read(text: &str) -> Result<Self, Error> {
        let text = text.trim_start_matches('\u{feff}');
        let results = if text.trim_start().starts_with('{') { Self::read_json(text)? } else { Self::read_csv(text)? };
        results.sound()
    }

    fn read_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| refuse(format!("it is not a results file of this lab ({error})")))
    }

    fn read_csv(text: &str) -> Result<Self, Error> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let head = reader.headers().map_err(refuse)?;
        if head.iter().ne(COLUMNS) {
            return Err(refuse(format!(
                "it is neither a JSON object nor a CSV file with the columns {}",
                COLUMNS.join(", ")
            )));
        }
        type Row = (String, u32, u32, Option<f32>, Option<f32>, Option<f32>);
        let mut runs: Vec<RunResult> = Vec::new();
        type Cells = Vec<(usize, [Option<f32>; 3])>;
        let mut cells: BTreeMap<u32, Cells> = BTreeMap::new();
        for row in reader.deserialize::<Row>() {
            let (encoding, seed, step, loss, token, sequence) = row.map_err(refuse)?;
            let known = runs.iter().position(|run| run.encoding == encoding && run.seed == seed);
            let run = known.unwrap_or_else(|| {
                runs.push(RunResult { encoding, seed, step99: None, stopped: None, accuracy: None });
                runs.len() - 1
            });
            if runs.len() > crate::run::MAX_REPLICAS as usize {
                return Err(refuse(format!("it has more than {} runs", crate::run::MAX_REPLICAS)));
            }
            cells.entry(step).or_default().push((run, [loss, token, sequence]));
        }
        let mut evaluations = Vec::with_capacity(cells.len());
        for (step, cells) in cells {
            let mut columns = [vec![None; runs.len()], vec![None; runs.len()], vec![None; runs.len()]];
            for (run, values) in cells {
                columns.iter_mut().zip(values).for_each(|(column, value)| column[run] = value);
                runs[run].accuracy = values[1].or(runs[run].accuracy);
                if runs[run].step99.is_none() && values[1].is_some_and(|share| share >= super::race::LEARNED) {
                    runs[run].step99 = Some(step);
                }
            }
            let [loss, token_accuracy, sequence_accuracy] = columns;
            evaluations.push(EvaluationRow { step, loss, token_accuracy, sequence_accuracy });
        }
        let step = evaluations.last().map_or(0, |row| row.step);
        let mut results = Self::of(&CopyConfig::default().into(), runs, &[]);
        results.link.clear();
        results.configuration.clear();
        results.step = step;
        results.evaluations = evaluations;
        Ok(results)
    }

    /// This, if its parts fit each other.
    fn sound(self) -> Result<Self, Error> {
        if self.lab != "copy" {
            return Err(refuse(format!("it comes from the lab \"{}\"; this is the copy lab", self.lab)));
        }
        if self.runs.is_empty() || self.runs.len() > crate::run::MAX_REPLICAS as usize {
            return Err(refuse(format!(
                "it has {} runs; 1 to {} are allowed",
                self.runs.len(),
                crate::run::MAX_REPLICAS
            )));
        }
        for (at, row) in self.evaluations.iter().enumerate() {
            for (name, column) in [
                ("loss", &row.loss),
                ("tokenAccuracy", &row.token_accuracy),
                ("sequenceAccuracy", &row.sequence_accuracy),
            ] {
                if column.len() != self.runs.len() {
                    let (wanted, found) = (self.runs.len(), column.len());
                    return Err(refuse(format!("{name} of evaluation {at} has {found} numbers for {wanted} runs")));
                }
                if column.iter().flatten().any(|value| !value.is_finite()) {
                    return Err(refuse(format!("{name} of evaluation {at} is not finite")));
                }
            }
        }
        if self.evaluations.windows(2).any(|pair| pair[0].step >= pair[1].step) {
            return Err(refuse("its evaluations are not in the order of their steps"));
        }
        if let Some(last) = self.evaluations.last().filter(|last| last.step > self.step) {
            let (step, last) = (self.step, last.step);
            return Err(refuse(format!("it ends at step {step}, and its last evaluation is of step {last}")));
        }
        self.agreeing()
    }

    /// This, if link and configuration, where both are there, say the same.
    fn agreeing(self) -> Result<Self, Error> {
        if self.link.is_empty() || self.configuration.is_empty() {
            return Ok(self);
        }
        // What this version does not know is the same default on both sides, and is for the reader to judge.
        let (link, _) = CopyConfig::from_link(&self.link);
        let mut config = CopyConfig::default();
        config.apply(self.configuration.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let (link, config) = (link.values(), config.values());
        let differs = link.iter().zip(&config).find(|(link, config)| link != config);
        if let Some(((name, link), (_, config))) = differs {
            let why =
                format!("its link and its configuration differ: {name} is {link} in one and {config} in the other");
            return Err(refuse(why));
        }
        Ok(self)
    }

    /// The evaluations as CSV with [`COLUMNS`]; the cells of a stopped run stay empty.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn csv(&self) -> Result<String, Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let failed = |error: csv::Error| Error::Internal(error.to_string());
        writer.write_record(COLUMNS).map_err(failed)?;
        for row in &self.evaluations {
            for (at, run) in self.runs.iter().enumerate() {
                let of = |column: &[Option<f32>]| column.get(at).copied().flatten();
                let values = [of(&row.loss), of(&row.token_accuracy), of(&row.sequence_accuracy)];
                writer.serialize((&run.encoding, run.seed, row.step, values)).map_err(failed)?;
            }
        }
        let bytes = writer.into_inner().map_err(|error| Error::Internal(error.to_string()))?;
        String::from_utf8(bytes).map_err(|error| Error::Internal(error.to_string()))
    }
}

/// Reads a configuration from JSON: an object of settings by name, or a results file, whose `configuration` is taken.
/// A list may be an array; numbers and flags may be plain.
///
/// # Errors
/// [`Error::File`] if it is no such JSON. Values that are not allowed are problems, not errors.
pub fn read_configuration<S: Settings>(text: &str) -> Result<(S, Vec<Problem>), Error> {
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|error| refuse(format!("it is not JSON ({error})")))?;
    let settings = json.get("configuration").unwrap_or(&json).as_object();
    let settings = settings.ok_or_else(|| refuse("it is not a JSON object of settings"))?;
    let plain = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => plain(other),
    };
    let pairs: Vec<(&str, String)> = settings.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let mut config = S::default();
    let mut problems = Vec::new();
    if let Some((_, preset)) = pairs.iter().find(|(name, _)| *name == "preset") {
        match S::preset(preset) {
            Ok(preset) => config = preset,
            Err(problem) => problems.push(problem),
        }
    }
    let others = pairs.iter().filter(|(name, _)| *name != "preset");
    problems.extend(config.apply(others.map(|(name, value)| (*name, value.as_str()))));
    Ok((config, problems))
}
