//! What an experiment has found, from the held-out numbers of its runs; and what that says of the claims.

use serde::Serialize;

use crate::choice::Choice;
use crate::encoding::Encoding;
use crate::encoding::face::Face;
use crate::encoding::measures::Measures;
use crate::encoding::statistics::{Spread, spearman};
use crate::error::Error;
use crate::labs::encodings::arms::{self, Level};
use crate::labs::encodings::config::{EncodingsConfig, Experiment, Family};
use crate::model::ensemble::{LOSS, TOKEN_ACCURACY};
use crate::run::claim::{Claim, Course, Lack, Verdict, Vote, learned};
use crate::run::courses::courses;
use crate::run::curves::Curves;
use crate::run::results::Results;

/// Rank correlations at least this strong, of the sign that the claim expects, speak for it.
const STRONG: f64 = 0.5;
/// With fewer tables one of that strength comes by chance in more than one of twenty cases.
const TABLES: usize = 12;
/// Margins that differ by no more than this share are equal.
const ALIKE: f64 = 0.01;
/// So many evaluations has a race to have before one run counts as following another.
const FEWEST: u32 = 8;
/// A held-out loss within this share of a guess's follows the reference.
const FOLLOWS: f64 = 0.1;

/// What an experiment has found so far.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "experiment", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Outcome {
    /// Nothing to find but what is seen.
    Live,
    /// How far runs stray from the reference.
    Control {
        /// Identifier of the reference.
        reference: String,
        /// The others.
        rows: Vec<Follower>,
        /// All runs.
        #[serde(skip)]
        courses: Vec<Course>,
    },
    /// Steps to 99 % against measures.
    Sweep {
        /// Seeds.
        seeds: Vec<u32>,
        /// Tables.
        arms: Vec<SweepArm>,
        /// Rank correlations.
        correlations: Vec<Correlation>,
        /// In words.
        sentence: String,
    },
    /// Accuracy at other lengths.
    Lengths {
        /// Length in training.
        trained: u32,
        /// Steps trained.
        step: u32,
        /// What was measured at each length; an arm that cannot be longer says why.
        curves: Curves,
        /// What the task asks of a longer sequence.
        sentence: &'static str,
    },
}

/// An arm of the control.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Follower {
    /// Identifier.
    pub id: String,
    /// Name.
    pub label: String,
    /// Largest |difference| of held-out loss from the reference of the same seed, bits per token, over the seeds.
    pub largest: Option<Spread>,
    /// Step of the largest of all.
    pub at: Option<u32>,
    /// By seed.
    pub by_seed: Vec<Option<f64>>,
}

/// A table of the sweep and what came of it.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SweepArm {
    /// Identifier.
    pub id: String,
    /// Name.
    pub label: String,
    /// Family.
    #[cfg_attr(test, ts(type = "'compression' | 'gain' | 'random'"))]
    pub family: &'static str,
    /// Compression, gain, or margin.
    pub value: f64,
    /// Mean self-margin of the table as the model reads it, mean over the seeds.
    pub margin: f64,
    /// Effective rank of the table, mean over the seeds.
    pub effective_rank: f64,
    /// Mean norm of a position, mean over the seeds.
    pub norm: f64,
    /// Steps to 99 % by seed.
    pub steps: Vec<Option<u32>>,
    /// Step at which a run met a number that is not finite, by seed.
    pub stopped: Vec<Option<u32>>,
    /// Held-out token accuracy by seed.
    pub accuracy: Vec<Option<f32>>,
}

/// Spearman's ρ of a measure with steps to 99 %; a run that has not learned comes after all that have.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Correlation {
    /// Measure.
    pub measure: &'static str,
    /// Its name.
    pub label: &'static str,
    /// `all`, or a family.
    pub family: &'static str,
    /// By seed; nothing where it is undefined.
    pub by_seed: Vec<Option<f64>>,
    /// Over the seeds.
    pub spread: Option<Spread>,
    /// Tables behind it.
    pub arms: usize,
    /// How many of them have been learned, by seed. The others are tied: with few learned, ρ says little.
    pub learned: Vec<usize>,
}

/// The measures that the sweep holds against learning.
const HELD: [(&str, &str); 3] = [("margin", "Self-margin"), ("effectiveRank", "Effective rank"), ("norm", "Norm")];

/// The loss curves of the control, against its reference.
///
/// # Errors
/// [`Error::Internal`].
pub(super) fn control(config: &EncodingsConfig, results: &Results) -> Result<Outcome, Error> {
    let arms = arms::arms(config)?;
    let seeds = config.seeds as usize;
    let reference = arms.first().map(|arm| arm.id.clone()).unwrap_or_default();
    let curves = results.curve_set();
    let row = |(at, arm): (usize, &crate::labs::race::Arm)| -> Result<Follower, Error> {
        let largest = |seed: usize| {
            let mut most: Option<(f64, u32)> = None;
            for (place, point) in curves.points.iter().enumerate() {
                let Some(difference) = strays(seeds, &curves, (place, at, seed))? else { continue };
                if most.is_none_or(|(largest, _)| difference > largest) {
                    most = Some((difference, point.x as u32));
                }
            }
            Ok(most)
        };
        let largest = (0..seeds).map(largest).collect::<Result<Vec<_>, Error>>()?;
        let by_seed: Vec<Option<f64>> = largest.iter().map(|found| found.map(|(difference, _)| difference)).collect();
        let all = largest.iter().flatten().max_by(|a, b| a.0.total_cmp(&b.0));
        Ok(Follower {
            id: arm.id.clone(),
            label: arm.label.clone(),
            largest: Spread::of(&by_seed),
            at: all.map(|(_, step)| *step),
            by_seed,
        })
    };
    let rows = arms.iter().enumerate().skip(1).map(row).collect::<Result<_, _>>()?;
    Ok(Outcome::Control { reference, rows, courses: courses(results, TOKEN_ACCURACY) })
}

/// |held-out loss − that of the reference, the first of the arms of `seeds` runs each, with the same seed|, bits per token; nothing
/// where one is not finite.
///
/// # Errors
/// [`Error::Internal`] if the curves have no loss.
pub(super) fn strays(
    seeds: usize,
    curves: &Curves,
    (point, arm, seed): (usize, usize, usize),
) -> Result<Option<f64>, Error> {
    let loss = curves.measure(LOSS).ok_or_else(|| Error::Internal("a race without a loss".to_owned()))?;
    let of = |arm: usize| curves.value(point, loss, arm * seeds + seed).map(f64::from);
    let difference = of(arm).zip(of(0)).map(|(own, reference)| (own - reference).abs());
    Ok(difference.filter(|difference| difference.is_finite()))
}

/// Steps to 99 % against margin, effective rank and norm.
///
/// # Errors
/// [`Error::Internal`].
pub(super) fn sweep(config: &EncodingsConfig, results: &Results) -> Result<Outcome, Error> {
    let seeds: Vec<u32> = (config.seed..config.seed + config.seeds).collect();
    let levels = arms::levels(config)?;
    let mut measured: Vec<Vec<[f64; HELD.len()]>> = Vec::with_capacity(levels.len());
    for Level { arm, .. } in &levels {
        // A table that is not drawn is the same for every seed.
        let drawn = arm.encoding == Encoding::Random;
        let of = |&seed: &u32| -> Result<[f64; HELD.len()], Error> {
            let face = Face::of(arm.encoding, &arms::shape(config, arm.tuning, seed), config.heads);
            let measures = Measures::of(&face)?;
            Ok(HELD.map(|(id, _)| measures.get(id).unwrap_or(f64::NAN)))
        };
        let each = seeds.iter().take(if drawn { seeds.len() } else { 1 }).map(of);
        let each = each.collect::<Result<Vec<_>, _>>()?;
        measured.push((0..seeds.len()).map(|at| each[at % each.len()]).collect());
    }
    let run = |arm: usize, seed: usize| arm * seeds.len() + seed;
    let steps = |arm: usize, seed: usize| results.runs.get(run(arm, seed)).and_then(|run| run.first(TOKEN_ACCURACY));
    let stopped = |arm: usize, seed: usize| Some(results.runs.get(run(arm, seed))?.stopped.as_ref()?.step);
    let mean = |arm: usize, measure: usize| {
        measured[arm].iter().map(|values| values[measure]).sum::<f64>() / seeds.len().max(1) as f64
    };
    let table = |(at, level): (usize, &Level)| SweepArm {
        id: level.arm.id.clone(),
        label: level.arm.label.clone(),
        family: level.family.id(),
        value: level.value,
        margin: mean(at, 0),
        effective_rank: mean(at, 1),
        norm: mean(at, 2),
        steps: (0..seeds.len()).map(|seed| steps(at, seed)).collect(),
        stopped: (0..seeds.len()).map(|seed| stopped(at, seed)).collect(),
        accuracy: (0..seeds.len()).map(|seed| results.last(TOKEN_ACCURACY, run(at, seed))).collect(),
    };
    let tables: Vec<SweepArm> = levels.iter().enumerate().map(table).collect();

    let mut correlations = Vec::new();
    let families = Family::ALL.iter().filter(|family| config.families.contains(family));
    for family in std::iter::once(None).chain(families.map(Some)) {
        let members: Vec<usize> =
            (0..levels.len()).filter(|&at| family.is_none_or(|&f| levels[at].family == f)).collect();
        for (measure, (id, label)) in HELD.into_iter().enumerate() {
            let rho = |seed: usize| {
                let x: Vec<f64> = members.iter().map(|&arm| significant(measured[arm][seed][measure])).collect();
                let later = |arm: usize| steps(arm, seed).map_or(f64::INFINITY, f64::from);
                let y: Vec<f64> = members.iter().map(|&arm| later(arm)).collect();
                spearman(&x, &y)
            };
            let by_seed: Vec<Option<f64>> = (0..seeds.len()).map(rho).collect();
            let spread = Spread::of(&by_seed);
            let family = family.map_or("all", |family| family.id());
            let learned =
                (0..seeds.len()).map(|seed| members.iter().filter(|&&arm| steps(arm, seed).is_some()).count());
            let (learned, arms) = (learned.collect(), members.len());
            correlations.push(Correlation { measure: id, label, family, by_seed, spread, arms, learned });
        }
    }
    let sentence = sentence(config, &correlations, &tables);
    Ok(Outcome::Sweep { seeds, arms: tables, correlations, sentence })
}

/// Six digits: tables that differ by rounding only are equal, and their ranks with them.
fn significant(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value) + 0.0
}

fn sentence(config: &EncodingsConfig, correlations: &[Correlation], tables: &[SweepArm]) -> String {
    let learned = tables.iter().flat_map(|table| &table.steps).flatten().count();
    let all = tables.len() * config.seeds as usize;
    if learned == 0 {
        return format!("None of the {all} runs has 99 % of held-out tokens right yet.");
    }
    let of = |measure: &str| {
        let found = correlations.iter().find(|c| c.family == "all" && c.measure == measure)?.spread?;
        Some(format!("{} ({} to {})", signed(found.mean), signed(found.least), signed(found.greatest)))
    };
    let text = |measure: &str| of(measure).unwrap_or_else(|| "undefined".to_owned());
    format!(
        "{learned} of {all} runs have learned. Rank correlation of steps to 99 % over all {} tables, mean and range over {} seeds: with \
         the self-margin {}, with the effective rank {}, with the norm {}.",
        tables.len(),
        config.seeds,
        text("margin"),
        text("effectiveRank"),
        text("norm")
    )
}

const READING: &str = "this lab's reading of Bose 2026, abstract";
const CONTROL: &str = "what Lemma 1 (Bose 2026) leads to; a control of this lab's";

/// Two digits and a sign that does not wrap.
fn signed(value: f64) -> String {
    format!("{value:.2}").replace('-', "\u{2212}")
}

/// The claims that an experiment bears on, after `step` steps.
#[must_use]
pub fn verdicts(config: &EncodingsConfig, outcome: &Outcome, step: u32) -> Vec<Verdict> {
    match outcome {
        Outcome::Live | Outcome::Lengths { .. } => Vec::new(),
        Outcome::Control { reference, rows, courses } => {
            let claim = |id: &str, text: &str| {
                let claim = Claim::new(id, text, CONTROL).after(step);
                follows(claim, config, (reference, rows.iter().find(|row| row.id == id)), courses, step)
            };
            vec![
                claim("spike-time-held", "With its gain held at L, spike time trains as sinusoidal does."),
                claim("spike-time-gain", "With its gain trained from L, spike time follows sinusoidal."),
            ]
        }
        Outcome::Sweep { arms, correlations, .. } => {
            let claim = |id: &str, text: &str| {
                let found = correlations.iter().find(|c| c.family == "all" && c.measure == id);
                correlated(Claim::new(id, text, READING).after(step), found, arms, (step, config.steps))
            };
            vec![
                claim(
                    "margin",
                    "What counts is that positions stay distinguishable under the dot product: a larger self-margin is learned sooner.",
                ),
                claim("effectiveRank", "The same, read as effective rank: more directions are learned sooner."),
                equal_margins(config, arms, step),
            ]
        }
    }
}

/// Whether a run stays with the reference of its seed, which has to learn: before that both guess, and nothing tells them apart.
fn follows(
    claim: Claim,
    config: &EncodingsConfig,
    (reference, row): (&str, Option<&Follower>),
    courses: &[Course],
    step: u32,
) -> Verdict {
    let within = FOLLOWS * libm::log2(f64::from(config.symbols));
    let span = config.training().span(step, config.every);
    let by_seed = row.map(|row| row.by_seed.as_slice()).unwrap_or_default();
    let vote = |(seed, difference): (u32, &Option<f64>)| {
        let of = |arm: &str| courses.iter().find(|run| run.arm == arm && run.seed == seed);
        let own = row.and_then(|row| of(&row.id));
        let (Some(first), Some(difference)) = (of(reference), difference) else {
            return Vote::open("not measured yet");
        };
        match (own.and_then(|run| run.stopped).or(first.stopped), learned(first, courses, span)) {
            _ if *difference > within => Vote::Against,
            (Some(step), _) => Vote::stopped(step),
            _ if !span.over() => Vote::not_over(),
            _ if step / config.every.max(1) < FEWEST => Vote::coarse(config.every),
            (None, Vote::For) => Vote::For,
            (None, Vote::Open(lack)) => Vote::Open(lack),
            (None, Vote::Against) => Vote::open(format!("sinusoidal itself has not learned within {step} steps")),
        }
    };
    let votes: Vec<Vote> = (config.seed..).zip(by_seed).map(vote).collect();
    let measured = match row.and_then(|row| row.largest) {
        None => "Not measured yet.".to_owned(),
        Some(Spread { greatest, .. }) => format!(
            "Largest difference of held-out loss from sinusoidal, any seed and evaluation: {} bits per token; at most {}, a tenth of a \
             guess's, counts as following.",
            arms::short(greatest),
            arms::short(within)
        ),
    };
    claim.judged(&votes, measured)
}

/// Whether a measure of the tables falls with the steps that they need.
fn correlated(claim: Claim, found: Option<&Correlation>, arms: &[SweepArm], (step, steps): (u32, u32)) -> Verdict {
    let Some(found) = found else { return claim.untested("Not measured in this race.") };
    let vote = |(seed, (rho, &learned)): (usize, (&Option<f64>, &usize))| {
        let stopped = arms.iter().find_map(|arm| arm.stopped.get(seed).copied().flatten());
        match (stopped, rho) {
            _ if step < steps => Vote::not_over(),
            (Some(step), _) => Vote::stopped(step),
            _ if found.arms < TABLES => Vote::open(format!("fewer than {TABLES} tables")),
            // Nobody knows when the others learn: twice as long shows more of them.
            _ if 2 * learned < found.arms => {
                let why = "fewer than half of the tables are learned: too short to tell".to_owned();
                Vote::Open(Lack { why, steps: Some(2 * step), ..Lack::default() })
            }
            (_, None) => Vote::open("the correlation is undefined"),
            (_, Some(rho)) => Vote::of(*rho <= -STRONG),
        }
    };
    let votes: Vec<Vote> = found.by_seed.iter().zip(&found.learned).enumerate().map(vote).collect();
    let each: Vec<String> =
        found.by_seed.iter().map(|rho| rho.map_or_else(|| "undefined".to_owned(), signed)).collect();
    let count: Vec<String> = found.learned.iter().map(usize::to_string).collect();
    let measured = format!(
        "Spearman's ρ of steps to 99 %, seed by seed: {}; at most −{STRONG} in every seed counts for the claim. {} of {} tables learned.",
        each.join(", "),
        count.join(", "),
        found.arms
    );
    claim.judged(&votes, measured)
}

/// The first claim, taken strictly: nothing but the margin counts. The random tables have the margins of the compressed ones.
fn equal_margins(config: &EncodingsConfig, arms: &[SweepArm], step: u32) -> Verdict {
    let claim = "Taken strictly: tables of equal self-margin are learned equally soon, within a factor of two.";
    let claim = Claim::new("equal-margins", claim, READING).after(step);
    let of = |family: Family| arms.iter().filter(move |arm| arm.family == family.id());
    let alike = |a: f64, b: f64| (a - b).abs() <= ALIKE * a.abs().max(b.abs());
    let pairs: Vec<(&SweepArm, &SweepArm)> = of(Family::Compression)
        .filter_map(|one| Some((one, of(Family::Random).find(|other| alike(one.margin, other.margin))?)))
        .collect();
    if pairs.is_empty() {
        return claim.untested("The race lacks compressed and random tables of equal margin.");
    }
    let later = |why: String, there: u32| Vote::Open(Lack { why, steps: Some(2 * there), ..Lack::default() });
    // A run that has not learned speaks once the race is twice as long as the other needed: it is then later by more than that.
    let compare = |(one, other): &(&SweepArm, &SweepArm), seed: usize| {
        let at = |steps: &[Option<u32>]| steps.get(seed).copied().flatten();
        match (at(&one.steps), at(&other.steps), at(&one.stopped).or(at(&other.stopped))) {
            (Some(one), Some(other), _) => {
                // It was first right somewhere in the interval before.
                let from = |step: u32| step.saturating_sub(config.every);
                let (sooner, later) = (one.min(other), one.max(other));
                match () {
                    () if later <= 2 * from(sooner) => Vote::For,
                    () if from(later) > 2 * sooner => Vote::Against,
                    () => Vote::coarse(config.every),
                }
            }
            (_, _, Some(step)) => Vote::stopped(step),
            (Some(there), None, _) | (None, Some(there), _) if step >= 2 * there => Vote::Against,
            _ if step < config.steps => Vote::not_over(),
            // What learns next learns after this, and twice that decides.
            (None, None, _) => {
                later(format!("a pair of which neither has learned within {step} steps"), step + config.every)
            }
            (there, other, _) => {
                later(format!("not within {step} steps, too short to tell"), there.or(other).unwrap_or(step))
            }
        }
    };
    let seeds = pairs.iter().map(|(one, other)| one.steps.len().min(other.steps.len())).min().unwrap_or(0);
    let vote = |seed| Vote::all(pairs.iter().map(|pair| compare(pair, seed)));
    let votes: Vec<Vote> = (0..seeds).map(vote).collect();
    let list = |steps: &[Option<u32>]| {
        let each = steps.iter().map(|at| at.map_or_else(|| format!("not within {step}"), |at| at.to_string()));
        each.collect::<Vec<_>>().join(", ")
    };
    let told = pairs.iter().filter(|(one, other)| one.steps.iter().chain(&other.steps).any(Option::is_some));
    let told: Vec<String> = told
        .map(|(one, other)| {
            let (margin, label) = (arms::short(one.margin), one.label.to_ascii_lowercase());
            format!("margin {margin}: {label} {}, random {}", list(&one.steps), list(&other.steps))
        })
        .collect();
    claim.judged(
        &votes,
        match told.is_empty() {
            true => "No table of such a pair has been learned yet.".to_owned(),
            false => format!("Steps to 99 %, seed by seed; {}.", told.join("; ")),
        },
    )
}

/// What an experiment has found, but for lengths, which have to be evaluated.
///
/// # Errors
/// [`Error::Internal`].
pub fn outcome(config: &EncodingsConfig, results: &Results) -> Result<Option<Outcome>, Error> {
    Ok(match config.experiment {
        Experiment::Live => Some(Outcome::Live),
        Experiment::Control => Some(control(config, results)?),
        Experiment::Sweep => Some(sweep(config, results)?),
        Experiment::Lengths => None,
    })
}
