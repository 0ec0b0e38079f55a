//! Associative recall in the sequence lab: pairs are shown once, one symbol at a time; then they come again in another order, without
//! learning, and at each key its partner is asked. What is drawn, what counts, and what the numbers say.
//!
//! The pairs are those of the copy lab's task of this name ([`Task::AssociativeRecall`]): keys distinct, values from an alphabet as large.
//! That every key is asked, each once, is the multi-query recall of Arora et al. ("Zoology", 2023).

use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::curves::{UNFINISHED, mean};
use crate::rng::{STREAM_SEQUENCE, below, pcg4d};
use crate::run::claim::{Claim, Verdict, Vote};
use crate::run::curves::Curves;
use crate::task::source::{self, Split};
use crate::task::{Layout, Task};

/// Fewer pairs say little.
const FEWEST: f64 = 10.0;
/// Partners of which so many at least are named where recall works.
const RIGHT: f64 = 0.95;
const SOURCE: &str = "ours";

/// Pairs as they are shown, then the same in another order. Keys and values are alphabets of `symbols` each; `pairs` is at most that.
#[must_use]
pub fn sequence(seed: u32, symbols: u32, pairs: u32) -> Vec<u32> {
    let layout = Layout { task: Task::AssociativeRecall, symbols, length: 2 * pairs + 1 };
    let mut numbers = vec![0; layout.source_length() as usize];
    source::draw(&mut numbers, &layout, Split::Training, seed, 0, 0);
    let token = |position: u32| layout.token(position, |index| numbers.get(index as usize).copied().unwrap_or(0)).0;
    let mut order: Vec<u32> = (0..pairs).collect();
    for last in (1..pairs).rev() {
        order.swap(last as usize, below(pcg4d([seed, STREAM_SEQUENCE, 1, last])[0], last + 1) as usize);
    }
    (0..2 * pairs).chain(order.into_iter().flat_map(|pair| [2 * pair, 2 * pair + 1])).map(token).collect()
}

/// Whether what stands at `place` of `length` places counts: the partner of a key that comes again.
#[must_use]
pub fn counts(place: usize, length: usize) -> bool {
    place >= length / 2 && place % 2 == 1
}

/// Mean share of an arm at the most pairs.
fn at_most(curves: &Curves, arm: &str) -> Option<Vec<f64>> {
    curves.all(arm, curves.points.len().checked_sub(1)?, 0)
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// Mean shares at the most pairs, and what naming a value that was shown comes to.
pub(super) fn sentence(curves: &Curves, symbols: u32) -> String {
    let pairs = curves.points.last().map_or(0.0, |point| point.x);
    let each: Vec<String> = curves
        .arms
        .iter()
        .filter_map(|arm| Some(format!("{}: {}", arm.label, percent(mean(&at_most(curves, &arm.id)?)))))
        .collect();
    if each.is_empty() {
        return "Nothing has been measured at the most pairs yet.".to_owned();
    }
    let guess = percent((1.0 + (pairs - 1.0) / f64::from(symbols)) / pairs);
    format!(
        "Partners named, of {pairs} pairs: {}. Naming some value that was shown is right {guess} of the time.",
        each.join("; ")
    )
}

/// What is claimed, judged at the most pairs.
pub(super) fn verdicts(curves: &Curves, config: &SequenceConfig) -> Vec<Verdict> {
    let pairs = curves.points.last().map_or(0.0, |point| point.x);
    let judge = |id: &str, sentence: &str, arms: [&str; 2], vote: &dyn Fn(f64, f64) -> Vote| {
        let claim = Claim::new(id, sentence, SOURCE);
        let labels = arms.map(|id| curves.arms.iter().find(|arm| arm.id == id).map(|arm| &arm.label));
        let [Some(one), Some(other)] = labels else {
            return claim.untested("One of those that the claim speaks of is not compared.");
        };
        let [Some(ours), Some(theirs)] = arms.map(|arm| at_most(curves, arm)) else {
            let votes = vec![Vote::open(UNFINISHED); config.seeds as usize];
            return claim.judged(&votes, "Not all of them have been measured yet.");
        };
        let each = |(ours, theirs): (&f64, &f64)| match pairs < FEWEST {
            true => Vote::open(format!("{pairs} pairs are too few to tell: {FEWEST} at least")),
            false => vote(*ours, *theirs),
        };
        let votes: Vec<Vote> = ours.iter().zip(&theirs).map(each).collect();
        let [ours, theirs] = [ours, theirs].map(|shares| percent(mean(&shares)));
        claim.judged(&votes, format!("Partners named, of {pairs} pairs: {one} {ours}, {other} {theirs}."))
    };
    let tuned = |vote: Vote| match config.rival_rate == 0.0 {
        true => vote,
        // Any rate can be chosen so badly that the transformer loses.
        false => Vote::open("the transformer's learning rate was set, not searched for"),
    };
    vec![
        judge(
            "recall-one-shot",
            "Shown every pair once, a machine without context names its partners (nineteen of twenty), where a transformer that takes one \
             gradient step a symbol names fewer.",
            ["forgetful", "replay-1"],
            &|machine, transformer| tuned(Vote::of(machine >= RIGHT && machine > transformer)),
        ),
        judge(
            "recall-context",
            "The context that a machine needs for sequences is in the way here: with Λ = 0 it names more partners than with the past in \
             its address.",
            ["forgetful", "combined"],
            &|forgetful, combined| match forgetful.min(combined) >= 1.0 {
                true => Vote::open("too easy to tell"),
                false => Vote::of(forgetful > combined),
            },
        ),
    ]
}
