//! Looking inside a run: what it does with one sequence, and the size of its weights and gradients.
//!
//! A copy of one run's parameters is put through the CPU twins on one sequence. That takes a millisecond or so, leaves
//! the race as it is, and does the same whichever executor trains.

use crate::compute::cpu::CpuExecutor;
use crate::encoding::face::{Face, Gram};
use crate::encoding::{Encoding, Shape, Table};
use crate::error::Error;
use crate::kernels::batch::HELD_OUT_SEED;
use crate::model::ensemble::Ensemble;
use crate::model::parameters::Parameter;
use crate::model::transformer::{Architecture, ProbePlan, Replica, Transformer};
use crate::reading::{quoted, seen};
use crate::run::race::Race;
use crate::task::source::{self, Split};
use crate::task::{Layout, Task};

/// What a run does with a probe.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Steps trained.
    pub step: u32,
    /// Which run.
    pub replica: u32,
    /// Positions.
    pub length: u32,
    /// Layers.
    pub layers: u32,
    /// Heads.
    pub heads: u32,
    /// Input tokens, `[length]`.
    pub tokens: Vec<u32>,
    /// Text of each token.
    pub names: Vec<String>,
    /// Right answers by position; −1 where nothing is judged.
    pub targets: Vec<i32>,
    /// First judged position.
    pub first_judged: u32,
    /// Softmax of the logits, `[length − first_judged, vocabulary]`.
    pub probabilities: Vec<f32>,
    /// Whether no query attends to a key after it.
    pub masked: bool,
    /// Attention weights, `[layers, heads, length, length]`: query, then key.
    pub attention: Vec<f32>,
    /// Similarity of positions, `[length, length]`, and what it is; nothing if the encoding does nothing.
    pub similarity: Option<(Vec<f32>, &'static str)>,
    /// Weights and gradients by layer.
    pub norms: Vec<Norms>,
}

/// Euclidean norms over one layer's parameters.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, serde::Serialize)]
pub struct Norms {
    /// Prefix of the parameters' names.
    pub name: String,
    /// For the reader.
    pub label: String,
    /// How many numbers.
    pub parameters: u32,
    /// Of the parameters.
    pub weight: f32,
    /// Of the loss's gradient at the last step, before clipping; zero before the first and for what is not trained.
    pub gradient: f32,
}

/// The sequence that a probe's text stands for: nothing is the first held-out sequence, `#5` number 5 of those (from
/// 0), else the symbols of the source as numbers, of associative recall the whole sequence, its keys written `k0`, `k1`….
///
/// # Errors
/// [`Error::Probe`] with what is allowed.
pub fn read_probe(text: &str, layout: &Layout) -> Result<Vec<u32>, Error> {
    let wanted = layout.source_length() as usize;
    let highest = layout.symbols - 1;
    let keys = layout.task == Task::AssociativeRecall;
    let allowed = match keys {
        true => format!("keys are k0 to k{highest}, values numbers from 0 to {highest}"),
        false => format!("symbols are numbers from 0 to {highest}"),
    };
    let text = seen(text);
    let text = text.trim();
    let row = match text.strip_prefix('#') {
        Some(number) => {
            let row = number.trim().parse::<u32>().ok().filter(|&row| row < 1_000_000);
            Some(row.ok_or_else(|| {
                Error::Probe(format!("\"{}\": after # comes a number from 0 to 999999.", quoted(text)))
            })?)
        }
        None => text.is_empty().then_some(0),
    };
    if let Some(row) = row {
        let mut drawn = vec![0; wanted];
        source::draw(&mut drawn, layout, Split::HeldOut, HELD_OUT_SEED, 0, row);
        return Ok(drawn);
    }
    let mut symbols = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|word| !word.is_empty()) {
        let (number, first) = match word.strip_prefix('k').filter(|_| keys) {
            Some(number) => (number, layout.symbols),
            None => (word, 0),
        };
        let symbol = number.parse::<u32>().ok().filter(|&symbol| symbol <= highest).map(|symbol| first + symbol);
        let place = symbols.len() + 1;
        symbols.push(symbol.ok_or_else(|| {
            Error::Probe(format!("Symbol {place} is \"{}\"; {allowed}.", word.chars().take(20).collect::<String>()))
        })?);
        if symbols.len() > wanted {
            break;
        }
    }
    if symbols.len() == wanted {
        let refuse = || {
            Error::Probe(format!("Pairs of a key and a value, all keys different, then one of them again: {allowed}."))
        };
        return layout.source(&symbols).ok_or_else(refuse);
    }
    let given = if symbols.len() > wanted { format!("more than {wanted}") } else { symbols.len().to_string() };
    Err(Error::Probe(format!(
        "A probe of this task has {wanted} symbols with spaces between ({allowed}); this one has {given}."
    )))
}

impl Race {
    /// Looks inside run `replica` at the present step, with the probe of [`read_probe`].
    ///
    /// # Errors
    /// [`Error::Probe`] if the probe is refused; [`Error::Config`] if there is no such run; [`Error::DeviceLost`].
    pub async fn inspect(&mut self, replica: u32, probe: &str) -> Result<Inspection, Error> {
        let (at, place) = self.place(replica as usize)?;
        let (model, run) = self.transformer(at, place)?;
        let layout = model.architecture.layout;
        let symbols = read_probe(probe, &layout)?;
        self.catch_up().await?;
        let group = self.group(at)?;
        let step = group.submitted;
        let pools = [group.shared.parameters, group.shared.gradients];
        let [parameters, gradients] = group.executor.read(pools, Some(place)).await?;

        let (tokens, targets): (Vec<u32>, Vec<f32>) =
            (0..layout.length).map(|position| layout.token(position, |i| symbols[i as usize])).unzip();
        let control = model.control(&run)?;
        let ProbePlan { plan, shapes } = model.probe(&run)?;
        let (Some((&tokens_id, [logits_id, attended @ ..])), true) = (plan.kept.split_first(), plan.kept.len() > 1)
        else {
            return Err(Error::Internal("a probe keeps nothing".to_owned()));
        };
        let mut executor = CpuExecutor::<f32>::new(&plan);
        let input: Vec<f32> = tokens.iter().map(|&token| token as f32).collect();
        executor.write(0, plan.shared.parameters, &parameters)?;
        executor.write(0, plan.shared.control, &control)?;
        executor.write(0, plan.shared.rotations, &model.rotations())?;
        executor.write(0, tokens_id, &input)?;
        executor.run(&plan.evaluation, 1)?;

        let vocabulary = layout.vocabulary() as usize;
        let logits = executor.buffer(0, *logits_id)?;
        let judged = layout.judged() as usize;
        let probabilities = logits.chunks_exact(vocabulary).take(judged).flat_map(softmax).collect();
        let read = attended.iter().map(|&qkv| executor.buffer(0, qkv)).collect::<Result<Vec<_>, Error>>()?;
        let attention = shapes.iter().zip(read).flat_map(|(shape, qkv)| {
            (0..shape.heads.heads).flat_map(move |head| shape.weights(&control, qkv, 0, head))
        });
        let attention = attention.collect();
        let similarity = similarity(&model, &run, &parameters)?;
        let names = (0..layout.vocabulary()).map(|token| layout.name(token)).collect();
        Ok(Inspection {
            step,
            replica,
            length: layout.length,
            layers: model.architecture.layers,
            heads: model.architecture.heads,
            tokens,
            names,
            targets: targets.into_iter().map(|target| target as i32).collect(),
            first_judged: layout.first_judged(),
            probabilities,
            masked: model.architecture.causal,
            attention,
            similarity,
            norms: norms(&model, &run, step, &parameters, &gradients),
        })
    }

    /// The transformer of a group, and one of its replicas.
    fn transformer(&self, group: usize, place: u32) -> Result<(Transformer, Replica), Error> {
        let other = || Error::Config("Only transformers can be looked into.".to_owned());
        let squad = self.lineup().squads.get(group).ok_or_else(other)?;
        let model: &dyn std::any::Any = squad.model.as_ref();
        let ensemble: &Ensemble = model.downcast_ref().ok_or_else(other)?;
        Ok((ensemble.model.clone(), *ensemble.replica(squad.runs.start + place as usize)?))
    }
}

/// The similarity of positions under one run's encoding as it is now, in one head where the heads differ in nothing, and what it
/// is; nothing if it does nothing.
fn similarity(
    model: &Transformer,
    run: &Replica,
    parameters: &[f32],
) -> Result<Option<(Vec<f32>, &'static str)>, Error> {
    let Architecture { layout, width, heads, .. } = model.architecture;
    let shape = Shape { length: layout.length, width, seed: run.seed, tuning: run.tuning };
    let face = match run.encoding {
        Encoding::None => Face::Nothing,
        Encoding::Rope => Face::of(run.encoding, &Shape { width: width / heads, ..shape }, heads),
        Encoding::Alibi => Face::of(run.encoding, &shape, heads),
        _ => {
            let table = parameters.get(model.table as usize..).unwrap_or(&[]);
            let gain = parameters.get(model.gain as usize).copied().unwrap_or(0.0);
            let values = table.iter().map(|value| value * gain).collect();
            Face::Vectors(Table { rows: layout.length as usize, columns: width as usize, values })
        }
    };
    let products = Gram::of(&face)?.map(|gram| gram.values.into_iter().map(|value| value as f32).collect());
    Ok(products.map(|products| (products, face.what(Some(run.encoding)))))
}

/// Norms by layer, in the order of the parameters.
fn norms(model: &Transformer, run: &Replica, step: u32, parameters: &[f32], gradients: &[f32]) -> Vec<Norms> {
    let mut sums: Vec<(String, u32, f64, f64)> = Vec::new();
    for tensor in &model.parameters.tensors {
        let name = layer_of(tensor);
        let trained = model.trains(run, &tensor.name);
        let range = tensor.offset as usize..(tensor.offset + tensor.len()) as usize;
        let squares = |pool: &[f32]| {
            pool.get(range.clone()).unwrap_or(&[]).iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>()
        };
        let gradient = if trained && step > 0 { squares(gradients) } else { 0.0 };
        let (count, weight) = (tensor.len(), squares(parameters));
        match sums.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, all, weights, gradients)) => {
                *all += count;
                *weights += weight;
                *gradients += gradient;
            }
            None => sums.push((name, count, weight, gradient)),
        }
    }
    let norms = |(name, parameters, weight, gradient): (String, u32, f64, f64)| Norms {
        label: label(&name),
        name,
        parameters,
        weight: libm::sqrt(weight) as f32,
        gradient: libm::sqrt(gradient) as f32,
    };
    sums.into_iter().map(norms).collect()
}

/// The layer that a parameter belongs to, as the beginning of its name.
fn layer_of(tensor: &Parameter) -> String {
    let mut parts = tensor.name.split('.');
    let first = parts.next().unwrap_or_default();
    match (first, parts.next()) {
        ("layers", Some(index)) => format!("layers.{index}"),
        _ => first.to_owned(),
    }
}

fn label(layer: &str) -> String {
    match (layer, layer.strip_prefix("layers.").and_then(|index| index.parse::<u32>().ok())) {
        (_, Some(index)) => format!("Layer {}", index + 1),
        ("embedding", _) => "Token embedding".to_owned(),
        ("norm", _) => "Last norm".to_owned(),
        ("output", _) => "Output".to_owned(),
        ("position", _) => "Position".to_owned(),
        (other, _) => other.to_owned(),
    }
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponentials: Vec<f64> = logits.iter().map(|&logit| libm::exp(f64::from(logit - top))).collect();
    let total: f64 = exponentials.iter().sum();
    exponentials.into_iter().map(|value| (value / total) as f32).collect()
}
