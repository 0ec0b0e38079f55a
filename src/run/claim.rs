//! Claims, and what a run says of them: the rules that all labs share. `docs/verdicts.md` has every rule beside the data on which it would
//! be wrong.
//!
//! A claim is judged seed by seed; each seed gives a [`Vote`]. It holds, or fails, only if at least [`SEEDS`] seeds say so and none says
//! otherwise. That something *never* happens is nothing that a run of some length can show: [`learned`] says "not within N steps", and
//! says that only of a race which is long beside what others needed, and whose curves have come to rest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::measure::{Better, Measure};
use crate::run::curves::Curves;
use crate::run::event::RunInfo;

/// Seeds without which a claim stays open.
pub const SEEDS: u32 = 3;
/// So many times as long as the slowest run that learned has a race to be before another counts as not learning.
pub const TIMES: u32 = 10;
/// Evaluations in the last third without which nobody can see whether a curve rests there.
const RESTING: usize = 8;
/// The most places of a series that are held against each other.
const BLOCKS: usize = 64;
/// Standard deviations of Kendall's score from which on a curve has a trend: a resting one comes there by chance once in a hundred times.
const TREND: f64 = 2.576;
/// A run this far on its way from guessing to having learned has not failed to learn.
const PARTLY: f64 = 0.5;

/// What a run says of a claim.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "VerdictKind"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every seed speaks for it, and there are enough of them.
    Holds,
    /// Every seed speaks against it, and there are enough of them.
    Fails,
    /// It cannot be told: too few seeds, too few steps, seeds that disagree.
    Open,
    /// The run lacks something that the claim speaks of.
    Untested,
}

/// What would decide an open claim, as far as that is known.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decides {
    /// So many seeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub seeds: Option<u32>,
    /// So many steps in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub steps: Option<u32>,
    /// A learning rate that does not fall to zero.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub constant: bool,
}

/// A claim and what a run says of it.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Identifier.
    pub id: String,
    /// What is claimed, in one sentence.
    pub claim: String,
    /// Who claims it.
    pub source: String,
    /// The verdict.
    pub verdict: Outcome,
    /// Why it is open, in a few words; empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What was measured, in one sentence.
    pub measured: String,
    /// Seeds behind it; 0 where nothing is drawn.
    pub seeds: u32,
    /// Training steps after which it was judged; nothing where nothing trains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub steps: Option<u32>,
    /// What would decide it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub decides: Option<Decides>,
    /// Settings with which the run would have what the claim speaks of, and does not have now: name and value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<BTreeMap<String, String>>"))]
    pub with: BTreeMap<String, String>,
}

/// Why a seed says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lack {
    /// In a few words, such as "not within 600 steps, still improving".
    pub why: String,
    /// Steps in all after which it would say something, if that is known.
    pub steps: Option<u32>,
    /// Whether it would say something only if the learning rate did not fall to zero.
    pub constant: bool,
}

/// What one seed says of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vote {
    /// It agrees.
    For,
    /// It speaks against it.
    Against,
    /// Neither.
    Open(Lack),
}

impl Vote {
    /// Says nothing, and no number of steps would change that.
    #[must_use]
    pub fn open(why: impl Into<String>) -> Self {
        Self::Open(Lack { why: why.into(), ..Lack::default() })
    }

    /// Nothing yet: the race goes on.
    #[must_use]
    pub fn not_over() -> Self {
        Self::open("the race is not over")
    }

    /// Nothing: a run met a number that is not finite.
    #[must_use]
    pub fn stopped(step: u32) -> Self {
        Self::open(format!("a run stopped at step {step}, at a number that is not finite"))
    }

    /// Nothing: what happened between two evaluations would decide.
    #[must_use]
    pub fn coarse(every: u32) -> Self {
        Self::open(format!("an evaluation every {every} steps is too coarse to tell"))
    }

    /// For it or against it.
    #[must_use]
    pub fn of(holds: bool) -> Self {
        if holds { Self::For } else { Self::Against }
    }

    /// What it says of the claim's contrary.
    #[must_use]
    pub fn contrary(self) -> Self {
        match self {
            Self::For => Self::Against,
            Self::Against => Self::For,
            open @ Self::Open(_) => open,
        }
    }

    /// Of several things that all have to be so: one that is not speaks against all.
    #[must_use]
    pub fn all(votes: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::For;
        for vote in votes {
            match (&all, &vote) {
                (_, Self::Against) => return vote,
                (Self::For, Self::Open(_)) => all = vote,
                (Self::Open(had), Self::Open(has)) if has.steps > had.steps => all = vote,
                _ => {}
            }
        }
        all
    }
}

/// A claim that is about to be judged.
#[derive(Clone, Debug)]
pub struct Claim {
    id: String,
    claim: String,
    source: String,
    steps: Option<u32>,
}

impl Claim {
    /// A claim in one sentence, and whose it is.
    #[must_use]
    pub fn new(id: &str, claim: impl Into<String>, source: &str) -> Self {
        Self { id: id.to_owned(), claim: claim.into(), source: source.to_owned(), steps: None }
    }

    /// This, judged after so many training steps.
    #[must_use]
    pub fn after(self, steps: u32) -> Self {
        Self { steps: Some(steps), ..self }
    }

    fn verdict(self, verdict: Outcome, measured: String, seeds: u32) -> Verdict {
        let Self { id, claim, source, steps } = self;
        let (why, with) = (String::new(), BTreeMap::new());
        Verdict { id, claim, source, verdict, why, measured, seeds, steps, decides: None, with }
    }

    /// It speaks of something that is not there.
    #[must_use]
    pub fn untested(self, why: impl Into<String>) -> Verdict {
        self.verdict(Outcome::Untested, why.into(), 0)
    }

    /// The same, with the settings that would put it there.
    #[must_use]
    pub fn missing(self, why: impl Into<String>, with: impl IntoIterator<Item = (&'static str, String)>) -> Verdict {
        let with = with.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Verdict { with, ..self.untested(why) }
    }

    /// It is about numbers that follow from the settings alone: nothing is drawn, so that there are no seeds to agree.
    #[must_use]
    pub fn exact(self, holds: bool, measured: impl Into<String>) -> Verdict {
        self.verdict(if holds { Outcome::Holds } else { Outcome::Fails }, measured.into(), 0)
    }

    /// As its seeds say, one vote each: decided if there are enough of them and all say the same.
    #[must_use]
    pub fn judged(self, votes: &[Vote], measured: impl Into<String>) -> Verdict {
        let seeds = votes.len() as u32;
        let lacks: Vec<&Lack> =
            votes.iter().filter_map(|vote| if let Vote::Open(lack) = vote { Some(lack) } else { None }).collect();
        let count = |which: &Vote| votes.iter().filter(|vote| *vote == which).count();
        let (agree, against) = (count(&Vote::For), count(&Vote::Against));
        let mut why: Vec<String> = Vec::new();
        let mut decides = Decides::default();
        if seeds < SEEDS {
            why.push(format!("{seeds} of {SEEDS} seeds"));
            decides.seeds = Some(SEEDS);
        }
        if agree > 0 && against > 0 {
            // However long the others go on, they will not agree any more.
            why.push(format!("the seeds disagree: {agree} for it, {against} against it"));
        } else {
            for lack in &lacks {
                if !why.contains(&lack.why) {
                    why.push(lack.why.clone());
                }
            }
            decides.steps = lacks.iter().filter_map(|lack| lack.steps).max();
            decides.constant = lacks.iter().any(|lack| lack.constant);
        }
        let outcome = match () {
            () if !why.is_empty() => Outcome::Open,
            () if agree > 0 => Outcome::Holds,
            () => Outcome::Fails,
        };
        let decides = Some(decides).filter(|decides| *decides != Decides::default());
        Verdict { why: why.join("; "), decides, ..self.verdict(outcome, measured.into(), seeds) }
    }
}

/// How far a race has come.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Steps trained.
    pub step: u32,
    /// Steps in all.
    pub steps: u32,
    /// Steps between two evaluations.
    pub every: u32,
    /// Whether the learning rate falls to zero towards the end, so that every curve comes to rest there.
    pub fading: bool,
}

impl Span {
    /// Whether it has come to its end.
    #[must_use]
    pub fn over(&self) -> bool {
        self.step >= self.steps
    }

    /// A number of steps at whose end it is evaluated.
    fn end(&self, steps: u64) -> Option<u32> {
        let every = u64::from(self.every.max(1));
        u32::try_from(steps.div_ceil(every) * every).ok()
    }
}

/// What one run measured of a curve: places in order, with numbers.
#[derive(Clone, Debug, PartialEq)]
struct Curve {
    better: Better,
    points: Vec<(f64, f64)>,
}

/// One run of a race, as far as rules about learning look at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Identifier of its arm.
    pub arm: String,
    /// Its seed.
    pub seed: u32,
    /// First step at which it had learned: at which it reached the measure's threshold.
    pub first: Option<u32>,
    /// Step at which it met a number that is not finite.
    pub stopped: Option<u32>,
    /// That measure at the last evaluation.
    pub last: Option<f64>,
    /// How far that is on the way from guessing (0) to having learned (1).
    way: f64,
    /// Every measure that says whether it gets better.
    curves: Vec<Curve>,
}

impl Course {
    /// The courses of the runs of some curves over training steps, in their order. `ends` says of each run when it first reached the
    /// threshold of `measure`, and when it stopped.
    #[must_use]
    pub fn of(curves: &Curves, measure: &str, ends: &[(Option<u32>, Option<u32>)]) -> Vec<Self> {
        let judged: Vec<(usize, &Measure)> =
            curves.measures.iter().enumerate().filter(|(_, measure)| measure.better != Better::Neither).collect();
        let which = curves.measure(measure);
        type End = (Option<u32>, Option<u32>);
        let one = |(at, (run, &(first, stopped))): (usize, (&RunInfo, &End))| {
            let points = |measure: usize| -> Vec<(f64, f64)> {
                let each = curves.points.iter().enumerate();
                each.filter_map(|(place, point)| Some((point.x, f64::from(curves.value(place, measure, at)?))))
                    .collect()
            };
            let last = which.and_then(|which| points(which).last().map(|(_, value)| *value));
            let way = which.zip(last).and_then(|(which, last)| {
                let Measure { threshold, chance, .. } = &curves.measures[which];
                let (threshold, chance) = (f64::from((*threshold)?), f64::from(chance.unwrap_or(0.0)));
                Some((last - chance) / (threshold - chance)).filter(|way| way.is_finite())
            });
            Self {
                arm: run.arm.clone(),
                seed: run.seed,
                first,
                stopped,
                last,
                way: way.unwrap_or(0.0),
                curves: judged.iter().map(|(at, of)| Curve { better: of.better, points: points(*at) }).collect(),
            }
        };
        curves.runs.iter().zip(ends).enumerate().map(one).collect()
    }

    /// What its curves do after the place `from`: 1 if one gets better, −1 if one gets worse and none better, 0 if all rest. Nothing if
    /// there are too few evaluations to see that.
    fn trend(&self, from: f64) -> Option<i32> {
        let mut trend = 0;
        for Curve { better, points } in &self.curves {
            let late: Vec<f64> = points.iter().filter(|(x, _)| *x > from).map(|(_, value)| *value).collect();
            if late.len() < RESTING {
                return None;
            }
            let score = kendall(&late) * if *better == Better::Lower { -1.0 } else { 1.0 };
            match () {
                () if score >= TREND => trend = 1,
                () if score <= -TREND && trend == 0 => trend = -1,
                () => {}
            }
        }
        (!self.curves.is_empty()).then_some(trend)
    }
}

/// Kendall's score of a series against its order, over its standard deviation without a trend: positive if it rises. Of a long series the
/// means of [`BLOCKS`] stretches are taken.
///
/// Source: Mann 1945 and Kendall 1975, with the correction of the variance for ties.
fn kendall(values: &[f64]) -> f64 {
    let blocks = values.chunks(values.len().div_ceil(BLOCKS).max(1));
    let values: Vec<f64> = blocks.map(|block| block.iter().sum::<f64>() / block.len() as f64).collect();
    let n = values.len() as f64;
    let (mut score, mut ties) = (0.0, 0.0);
    for (at, own) in values.iter().enumerate() {
        score += values[at + 1..].iter().map(|later| f64::from(later.total_cmp(own) as i8)).sum::<f64>();
        let tied = values.iter().filter(|other| *other == own).count() as f64;
        ties += (tied - 1.0) * (2.0 * tied + 5.0) / 18.0;
    }
    let variance = n * (n - 1.0) * (2.0 * n + 5.0) / 18.0 - ties;
    // One step towards zero, since the score is a whole number and the normal distribution is not.
    if variance <= 0.0 || score == 0.0 { 0.0 } else { (score - f64::copysign(1.0, score)) / libm::sqrt(variance) }
}

/// Whether a run has learned. Against it only speaks a race that is over, is at least [`TIMES`] times as long as the slowest run of all
/// that learned, and in whose last third no curve of the run has a trend. Then it has not learned *within so many steps*.
#[must_use]
pub fn learned(run: &Course, all: &[Course], span: Span) -> Vote {
    if run.first.is_some() {
        return Vote::For;
    }
    let Span { step, every, .. } = span;
    if let Some(at) = run.stopped {
        return Vote::stopped(at);
    }
    if !span.over() {
        return Vote::not_over();
    }
    let lacks = |why: String, steps| Vote::Open(Lack { why, steps, constant: span.fading });
    let Some(slowest) = all.iter().filter_map(|run| run.first).max() else {
        // What learns next learns after this.
        let steps = span.end(u64::from(TIMES) * (u64::from(step) + u64::from(every)));
        return lacks(format!("nothing in this race has learned within {step} steps: too short to tell"), steps);
    };
    let least = u64::from(TIMES) * u64::from(slowest.max(every));
    let trend = run.trend(f64::from(step) * 2.0 / 3.0);
    // If it moves, as much again as is needed for the last third to begin where it ends now.
    let moving = if trend.unwrap_or(0) == 0 { 0 } else { (3 * u64::from(step)).div_ceil(2) };
    let seen = 3 * RESTING as u64 * u64::from(every);
    let steps = span.end(least.max(seen).max(moving));
    let open = |what: &str| lacks(format!("not within {step} steps, {what}"), steps);
    match trend {
        Some(1) => open("still improving"),
        Some(-1) => open("still changing"),
        _ if u64::from(step) < least => open("too short to tell"),
        None => open("too few evaluations to tell"),
        _ if span.fading => {
            lacks(format!("not within {step} steps, at the end of which the learning rate is zero"), None)
        }
        // It may go on from where it rests, or never: half as long again shows it move, if it does.
        _ if run.way >= PARTLY => lacks(
            format!("not within {step} steps, but more than half way"),
            span.end((3 * u64::from(step)).div_ceil(2)),
        ),
        _ => Vote::Against,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_that_of_kendall() {
        let rising: Vec<f64> = (0..10).map(f64::from).collect();
        // 45 pairs in order, variance 10 · 9 · 25 / 18 = 125.
        assert!((kendall(&rising) - 44.0 / 125.0_f64.sqrt()).abs() < 1e-12);
        let falling: Vec<f64> = rising.iter().map(|value| -value).collect();
        assert!((kendall(&falling) + kendall(&rising)).abs() < 1e-12);
        assert_eq!(kendall(&[0.5; 9]), 0.0);
        assert_eq!(kendall(&[]), 0.0);
        // Two pairs of equals: 4 pairs in order, variance 4 · 3 · 13 / 18 − 2 · 2 · 1 · 9 / 18 = 20/3.
        assert!((kendall(&[1.0, 1.0, 2.0, 2.0]) - 3.0 / (20.0 / 3.0_f64).sqrt()).abs() < 1e-12);
        // A long series is held against itself in stretches.
        let long: Vec<f64> = (0..6400).map(f64::from).collect();
        assert!((kendall(&long) - 2015.0 / (64.0 * 63.0 * 133.0 / 18.0_f64).sqrt()).abs() < 1e-9);
    }

    #[test]
    fn one_that_is_not_so_speaks_against_all() {
        let open = |steps| Vote::Open(Lack { steps, ..Lack::default() });
        assert_eq!(Vote::all([]), Vote::For);
        assert_eq!(Vote::all([Vote::For, open(Some(3)), open(Some(9)), open(None)]), open(Some(9)));
        assert_eq!(Vote::all([open(None), Vote::Against, Vote::For]), Vote::Against);
    }
}
