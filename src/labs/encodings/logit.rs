//! A full attention logit of the first layer, split into its four parts, before and after Lemma 1's mapping.
//!
//! With additive positions of gain γ the logit of a query at m and a key at n is
//! `(x_m + γ p_m)ᵀ M (x_n + γ p_n) = xᵀMx + γ (x_mᵀ M p_n + p_mᵀ M x_n) + γ² p_mᵀ M p_n`. The mapping multiplies γ by T/L: the lemma's
//! factor (T/L)² is that of the last part only. Biases count as content. Where layer norm comes first, its mean and gain are linear
//! and are split along; its divisor is that of the whole sum, before or after the mapping, so that the powers no longer hold.

use crate::encoding::statistics::pearson;
use crate::error::Error;
use crate::kernels::batch::HELD_OUT_SEED;
use crate::kernels::layer_norm::EPSILON;
use crate::model::transformer::{Replica, Transformer};
use crate::run::table::{Column, Table};
use crate::run::trained;
use crate::task::source::{self, Split};

/// A run's model and its parameters at one step.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The model.
    pub model: Transformer,
    /// The run.
    pub replica: Replica,
    /// Its arm's name.
    pub label: String,
    /// Its parameters.
    pub parameters: Vec<f32>,
    /// Steps trained.
    pub step: u32,
}

impl TryFrom<trained::Trained> for Trained {
    type Error = Error;

    fn try_from(trained: trained::Trained) -> Result<Self, Error> {
        let ensemble = trained.ensemble()?;
        let (model, replica) = (ensemble.model.clone(), *ensemble.replica(trained.run)?);
        Ok(Self { model, replica, label: trained.arm.label, parameters: trained.parameters, step: trained.step })
    }
}

/// One of the four parts.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "LogitPart"))]
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Part {
    /// Identifier.
    pub id: &'static str,
    /// Name.
    pub label: &'static str,
    /// Root mean square over the pairs that attention sees, before the mapping.
    pub before: f64,
    /// The same after it.
    pub after: f64,
    /// `after / before`; nothing where that is undefined.
    pub factor: Option<f64>,
    /// What the algebra says; nothing where layer norm comes first, which divides by the size of the whole sum.
    pub expected: Option<f64>,
    /// In words.
    pub power: &'static str,
}

/// A logit in its parts, and what the mapping makes of attention.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Logit {
    /// Steps that the weights were trained for.
    pub step: u32,
    /// Positions.
    pub length: usize,
    /// T/L.
    pub scale: f64,
    /// The sequence, the first of the held-out set.
    pub tokens: Vec<String>,
    /// Content–content, content–position, position–content, position–position.
    pub parts: Vec<Part>,
    /// How far whole logits are from one global factor.
    pub sentence: String,
    /// Attention weights `[query, key]` before the mapping, under the switches.
    #[serde(skip)]
    pub before: Vec<f32>,
    /// After it.
    #[serde(skip)]
    pub after: Vec<f32>,
    /// Largest difference of the two.
    pub largest_difference: f64,
}

impl Logit {
    /// The attention weights before and after the mapping, a row for each query and key. A causal mask's are 0.
    #[must_use]
    pub fn maps(&self) -> Table {
        let columns = ["query", "key", "before", "after"].map(|id| Column::new(id, id, ""));
        let mut table = Table::new("maps", columns);
        for (at, (&before, &after)) in self.before.iter().zip(&self.after).enumerate() {
            table.push([(at / self.length).into(), (at % self.length).into(), before.into(), after.into()]);
        }
        table
    }
}

/// What is split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// Head of the first layer, from 0.
    pub head: u32,
    /// T/L.
    pub scale: f64,
    /// Whether the maps have content.
    pub content: bool,
    /// Whether the maps have the mapped positions multiplied by L/T again.
    pub undo: bool,
}

/// Rows of numbers.
type Rows = Vec<Vec<f64>>;

/// Splits the logits of `trained` on the first held-out sequence.
///
/// # Errors
/// [`Error::Internal`] if the parameters do not fit the model.
pub fn split(trained: &Trained, question: &Question) -> Result<Logit, Error> {
    let Question { head, scale, content, undo } = *question;
    let layer = FirstLayer::of(trained, head)?;
    let length = layer.content.len();
    let seen = |m: usize, n: usize| !layer.causal || n <= m;

    let before = layer.parts(1.0, true);
    let after = layer.parts(scale, true);
    let count = (0..length * length).filter(|at| seen(at / length, at % length)).count().max(1);
    let strength = |part: &[f64]| {
        let square = |(at, value): (usize, &f64)| if seen(at / length, at % length) { value * value } else { 0.0 };
        libm::sqrt(part.iter().enumerate().map(square).sum::<f64>() / count as f64)
    };
    let names = [
        ("content-content", "Content–content", 1.0, "1"),
        ("content-position", "Content–position", scale, "T/L"),
        ("position-content", "Position–content", scale, "T/L"),
        ("position-position", "Position–position", scale * scale, "(T/L)²"),
    ];
    let parts = names.iter().zip(before.iter().zip(&after)).map(|(&(id, label, expected, power), (before, after))| {
        let (before, after) = (strength(before), strength(after));
        let expected = layer.norm.is_none().then_some(expected);
        Part { id, label, before, after, factor: (before > 0.0).then(|| after / before), expected, power }
    });
    let parts: Vec<Part> = parts.collect();

    let visible = |parts: &[Vec<f64>; 4]| -> Vec<f64> {
        let places = (0..length * length).filter(|at| seen(at / length, at % length));
        places.map(|at| parts.iter().map(|part| part[at]).sum()).collect()
    };
    let [whole, mapped] = [&before, &after].map(visible);
    let [maps_before, maps_after] =
        [&layer, &layer.mapped(scale, undo)].map(|layer| attention(&layer.parts(1.0, content), length, layer.causal));
    let differences = maps_before.iter().zip(&maps_after).map(|(a, b)| f64::from((a - b).abs()));
    Ok(Logit {
        step: trained.step,
        length,
        scale,
        tokens: layer.tokens,
        sentence: sentence(&parts, &whole, &mapped, scale, layer.norm.is_some()),
        parts,
        largest_difference: differences.fold(0.0, f64::max),
        before: maps_before,
        after: maps_after,
    })
}

fn sentence(parts: &[Part], whole: &[f64], mapped: &[f64], scale: f64, normed: bool) -> String {
    if parts.iter().all(|part| part.before == 0.0 || part.id == "content-content") {
        return "This run adds no position vectors, so the mapping changes nothing. What it may do to logits instead, a rotation or a \
            penalty on distance, is left out here.".to_owned();
    }
    if scale == 1.0 {
        return "With T = L the mapping changes nothing.".to_owned();
    }
    let alike = pearson(whole, mapped).unwrap_or(0.0);
    if normed {
        return format!(
            "Layer norm comes first in this model: it divides each sum of symbol and position by its own size, which the mapping changes. \
             So no part has the power of T/L that the algebra gives without it, and the lemma says nothing of these logits; before and \
             after the mapping they correlate with r = {alike:.3}."
        );
    }
    let factor = scale * scale;
    format!(
        "Only the position–position part is multiplied by (T/L)² = {}. Whole logits before and after the mapping correlate with r = \
         {alike:.3}, where one global factor would give 1: content does not shrink along with position. And where all parts do share one \
         factor, softmax still reads it as a temperature, which flattens attention.",
        super::arms::short(factor)
    )
}

/// Queries and keys of one head, before they are multiplied.
#[derive(Clone)]
struct FirstLayer {
    tokens: Vec<String>,
    causal: bool,
    /// Token vectors.
    content: Rows,
    /// Position vectors times their gain.
    position: Rows,
    /// Of layer norm, where it comes first: gain and shift.
    norm: Option<(Vec<f64>, Vec<f64>)>,
    /// `[inputs][head width]` of queries and of keys.
    weights: [Rows; 2],
    biases: [Vec<f64>; 2],
}

impl FirstLayer {
    fn of(trained: &Trained, head: u32) -> Result<Self, Error> {
        let Trained { model, parameters, .. } = trained;
        let a = &model.architecture;
        let (width, length) = (a.width as usize, a.layout.length as usize);
        let tensor = |name: &str| {
            let found = model.parameters.tensors.iter().find(|tensor| tensor.name == name);
            found
                .and_then(|tensor| parameters.get(tensor.offset as usize..(tensor.offset + tensor.len()) as usize))
                .map(|values| values.iter().map(|&value| f64::from(value)).collect::<Vec<f64>>())
                .ok_or_else(|| Error::Internal(format!("a model without {name}")))
        };
        let rows = |values: Vec<f64>| values.chunks_exact(width).map(<[f64]>::to_vec).collect::<Rows>();
        let mut symbols = vec![0; a.layout.source_length() as usize];
        source::draw(&mut symbols, &a.layout, Split::HeldOut, HELD_OUT_SEED, 0, 0);
        let token = |position| a.layout.token(position, |i| symbols[i as usize]).0;
        let tokens: Vec<u32> = (0..length as u32).map(token).collect();
        let embedding = rows(tensor("embedding.weight")?);
        let content = tokens.iter().map(|&token| embedding[token as usize].clone()).collect();
        let gain = tensor("position.gain")?[0];
        let position = rows(tensor("position.table")?)
            .into_iter()
            .map(|row| row.into_iter().map(|x| f64::from(x as f32 * gain as f32)).collect())
            .collect();
        let norm = match a.pre_norm {
            true => Some((tensor("layers.0.norm1.weight")?, tensor("layers.0.norm1.bias")?)),
            false => None,
        };
        let joint: Rows =
            tensor("layers.0.self_attn.in_proj_weight")?.chunks_exact(3 * width).map(<[f64]>::to_vec).collect();
        let bias = tensor("layers.0.self_attn.in_proj_bias")?;
        let size = width / a.heads as usize;
        let columns = |part: usize| {
            let first = part * width + head.min(a.heads - 1) as usize * size;
            first..first + size
        };
        let weights = [0, 1].map(|part| joint.iter().map(|row| row[columns(part)].to_vec()).collect());
        let biases = [0, 1].map(|part| bias[columns(part)].to_vec());
        let tokens = tokens.iter().map(|&token| a.layout.name(token)).collect();
        Ok(Self { tokens, causal: a.causal, content, position, norm, weights, biases })
    }

    /// With its positions as the mapping leaves them, in the single precision of a table; `undo` multiplies them by L/T again.
    fn mapped(&self, scale: f64, undo: bool) -> Self {
        let map = |value: &f64| {
            let mapped = (*value as f32) * scale as f32;
            f64::from(if undo { mapped / scale as f32 } else { mapped })
        };
        let position = self.position.iter().map(|row| row.iter().map(map).collect()).collect();
        Self { position, ..self.clone() }
    }

    /// The four parts of all logits `[query, key]`, with positions times `scale`, and content or without.
    fn parts(&self, scale: f64, content: bool) -> [Vec<f64>; 4] {
        let mut sides: [[Rows; 2]; 2] = Default::default();
        for (x, p) in self.content.iter().zip(&self.position) {
            let x: Vec<f64> = x.iter().map(|x| if content { *x } else { 0.0 }).collect();
            let p: Vec<f64> = p.iter().map(|p| p * scale).collect();
            let (x, p) = self.normed(x, p, content);
            for (side, (weights, bias)) in sides.iter_mut().zip(self.weights.iter().zip(&self.biases)) {
                let mut own = project(&x, weights);
                if content {
                    own.iter_mut().zip(bias).for_each(|(own, bias)| *own += bias);
                }
                side[0].push(own);
                side[1].push(project(&p, weights));
            }
        }
        let [queries, keys] = &sides;
        let scale = 1.0 / libm::sqrt(self.biases[0].len() as f64);
        [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(query, key)| {
            let row = |query: &Vec<f64>| keys[key].iter().map(|key| scale * dot(query, key)).collect::<Vec<f64>>();
            queries[query].iter().flat_map(row).collect()
        })
    }

    /// Content and position as they come out of layer norm, each for itself.
    fn normed(&self, mut x: Vec<f64>, mut p: Vec<f64>, content: bool) -> (Vec<f64>, Vec<f64>) {
        let Some((gain, shift)) = &self.norm else { return (x, p) };
        let width = x.len() as f64;
        for part in [&mut x, &mut p] {
            let mean = part.iter().sum::<f64>() / width;
            part.iter_mut().for_each(|value| *value -= mean);
        }
        let variance = x.iter().zip(&p).map(|(x, p)| (x + p) * (x + p)).sum::<f64>() / width;
        let deviation = libm::sqrt(variance + f64::from(EPSILON));
        for (((x, p), gain), shift) in x.iter_mut().zip(&mut p).zip(gain).zip(shift) {
            *x = *x / deviation * gain + if content { *shift } else { 0.0 };
            *p = *p / deviation * gain;
        }
        (x, p)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn project(x: &[f64], weights: &Rows) -> Vec<f64> {
    let mut sums = vec![0.0; weights.first().map_or(0, Vec::len)];
    for (x, row) in x.iter().zip(weights) {
        sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += x * weight);
    }
    sums
}

/// Softmax of the sum of the parts, row by row.
fn attention(parts: &[Vec<f64>; 4], length: usize, causal: bool) -> Vec<f32> {
    let mut weights = Vec::with_capacity(length * length);
    for query in 0..length {
        let keys = if causal { query + 1 } else { length };
        let logit = |key: usize| parts.iter().map(|part| part[query * length + key]).sum::<f64>();
        let logits: Vec<f64> = (0..keys).map(logit).collect();
        let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = logits.iter().map(|logit| libm::exp(logit - top)).sum();
        weights.extend(logits.iter().map(|logit| (libm::exp(logit - top) / total) as f32));
        weights.extend(std::iter::repeat_n(0.0, length - keys));
    }
    weights
}
