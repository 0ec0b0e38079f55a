//! The face to JavaScript, thin: settings, files, and one class with the open run and the labs' benches.

mod crew;

use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::labs::arrays::encode;
use crate::labs::ask::{Bench, Kept, Place, Reply, Turn};
use crate::labs::link::Link;
use crate::labs::run::{About, Run};
use crate::labs::run_ask::no_run;
use crate::labs::settled::{Settled, WeightsFile};
use crate::labs::trial::Trial;
use crate::labs::weights::Weights;
use crate::labs::{self, Config, Lab, results};
use crate::property::{Problem, by_name};
use crate::reading::quoted;
use crate::run::check::Certificate;
use crate::run::machine::Machine;

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

fn value(of: &dyn erased_serde::Serialize) -> Result<JsValue, JsValue> {
    encode(of).map_err(|error| JsValue::from_str(&error.to_string()))
}

fn told(of: Result<impl serde::Serialize, Error>) -> Result<JsValue, JsValue> {
    value(&of.map_err(|error| thrown(&error))?)
}

/// The property table, the presets, and the parts of the page of a lab.
///
/// # Errors
/// An object `{ code, message }` if there is no such lab.
#[wasm_bindgen]
pub fn describe(lab: &str) -> Result<JsValue, JsValue> {
    value(&named(lab)?.describe())
}

fn named(lab: &str) -> Result<&'static dyn Lab, JsValue> {
    labs::named(lab).map_err(|error| thrown(&error))
}

/// Reads a link's fragment: which lab, every property's value, what was refused, and the fragment to show.
///
/// # Errors
/// Does not fail in practice; a bad link gives problems, not an error.
#[wasm_bindgen(js_name = fromLink)]
pub fn from_link(link: &str) -> Result<JsValue, JsValue> {
    told(Settled::of_link(Link::parse(link)))
}

/// Reads values of a lab by name over its defaults, as [`from_link`] does a link.
///
/// # Errors
/// An object `{ code, message }` if there is no such lab, or `values` is not an object of strings.
#[wasm_bindgen]
pub fn settle(lab: &str, values: JsValue) -> Result<JsValue, JsValue> {
    let (config, problems) = read(lab, values)?;
    told(Settled::of(&config, problems))
}

/// Sets one value over `values`; a refused one keeps what it was.
///
/// # Errors
/// An object `{ code, message }` if there is no such lab, or `values` is not an object of strings.
#[wasm_bindgen]
pub fn change(lab: &str, values: JsValue, name: &str, to: &str) -> Result<JsValue, JsValue> {
    let (mut config, mut problems) = read(lab, values)?;
    problems.extend(config.apply([(name, to)]));
    told(Settled::of(&config, problems))
}

/// As [`change`], with what a reader typed: a number may be in any form that can be read in one way.
///
/// # Errors
/// An object `{ code, message }` if there is no such lab, or `values` is not an object of strings.
#[wasm_bindgen(js_name = typeIn)]
pub fn type_in(lab: &str, values: JsValue, name: &str, text: &str) -> Result<JsValue, JsValue> {
    let (mut config, mut problems) = read(lab, values)?;
    problems.extend(config.type_in(name, text));
    told(Settled::of(&config, problems))
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

/// What a weights file holds, without opening a run.
///
/// # Errors
/// An object `{ code, message }` if the file is not sound.
#[wasm_bindgen(js_name = readWeights)]
pub fn read_weights(bytes: &[u8]) -> Result<JsValue, JsValue> {
    told(Weights::read(bytes).and_then(|weights| WeightsFile::of(&weights)))
}

/// Reads a results file of a race, JSON of whichever lab it says, or CSV of `lab`.
///
/// # Errors
/// An object `{ code, message }` if the file is not sound.
#[wasm_bindgen(js_name = readResults)]
pub fn read_results(lab: &str, text: &str) -> Result<JsValue, JsValue> {
    value(&results::read_any(text, &named(lab)?.defaults()).map_err(|error| thrown(&error))?)
}

/// Tells the page how far preparing is.
fn reporting(progress: &js_sys::Function) -> impl FnMut(f64, &str) {
    move |fraction, what| {
        // A page that fails to show progress must not stop the run.
        let _ = progress.call2(&JsValue::NULL, &fraction.into(), &what.into());
    }
}

/// The device, which outlives a run so that the next one starts faster; the open run; and the benches of the labs that were asked.
#[wasm_bindgen]
#[derive(Default)]
pub struct Engine {
    machine: Machine,
    run: Option<Box<dyn Run>>,
    benches: Vec<(&'static str, Box<dyn Bench>)>,
    /// What questions under way have kept: of each its id and its name.
    kept: Vec<(u32, String, Kept)>,
}

/// An answer, or how far it is.
#[derive(Serialize)]
struct Answered {
    done: bool,
    /// Nothing while the question waits for another's end.
    turn: Option<Turn>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    answer: JsValue,
}

#[wasm_bindgen]
impl Engine {
    /// Nothing is open.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets work on the CPU be dealt out.
    pub fn employ(&mut self, crew: crew::JsCrew) {
        self.machine.employ(Rc::new(crew::WebCrew(crew)));
    }

    /// How many workers have runs of the open race; none where it is not dealt out.
    #[must_use]
    pub fn workers(&self) -> u32 {
        self.run.as_ref().map_or(0, |run| run.workers())
    }

    /// Deals the open run out anew if the crew has changed; gives whether it has.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    #[wasm_bindgen(js_name = dealOut)]
    pub async fn deal_out(&mut self) -> Result<bool, JsValue> {
        let Some(run) = &mut self.run else { return Ok(false) };
        run.deal_out(&mut self.machine).await.map_err(|error| thrown(&error))
    }

    /// Puts another run, or none, in the place of the open one. Questions of that begin anew.
    fn set_run(&mut self, run: Option<Box<dyn Run>>) {
        self.run = run;
        self.kept.retain(|(_, name, _)| !name.starts_with("run."));
    }

    fn open_run(&mut self) -> Result<&mut dyn Run, JsValue> {
        match &mut self.run {
            Some(run) => Ok(run.as_mut()),
            None => Err(thrown(&no_run())),
        }
    }

    /// Opens the run of these settings in the place of another; `progress(fraction, what)` is called while kernels compile.
    ///
    /// # Errors
    /// An object `{ code, message }`; then no run is open.
    pub async fn open(&mut self, lab: String, values: JsValue, progress: js_sys::Function) -> Result<(), JsValue> {
        let (config, _) = read(&lab, values)?;
        self.set_run(None);
        let run = named(&lab)?.open(config, &mut self.machine, &mut reporting(&progress)).await;
        self.set_run(Some(run.map_err(|error| thrown(&error))?));
        Ok(())
    }

    /// Goes on from a weights file, at its step, in the place of another run.
    ///
    /// # Errors
    /// An object `{ code, message }`; then the other run is open still.
    pub async fn restore(&mut self, bytes: Vec<u8>, progress: js_sys::Function) -> Result<(), JsValue> {
        let trial = Trial::restore(&bytes, &mut self.machine, &mut reporting(&progress)).await;
        self.set_run(Some(Box::new(trial.map_err(|error| thrown(&error))?)));
        Ok(())
    }

    /// Lets go of the open run.
    pub fn close(&mut self) {
        self.set_run(None);
    }

    /// Runs, executor, cost, measures and length of the open run.
    ///
    /// # Errors
    /// An object `{ code, message }` if no run is open.
    pub fn about(&mut self) -> Result<JsValue, JsValue> {
        let about: About = self.open_run()?.about();
        value(&about)
    }

    /// Works for about `budget_ms`, at most `most` steps (0 for no limit); returns the events.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn advance(&mut self, budget_ms: f64, most: u32) -> Result<JsValue, JsValue> {
        let Some(run) = &mut self.run else { return Err(thrown(&no_run())) };
        let events = run.advance(&mut self.machine, budget_ms, most).await;
        value(&events.map_err(|error| thrown(&error))?)
    }

    /// Lets the run end where other values say that it ends, if they differ in nothing else. Gives whether it does.
    ///
    /// # Errors
    /// An object `{ code, message }` if `values` is not an object of strings.
    pub fn extend(&mut self, values: JsValue) -> Result<bool, JsValue> {
        let run = self.open_run()?;
        let (config, _) = read(run.config().lab_id(), values)?;
        run.extend(&config).map_err(|error| thrown(&error))
    }

    /// Back to step 0, with the same initial weights.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn reset(&mut self) -> Result<(), JsValue> {
        let Some(run) = &mut self.run else { return Err(thrown(&no_run())) };
        run.reset(&mut self.machine).await.map_err(|error| thrown(&error))
    }

    /// Certificate of the first losses, as links carry it; null before the tenth step, and where nothing trains.
    #[must_use]
    pub fn check(&mut self) -> Option<String> {
        let trains = self.run.as_mut()?.trains()?;
        trains.check().map(|check| check.text())
    }

    /// The claims, and what the open run says of them so far.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub fn verdicts(&mut self) -> Result<JsValue, JsValue> {
        value(&self.open_run()?.verdicts().map_err(|error| thrown(&error))?)
    }

    /// Events that tell again what was reported before a weights file was written; none where nothing trains.
    ///
    /// # Errors
    /// An object `{ code, message }` if no run is open.
    pub fn replay(&mut self) -> Result<JsValue, JsValue> {
        value(&self.open_run()?.trains().map(|trains| trains.replay()).unwrap_or_default())
    }

    /// A turn of about `budget_ms` of an answer: of the open run if its name begins with `run.`, else of the lab's bench. `values` are the
    /// settings when question `id` was asked, `now` those by now, null if they are of another lab; `stop` is the unit of work that the
    /// reader wants to end, if any. Gives `{ done, turn, answer }`.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    #[expect(clippy::too_many_arguments, reason = "a call from JavaScript has nothing but arguments")]
    pub async fn ask(
        &mut self,
        id: u32,
        lab: String,
        name: String,
        arguments: JsValue,
        values: JsValue,
        now: JsValue,
        budget_ms: f64,
        stop: Option<String>,
    ) -> Result<JsValue, JsValue> {
        let (config, _) = read(&lab, values)?;
        let now = if now.is_null() { None } else { Some(read(&lab, now)?.0) };
        let run = self.run.as_deref_mut().filter(|run| run.config().lab_id() == lab);
        let machine = &mut self.machine;
        let (now, stop) = (now.as_ref(), stop.as_deref());
        let under_way = self.kept.iter().position(|(of, ..)| *of == id);
        let mut kept = under_way.map(|at| self.kept.swap_remove(at).2).unwrap_or_default();
        let place = Place { kept: &mut kept, config: &config, now, run, machine, budget_ms, stop };
        let bench = match self.benches.iter().position(|(known, _)| *known == lab) {
            Some(at) => &mut self.benches[at].1,
            None => {
                let lab = named(&lab)?;
                self.benches.push((lab.id(), lab.bench()));
                let last = self.benches.len() - 1;
                &mut self.benches[last].1
            }
        };
        let known = labs::run_ask::question(bench.as_ref(), &name);
        let keys = js_sys::Reflect::own_keys(&arguments)?;
        let mut keys = keys.iter().filter_map(|key| key.as_string());
        let strange = keys.find(|key| {
            known.as_ref().is_some_and(|known| known.arguments.iter().all(|argument| argument.name != key))
        });
        if let Some(key) = strange {
            let why = format!("Arguments of the question \"{name}\": there is no \"{}\".", quoted(key));
            return Err(thrown(&Error::Config(why)));
        }
        let arguments = (serde_wasm_bindgen::Deserializer::from(arguments), std::marker::PhantomData);
        let reply =
            labs::run_ask::ask(bench.as_mut(), &name, arguments, place).await.map_err(|error| thrown(&error))?;
        if !matches!(reply, Reply::Done(_)) {
            self.kept.push((id, name, kept));
        }
        value(&match reply {
            Reply::Done(answer) => Answered { done: true, turn: None, answer },
            Reply::Going(turn) => Answered { done: false, turn: Some(turn), answer: JsValue::NULL },
            Reply::Waiting => Answered { done: false, turn: None, answer: JsValue::NULL },
        })
    }
}
