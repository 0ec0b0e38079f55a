//! Attention over more and more tokens, against the integral that it is an estimate of. Nothing is trained for it: a network's layers
//! stand as they were drawn, or as a run has them, and tokens are drawn from the very places whose weighted sum the integral is. So both
//! are one kernel on other data, and only the drawing is between them.
//!
//! And the one law for which the integral has a closed form: of tokens `y ~ N(0, S)` that are keys and values, a query `u` gets `S u`,
//! since `E[y e^{⟨u,y⟩}] / E[e^{⟨u,y⟩}] = ∇ log E e^{⟨u,y⟩}`. Of N tokens the error is, to first order, `√(e^{uᵀSu} (tr S + uᵀS²u) / N)`.

use serde::Serialize;

use crate::error::Error;
use crate::kernels::Number;
use crate::kernels::weighted_attention::{Shape, WeightedAttention, Weighting};
use crate::reading::brief;
use crate::rng::{STREAM_DATA, below, normal, pcg4d, unit};
use crate::run::claim::{Claim, SEEDS, Verdict, Vote};

/// Numbers of tokens.
pub(super) const SIZES: [u32; 10] = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192];
/// Draws of each number.
pub(super) const DRAWS: u32 = 200;
/// Sizes from which on the slope is read: below, a few tokens make up a softmax.
const FIRST: u32 = 64;
/// What the slope of the errors' logarithms may be off −1/2.
const SLOPE: f64 = 0.06;
/// What single precision may change when tokens are permuted or doubled, of the largest value, up to so many tokens.
const ROUNDING: [(u32, f64); 2] = [(1024, 2e-6), (8192, 1e-5)];
/// Variances of the Gaussian tokens.
const VARIANCES: [f64; 4] = [2.0, 1.0, 0.5, 0.25];
/// `uᵀSu` of its queries: small beside the logarithm of every N, and not.
const LOADS: [f64; 2] = [0.5, 8.0];
/// How far the error of the Gaussian may be off its prediction, where that is valid.
const NEAR: f64 = 0.15;

/// Keys, values and queries of one layer on one context.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// Heads and their width.
    pub(super) shape: Shape,
    /// Of every place `[places, 2 width]`.
    pub(super) kv: Vec<f32>,
    /// Probability of each place; they sum to one.
    pub(super) weights: Vec<f64>,
    /// `[queries, width]`.
    pub(super) q: Vec<f32>,
}

impl Layer {
    /// What a measure that stands on these places gets: places with log weights.
    fn attend(&self, kv: &[f32], bias: &[f32]) -> Result<Vec<f32>, Error> {
        attend(Shape { keys: bias.len() as u32, ..self.shape }, &self.q, kv, bias)
    }

    /// Places that have weight, and log weights of these: of no weight the logarithm is not finite.
    pub(super) fn measure(&self) -> (Vec<usize>, Vec<f32>) {
        let each = self.weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
        each.map(|(place, &weight)| (place, libm::log(weight) as f32)).unzip()
    }

    /// What the queries get from the integral, `[queries, width]`.
    pub(super) fn integral(&self) -> Result<Vec<f32>, Error> {
        let (places, bias) = self.measure();
        self.attend(&self.tokens(&places), &bias)
    }

    /// What they get from tokens of equal weight at these places.
    fn sum(&self, places: &[usize]) -> Result<Vec<f32>, Error> {
        self.attend(&self.tokens(places), &vec![-libm::log(places.len() as f64) as f32; places.len()])
    }

    /// The most that other tokens change what the queries get, of the largest value.
    pub(super) fn change(&self, places: &[usize], other: &[usize]) -> Result<f64, Error> {
        let want = self.sum(places)?;
        Ok(change(&self.sum(other)?, &want) / largest(&want))
    }

    /// Places of tokens that are drawn.
    fn draw(&self, cumulative: &[f64], counter: [u32; 3], count: u32) -> Vec<usize> {
        let [a, b, c] = counter;
        let one = |token| {
            let share = unit(pcg4d([a, b, c, token])[0]);
            cumulative.partition_point(|&until| until <= share).min(cumulative.len() - 1)
        };
        (0..count).map(one).collect()
    }

    /// Keys and values of tokens at these places.
    pub(super) fn tokens(&self, places: &[usize]) -> Vec<f32> {
        let width = 2 * self.shape.width() as usize;
        let mut kv = Vec::with_capacity(places.len() * width);
        places.iter().for_each(|&place| kv.extend_from_slice(&self.kv[place * width..][..width]));
        kv
    }
}

fn attend(shape: Shape, q: &[f32], kv: &[f32], bias: &[f32]) -> Result<Vec<f32>, Error> {
    let mut output = vec![0.0; (shape.rows * shape.queries * shape.width()) as usize];
    let mut sums = vec![0.0; if shape.linear() { 0 } else { (shape.rows * shape.queries * shape.heads) as usize }];
    f32::run(&WeightedAttention { shape }, &[q, kv, bias], &mut [&mut output, &mut sums])?;
    Ok(output)
}

fn distance(a: &[f32], b: &[f32]) -> f64 {
    libm::sqrt(a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum())
}

/// The largest difference of two numbers at one place.
fn change(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).fold(0.0, |most: f64, (a, b)| most.max((f64::from(*a) - f64::from(*b)).abs()))
}

fn largest(a: &[f32]) -> f64 {
    a.iter().fold(0.0, |most: f64, &x| most.max(f64::from(x).abs()))
}

/// Slope of `log y` over `log x` by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (libm::log(*x), libm::log(*y))).collect();
    let n = logs.len() as f64;
    let (mx, my) = (logs.iter().map(|l| l.0).sum::<f64>() / n, logs.iter().map(|l| l.1).sum::<f64>() / n);
    let above: f64 = logs.iter().map(|(x, y)| (x - mx) * (y - my)).sum();
    above / logs.iter().map(|(x, _)| (x - mx).powi(2)).sum::<f64>()
}

/// Of one seed: the errors of all sizes, and what they say.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Errors {
    pub(super) seed: u32,
    /// Root mean square over the draws, relative to the integral, a size after the other.
    pub(super) errors: Vec<f64>,
    /// Of their logarithms over that of N.
    pub(super) slope: f64,
    /// The most that a permutation changed, and doubling, of the largest value; at 1024 tokens and at 8192.
    pub(super) permuted: [f64; 2],
    pub(super) doubled: [f64; 2],
}

/// Gaussian tokens.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Gaussian {
    /// `uᵀSu`.
    pub(super) load: f64,
    /// Relative errors by size, over all seeds, and what is predicted.
    pub(super) errors: Vec<f64>,
    pub(super) predicted: Vec<f64>,
    /// `S u`, its first two numbers, and estimates of it from 256 tokens.
    pub(super) arrow: [f64; 2],
    pub(super) estimates: Vec<[f64; 2]>,
}

/// What is found.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct IntegralAnswer {
    /// In a sentence, whose layers these are.
    pub(super) about: String,
    pub(super) sizes: Vec<u32>,
    pub(super) seeds: Vec<Errors>,
    pub(super) gaussian: Vec<Gaussian>,
    /// Claims M1 and M8.
    pub(super) verdicts: Vec<Verdict>,
}

/// Tokens of a Gaussian estimate that is drawn.
const DRAWN: u32 = 256;

/// The work, a size at a time.
#[derive(Debug)]
pub(crate) struct Integrating {
    about: String,
    layers: Vec<(u32, Layer)>,
    done: usize,
    seeds: Vec<Errors>,
    gaussian: Vec<Gaussian>,
    /// Of each seed, error over prediction of the first Gaussian query, by size.
    ratios: Vec<Vec<f64>>,
}

impl Integrating {
    /// Of the layers of some seeds.
    pub(super) fn new(about: String, layers: Vec<(u32, Layer)>) -> Self {
        let gaussian = LOADS.map(|load| {
            let u = query(load);
            let arrow = [VARIANCES[0] * u[0], VARIANCES[1] * u[1]];
            Gaussian { load, errors: Vec::new(), predicted: Vec::new(), arrow, estimates: Vec::new() }
        });
        Self { about, layers, done: 0, seeds: Vec::new(), gaussian: gaussian.to_vec(), ratios: Vec::new() }
    }

    /// Pieces done, and all.
    pub(super) fn progress(&self) -> (u32, u32) {
        (self.done as u32, ((self.layers.len() + SEEDS as usize) * SIZES.len()) as u32)
    }

    /// Does a piece; gives the answer with the last.
    pub(super) fn advance(&mut self) -> Result<Option<IntegralAnswer>, Error> {
        let (at, which) = (self.done / SIZES.len(), self.done % SIZES.len());
        let size = SIZES[which];
        if let Some((seed, layer)) = self.layers.get(at) {
            if which == 0 {
                let (permuted, doubled) = rounding(layer, *seed)?;
                self.seeds.push(Errors { seed: *seed, errors: Vec::new(), slope: 0.0, permuted, doubled });
            }
            let error = sampling(layer, *seed, size)?;
            if let Some(own) = self.seeds.last_mut() {
                own.errors.push(error);
                let points = SIZES.iter().zip(&own.errors).filter(|(size, _)| **size >= FIRST);
                own.slope = slope(&points.map(|(&size, &error)| (f64::from(size), error)).collect::<Vec<_>>());
            }
        } else {
            let seed = at - self.layers.len();
            let ratio = add(&mut self.gaussian, seed as u32, which)?;
            if which == 0 {
                self.ratios.push(Vec::new());
            }
            if let Some(own) = self.ratios.last_mut().filter(|_| size >= FIRST) {
                own.push(ratio);
            }
        }
        self.done += 1;
        let (done, all) = self.progress();
        Ok((done == all).then(|| self.answer()))
    }

    fn answer(&self) -> IntegralAnswer {
        IntegralAnswer {
            about: self.about.clone(),
            sizes: SIZES.to_vec(),
            seeds: self.seeds.clone(),
            gaussian: self.gaussian.clone(),
            verdicts: vec![self.operator(), self.linear()],
        }
    }

    fn operator(&self) -> Verdict {
        let sentence = "Softmax attention is an integral operator: on N tokens it tends to the integral with an error that falls as one \
                        over \
                        the root of N, and neither the order of tokens nor repeating all of them changes it.";
        let vote = |own: &Errors| {
            let kept = [own.permuted, own.doubled]
                .iter()
                .all(|changes| changes.iter().zip(ROUNDING).all(|(change, (_, allowed))| *change <= allowed));
            Vote::all([Vote::of((own.slope + 0.5).abs() <= SLOPE), Vote::of(kept)])
        };
        let each = |of: &dyn Fn(&Errors) -> String| self.seeds.iter().map(of).collect::<Vec<_>>().join(", ");
        let measured = format!(
            "Slope of log error over log N from {FIRST} to {} tokens, seed by seed: {} (−0.5 ± {SLOPE}); largest change by a \
             permutation {}, by \
             doubling {} of the largest value (rounding at {} tokens: {:e}).",
            SIZES[SIZES.len() - 1],
            each(&|own| format!("{:.3}", own.slope)),
            each(&|own| brief(own.permuted[1], 2)),
            each(&|own| brief(own.doubled[1], 2)),
            ROUNDING[1].0,
            ROUNDING[1].1
        );
        let votes: Vec<Vote> = self.seeds.iter().map(vote).collect();
        Claim::new("integral", sentence, "arXiv:2602.01863, its definition; the rate is ours").judged(&votes, measured)
    }

    fn linear(&self) -> Verdict {
        let sentence =
            "Over Gaussian tokens softmax attention is linear in the query: it gives S u, with the predicted error.";
        let claim = Claim::new("gaussian", sentence, "ours; its limit is in Boursier and Boyer 2026");
        let ends = |own: &Vec<f64>| {
            own.iter().fold([f64::INFINITY, 0.0], |[least, most]: [f64; 2], &ratio| [least.min(ratio), most.max(ratio)])
        };
        let vote = |own: &Vec<f64>| {
            let [least, most] = ends(own);
            Vote::of(least >= 1.0 - NEAR && most <= 1.0 + NEAR)
        };
        let each = self.ratios.iter().map(ends).map(|[least, most]| format!("{least:.2} to {most:.2}"));
        let measured = format!(
            "Error over prediction from {FIRST} tokens on at uᵀSu = {}, seed by seed: {} (within {NEAR}; {DRAWS} draws a size). At \
             uᵀSu = {} \
             the prediction does not hold: that is not small beside log N.",
            LOADS[0],
            each.collect::<Vec<_>>().join(", "),
            LOADS[1]
        );
        claim.judged(&self.ratios.iter().map(vote).collect::<Vec<_>>(), measured)
    }
}

/// Root mean square of the relative error of so many tokens.
fn sampling(layer: &Layer, seed: u32, size: u32) -> Result<f64, Error> {
    let want = layer.integral()?;
    let cumulative = cumulative(&layer.weights);
    let norm = distance(&want, &vec![0.0; want.len()]);
    let mut total = 0.0;
    for draw in 0..DRAWS {
        let places = layer.draw(&cumulative, [seed, STREAM_DATA, size + (draw << 16)], size);
        let got = layer.sum(&places)?;
        total += (distance(&got, &want) / norm).powi(2);
    }
    Ok(libm::sqrt(total / f64::from(DRAWS)))
}

fn cumulative(weights: &[f64]) -> Vec<f64> {
    let mut total = 0.0;
    weights
        .iter()
        .map(|weight| {
            total += weight;
            total
        })
        .collect()
}

/// What a permutation of tokens changes, and doubling all of them, of the largest value, at the sizes of [`ROUNDING`].
fn rounding(layer: &Layer, seed: u32) -> Result<([f64; 2], [f64; 2]), Error> {
    let cumulative = cumulative(&layer.weights);
    let (mut permuted, mut doubled) = ([0.0; 2], [0.0; 2]);
    for (at, (size, _)) in ROUNDING.iter().enumerate() {
        // Half as many are drawn, so that all of them twice are of this size.
        let places = layer.draw(&cumulative, [seed, STREAM_DATA, *size], size / 2);
        permuted[at] = layer.change(&places, &moved(&places, [seed, STREAM_DATA, *size]))?;
        doubled[at] = layer.change(&places, &[places.clone(), places.clone()].concat())?;
    }
    Ok((permuted, doubled))
}

/// In another order, by the shuffle of Fisher and Yates.
pub(super) fn moved(places: &[usize], [a, b, c]: [u32; 3]) -> Vec<usize> {
    let mut moved = places.to_vec();
    for i in (1..moved.len()).rev() {
        let other = below(pcg4d([a, b, c, (i as u32) << 1 | 1])[1], i as u32 + 1);
        moved.swap(i, other as usize);
    }
    moved
}

/// What rounding may change for so many tokens, of the largest value.
pub(super) fn allowed(tokens: u32) -> f64 {
    ROUNDING.iter().find(|(most, _)| tokens <= *most).map_or(f64::NAN, |(_, allowed)| *allowed)
}

/// A query whose `uᵀSu` is so much, as much of it along each axis.
fn query(load: f64) -> [f64; 4] {
    VARIANCES.map(|variance| libm::sqrt(load / VARIANCES.len() as f64 / variance))
}

/// Errors at one size, all on the same draws of a seed, pooled with those of the seeds before; error over prediction of the first.
fn add(all: &mut [Gaussian], seed: u32, which: usize) -> Result<f64, Error> {
    let size = SIZES[which];
    let shape = Shape { rows: 1, queries: 1, keys: size, heads: 1, head: 4, weighting: Weighting::Softmax };
    let bias = vec![-libm::log(f64::from(size)) as f32; size as usize];
    let mut kv = vec![0.0; 8 * size as usize];
    let mut totals = vec![0.0; all.len()];
    let spreads = VARIANCES.map(|variance| libm::sqrt(variance) as f32);
    for draw in seed * DRAWS..(seed + 1) * DRAWS {
        for (token, kv) in (0..).zip(kv.chunks_exact_mut(8)) {
            for (axis, spread) in (0..).zip(spreads) {
                let drawn = normal([draw, STREAM_DATA, size, token * 4 + axis]) * spread;
                kv[axis as usize] = drawn;
                kv[4 + axis as usize] = drawn;
            }
        }
        for (own, total) in all.iter_mut().zip(&mut totals) {
            let u = query(own.load);
            // The kernel divides logits by the root of the head's width.
            let got = attend(shape, &u.map(|u| (u * 2.0) as f32), &kv, &bias)?;
            *total += distance(&got, &centre(u)).powi(2);
            if size == DRAWN && seed == 0 {
                own.estimates.push([f64::from(got[0]), f64::from(got[1])]);
            }
        }
    }
    let mut ratios = Vec::new();
    for (own, total) in all.iter_mut().zip(totals) {
        let u = query(own.load);
        let norm = distance(&centre(u), &[0.0; 4]);
        let error = libm::sqrt(total / f64::from(DRAWS)) / norm;
        let spread = VARIANCES.iter().sum::<f64>() + norm * norm;
        let predicted = libm::sqrt(libm::exp(own.load) * spread / f64::from(size)) / norm;
        match own.errors.get_mut(which) {
            Some(pooled) => {
                let before = f64::from(seed);
                *pooled = libm::sqrt((pooled.powi(2) * before + error * error) / (before + 1.0));
            }
            None => {
                own.errors.push(error);
                own.predicted.push(predicted);
            }
        }
        ratios.push(error / predicted);
    }
    Ok(ratios.first().copied().unwrap_or(f64::NAN))
}

/// `S u`.
fn centre(u: [f64; 4]) -> [f32; 4] {
    [0, 1, 2, 3].map(|axis| (VARIANCES[axis] * u[axis]) as f32)
}
