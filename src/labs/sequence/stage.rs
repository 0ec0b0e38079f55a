//! What the page shows of one operation of a running machine. The shapes are those of `www/src/sequence/engine.ts`.

use serde::Serialize;

use crate::labs::arrays::Floats;

/// How a vector is drawn.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum VectorKind {
    /// A ranked N-of-M code, mostly zeros.
    Code,
    /// Anything.
    Dense,
}

/// A vector of a running machine.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VectorView {
    /// What it is.
    pub label: String,
    /// How it is drawn.
    pub kind: VectorKind,
    /// Every entry.
    pub values: Floats,
    /// Of a code: neurons in the order of their firing.
    pub order: Vec<u32>,
}

impl VectorView {
    /// A dense vector.
    #[must_use]
    pub fn dense(label: impl Into<String>, values: Vec<f32>) -> Self {
        Self { label: label.into(), kind: VectorKind::Dense, values: Floats(values), order: Vec::new() }
    }

    /// A ranked code as the vector of its significances.
    #[must_use]
    pub fn code(label: impl Into<String>, values: Vec<f32>, order: Vec<u32>) -> Self {
        Self { label: label.into(), kind: VectorKind::Code, values: Floats(values), order }
    }
}

/// One thing that a retrieval compared with.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SimilarityItem {
    /// What it is.
    pub label: String,
    /// How similar it was.
    pub value: f64,
    /// Whether it is what the retrieval took, or most of it.
    pub chosen: bool,
}

/// Similarities that a retrieval used, strongest first or in the order of the sequence.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SimilarityView {
    /// What they are.
    pub label: String,
    /// What a value is, as in "dot product" or "attention weight".
    pub unit: String,
    /// What was compared.
    pub items: Vec<SimilarityItem>,
}

/// One operation of one machine at one symbol.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StageView {
    /// What happens, with this step's numbers.
    pub sentence: String,
    /// In a formula.
    pub formula: String,
    /// Vectors.
    pub vectors: Vec<VectorView>,
    /// Similarities.
    pub similarities: Vec<SimilarityView>,
}
