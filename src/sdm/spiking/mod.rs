//! A layer of spiking neurons that takes in a volley of spikes over fixed weights and answers with a volley of its own.
//!
//! A volley carries a ranked code: the first spike is the most significant, and the j-th one to arrive counts `σ_j`. A neuron
//! fires at most once in a volley. After its spike it is at rest and takes in nothing more until the next volley begins,
//! since a ranked code is made of first spikes.
//!
//! **The limit N of N-of-M.** A counter neuron counts the spikes that leave the layer, and from the N-th on its inhibition lets no other
//! out. A neuron that reaches its threshold while the layer is shut off is reset as if it had fired, only silently. Spikes at the
//! same time leave in the order of the neurons' numbers, the order of ties of [`crate::sdm::code::ranked`].
//!
//! **Volleys before.** A [`State`] holds what a volley leaves behind. A wheel has no leak and rises by itself, so it fires at the latest
//! `Θ/m` after the first spike of a volley, whatever its input: if volleys are further apart than that, every wheel is back at
//! rest, and nothing is left. An RDLIF neuron that stays below its threshold keeps a rate and an activation that fade
//! only by their leaks, and the next volley adds to them.
//!
//! Sources: J. Bose's thesis (2007), equations 6.10 and 6.11 for the wheel, and Bose, Furber and Shapiro (WIRN 2005) for RDLIF, both as
//! the author's own re-implementation cites them. That neurons are silently reset while they are shut off, and take in nothing
//! after their spike, is this lab's reading.

mod rdlif;
mod wheel;

pub use rdlif::Rdlif;
pub use wheel::Wheel;

use crate::error::Error;
use crate::order::sorted;

/// A spike: which neuron, and when. Times are in any unit that the layer's neurons share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spike {
    /// Neuron.
    pub neuron: u32,
    /// Time.
    pub time: f64,
}

/// A spike as it comes in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    /// Column of the weights.
    pub input: u32,
    /// Time.
    pub time: f64,
    /// Its significance `σ`, at least 0.
    pub level: f64,
}

/// The spikes of `code`, first to fire first, one each `gap` from `start` on.
#[must_use]
pub fn evenly(code: &[u32], start: f64, gap: f64) -> Vec<Spike> {
    code.iter().zip(0_u32..).map(|(&neuron, rank)| Spike { neuron, time: start + gap * f64::from(rank) }).collect()
}

/// Gives the j-th of `spikes` to arrive the significance `levels[j]`, as the shunting inhibition in front of a layer does. Of
/// spikes at one time the lower neuron arrives first. Those that come after the last level count nothing and are left out.
#[must_use]
pub fn arrivals(spikes: &[Spike], levels: &[f64]) -> Vec<Arrival> {
    let spikes = in_time(spikes.to_vec());
    let arrival = |(spike, &level): (Spike, &f64)| Arrival { input: spike.neuron, time: spike.time, level };
    spikes.into_iter().zip(levels).map(arrival).collect()
}

/// The spikes, earliest first: of equal times the lower neuron.
fn in_time(spikes: Vec<Spike>) -> Vec<Spike> {
    sorted(sorted(spikes, |spike| f64::from(spike.neuron)), |spike| spike.time)
}

/// Which leaves first: of equal times the lower neuron.
fn earlier(a: &Spike, b: &Spike) -> std::cmp::Ordering {
    a.time.total_cmp(&b.time).then(a.neuron.cmp(&b.neuron))
}

/// Fixed weights of a layer, at least 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    inputs: usize,
    outputs: usize,
    /// One column after another: the weights of an input to all neurons lie side by side.
    values: Vec<f64>,
}

impl Weights {
    /// Weights of `inputs` inputs to `outputs` neurons, where `values[input · outputs + neuron]`.
    ///
    /// # Errors
    /// [`Error::Internal`] if their number is not `inputs · outputs`, or one of them is negative or not finite.
    pub fn new(inputs: u32, outputs: u32, values: Vec<f64>) -> Result<Self, Error> {
        let (inputs, outputs) = (inputs as usize, outputs as usize);
        if values.len() != inputs * outputs {
            let found = values.len();
            return Err(Error::Internal(format!("{found} weights for {inputs} inputs to {outputs} spiking neurons")));
        }
        let good = |weight: f64| (0.0..f64::INFINITY).contains(&weight);
        if !values.iter().fold(true, |all, &weight| all & good(weight)) {
            let weight = values.iter().find(|&&weight| !good(weight));
            return Err(Error::Internal(format!("a weight of {weight:?} to a spiking neuron")));
        }
        Ok(Self { inputs, outputs, values })
    }

    /// Weights of an input to all neurons.
    fn column(&self, input: u32) -> &[f64] {
        let begin = input as usize * self.outputs;
        &self.values[begin..begin + self.outputs]
    }

    /// Weights of all inputs to one neuron.
    fn row(&self, neuron: u32) -> Self {
        let values = (0..self.inputs).map(|input| self.values[input * self.outputs + neuron as usize]).collect();
        Self { inputs: self.inputs, outputs: 1, values }
    }

    /// The dot products `Σ_j w_ij σ_j` of all neurons, added up in the order of arrival.
    ///
    /// # Errors
    /// [`Error::Internal`] if an input is not one of the layer's, or its time or significance not a number.
    pub fn sums(&self, volley: &[Arrival]) -> Result<Vec<f64>, Error> {
        let volley = self.checked(volley)?;
        let mut sums = vec![0.0; self.outputs];
        volley.iter().for_each(|arrival| add(&mut sums, self.column(arrival.input), arrival.level));
        Ok(sums)
    }

    /// The volley, earliest first, after a look at it.
    fn checked(&self, volley: &[Arrival]) -> Result<Vec<Arrival>, Error> {
        let good = |arrival: &Arrival| {
            (arrival.input as usize) < self.inputs
                && arrival.time.is_finite()
                && arrival.level.is_finite()
                && arrival.level >= 0.0
        };
        if let Some(arrival) = volley.iter().find(|arrival| !good(arrival)) {
            return Err(Error::Internal(format!("{arrival:?} at a spiking layer of {} inputs", self.inputs)));
        }
        Ok(sorted(volley.to_vec(), |arrival| arrival.time))
    }
}

/// `sums += level · column`.
fn add(sums: &mut [f64], column: &[f64], level: f64) {
    sums.iter_mut().zip(column).for_each(|(sum, weight)| *sum += weight * level);
}

/// The neurons of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NeuronModel {
    /// Rises at a constant rate, jumps with inputs.
    Wheel(Wheel),
    /// Inputs raise a rate, the rate raises the activation, both leak.
    Rdlif(Rdlif),
}

impl NeuronModel {
    fn constants(&self) -> Vec<(&'static str, f64)> {
        match self {
            Self::Wheel(wheel) => vec![("Threshold Θ", wheel.threshold), ("The slope of a wheel", wheel.slope)],
            Self::Rdlif(rdlif) => vec![
                ("Threshold Θ", rdlif.threshold),
                ("The leak of RDLIF's rate", rdlif.rate_leak),
                ("The leak of RDLIF's activation", rdlif.leak),
            ],
        }
    }
}

/// What volleys have left behind in a layer's neurons.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Time up to which the neurons have been followed.
    clock: f64,
    /// 1 where a neuron takes in spikes, 0 where it has fired and waits for the next volley.
    open: Vec<f64>,
    /// RDLIF: `r`. Wheels have none.
    rate: Vec<f64>,
    /// RDLIF: `a`, at the clock. Wheels: `a` without the part that has risen since the volley began.
    level: Vec<f64>,
    /// When the volley began. Only wheels need it.
    begun: f64,
}

impl State {
    /// The state of one neuron.
    fn of(&self, neuron: u32) -> Self {
        let pick = |values: &[f64]| values.get(neuron as usize).copied().into_iter().collect::<Vec<_>>();
        Self { open: pick(&self.open), rate: pick(&self.rate), level: pick(&self.level), ..*self }
    }
}

/// A layer of neurons of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    weights: Weights,
    neuron: NeuronModel,
}

impl Layer {
    /// A layer.
    ///
    /// # Errors
    /// [`Error::Config`] if a constant of the neuron is not a number above 0.
    pub fn new(weights: Weights, neuron: NeuronModel) -> Result<Self, Error> {
        match neuron.constants().into_iter().find(|(_, value)| !(value.is_finite() && *value > 0.0)) {
            Some((name, value)) => Err(Error::Config(format!("{name} is {value}. Set it to a number above 0."))),
            None => Ok(Self { weights, neuron }),
        }
    }

    /// All neurons at rest.
    #[must_use]
    pub fn rest(&self) -> State {
        let zeros = vec![0.0; self.weights.outputs];
        State { clock: f64::NEG_INFINITY, open: zeros.clone(), rate: zeros.clone(), level: zeros, begun: 0.0 }
    }

    /// The first `limit` spikes of neurons at rest, earliest first. There are fewer where fewer neurons reach the threshold; an
    /// empty volley starts nothing.
    ///
    /// # Errors
    /// As [`Layer::follow`].
    pub fn fire(&self, volley: &[Arrival], limit: usize) -> Result<Vec<Spike>, Error> {
        self.follow(&mut self.rest(), volley, f64::INFINITY, limit)
    }

    /// The same from what earlier volleys have left in `state`, which it takes on to the time `until`: the beginning of the next
    /// volley, or infinity. The neurons are free to fire again from the first spike of the volley on.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state is another layer's, an input is not one of the layer's, a time or significance is not a
    /// number, or the volley does not lie between the state's time and `until`.
    pub fn follow(&self, state: &mut State, volley: &[Arrival], until: f64, limit: usize) -> Result<Vec<Spike>, Error> {
        self.fits(state)?;
        let volley = self.weights.checked(volley)?;
        let mut spikes = self.run(state, &volley, until, limit)?;
        // Without a volley the layer is still shut off by the last one.
        if volley.is_empty() {
            spikes.clear();
        }
        Ok(spikes)
    }

    /// All that happens for a volley in order of time, and in an empty one's what is left from the last.
    fn run(&self, state: &mut State, volley: &[Arrival], until: f64, limit: usize) -> Result<Vec<Spike>, Error> {
        let [first, last] = [volley.first(), volley.last()].map(|arrival| arrival.map(|arrival| arrival.time));
        if first.is_some_and(|first| first < state.clock) || last.is_some_and(|last| last > until) {
            let clock = state.clock;
            return Err(Error::Internal(format!("a volley from {first:?} to {last:?} between {clock} and {until}")));
        }
        let mut spikes = Vec::new();
        match &self.neuron {
            NeuronModel::Wheel(wheel) => wheel.follow(&self.weights, state, volley, until, &mut spikes),
            NeuronModel::Rdlif(rdlif) => rdlif.follow(&self.weights, state, volley, until, limit, &mut spikes),
        }
        state.clock = until;
        if limit < spikes.len() {
            spikes.select_nth_unstable_by(limit, earlier);
            spikes.truncate(limit);
        }
        Ok(in_time(spikes))
    }

    /// Whether nothing is left in any neuron, as before the first volley.
    #[must_use]
    pub fn is_rest(&self, state: &State) -> bool {
        let empty = state.rate.iter().chain(&state.level).all(|&value| value == 0.0);
        // A wheel that has not fired is rising.
        empty && (matches!(self.neuron, NeuronModel::Rdlif(_)) || state.open.iter().all(|&open| open == 0.0))
    }

    /// Activation of one neuron at `times`, from `state` on. An input counts at its own time. At the time of the neuron's spike the
    /// activation is the one that fires it, afterwards 0. Before the volley it is what it is when the volley begins.
    ///
    /// # Errors
    /// As [`Layer::follow`]; and [`Error::Internal`] if the layer has no such neuron.
    pub fn trace(&self, state: &State, volley: &[Arrival], neuron: u32, times: &[f64]) -> Result<Vec<f64>, Error> {
        self.fits(state)?;
        if neuron as usize >= self.weights.outputs {
            let outputs = self.weights.outputs;
            return Err(Error::Internal(format!("a trace of neuron {neuron} in a layer of {outputs}")));
        }
        let alone = Self { weights: self.weights.row(neuron), neuron: self.neuron };
        let volley = self.weights.checked(volley)?;
        let mut state = state.of(neuron);
        let begin = volley.first().map_or(state.clock, |first| first.time);
        alone.follow(&mut state, &[], begin, 0)?;
        let fired = alone.run(&mut state.clone(), &volley, f64::INFINITY, 1)?.first().map(|spike| spike.time);
        let at = |&time: &f64| match fired {
            Some(fired) if time > fired => 0.0,
            _ => match &self.neuron {
                NeuronModel::Wheel(wheel) => wheel.activation(&alone.weights, &state, &volley, time),
                NeuronModel::Rdlif(rdlif) => rdlif.activation(&alone.weights, &state, &volley, time),
            },
        };
        Ok(times.iter().map(at).collect())
    }

    fn fits(&self, state: &State) -> Result<(), Error> {
        let (found, wanted) = (state.open.len(), self.weights.outputs);
        if found == wanted {
            Ok(())
        } else {
            Err(Error::Internal(format!("a state of {found} neurons in a layer of {wanted}")))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests;
