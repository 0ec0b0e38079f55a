//! What the experiment says of itself: where its curves fall below a half, a sentence, a table, verdicts.

use super::{CAPACITY, EXACT, Kanerva, RECALLED, RIGHT, load_id};
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::curves::{Rows, mean, short};
use crate::run::claim::{Outcome, Verdict};
use crate::run::curves::{Curves, Point};
use crate::run::event::ArmInfo;
use crate::sdm::kanerva::Shape;

const SOURCE: &str = "Kanerva 1988";

/// Where a falling curve goes below a half.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Half {
    /// It is below from the first place on.
    Before(f64),
    /// Between two places, by a straight line.
    At(f64),
    /// It is above to the last.
    Beyond(f64),
}

impl Half {
    fn of(curve: &[(f64, f64)]) -> Option<Self> {
        let (first, last) = (curve.first()?, curve.last()?);
        if first.1 < 0.5 {
            return Some(Self::Before(first.0));
        }
        let below = curve.windows(2).find(|pair| pair[1].1 < 0.5);
        let between = |pair: &[(f64, f64)]| {
            let ((x, y), (next_x, next_y)) = (pair[0], pair[1]);
            Self::At(x + (next_x - x) * (y - 0.5) / (y - next_y))
        };
        Some(below.map_or(Self::Beyond(last.0), between))
    }

    /// A number to compare with others of its kind.
    fn place(self) -> f64 {
        match self {
            Self::Before(_) => 0.0,
            Self::At(place) => place,
            Self::Beyond(_) => f64::INFINITY,
        }
    }
}

/// Mean share of exact recalls by place, of the places that are measured.
fn exact(curves: &Curves, arm: &str) -> Vec<(f64, f64)> {
    let share = |(at, point): (usize, &Point)| Some((point.x, mean(&curves.all(arm, at, EXACT)?)));
    curves.points.iter().enumerate().filter_map(share).collect()
}

impl Kanerva {
    /// Whether every point of the first set is measured.
    fn counted(&self) -> bool {
        self.units.get(self.done).is_none_or(|unit| unit.wrong.is_some())
    }

    /// Words at which half of them still come back exactly, over all seeds, as far as is measured.
    fn capacity(&self) -> Option<Half> {
        Half::of(&exact(&self.curves, "words"))
    }

    /// Of each load that is measured to its end, the wrong bits with which half of the cues still lead to their words.
    fn distances(&self) -> Vec<(u32, Half)> {
        let whole = |arm: &&ArmInfo| exact(&self.second, &arm.id).len() == self.second.points.len();
        let half = |arm: &ArmInfo| {
            let stored = self.units.iter().find(|unit| unit.wrong.is_some() && load_id(unit.stored) == arm.id)?.stored;
            Some((stored, Half::of(&exact(&self.second, &arm.id))?))
        };
        self.second.arms.iter().filter(whole).filter_map(half).collect()
    }

    fn critical(&self) -> String {
        let one = |(stored, half): (u32, Half)| match half {
            Half::Before(_) => format!("none with {stored} stored"),
            Half::At(wrong) => format!("{} with {stored}", short(wrong)),
            Half::Beyond(wrong) => format!("more than {wrong} with {stored}"),
        };
        self.distances().into_iter().map(one).collect::<Vec<_>>().join(", ")
    }

    pub(in crate::labs::sequence) fn sentence(&self) -> String {
        let share = |words: f64| short(100.0 * words / f64::from(self.shape.locations));
        let capacity = match self.capacity() {
            None => return "Nothing has been measured yet.".to_owned(),
            Some(Half::Before(words)) => {
                format!("Even of {words} words less than half come back exactly. Fewer would show where that begins.")
            }
            Some(Half::At(words)) => format!(
                "Half of the words come back exactly when about {} are stored, {} % of the hard locations.",
                short(words),
                share(words)
            ),
            Some(Half::Beyond(words)) => {
                format!(
                    "Up to {words} words, {} % of the hard locations, at least half come back exactly.",
                    share(words)
                )
            }
        };
        match self.critical() {
            bits if bits.is_empty() => capacity,
            bits => format!("{capacity} Wrong bits with which half of the cues lead to their words: {bits}."),
        }
    }

    pub(in crate::labs::sequence) fn rows(&self) -> Rows {
        let arm = &self.curves.arms[0];
        let cell = |at: usize, measure: usize, factor: f64| {
            let values = self.curves.all(&arm.id, at, measure);
            values.map_or("–".to_owned(), |values| short(factor * mean(&values)))
        };
        let row = |(at, point): (usize, &Point)| {
            vec![point.x.to_string(), cell(at, EXACT, 100.0), cell(at, RECALLED, 1.0), cell(at, RIGHT, 100.0)]
        };
        let head = ["Stored", "Recalled exactly, %", "Words recalled exactly", "Bits right, %"];
        Rows { head: head.map(str::to_owned).to_vec(), body: self.curves.points.iter().enumerate().map(row).collect() }
    }

    pub(in crate::labs::sequence) fn verdicts(&self, config: &SequenceConfig) -> Vec<Verdict> {
        let Shape { bits, locations, radius } = self.shape;
        let full = CAPACITY * f64::from(locations);
        let (least, most) = (full / 2.0, full * 2.0);
        let capacity = match self.capacity() {
            _ if !self.counted() => Outcome::Open,
            Some(Half::At(words)) if (least..=most).contains(&words) => Outcome::Holds,
            Some(Half::At(_)) => Outcome::Fails,
            // Then what was stored does not reach the place where it would be seen.
            Some(Half::Before(words)) if words > least => Outcome::Open,
            Some(Half::Beyond(words)) if words < most => Outcome::Open,
            Some(_) => Outcome::Fails,
            None => Outcome::Open,
        };
        let distances = self.distances();
        let falling = distances.windows(2).all(|pair| pair[1].1.place() < pair[0].1.place());
        let distance = match () {
            () if distances.len() < self.second.arms.len() => Outcome::Open,
            () if distances.len() < 2 => Outcome::Untested,
            () if falling => Outcome::Holds,
            () => Outcome::Fails,
        };
        let memory = format!("{locations} hard locations of {bits} bits, radius {radius}");
        let critical = match self.critical() {
            text if text.is_empty() => "Nothing has been measured yet.".to_owned(),
            text => format!("Wrong bits with which half of the cues lead to their words: {text}; {memory}."),
        };
        let verdict = |id: &str, claim: &str, verdict, measured| Verdict {
            id: id.to_owned(),
            claim: claim.to_owned(),
            source: SOURCE.to_owned(),
            verdict,
            measured,
            seeds: config.seeds,
        };
        let measured = match self.capacity() {
            None => "Nothing has been measured yet.".to_owned(),
            Some(Half::Before(words)) => format!("Less than half come back of {words} words already; {memory}."),
            Some(Half::At(words)) => {
                format!("Half of them come back when about {} are stored; {memory}.", short(words))
            }
            Some(Half::Beyond(words)) => format!("At least half come back of up to {words} words; {memory}."),
        };
        vec![
            verdict(
                "kanerva-capacity",
                "The memory holds about a tenth as many words as it has hard locations (half of them coming back exactly, at half to \
                 twice that number, counts).",
                capacity,
                measured,
            ),
            verdict(
                "kanerva-distance",
                "The fuller the memory, the fewer wrong bits a cue may have.",
                distance,
                critical,
            ),
        ]
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::tests::{config, run};
    use super::*;

    #[test]
    fn what_is_said_follows_what_is_measured() {
        let before = Kanerva::new(&config());
        assert!(before.verdicts(&config()).iter().all(|verdict| verdict.verdict == Outcome::Open));
        assert_eq!(before.sentence(), "Nothing has been measured yet.");
        let outcomes = |config: &SequenceConfig| {
            let work = run(config, false, &[]);
            let outcomes = work.verdicts(config).iter().map(|verdict| verdict.verdict).collect::<Vec<_>>();
            (outcomes, work.sentence())
        };
        let (found, sentence) = outcomes(&config());
        assert_eq!(found, [Outcome::Holds, Outcome::Holds], "{sentence}");
        assert!(sentence.contains("Half of the words") && sentence.contains("with 30"), "{sentence}");
        // Too few words to tell, and too many.
        let (found, sentence) = outcomes(&SequenceConfig { words: 10, points: 2, ..config() });
        assert_eq!(found[0], Outcome::Open, "{sentence}");
        assert!(sentence.starts_with("Up to 10 words"), "{sentence}");
        let (found, sentence) = outcomes(&SequenceConfig { words: 600, points: 2, ..config() });
        assert_eq!(found[0], Outcome::Open, "{sentence}");
        assert!(sentence.starts_with("Even of 300 words"), "{sentence}");
        // A radius that reaches everything recalls the same word from any cue.
        let (found, sentence) = outcomes(&SequenceConfig { radius: 64, words: 45, points: 15, ..config() });
        assert_eq!(found[0], Outcome::Fails, "{sentence}");
    }

    #[test]
    fn a_half_is_where_the_line_crosses_it() {
        let half = |curve: &[(f64, f64)]| Half::of(curve);
        assert_eq!(half(&[]), None);
        assert_eq!(half(&[(10.0, 0.4), (20.0, 0.9)]), Some(Half::Before(10.0)));
        assert_eq!(half(&[(10.0, 1.0), (20.0, 0.5)]), Some(Half::Beyond(20.0)));
        assert_eq!(half(&[(10.0, 1.0), (20.0, 0.75), (30.0, 0.25), (40.0, 0.6)]), Some(Half::At(25.0)));
        assert!(Half::Before(10.0).place() < Half::At(0.1).place());
        assert!(Half::At(99.0).place() < Half::Beyond(1.0).place());
    }
}
