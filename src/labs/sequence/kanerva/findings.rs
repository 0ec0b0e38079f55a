//! What the experiment says of itself: where its curves fall below a half, a sentence, a table, verdicts.

use super::{CAPACITY, EXACT, Kanerva, RECALLED, RIGHT, load_id};
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::curves::{UNFINISHED, mean, short};
use crate::labs::study::Rows;
use crate::run::claim::{Claim, Verdict, Vote};
use crate::run::curves::{Curves, Point};
use crate::run::event::ArmInfo;
use crate::sdm::kanerva::Shape;

const SOURCE: &str = "Kanerva 1988";
/// Words of the emptiest memory without which loads are no loads.
const FEWEST: u32 = 5;

/// Where a falling curve goes below a half.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Half {
    /// It is below from the first place on.
    Before(f64),
    /// By a straight line between two places.
    At { place: f64, between: (f64, f64) },
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
            Self::At { place: x + (next_x - x) * (y - 0.5) / (y - next_y), between: (x, next_x) }
        };
        Some(below.map_or(Self::Beyond(last.0), between))
    }

    /// Whether it comes before another, if that can be told of both.
    fn before(self, other: Self) -> Option<bool> {
        match (self, other) {
            (Self::At { place, .. }, Self::At { place: other, .. }) => Some(place < other),
            (Self::Before(_), Self::At { .. } | Self::Beyond(_)) | (Self::At { .. }, Self::Beyond(_)) => Some(true),
            (Self::At { .. } | Self::Beyond(_), Self::Before(_)) | (Self::Beyond(_), Self::At { .. }) => Some(false),
            // Two that are beyond what was measured, on the same side.
            (Self::Before(_), Self::Before(_)) | (Self::Beyond(_), Self::Beyond(_)) => None,
        }
    }

    /// Whether it lies from `least` to `most`, if the places that were measured tell.
    fn within(self, least: f64, most: f64) -> Option<bool> {
        match self {
            Self::At { between: (low, high), .. } if least <= low && high <= most => Some(true),
            Self::At { between: (low, high), .. } if high < least || most < low => Some(false),
            Self::Before(place) if place <= least => Some(false),
            Self::Beyond(place) if place >= most => Some(false),
            _ => None,
        }
    }
}

/// Share of exact recalls of one seed by place, of the places that are measured.
fn exact_of(curves: &Curves, arm: &str, seed: usize) -> Vec<(f64, f64)> {
    let share = |(at, point): (usize, &Point)| Some((point.x, *curves.all(arm, at, EXACT)?.get(seed)?));
    curves.points.iter().enumerate().filter_map(share).collect()
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
            Half::At { place, .. } => format!("{} with {stored}", short(place)),
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
            Some(Half::At { place: words, .. }) => format!(
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
        let seeds = 0..config.seeds as usize;
        let capacity = |seed| {
            match Half::of(&exact_of(&self.curves, "words", seed)) {
            _ if !self.counted() => Vote::open(UNFINISHED),
            // Then what was stored does not reach the place where it would be seen, or not closely enough.
            half => half.and_then(|half| half.within(least, most)).map_or_else(
                || Vote::open("the number of words that were stored does not show it: use more points, and fewer or more words"),
                Vote::of,
            ),
        }
        };
        let capacity: Vec<Vote> = seeds.clone().map(capacity).collect();
        let arms = &self.second.arms;
        let distance = |seed| {
            let halves = arms.iter().filter_map(|arm| Half::of(&exact_of(&self.second, &arm.id, seed)));
            let halves: Vec<Half> = halves.collect();
            let vote = |pair: &[Half]| {
                let unseen = || Vote::open("where half of the cues are lost is beyond what was measured");
                pair[1].before(pair[0]).map_or_else(unseen, Vote::of)
            };
            match self.distances().len() < arms.len() {
                true => Vote::open(UNFINISHED),
                false => Vote::all(halves.windows(2).map(vote)),
            }
        };
        let distance: Vec<Vote> = seeds.map(distance).collect();
        let memory = format!("{locations} hard locations of {bits} bits, radius {radius}");
        let critical = match self.critical() {
            text if text.is_empty() => "Nothing has been measured yet.".to_owned(),
            text => format!("Wrong bits with which half of the cues lead to their words: {text}; {memory}."),
        };
        let measured = match self.capacity() {
            None => "Nothing has been measured yet.".to_owned(),
            Some(Half::Before(words)) => format!("Less than half come back of {words} words already; {memory}."),
            Some(Half::At { place: words, .. }) => {
                format!("Half of them come back when about {} are stored; {memory}.", short(words))
            }
            Some(Half::Beyond(words)) => format!("At least half come back of up to {words} words; {memory}."),
        };
        let full = Claim::new(
            "kanerva-capacity",
            "The memory holds about a tenth as many words as it has hard locations (half of them coming back exactly, at half to twice \
             that number, counts).",
            SOURCE,
        );
        let nearer =
            Claim::new("kanerva-distance", "The fuller the memory, the fewer wrong bits a cue may have.", SOURCE);
        let least = self.units.iter().filter(|unit| unit.wrong.is_some()).map(|unit| unit.stored).min().unwrap_or(0);
        let few = format!(
            "Of {locations} hard locations the emptiest memory holds {least} words; with fewer than {FEWEST} it is one or another \
             word that decides, and not how full the memory is."
        );
        if least < FEWEST {
            return vec![full.untested(few.clone()), nearer.untested(few)];
        }
        vec![full.judged(&capacity, measured), nearer.judged(&distance, critical)]
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::tests::{config as two_seeds, run};
    use super::*;
    use crate::run::claim::Outcome;

    fn config() -> SequenceConfig {
        SequenceConfig { seeds: 3, ..two_seeds() }
    }

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
        // On average a half is lost at 57, but in a seed between 60, the most that counts, and 90.
        assert_eq!(found, [Outcome::Open, Outcome::Holds], "{sentence}");
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
        let (found, sentence) = outcomes(&SequenceConfig { locations: 199, words: 10, points: 4, ..config() });
        assert_eq!(found, [Outcome::Untested; 2], "four words in the emptiest: {sentence}");
        let (found, _) = outcomes(&two_seeds());
        assert_eq!(found, [Outcome::Open, Outcome::Open], "two seeds");
    }

    #[test]
    fn a_half_is_where_the_line_crosses_it() {
        let half = |curve: &[(f64, f64)]| Half::of(curve);
        assert_eq!(half(&[]), None);
        assert_eq!(half(&[(10.0, 0.4), (20.0, 0.9)]), Some(Half::Before(10.0)));
        assert_eq!(half(&[(10.0, 1.0), (20.0, 0.5)]), Some(Half::Beyond(20.0)));
        let at = |place, between| Half::At { place, between };
        assert_eq!(half(&[(10.0, 1.0), (20.0, 0.75), (30.0, 0.25), (40.0, 0.6)]), Some(at(25.0, (20.0, 30.0))));
        let near = at(25.0, (20.0, 30.0));
        assert_eq!(
            (near.within(20.0, 30.0), near.within(31.0, 90.0), near.within(2.0, 19.0)),
            (Some(true), Some(false), Some(false))
        );
        assert_eq!(near.within(24.0, 26.0), None, "a straight line over a long way says little");
        assert_eq!((Half::Before(10.0).within(10.0, 40.0), Half::Before(20.0).within(10.0, 40.0)), (Some(false), None));
        assert_eq!((Half::Beyond(40.0).within(10.0, 40.0), Half::Beyond(30.0).within(10.0, 40.0)), (Some(false), None));
        assert_eq!(Half::Before(10.0).before(at(0.1, (0.0, 1.0))), Some(true));
        assert_eq!(Half::Beyond(1.0).before(at(99.0, (90.0, 100.0))), Some(false));
        assert_eq!(near.before(at(24.0, (20.0, 30.0))), Some(false));
        assert_eq!(Half::Beyond(1.0).before(Half::Beyond(1.0)), None, "what lies beyond is not known");
    }
}
