//! The face to JavaScript, thin: values in and out of the labs.

mod encodings;
mod inspection;
mod sequence;

use std::cell::RefCell;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::choice::Choice;
use crate::error::Error;
use crate::labs::encodings::logit;
use crate::labs::link::Link;
use crate::labs::results;
use crate::labs::sequence::study::Study;
use crate::labs::trial::Trial;
use crate::labs::weights::Weights;
use crate::labs::{Config, Lab};
use crate::model::measure::Measure;
use crate::property::{Problem, by_name};
use crate::reading::quoted;
use crate::run::check::Certificate;
use crate::run::event::{ArmInfo, Cost, ExecutorInfo, RunInfo};
use crate::run::machine::Machine;
use crate::run::results::Results;
use crate::run::table::Table;

thread_local! {
    /// The device outlives a run, so that the next one starts faster.
    static MACHINE: RefCell<Machine> = RefCell::default();
}

/// Puts Rust panics, should there be one, on the console with their place.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

#[derive(Serialize)]
struct Failure {
    code: &'static str,
    message: String,
}

fn thrown(error: &Error) -> JsValue {
    let failure = Failure { code: error.code(), message: error.to_string() };
    value(&failure).unwrap_or_else(|error| error)
}

fn value<T: Serialize>(of: &T) -> Result<JsValue, JsValue> {
    of.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(JsValue::from)
}

/// The property table, the presets, and the parts of the page of a lab.
///
/// # Errors
/// An object `{ code, message }` if there is no such lab.
#[wasm_bindgen]
pub fn describe(lab: &str) -> Result<JsValue, JsValue> {
    value(&named(lab)?.describe())
}

fn named(lab: &str) -> Result<Lab, JsValue> {
    Lab::named(lab).map_err(|error| thrown(&error))
}

#[derive(Serialize)]
struct Settled {
    lab: &'static str,
    values: std::collections::BTreeMap<String, String>,
    problems: Vec<Problem>,
    link: String,
    /// What a race of these settings measures.
    measures: Vec<Measure>,
    hide: Vec<String>,
    check: Option<String>,
}

impl Settled {
    fn of(config: &Config, problems: Vec<Problem>) -> Self {
        let values = by_name(config.values());
        let (lab, link, measures) = (config.lab().id(), config.link(), config.measures());
        Self { lab, values, problems, link, measures, hide: Vec::new(), check: None }
    }
}

/// Reads a link's fragment: which lab, every property's value, what was refused, and the fragment to show.
///
/// # Errors
/// Does not fail in practice; a bad link gives problems, not an error.
#[wasm_bindgen(js_name = fromLink)]
pub fn from_link(link: &str) -> Result<JsValue, JsValue> {
    let link = Link::parse(link);
    let check = link.check.map(|check| check.text());
    value(&Settled { hide: link.hide, check, ..Settled::of(&link.config, link.problems) })
}

/// Reads values of a lab by name over its defaults, as [`from_link`] does a link.
///
/// # Errors
/// An object `{ code, message }` if there is no such lab, or `values` is not an object of strings.
#[wasm_bindgen]
pub fn settle(lab: &str, values: JsValue) -> Result<JsValue, JsValue> {
    let (config, problems) = read(lab, values)?;
    value(&Settled::of(&config, problems))
}

/// Sets one value over `values`; a refused one keeps what it was.
///
/// # Errors
/// An object `{ code, message }` if there is no such lab, or `values` is not an object of strings.
#[wasm_bindgen]
pub fn change(lab: &str, values: JsValue, name: &str, to: &str) -> Result<JsValue, JsValue> {
    let (mut config, mut problems) = read(lab, values)?;
    problems.extend(config.apply([(name, to)]));
    value(&Settled::of(&config, problems))
}

/// As [`change`], with what a reader typed: a number may be in any form that can be read in one way.
///
/// # Errors
/// An object `{ code, message }` if there is no such lab, or `values` is not an object of strings.
#[wasm_bindgen(js_name = typeIn)]
pub fn type_in(lab: &str, values: JsValue, name: &str, text: &str) -> Result<JsValue, JsValue> {
    let (mut config, mut problems) = read(lab, values)?;
    problems.extend(config.type_in(name, text));
    value(&Settled::of(&config, problems))
}

fn read(lab: &str, values: JsValue) -> Result<(Config, Vec<Problem>), JsValue> {
    let values: std::collections::BTreeMap<String, String> = serde_wasm_bindgen::from_value(values)
        .map_err(|error| thrown(&Error::Config(format!("Settings must be an object of strings: {error}"))))?;
    let mut config = named(lab)?.defaults();
    // The page and programs send all values; those of the defaults are nobody's wish.
    let defaults = by_name(config.values());
    let wished = values.iter().filter(|(name, value)| defaults.get(*name) != Some(value));
    let problems = config.apply(wished.map(|(name, value)| (name.as_str(), value.as_str())));
    Ok((config, problems))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct About<'a> {
    lab: &'static str,
    arms: &'a [ArmInfo],
    runs: Vec<RunInfo>,
    measures: Vec<Measure>,
    executor: &'a ExecutorInfo,
    cost: &'a Cost,
    steps: u32,
    values: std::collections::BTreeMap<String, String>,
    link: String,
}

/// Compares the certificate that a link carries with one measured here.
///
/// # Errors
/// An object `{ code, message }` if one of them cannot be read.
#[wasm_bindgen(js_name = compareChecks)]
pub fn compare_checks(expected: &str, measured: &str) -> Result<JsValue, JsValue> {
    let read = |text: &str| {
        Certificate::parse(text).ok_or_else(|| {
            thrown(&Error::Config(format!("\"{}\" is not a certificate of first losses.", quoted(text))))
        })
    };
    value(&read(expected)?.compare(&read(measured)?))
}

#[derive(Serialize)]
struct WeightsInfo {
    settled: Settled,
    step: u32,
    runs: usize,
    optimiser: bool,
}

/// What a weights file holds, without opening a run.
///
/// # Errors
/// An object `{ code, message }` if the file is not sound.
#[wasm_bindgen(js_name = readWeights)]
pub fn read_weights(bytes: &[u8]) -> Result<JsValue, JsValue> {
    let Weights { config, state, .. } = Weights::read(bytes).map_err(|error| thrown(&error))?;
    value(&WeightsInfo {
        settled: Settled::of(&config, Vec::new()),
        step: state.step,
        runs: state.stopped.len(),
        optimiser: state.moments.is_some(),
    })
}

/// Reads a results file, JSON or CSV.
///
/// # Errors
/// An object `{ code, message }` if the file is not sound.
#[wasm_bindgen(js_name = readResults)]
pub fn read_results(text: &str) -> Result<JsValue, JsValue> {
    value(&results::read(text).map_err(|error| thrown(&error))?)
}

/// Builds a run, and calls `progress(fraction, what)` while kernels compile.
async fn open_with(
    progress: js_sys::Function,
    open: impl AsyncFnOnce(&mut Machine, Report<'_>) -> Opened,
) -> Result<Run, JsValue> {
    let mut report = |fraction: f64, what: &str| {
        // A page that fails to show progress must not stop the run.
        let _ = progress.call2(&JsValue::NULL, &fraction.into(), &what.into());
    };
    let mut machine = MACHINE.take();
    let run = open(&mut machine, &mut report).await;
    MACHINE.set(machine);
    Ok(Run { work: run.map_err(|error| thrown(&error))? })
}

type Report<'a> = &'a mut dyn FnMut(f64, &str);
type Opened = Result<Work, Error>;

/// What runs: a race of models that are trained, or an experiment of the sequence lab.
enum Work {
    Race(Box<Trial>),
    Study(Box<Study>),
}

/// What is asked of a race cannot be asked of an experiment that trains nothing.
fn no_race() -> JsValue {
    let why = "This experiment trains no model, so that there are no weights to keep or to look into.";
    thrown(&Error::Config(why.to_owned()))
}

/// Does `$work` on the race, anew if the device is lost meanwhile. In the end the CPU takes over, which is not lost.
macro_rules! with_recovery {
    ($self:ident, $race:ident => $work:expr) => {{
        let Work::Race($race) = &mut $self.work else { return Err(no_race()) };
        loop {
            match $work.await {
                Err(error) if error.of_device().is_some() => {
                    let why = error.of_device().unwrap_or_default();
                    let mut machine = MACHINE.take();
                    let recovered = $race.recover(&mut machine, why).await;
                    MACHINE.set(machine);
                    recovered.map_err(|error| thrown(&error))?;
                }
                result => break result.map_err(|error| thrown(&error)),
            }
        }
    }};
}

/// A race or an experiment in progress.
#[wasm_bindgen]
pub struct Run {
    work: Work,
}

#[wasm_bindgen]
impl Run {
    /// Builds a race; `progress(fraction, what)` is called while kernels compile.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn open(lab: String, values: JsValue, progress: js_sys::Function) -> Result<Run, JsValue> {
        let (config, _) = read(&lab, values)?;
        open_with(progress, async |machine: &mut Machine, report: Report<'_>| {
            Ok(match config {
                Config::Sequence(config) => Work::Study(Box::new(Study::open(config, machine, report).await?)),
                config => Work::Race(Box::new(Trial::open(config, machine, report).await?)),
            })
        })
        .await
    }

    /// Goes on from a weights file, at its step.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn restore(bytes: Vec<u8>, progress: js_sys::Function) -> Result<Run, JsValue> {
        open_with(progress, async |machine: &mut Machine, report: Report<'_>| {
            Ok(Work::Race(Box::new(Trial::restore(&bytes, machine, report).await?)))
        })
        .await
    }

    /// Runs, executor, cost, chance level and length of the race.
    ///
    /// # Errors
    /// Does not fail in practice.
    pub fn about(&self) -> Result<JsValue, JsValue> {
        match &self.work {
            Work::Race(race) => value(&About {
                lab: race.config().lab().id(),
                arms: &race.arms(),
                runs: race.runs(),
                measures: race.lineup().measures(),
                executor: race.executor(),
                cost: race.cost(),
                steps: race.steps(),
                values: by_name(race.config().values()),
                link: race.config().link(),
            }),
            Work::Study(study) => {
                let config = Config::from(study.source().clone());
                value(&About {
                    lab: config.lab().id(),
                    arms: study.arms(),
                    runs: study.runs().to_vec(),
                    measures: study.measures().to_vec(),
                    executor: study.executor(),
                    cost: &Cost::default(),
                    steps: study.steps(),
                    values: by_name(config.values()),
                    link: config.link(),
                })
            }
        }
    }

    /// Certificate of the first losses, as links carry it; null before the tenth step.
    #[must_use]
    pub fn check(&self) -> Option<String> {
        match &self.work {
            Work::Race(race) => race.check().map(|check| check.text()),
            Work::Study(_) => None,
        }
    }

    /// The paper's claims, and what this race says of them so far.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub fn verdicts(&self) -> Result<JsValue, JsValue> {
        match &self.work {
            Work::Race(race) => value(&race.verdicts().map_err(|error| thrown(&error))?),
            Work::Study(study) => value(&study.verdicts()),
        }
    }

    /// Results so far, and all their tables.
    fn so_far(&self) -> Result<(Results, Vec<Table>), Error> {
        match &self.work {
            Work::Race(race) => {
                let results = race.results()?;
                let tables = race.tables(&results)?;
                Ok((results, tables))
            }
            Work::Study(study) => {
                let results = study.results()?;
                let tables = study.tables(&results);
                Ok((results, tables))
            }
        }
    }

    /// Results so far, as the command line writes them.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub fn results(&self) -> Result<JsValue, JsValue> {
        value(&self.so_far().map_err(|error| thrown(&error))?.0)
    }

    /// A table of the results so far as CSV, the very text that the command line writes; without a name the curves.
    ///
    /// # Errors
    /// An object `{ code, message }`; of code `config` if there is no such table.
    pub fn csv(&self, id: Option<String>) -> Result<String, JsValue> {
        let csv = self.so_far().and_then(|(_, tables)| Table::csv_of(&tables, id.as_deref()));
        csv.map_err(|error| thrown(&error))
    }

    /// Events that tell again what was reported before.
    ///
    /// # Errors
    /// Does not fail in practice.
    pub fn replay(&self) -> Result<JsValue, JsValue> {
        match &self.work {
            Work::Race(race) => value(&race.replay()),
            Work::Study(_) => Err(no_race()),
        }
    }

    /// The race as a safetensors file.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn save(&mut self) -> Result<Vec<u8>, JsValue> {
        with_recovery!(self, race => race.save())
    }

    /// Times every kernel; the race stays as it is.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn profile(&mut self) -> Result<JsValue, JsValue> {
        value(&with_recovery!(self, race => race.profile())?)
    }

    /// Looks inside one run with a probe.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn inspect(&mut self, replica: u32, probe: &str) -> Result<JsValue, JsValue> {
        let found = with_recovery!(self, race => race.inspect(replica, probe))?;
        inspection::inspection(&found)
    }

    /// Trains for about `budget_ms`, at most `most` steps (0 for no limit); returns the events.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn advance(&mut self, budget_ms: f64, most: u32) -> Result<JsValue, JsValue> {
        let mut machine = MACHINE.take();
        let events = match &mut self.work {
            Work::Race(race) => race.carry_on(&mut machine, budget_ms, most).await,
            Work::Study(study) => study.advance(&mut machine, budget_ms, most).await,
        };
        MACHINE.set(machine);
        let events = events.map_err(|error| thrown(&error))?;
        value(&events)
    }

    /// Takes over a larger number of steps, if `values` differ from the run's in nothing else and the schedule is
    /// constant. Gives whether it did: then the race goes on.
    ///
    /// # Errors
    /// An object `{ code, message }` if `values` is not an object of strings.
    pub fn extend(&mut self, values: JsValue) -> Result<bool, JsValue> {
        let Work::Race(race) = &mut self.work else { return Ok(false) };
        let (config, _) = read(race.config().lab().id(), values)?;
        let steps = config.training().map_err(|error| thrown(&error))?.steps;
        let same = race.config().with_steps(steps).is_some_and(|longer| longer.races_as(&config));
        Ok(same && race.extend(steps).map_err(|error| thrown(&error))?)
    }

    /// What an experiment has found so far: an outcome of the encodings lab, a study of the sequence lab; null in the copy lab.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn outcome(&mut self) -> Result<JsValue, JsValue> {
        if let Work::Study(study) = &self.work {
            return value(&study.found());
        }
        value(&with_recovery!(self, race => race.outcome())?)
    }

    /// One run's model and parameters as they are now, for [`Encodings::take`].
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn trained(&mut self, run: u32) -> Result<Trained, JsValue> {
        Ok(Trained(with_recovery!(self, race => race.trained(run))?))
    }

    /// Back to step 0, with the same initial weights.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn reset(&mut self) -> Result<(), JsValue> {
        if let Work::Study(study) = &mut self.work {
            study.reset();
            return Ok(());
        }
        with_recovery!(self, race => async { race.reset() })
    }
}

/// A run's model and parameters at one step.
#[wasm_bindgen]
pub struct Trained(logit::Trained);
