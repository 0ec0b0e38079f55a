//! Errors of the sequence machine on a second presentation: against length, and on a sequence with a repeated subsequence.
//!
//! A blank machine is shown the sequence once, with writing. Then it is shown it again from the beginning, without, and every
//! symbol that it did not predict counts as an error.

use crate::error::Error;
use crate::graph::plan::Plan;
use crate::labs::sequence::config::{SequenceConfig, random};
use crate::labs::sequence::curves::{
    SHORTEST, UNFINISHED, curves, deduplicated, mean, measure, note, short, too_short,
};
use crate::labs::sequence::passage::Presentations;
use crate::labs::study::Rows;
use crate::model::measure::{Better, Kind};
use crate::run::claim::{Claim, Verdict, Vote};
use crate::run::curves::{Axis, Curves};
use crate::run::event::{ArmInfo, ExecutorInfo};
use crate::run::machine::Machine;
use crate::sdm::machine::{self, Model, Replica, SequenceMachine, Shape};

/// 23 symbols of an alphabet of 12 in which 5 4 5 4 5 comes twice and goes on differently; the layout in between is ours.
const REPEATED: [u32; 23] = [1, 2, 3, 5, 4, 5, 4, 5, 6, 7, 8, 9, 10, 11, 12, 5, 4, 5, 4, 5, 2, 9, 1];
/// Machines of one plan: more would take much memory at once and give Pause nothing to hold on to.
const TOGETHER: usize = 10;
/// Bytes of the machines of one plan, if more than one is in it.
const TOGETHER_BYTES: u64 = 256 << 20;
const SOURCE: &str = "Bose, Furber and Shapiro 2005 (IJCNN)";

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Length,
    Repeated,
}

/// Machines of some seeds of one arm.
#[derive(Debug)]
struct Open {
    arm: usize,
    first: usize,
    machine: SequenceMachine,
    /// The unit at hand, once it has begun.
    unit: Option<Presentations>,
}

/// The experiment.
#[derive(Debug)]
pub(super) struct Errors {
    which: Which,
    pub(super) curves: Curves,
    models: Vec<Model>,
    lengths: Vec<u32>,
    seeds: Vec<u32>,
    open: Option<Open>,
    done: u32,
    /// Machines of one plan.
    together: usize,
}

impl Errors {
    pub(super) fn new(config: &SequenceConfig, which: Which) -> Self {
        let (arms, models): (Vec<ArmInfo>, Vec<Model>) = config.compared().into_iter().unzip();
        let lengths: Vec<u32> = match which {
            Which::Length => {
                deduplicated((1..=config.points).map(|at| (config.longest * at).div_ceil(config.points)).collect())
            }
            Which::Repeated => vec![REPEATED.len() as u32],
        };
        let measures = match which {
            Which::Length => {
                vec![measure("errors", "Errors", "wrong predictions, second time", Kind::Count, Better::Lower)]
            }
            Which::Repeated => {
                vec![measure("right", "Predicted", "symbols of 23, second time", Kind::Count, Better::Higher)]
            }
        };
        let names = match which {
            Which::Length => ["errors", "Errors against length"],
            Which::Repeated => ["repeated", "Repeated subsequence"],
        };
        let seeds: Vec<u32> = (config.seed..).take(config.seeds as usize).collect();
        let curves = curves(names, Axis::new("length", "Length", "symbols"), measures, arms, &seeds, &lengths);
        let one = Replica { model: Model::Combined(0.5), seed: 0 };
        let bytes = machine::bytes(&config.machine_shape(config.alphabet), &[one]);
        let together = (TOGETHER_BYTES / bytes.max(1)).clamp(1, TOGETHER as u64) as usize;
        Self { which, curves, models, lengths, seeds, open: None, done: 0, together }
    }

    fn chunks(&self) -> usize {
        self.seeds.len().div_ceil(self.together)
    }

    pub(super) fn units(&self) -> u32 {
        (self.models.len() * self.chunks() * self.lengths.len()) as u32
    }

    pub(super) fn done(&self) -> u32 {
        self.done
    }

    pub(super) fn lost(&mut self) {
        self.open = None;
    }

    /// Arm, first seed and length of the unit that comes next.
    fn next(&self) -> Option<(usize, usize, usize)> {
        let (done, lengths, chunks) = (self.done as usize, self.lengths.len(), self.chunks());
        let arm = done / (lengths * chunks);
        (arm < self.models.len()).then_some((arm, done / lengths % chunks * self.together, done % lengths))
    }

    fn shape(&self, config: &SequenceConfig) -> Shape {
        config.machine_shape(match self.which {
            Which::Length => config.alphabet,
            Which::Repeated => REPEATED.into_iter().max().unwrap_or(0) + 1,
        })
    }

    /// The plan of an arm's machines.
    pub(super) fn plan(&self, config: &SequenceConfig, arm: usize) -> Result<Plan, Error> {
        let model = self.models.get(arm).copied().unwrap_or(Model::Shift);
        machine::plan(&self.shape(config), &[Replica { model, seed: 0 }])
    }

    /// Opens the machines that come next, if others are open.
    pub(super) async fn open(
        &mut self,
        config: &SequenceConfig,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Option<ExecutorInfo>, Error> {
        let Some((arm, first, _)) = self.next() else { return Ok(None) };
        if self.open.as_ref().is_some_and(|open| open.arm == arm && open.first == first) {
            return Ok(None);
        }
        self.open = None;
        let model = self.models.get(arm).copied().unwrap_or(Model::Shift);
        let seeds = self.seeds.iter().skip(first).take(self.together);
        let replicas = seeds.map(|&seed| Replica { model, seed }).collect();
        let shape = self.shape(config);
        let (machine, info) = config.machines(shape, replicas, Some(arm), machine, progress).await?;
        self.open = Some(Open { arm, first, machine, unit: None });
        Ok(Some(info))
    }

    /// Works for about `budget_ms`, or until a unit is done.
    pub(super) async fn work(&mut self, config: &SequenceConfig, budget_ms: f64) -> Result<(), Error> {
        let (Some((arm, first, at)), Some(open)) = (self.next(), &mut self.open) else {
            return Err(Error::Internal("no machine is open".to_owned()));
        };
        let length = self.lengths.get(at).copied().unwrap_or(0);
        let sequence = |replica: &Replica| match self.which {
            Which::Length => random(replica.seed, config.alphabet, length),
            Which::Repeated => REPEATED.to_vec(),
        };
        let mut unit = open.unit.take().unwrap_or_else(|| {
            Presentations::new(open.machine.replicas().iter().map(sequence).collect(), &[true, false])
        });
        if !unit.advance(&mut open.machine, budget_ms).await? {
            open.unit = Some(unit);
            return Ok(());
        }
        // Of the second time.
        let traces = unit.traces().last().map(Vec::as_slice).unwrap_or_default();
        let errors = traces.iter().map(|trace| f64::from(trace.errors()));
        let values: Vec<f64> = match self.which {
            Which::Length => errors.collect(),
            Which::Repeated => errors.map(|errors| f64::from(length) - errors).collect(),
        };
        note(&mut self.curves, [arm, at, 0], first, &values);
        self.done += 1;
        Ok(())
    }

    /// Mean at a point, if every seed is there.
    fn mean(&self, arm: &str, point: usize) -> Option<f64> {
        Some(mean(&self.curves.all(arm, point, 0)?))
    }

    pub(super) fn sentence(&self) -> String {
        let last = self.lengths.len().saturating_sub(1);
        let each = self
            .curves
            .arms
            .iter()
            .filter_map(|arm| Some(format!("{}: {}", arm.label, short(self.mean(&arm.id, last)?))));
        let each = each.collect::<Vec<_>>().join("; ");
        let length = self.lengths.last().copied().unwrap_or(0);
        match (self.which, each.is_empty()) {
            (_, true) => "Nothing has been measured at the full length yet.".to_owned(),
            (Which::Length, _) => format!("Mean errors at length {length}: {each}."),
            (Which::Repeated, _) => format!("Mean number of the {length} symbols that are predicted: {each}."),
        }
    }

    pub(super) fn rows(&self) -> Rows {
        let text =
            |values: &Option<Vec<f64>>, of: &dyn Fn(&[f64]) -> String| values.as_deref().map_or("–".to_owned(), of);
        match self.which {
            Which::Length => {
                let head =
                    ["Length".to_owned()].into_iter().chain(self.curves.arms.iter().map(|arm| arm.label.clone()));
                let row = |(at, length): (usize, &u32)| {
                    let cells = self
                        .curves
                        .arms
                        .iter()
                        .map(|arm| text(&self.curves.all(&arm.id, at, 0), &|values| short(mean(values))));
                    [length.to_string()].into_iter().chain(cells).collect()
                };
                Rows { head: head.collect(), body: self.lengths.iter().enumerate().map(row).collect() }
            }
            Which::Repeated => {
                let full = f64::from(self.lengths.first().copied().unwrap_or(0));
                let runs = self.seeds.len();
                let head =
                    ["Context", "Mean of 23", &format!("Perfect of {runs}"), "2005: mean of 23", "2005: perfect of 30"];
                let row = |arm: &ArmInfo| {
                    let values = self.curves.all(&arm.id, 0, 0);
                    let perfect = |values: &[f64]| values.iter().filter(|&&value| value >= full).count().to_string();
                    let paper = match arm.id.as_str() {
                        "shift" => ["20.47", "0"],
                        "layer" => ["20.30", "4"],
                        "combined" => ["22.03", "10"],
                        _ => ["–", "–"],
                    };
                    [arm.label.clone(), text(&values, &|values| short(mean(values))), text(&values, &perfect)]
                        .into_iter()
                        .chain(paper.map(str::to_owned))
                        .collect()
                };
                Rows { head: head.map(str::to_owned).to_vec(), body: self.curves.arms.iter().map(row).collect() }
            }
        }
    }

    pub(super) fn verdicts(&self, config: &SequenceConfig) -> Vec<Verdict> {
        let last = self.lengths.len().saturating_sub(1);
        let label = |id: &str| self.curves.arms.iter().find(|arm| arm.id == id).map_or(id, |arm| &arm.label).to_owned();
        let there = |id: &str| self.curves.arms.iter().any(|arm| arm.id == id);
        // Seed by seed: each has its own codes, weights and, of lengths, its own sequence.
        let verdict = |id: &str, claim: &str, [better, worse]: [&str; 2], holds: &dyn Fn(f64, f64) -> Option<bool>| {
            let claim = Claim::new(id, claim, SOURCE);
            if !there(better) || !there(worse) {
                return claim.untested("One of the contexts that the claim speaks of is not compared.");
            }
            let both = self.curves.all(better, last, 0).zip(self.curves.all(worse, last, 0));
            let Some((own, other)) = both else {
                let votes = vec![Vote::open(UNFINISHED); config.seeds as usize];
                return claim.judged(&votes, "Not all seeds have been measured yet.");
            };
            let length = self.lengths.get(last).copied().unwrap_or(0);
            let vote = |(a, b): (&f64, &f64)| match holds(*a, *b) {
                _ if self.which == Which::Length && length < SHORTEST => too_short(length),
                Some(holds) => Vote::of(holds),
                None => Vote::open("too easy to tell"),
            };
            let votes: Vec<Vote> = own.iter().zip(&other).map(vote).collect();
            let of = |id: &str, values: &[f64]| format!("{}: {}", label(id), short(mean(values)));
            claim.judged(&votes, format!("Means of the seeds: {}; {}.", of(better, &own), of(worse, &other)))
        };
        match self.which {
            Which::Length => vec![
                verdict(
                    "combined-errs-less",
                    "The combined context makes fewer errors than a shift register that looks two symbols back.",
                    ["combined", "shift"],
                    &|combined, shift| (combined.max(shift) > 0.0).then_some(combined < shift),
                ),
                verdict(
                    "no-memory-fails",
                    "Without memory of the old context (λ = 0) the machine fails: at least three times the errors of the combined \
                     context, and one in five symbols.",
                    ["combined", "forgetful"],
                    &|combined, forgetful| {
                        let length = f64::from(self.lengths.last().copied().unwrap_or(0));
                        (combined.max(forgetful) > 0.0)
                            .then_some(forgetful > 3.0 * combined && forgetful >= length / 5.0)
                    },
                ),
            ],
            Which::Repeated => vec![verdict(
                "repeated-subsequence",
                "On a sequence with a repeated subsequence the combined context predicts more than the shift register.",
                ["combined", "shift"],
                &|combined, shift| (combined.min(shift) < f64::from(REPEATED.len() as u32)).then_some(combined > shift),
            )],
        }
    }
}
