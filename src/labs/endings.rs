//! What the runs of a race have come to, as claims read it.

use crate::run::claim::Vote;
use crate::run::results::Results;

/// Places of an arm's runs, in the order of their seeds.
#[must_use]
pub fn runs_of(results: &Results, arm: &str) -> Vec<usize> {
    (0..results.runs.len()).filter(|&run| results.runs[run].arm == arm).collect()
}

/// What a run that is not at its end says, or has stopped before.
#[must_use]
pub fn early(results: &Results, run: usize, over: bool) -> Option<Vote> {
    match &results.runs[run].stopped {
        Some(stop) => Some(Vote::stopped(stop.step)),
        None => (!over).then(Vote::not_over),
    }
}

/// The last numbers of a measure, seed by seed, for a sentence.
#[must_use]
pub fn each(results: &Results, runs: &[usize], id: &str) -> String {
    let value = |&run: &usize| results.last(id, run).map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
    runs.iter().map(value).collect::<Vec<_>>().join(", ")
}
