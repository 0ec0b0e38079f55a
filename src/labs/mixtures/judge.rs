//! What is read off the held-out contexts, each asked by every one of its tags.

use nalgebra::{DMatrix, DVector};

use crate::kernels::mixture::{Contexts, Words4};
use crate::kernels::weighted_attention::{Shape, Weighting};
use crate::labs::mixtures::law::ContextLaw;
use crate::model::Source;
use crate::model::measure::{Better, Kind, Measure, Phase};

/// Fraction of variance unexplained: the mean squared error over the answers' variance.
pub const FVU: &str = "fvu";
/// The same with the query exchanged for any of the context's tags.
pub const EXCHANGED: &str = "exchanged";
/// Weight on tokens of the tag that is asked for, of the head that has most.
pub const SAME_TAG: &str = "same-tag";
/// And of the head that has least.
pub const SAME_TAG_LEAST: &str = "same-tag-least";
/// R² of the first coefficient, read linearly off the output of attention.
pub const READ_OUT: &str = "read-out";

/// At most so much of the variance is left to who recalls.
pub const RECALLED: f32 = 0.1;
/// Buffers that an evaluation leaves.
pub const TENSORS: usize = 6;
/// Contexts whose weights are looked at: they are as many numbers as there are queries times tokens.
const LOOKED_AT: u32 = 32;
/// Coefficients that are read out.
pub const MODES_READ: u32 = 4;
/// What is added to the diagonal of the least squares, of its mean.
const RIDGE: f64 = 1e-9;

/// What is measured of a race by this law, and where that comes from.
#[must_use]
pub fn measures(law: &ContextLaw) -> Vec<(Measure, Source)> {
    let ring = |entry| Source::Ring { entry, factor: 1.0 };
    let amount = |id, words, better, phase| Measure::new(id, words, Kind::Amount, better, phase);
    let fvu = |phase| {
        let words = ["Variance unexplained", "Unexplained", ""];
        let lines = amount(FVU, words, Better::Lower, phase);
        lines.with_level(law.query_only(), "the tag alone").with_level(law.blur(), "blur: the mixture without tags")
    };
    let exchanged = ["Variance unexplained, queries exchanged", "Exchanged", ""];
    let even = 1.0 / f64::from(law.components);
    let same_tag = |id, which: &str, short| {
        let label = format!("Weight on the tag asked for, {which} of the heads");
        let share = Measure::new(id, [&label, short, ""], Kind::Share, Better::Neither, Phase::Evaluation);
        share.with_level(even, "an even share")
    };
    let words = ["First coefficient, read off attention’s output", "Read-out", "R²"];
    let after = Phase::Evaluation;
    let exchanged =
        amount(EXCHANGED, exchanged, Better::Neither, after).with_level(law.exchanged(), "faultless recall");
    vec![
        (fvu(Phase::Training), ring(0)),
        (amount("gradient", ["Gradient", "Gradient", "norm"], Better::Neither, Phase::Training), ring(3)),
        (fvu(after).reached_at(RECALLED), ring(0)),
        (exchanged, Source::Host),
        (same_tag(SAME_TAG, "greatest", "Same tag"), Source::Host),
        (same_tag(SAME_TAG_LEAST, "least", "Same tag, least"), Source::Host),
        (Measure::new(READ_OUT, words, Kind::Number, Better::Neither, after), Source::Host),
    ]
}

/// What a run's evaluation leaves.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    pub(super) shape: Shape,
    pub(super) contexts: Contexts,
    pub(super) seed: u32,
    pub(super) sampled: u32,
    pub(super) predictions: &'a [f32],
    pub(super) answers: &'a [f32],
    pub(super) gathered: &'a [f32],
    pub(super) q: &'a [f32],
    pub(super) kv: &'a [f32],
    pub(super) bias: &'a [f32],
}

/// Of each head, the mean weight of a query's tag on tokens of each tag, `[heads][queries][queries]`, over the first rows: of each its
/// queries are its tags in order, and `tags` says which of them each key bears.
#[must_use]
pub fn masses(shape: &Shape, [q, kv, bias]: [&[f32]; 3], tags: &[Vec<u32>]) -> Vec<f64> {
    let (count, heads) = (shape.queries as usize, shape.heads as usize);
    let mut masses = vec![0.0; heads * count * count];
    for (row, tags) in (0..).zip(tags) {
        for head in 0..shape.heads {
            let mut known = shape.head(kv, bias, row, head);
            for query in 0..shape.queries {
                let at = ((row * shape.queries + query) * shape.width() + head * shape.head) as usize;
                known.weigh(shape, &q[at..][..shape.head as usize]);
                let own = &mut masses[(head as usize * count + query as usize) * count..][..count];
                for (&tag, &weight) in tags.iter().zip(&known.weights) {
                    own[tag as usize] += f64::from(weight);
                }
            }
        }
    }
    let rows = tags.len().max(1) as f64;
    masses.into_iter().map(|mass| mass / rows).collect()
}

/// Of each head, the mean weight on the tag that is asked for.
#[must_use]
pub fn same_tag(masses: &[f64], components: u32) -> Vec<f64> {
    let count = components as usize;
    let mean = |masses: &[f64]| masses.iter().step_by(count + 1).sum::<f64>() / count as f64;
    masses.chunks_exact(count * count).map(mean).collect()
}

/// A coefficient read linearly off the output of attention, by least squares on half of the contexts.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadOut {
    /// Of the other half: what is true, what is read.
    pub points: Vec<[f64; 2]>,
    /// Coefficient of determination there.
    pub r2: f64,
    /// Factor of each number of the output, then a constant.
    pub factors: Vec<f64>,
}

impl ReadOut {
    /// What is read off one output.
    #[must_use]
    pub fn of(&self, output: &[f32]) -> f64 {
        let numbers = output.iter().map(|&x| f64::from(x)).chain([1.0]);
        numbers.zip(&self.factors).map(|(x, factor)| x * factor).sum()
    }
}

impl Seen<'_> {
    /// The measures that are computed here, in their order.
    #[must_use]
    pub fn judge(&self) -> Vec<f64> {
        let (most, least) = match self.masses() {
            None => (f64::NAN, f64::NAN),
            Some(masses) => {
                let same = same_tag(&masses, self.contexts.components);
                (same.iter().copied().fold(f64::NAN, f64::max), same.iter().copied().fold(f64::NAN, f64::min))
            }
        };
        let read = self.read_out(0).map_or(f64::NAN, |read| read.r2);
        vec![self.exchanged(), most, least, read]
    }

    /// Error of answers to each of the context's tags, against what each was meant to get: over all pairs, so that nothing is drawn.
    fn exchanged(&self) -> f64 {
        let count = self.contexts.components as usize;
        let pairs = self.predictions.chunks_exact(count).zip(self.answers.chunks_exact(count));
        let of_context = |(predictions, answers): (&[f32], &[f32])| {
            let error = |&given: &f32| {
                answers.iter().map(|&answer| (f64::from(given) - f64::from(answer)).powi(2)).sum::<f64>()
            };
            predictions.iter().map(error).sum::<f64>()
        };
        pairs.map(of_context).sum::<f64>() / (self.answers.len().max(1) * count) as f64
    }

    /// Of each head, the mean weight of a query's tag on tokens of each tag, `[heads][components][components]`; nothing without weights
    /// that sum to one.
    #[must_use]
    pub fn masses(&self) -> Option<Vec<f64>> {
        if self.shape.weighting == Weighting::Linear {
            return None;
        }
        let tags: Vec<Vec<u32>> = (0..self.contexts.rows.min(LOOKED_AT)).map(|row| self.tags_of_keys(row)).collect();
        Some(masses(&self.shape, [self.q, self.kv, self.bias], &tags))
    }

    /// Which of a context's tags each of its keys bears.
    fn tags_of_keys(&self, row: u32) -> Vec<u32> {
        let words = Words4::held_out(self.seed, row);
        let drawn = |key| if self.sampled > 0 { self.contexts.tag_of(words, key) } else { key / self.contexts.grid };
        (0..self.shape.keys).map(drawn).collect()
    }

    /// A coefficient `Z`, counted from zero, read off the output of attention; nothing if there are too few contexts for it, or no such.
    #[must_use]
    pub fn read_out(&self, mode: u32) -> Option<ReadOut> {
        let (count, width) = (self.contexts.components, self.shape.width() as usize);
        if mode >= self.contexts.modes {
            return None;
        }
        let clouds = self.contexts.rows * count;
        let half = (self.contexts.rows / 2 * count) as usize;
        let truth = |cloud: u32| {
            f64::from(self.contexts.coefficient::<f32>(Words4::held_out(self.seed, cloud / count), cloud % count, mode))
        };
        let all: Vec<f64> = (0..clouds).map(truth).collect();
        let row = |cloud: usize| self.gathered[cloud * width..][..width].iter().map(|&x| f64::from(x)).chain([1.0]);
        let columns = width + 1;
        if half < 2 * columns {
            return None;
        }
        let x = DMatrix::from_row_iterator(half, columns, (0..half).flat_map(row));
        let y = DVector::from_column_slice(&all[..half]);
        let mut square = x.tr_mul(&x);
        let ridge = RIDGE * square.trace() / columns as f64;
        (0..columns).for_each(|at| square[(at, at)] += ridge);
        let solved = square.cholesky()?.solve(&x.tr_mul(&y));
        let mut read = ReadOut { points: Vec::new(), r2: f64::NAN, factors: solved.iter().copied().collect() };
        let guess = |cloud: usize| read.of(&self.gathered[cloud * width..][..width]);
        let points: Vec<[f64; 2]> = (half..all.len()).map(|cloud| [all[cloud], guess(cloud)]).collect();
        let mean = points.iter().map(|[truth, _]| truth).sum::<f64>() / points.len() as f64;
        let error: f64 = points.iter().map(|[truth, read]| (truth - read).powi(2)).sum();
        let spread: f64 = points.iter().map(|[truth, _]| (truth - mean).powi(2)).sum();
        (read.points, read.r2) = (points, 1.0 - error / spread);
        Some(read)
    }
}
