//! The sequence lab's face.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::{MACHINE, read, thrown, value};
use crate::error::Error;
use crate::labs::Config;
use crate::labs::sequence::ball;
use crate::labs::sequence::bench::{self, Bench, Turn};
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::course::Course;
use crate::labs::sequence::report::{Report, Reporting};
use crate::labs::sequence::session::Ask;
use crate::labs::sequence::timing;
use crate::labs::settings::Settings;
use crate::run::machine::Machine;

/// A machine with what has been stored in it, and both machines at one symbol.
#[wasm_bindgen]
#[derive(Default)]
pub struct Sequence {
    bench: Bench,
    /// A report that is being made, and the link of its settings.
    reporting: Option<(String, Reporting)>,
}

fn config(values: JsValue) -> Result<SequenceConfig, JsValue> {
    match read("sequence", values)?.0 {
        Config::Sequence(config) => Ok(config),
        _ => Err(thrown(&Error::Internal("a configuration of another lab".to_owned()))),
    }
}

/// Does `work` with the machine that outlives a call.
async fn with_machine<T: serde::Serialize>(
    work: impl AsyncFnOnce(&mut Machine) -> Result<T, Error>,
) -> Result<JsValue, JsValue> {
    let mut machine = MACHINE.take();
    let done = work(&mut machine).await;
    MACHINE.set(machine);
    value(&done.map_err(|error| thrown(&error))?)
}

#[wasm_bindgen]
impl Sequence {
    /// A blank memory.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins what is asked of the machine: `{ type: 'store', text }`, `{ type: 'replay', text }` or `{ type: 'recall', cue, count }`.
    ///
    /// # Errors
    /// An object `{ code, message }`; then nothing has changed.
    pub async fn begin(&mut self, values: JsValue, ask: JsValue) -> Result<(), JsValue> {
        let config = config(values)?;
        let ask: Ask = serde_wasm_bindgen::from_value(ask)
            .map_err(|error| thrown(&Error::Internal(format!("what is asked of the machine: {error}"))))?;
        with_machine(async |machine: &mut Machine| self.bench.begin(&config, &ask, machine).await).await.map(|_| ())
    }

    /// Goes on with that for about `budget_ms`; zero ends it as it is.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn advance(&mut self, budget_ms: f64) -> Result<JsValue, JsValue> {
        with_machine(async |machine: &mut Machine| self.bench.advance(budget_ms, machine).await).await
    }

    /// A blank memory.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn forget(&mut self, values: JsValue) -> Result<(), JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.forget(&config, machine).await).await.map(|_| ())
    }

    /// The session as it is, without the first `steps` if it is the one with this `id`; with other settings, a blank one.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn session(&mut self, values: JsValue, id: u32, steps: usize) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.update(&config, (id, steps), machine).await).await
    }

    /// A table as CSV, the very text that the command line writes of the same session or symbol.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn csv(&mut self, values: JsValue, id: String, at: usize) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.numbers(&config, &id, at, machine).await?.csv()).await
    }

    /// The symbols of the settings' sequence.
    ///
    /// # Errors
    /// An object `{ code, message }` if there is none.
    pub fn symbols(&self, values: JsValue) -> Result<JsValue, JsValue> {
        value(&config(values)?.symbols().map_err(|error| thrown(&error))?)
    }

    /// What a machine's way along the settings' sequence depends on.
    ///
    /// # Errors
    /// An object `{ code, message }` if there is no such sequence.
    #[wasm_bindgen(js_name = courseKey)]
    pub fn course_key(&self, values: JsValue) -> Result<String, JsValue> {
        Course::key_of(&config(values)?).map_err(|error| thrown(&error))
    }

    /// What the transformer depends on that learns that sequence.
    ///
    /// # Errors
    /// As [`Sequence::course_key`].
    #[wasm_bindgen(js_name = lessonKey)]
    pub fn lesson_key(&self, values: JsValue) -> Result<String, JsValue> {
        bench::lesson_key(&config(values)?).map_err(|error| thrown(&error))
    }

    /// Takes the machine along the settings' sequence for about `budget_ms`, unless it has been.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn follow(&mut self, values: JsValue, budget_ms: f64) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.follow(&config, budget_ms, machine).await).await
    }

    /// Trains the transformer on the settings' sequence for about `budget_ms`; zero ends its lesson as it is.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn learn(&mut self, values: JsValue, budget_ms: f64) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.learn(&config, budget_ms, machine).await).await
    }

    /// Both machines at a symbol of the settings' sequence; trains the transformer to its end if [`Sequence::learn`] has not.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn operations(&mut self, values: JsValue, at: usize) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.operations(&config, at, machine).await).await
    }

    /// Spikes of every layer at a symbol of the settings' sequence.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn spikes(&mut self, values: JsValue, at: usize) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.spikes(&config, at, machine).await).await
    }

    /// Attention against the intersection of Hamming balls.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub fn ball(&self, values: JsValue) -> Result<JsValue, JsValue> {
        value(&ball::ball(&config(values)?).map_err(|error| thrown(&error))?)
    }

    /// How long recalls take here.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn time(&self, values: JsValue, recalls: u32) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| timing::recalls(&config, recalls, machine).await).await
    }

    /// All that the command line writes about the settings' sequence, made for about `budget_ms`: how far it is, or the report.
    /// Other settings begin another one.
    ///
    /// # Errors
    /// An object `{ code, message }`; the report is given up then.
    pub async fn report(&mut self, values: JsValue, budget_ms: f64) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        let link = config.link();
        let mut reporting = match self.reporting.take().filter(|(of, _)| *of == link) {
            Some((_, reporting)) => reporting,
            None => Reporting::new(&config).map_err(|error| thrown(&error))?,
        };
        let made = with_machine(async |machine: &mut Machine| {
            let turn = reporting.advance(budget_ms, machine).await?;
            Ok(Made { turn, report: reporting.report() })
        })
        .await?;
        self.reporting = Some((link, reporting));
        Ok(made)
    }

    /// The report that is being made is not wanted any more.
    #[wasm_bindgen(js_name = dropReport)]
    pub fn drop_report(&mut self) {
        self.reporting = None;
    }

    /// Takes up the transformer's lesson that was ended before its end.
    pub fn resume(&mut self) {
        self.bench.resume();
    }
}

/// How far a report is, and the report itself in the end.
#[derive(Serialize)]
struct Made {
    turn: Turn,
    report: Option<Report>,
}
