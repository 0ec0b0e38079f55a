//! What the paper claims of the copy task, and what a race says of it. Verdicts are computed from the outcomes of
//! the runs; only the claims are written down.
//!
//! Source: J. Bose, "Spiking Sequence Machines and Transformers" (2026, arXiv:2605.00662), abstract and code.

use crate::choice::Choice;
use crate::encoding::Encoding;
use crate::labs::copy::config::CopyConfig;
use crate::model::ensemble::TOKEN_ACCURACY;
use crate::run::claim::{Outcome, Verdict};
use crate::run::results::{Results, RunResult};
use crate::task::Task;

const PAPER: &str = "Bose 2026, abstract";
const CODE: &str = "Bose 2026, README of the code";
const CONTROL: &str = "a control of this lab's";

/// So many times longer than the reference needed has a race to be for a failure to count.
const MARGIN: u32 = 2;

/// What became of one run.
struct Run {
    seed: u32,
    /// First step with 99 % of held-out tokens right.
    first: Option<u32>,
    /// Step at which it met a number that is not finite.
    stopped: Option<u32>,
    /// Share of held-out tokens right at the last evaluation.
    accuracy: Option<f32>,
}

/// Runs of one encoding, and how far they went.
struct Runs {
    encoding: Encoding,
    of: Vec<Run>,
    step: u32,
    steps: u32,
}

impl Runs {
    fn all_learned(&self) -> bool {
        !self.of.is_empty() && self.of.iter().all(|run| run.first.is_some())
    }

    fn none_learned(&self) -> bool {
        self.of.iter().all(|run| run.first.is_none())
    }

    /// Whether nothing more can come.
    fn done(&self) -> bool {
        self.step >= self.steps || self.of.iter().all(|run| run.first.is_some() || run.stopped.is_some())
    }

    /// Such as "Rank (learned) at 300, 300, 320".
    fn text(&self) -> String {
        let each = self.of.iter().map(|run| match (run.first, run.stopped) {
            (Some(step), _) => step.to_string(),
            (None, Some(step)) => format!("stopped at {step}"),
            (None, None) => match run.accuracy {
                Some(share) => format!("not within {} ({} % right by then)", self.step, percent(share)),
                None => format!("not within {}", self.step),
            },
        });
        format!("{}: {}", self.encoding.label(), each.collect::<Vec<_>>().join(", "))
    }
}

/// A share in per cent, rounded down, so that 98.99 does not read as 99.
fn percent(share: f32) -> u32 {
    (f64::from(share) * 100.0 + 1e-4).floor() as u32
}

/// The claims that bear on this configuration's task, each with its verdict after `step` steps.
#[must_use]
pub fn verdicts(config: &CopyConfig, results: &Results, step: u32) -> Vec<Verdict> {
    let of = |encoding: Encoding| Runs { encoding, of: of_arm(results, encoding.id()), step, steps: config.steps };
    // That something was not learned means little unless the race went on for much longer than the reference needed.
    let reference = match config.task {
        Task::Increment => config.encodings.iter().map(|&encoding| of(encoding)).find(Runs::all_learned),
        _ => Some(of(Encoding::Sinusoidal)),
    };
    let slowest = reference.filter(Runs::all_learned).and_then(|runs| runs.of.iter().filter_map(|r| r.first).max());
    let enough = slowest.is_some_and(|slowest| step >= MARGIN * slowest.max(1));
    let verdict = |id: &str, claim: &str, source: &str, groups: &[&Runs], outcome: Outcome| {
        let missing: Vec<&str> = groups.iter().filter(|g| g.of.is_empty()).map(|g| g.encoding.label()).collect();
        let (verdict, measured) = if missing.is_empty() {
            let texts: Vec<String> = groups.iter().map(|group| group.text()).collect();
            let idle = if outcome == Outcome::Open && step >= config.steps && !enough {
                " The race is too short to tell: it should go on for twice as many steps as sinusoidal needs, in every seed."
            } else {
                ""
            };
            let texts = texts.join("; ");
            (outcome, format!("First step with 99 % of held-out tokens right, seed by seed. {texts}.{idle}"))
        } else {
            (Outcome::Untested, format!("Not in this race: {}.", missing.join(", ")))
        };
        let seeds = groups.iter().map(|group| group.of.len()).min().unwrap_or(0) as u32;
        Verdict { id: id.into(), claim: claim.into(), source: source.into(), verdict, measured, seeds }
    };
    let learns = |group: &Runs| match () {
        () if group.all_learned() => Outcome::Holds,
        () if group.done() && enough => Outcome::Fails,
        () => Outcome::Open,
    };
    let never = |group: &Runs| match () {
        () if !group.none_learned() => Outcome::Fails,
        () if group.done() && enough => Outcome::Holds,
        () => Outcome::Open,
    };
    if config.task == Task::Increment {
        let groups: Vec<Runs> = config.encodings.iter().map(|&encoding| of(encoding)).collect();
        let each: Vec<Outcome> = groups.iter().map(learns).collect();
        let outcome = match () {
            () if each.contains(&Outcome::Fails) => Outcome::Fails,
            () if each.contains(&Outcome::Open) => Outcome::Open,
            () => Outcome::Holds,
        };
        let groups: Vec<&Runs> = groups.iter().collect();
        let claim = "Increment needs no position, so every encoding learns it, and so does none.";
        return vec![verdict("increment", claim, CONTROL, &groups, outcome)];
    }
    let (rank, sinusoidal) = (of(Encoding::Rank), of(Encoding::Sinusoidal));
    let (compressed, spike, none) = (of(Encoding::Compressed), of(Encoding::SpikeTime), of(Encoding::None));
    let mut verdicts = vec![
        verdict(
            "rank",
            "A learned rank embedding matches or beats the sinusoidal encoding.",
            PAPER,
            &[&rank, &sinusoidal],
            rank_against(&rank, &sinusoidal),
        ),
        verdict(
            "compressed",
            "The frequency-compressed encoding fails to converge.",
            PAPER,
            &[&compressed],
            never(&compressed),
        ),
        verdict(
            "spike-time",
            "The spike-time encoding, sinusoidal with its amplitude divided by L, learns.",
            CODE,
            &[&spike],
            learns(&spike),
        ),
    ];
    if !config.training().causal() {
        let claim = "Without a causal mask and without positions the task cannot be learned.";
        verdicts.push(verdict("none", claim, CONTROL, &[&none], never(&none)));
    }
    verdicts
}

fn of_arm(results: &Results, arm: &str) -> Vec<Run> {
    let runs = results.runs.iter().enumerate().filter(|(_, run)| run.arm == arm);
    let of = |(at, run): (usize, &RunResult)| Run {
        seed: run.seed,
        first: run.first(TOKEN_ACCURACY),
        stopped: run.stopped.as_ref().map(|stop| stop.step),
        accuracy: results.last(TOKEN_ACCURACY, at),
    };
    runs.map(of).collect()
}

/// Seed by seed, does rank learn no later than sinusoidal?
fn rank_against(rank: &Runs, sinusoidal: &Runs) -> Outcome {
    let pairs = rank.of.iter().filter_map(|run| Some((run, sinusoidal.of.iter().find(|s| s.seed == run.seed)?)));
    let mut outcome = Outcome::Holds;
    for (rank_run, sinusoidal_run) in pairs {
        match (rank_run.first, sinusoidal_run.first) {
            (Some(ours), Some(theirs)) if ours > theirs => return Outcome::Fails,
            (Some(_), _) => {}
            (None, Some(_)) => return Outcome::Fails,
            (None, None) => outcome = Outcome::Open,
        }
    }
    outcome
}
