//! Results of a run: what the command line writes and the page exports, and reads again to compare.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;
use crate::model::ensemble::{self, TOKEN_ACCURACY};
use crate::model::measure::{Measure, Phase};
use crate::reading::quoted;
use crate::run::MAX_REPLICAS;
use crate::run::claim::Verdict;
use crate::run::collector::Stop;
use crate::run::curves::{self, Axis, Curves, Point, number};
use crate::run::event::{ArmInfo, Cost, ExecutorInfo, RunInfo};
use crate::run::lineup::Provenance;
use crate::run::table::Table;

const FORMAT: u32 = 2;

/// What became of one run.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// Identifier of its arm.
    pub arm: String,
    /// Its seed.
    pub seed: u32,
    /// By measure that has a threshold, the first step that reached it; nothing if none did.
    #[serde(default)]
    pub reached: BTreeMap<String, Option<u32>>,
    /// Where it met a loss or gradient that is not finite, and stopped.
    #[serde(default)]
    pub stopped: Option<Stop>,
}

impl RunResult {
    /// The first step that reached a measure's threshold.
    #[must_use]
    pub fn first(&self, measure: &str) -> Option<u32> {
        self.reached.get(measure).copied().flatten()
    }
}

/// Why there are no numbers.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Absent {
    /// Which run, as a place in the list of runs.
    pub run: usize,
    /// Which measure; all of them if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub measure: Option<String>,
    /// From this place of the axis on.
    pub from: f64,
    /// Up to this one.
    pub to: f64,
    /// In words.
    pub reason: String,
}

/// Results of a run.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Version of the format.
    pub format: u32,
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
    /// Every setting by name: numbers are numbers, flags are flags and lists are lists. Empty if unknown.
    #[serde(default)]
    #[cfg_attr(test, ts(type = "Record<string, string | number | boolean | string[]>"))]
    pub settings: BTreeMap<String, Value>,
    /// Which executor worked.
    #[serde(default)]
    pub executor: Option<ExecutorInfo>,
    /// What a step costs.
    #[serde(default)]
    pub cost: Option<Cost>,
    /// Seconds of work, without the time that it stood still; nothing if the first steps were trained elsewhere.
    #[serde(default)]
    pub seconds: Option<f64>,
    /// Steps, or units of work, done.
    #[serde(default)]
    pub step: u32,
    /// How many there are.
    #[serde(default)]
    pub steps: u32,
    /// What is compared.
    #[serde(default)]
    pub arms: Vec<ArmInfo>,
    /// The runs.
    pub runs: Vec<RunResult>,
    /// The axis.
    pub x: Axis,
    /// What is measured.
    pub measures: Vec<Measure>,
    /// Places of the axis in order, with `values[measure][run]`.
    pub curves: Vec<Point>,
    /// Why numbers are not there.
    #[serde(default)]
    pub absent: Vec<Absent>,
    /// Claims and what the run says of them.
    #[serde(default)]
    pub verdicts: Vec<Verdict>,
    /// Curves over other axes. Never read again: they follow from what was trained.
    #[serde(default, skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<Curves>,
    /// What a lab has found besides. Never read again.
    #[serde(default, skip_deserializing, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(type = "unknown"))]
    pub found: Option<Value>,
}

fn refuse(why: impl std::fmt::Display) -> Error {
    Error::File(why.to_string())
}

/// A setting as text.
#[must_use]
pub fn setting_text(value: &Value) -> String {
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match value {
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => plain(other),
    }
}

impl Results {
    /// Results of a configuration, without what only the run knows.
    #[must_use]
    pub fn new(provenance: &Provenance, curves: Curves, runs: Vec<RunResult>) -> Self {
        let Curves { x, measures, arms, points, .. } = curves;
        let absent = absent(&points, &measures, &runs);
        Self {
            format: FORMAT,
            lab: provenance.lab.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            link: provenance.link.clone(),
            check: None,
            settings: provenance.settings.clone(),
            executor: None,
            cost: None,
            seconds: None,
            step: 0,
            steps: 0,
            arms,
            runs,
            x,
            measures,
            curves: points,
            absent,
            verdicts: Vec::new(),
            more: Vec::new(),
            found: None,
        }
    }

    /// The settings as text, by name.
    #[must_use]
    pub fn setting_texts(&self) -> Vec<(&str, String)> {
        self.settings.iter().map(|(name, value)| (name.as_str(), setting_text(value))).collect()
    }

    /// The curves, with arms and runs.
    #[must_use]
    pub fn curve_set(&self) -> Curves {
        let runs = (0..).zip(&self.runs);
        Curves {
            id: self.lab.clone(),
            label: String::new(),
            x: self.x.clone(),
            measures: self.measures.clone(),
            arms: self.arms.clone(),
            runs: runs.map(|(replica, run)| RunInfo { replica, arm: run.arm.clone(), seed: run.seed }).collect(),
            points: self.curves.clone(),
        }
    }

    /// Which measure has that identifier.
    #[must_use]
    pub fn measure(&self, id: &str) -> Option<usize> {
        self.measures.iter().position(|measure| measure.id == id)
    }

    /// The last number of a measure for a run, if it is there: arms may end before others. One that has stopped says nothing any more.
    #[must_use]
    pub fn last(&self, measure: &str, run: usize) -> Option<f32> {
        let measure = self.measure(measure)?;
        let value = |point: &Point| point.values.get(measure)?.get(run).copied().filter(|value| value.is_finite());
        let mut points = self.curves.iter().rev();
        if self.runs.get(run)?.stopped.is_some() { value(points.next()?) } else { points.find_map(value) }
    }

    /// All curves as one table: a row for each run and place.
    #[must_use]
    pub fn table(&self) -> Table {
        let own = self.curve_set();
        let sets: Vec<&Curves> = std::iter::once(&own).chain(&self.more).collect();
        curves::table("curves", &sets)
    }

    /// The curves as CSV; cells stay empty where there are no numbers.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn csv(&self) -> Result<String, Error> {
        self.table().csv()
    }

    /// Reads a results file: JSON as written by the command line or the page, or the CSV of its curves, which does not say its lab.
    /// Files of format 1 are read too.
    ///
    /// # Errors
    /// [`Error::File`] with what is wrong and where.
    pub fn read(text: &str) -> Result<Self, Error> {
        let text = text.trim_start_matches('\u{feff}');
        let results = if text.trim_start().starts_with('{') { Self::read_json(text)? } else { Self::read_csv(text)? };
        results.sound()
    }

    fn read_json(text: &str) -> Result<Self, Error> {
        let wrong = |why: serde_json::Error| refuse(format!("it is not a results file of this lab ({})", quoted(why)));
        #[derive(Deserialize)]
        struct Probe {
            #[serde(default)]
            format: Option<u32>,
        }
        match serde_json::from_str::<Probe>(text).map_err(wrong)?.format {
            None | Some(1) => Ok(serde_json::from_str::<first::Results>(text).map_err(wrong)?.into()),
            Some(FORMAT) => serde_json::from_str(text).map_err(wrong),
            Some(other) => Err(refuse(format!("its format is {other}; this version reads up to {FORMAT}"))),
        }
    }

    fn read_csv(text: &str) -> Result<Self, Error> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let head: Vec<String> = reader.headers().map_err(refuse)?.iter().map(str::to_owned).collect();
        let measures = evaluation_measures();
        let ids = || measures.iter().map(|measure| measure.id.as_str());
        let wanted: Vec<&str> = ["arm", "seed", "step"].into_iter().chain(ids()).collect();
        if head != wanted && head != first::COLUMNS {
            let wanted = wanted.join(", ");
            return Err(refuse(format!("it is neither a JSON object nor a CSV file with the columns {wanted}")));
        }
        type Row = (String, u32, u32, Option<f32>, Option<f32>, Option<f32>);
        let mut runs: Vec<RunResult> = Vec::new();
        type Cells = Vec<(usize, [Option<f32>; 3])>;
        let mut cells: BTreeMap<u32, Cells> = BTreeMap::new();
        for row in reader.deserialize::<Row>() {
            let (arm, seed, step, loss, token, sequence) = row.map_err(refuse)?;
            let known = runs.iter().position(|run| run.arm == arm && run.seed == seed);
            let run = known.unwrap_or_else(|| {
                runs.push(RunResult { arm, seed, reached: BTreeMap::new(), stopped: None });
                runs.len() - 1
            });
            if runs.len() > MAX_REPLICAS as usize {
                return Err(refuse(format!("it has more than {MAX_REPLICAS} runs")));
            }
            cells.entry(step).or_default().push((run, [loss, token, sequence]));
        }
        let mut points = Vec::with_capacity(cells.len());
        for (step, cells) in cells {
            let mut values = vec![vec![f32::NAN; runs.len()]; measures.len()];
            for (run, cells) in cells {
                values.iter_mut().zip(cells).for_each(|(column, value)| column[run] = number(value));
            }
            points.push(Point { x: step.into(), values });
        }
        for (at, measure) in measures.iter().enumerate().filter(|(_, measure)| measure.threshold.is_some()) {
            for (run, result) in runs.iter_mut().enumerate() {
                let first = points.iter().find(|point| measure.reached(point.values[at][run]));
                result.reached.insert(measure.id.clone(), first.map(|point| point.x as u32));
            }
        }
        let step = points.last().map_or(0, |point| point.x as u32);
        let arms = arms_of(&runs);
        let curves = Curves {
            id: String::new(),
            label: String::new(),
            x: Axis::step(),
            measures,
            arms,
            runs: Vec::new(),
            points,
        };
        Ok(Self { step, steps: step, ..Self::new(&Provenance::default(), curves, runs) })
    }

    /// This, if its parts fit each other.
    fn sound(self) -> Result<Self, Error> {
        let runs = self.runs.len();
        if runs == 0 || runs > MAX_REPLICAS as usize {
            return Err(refuse(format!("it has {runs} runs; 1 to {MAX_REPLICAS} are allowed")));
        }
        for (at, run) in self.runs.iter().enumerate() {
            let (arm, seed) = (&run.arm, run.seed);
            if self.runs[..at].iter().any(|other| other.arm == *arm && other.seed == seed) {
                return Err(refuse(format!("it has two runs of {arm} with seed {seed}")));
            }
            if !self.arms.iter().any(|known| known.id == *arm) {
                return Err(refuse(format!("its arms leave out {arm}, of which it has a run")));
            }
            let steps = run.reached.values().flatten().chain(run.stopped.as_ref().map(|stop| &stop.step));
            if let Some(beyond) = steps.copied().find(|step| *step > self.step) {
                let step = self.step;
                return Err(refuse(format!(
                    "{arm} with seed {seed} tells of step {beyond}, and it ends at step {step}"
                )));
            }
        }
        for (at, measure) in self.measures.iter().enumerate() {
            let id = &measure.id;
            if self.measures[..at].iter().any(|other| other.is(measure)) {
                return Err(refuse(format!("it describes the measure {id} twice")));
            }
            if measure.phase != Phase::Evaluation {
                return Err(refuse(format!("{id} is of training steps; a results file has measures of evaluations")));
            }
        }
        let steps = self.x.id == Axis::step().id;
        for point in &self.curves {
            if !point.x.is_finite() {
                return Err(refuse("a place of its curves is not finite"));
            }
            if steps && (point.x.is_sign_negative() || point.x.fract() != 0.0) {
                return Err(refuse(format!("an evaluation is of step {}; steps are whole numbers from 0", point.x)));
            }
            let (x, found, wanted) = (point.x, point.values.len(), self.measures.len());
            if found != wanted {
                return Err(refuse(format!("at {x} there are {found} measures for {wanted}")));
            }
            for (measure, values) in self.measures.iter().zip(&point.values) {
                let (id, found) = (&measure.id, values.len());
                if found != runs {
                    return Err(refuse(format!("{id} at {x} has {found} numbers for {runs} runs")));
                }
                if let Some(value) = values.iter().find(|value| !value.is_nan() && !measure.kind.allows(**value)) {
                    return Err(refuse(format!("{id} at {x} holds {value}, which it cannot be")));
                }
            }
        }
        if self.curves.windows(2).any(|pair| pair[0].x >= pair[1].x) {
            return Err(refuse("its evaluations are not in order"));
        }
        if let Some(last) = self.curves.last().filter(|last| steps && last.x > f64::from(self.step)) {
            let (step, last) = (self.step, last.x);
            return Err(refuse(format!("it ends at step {step}, and its last evaluation is of step {last}")));
        }
        Ok(self)
    }
}

/// The arms of some runs, in their order, under their identifiers.
fn arms_of(runs: &[RunResult]) -> Vec<ArmInfo> {
    let mut arms: Vec<ArmInfo> = Vec::new();
    for run in runs {
        if !arms.iter().any(|arm| arm.id == run.arm) {
            arms.push(ArmInfo { id: run.arm.clone(), label: run.arm.clone(), help: String::new() });
        }
    }
    arms
}

/// Why numbers are missing: run by run, and measure by measure where that differs.
fn absent(points: &[Point], measures: &[Measure], runs: &[RunResult]) -> Vec<Absent> {
    let Some(last) = points.last() else { return Vec::new() };
    let mut absent = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        if let Some(stop) = &run.stopped {
            let from = f64::from(stop.step);
            absent.push(Absent { run: at, measure: None, from, to: last.x.max(from), reason: stop.reason.clone() });
        }
        let alive = |point: &&Point| run.stopped.as_ref().is_none_or(|stop| point.x < f64::from(stop.step));
        for (which, measure) in measures.iter().enumerate() {
            let found = |point: &Point| point.values.get(which).and_then(|values| values.get(at)).copied();
            let missing = |point: &&Point| !found(point).is_some_and(f32::is_finite);
            let mut places = points.iter().filter(alive).filter(missing).map(|point| point.x);
            if let Some(from) = places.next() {
                let to = places.next_back().unwrap_or(from);
                let reason = "not measured of this run, not yet, not defined, or not finite".to_owned();
                absent.push(Absent { run: at, measure: Some(measure.id.clone()), from, to, reason });
            }
        }
    }
    absent
}

/// What files of format 1 and CSV files measure.
fn evaluation_measures() -> Vec<Measure> {
    let all = ensemble::measures(None).into_iter().map(|(measure, _)| measure);
    all.filter(|measure| measure.phase == Phase::Evaluation).collect()
}

/// Format 1, which knew three measures by name.
mod first {
    use super::{
        Axis, BTreeMap, Cost, Curves, Deserialize, ExecutorInfo, Point, Provenance, RunResult, Stop, TOKEN_ACCURACY,
        Value, Verdict, evaluation_measures, number,
    };

    /// Columns of its CSV form.
    pub(super) const COLUMNS: [&str; 6] =
        ["encoding", "seed", "step", "loss_bits", "token_accuracy", "sequence_accuracy"];

    #[derive(Deserialize)]
    struct Run {
        encoding: String,
        seed: u32,
        #[serde(default)]
        step99: Option<u32>,
        #[serde(default)]
        stopped: Option<u32>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Row {
        step: u32,
        loss: Vec<Option<f32>>,
        token_accuracy: Vec<Option<f32>>,
        sequence_accuracy: Vec<Option<f32>>,
    }

    #[derive(Deserialize)]
    pub(super) struct Results {
        lab: String,
        #[serde(default)]
        version: String,
        #[serde(default)]
        link: String,
        #[serde(default)]
        check: Option<String>,
        #[serde(default)]
        configuration: BTreeMap<String, Value>,
        #[serde(default)]
        executor: Option<ExecutorInfo>,
        #[serde(default)]
        cost: Option<Cost>,
        #[serde(default)]
        seconds: Option<f64>,
        #[serde(default)]
        step: u32,
        runs: Vec<Run>,
        evaluations: Vec<Row>,
        #[serde(default)]
        verdicts: Vec<Verdict>,
    }

    impl From<Results> for super::Results {
        fn from(old: Results) -> Self {
            let run = |run: Run| RunResult {
                arm: run.encoding,
                seed: run.seed,
                reached: BTreeMap::from([(TOKEN_ACCURACY.to_owned(), run.step99)]),
                stopped: run.stopped.map(Stop::at),
            };
            let runs: Vec<RunResult> = old.runs.into_iter().map(run).collect();
            let numbers = |column: Vec<Option<f32>>| column.into_iter().map(number).collect();
            let point = |row: Row| {
                let values = [row.loss, row.token_accuracy, row.sequence_accuracy].map(numbers).to_vec();
                Point { x: row.step.into(), values }
            };
            let curves = Curves {
                id: String::new(),
                label: String::new(),
                x: Axis::step(),
                measures: evaluation_measures(),
                arms: super::arms_of(&runs),
                runs: Vec::new(),
                points: old.evaluations.into_iter().map(point).collect(),
            };
            let provenance = Provenance { lab: old.lab, link: old.link, settings: old.configuration };
            let mut results = Self::new(&provenance, curves, runs);
            results.version = old.version;
            results.check = old.check;
            results.executor = old.executor;
            results.cost = old.cost;
            results.seconds = old.seconds;
            results.verdicts = old.verdicts;
            (results.step, results.steps) = (old.step, old.step);
            results.arms = super::arms_of(&results.runs);
            results
        }
    }
}
