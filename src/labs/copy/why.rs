//! What the discriminability of positions says of a race: whether neighbour cosine puts its arms in the order in which they learned.

use std::fmt::Write as _;

use serde::Serialize;

use crate::choice::Choice;
use crate::encoding::face::Face;
use crate::encoding::measures::Measures;
use crate::encoding::{Encoding, Shape, Tuning};
use crate::error::Error;
use crate::labs::ask::{self, Nothing, Reply, questions};
use crate::labs::copy::config::CopyConfig;
use crate::labs::onward::{Handed, Which};
use crate::model::ensemble::TOKEN_ACCURACY;
use crate::property::Field;
use crate::run::claim::SEEDS;
use crate::run::courses::courses;
use crate::run::results::Results;

/// By this name [`crate::encoding::measures::FORMULAS`] has it: at 1, neighbours cannot be told apart by their direction.
const MEASURE: &str = "neighbourCosine";

/// One arm: what the measure is of its positions and the first step at which it had learned, seed by seed.
#[derive(Clone, Debug, PartialEq)]
struct Raced {
    encoding: Encoding,
    cosines: Vec<Option<f64>>,
    firsts: Vec<Option<u32>>,
}

/// What the measure says of a race.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Why {
    /// In a sentence or two.
    pub sentence: String,
    /// Whether it puts all arms in the order in which they learned, in every one of at least three seeds.
    pub explains: bool,
    /// Settings by name under which two of the arms can be looked at beside each other; none if fewer have position vectors.
    pub look: Vec<(&'static str, String)>,
}

questions! {
    CopyBench, CopyConfig;
    /// Whether neighbour cosine puts the arms of a race in the order in which they learned.
    "why": ask_why(Nothing) -> Why;
    /// The encodings that race, for another lab.
    "onward.arms": "page" ask_arms(Which) -> Handed;
}

/// Answers what is asked of the lab.
#[derive(Debug, Default)]
pub(crate) struct CopyBench;

impl CopyBench {
    async fn ask_arms(&mut self, _: Which, place: ask::Place<'_, CopyConfig>) -> Result<Reply<Handed>, Error> {
        let text = place.config.encodings.text();
        Ok(Reply::Done(Handed { about: "The encodings that raced".to_owned(), text }))
    }

    async fn ask_why(&mut self, _: Nothing, place: ask::Place<'_, CopyConfig>) -> Result<Reply<Why>, Error> {
        let run = place.run.ok_or_else(|| Error::Stopped("Nothing is raced yet. Press Train first.".to_owned()))?;
        let (config, results) = (run.config().own::<CopyConfig>()?, run.results()?);
        let stopped = results.runs.iter().all(|run| run.stopped.is_some());
        if run.step() < config.steps && !stopped {
            let why = format!("The race is not over: it is at step {} of {}.", run.step(), config.steps);
            return Err(Error::Stopped(why));
        }
        why(config, &results).map(Reply::Done)
    }
}

/// What the measure says of a race of `config` that has come to its end.
///
/// # Errors
/// [`Error::Internal`] if a table's shape is wrong.
pub(super) fn why(config: &CopyConfig, results: &Results) -> Result<Why, Error> {
    let runs = courses(results, TOKEN_ACCURACY);
    let length = config.training().layout().length;
    let mut raced = Vec::new();
    for &encoding in &config.encodings {
        let own: Vec<_> = runs.iter().filter(|run| run.arm == encoding.id()).collect();
        let cosines = own.iter().map(|run| {
            let shape = Shape { length, width: config.width, seed: run.seed, tuning: Tuning::default() };
            // What rotates queries and keys, or penalises distances, gives positions no vectors of their own.
            let face = match encoding {
                Encoding::Rope | Encoding::Alibi => Face::Nothing,
                _ => Face::of(encoding, &shape, config.heads),
            };
            Ok(Measures::of(&face)?.get(MEASURE))
        });
        let cosines = cosines.collect::<Result<Vec<_>, Error>>()?;
        raced.push(Raced { encoding, cosines, firsts: own.iter().map(|run| run.first).collect() });
    }
    let size = [("length", length.to_string()), ("width", config.width.to_string())];
    let sides = look(&raced).map(|[left, right]| [("left", left.id().to_owned()), ("right", right.id().to_owned())]);
    let look = sides.map_or_else(Vec::new, |sides| sides.into_iter().chain(size).collect());
    // One that met a number that is not finite has not failed to learn: it has no place in an order.
    let (sentence, explains) = match runs.iter().find_map(|run| Some((run, run.stopped?))) {
        Some((run, step)) => {
            let why = "Neighbour cosine does not explain this race: a run has no place in the order";
            let arm = Encoding::from_id(&run.arm).map_or(run.arm.as_str(), |encoding| encoding.label());
            (format!("{why}. {arm}, seed {}, stopped at step {step}.", run.seed), false)
        }
        None => told(&raced, config.seed),
    };
    Ok(Why { sentence, explains, look })
}

/// The first to learn and the last, of those with position vectors.
fn look(raced: &[Raced]) -> Option<[Encoding; 2]> {
    let mut with: Vec<&Raced> = raced.iter().filter(|arm| arm.cosines.iter().any(Option::is_some)).collect();
    with.sort_by_key(|arm| arm.firsts.iter().map(|first| u64::from(first.unwrap_or(u32::MAX))).sum::<u64>());
    let [first, .., last] = with[..] else { return None };
    // Where nobody has learned nobody was first.
    first.firsts.iter().any(Option::is_some).then_some(())?;
    Some([first.encoding, last.encoding])
}

/// What one seed says against the order, if anything does.
fn against(raced: &[Raced], at: usize) -> Option<(&Raced, &Raced)> {
    let of = |arm: &Raced| Some((arm.cosines.get(at).copied()??, arm.firsts.get(at)?.unwrap_or(u32::MAX)));
    let known: Vec<_> = raced.iter().filter_map(|arm| Some((arm, of(arm)?))).collect();
    known.iter().enumerate().find_map(|(i, &(sooner, (left, first)))| {
        let other = known[..i].iter().find(|(_, (right, last))| left.total_cmp(right) != first.cmp(last));
        other.map(|&(later, _)| (sooner, later))
    })
}

/// The sentence, and whether the measure orders all arms. Seeds are counted from `first`.
fn told(raced: &[Raced], first: u32) -> (String, bool) {
    let seeds = raced.iter().map(|arm| arm.firsts.len()).min().unwrap_or(0);
    let without: Vec<&str> =
        raced.iter().filter(|arm| arm.cosines.iter().any(Option::is_none)).map(|arm| arm.encoding.label()).collect();
    let others = raced.len() - without.len();
    let not = "Neighbour cosine does not explain this race";
    if seeds == 0 || raced.iter().filter(|arm| arm.firsts.iter().any(Option::is_some)).count() < 2 {
        return (format!("{not}: fewer than two of its arms have learned."), false);
    }
    let found = (0..seeds).find_map(|at| against(raced, at).map(|pair| (at, pair)));
    let mut sentence = match (found, &without[..]) {
        (None, []) => {
            let mut arms: Vec<&Raced> = raced.iter().collect();
            arms.sort_by(|a, b| a.cosines[0].unwrap_or(1.0).total_cmp(&b.cosines[0].unwrap_or(1.0)));
            let list = arms.iter().map(|arm| format!("{} {}", arm.encoding.label(), numbers(&arm.cosines)));
            format!(
                "Neighbour cosine orders this race: the less alike neighbouring positions are, the sooner an arm has learned, in every \
                 seed. {}.",
                list.collect::<Vec<_>>().join("; ")
            )
        }
        (Some((at, (one, other))), _) => {
            let step =
                |arm: &Raced| arm.firsts[at].map_or("not in this race".to_owned(), |step| format!("at step {step}"));
            let each = [one, other].map(|arm| {
                format!("{} ({}) learned {}", arm.encoding.label(), numbers(&arm.cosines[at..=at]), step(arm))
            });
            format!("{not}: with seed {} {}, and {}.", first + at as u32, each[0], each[1])
        }
        (None, names) => format!("{not}: {} gives positions no vectors, and so has no cosine.", names.join(" and ")),
    };
    if found.is_none() && !without.is_empty() && others > 1 {
        let _ = write!(sentence, " The other {others} it orders as they learned, in every seed.");
    }
    if (seeds as u32) < SEEDS {
        let _ = write!(sentence, " {seeds} of {SEEDS} seeds: no finding yet.");
    }
    (sentence, found.is_none() && without.is_empty() && seeds as u32 >= SEEDS)
}

/// One number where all seeds have the same, else from the least to the greatest.
fn numbers(cosines: &[Option<f64>]) -> String {
    let known = || cosines.iter().flatten().copied();
    let [low, high] = [known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max)];
    let text = |value: f64| format!("{value:.4}");
    if text(low) == text(high) { text(low) } else { format!("{} to {}", text(low), text(high)) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::labs::link::Link;
    use crate::labs::{self, LABS};

    fn arm(encoding: Encoding, cosines: [f64; 3], firsts: [u32; 3]) -> Raced {
        let firsts = firsts.map(|first| (first > 0).then_some(first)).to_vec();
        Raced { encoding, cosines: cosines.map(Some).to_vec(), firsts }
    }

    #[test]
    fn a_run_that_diverged_is_in_no_order() {
        let text = include_str!("../../../tests/fixtures/06dfaf0/copy-stopped.json");
        let results = labs::results::read(text, &LABS[0].defaults()).unwrap();
        let link = Link::parse(&results.link);
        let found = why(link.config.own().unwrap(), &results).unwrap();
        assert!(!found.explains && found.sentence.contains(", stopped at step "), "{}", found.sentence);
    }

    #[test]
    fn it_explains_only_what_it_orders_in_every_seed() {
        let rank = arm(Encoding::Rank, [0.01, -0.02, 0.0], [100, 120, 100]);
        let sinusoidal = arm(Encoding::Sinusoidal, [0.97; 3], [200, 220, 180]);
        let compressed = arm(Encoding::Compressed, [0.9999; 3], [0, 0, 0]);
        let (sentence, explains) = told(&[rank.clone(), sinusoidal.clone(), compressed.clone()], 0);
        assert!(explains && sentence.contains("Rank (learned) -0.0200 to 0.0100"), "{sentence}");
        // One seed in which two arms change places, and one in which they cannot be told apart.
        for last in [90, 100] {
            let swapped = arm(Encoding::Sinusoidal, [0.97; 3], [200, 220, last]);
            let (sentence, explains) = told(&[rank.clone(), swapped, compressed.clone()], 5);
            assert!(
                !explains && sentence.contains(&format!("with seed 7 Sinusoidal (0.9700) learned at step {last}")),
                "{sentence}"
            );
        }
        // Two arms whose neighbours are equally alike, and only one of them learns.
        let spike = arm(Encoding::SpikeTime, [0.97; 3], [0, 0, 0]);
        assert!(!told(&[rank.clone(), sinusoidal.clone(), spike], 0).1);
        // What has no vectors has no place in the order.
        let none = Raced { cosines: vec![None; 3], ..arm(Encoding::None, [0.0; 3], [400, 400, 400]) };
        let (sentence, explains) = told(&[rank.clone(), sinusoidal.clone(), none], 0);
        assert!(
            !explains && sentence.contains("None gives positions no vectors") && sentence.contains("The other 2"),
            "{sentence}"
        );
        // A race in which nobody has learned has no order.
        assert!(!told(&[compressed.clone(), arm(Encoding::Sinusoidal, [0.97; 3], [0, 0, 0])], 0).1);
        let one = |raced: &Raced| Raced {
            cosines: raced.cosines[..1].to_vec(),
            firsts: raced.firsts[..1].to_vec(),
            ..raced.clone()
        };
        let (sentence, explains) = told(&[one(&rank), one(&sinusoidal)], 0);
        assert!(!explains && sentence.contains("1 of 3 seeds"), "{sentence}");
    }
}
