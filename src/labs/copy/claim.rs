//! What the paper claims of the copy task, and what a race says of it. Verdicts are computed from the curves of the runs; only the claims
//! are written down.
//!
//! Source: J. Bose, "Spiking Sequence Machines and Transformers" (2026, arXiv:2605.00662), abstract and code.

use crate::choice::Choice;
use crate::encoding::Encoding;
use crate::labs::copy::config::CopyConfig;
use crate::model::ensemble::TOKEN_ACCURACY;
use crate::run::claim::{Claim, Course, Span, Verdict, Vote, learned};
use crate::run::courses::courses;
use crate::run::results::Results;
use crate::task::Task;

const PAPER: &str = "Bose 2026, abstract";
const CODE: &str = "Bose 2026, README of the code";
const CONTROL: &str = "a control of this lab's";
const OURS: &str = "ours";

/// Intervals between evaluations in which two runs may share the last to count as equally soon.
const FINE: u32 = 4;

/// All runs, and how far they went.
struct Race {
    all: Vec<Course>,
    span: Span,
}

impl Race {
    fn of(&self, encoding: Encoding) -> Vec<&Course> {
        self.all.iter().filter(|run| run.arm == encoding.id()).collect()
    }

    fn learned(&self, run: &Course) -> Vote {
        learned(run, &self.all, self.span)
    }

    /// Such as "Rank (learned): 300, 300, 320".
    fn text(&self, encoding: Encoding) -> String {
        let step = self.span.step;
        let each = self.of(encoding).into_iter().map(|run| match (run.first, run.stopped) {
            (Some(step), _) => step.to_string(),
            (None, Some(step)) => format!("stopped at {step}"),
            (None, None) => match run.last {
                Some(share) => format!("not within {step} ({} % right by then)", percent(share)),
                None => format!("not within {step}"),
            },
        });
        format!("{}: {}", encoding.label(), each.collect::<Vec<_>>().join(", "))
    }

    /// A claim about some encodings, with `votes` of their seeds; untested if one is not in this race.
    fn judge(&self, claim: Claim, encodings: &[Encoding], votes: &[Vote]) -> Verdict {
        let missing: Vec<&str> =
            encodings.iter().filter(|&&one| self.of(one).is_empty()).map(|one| one.label()).collect();
        if !missing.is_empty() {
            return claim.untested(format!("Not in this race: {}.", missing.join(", ")));
        }
        let texts: Vec<String> = encodings.iter().map(|&encoding| self.text(encoding)).collect();
        let measured = format!("First step with 99 % of held-out tokens right, seed by seed. {}.", texts.join("; "));
        claim.after(self.span.step).judged(votes, measured)
    }

    /// One vote a seed of an encoding: whether it learned.
    fn learns(&self, encoding: Encoding) -> Vec<Vote> {
        self.of(encoding).into_iter().map(|run| self.learned(run)).collect()
    }

    /// One vote a seed of an encoding: that it did not learn.
    fn never(&self, encoding: Encoding) -> Vec<Vote> {
        self.learns(encoding).into_iter().map(Vote::contrary).collect()
    }
}

/// A share in per cent, rounded down, so that 98.99 does not read as 99.
fn percent(share: f64) -> u32 {
    (share * 100.0 + 1e-4).floor() as u32
}

/// The claims that bear on this configuration's task, each with its verdict after `step` steps.
#[must_use]
pub fn verdicts(config: &CopyConfig, results: &Results, step: u32) -> Vec<Verdict> {
    let span = config.training().span(step, config.every);
    let race = Race { all: courses(results, TOKEN_ACCURACY), span };
    if config.task == Task::Increment {
        let claim = "Increment needs no position, so every encoding learns it, and so does none.";
        let votes = every_one(&race, &config.encodings);
        return vec![race.judge(Claim::new("increment", claim, CONTROL), &config.encodings, &votes)];
    }
    if config.task == Task::AssociativeRecall {
        return recall(config, &race);
    }
    let (rank, sinusoidal) = (Encoding::Rank, Encoding::Sinusoidal);
    let (compressed, spike, none) = (Encoding::Compressed, Encoding::SpikeTime, Encoding::None);
    // What does not happen is claimed of so many steps: no race shows "never".
    let steps = config.steps;
    let mut verdicts = vec![
        race.judge(
            Claim::new("rank", "A learned rank embedding matches or beats the sinusoidal encoding.", PAPER),
            &[rank, sinusoidal],
            &rank_against(&race),
        ),
        race.judge(
            Claim::new(
                "compressed",
                format!(
                    "The frequency-compressed encoding fails to converge. Here: it does not learn within {steps} steps."
                ),
                PAPER,
            ),
            &[compressed],
            &race.never(compressed),
        ),
        race.judge(
            Claim::new(
                "spike-time",
                "The spike-time encoding, sinusoidal with its amplitude divided by L, learns.",
                CODE,
            ),
            &[spike],
            &race.learns(spike),
        ),
    ];
    if !config.training().causal() {
        let claim =
            format!("Without a causal mask and without positions the task is not learned within {steps} steps.");
        verdicts.push(race.judge(Claim::new("none", claim, CONTROL), &[none], &race.never(none)));
    }
    verdicts
}

/// What associative recall needs: the first layer has each value read the key before it, the next has the key that is asked read the
/// value beside it (the induction heads of C. Olsson et al., 2022). So some way to tell who stands before whom; whether a causal mask alone
/// is one shows here.
fn recall(config: &CopyConfig, race: &Race) -> Vec<Verdict> {
    let (steps, pairs, none) = (config.steps, f64::from(config.length / 2), Encoding::None);
    let placed: Vec<Encoding> = config.encodings.iter().copied().filter(|&one| one != none).collect();
    let (without, votes) = match config.training().causal() {
        true => ("A causal mask is enough: without positions recall is learned too.".to_owned(), race.learns(none)),
        false => (
            format!("Without a causal mask and without positions recall is not learned within {steps} steps."),
            race.never(none),
        ),
    };
    let with = "Every encoding of positions in this race lets the transformer learn recall.";
    let mut verdicts = vec![
        race.judge(Claim::new("recall-positions", with, OURS), &placed, &every_one(race, &placed)),
        race.judge(Claim::new("recall-none", without, OURS), &[none], &votes),
    ];
    let guess = (1.0 + (pairs - 1.0) / f64::from(config.symbols)) / pairs;
    for verdict in &mut verdicts {
        verdict.measured += &format!(" Naming some value that was shown is right {} % of the time.", percent(guess));
    }
    verdicts
}

/// One vote a seed: whether all of its runs of these encodings learned.
fn every_one(race: &Race, encodings: &[Encoding]) -> Vec<Vote> {
    let ours = |run: &&Course| encodings.iter().any(|encoding| encoding.id() == run.arm);
    let mut seeds: Vec<u32> = race.all.iter().filter(ours).map(|run| run.seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    let of = |seed| race.all.iter().filter(ours).filter(move |run| run.seed == seed).map(|run| race.learned(run));
    seeds.into_iter().map(|seed| Vote::all(of(seed))).collect()
}

/// Seed by seed, does rank learn no later than sinusoidal?
fn rank_against(race: &Race) -> Vec<Vote> {
    let sinusoidal = race.of(Encoding::Sinusoidal);
    let pairs = race.of(Encoding::Rank).into_iter();
    let pairs = pairs.filter_map(|run| Some((run, sinusoidal.iter().find(|other| other.seed == run.seed)?)));
    let vote = |(ours, theirs): (&Course, &&Course)| match (ours.first, theirs.first) {
        // Of the same interval between two evaluations nobody knows who was sooner; they match if it is a small part of the way.
        (Some(ours), Some(theirs)) if ours == theirs && ours < FINE * race.span.every => Vote::coarse(race.span.every),
        (Some(ours), Some(theirs)) => Vote::of(ours <= theirs),
        // Judged at the same steps, whichever is there first is sooner, however late the other may be.
        (Some(_), None) if theirs.stopped.is_none() => Vote::For,
        (None, Some(_)) if ours.stopped.is_none() => Vote::Against,
        (first, _) => match race.learned(if first.is_none() { ours } else { theirs }) {
            Vote::Open(lack) => Vote::Open(lack),
            // However long it has been, neither was sooner.
            Vote::For | Vote::Against => Vote::open(format!("neither has learned within {} steps", race.span.step)),
        },
    };
    pairs.map(vote).collect()
}
