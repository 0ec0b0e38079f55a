//! The sequence lab's face.

use wasm_bindgen::prelude::*;

use super::{MACHINE, read, thrown, value};
use crate::compute::error::Error;
use crate::lab::any::Config;
use crate::lab::machine::Machine;
use crate::lab::sequence::ball;
use crate::lab::sequence::bench::Bench;
use crate::lab::sequence::config::SequenceConfig;
use crate::lab::sequence::timing;

/// A machine with what has been stored in it, and both machines at one symbol.
#[wasm_bindgen]
#[derive(Default)]
pub struct Sequence {
    bench: Bench,
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

    /// Stores a sequence, from where the machine is.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn store(&mut self, values: JsValue, text: String) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.store(&config, &text, machine).await).await
    }

    /// Presents a sequence from the beginning, without writing.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn replay(&mut self, values: JsValue, text: String) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.replay(&config, &text, machine).await).await
    }

    /// Takes in a cue, and goes on by itself.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn recall(&mut self, values: JsValue, cue: String, count: u32) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.recall(&config, &cue, count, machine).await).await
    }

    /// A blank memory.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn forget(&mut self, values: JsValue) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.forget(&config, machine).await).await
    }

    /// The session as it is; with other settings, a blank one.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn session(&mut self, values: JsValue) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.session(&config, machine).await).await
    }

    /// The symbols of the settings' sequence.
    ///
    /// # Errors
    /// An object `{ code, message }` if there is none.
    pub fn symbols(&self, values: JsValue) -> Result<JsValue, JsValue> {
        value(&config(values)?.symbols().map_err(|error| thrown(&error))?)
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

    /// All that the command line writes about the settings' sequence.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn report(&mut self, values: JsValue) -> Result<JsValue, JsValue> {
        let config = config(values)?;
        with_machine(async |machine: &mut Machine| self.bench.report(&config, machine).await).await
    }
}
