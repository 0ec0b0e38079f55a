//! A look inside a run, as JavaScript gets it.

use js_sys::Float32Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::value;
use crate::run::inspect::{Inspection, Norms};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InspectionInfo<'a> {
    step: u32,
    replica: u32,
    length: u32,
    layers: u32,
    heads: u32,
    vocabulary: usize,
    tokens: &'a [u32],
    names: &'a [String],
    targets: &'a [i32],
    first_judged: u32,
    similarity: Option<()>,
    similarity_kind: &'a str,
    norms: &'a [Norms],
}

/// The large arrays go as typed arrays, the rest as a plain object.
pub(super) fn inspection(found: &Inspection) -> Result<JsValue, JsValue> {
    let what = found.similarity.as_ref().map(|(_, what)| *what);
    let object = value(&InspectionInfo {
        step: found.step,
        replica: found.replica,
        length: found.length,
        layers: found.layers,
        heads: found.heads,
        vocabulary: found.names.len(),
        tokens: &found.tokens,
        names: &found.names,
        targets: &found.targets,
        first_judged: found.first_judged,
        similarity: None,
        similarity_kind: what.unwrap_or("This encoding adds nothing, and does nothing in attention."),
        norms: &found.norms,
    })?;
    let put = |name: &str, values: &[f32]| js_sys::Reflect::set(&object, &name.into(), &Float32Array::from(values));
    put("probabilities", &found.probabilities)?;
    put("attention", &found.attention)?;
    if let Some((values, _)) = &found.similarity {
        put("similarity", values)?;
    }
    Ok(object)
}
