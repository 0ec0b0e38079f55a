//! Attention against the intersection of Hamming balls: the two curves, the fit, both as retrieval, and what that says of the claim.

use serde::Serialize;
use web_time::Instant;

use crate::error::Error;
use crate::labs::sequence::config::SequenceConfig;
use crate::run::claim::{Claim, SEEDS, Verdict, Vote};
use crate::sdm::ball::{self, Fit, Level, MOST_BITS, Memories, Weights};

/// What the page shows of Hamming balls and softmax.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ball {
    /// Dimensions n.
    pub bits: u32,
    /// Radius r.
    pub radius: u32,
    /// By Hamming distance, 0 … n.
    pub points: Vec<Point>,
    /// The fitted β.
    pub beta: f64,
    /// R² of the fit of ln(intersection).
    pub r_squared: f64,
    /// Distances 0 … this were fitted.
    pub fitted_to: u32,
    /// Fits at the reference's bits and radii.
    pub fits: Vec<Reference>,
    /// Both used as retrieval.
    pub retrieval: Retrieval,
    /// What is claimed, and what was measured.
    pub verdicts: Vec<Verdict>,
}

/// One distance of query and memory.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "BallPoint"))]
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// Hamming distance.
    pub distance: u32,
    /// 1 − 2 δ / n.
    pub cosine: f64,
    /// Share of the intersection at distance 0.
    pub intersection: f64,
    /// exp(β (cosine − 1)).
    pub softmax: f64,
    /// Whether β was fitted to it.
    pub fitted: bool,
}

/// A fit at one radius.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// n.
    pub bits: u32,
    /// r.
    pub radius: u32,
    /// The fitted β.
    pub beta: f64,
    /// R² of the fit.
    pub r_squared: f64,
}

/// Both retrievals on the same memories.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Retrieval {
    /// Patterns that both hold.
    pub memories: u32,
    /// By noise of the query.
    pub rows: Vec<Row>,
}

/// One noise level.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Wrong bits of the query.
    pub noise: u32,
    /// Queries.
    pub queries: u32,
    /// Share for which both recall the same memory. A query that no ball reaches counts as no agreement.
    pub agree: f64,
    /// Share for which the ball intersection recalls the memory that the query came from.
    pub sdm: f64,
    /// Share for which attention does.
    pub attention: f64,
    /// Mean cosine of the two retrieved patterns, unsigned.
    pub cosine: f64,
}

/// Bits and radii of the reference's fits.
const REFERENCE: (u32, [u32; 4]) = (64, [17, 20, 23, 25]);
/// Noise levels from 0 to half of the bits.
const LEVELS: u32 = 9;
/// Multiplications that all noise levels of all seeds together may take, about; fewer queries where memories are many and long.
const WORK: u64 = 50_000_000;
/// Queries of a noise level, least and most.
const QUERIES: (u64, u64) = (40, 400);
/// From this R² on, a straight line is taken to describe ln(intersection).
const STRAIGHT: f64 = 0.95;
/// Share of queries for which both have to recall the same memory.
const AGREEMENT: f64 = 0.9;
/// With fewer memories two answers are the same by chance too often.
const MEMORIES: u32 = 10;
/// Through fewer places than this nearly every curve looks straight.
const PLACES: u32 = 6;
const SOURCE: &str = "Bricken and Pehlevan 2021";

/// Balls, fit and retrieval for `ball_bits`, `ball_radius`, `memories` and `seed`, in turns.
#[derive(Debug)]
pub struct Balling {
    config: SequenceConfig,
    intersections: Vec<f64>,
    fit: Fit,
    weights: Weights,
    /// The patterns of the seed at hand.
    memories: Option<Memories>,
    /// By seed and noise; the last seed may lack some.
    levels: Vec<Vec<Level>>,
}

impl Balling {
    /// Nothing is retrieved yet.
    ///
    /// # Errors
    /// [`Error::Config`] if bits, radius or memories are out of their ranges.
    pub fn new(config: &SequenceConfig) -> Result<Self, Error> {
        let (bits, radius, memories) = (config.ball_bits, config.ball_radius, config.memories);
        if !(2..=MOST_BITS).contains(&bits) || !(1..=bits / 2).contains(&radius) || memories == 0 {
            return Err(Error::Config(format!(
                "Hamming balls need 2 to {MOST_BITS} bits, a radius from 1 to half of the bits, and at least one memory; there are {bits} \
             bits, a radius of {radius} and {memories} memories."
            )));
        }
        let intersections = ball::intersections(bits, radius);
        let fit = ball::fit(bits, radius, &intersections);
        let weights = Weights::new(&intersections, fit.beta);
        Ok(Self { config: config.clone(), intersections, fit, weights, memories: None, levels: Vec::new() })
    }

    /// Noise levels of all seeds that are through, and all there are.
    #[must_use]
    pub fn progress(&self) -> (u32, u32) {
        (self.levels.iter().map(Vec::len).sum::<usize>() as u32, SEEDS * self.noises().len() as u32)
    }

    /// Wrong bits of the queries.
    fn noises(&self) -> Vec<u32> {
        let mut noises: Vec<u32> =
            (0..LEVELS).map(|level| level * (self.config.ball_bits / 2) / (LEVELS - 1)).collect();
        noises.dedup();
        noises
    }

    /// Retrieves for about `budget_ms`, at least at one noise level. Gives the whole once it is over.
    pub fn advance(&mut self, budget_ms: f64) -> Option<Ball> {
        let start = Instant::now();
        let (noises, config) = (self.noises(), &self.config);
        let each = 2 * u64::from(SEEDS) * u64::from(LEVELS) * u64::from(config.memories) * u64::from(config.ball_bits);
        let queries = (WORK / each).clamp(QUERIES.0, QUERIES.1) as u32;
        loop {
            if self.levels.last().is_none_or(|levels| levels.len() == noises.len()) {
                let seed = self.levels.len() as u32;
                if seed == SEEDS {
                    return Some(self.ball());
                }
                self.memories = Some(Memories::draw(config.ball_bits, config.memories, config.seed + seed));
                self.levels.push(Vec::new());
            }
            let (Some(memories), Some(levels)) = (&self.memories, self.levels.last_mut()) else { return None };
            levels.push(memories.query(&self.weights, noises[levels.len()], queries));
            if start.elapsed().as_secs_f64() * 1e3 >= budget_ms {
                return None;
            }
        }
    }

    fn ball(&self) -> Ball {
        let Self { config, intersections, fit, levels, .. } = self;
        let (bits, radius, memories) = (config.ball_bits, config.ball_radius, config.memories);
        let whole = intersections[0];
        let point = |(distance, shared): (u32, &f64)| {
            let cosine = ball::cosine(bits, distance);
            Point {
                distance,
                cosine,
                intersection: shared / whole,
                softmax: libm::exp(fit.beta * (cosine - 1.0)),
                fitted: distance <= fit.fitted_to,
            }
        };
        let reference = |radius| {
            let (bits, _) = REFERENCE;
            let Fit { beta, r_squared, .. } = ball::fit(bits, radius, &ball::intersections(bits, radius));
            Reference { bits, radius, beta, r_squared }
        };
        // The first are shown, all are judged.
        let shown = levels.first().map(Vec::as_slice).unwrap_or_default();
        Ball {
            bits,
            radius,
            points: (0..).zip(intersections).map(point).collect(),
            beta: fit.beta,
            r_squared: fit.r_squared,
            fitted_to: fit.fitted_to,
            fits: REFERENCE.1.into_iter().map(reference).collect(),
            retrieval: Retrieval { memories, rows: shown.iter().map(row).collect() },
            verdicts: vec![straight(config, fit), agreement(config, levels)],
        }
    }
}

/// All of it in one go.
///
/// # Errors
/// As [`Balling::new`].
pub fn ball(config: &SequenceConfig) -> Result<Ball, Error> {
    let missing = || Error::Internal("a retrieval that does not end".to_owned());
    Balling::new(config)?.advance(f64::INFINITY).ok_or_else(missing)
}

fn share(of: u32, level: &Level) -> f64 {
    f64::from(of) / f64::from(level.queries.max(1))
}

fn row(level: &Level) -> Row {
    Row {
        noise: level.noise,
        queries: level.queries,
        agree: share(level.agree, level),
        sdm: share(level.sdm, level),
        attention: share(level.attention, level),
        cosine: level.cosine,
    }
}

fn straight(config: &SequenceConfig, fit: &Fit) -> Verdict {
    let claim = Claim::new(
        "ball-exponential",
        "The intersection of two Hamming balls falls about exponentially with their cosine, so that softmax attention approximates it.",
        SOURCE,
    );
    let measured = format!(
        "At n = {} and r = {} the straight line through ln(intersection) has β = {:.2} and R² = {:.4} over distances 0 to {}; from R² = \
         {STRAIGHT} on the claim counts as holding.",
        config.ball_bits, config.ball_radius, fit.beta, fit.r_squared, fit.fitted_to
    );
    match fit.fitted_to + 1 < PLACES {
        true => claim
            .untested(format!("{measured} Fewer than {PLACES} places say nothing; use more bits and a larger radius.")),
        false => claim.exact(fit.r_squared >= STRAIGHT, measured),
    }
}

/// Judged where recall works at all: with a query that neither traces back, both answer with some memory, and which one is chance.
fn worst(levels: &[Level]) -> Option<(&Level, &Level)> {
    let works = |level: &&Level| share(level.sdm.max(level.attention), level) >= 0.5;
    let judged = || levels.iter().filter(works);
    judged().min_by_key(|level| level.agree).zip(judged().next_back())
}

fn agreement(config: &SequenceConfig, seeds: &[Vec<Level>]) -> Verdict {
    let claim = Claim::new(
        "ball-agreement",
        format!(
            "Used as retrieval on the same memories, attention recalls what a sparse distributed memory recalls (for at least {:.0} % of \
             the queries).",
            100.0 * AGREEMENT
        ),
        SOURCE,
    );
    let memories = config.memories;
    if memories < MEMORIES {
        return claim
            .untested(format!("Fewer than {MEMORIES} memories are too few: both recall the same one by chance."));
    }
    let vote = |levels: &Vec<Level>| match worst(levels) {
        Some((least, _)) => Vote::of(share(least.agree, least) >= AGREEMENT),
        None => Vote::open("too many memories, or too few bits, to recall any"),
    };
    let votes: Vec<Vote> = seeds.iter().map(vote).collect();
    let text = |levels: &Vec<Level>| {
        let (least, last) = worst(levels)?;
        let (agree, noise, last) = (100.0 * share(least.agree, least), least.noise, last.noise);
        Some(format!("{agree:.1} % (with {noise} wrong bits, of up to {last})"))
    };
    let each: Option<Vec<String>> = seeds.iter().map(text).collect();
    let blank: u32 =
        seeds.iter().filter_map(|levels| worst(levels).map(|(_, last)| (levels, last.noise))).map(blanks).sum();
    let blank = match blank {
        0 => String::new(),
        1 => " 1 query was reached by no ball, which counts against it.".to_owned(),
        blank => format!(" {blank} queries were reached by no ball, which counts against it."),
    };
    let queries = seeds.first().and_then(|levels| levels.first()).map_or(0, |level| level.queries);
    let measured = match each {
        Some(each) => format!(
            "With {memories} memories and {queries} queries at each noise, as far as at least one of the two is right for half of them, \
             both recall the same memory, at worst and seed by seed, for {} of the queries.{blank}",
            each.join(", ")
        ),
        None => format!(
            "With {memories} memories neither of the two is right for half of the queries, even without noise; fewer memories or more \
             bits would tell."
        ),
    };
    claim.judged(&votes, measured)
}

/// Queries that no ball reached, up to a noise.
fn blanks((levels, most): (&Vec<Level>, u32)) -> u32 {
    levels.iter().filter(|level| level.noise <= most).map(|level| level.blank).sum()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::run::claim::Outcome;

    fn of(bits: u32, radius: u32, memories: u32, seed: u32) -> Ball {
        let config =
            SequenceConfig { ball_bits: bits, ball_radius: radius, memories, seed, ..SequenceConfig::default() };
        super::ball(&config).unwrap()
    }

    fn verdicts(ball: &Ball) -> Vec<(&str, Outcome)> {
        ball.verdicts.iter().map(|verdict| (verdict.id.as_str(), verdict.verdict)).collect()
    }

    #[test]
    fn both_recall_the_same_at_the_defaults() {
        let ball = super::ball(&SequenceConfig::default()).unwrap();
        assert_eq!((ball.bits, ball.radius, ball.fitted_to), (64, 17, 32));
        // At the noise at which recall begins to fail, seeds lie on both sides of nine queries in ten.
        assert_eq!(verdicts(&ball), [("ball-exponential", Outcome::Holds), ("ball-agreement", Outcome::Open)]);
        assert!(ball.verdicts[1].why.contains("the seeds disagree"), "{:?}", ball.verdicts[1]);
        assert!(
            ball.verdicts.iter().all(|verdict| verdict.measured.contains("64") || verdict.measured.contains("100"))
        );
        let noises: Vec<u32> = ball.retrieval.rows.iter().map(|row| row.noise).collect();
        assert_eq!(noises, [0, 4, 8, 12, 16, 20, 24, 28, 32]);
        let (first, last) = (ball.retrieval.rows[0], ball.retrieval.rows[8]);
        assert_eq!((first.agree, first.sdm, first.attention), (1.0, 1.0, 1.0));
        // A query with half of its bits wrong tells nothing of where it came from; 100 memories, so chance is 1 %.
        assert!(last.sdm < 0.05 && last.attention < 0.05);
        assert!(
            ball.retrieval.rows.iter().all(|row| row.queries >= 40 && row.cosine > 0.9 && row.cosine <= 1.0 + 1e-12)
        );
        assert_eq!(ball, super::ball(&SequenceConfig::default()).unwrap());
    }

    #[test]
    fn curves_begin_at_one_and_are_fitted_as_far_as_told() {
        let ball = of(64, 20, 2, 0);
        assert_eq!(ball.points.len(), 65);
        let first = ball.points[0];
        assert_eq!((first.distance, first.cosine, first.intersection, first.softmax), (0, 1.0, 1.0, 1.0));
        assert!(ball.points.iter().all(|point| point.fitted == (point.distance <= 32)));
        // Equal in pairs (a memory at 2 k shares as much as one at 2 k − 1), up to rounding.
        assert!(ball.points.windows(2).all(|pair| pair[1].intersection <= pair[0].intersection * (1.0 + 1e-13)));
        assert!(ball.points.iter().all(|point| (point.intersection > 0.0) == (point.distance <= 40)));
        assert_eq!(ball.fits.iter().map(|fit| fit.radius).collect::<Vec<_>>(), [17, 20, 23, 25]);
        assert!((ball.fits[1].beta - ball.beta).abs() < 1e-12);
    }

    #[test]
    fn verdicts_say_where_the_claim_does_not_hold() {
        // Balls of radius 5 reach 10 bits; attention recalls from 16 wrong bits, where no ball touches.
        let small = of(64, 5, 100, 0);
        assert_eq!(verdicts(&small)[1], ("ball-agreement", Outcome::Fails));
        assert!(small.verdicts[1].measured.contains("reached by no ball"), "{}", small.verdicts[1].measured);
        // The curve of 4 bits and radius 1 is 5, 2, 2, which is too short to be a line or none; of 2 bits it is two places.
        assert_eq!(verdicts(&of(4, 1, 2, 0))[0], ("ball-exponential", Outcome::Untested));
        assert_eq!(verdicts(&of(2, 1, 10, 0))[0], ("ball-exponential", Outcome::Untested));
        // With one memory there is nothing to choose.
        assert_eq!(verdicts(&of(64, 17, 1, 0))[1], ("ball-agreement", Outcome::Untested));
        // Balls of half the space hardly tell memories apart.
        assert_eq!(verdicts(&of(512, 256, 100, 0))[1], ("ball-agreement", Outcome::Open));
    }

    #[test]
    fn its_json_has_the_names_of_the_page() {
        let json = serde_json::to_value(of(8, 3, 5, 1)).unwrap();
        let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(keys(&json), "beta bits fits fittedTo points rSquared radius retrieval verdicts");
        assert_eq!(keys(&json["points"][0]), "cosine distance fitted intersection softmax");
        assert_eq!(keys(&json["fits"][0]), "beta bits rSquared radius");
        assert_eq!(keys(&json["retrieval"]), "memories rows");
        assert_eq!(keys(&json["retrieval"]["rows"][0]), "agree attention cosine noise queries sdm");
    }

    #[test]
    fn settings_out_of_range_are_told() {
        for (ball_bits, ball_radius, memories) in [(1, 1, 5), (64, 0, 5), (64, 33, 5), (513, 5, 5), (64, 17, 0)] {
            let config = SequenceConfig { ball_bits, ball_radius, memories, ..SequenceConfig::default() };
            let error = super::ball(&config).unwrap_err();
            assert_eq!(error.code(), "config");
            assert!(error.to_string().contains(&format!("{ball_bits} bits")), "{error}");
        }
    }
}
