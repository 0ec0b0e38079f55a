//! Five operations, two machines: what each of them does with one symbol. The machine's side is read off its own course; the
//! transformer's comes from [`super::insight`].
//!
//! The names of the operations are the paper's (Bose 2026, abstract). Which parts of the two machines correspond is our reading
//! of the machine's description and of standard attention: the paper's own table could not be read.

use serde::Serialize;

use crate::error::Error;
use crate::labs::sequence::course::Course;
use crate::labs::sequence::curves::short;
use crate::labs::sequence::stage::{SimilarityItem, SimilarityView, StageView, VectorView};
use crate::labs::sequence::symbols::shown;
use crate::order::sorted;
use crate::sdm::code::{cosine, dense};
use crate::sdm::machine::Model;

/// Decoder neurons beyond those that fire that are shown beside them.
const BEATEN: usize = 5;

/// One operation of both machines.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stage {
    /// Identifier.
    #[cfg_attr(test, ts(type = "'encoding' | 'context' | 'retrieval' | 'storage' | 'decoding'"))]
    pub id: &'static str,
    /// Name.
    pub label: &'static str,
    /// Whose correspondence it is.
    pub mapping: &'static str,
    /// The sequence machine.
    pub machine: StageView,
    /// The transformer.
    pub transformer: StageView,
}

/// What both predict.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Predictions {
    /// The sequence machine.
    pub machine: String,
    /// The transformer.
    pub transformer: String,
}

/// Both machines at one symbol.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Operations {
    /// Which symbol.
    pub at: usize,
    /// Of how many.
    pub length: usize,
    /// The symbol.
    pub symbol: String,
    /// The one that comes next.
    pub next: Option<String>,
    /// The five operations.
    pub stages: Vec<Stage>,
    /// What both predict.
    pub predictions: Predictions,
    /// How the transformer was trained.
    pub training: String,
    /// Whether it was stopped before it had learned it, and would go on.
    pub unfinished: bool,
}

const OPERATIONS: [(&str, &str, &str); 5] = [
    (
        "encoding",
        "Encoding",
        "The paper names the operation. That a fixed ranked code stands beside an embedding with its position is our reading.",
    ),
    (
        "context",
        "Context maintenance",
        "The paper names the operation. That the context neurons stand beside the residual stream and the cached prefix is our reading: \
         one is a sum of what came before, the other keeps all of it.",
    ),
    (
        "retrieval",
        "Associative retrieval",
        "The paper says that similarity is the retrieval step of both. That the w strongest decoder neurons stand beside softmax is our \
         reading.",
    ),
    (
        "storage",
        "Storage",
        "The paper names the operation. A transformer stores twice, in its cache and by gradient in its weights; setting both beside \
         one-shot writing is our reading.",
    ),
    (
        "decoding",
        "Decoding",
        "The paper names the operation. That the nearest stored code stands beside output projection and softmax is our reading.",
    ),
];

impl Operations {
    /// Puts the two machines side by side.
    ///
    /// # Errors
    /// [`Error::Probe`] if there is no such place.
    pub fn of(
        course: &Course,
        at: usize,
        transformer: [StageView; 5],
        predicted: String,
        training: String,
        unfinished: bool,
    ) -> Result<Self, Error> {
        let at = course.place(at)?;
        let machine = machine_stages(course, at);
        let pairs = OPERATIONS.into_iter().zip(machine.into_iter().zip(transformer));
        let stage = |((id, label, mapping), (machine, transformer))| Stage { id, label, mapping, machine, transformer };
        Ok(Self {
            at,
            length: course.symbols.len(),
            symbol: course.symbols[at].clone(),
            next: course.symbols.get(at + 1).cloned(),
            stages: pairs.map(stage).collect(),
            predictions: Predictions { machine: name(course, course.second.predicted[at + 1]), transformer: predicted },
            training,
            unfinished,
        })
    }
}

/// A symbol's name; an em dash where nothing was predicted.
fn name(course: &Course, symbol: Option<u32>) -> String {
    symbol.and_then(|symbol| course.alphabet.get(symbol as usize).cloned()).unwrap_or_else(|| "—".to_owned())
}

fn item(label: impl Into<String>, value: f64, chosen: bool) -> SimilarityItem {
    SimilarityItem { label: label.into(), value, chosen }
}

/// The largest of some similarities is the chosen one.
fn choose(mut items: Vec<SimilarityItem>) -> Vec<SimilarityItem> {
    let most = items.iter().map(|item| item.value).fold(0.0, f64::max);
    items.iter_mut().for_each(|item| item.chosen = item.value >= most && most > 0.0);
    items
}

/// The machine's five operations at one symbol, on the second presentation.
#[must_use]
pub fn machine_stages(course: &Course, at: usize) -> [StageView; 5] {
    [encoding(course, at), context(course, at), retrieval(course, at), storage(course, at), decoding(course, at)]
}

fn encoding(course: &Course, at: usize) -> StageView {
    let s = &course.shape;
    let code = s.code(course.replica.seed, course.numbers[at]);
    let similar = |(symbol, number): (&String, u32)| {
        item(shown(symbol), cosine(&code, &s.code(course.replica.seed, number), s.alpha), number == course.numbers[at])
    };
    let items: Vec<SimilarityItem> = course.alphabet.iter().zip(0..).map(similar).collect();
    let first = code.first().copied().unwrap_or(0);
    StageView {
        sentence: format!(
            "{} is {} of {} neurons that fire in a fixed order; neuron {first} fires first and counts most.",
            shown(&course.symbols[at]),
            s.data_active,
            s.size
        ),
        formula: format!("σᵣ = αʳ, α = {}", short(s.alpha)),
        vectors: vec![VectorView::code("Code of the symbol", dense(&code, s.size, s.alpha), code)],
        similarities: vec![SimilarityView {
            label: "Cosine to the code of every symbol".to_owned(),
            unit: "cosine".to_owned(),
            items,
        }],
    }
}

fn context(course: &Course, at: usize) -> StageView {
    let s = &course.shape;
    let contexts = &course.second.contexts;
    let (old, new) = (&contexts[at], &contexts[at + 1]);
    // A shift register's two inputs take turns, and equal ranks count the same; its first places may lack the older one.
    let shift = course.replica.model == Model::Shift;
    let size = if shift { 2 * s.size } else { s.context };
    let vector = |order: &[u32]| {
        let mut vector = vec![0.0_f32; size as usize];
        for (place, &neuron) in order.iter().enumerate() {
            let rank = if shift { place / 2 } else { place };
            if let Some(entry) = vector.get_mut(neuron as usize) {
                *entry = libm::pow(s.alpha, rank as f64) as f32;
            }
        }
        vector
    };
    let cosine = |a: &[u32], b: &[u32]| {
        let (a, b) = (vector(a), vector(b));
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>();
        let norms = libm::sqrt(dot(&a, &a) * dot(&b, &b));
        if norms > 0.0 { dot(&a, &b) / norms + 0.0 } else { 0.0 }
    };
    let view = |label: &str, order: &Vec<u32>| VectorView::code(label, vector(order), order.clone());
    let others = course.second.contexts.iter().skip(1).enumerate().filter(|(place, _)| *place != at);
    let items = others.map(|(place, other)| {
        item(format!("after {}, place {}", shown(&course.symbols[place]), place + 1), cosine(new, other), false)
    });
    let kept = cosine(old, new);
    let (formula, how) = match course.replica.model {
        Model::Shift => ("C = (Iₙ, Iₙ₋₁)".to_owned(), "holds the last two inputs side by side"),
        Model::Layer(retention) => {
            let formula = if retention < 1.0 {
                format!("C = nofm(λ P₁C + P₂I), λ = Λ / (1 − Λ) = {}", short(retention / (1.0 - retention)))
            } else {
                "C = nofm(P₁C): with Λ = 1 the input does not count".to_owned()
            };
            (formula, "mixes itself with the input")
        }
        Model::Combined(retention) => (
            format!("C = nofm({} scale(P₁C) + {} scale(P₂I))", short(retention), short(1.0 - retention)),
            "mixes itself, scrambled, with the input",
        ),
    };
    StageView {
        sentence: format!("The context {how}. Its cosine to the one before is {}.", short(kept)),
        formula,
        vectors: vec![view("Context before", old), view("New context", new)],
        similarities: vec![SimilarityView {
            label: "Cosine to the contexts at the other places".to_owned(),
            unit: "cosine".to_owned(),
            items: choose(items.collect()),
        }],
    }
}

fn retrieval(course: &Course, at: usize) -> StageView {
    let s = &course.shape;
    let context = &course.second.contexts[at + 1];
    let lines = &course.second.lines[at + 1];
    let sums = course.fixed.decode(s, &course.replica, context);
    let mut strongest = sorted((0..sums.len()).collect(), |&neuron: &usize| -f64::from(sums[neuron]));
    strongest.truncate(lines.len() + BEATEN);
    let most = strongest.first().map_or(1, |&neuron| sums[neuron].max(1));
    let decoder = strongest.iter().map(|&neuron| {
        let share = f64::from(sums[neuron]) / f64::from(most);
        item(format!("neuron {neuron}"), share, lines.contains(&(neuron as u32)))
    });
    // Symbol k was written at the context that stood before it.
    let stored = course.first.lines.iter().take(course.symbols.len()).enumerate().map(|(place, other)| {
        item(format!("{}, place {}", shown(&course.symbols[place]), place + 1), cosine(lines, other, s.alpha), false)
    });
    let stored = choose(stored.collect());
    let best = stored.iter().find(|item| item.chosen).map_or(String::new(), |item| {
        format!(" They are most like the ones under which {} was stored (cosine {}).", item.label, short(item.value))
    });
    StageView {
        sentence: format!(
            "Of {} decoder neurons ({}) the {} with the largest dot products fire, in their order.{best}",
            s.decoders,
            s.weights,
            lines.len()
        ),
        formula: "a = nofm(D C)".to_owned(),
        vectors: vec![VectorView::code("Decoder neurons that fire", dense(lines, s.decoders, s.alpha), lines.clone())],
        similarities: vec![
            SimilarityView {
                label: "Cosine to the addresses of what was stored".to_owned(),
                unit: "cosine".to_owned(),
                items: stored,
            },
            SimilarityView {
                label: "Dot products of the context with the strongest decoder neurons".to_owned(),
                unit: "share of the largest".to_owned(),
                items: decoder.collect(),
            },
        ],
    }
}

fn storage(course: &Course, at: usize) -> StageView {
    let s = &course.shape;
    let lines = &course.first.lines[at];
    let data = s.code(course.replica.seed, course.numbers[at]);
    // What earlier symbols had written at these weights already.
    let pairs: std::collections::BTreeSet<(u32, u32)> = (0..at)
        .flat_map(|place| {
            let code = s.code(course.replica.seed, course.numbers[place]);
            let earlier = &course.first.lines[place];
            earlier
                .iter()
                .flat_map(|&line| code.iter().map(move |&neuron| (line, neuron)).collect::<Vec<_>>())
                .collect::<Vec<_>>()
        })
        .collect();
    let fresh = lines.iter().flat_map(|&line| data.iter().map(move |&neuron| (line, neuron)));
    let fresh = fresh.filter(|pair| !pairs.contains(pair)).count();
    let all = lines.len() * data.len();
    let written = (0..lines.len().min(8)).map(|rank| {
        let weight = libm::pow(s.alpha, rank as f64);
        item(format!("decoder neuron {}", lines[rank]), if s.graded { weight } else { 1.0 }, true)
    });
    StageView {
        sentence: format!(
            "The first time, {} was written at the context before it: {all} weights in one shot, {fresh} of them for the first time. Now \
             nothing is written.",
            shown(&course.symbols[at])
        ),
        formula: if s.graded { "W = max(W, a ⊗ x)" } else { "W = W or a ⊗ x" }.to_owned(),
        vectors: vec![
            VectorView::code("Address: decoder neurons", dense(lines, s.decoders, s.alpha), lines.clone()),
            VectorView::code("Data: code of the symbol", dense(&data, s.size, s.alpha), data),
        ],
        similarities: vec![SimilarityView {
            label: "Largest weight that each decoder neuron got".to_owned(),
            unit: "weight".to_owned(),
            items: written.collect(),
        }],
    }
}

fn decoding(course: &Course, at: usize) -> StageView {
    let s = &course.shape;
    let output = &course.second.outputs[at + 1];
    let predicted = course.second.predicted[at + 1];
    let items: Vec<SimilarityItem> = course
        .alphabet
        .iter()
        .zip(0..)
        .map(|(symbol, number)| {
            let value = cosine(output, &s.code(course.replica.seed, number), s.alpha);
            item(shown(symbol), value, predicted == Some(number))
        })
        .collect();
    let items = sorted(items, |item| -item.value);
    let sentence = match predicted {
        Some(symbol) => {
            let value = cosine(output, &s.code(course.replica.seed, symbol), s.alpha);
            format!(
                "What the store gives is nearest to the code of {} (cosine {}): that is predicted to come next.",
                shown(&name(course, predicted)),
                short(value)
            )
        }
        None => "The store has nothing to say at this context: nothing was ever written near it.".to_owned(),
    };
    StageView {
        sentence,
        formula: "y = nofm(Wᵀa), nearest code".to_owned(),
        vectors: vec![VectorView::code("Data word that was read", dense(output, s.size, s.alpha), output.clone())],
        similarities: vec![SimilarityView {
            label: "Cosine to the code of every symbol".to_owned(),
            unit: "cosine".to_owned(),
            items,
        }],
    }
}
