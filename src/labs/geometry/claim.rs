//! The claim of the paper that a race tests: does the table end as a map of its graph?
//!
//! Source: "Deep sequence models tend to memorize geometrically" (2025, arXiv:2510.26745), section 4.

use std::cell::OnceCell;

use crate::error::Error;
use crate::labs::Config;
use crate::labs::geometry::config::GeometryConfig;
use crate::labs::geometry::landscape::{BOTTOM_ENERGY, EDGE_COSINE, HOP_CORRELATION, RECOVERY, TOP_ENERGY};
use crate::labs::race::Findings;
use crate::run::claim::{Claim, Verdict, Vote};
use crate::run::results::Results;

const PAPER: &str = "arXiv:2510.26745, section 4";

/// Energy at the top of a map, in even shares; at least.
pub const TOP: f32 = 2.0;
/// And at its bottom; at most.
pub const BOTTOM: f32 = 1.0;
/// Cosine of neighbours on a map; at least.
pub const COSINE: f32 = 0.3;
/// Share of the neighbours that are nearest on a map; at least. Tables whose rows are all but equal are at the top too, and find none.
pub const FOUND: f32 = 0.9;
/// Where the top has more than this share of all dimensions, no table has so much more than its share there that it would tell.
pub const MOST_FLAT: f64 = 0.4;

/// The settings that are judged, and what share of all dimensions the top of their graph's spectrum has, once that is asked for.
#[derive(Debug)]
pub struct MapFindings {
    config: GeometryConfig,
    flat: OnceCell<f64>,
}

impl MapFindings {
    /// Of a race with these settings.
    #[must_use]
    pub fn new(config: GeometryConfig) -> Self {
        Self { config, flat: OnceCell::new() }
    }
}

/// What a seed says after the last step.
fn vote(results: &Results, run: usize, over: bool) -> Vote {
    let last = |id| results.last(id, run);
    match (&results.runs[run].stopped, [TOP_ENERGY, BOTTOM_ENERGY, EDGE_COSINE, RECOVERY].map(last)) {
        (Some(stop), _) => Vote::stopped(stop.step),
        _ if !over => Vote::not_over(),
        (None, [Some(_), Some(_), Some(_), Some(_)]) if last(HOP_CORRELATION).is_none() => {
            Vote::open("every two nodes have the same cosine")
        }
        (None, [Some(top), Some(bottom), Some(cosine), Some(found)]) => {
            Vote::of(top >= TOP && bottom <= BOTTOM && cosine >= COSINE && found >= FOUND)
        }
        _ => Vote::open("the table holds nothing but zeros"),
    }
}

impl Findings for MapFindings {
    fn verdicts(&self, results: &Results, step: u32) -> Result<Vec<Verdict>, Error> {
        let steps = self.config.steps;
        let sentence = format!(
            "A table that is taught only who neighbours whom becomes a map of the graph within {steps} steps: it lies at the top of the \
             graph's spectrum."
        );
        let claim = Claim::new("map", sentence, PAPER);
        let flat = *self.flat.get_or_init(|| self.config.network().ends()[0].flat);
        if flat > MOST_FLAT {
            let share = (flat * 100.0).round();
            return Ok(vec![claim.untested(format!(
                "The top of this graph's spectrum has {share} % of all dimensions: too much for twice an even share to tell."
            ))]);
        }
        let runs = 0..results.runs.len();
        let votes: Vec<Vote> = runs.clone().map(|run| vote(results, run, step >= steps)).collect();
        let each = |id| {
            let value = |run| results.last(id, run).map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
            runs.clone().map(value).collect::<Vec<_>>().join(", ")
        };
        let measured = format!(
            "Seed by seed, in even shares: {} at the top of the spectrum (a map has at least {TOP}), {} at the bottom (at most {BOTTOM}); \
             cosine of neighbours {} (at least {COSINE}); share of them found among the nearest {} (at least {FOUND}).",
            each(TOP_ENERGY),
            each(BOTTOM_ENERGY),
            each(EDGE_COSINE),
            each(RECOVERY)
        );
        Ok(vec![claim.after(step).judged(&votes, measured)])
    }

    fn extend(&mut self, config: &Config) -> Result<(), Error> {
        self.config = config.own::<GeometryConfig>()?.clone();
        Ok(())
    }
}
