//! The rate-driven leaky integrate-and-fire neuron: `r' = Σ_j w_ij σ_j δ(t − t_j) − r/τ_r`, `a' = r − a/τ_a`; fires at `a ≥ Θ`, then resets
//! both to their rest, which is 0.
//!
//! Between two inputs the equations are linear. With `δ = 1/τ_a − 1/τ_r` and time `t` from the last input on,
//!
//! ```text
//! r(t) = r e^{−t/τ_r}
//! a(t) = a e^{−t/τ_a} + r G(t),   G(t) = (e^{−t/τ_r} − e^{−t/τ_a}) / δ = e^{−t/τ_a} (e^{δt} − 1)/δ,   t e^{−t/τ} for equal constants
//! ```
//!
//! `a` rises while `r > a/τ_a`, and then falls for good: its one maximum is at `t* = ln(1 + δ x)/δ` with `x = τ_r − τ_r a/(τ_a r)`, for
//! equal constants at `x`. So a stretch between inputs holds a spike exactly if `a` has reached the threshold at its end, or at `t*` where
//! that lies inside. Where `a` rises, `a'' = −r/τ_r − a'/τ_a < 0`, so that Newton's method from the left end comes closer from the left and
//! never leaves the stretch; bisection is there for steps that rounding spoils. Time is never cut into steps.
//!
//! Fire times hold to about 1e-12 of the stretch, but where the maximum only touches the threshold no method can do better than a square
//! root of rounding.

use super::{Arrival, Spike, State, Weights};
use crate::order::order;

/// A neuron with a rate and an activation that leak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rdlif {
    /// `Θ`: activation, which is input times time.
    pub threshold: f64,
    /// `τ_r`, time.
    pub rate_leak: f64,
    /// `τ_a`, time.
    pub leak: f64,
}

/// What a stretch of time does: `r` becomes `rate r`, and `a` becomes `keep a + gain r`.
#[derive(Clone, Copy)]
struct Stretch {
    length: f64,
    rate: f64,
    keep: f64,
    gain: f64,
}

/// A neuron that reaches the threshold in a stretch: its rate and activation at the beginning, and a time by which it does.
#[derive(Clone, Copy)]
struct Crossing {
    neuron: u32,
    rate: f64,
    level: f64,
    by: f64,
}

/// So many Newton steps and bisections end any search: bisection alone needs 60.
const STEPS: usize = 120;

impl Rdlif {
    fn delta(&self) -> f64 {
        1.0 / self.leak - 1.0 / self.rate_leak
    }

    fn stretch(&self, length: f64) -> Stretch {
        if length == f64::INFINITY {
            return Stretch { length, rate: 0.0, keep: 0.0, gain: 0.0 };
        }
        let keep = libm::exp(-length / self.leak);
        let delta = self.delta();
        if delta == 0.0 {
            return Stretch { length, rate: keep, keep, gain: keep * length };
        }
        let rate = libm::exp(-length / self.rate_leak);
        // The difference loses digits where it is small, the product overflows where it is large.
        let turn = delta * length;
        let gain = if turn.abs() < 0.5 { keep * (libm::expm1(turn) / delta) } else { (rate - keep) / delta };
        Stretch { length, rate, keep, gain }
    }

    /// When `a` is largest, for `r > 0` and an `a` that rises.
    fn peak(&self, rate: f64, level: f64) -> f64 {
        let x = self.rate_leak - self.rate_leak * level / (self.leak * rate);
        let delta = self.delta();
        if delta == 0.0 { x } else { libm::log1p(delta * x) / delta }
    }

    /// A time of the stretch by which the threshold has been reached, if it is, and before which `a` only rises.
    fn reached(&self, rate: f64, level: f64, stretch: &Stretch) -> Option<f64> {
        if level >= self.threshold {
            return Some(0.0);
        }
        // Without the leaks it would be larger than it ever gets.
        if level + rate * stretch.length.min(self.rate_leak) < self.threshold || rate * self.leak <= level {
            return None;
        }
        let end = stretch.keep * level + stretch.gain * rate;
        let rising = stretch.rate * rate * self.leak >= end;
        if rising && stretch.length.is_finite() {
            return (end >= self.threshold).then_some(stretch.length);
        }
        let peak = self.peak(rate, level).min(stretch.length);
        let there = self.stretch(peak);
        let highest = there.keep * level + there.gain * rate;
        if highest >= self.threshold {
            return Some(peak);
        }
        // Rounding may put the computed maximum a hair below the end.
        (end >= self.threshold).then_some(stretch.length)
    }

    /// When `a` meets the threshold between 0 and `by`, before which it only rises.
    fn meets(&self, rate: f64, level: f64, by: f64) -> f64 {
        let (mut low, mut high) = (0.0, by);
        let mut time = 0.0;
        for _ in 0..STEPS {
            let there = self.stretch(time);
            let value = there.keep * level + there.gain * rate;
            if value >= self.threshold {
                high = time;
            } else {
                low = time;
            }
            let climb = there.rate * rate - value / self.leak;
            let next = time + (self.threshold - value) / climb;
            let next = if climb > 0.0 && next >= low && next <= high { next } else { 0.5 * (low + high) };
            let moved = (next - time).abs();
            time = next;
            if moved <= 1e-15 * by || high <= low {
                break;
            }
        }
        time
    }

    /// Writes down the spikes of a stretch that begins at `begin`, at least the first `limit` of them. Solving for a time is the dear
    /// part, so neurons are taken by a bound that costs nothing, and the rest left out once it is later than enough times that are known.
    fn time(&self, crossings: &[Crossing], begin: f64, limit: usize, spikes: &mut Vec<Spike>) {
        // A curve that bends down stays below its tangent, so that it cannot meet the threshold before that does; less some rounding.
        let least = |crossing: &Crossing| {
            let Crossing { rate, level, .. } = *crossing;
            ((self.threshold - level) / (rate - level / self.leak)).min(crossing.by).max(0.0) * (1.0 - 1e-9)
        };
        let bounds: Vec<f64> = crossings.iter().map(least).collect();
        let mut earliest: Vec<f64> = Vec::new();
        for at in order(&bounds) {
            let (least, at) = (bounds[at as usize], at as usize);
            if earliest.len() >= limit && earliest.last().is_none_or(|&last| least > last) {
                break;
            }
            let Crossing { neuron, rate, level, by } = crossings[at];
            let time = self.meets(rate, level, by);
            spikes.push(Spike { neuron, time: begin + time });
            earliest.insert(earliest.partition_point(|&other| other <= time), time);
            earliest.truncate(limit);
        }
    }

    /// Follows all neurons for a stretch. Writes down the spikes among the first `limit` of the volley, and perhaps later ones.
    fn pass(&self, state: &mut State, until: f64, limit: usize, spikes: &mut Vec<Spike>) {
        // Nothing has happened before the first volley.
        if until <= state.clock || state.clock == f64::NEG_INFINITY {
            state.clock = until;
            return;
        }
        let length = until - state.clock;
        let stretch = self.stretch(length);
        let wanted = limit.saturating_sub(spikes.len());
        let mut crossings = Vec::new();
        let bound = length.min(self.rate_leak);
        let near = |rate: f64, level: f64| level + rate * bound >= self.threshold;
        let each = || state.rate.iter().zip(&state.level);
        // Most stretches bring nobody near the threshold; the loops over all neurons have no branches.
        if each().fold(false, |any, (&rate, &level)| any | near(rate, level)) {
            let neurons = state.rate.iter_mut().zip(&mut state.level).zip(&mut state.open);
            for (((rate, level), open), neuron) in neurons.zip(0..) {
                if near(*rate, *level)
                    && let Some(by) = self.reached(*rate, *level, &stretch)
                {
                    if wanted > 0 {
                        crossings.push(Crossing { neuron, rate: *rate, level: *level, by });
                    }
                    (*rate, *level, *open) = (0.0, 0.0, 0.0);
                }
            }
        }
        self.time(&crossings, state.clock, wanted, spikes);
        for (rate, level) in state.rate.iter_mut().zip(&mut state.level) {
            *level = stretch.keep * *level + stretch.gain * *rate;
            *rate *= stretch.rate;
        }
        state.clock = until;
    }

    pub(super) fn follow(
        &self,
        weights: &Weights,
        state: &mut State,
        volley: &[Arrival],
        until: f64,
        limit: usize,
        spikes: &mut Vec<Spike>,
    ) {
        let Some(first) = volley.first() else {
            self.pass(state, until, limit, spikes);
            return;
        };
        self.pass(state, first.time, 0, &mut Vec::new());
        state.open.fill(1.0);
        for arrival in volley {
            self.pass(state, arrival.time, limit, spikes);
            let inputs = weights.column(arrival.input).iter().zip(&state.open);
            state.rate.iter_mut().zip(inputs).for_each(|(rate, (weight, open))| *rate += weight * arrival.level * open);
        }
        self.pass(state, until, limit, spikes);
    }

    /// Activation of the one neuron of `weights`, as long as it has not fired.
    pub(super) fn activation(&self, weights: &Weights, state: &State, volley: &[Arrival], time: f64) -> f64 {
        let [mut rate, mut level] = [&state.rate, &state.level].map(|values| values.first().copied().unwrap_or(0.0));
        let mut clock = state.clock;
        let inputs = volley.iter().filter(|arrival| arrival.time <= time);
        let events = inputs.map(|arrival| (arrival.time, weights.column(arrival.input)[0] * arrival.level));
        for (until, jump) in events.chain([(time, 0.0)]) {
            if until > clock {
                let stretch = self.stretch(until - clock);
                (rate, level) = (stretch.rate * rate, stretch.keep * level + stretch.gain * rate);
                clock = until;
            }
            rate += jump;
        }
        level
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::kernels::rng::{pcg4d, unit};
    use crate::sdm::spiking::{Layer, NeuronModel};

    #[test]
    fn rdlif_fires_just_below_its_maximum_and_not_above() {
        for (rate_leak, leak) in [(5.0, 5.0), (5.0, 4.0), (1.0, 30.0), (30.0, 1.0), (5.0, 5.0 + 1e-9), (1e-3, 1e3)] {
            let free = Rdlif { threshold: 1.0, rate_leak, leak };
            let time = free.peak(2.0, 0.0);
            let there = free.stretch(time);
            let highest = 2.0 * there.gain;
            // The maximum by itself: the rate feeds exactly what leaks.
            assert!((2.0 * there.rate * leak / highest - 1.0).abs() < 1e-9, "{rate_leak} {leak}");
            for (share, spikes) in [(1.0 - 1e-6, 1), (1.0 + 1e-6, 0)] {
                let neuron = NeuronModel::Rdlif(Rdlif { threshold: highest * share, ..free });
                let layer = Layer::new(Weights::new(1, 1, vec![2.0]).unwrap(), neuron).unwrap();
                let got = layer.fire(&[Arrival { input: 0, time: 3.0, level: 1.0 }], 1).unwrap();
                assert_eq!(got.len(), spikes);
                // As far before the top as a parabola needs for a millionth.
                assert!(got.iter().all(|s| s.time < 3.0 + time && s.time > 3.0 + time - 0.01 * (rate_leak + leak)));
            }
        }
    }

    #[test]
    fn fire_times_of_rdlif_solve_the_equation() {
        let mut largest = 0.0_f64;
        for case in 0..2000 {
            let [a, b, c, d] = pcg4d([1, 2, 3, case]).map(unit);
            let free = Rdlif { threshold: 1.0, rate_leak: 0.5 + 20.0 * a, leak: 0.5 + 20.0 * b };
            let (rate, level) = (0.2 + 3.0 * c, 0.9 * d);
            let Some(by) = free.reached(rate, level, &free.stretch(f64::INFINITY)) else { continue };
            let time = free.meets(rate, level, by);
            let there = free.stretch(time);
            let (value, climb) = (there.keep * level + there.gain * rate, there.rate * rate - 1.0 / free.leak);
            assert!(time >= 0.0 && time <= by);
            // The error in time that is left, by the slope there; near the top the slope says nothing.
            if climb > 1e-3 {
                largest = largest.max((value - 1.0).abs() / climb / by);
            }
        }
        assert!(largest > 0.0 && largest < 1e-12, "{largest}");
    }
}
