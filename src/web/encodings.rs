//! The encodings lab's face.

use js_sys::{Float32Array, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::{MACHINE, Trained, read, thrown, value};
use crate::encoding::lemma::Cloud;
use crate::error::Error;
use crate::labs::Config;
use crate::labs::encodings::config::{EncodingsConfig, Side};
use crate::labs::encodings::lemma;
use crate::labs::encodings::logit::Part;
use crate::labs::encodings::table_file::{Upload, to_csv, to_npy};
use crate::labs::encodings::workbench::{self, PictureInfo, Workbench};
use crate::run::claim::Verdict;

/// Two encodings, an uploaded and a trained table.
#[wasm_bindgen]
#[derive(Default)]
pub struct Encodings {
    bench: Workbench,
}

fn config(values: JsValue) -> Result<EncodingsConfig, JsValue> {
    match read("encodings", values)?.0 {
        Config::Encodings(config) => Ok(config),
        _ => Err(thrown(&Error::Internal("a configuration of another lab".to_owned()))),
    }
}

fn side(name: &str) -> Result<Side, JsValue> {
    let found = Side::BOTH.into_iter().find(|side| side.id() == name);
    found.ok_or_else(|| thrown(&Error::Config(format!("There is no side \"{name}\"; there are left and right."))))
}

fn put(object: &JsValue, name: &str, values: &[f32]) -> Result<(), JsValue> {
    js_sys::Reflect::set(object, &name.into(), &Float32Array::from(values)).map(|_| ())
}

#[derive(Serialize)]
struct PictureFace<'a> {
    #[serde(flatten)]
    info: &'a PictureInfo,
    matrix: Option<()>,
}

#[derive(Serialize)]
struct CloudFace<'a> {
    label: &'a str,
    slope: f64,
    pearson: f64,
    spearman: f64,
    residual: Option<f64>,
    pairs: usize,
}

#[derive(Serialize)]
struct LemmaFace<'a> {
    length: u32,
    width: u32,
    window: f32,
    expected: f64,
    verdicts: &'a [Verdict],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogitFace<'a> {
    weights: &'a str,
    step: u32,
    run: &'a str,
    head: u32,
    length: usize,
    scale: f64,
    tokens: &'a [String],
    parts: &'a [Part],
    sentence: &'a str,
    content: bool,
    undone: bool,
    largest_difference: f64,
}

fn cloud(cloud: &Cloud, label: &str) -> Result<JsValue, JsValue> {
    let Cloud { slope, pearson, spearman, residual, ref points, pairs } = *cloud;
    let object = value(&CloudFace { label, slope, pearson, spearman, residual, pairs })?;
    put(&object, "points", points)?;
    Ok(object)
}

#[wasm_bindgen]
impl Encodings {
    /// An empty workbench.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a table, CSV or .npy; a refused one leaves the one before.
    ///
    /// # Errors
    /// An object `{ code, message }` if the file is not sound.
    pub fn upload(&mut self, name: &str, bytes: &[u8]) -> Result<JsValue, JsValue> {
        let upload = Upload::read(name, bytes).map_err(|error| thrown(&error))?;
        let info = value(&upload.info)?;
        self.bench.set_upload(Some(upload));
        Ok(info)
    }

    /// Forgets the uploaded table.
    pub fn forget(&mut self) {
        self.bench.set_upload(None);
    }

    /// What was uploaded; undefined if nothing was.
    ///
    /// # Errors
    /// Does not fail in practice.
    pub fn uploaded(&self) -> Result<JsValue, JsValue> {
        self.bench.upload().map_or(Ok(JsValue::UNDEFINED), |upload| value(&upload.info))
    }

    /// Takes over a run's weights; undefined forgets them.
    pub fn take(&mut self, trained: Option<Trained>) {
        self.bench.set_trained(trained.map(|trained| trained.0));
    }

    /// A side's similarity matrix.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub async fn picture(&mut self, values: JsValue, name: String) -> Result<JsValue, JsValue> {
        let (config, side) = (config(values)?, side(&name)?);
        let mut machine = MACHINE.take();
        let picture = self.bench.picture(&config, side, &mut machine).await;
        MACHINE.set(machine);
        let picture = picture.map_err(|error| thrown(&error))?;
        let object = value(&PictureFace { info: &picture.info, matrix: None })?;
        if let Some(matrix) = &picture.matrix {
            put(&object, "matrix", matrix)?;
        }
        for (name, values) in ["mean", "least", "greatest"].into_iter().zip(&picture.by_distance) {
            put(&object, name, values)?;
        }
        Ok(object)
    }

    /// A side's singular values; null where it has no vectors.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub fn spectrum(&self, values: JsValue, name: &str) -> Result<JsValue, JsValue> {
        let spectrum = self.bench.spectrum(&config(values)?, side(name)?);
        value(&spectrum.map_err(|error| thrown(&error))?)
    }

    /// Measures of discriminability of both sides.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub fn measures(&self, values: JsValue) -> Result<JsValue, JsValue> {
        value(&self.bench.measures(&config(values)?).map_err(|error| thrown(&error))?)
    }

    /// A table of the workbench as CSV, the very text that the command line writes.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub fn csv(&self, values: JsValue, id: &str) -> Result<String, JsValue> {
        self.bench.numbers(&config(values)?, id).and_then(|table| table.csv()).map_err(|error| thrown(&error))
    }

    /// The clock.
    ///
    /// # Errors
    /// If `values` is not an object of strings.
    pub fn phase(&self, values: JsValue) -> Result<JsValue, JsValue> {
        value(&workbench::phase(&config(values)?))
    }

    /// Lemma 1.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub fn lemma(&self, values: JsValue) -> Result<JsValue, JsValue> {
        let found = lemma::lemma(&config(values)?).map_err(|error| thrown(&error))?;
        let (length, width, window, expected) = (found.length, found.width, found.window, found.expected);
        let object = value(&LemmaFace { length, width, window, expected, verdicts: &found.verdicts })?;
        let clouds = [
            ("spikeTime", cloud(&found.spike_time, "Spike time (amplitude form) against sinusoidal")?),
            ("compressed", cloud(&found.compressed, "Frequency-compressed against sinusoidal")?),
        ];
        for (name, cloud) in clouds {
            js_sys::Reflect::set(&object, &name.into(), &cloud)?;
        }
        Ok(object)
    }

    /// A logit in its four parts, and attention before and after the mapping.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub fn logit(&self, values: JsValue) -> Result<JsValue, JsValue> {
        use crate::choice::Choice;
        let config = config(values)?;
        let (found, run) = self.bench.logit(&config).map_err(|error| thrown(&error))?;
        let object = value(&LogitFace {
            weights: config.weights.id(),
            step: found.step,
            run: &run,
            head: config.head,
            length: found.length,
            scale: found.scale,
            tokens: &found.tokens,
            parts: &found.parts,
            sentence: &found.sentence,
            content: config.content,
            undone: config.undo,
            largest_difference: found.largest_difference,
        })?;
        put(&object, "before", &found.before)?;
        put(&object, "after", &found.after)?;
        Ok(object)
    }

    /// A side's table as a file, `csv` or `npy`.
    ///
    /// # Errors
    /// An object `{ code, message }` if there is no table, or no such format.
    pub fn table(&self, values: JsValue, name: &str, format: &str) -> Result<Uint8Array, JsValue> {
        let table = self.bench.table(&config(values)?, side(name)?).map_err(|error| thrown(&error))?;
        let bytes = match format {
            "csv" => to_csv(&table),
            "npy" => to_npy(&table),
            other => {
                return Err(thrown(&Error::Config(format!("There is no format \"{other}\"; there are csv and npy."))));
            }
        };
        Ok(Uint8Array::from(bytes.as_slice()))
    }

    /// What the command line writes about the two encodings.
    ///
    /// # Errors
    /// An object `{ code, message }`.
    pub fn report(&self, values: JsValue) -> Result<JsValue, JsValue> {
        value(&self.bench.report(&config(values)?).map_err(|error| thrown(&error))?)
    }
}
