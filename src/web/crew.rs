//! A crew of web workers: orders go out as messages, answers come back as promises.

use std::fmt;

use js_sys::{Array, Float32Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::compute::crew::{Answer, Crew, Order};
use crate::error::Error;
use crate::labs::arrays::encode;
use crate::labs::helper;
use crate::web::thrown;

#[wasm_bindgen]
extern "C" {
    /// What starts workers, and knows which are there.
    pub type JsCrew;

    #[wasm_bindgen(method)]
    fn workers(this: &JsCrew) -> Vec<u32>;

    #[wasm_bindgen(method)]
    fn send(this: &JsCrew, worker: u32, order: JsValue, values: Float32Array) -> Promise;
}

/// Web workers as a crew.
pub(super) struct WebCrew(pub(super) JsCrew);

impl fmt::Debug for WebCrew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "workers {:?}", self.0.workers())
    }
}

/// What a worker has refused is our own mistake; else it is gone.
fn refused(thrown: &JsValue) -> Error {
    let text = |name: &str| Reflect::get(thrown, &name.into()).ok().and_then(|value| value.as_string());
    let message = text("message").unwrap_or_default();
    match text("code").as_deref() {
        Some("worker-lost") | None => Error::WorkerLost(message),
        Some(_) => Error::Internal(message),
    }
}

impl Crew for WebCrew {
    fn workers(&self) -> Vec<u32> {
        self.0.workers()
    }

    fn send(&self, worker: u32, order: Order, values: &[f32]) -> Answer {
        // Heard from now on, whether or not it is waited for: else a worker that is gone would be an error of the page.
        let sent = encode(&order).map(|order| JsFuture::from(self.0.send(worker, order, Float32Array::from(values))));
        Box::pin(async move {
            let answer = sent?.await.map_err(|thrown| refused(&thrown))?;
            Ok(Array::from(&answer).iter().map(|buffer| Float32Array::from(buffer).to_vec()).collect())
        })
    }
}

/// A worker that has some runs of a race which another worker holds.
#[wasm_bindgen]
#[derive(Default)]
pub struct Helper(helper::Helper);

#[wasm_bindgen]
impl Helper {
    /// With nothing to do.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Does what it is told, with `values`; gives the buffers that it is asked for, each a `Float32Array`.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub fn obey(&mut self, order: JsValue, values: &[f32]) -> Result<Array, JsValue> {
        let order =
            serde_wasm_bindgen::from_value(order).map_err(|error| thrown(&Error::Internal(error.to_string())))?;
        let buffers = self.0.obey(order, values).map_err(|error| thrown(&error))?;
        Ok(buffers.iter().map(|buffer| JsValue::from(Float32Array::from(buffer.as_slice()))).collect())
    }
}
