//! One clock, two readings: the phase `φ_i = ω_i p` of a position and its spike time `t = (T/L) p` in a window `T` lie on a line,
//! `φ_i = (ω_i L/T) t`, for each frequency.

use serde::Serialize;

use super::Shape;
use super::sinusoidal::frequency;

/// A position on the clock.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Phase"))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Phase {
    /// `p`.
    pub position: u32,
    /// `L`.
    pub length: u32,
    /// `T`.
    pub window: f64,
    /// `(T/L) p`, in the unit of the window.
    pub spike_time: f64,
    /// Fastest frequency first.
    pub pairs: Vec<Pair>,
}

/// One frequency: a sine and a cosine column.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pair {
    /// `i`.
    pub index: u32,
    /// `ω_i`, radians per position.
    pub frequency: f64,
    /// `ω_i p`, radians, not wrapped.
    pub phase: f64,
    /// `ω_i L/T`: the phase is this times the spike time.
    pub slope: f64,
    /// `sin` and `cos` of the phase.
    pub sinusoidal: [f64; 2],
    /// `T/L` times these: the lemma's mapping.
    pub amplitude: [f64; 2],
    /// `sin` and `cos` of `ω_i t`: the spike time put inside, which the lemma does not cover.
    pub inside: [f64; 2],
}

impl Phase {
    /// Reads the clock of `shape` at `position`, with window `window`.
    #[must_use]
    pub fn at(shape: &Shape, position: u32, window: f64) -> Self {
        let scale = window / f64::from(shape.length.max(1));
        let spike_time = scale * f64::from(position);
        let pair = |index: u32| {
            let frequency = frequency(2 * index, shape.width, shape.tuning.base);
            let phase = frequency * f64::from(position);
            let turned = |angle: f64| [libm::sin(angle), libm::cos(angle)];
            Pair {
                index,
                frequency,
                phase,
                slope: frequency / scale,
                sinusoidal: turned(phase),
                amplitude: turned(phase).map(|value| value * scale),
                inside: turned(frequency * spike_time),
            }
        };
        let pairs = (0..shape.width / 2).map(pair).collect();
        Self { position, length: shape.length, window, spike_time, pairs }
    }
}
