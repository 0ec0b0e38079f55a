//! The claims that a race over paths tests.
//!
//! Source: "Deep sequence models tend to memorize geometrically" (2025, arXiv:2510.26745), observations 1 to 3 and section E.1.

use crate::choice::Choice;
use crate::labs::endings::{each, early, runs_of};
use crate::labs::geometry::config::{GeometryConfig, Variant};
use crate::labs::geometry::paths::{HELD_OUT, NEAREST, OTHER_ARM, SAME_ARM, TRAIN};
use crate::run::claim::{Claim, Span, Verdict, Vote, learned};
use crate::run::courses::courses;
use crate::run::results::Results;
use crate::run::training::Schedule;

const PAPER: &str = "arXiv:2510.26745";
/// A path counts as found from this share on.
const SHARE: f64 = 0.5;
/// And from so many times the share of a guess, at its lower bound.
const TIMES: f64 = 10.0;
/// The bound is wrong in one of a hundred.
const RISK: f64 = 0.01;
/// With fewer arms, or fewer questions, nothing can be told.
const FEWEST_ARMS: u32 = 100;
const FEWEST_QUESTIONS: usize = 20;
/// Leaves whose nearest first node is their own, where arms are clusters; at least.
const CLUSTERED: f32 = 0.99;
/// Between leaf and first node of one arm and of two, where arms are clusters; at least.
const APART: f32 = 0.5;
/// And where there are no clusters, at most so many nearest.
const SCATTERED: f32 = 0.5;
/// Most leaves are nearest to their own.
const MOSTLY: f32 = 0.9;
/// Taught paths that count as stored; at least.
const STORED: f32 = 0.99;

/// The greatest share at which so many successes, or more, come by chance in no more than `risk` of all cases: the exact lower bound of a
/// binomial share (Clopper and Pearson 1934), found by bisection.
#[must_use]
pub fn lower_bound(successes: usize, of: usize, risk: f64) -> f64 {
    if successes == 0 {
        return 0.0;
    }
    let choose =
        |k: usize| libm::lgamma(of as f64 + 1.0) - libm::lgamma(k as f64 + 1.0) - libm::lgamma((of - k) as f64 + 1.0);
    let tail = |share: f64| -> f64 {
        let each = |k: usize| {
            let logarithm = choose(k) + k as f64 * libm::log(share) + (of - k) as f64 * libm::log1p(-share);
            if k == of { libm::exp(of as f64 * libm::log(share)) } else { libm::exp(logarithm) }
        };
        (successes..=of).map(each).sum()
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if tail(middle) > risk { high = middle } else { low = middle }
    }
    low
}

/// A race over paths, with the step to which it has come.
struct Judged<'a> {
    config: &'a GeometryConfig,
    results: &'a Results,
    step: u32,
}

/// The verdicts of a race over paths.
#[must_use]
pub fn verdicts(config: &GeometryConfig, results: &Results, step: u32) -> Vec<Verdict> {
    let judged = Judged { config, results, step };
    let mut verdicts = vec![judged.success()];
    if config.path_nodes == 3 {
        verdicts.push(judged.one_hop());
    } else {
        verdicts.push(judged.cluster(Variant::Full));
        verdicts.push(judged.map_first());
        verdicts.push(judged.cluster(Variant::Edges));
        verdicts.push(judged.fails(Variant::Forward));
        verdicts.push(judged.fails(Variant::Frozen));
    }
    verdicts
}

impl Judged<'_> {
    fn runs(&self, variant: Variant) -> Vec<usize> {
        runs_of(self.results, variant.id())
    }

    /// The claim, unless the arm that it speaks of is not raced.
    fn raced(&self, claim: Claim, variant: Variant) -> Result<Claim, Box<Verdict>> {
        let variants = &self.config.variants;
        if variants.contains(&variant) {
            return Ok(claim);
        }
        let all: Vec<&str> = variants.iter().chain(&[variant]).map(|variant| variant.id()).collect();
        let why = format!("“{}” is not among what is taught here.", variant.label());
        Err(Box::new(claim.missing(why, [("variants", all.join(","))])))
    }

    fn early(&self, run: usize) -> Option<Vote> {
        early(self.results, run, self.step >= self.config.steps)
    }

    fn last(&self, id: &str, run: usize) -> Option<f32> {
        self.results.last(id, run)
    }

    fn votes(&self, runs: &[usize], vote: impl Fn(usize) -> Option<bool>) -> Vec<Vote> {
        let one = |&run: &usize| match (self.early(run), vote(run)) {
            (Some(early), _) => early,
            (None, Some(holds)) => Vote::of(holds),
            (None, None) => Vote::open("a number is missing"),
        };
        runs.iter().map(one).collect()
    }

    /// Whether there are enough arms and questions to tell success from guessing.
    fn questions(&self, claim: Claim, variant: Variant) -> Result<Claim, Box<Verdict>> {
        let claim = self.raced(claim, variant)?;
        let questions = self.config.paths(Variant::Full).questions();
        if self.config.arms >= FEWEST_ARMS && questions >= FEWEST_QUESTIONS {
            return Ok(claim);
        }
        Err(Box::new(claim.untested(format!(
            "{questions} paths of {} arms are held out: too few to tell. It takes {FEWEST_ARMS} arms, {FEWEST_QUESTIONS} of them held out.",
            self.config.arms
        ))))
    }

    /// Whether a run finds paths that were not taught.
    fn finds(&self, run: usize) -> Option<bool> {
        let share = f64::from(self.last(HELD_OUT, run)?);
        let questions = self.config.paths(Variant::Full).questions();
        let successes = (share * questions as f64).round() as usize;
        let chance = 1.0 / f64::from(self.config.arms);
        Some(share >= SHARE && lower_bound(successes, questions, RISK) > TIMES * chance)
    }

    fn success(&self) -> Verdict {
        let sentence = format!(
            "Taught the edges and {:.0} % of the paths, a transformer finds the first step of those held out, within {} steps.",
            self.config.share * 100.0,
            self.config.steps
        );
        let claim = match self.questions(Claim::new("paths", sentence, PAPER), Variant::Full) {
            Ok(claim) => claim.after(self.step),
            Err(untested) => return *untested,
        };
        let runs = self.runs(Variant::Full);
        let votes = self.votes(&runs, |run| self.finds(run));
        let measured = format!(
            "First steps of held-out paths that are right, seed by seed: {} (at least {SHARE}; a guess finds {:.4}).",
            each(self.results, &runs, HELD_OUT),
            1.0 / f64::from(self.config.arms)
        );
        claim.judged(&votes, measured)
    }

    fn clusters(&self, runs: &[usize]) -> String {
        format!(
            "Of held-out arms: leaves nearest to their own first node {}, cosine {} within an arm, {} between arms.",
            each(self.results, runs, NEAREST),
            each(self.results, runs, SAME_ARM),
            each(self.results, runs, OTHER_ARM)
        )
    }

    fn cluster(&self, variant: Variant) -> Verdict {
        let (id, taught) = match variant {
            Variant::Edges => ("clusters-edges", "edges alone"),
            _ => ("clusters", "edges and the paths of other arms"),
        };
        let sentence =
            format!("From {taught}, leaf and first node of an arm come to lie together, though no edge joins them.");
        let claim = match self.raced(Claim::new(id, sentence, PAPER), variant) {
            Ok(claim) => claim.after(self.step),
            Err(untested) => return *untested,
        };
        let runs = self.runs(variant);
        let votes = self.votes(&runs, |run| {
            let apart = self.last(SAME_ARM, run)? - self.last(OTHER_ARM, run)?;
            Some(self.last(NEAREST, run)? >= CLUSTERED && apart >= APART)
        });
        claim.judged(&votes, self.clusters(&runs))
    }

    /// With paths of three nodes leaf and first node are neighbours, so that the edge is the answer.
    fn one_hop(&self) -> Verdict {
        let sentence =
            "Where the first step is a neighbour of the leaf, held-out paths are found without any geometry.";
        let claim = match self.questions(Claim::new("one-hop", sentence, "ours"), Variant::Full) {
            Ok(claim) => claim.after(self.step),
            Err(untested) => return *untested,
        };
        let runs = self.runs(Variant::Full);
        let votes = self.votes(&runs, |run| Some(self.finds(run)? && self.last(NEAREST, run)? <= SCATTERED));
        claim.judged(
            &votes,
            format!("{} Held out right: {}.", self.clusters(&runs), each(self.results, &runs, HELD_OUT)),
        )
    }

    /// The steps of all evaluations up to one, each with whether a measure has come to a level there.
    fn levels(&self, id: &str, run: usize, level: f32, upto: f64) -> Vec<(f64, bool)> {
        let Some(measure) = self.results.measure(id) else { return Vec::new() };
        let reached = |values: &Vec<f32>| values.get(run).is_some_and(|&value| value >= level);
        let points = self.results.curves.iter().filter(|point| point.x <= upto);
        points.map(|point| (point.x, point.values.get(measure).is_some_and(reached))).collect()
    }

    /// First step at which a measure has come to a level.
    fn first(&self, id: &str, run: usize, level: f32) -> Option<f64> {
        self.levels(id, run, level, f64::INFINITY).into_iter().find(|(_, reached)| *reached).map(|(step, _)| step)
    }

    /// Since which step a measure has been at a level, at the evaluation of another step; nothing if it is not.
    fn since(&self, id: &str, run: usize, level: f32, upto: f64) -> Option<f64> {
        let levels = self.levels(id, run, level, upto);
        levels.into_iter().rev().take_while(|(_, reached)| *reached).last().map(|(step, _)| step)
    }

    fn map_first(&self) -> Verdict {
        let sentence = "Geometry comes before success: leaves are nearest to their own first node before held-out paths are found.";
        let claim = match self.raced(Claim::new("map-first", sentence, "ours"), Variant::Full) {
            Ok(claim) => claim.after(self.step),
            Err(untested) => return *untested,
        };
        let runs = self.runs(Variant::Full);
        // Geometry that has gone again by then is not what success comes from.
        let firsts = |run| {
            let success = self.first(HELD_OUT, run, SHARE as f32);
            let map = success
                .map_or_else(|| self.first(NEAREST, run, MOSTLY), |success| self.since(NEAREST, run, MOSTLY, success));
            [map, success]
        };
        let vote = |&run: &usize| match firsts(run) {
            [Some(map), Some(success)] if map == success => Vote::coarse(self.config.every),
            [Some(map), Some(success)] => Vote::of(map < success),
            [None, Some(_)] => Vote::Against,
            [_, None] => self.early(run).unwrap_or_else(|| Vote::open("no paths are found that were not taught")),
        };
        let votes: Vec<Vote> = runs.iter().map(vote).collect();
        let step = |step: Option<f64>| step.map_or_else(|| "–".to_owned(), |step| step.to_string());
        let steps = |at: usize| runs.iter().map(|&run| step(firsts(run)[at])).collect::<Vec<_>>().join(", ");
        let measured = format!(
            "Step since which {MOSTLY} of the leaves are nearest to their own: {}; at which {SHARE} of the paths are found: {}.",
            steps(0),
            steps(1)
        );
        claim.judged(&votes, measured)
    }

    /// What is not found within so many steps, though what was taught is stored.
    fn fails(&self, variant: Variant) -> Verdict {
        let (id, how) = match variant {
            Variant::Forward => ("forward", "Taught edges only away from the root"),
            _ => ("frozen", "With an embedding that stays as it was drawn"),
        };
        let steps = self.config.steps;
        let sentence = format!(
            "{how}, a transformer does not find held-out paths within {steps} steps, though it stores those it is taught."
        );
        let claim = match self.questions(Claim::new(id, sentence, "arXiv:2510.26745, section E.1"), variant) {
            Ok(claim) => claim.after(self.step),
            Err(untested) => return *untested,
        };
        let all = courses(self.results, HELD_OUT);
        // A cosine ends at a tenth of the rate, not at zero; that a curve rests there may still be its doing.
        let fading = self.config.schedule == Schedule::Cosine;
        let span = Span { step: self.step, steps, every: self.config.every, fading };
        let runs = self.runs(variant);
        let vote = |&run: &usize| {
            let stored = match self.last(TRAIN, run) {
                Some(share) if share >= STORED => Vote::For,
                _ => Vote::open(format!("the paths that it is taught are not stored within {steps} steps")),
            };
            Vote::all([learned(&all[run], &all, span).contrary(), stored])
        };
        let votes: Vec<Vote> = runs.iter().map(vote).collect();
        let measured = format!(
            "Seed by seed: held-out paths {}, taught paths {}.",
            each(self.results, &runs, HELD_OUT),
            each(self.results, &runs, TRAIN)
        );
        claim.judged(&votes, measured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_bound_of_a_share_is_the_exact_one() {
        // All right: risk^(1/n). Half of 250, as tables have it.
        assert!((lower_bound(20, 20, 0.01) - libm::pow(0.01, 1.0 / 20.0)).abs() < 1e-9);
        assert!((lower_bound(1, 10, 0.05) - 0.005_116).abs() < 1e-5);
        assert_eq!(lower_bound(0, 250, 0.01), 0.0);
        let bound = lower_bound(125, 250, 0.01);
        assert!((0.42..0.43).contains(&bound), "{bound}");
    }
}
