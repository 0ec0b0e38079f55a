//! One layer's turn: the volleys that reach it, what it fires, and how that compares with its dot products.

use std::borrow::Cow;

use super::{Fired, Late, SpikeLayer, Trace};
use crate::choice::Choice;
use crate::error::Error;
use crate::labs::sequence::config::{Neuron, SequenceConfig};
use crate::order::sorted;
use crate::sdm::code::{Order, cosine, draw, ranked, significances};
use crate::sdm::spiking::{Arrival, Layer, NeuronModel, Rdlif, Spike, State, Weights, Wheel, arrivals, evenly};

/// Stream of the codes that reach a layer before the one that counts.
const STREAM_EARLIER: u32 = 9_100;
/// Spikes that are shown beyond the last that leaves the layer.
const LATE: usize = 4;
/// Points of a trace, besides those where it bends.
const POINTS: u32 = 120;
/// After so many time constants what an RDLIF neuron has kept is below rounding of anything it gets: 60 e⁻⁶⁰ < 10⁻²⁴.
const FORGOTTEN: f64 = 60.0;

/// Where the weights of an afferent are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Matrix<'a> {
    /// `[inputs, neurons]`.
    Rows(&'a [f32]),
    /// Input `j` leads to neuron `first + j` with weight 1, and nowhere else.
    Relay { first: u32 },
}

/// Lines from one code to a layer.
#[derive(Clone, Debug)]
pub(super) struct Afferent<'a> {
    /// The code that comes along them.
    pub(super) code: Cow<'a, [u32]>,
    /// Neurons that it could have.
    pub(super) size: u32,
    /// Significance by rank.
    pub(super) levels: Vec<f64>,
    pub(super) matrix: Matrix<'a>,
}

impl Afferent<'_> {
    /// Adds the weights of one input to all neurons to `values`.
    fn column(&self, input: u32, neurons: u32, values: &mut Vec<f64>) -> Result<(), Error> {
        match self.matrix {
            Matrix::Rows(rows) => {
                let begin = input as usize * neurons as usize;
                let row = rows.get(begin..begin + neurons as usize);
                let row = row.ok_or_else(|| Error::Internal(format!("no weights from neuron {input} to {neurons}")))?;
                values.extend(row.iter().map(|&weight| f64::from(weight)));
            }
            Matrix::Relay { first } => {
                values.extend((0..neurons).map(|neuron| f64::from(u8::from(neuron == first + input))));
            }
        }
        Ok(())
    }

    /// Mean dot product of the layer's neurons.
    pub(super) fn mean(&self, neurons: u32) -> Result<f64, Error> {
        let (mut sum, mut column) = (0.0, Vec::new());
        for (&input, level) in self.code.iter().zip(&self.levels) {
            column.clear();
            self.column(input, neurons, &mut column)?;
            sum += level * column.iter().sum::<f64>();
        }
        Ok(sum / f64::from(neurons.max(1)))
    }
}

/// A layer of the machine, and what reaches it.
#[derive(Clone, Debug)]
pub(super) struct Projection<'a> {
    /// 0 for the first layer that computes.
    pub(super) place: u32,
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) neurons: u32,
    pub(super) afferents: Vec<Afferent<'a>>,
    /// N of N-of-M.
    pub(super) active: u32,
    /// What the machine chose.
    pub(super) code: &'a [u32],
}

impl Projection<'_> {
    /// Weights of the active inputs alone, and the volley that comes along them from `start` on.
    fn volley(&self, codes: &[Cow<'_, [u32]>], start: f64) -> Result<(Weights, Vec<Arrival>), Error> {
        let active: usize = codes.iter().map(|code| code.len()).sum();
        let mut values = Vec::with_capacity(active * self.neurons as usize);
        let (mut volley, mut inputs) = (Vec::with_capacity(active), 0);
        for (afferent, code) in self.afferents.iter().zip(codes) {
            let own: Vec<u32> = (inputs..inputs + code.len() as u32).collect();
            for &input in code.iter() {
                afferent.column(input, self.neurons, &mut values)?;
            }
            volley.extend(arrivals(&evenly(&own, start, 1.0), &afferent.levels));
            inputs += code.len() as u32;
        }
        Ok((Weights::new(inputs, self.neurons, values)?, volley))
    }

    /// Gaps of the longest code.
    fn gaps(&self) -> f64 {
        self.afferents.iter().map(|afferent| afferent.code.len()).max().unwrap_or(0).max(1) as f64
    }
}

/// Neurons of the settings, for a layer with this largest dot product and volleys of so many gaps.
pub(super) fn model(neuron: Neuron, config: &SequenceConfig, unit: f64, gaps: f64) -> NeuronModel {
    let (threshold, leak) = (f64::from(config.threshold) * unit, f64::from(config.leak));
    match neuron {
        Neuron::Wheel => NeuronModel::Wheel(Wheel { slope: unit / gaps, threshold }),
        Neuron::Rdlif => NeuronModel::Rdlif(Rdlif { threshold, rate_leak: leak, leak }),
    }
}

/// Gaps from the beginning of a volley to that of the next: when every wheel has fired, and a gap more.
pub(super) fn period(config: &SequenceConfig, gaps: f64) -> f64 {
    f64::from(config.threshold).max(1.0) * gaps + 1.0
}

/// How many of the volleys before can make a difference.
pub(super) fn remembered(neuron: Neuron, config: &SequenceConfig, load: u32, period: f64) -> u32 {
    match neuron {
        // All of them are followed, to see that none does.
        Neuron::Wheel => load,
        Neuron::Rdlif => load.min(libm::ceil(FORGOTTEN * f64::from(config.leak) / period) as u32),
    }
}

/// The neurons that input reaches, largest dot product first.
pub(super) fn reference(sums: &[f64], active: u32) -> Order {
    let mut order = ranked(sums, active);
    order.retain(|&neuron| sums[neuron as usize] > 0.0);
    order
}

/// Follows a layer for a volley: the spikes that leave it, `late` more, none of neurons that no input reaches.
pub(super) fn fired(
    layer: &Layer,
    state: &mut State,
    volley: &[Arrival],
    sums: &[f64],
    limit: usize,
) -> Result<Vec<Spike>, Error> {
    let reached = |neuron: u32| sums.get(neuron as usize).is_some_and(|&sum| sum > 0.0);
    let idle = sums.iter().filter(|&&sum| sum <= 0.0).count();
    let mut spikes = layer.follow(state, volley, f64::INFINITY, limit + idle)?;
    spikes.retain(|spike| reached(spike.neuron));
    spikes.truncate(limit);
    Ok(spikes)
}

/// Whether two codes are one. At α = 1 the order does not count.
pub(super) fn same_code(a: &[u32], b: &[u32], alpha: f64) -> bool {
    let sorted = |code: &[u32]| {
        let mut code = code.to_vec();
        code.sort_unstable();
        code
    };
    a == b || (alpha >= 1.0 && sorted(a) == sorted(b))
}

/// What a layer did with its volley.
pub(super) struct Turn {
    pub(super) shown: SpikeLayer,
    /// When its last spike leaves it, or its volley ends if none does.
    pub(super) end: f64,
    /// Of all that is shown of it.
    pub(super) last: f64,
    layer: Layer,
    state: State,
    volley: Vec<Arrival>,
    unit: f64,
    /// The dot products' code, for neurons to follow where none fires.
    reference: Order,
    /// When the layer's turn is over even if nothing fires.
    rest: f64,
}

impl Turn {
    pub(super) fn run(config: &SequenceConfig, projection: &Projection<'_>, start: f64) -> Result<Self, Error> {
        let alpha = f64::from(config.alpha);
        let codes: Vec<Cow<'_, [u32]>> = projection.afferents.iter().map(|afferent| afferent.code.clone()).collect();
        let (weights, volley) = projection.volley(&codes, start)?;
        let sums = weights.sums(&volley)?;
        let largest = sums.iter().copied().fold(0.0, f64::max);
        // Without any input any unit will do.
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let gaps = projection.gaps();
        let neuron = model(config.neuron, config, unit, gaps);
        let layer = Layer::new(weights, neuron)?;
        let period = period(config, gaps);
        let state = before(config, projection, &layer, neuron, start, period)?;
        let active = projection.active as usize;
        let mut spikes = fired(&layer, &mut state.clone(), &volley, &sums, active + LATE)?;
        let late = spikes.split_off(active.min(spikes.len()));
        let code: Order = spikes.iter().map(|spike| spike.neuron).collect();
        let reference = reference(&sums, projection.active);
        let same = same_code(&code, &reference, alpha);
        let similarity = if code.is_empty() && reference.is_empty() { 1.0 } else { cosine(&code, &reference, alpha) };
        let ended = volley.iter().map(|arrival| arrival.time).fold(start, f64::max);
        let time = |spikes: &[Spike]| spikes.last().map(|spike| spike.time);
        let complete = spikes.len() == reference.len();
        let end = time(&spikes).map_or(ended, |last| if complete { last } else { last.max(ended) });
        let waits = match &neuron {
            NeuronModel::Wheel(wheel) => wheel.waits(&volley, largest),
            NeuronModel::Rdlif(_) => false,
        };
        let said = Said { config, projection, spikes: &spikes, reference: &reference, same, waits };
        let shown = SpikeLayer {
            id: projection.id,
            label: projection.label,
            neurons: projection.neurons,
            sentence: said.sentence(),
            spikes: spikes
                .iter()
                .zip(significances(spikes.len() as u32, alpha))
                .zip(0..)
                .map(|((spike, significance), rank)| Fired {
                    neuron: spike.neuron,
                    time: spike.time,
                    rank,
                    significance,
                })
                .collect(),
            late: late.iter().map(|spike| Late { neuron: spike.neuron, time: spike.time }).collect(),
            same,
            similarity,
        };
        let last = end.max(ended).max(time(&late).unwrap_or(end));
        let rest = if complete { last } else { last.max(start + period) };
        Ok(Self { shown, end, last, layer, state, volley, unit, reference, rest })
    }

    /// The first few neurons that fire, the last one, and the first that does not.
    pub(super) fn traces(&self) -> Result<Vec<Trace>, Error> {
        let fired: Vec<u32> = self.shown.spikes.iter().map(|spike| spike.neuron).collect();
        let silent = self.shown.late.first().map(|late| late.neuron);
        let silent = silent.or_else(|| self.reference.iter().copied().find(|neuron| !fired.contains(neuron)));
        let last = fired.last().filter(|_| fired.len() > 3);
        let neurons = fired.iter().take(3).chain(last).copied().chain(silent);
        neurons.map(|neuron| self.trace(neuron)).collect()
    }

    fn trace(&self, neuron: u32) -> Result<Trace, Error> {
        let start = self.volley.first().map_or(0.0, |arrival| arrival.time);
        let spike = self.shown.spikes.iter().find(|spike| spike.neuron == neuron).map(|spike| spike.time);
        let late = self.shown.late.iter().find(|late| late.neuron == neuron).map(|late| late.time);
        let resets = spike.or(late);
        let end = self.rest + 1.0;
        // Each point with the time at which to ask for its value: just before a jump it is the last number before.
        let even = (0..=POINTS).map(|point| start + (end - start) * f64::from(point) / f64::from(POINTS));
        let mut points: Vec<(f64, f64)> = even.map(|time| (time, time)).collect();
        for arrival in &self.volley {
            points.extend([(arrival.time, arrival.time.next_down()), (arrival.time, arrival.time)]);
        }
        if let Some(time) = resets {
            points.retain(|&(at, _)| at != time);
            points.extend([(time, time), (time, time.next_up())]);
        }
        let mut points = sorted(points, |point| point.1);
        points.dedup_by(|a, b| a.1 == b.1);
        let asked: Vec<f64> = points.iter().map(|point| point.1).collect();
        let values = self.layer.trace(&self.state, &self.volley, neuron, &asked)?;
        Ok(Trace {
            neuron,
            time: points.iter().map(|point| point.0).collect(),
            activation: values.into_iter().map(|value| value / self.unit).collect(),
            fired: spike,
        })
    }
}

/// What random codes before have left behind when the volley begins at `start`.
fn before(
    config: &SequenceConfig,
    projection: &Projection<'_>,
    layer: &Layer,
    neuron: NeuronModel,
    start: f64,
    period: f64,
) -> Result<State, Error> {
    let mut state = layer.rest();
    let load = remembered(config.neuron, config, config.load, period);
    for ago in (1..=load).rev() {
        // Numbers that no other layer, volley or afferent has; there are at most 64 volleys and two afferents.
        let number = |afferent: usize| (projection.place * 256 + ago) * 2 + afferent as u32;
        let codes = projection.afferents.iter().enumerate().map(|(at, afferent)| {
            Cow::Owned(draw(afferent.code.len() as u32, afferent.size, [config.seed, STREAM_EARLIER, number(at)]))
        });
        let codes: Vec<Cow<'_, [u32]>> = codes.collect();
        // The next volley's beginning by its own formula, so that rounding cannot put it before this one's end.
        let begins = |ago: u32| start - period * f64::from(ago);
        let begin = begins(ago);
        let (weights, volley) = projection.volley(&codes, begin)?;
        // The same neurons, of which other inputs are active.
        Layer::new(weights, neuron)?.follow(&mut state, &volley, begins(ago - 1), 0)?;
    }
    Ok(state)
}

/// What is said of a layer.
struct Said<'a> {
    config: &'a SequenceConfig,
    projection: &'a Projection<'a>,
    spikes: &'a [Spike],
    reference: &'a [u32],
    same: bool,
    /// Of wheels: whether none fires before the last input.
    waits: bool,
}

impl Said<'_> {
    fn sentence(&self) -> String {
        let parts = [Some(self.happened()), self.why(), self.machine(), self.weights()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn weights(&self) -> Option<String> {
        let weights = self.config.machine_shape(1).weights;
        (self.projection.id == "decoder").then(|| format!("The neurons have {weights}."))
    }

    fn happened(&self) -> String {
        let (count, wanted, neurons) = (self.spikes.len(), self.reference.len(), self.projection.neurons);
        let name = self.config.neuron.label();
        let remedy = "Lower Threshold Θ or raise Leak τ.";
        match (self.spikes.first(), self.spikes.last()) {
            _ if wanted == 0 => "No input reaches any of its neurons, so that none is in a code.".to_owned(),
            (Some(first), Some(last)) if count == wanted => format!(
                "The first {count} of {neurons} fire from {:.1} to {:.1}, {}.",
                first.time,
                last.time,
                match (self.same, f64::from(self.config.alpha) >= 1.0) {
                    (true, false) => "in the order of their dot products",
                    (true, true) => "which have the largest dot products; at α = 1 their order does not count",
                    (false, _) => "not in the order of their dot products",
                }
            ),
            (Some(_), Some(_)) => {
                let verb = if count == 1 { "reaches" } else { "reach" };
                format!("Only {count} of the {wanted} {name} neurons that a code has {verb} the threshold. {remedy}")
            }
            _ => format!("No {name} neuron reaches the threshold, so that none fires. {remedy}"),
        }
    }

    fn why(&self) -> Option<String> {
        if self.same || self.spikes.len() < self.reference.len() {
            return None;
        }
        match self.config.neuron {
            Neuron::Wheel if self.waits => None,
            Neuron::Wheel => {
                Some("The threshold is so low that some fire before the last input, which they miss.".to_owned())
            }
            Neuron::Rdlif => {
                let load = self.config.load;
                let volleys = if load == 1 { "an earlier volley has" } else { &format!("{load} earlier volleys have") };
                Some(format!("When an input comes counts as well as how much, and so does what {volleys} left."))
            }
        }
    }

    /// The context's sums are scaled, for which the machine divides whole numbers. It may choose otherwise where neurons nearly tie.
    fn machine(&self) -> Option<String> {
        let alpha = f64::from(self.config.alpha);
        if same_code(self.projection.code, self.reference, alpha) {
            return None;
        }
        let similarity = cosine(self.projection.code, self.reference, alpha);
        let why = if self.projection.id == "context" { "which drops remainders where it scales, " } else { "" };
        Some(format!("The machine, {why}chose a code of cosine {similarity:.3} to that of these dot products."))
    }
}
