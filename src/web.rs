//! The face to JavaScript, thin: values in and out of the lab.

use std::cell::RefCell;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::compute::error::Error;
use crate::lab::config::{CopyConfig, PRESETS, Preset};
use crate::lab::copy;
use crate::lab::event::{Cost, ExecutorInfo, RunInfo};
use crate::lab::machine::Machine;
use crate::lab::property::{Problem, Property};

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

#[derive(Serialize)]
struct Description {
    properties: Vec<Property>,
    presets: &'static [Preset],
}

/// The property table and the presets.
///
/// # Errors
/// Does not fail in practice.
#[wasm_bindgen]
pub fn describe() -> Result<JsValue, JsValue> {
    value(&Description { properties: CopyConfig::table(), presets: PRESETS })
}

#[derive(Serialize)]
struct Settled {
    values: std::collections::BTreeMap<&'static str, String>,
    problems: Vec<Problem>,
    link: String,
}

fn settled(config: &CopyConfig, problems: Vec<Problem>) -> Result<JsValue, JsValue> {
    value(&Settled { values: config.values().into_iter().collect(), problems, link: config.link() })
}

/// Reads a link's fragment: every property's value, what was refused, and the fragment to show.
///
/// # Errors
/// Does not fail in practice; a bad link gives problems, not an error.
#[wasm_bindgen(js_name = fromLink)]
pub fn from_link(link: &str) -> Result<JsValue, JsValue> {
    let (config, problems) = CopyConfig::from_link(link);
    settled(&config, problems)
}

/// Reads values by name over the defaults, as [`from_link`] does a link.
///
/// # Errors
/// If `values` is not an object of strings.
#[wasm_bindgen]
pub fn settle(values: JsValue) -> Result<JsValue, JsValue> {
    let (config, problems) = read(values)?;
    settled(&config, problems)
}

/// Sets one value over `values`; a refused one keeps what it was.
///
/// # Errors
/// If `values` is not an object of strings.
#[wasm_bindgen]
pub fn change(values: JsValue, name: &str, value: &str) -> Result<JsValue, JsValue> {
    let (mut config, mut problems) = read(values)?;
    problems.extend(config.apply([(name, value)]));
    settled(&config, problems)
}

fn read(values: JsValue) -> Result<(CopyConfig, Vec<Problem>), JsValue> {
    let values: std::collections::BTreeMap<String, String> = serde_wasm_bindgen::from_value(values)
        .map_err(|error| thrown(&Error::Config(format!("Settings must be an object of strings: {error}"))))?;
    let mut config = CopyConfig::default();
    let problems = config.apply(values.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Ok((config, problems))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct About<'a> {
    runs: Vec<RunInfo>,
    executor: &'a ExecutorInfo,
    cost: &'a Cost,
    chance_bits: f32,
    steps: u32,
}

/// A race in progress.
#[wasm_bindgen]
pub struct CopyRun {
    run: copy::CopyRun,
}

#[wasm_bindgen]
impl CopyRun {
    /// Builds a race; `progress(fraction, what)` is called while kernels compile.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn open(values: JsValue, progress: js_sys::Function) -> Result<CopyRun, JsValue> {
        let (config, _) = read(values)?;
        let mut report = |fraction: f64, what: &str| {
            // A page that fails to show progress must not stop the run.
            let _ = progress.call2(&JsValue::NULL, &fraction.into(), &what.into());
        };
        let mut machine = MACHINE.take();
        let run = copy::CopyRun::open(config, &mut machine, &mut report).await;
        MACHINE.set(machine);
        Ok(Self { run: run.map_err(|error| thrown(&error))? })
    }

    /// Runs, executor, cost, chance level and length of the race.
    ///
    /// # Errors
    /// Does not fail in practice.
    pub fn about(&self) -> Result<JsValue, JsValue> {
        value(&About {
            runs: self.run.runs(),
            executor: self.run.executor(),
            cost: self.run.cost(),
            chance_bits: self.run.chance_bits(),
            steps: self.run.config().steps,
        })
    }

    /// Trains for about `budget_ms`, at most `most` steps (0 for no limit); returns the events.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn advance(&mut self, budget_ms: f64, most: u32) -> Result<JsValue, JsValue> {
        let events = self.run.advance(budget_ms, most).await.map_err(|error| thrown(&error))?;
        value(&events)
    }

    /// Back to step 0, with the same initial weights.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn reset(&mut self) -> Result<(), JsValue> {
        self.run.reset().map_err(|error| thrown(&error))
    }
}
