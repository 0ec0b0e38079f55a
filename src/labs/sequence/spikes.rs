//! What spiking neurons make of one symbol: a raster of every layer of the running machine, and whether firing order is the code.
//!
//! Time is counted in gaps between two spikes of a volley. Every layer is looked at by itself: it gets the code that the machine's
//! layer got, as a volley of one spike a gap, and what it fires is held against the order of its own dot products. Its volley begins a
//! gap after the layer before it has fired last, so that the layers follow each other on one axis. (The re-implementation of Bose's
//! thesis spaces volleys evenly as well.) The old context and the input reach the context layer at the same times.
//!
//! A layer's unit is its largest dot product `S`: the threshold is `Θ S`. A wheel rises by one unit in a volley of `n` gaps, `m = S/n`,
//! so that no wheel fires before the last input if `Θ ≥ 2 − 1/n`. Volleys follow each other after `max(Θ, 1) n + 1` gaps; by then every
//! wheel has fired. RDLIF's two time constants are both the leak of the settings.
//!
//! Neurons that no input reaches are in no code, as in the machine. As wheels they come to the threshold all the same, all at once
//! `Θ n` gaps after the volley began, which ends the layer's turn.

mod checks;
mod layer;

use serde::Serialize;

use crate::choice::Choice;
use crate::error::Error;
use crate::labs::sequence::config::{Neuron, SequenceConfig};
use crate::run::claim::Verdict;
use crate::sdm::code::{levels, significances};
use crate::sdm::decoder::MOST;
use crate::sdm::machine::{Fixed, Model, Shape};

use layer::{Afferent, Matrix, Projection, Turn};

/// One symbol in a machine, as [`crate::sdm::machine::Trace`] has it. Codes are first to fire first.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Place in the sequence, from 0.
    pub at: usize,
    /// Symbols of the sequence.
    pub length: usize,
    /// The symbol.
    pub symbol: &'a str,
    /// Sizes of the machine.
    pub shape: &'a Shape,
    /// Its context.
    pub model: Model,
    /// Its weights, of a machine on its own ([`Fixed::of`]).
    pub fixed: &'a Fixed,
    /// Its data store `[W, D]`.
    pub store: &'a [f32],
    /// The symbol's code.
    pub input: &'a [u32],
    /// The context in which it came.
    pub before: &'a [u32],
    /// The context that it left.
    pub context: &'a [u32],
    /// Decoder neurons chosen by that.
    pub lines: &'a [u32],
    /// The data word that these read.
    pub output: &'a [u32],
}

/// Spikes of all layers for one symbol.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spikes {
    /// Place in the sequence, from 0.
    pub at: usize,
    /// Symbols of the sequence.
    pub length: usize,
    /// The symbol.
    pub symbol: String,
    /// Identifier of the neuron.
    pub neuron: &'static str,
    /// Its name.
    pub label: &'static str,
    /// Its equations.
    pub formula: &'static str,
    /// End of the time axis, in gaps.
    pub window: f64,
    /// Input, context, decoder, output.
    pub layers: Vec<SpikeLayer>,
    /// The input's code as times, phases and ranks.
    pub readings: Vec<Reading>,
    /// A few decoder neurons.
    pub traces: Vec<Trace>,
    /// Θ, in units of the layer's largest dot product.
    pub threshold: f64,
    /// Firing order against dot products, over random pairs.
    pub checks: Vec<Check>,
    /// What the checks say of the claims.
    pub verdicts: Vec<Verdict>,
}

/// Spikes of one layer.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SpikeLayer {
    /// `input`, `context`, `decoder` or `output`.
    pub id: &'static str,
    /// Name.
    pub label: &'static str,
    /// Neurons.
    pub neurons: u32,
    /// Those that fire before the layer is shut off.
    pub spikes: Vec<Fired>,
    /// The next few that would have fired.
    pub late: Vec<Late>,
    /// Whether the code of the firing order is that of the ranked dot products.
    pub same: bool,
    /// Cosine of the two.
    pub similarity: f64,
    /// In words.
    pub sentence: String,
}

/// A spike of a code.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fired {
    /// Neuron.
    pub neuron: u32,
    /// Time in gaps.
    pub time: f64,
    /// From 0.
    pub rank: u32,
    /// `α^rank`.
    pub significance: f64,
}

/// A spike that a layer which is shut off keeps to itself.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Late {
    /// Neuron.
    pub neuron: u32,
    /// Time in gaps.
    pub time: f64,
}

/// One neuron of a code in three readings.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// Neuron.
    pub neuron: u32,
    /// From 0.
    pub rank: u32,
    /// `α^rank`.
    pub significance: f64,
    /// In gaps from the volley's beginning.
    pub time: f64,
    /// 2π of the time in the volley's window, which has a gap for each spike.
    pub phase: f64,
}

/// Activation of a decoder neuron over time.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trace {
    /// Neuron.
    pub neuron: u32,
    /// In gaps. Where the activation jumps the time is there twice.
    pub time: Vec<f64>,
    /// In units of the layer's largest dot product; of an RDLIF neuron, times gaps.
    pub activation: Vec<f64>,
    /// When its spike leaves the layer; nothing if it does not.
    pub fired: Option<f64>,
}

/// Firing order against dot products.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// Identifier of the neuron.
    pub neuron: &'static str,
    /// Its name.
    pub label: &'static str,
    /// Volleys before the one that counts.
    pub load: u32,
    /// Pairs.
    pub pairs: u32,
    /// Pairs of which both codes are equal.
    pub same: u32,
    /// Mean cosine.
    pub mean: f64,
    /// Smallest cosine.
    pub least: f64,
}

/// The answer for one symbol.
///
/// # Errors
/// [`Error::Internal`] if the subject's parts do not fit each other; [`Error::Config`] if a constant of the neurons is not above 0.
pub fn spikes(config: &SequenceConfig, subject: &Subject<'_>) -> Result<Spikes, Error> {
    let alpha = f64::from(config.alpha);
    let [context, decoder, output] = projections(subject)?;
    let input = input_layer(subject, alpha);
    let context = Turn::run(config, &context, 0.0)?;
    let decoder = Turn::run(config, &decoder, context.end + 1.0)?;
    let output = Turn::run(config, &output, decoder.end + 1.0)?;
    let traces = decoder.traces()?;
    let last = [&context, &decoder, &output].map(|turn| turn.last).into_iter().fold(0.0, f64::max);
    let (checks, verdicts) = checks::checks(config)?;
    Ok(Spikes {
        at: subject.at,
        length: subject.length,
        symbol: subject.symbol.to_owned(),
        neuron: config.neuron.id(),
        label: config.neuron.label(),
        formula: formula(config.neuron),
        window: last + 1.0,
        readings: readings(subject.input, alpha),
        layers: vec![input, context.shown, decoder.shown, output.shown],
        traces,
        threshold: f64::from(config.threshold),
        checks,
        verdicts,
    })
}

fn formula(neuron: Neuron) -> &'static str {
    match neuron {
        Neuron::Wheel => "aᵢ(t) = m (t − t₀) + Σ wᵢⱼ σⱼ over the inputs so far; fires at aᵢ ≥ Θ, then resets",
        Neuron::Rdlif => {
            "r′ = Σ wᵢⱼ σⱼ δ(t − tⱼ) − r/τ,  a′ = r − a/τ; fires at a ≥ Θ, then resets both. Times are solved, not stepped"
        }
    }
}

fn readings(code: &[u32], alpha: f64) -> Vec<Reading> {
    let window = code.len().max(1) as f64;
    let shares = significances(code.len() as u32, alpha);
    let each = code.iter().zip(shares).zip(0_u32..);
    each.map(|((&neuron, significance), rank)| {
        let time = f64::from(rank);
        Reading { neuron, rank, significance, time, phase: std::f64::consts::TAU * time / window }
    })
    .collect()
}

/// The input is a volley as it stands.
fn input_layer(subject: &Subject<'_>, alpha: f64) -> SpikeLayer {
    let readings = readings(subject.input, alpha);
    let fired = |reading: &Reading| {
        let Reading { neuron, rank, significance, time, .. } = *reading;
        Fired { neuron, time, rank, significance }
    };
    let count = readings.len();
    SpikeLayer {
        id: "input",
        label: "Input",
        neurons: subject.shape.size,
        spikes: readings.iter().map(fired).collect(),
        late: Vec::new(),
        same: true,
        similarity: 1.0,
        sentence: match count {
            1 => "The symbol’s own code, a single spike; nothing is computed here.".to_owned(),
            _ => format!("The symbol’s own code, {count} spikes one gap apart; nothing is computed here."),
        },
    }
}

/// The three layers that compute, with what reaches them.
fn projections<'a>(subject: &Subject<'a>) -> Result<[Projection<'a>; 3], Error> {
    let &Subject { shape, fixed, .. } = subject;
    let memory = shape.memory();
    let shift = subject.model == Model::Shift;
    let neurons = if shift { 2 * shape.size } else { shape.context };
    let whole = |levels: Vec<u32>| levels.into_iter().map(f64::from).collect::<Vec<_>>();
    let old_levels = whole(levels(shape.context_active, shape.alpha, MOST));
    let new_levels = whole(levels(shape.data_active, shape.alpha, MOST));
    let old =
        |levels| Afferent { code: subject.before.into(), size: neurons, levels, matrix: Matrix::Rows(&fixed.old) };
    let new =
        |levels| Afferent { code: subject.input.into(), size: shape.size, levels, matrix: Matrix::Rows(&fixed.new) };
    let times = |levels: &[f64], factor: f64| levels.iter().map(|level| level * factor).collect::<Vec<_>>();
    let (afferents, active) = match subject.model {
        Model::Shift => {
            // The old context holds the two inputs by turns; the newer one, in the lower half, moves up.
            let before: Vec<u32> = subject.before.iter().copied().filter(|&neuron| neuron < shape.size).collect();
            let ranks = |first: f64| (0..shape.data_active).map(|rank| first - 2.0 * f64::from(rank)).collect();
            let relay = |code: Vec<u32>, first: u32, level: f64| Afferent {
                code: code.into(),
                size: shape.size,
                levels: ranks(level),
                matrix: Matrix::Relay { first },
            };
            // Any levels that fall from spike to spike will do; these are the machine's.
            (vec![relay(subject.input.to_vec(), 0, 8192.0), relay(before, shape.size, 8191.0)], 2 * shape.data_active)
        }
        Model::Layer(retention) => {
            // λ P1 C + P2 I times 1 − Λ, with first spikes that count 1.
            let first = |levels: &[f64]| levels.first().copied().unwrap_or(1.0).max(1.0);
            let old_levels = times(&old_levels, retention / first(&old_levels));
            let new_levels = times(&new_levels, (1.0 - retention) / first(&new_levels));
            (vec![old(old_levels), new(new_levels)], shape.context_active)
        }
        Model::Combined(retention) => {
            let old_mean = old(old_levels.clone()).mean(neurons)?;
            let new_mean = new(new_levels.clone()).mean(neurons)?;
            let part =
                |levels: &[f64], share: f64, mean: f64| times(levels, if mean > 0.0 { share / mean } else { 0.0 });
            let parts = [part(&old_levels, retention, old_mean), part(&new_levels, 1.0 - retention, new_mean)];
            let [old_levels, new_levels] = parts;
            (vec![old(old_levels), new(new_levels)], shape.context_active)
        }
    };
    let context_levels = if shift {
        let single = levels(shape.data_active, shape.alpha, 2 * MOST);
        single.iter().flat_map(|&level| [f64::from(level); 2]).collect()
    } else {
        old_levels
    };
    let context =
        Projection { place: 0, id: "context", label: "Context", neurons, afferents, active, code: subject.context };
    let decoder = Projection {
        place: 1,
        id: "decoder",
        label: "Address decoder",
        neurons: shape.decoders,
        afferents: vec![Afferent {
            code: subject.context.into(),
            size: neurons,
            levels: context_levels,
            matrix: Matrix::Rows(&fixed.decoder),
        }],
        active: shape.chosen,
        code: subject.lines,
    };
    let output = Projection {
        place: 2,
        id: "output",
        label: "Data store",
        neurons: shape.size,
        afferents: vec![Afferent {
            code: subject.lines.into(),
            size: shape.decoders,
            levels: whole(memory.line_levels()),
            matrix: Matrix::Rows(subject.store),
        }],
        active: shape.data_active,
        code: subject.output,
    };
    Ok([context, decoder, output])
}
