//! How a learner has stored its graph, in one of four words, from the measures of its embedding.

use serde::Serialize;

use crate::choice::{Choice, choice};
use crate::labs::geometry::landscape::{BOTTOM_ENERGY, EDGE_COSINE, HOP_CORRELATION, RECOVERY, TOP_ENERGY};
use crate::labs::run::Found;
use crate::run::results::{Results, RunResult};
use crate::run::table::{Cell, Column, Table};

/// Energy at the top of a map, in even shares; at least.
pub const TOP: f32 = 2.0;
/// And at its bottom; at most.
pub const BOTTOM: f32 = 1.0;
/// Cosine of neighbours on a map; at least.
pub const COSINE: f32 = 0.3;
/// Energy at the bottom where neighbours are opposites; at least.
pub const ZIGZAG: f32 = 1.4;
/// How far both ends may be from an even share where there is no geometry.
pub const FLAT: f32 = 0.4;
/// Where the top has more than this share of all dimensions, no table has so much more than its share there that it would tell.
pub const MOST_FLAT: f64 = 0.4;
/// Below this share of neighbours found nothing is stored that could be called anything.
pub const HALF: f32 = 0.5;
/// From this share on all neighbours count as found.
pub const ALL: f32 = 0.9999;

choice! {
    /// How a graph is stored.
    pub enum Storage {
        Geometric = "geometric", "geometric", "Neighbours are alike: the embedding lies at the top of the graph's spectrum.";
        Zigzag = "zigzag", "zigzag", "Neighbours are opposites: it lies at the bottom.";
        Associative = "associative", "associative", "The edges are stored, and the embedding has no geometry.";
        Mixed = "mixed", "mixed", "None of the three.";
        Unstored = "unstored", "not stored", "Fewer than half of the edges are stored.";
        Untold = "untold", "cannot be told", "The ends of the graph's spectrum are too large a share of it.";
    }
}

impl Storage {
    /// By the four measures; `top` and `bottom` in even shares, `flat` the share of all dimensions that the top has.
    #[must_use]
    pub fn of(recovery: f32, cosine: f32, top: f32, bottom: f32, flat: f64) -> Self {
        let even = |share: f32| (share - 1.0).abs() <= FLAT;
        match () {
            () if flat > MOST_FLAT => Self::Untold,
            () if recovery < HALF => Self::Unstored,
            () if top >= TOP && bottom <= BOTTOM && cosine >= COSINE => Self::Geometric,
            () if bottom >= ZIGZAG && cosine < 0.0 => Self::Zigzag,
            () if recovery >= ALL && even(top) && even(bottom) => Self::Associative,
            () => Self::Mixed,
        }
    }

    /// Of a run as it is now; nothing if a measure is missing, as of a run that has stopped.
    #[must_use]
    pub fn of_run(results: &Results, run: usize, flat: f64) -> Option<Self> {
        let last = |id| results.last(id, run);
        Some(Self::of(last(RECOVERY)?, last(EDGE_COSINE)?, last(TOP_ENERGY)?, last(BOTTOM_ENERGY)?, flat))
    }
}

/// How one run has stored the graph.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredRun {
    /// Identifier of its arm.
    pub arm: String,
    /// Its seed.
    pub seed: u32,
    /// In a word: geometric, zigzag, associative or mixed; "stopped" at a number that is not finite, empty before the first step.
    pub storage: &'static str,
    /// Share of neighbours found.
    pub recovery: Option<f32>,
    /// Mean cosine of neighbours.
    pub edge_cosine: Option<f32>,
    /// Correlation of cosine and hops.
    pub hop_correlation: Option<f32>,
    /// Energy at the top, in even shares.
    pub top: Option<f32>,
    /// At the bottom.
    pub bottom: Option<f32>,
}

/// How every run has stored a graph, of whose dimensions the top of the spectrum has the share `flat`.
#[must_use]
pub fn stored(results: &Results, flat: f64) -> Vec<StoredRun> {
    let row = |(at, run): (usize, &RunResult)| {
        let last = |id| results.last(id, at);
        let storage = match &run.stopped {
            Some(_) => "stopped",
            None => Storage::of_run(results, at, flat).map_or("", Storage::label),
        };
        StoredRun {
            arm: run.arm.clone(),
            seed: run.seed,
            storage,
            recovery: last(RECOVERY),
            edge_cosine: last(EDGE_COSINE),
            hop_correlation: last(HOP_CORRELATION),
            top: last(TOP_ENERGY),
            bottom: last(BOTTOM_ENERGY),
        }
    };
    results.runs.iter().enumerate().map(row).collect()
}

/// The same as results and tables have it.
#[must_use]
pub fn found(results: &Results, flat: f64) -> Found {
    let rows = stored(results, flat);
    let columns = vec![
        Column::new("arm", "Arm", ""),
        Column::new("seed", "Seed", ""),
        Column::new("storage", "Storage", ""),
        Column::new(RECOVERY, "Neighbours found", "of neighbours"),
        Column::new(EDGE_COSINE, "Cosine of neighbours", ""),
        Column::new(HOP_CORRELATION, "Hop correlation", ""),
        Column::new(TOP_ENERGY, "Top of the spectrum", "even shares"),
        Column::new(BOTTOM_ENERGY, "Bottom of the spectrum", "even shares"),
    ];
    let cells = |row: &StoredRun| {
        let numbers = [row.recovery, row.edge_cosine, row.hop_correlation, row.top, row.bottom];
        let numbers = numbers.map(|number| number.map_or(Cell::Missing, Cell::from));
        [row.arm.as_str().into(), row.seed.into(), row.storage.into()].into_iter().chain(numbers).collect::<Vec<Cell>>()
    };
    let table = Table { id: "kinds".to_owned(), columns, rows: rows.iter().map(cells).collect() };
    let number = |number: Option<f32>| number.map_or("–".to_owned(), |number| format!("{number:.2}"));
    let head = ["arm", "seed", "storage", "found", "cosine of neighbours", "hop correlation", "top", "bottom"];
    let words = rows.iter().map(|row| {
        let numbers = [row.recovery, row.edge_cosine, row.hop_correlation, row.top, row.bottom].map(number);
        [row.arm.clone(), row.seed.to_string(), row.storage.to_owned()].into_iter().chain(numbers).collect()
    });
    let words = std::iter::once(head.map(str::to_owned).to_vec()).chain(words).collect();
    let before = "How each run has stored the graph; both ends of the spectrum in even shares:".to_owned();
    Found { value: Box::new(rows), tables: vec![table], more: Vec::new(), before, rows: words, after: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_all_cases() {
        assert_eq!(Storage::of(1.0, 0.9, 3.0, 0.1, 0.5), Storage::Untold);
        for (recovery, cosine, top, bottom, word) in [
            (1.0, 0.9, 3.0, 0.1, Storage::Geometric),
            (0.6, 0.3, 2.0, 1.0, Storage::Geometric),
            (0.2, 0.9, 3.0, 0.1, Storage::Unstored),
            (1.0, -0.1, 1.8, 1.4, Storage::Zigzag),
            (1.0, 0.0, 0.7, 1.3, Storage::Associative),
            (0.98, 0.0, 1.0, 1.0, Storage::Mixed),
            (1.0, 0.29, 2.5, 0.2, Storage::Mixed),
            (1.0, 0.1, 1.3, 1.5, Storage::Mixed),
        ] {
            assert_eq!(Storage::of(recovery, cosine, top, bottom, 0.3), word, "{recovery} {cosine} {top} {bottom}");
        }
    }
}
