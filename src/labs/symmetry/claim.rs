//! The claims that a race of this lab tests: students in other bases (S6), and training itself (S7). All experiments are ours.

use crate::choice::Choice;
use crate::error::Error;
use crate::labs::Config;
use crate::labs::race::Findings;
use crate::labs::symmetry::choices::{Experiment, Follows, Norm, Student, TrainOn};
use crate::labs::symmetry::config::SymmetryConfig;
use crate::labs::symmetry::learner::{CONJUGATED, LEARNED, ROTATED, SAME};
use crate::labs::symmetry::twins::DISTANCE;
use crate::reading::brief;
use crate::run::claim::{Claim, Verdict, Vote};
use crate::run::results::Results;

const OURS: &str = "ours";

/// How many times as much a student may leave unexplained in other bases, and still works there: both are measured on sequences of their
/// own, and errors of attention have heavy tails.
pub const WORKS: f32 = 2.0;
/// What a student at least leaves unexplained that does not: the mean leaves 1.
pub const USELESS: f32 = 1.0;
/// A student that leaves less than this has learned something.
const SOMETHING: f32 = 0.9;
/// How far `conjugated` may be from `same`, relative and absolute.
const EQUAL: [f32; 2] = [1e-4, 1e-9];
/// Distance that two trainings have at most over a thousand steps in eight dimensions while they stay the same.
const TOGETHER: f32 = 2e-6;
/// And at least once they do not.
const PARTED: f32 = 0.02;
/// Share of the first loss that is left at most of a training that has done something.
const TRAINED: f32 = 0.5;

/// Distance that two trainings have at most while they stay the same: each step rounds every weight once, with random signs, so that it
/// grows with the root of the steps, and with that of the lengths of sums.
fn together(config: &SymmetryConfig) -> f32 {
    let (steps, width) = (config.steps.max(1000) as f32 / 1000.0, config.d.max(8) as f32 / 8.0);
    TOGETHER * (steps * width).sqrt()
}

/// The settings that are judged.
#[derive(Debug)]
pub struct SymmetryFindings {
    config: SymmetryConfig,
}

impl SymmetryFindings {
    /// Of a race with these settings.
    #[must_use]
    pub fn new(config: SymmetryConfig) -> Self {
        Self { config }
    }
}

/// A race with the step to which it has come.
struct Judged<'a> {
    config: &'a SymmetryConfig,
    results: &'a Results,
    step: u32,
}

impl Judged<'_> {
    fn runs(&self, arm: &str) -> Vec<usize> {
        (0..self.results.runs.len()).filter(|&run| self.results.runs[run].arm == arm).collect()
    }

    fn early(&self, run: usize) -> Option<Vote> {
        match &self.results.runs[run].stopped {
            Some(stop) => Some(Vote::stopped(stop.step)),
            None => (self.step < self.config.steps).then(Vote::not_over),
        }
    }

    fn last(&self, id: &str, run: usize) -> Option<f32> {
        self.results.last(id, run)
    }

    /// The last numbers of a measure, seed by seed.
    fn each(&self, arm: &str, id: &str) -> String {
        let text = |run: usize| self.last(id, run).map_or("–".to_owned(), |value| brief(value, 3));
        self.runs(arm).into_iter().map(text).collect::<Vec<_>>().join(", ")
    }

    /// One vote a seed from arms whose runs have the same seeds.
    fn votes(&self, arms: &[&str], vote: impl Fn(&[usize]) -> Option<Vote>) -> Vec<Vote> {
        let runs: Vec<Vec<usize>> = arms.iter().map(|arm| self.runs(arm)).collect();
        let seeds = runs.iter().map(Vec::len).min().unwrap_or(0);
        let one = |seed: usize| {
            let own: Vec<usize> = runs.iter().map(|runs| runs[seed]).collect();
            let early = own.iter().find_map(|&run| self.early(run));
            early.or_else(|| vote(&own)).unwrap_or_else(|| Vote::open("a number is missing"))
        };
        (0..seeds).map(one).collect()
    }

    fn bases(&self) -> Verdict {
        let words = format!(
            "Learned from one basis within {} steps, knowledge attention works in rotated ones; attention with fixed matrices does not, \
             unless its matrices turn with the space.",
            self.config.steps
        );
        let claim = Claim::new("S6-bases", words, OURS).after(self.step);
        let arms = [Student::Knowledge.id(), Student::Plain.id()];
        let votes = self.votes(&arms, |runs| {
            let [known, plain] = [runs[0], runs[1]];
            let [same, rotated] = [self.last(SAME, known)?, self.last(ROTATED, known)?];
            let [own, lost, turned] = [SAME, ROTATED, CONJUGATED].map(|id| self.last(id, plain));
            let [own, lost, turned] = [own?, lost?, turned?];
            if same.max(own) > LEARNED {
                let steps = self.config.steps;
                return Some(Vote::open(format!(
                    "a student leaves more than {LEARNED} unexplained after {steps} steps"
                )));
            }
            let equal = (turned - own).abs() <= (EQUAL[0] * own).max(EQUAL[1]);
            Some(Vote::of(rotated <= WORKS * same && lost >= USELESS && equal))
        });
        let of = |arm: &str, ids: &[&str]| ids.iter().map(|id| self.each(arm, id)).collect::<Vec<_>>().join(" | ");
        let measured = format!(
            "Variance unexplained, seed by seed: knowledge attention, same basis | rotated: {} (at most {WORKS} times); plain attention, \
             same | rotated | conjugated: {} (rotated at least {USELESS}, conjugated as the same).",
            of(arms[0], &[SAME, ROTATED]),
            of(arms[1], &[SAME, ROTATED, CONJUGATED])
        );
        claim.judged(&votes, measured)
    }

    fn networks(&self) -> Verdict {
        let words = "What the Gram form has learned in one basis it knows in others; what a flattened MLP has learned it does not.";
        let claim = Claim::new("S6-networks", words, OURS).after(self.step);
        let arms = [Student::Gram.id(), Student::Mlp.id()];
        let votes = self.votes(&arms, |runs| {
            let [gram, mlp] = [runs[0], runs[1]];
            let [same, rotated] = [self.last(SAME, gram)?, self.last(ROTATED, gram)?];
            let [own, lost] = [self.last(SAME, mlp)?, self.last(ROTATED, mlp)?];
            if same.max(own) > SOMETHING {
                return Some(Vote::open("a network has learned next to nothing"));
            }
            Some(Vote::of(rotated <= WORKS * same && rotated < USELESS && lost >= USELESS))
        });
        let of = |arm: &str| [SAME, ROTATED].map(|id| self.each(arm, id)).join(" | ");
        let measured =
            format!("Variance unexplained, same | rotated: Gram form {}; flattened MLP {}.", of(arms[0]), of(arms[1]));
        claim.judged(&votes, measured)
    }

    /// The largest distance of a run so far, and the share of its first loss that is left.
    fn course(&self, run: usize) -> Option<(f32, f32)> {
        let [distance, loss] = [DISTANCE, "loss"].map(|id| self.results.measure(id));
        let of = |measure: usize| {
            let value = move |point: &crate::run::curves::Point| point.values.get(measure)?.get(run).copied();
            self.results.curves.iter().filter_map(value).filter(|value| value.is_finite())
        };
        let most = of(distance?).reduce(f32::max)?;
        let (first, last) = (of(loss?).next()?, of(loss?).next_back()?);
        Some((most, last / first))
    }

    /// Whether the trainings of these optimisers stay the same in another basis, or do not.
    fn trainings(&self, claim: Claim, follows: &[Follows], norm: Norm, stay: bool) -> Option<Verdict> {
        let own = follows.iter().filter(|own| self.config.optimisers.contains(own));
        let arms: Vec<String> = own.map(|&own| own.arm(norm).id).collect();
        if arms.is_empty() || !self.config.norms.contains(&norm) {
            return None;
        }
        let together = together(self.config);
        let names: Vec<&str> = arms.iter().map(String::as_str).collect();
        let votes = self.votes(&names, |runs| {
            let each = runs.iter().map(|&run| {
                let (most, left) = self.course(run)?;
                Some(match () {
                    () if left > TRAINED => Vote::open("training has done too little to tell"),
                    () if stay => Vote::of(most <= together),
                    () => Vote::of(most >= PARTED),
                })
            });
            Some(Vote::all(each.collect::<Option<Vec<_>>>()?))
        });
        let most = |arm: &&str| {
            let text = |run: usize| self.course(run).map_or("–".to_owned(), |(most, _)| brief(most, 2));
            let each = self.runs(arm).into_iter().map(text).collect::<Vec<_>>().join(", ");
            format!("{arm} {each}")
        };
        let bound = if stay { format!("at most {}", brief(together, 2)) } else { format!("at least {PARTED}") };
        let each = names.iter().map(most).collect::<Vec<_>>().join("; ");
        Some(claim.after(self.step).judged(&votes, format!("Greatest distance, seed by seed: {each} ({bound}).")))
    }

    fn training(&self) -> Vec<Verdict> {
        let kept = [Follows::Descent, Follows::Momentum, Follows::AdamTensor];
        let lost = [Follows::Adam, Follows::AdamW];
        let claim = |id: &str, words: &str| Claim::new(id, words, OURS);
        let all = [
            self.trainings(
                claim(
                    "S7-kept",
                    "Training respects a change of basis by gradient descent, by momentum, and by Adam with one second moment a matrix.",
                ),
                &kept,
                Norm::None,
                true,
            ),
            self.trainings(
                claim("S7-adam", "Training by Adam does not, with weight decay or without."),
                &lost,
                Norm::None,
                false,
            ),
            self.trainings(claim("S7-rms", "With RMSNorm inside, those that respect it still do."), &kept, Norm::Rms, true),
            self.trainings(
                claim("S7-layer", "With LayerNorm inside, none of them does."),
                &kept,
                Norm::Layer,
                false,
            ),
        ];
        all.into_iter().flatten().collect()
    }
}

impl Findings for SymmetryFindings {
    fn verdicts(&self, results: &Results, step: u32) -> Result<Vec<Verdict>, Error> {
        let config = &self.config;
        let judged = Judged { config, results, step };
        if config.experiment == Experiment::Training {
            return Ok(judged.training());
        }
        let has = |students: [Student; 2]| students.iter().all(|student| config.students.contains(student));
        let mut verdicts = Vec::new();
        if has([Student::Knowledge, Student::Plain]) && config.train_on == TrainOn::One {
            verdicts.push(judged.bases());
        }
        if has([Student::Gram, Student::Mlp]) && config.train_on == TrainOn::One {
            verdicts.push(judged.networks());
        }
        Ok(verdicts)
    }

    fn extend(&mut self, config: &Config) -> Result<(), Error> {
        self.config = config.own::<SymmetryConfig>()?.clone();
        Ok(())
    }
}
