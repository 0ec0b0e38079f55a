//! What a session says of itself.

use serde::Serialize;

use crate::run::event::ExecutorInfo;
use crate::run::table::{Cell, Column, Table};

/// Why a symbol was taken in.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Given and written.
    Store,
    /// Given, only read.
    Replay,
    /// Given as the beginning of a recall.
    Cue,
    /// The machine's own prediction.
    Recall,
}

/// One symbol that the machine took in.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SymbolStep {
    /// Place in the session, from 0.
    pub at: usize,
    /// The symbol.
    pub symbol: String,
    /// Why.
    pub mode: Mode,
    /// What had been predicted for this place.
    pub predicted: Option<String>,
    /// Cosine of the store's output to the predicted symbol's code.
    pub similarity: Option<f64>,
    /// 1 − cosine of that output to the code of the symbol that came.
    pub surprise: Option<f64>,
    /// What should stand here, as far as the session can tell.
    pub expected: Option<String>,
    /// Whether the prediction is that.
    pub right: Option<bool>,
}

/// What comes next, in the machine's opinion.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Next {
    /// The symbol.
    pub symbol: String,
    /// Cosine of the store's output to its code.
    pub similarity: f64,
}

/// A session for somebody who knows its first steps already: thousands of them need not be told again.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionUpdate {
    /// Rises with every session that a bench opens.
    pub id: u32,
    /// How many of its steps are left out.
    pub from: usize,
    /// The session, with the others.
    #[serde(flatten)]
    pub session: SessionInfo,
}

/// What has happened to one memory since it was blank.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Session"))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionInfo {
    /// Every symbol taken in, oldest first.
    pub steps: Vec<SymbolStep>,
    /// Where the last command's begin.
    pub begin: usize,
    /// Symbols that have been stored, in the order of their first appearance.
    pub alphabet: Vec<String>,
    /// Symbols that have been written.
    pub written: usize,
    /// Right predictions of the last command.
    pub right: usize,
    /// Wrong ones.
    pub wrong: usize,
    /// What the last command came to.
    pub sentence: String,
    /// Prediction of the next symbol.
    pub next: Option<Next>,
    /// Weights of the address decoder, in words.
    pub decoder: String,
    /// Which executor works.
    pub executor: ExecutorInfo,
    /// Kernel launches for one symbol.
    pub launches: u32,
    /// Milliseconds of the last command.
    pub ms: f64,
    /// The settings of the machine.
    pub key: String,
}

impl SessionInfo {
    /// Every symbol taken in, a row each; places count from 1, as on the page.
    #[must_use]
    pub fn table(&self) -> Table {
        let columns = [
            ("symbol_number", "Symbol number"),
            ("mode", "Mode"),
            ("symbol", "Symbol"),
            ("predicted", "Predicted"),
            ("expected", "Expected"),
            ("right", "Right"),
            ("similarity", "Similarity"),
            ("surprise", "Surprise"),
        ];
        let mut table = Table::new("session", columns.map(|(id, label)| Column::new(id, label, "")));
        for step in &self.steps {
            let mode = match step.mode {
                Mode::Store => "store",
                Mode::Replay => "replay",
                Mode::Cue => "cue",
                Mode::Recall => "recall",
            };
            let SymbolStep { at, symbol, predicted, similarity, surprise, expected, right, .. } = step.clone();
            let texts = [predicted, expected].map(Cell::from);
            let [predicted, expected] = texts;
            let numbers = [similarity, surprise].map(Cell::from);
            let row = [(at + 1).into(), mode.into(), symbol.into(), predicted, expected, right.into()];
            table.push(row.into_iter().chain(numbers));
        }
        table
    }
}
