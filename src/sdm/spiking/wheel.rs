//! The wheel, or firefly: `a_i(t) = m (t − t0) + Σ_{t_j ≤ t} w_ij σ_j` from the first spike of the volley `t0` on; fires at
//! `a_i ≥ Θ`, then resets.
//!
//! Between two inputs `a_i` is a line, so a wheel fires either where its line meets the threshold, at `t0 + (Θ − S)/m` with the sum `S`
//! so far, or at the time of an input whose jump crosses it.
//!
//! **Firing order is the rank of the dot product** if no wheel fires before the last input: then each of them has its whole dot
//! product `S_i = Σ_j w_ij σ_j`, and fires at `t0 + (Θ − S_i)/m`, which falls as `S_i` rises. No wheel fires before the last input, at
//! `T`, if `Θ ≥ m (T − t0) + max_i S_i`: before `T` the left-hand side of `m (t − t0) + Σ_{t_j ≤ t} w_ij σ_j ≤ m (T − t0) + S_i` is below
//! the right-hand side. Below that bound a wheel may fire with a part of its sum, and later inputs no longer count.
//!
//! In floating point: equal sums give equal times, and a larger sum never a later time. Sums of whole numbers that differ give
//! different times as long as `Θ` is far below 2⁵³, so that for these the order is the same with its ties.

use super::{Arrival, Spike, State, Weights, add};

/// A neuron that rises at a constant rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wheel {
    /// `m`: activation per time.
    pub slope: f64,
    /// `Θ`.
    pub threshold: f64,
}

impl Wheel {
    /// Whether the threshold is so high that no neuron fires before the last input of `volley`, and firing order has to be the rank of the
    /// dot products, of which `largest` is the largest. It holds for neurons at rest.
    #[must_use]
    pub fn waits(&self, volley: &[Arrival], largest: f64) -> bool {
        let times = || volley.iter().map(|arrival| arrival.time);
        let [first, last] = [times().fold(f64::INFINITY, f64::min), times().fold(f64::NEG_INFINITY, f64::max)];
        volley.is_empty() || self.threshold >= self.slope * (last - first) + largest
    }

    /// The sum from which on a neuron has reached the threshold at `time`.
    fn needed(&self, begun: f64, time: f64) -> f64 {
        self.threshold - self.slope * (time - begun)
    }

    pub(super) fn follow(
        &self,
        weights: &Weights,
        state: &mut State,
        volley: &[Arrival],
        until: f64,
        spikes: &mut Vec<Spike>,
    ) {
        let Some(first) = volley.first() else {
            self.reach(state, until, spikes);
            Self::reset(state);
            return;
        };
        // Those that the last volley has left below the threshold rise on until this one begins.
        self.reach(state, first.time, &mut Vec::new());
        let risen = self.slope * (first.time - state.begun);
        for (level, open) in state.level.iter_mut().zip(&mut state.open) {
            *level = if *open > 0.0 { *level + risen } else { 0.0 };
            *open = 1.0;
        }
        state.begun = first.time;
        state.clock = first.time;
        for arrival in volley {
            self.reach(state, arrival.time, spikes);
            add(&mut state.level, weights.column(arrival.input), arrival.level);
            self.reach(state, arrival.time, spikes);
        }
        self.reach(state, until, spikes);
        Self::reset(state);
    }

    /// Puts those that have fired to rest. Until the next volley they take no part, so that it may be done late.
    fn reset(state: &mut State) {
        state.level.iter_mut().zip(&state.open).filter(|(_, open)| **open == 0.0).for_each(|(level, _)| *level = 0.0);
    }

    /// Fires all neurons that reach the threshold from the state's time to `time`, at which it leaves the state.
    fn reach(&self, state: &mut State, time: f64, spikes: &mut Vec<Spike>) {
        let needed = self.needed(state.begun, time);
        // Most of the time nobody does; this loop has no branches.
        if state.level.iter().fold(false, |any, &level| any | (level >= needed)) {
            for ((level, open), neuron) in state.level.iter_mut().zip(&mut state.open).zip(0..) {
                if *level >= needed && *open > 0.0 {
                    let meets = state.begun + (self.threshold - *level) / self.slope;
                    // A jump that crosses the threshold leaves a line that would have met it earlier.
                    spikes.push(Spike { neuron, time: meets.max(state.clock) });
                    *open = 0.0;
                    *level = f64::NEG_INFINITY;
                }
            }
        }
        state.clock = time;
    }

    /// Activation of the one neuron of `weights`, as long as it has not fired.
    pub(super) fn activation(&self, weights: &Weights, state: &State, volley: &[Arrival], time: f64) -> f64 {
        let waiting = state.open.first().is_none_or(|&open| open == 0.0);
        let left = state.level.first().copied().unwrap_or(0.0);
        let begun = if waiting { volley.first().map_or(time, |first| first.time) } else { state.begun };
        let inputs = volley.iter().filter(|arrival| arrival.time <= time);
        let sum: f64 = inputs.map(|arrival| weights.column(arrival.input)[0] * arrival.level).sum();
        self.slope * (time.max(state.clock) - begun) + if waiting { 0.0 } else { left } + sum
    }
}
