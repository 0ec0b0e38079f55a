//! The knobs: a learning rate and one other setting, each at four values.

use crate::labs::geometry::config::{GeometryConfig, Knob};

/// Learning rates of the knobs.
pub const RATES: [f32; 4] = [1e-4, 1e-3, 1e-2, 1e-1];
/// Initial scales.
pub const SCALES: [f32; 4] = [0.02, 0.1, 0.3, 1.0];
/// Weight decays.
pub const DECAYS: [f32; 4] = [0.0, 0.1, 1.0, 10.0];

impl GeometryConfig {
    /// The cells of the knobs, row by row: a rate, and the other knob's values.
    #[must_use]
    pub fn cells(&self) -> Vec<Cell> {
        let (scale, decay, knob) = (self.initial_scale, self.decay, self.knob);
        let others = if knob == Knob::Scale { SCALES } else { DECAYS };
        let cell = |rate: f32, other: f32| match knob {
            Knob::Scale => Cell { rate, scale: other, decay, knob },
            Knob::Decay => Cell { rate, scale, decay: other, knob },
        };
        RATES.iter().flat_map(|&rate| others.map(|other| cell(rate, other))).collect()
    }
}

/// One cell of the knobs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Learning rate.
    pub rate: f32,
    /// Initial scale.
    pub scale: f32,
    /// Weight decay.
    pub decay: f32,
    knob: Knob,
}

impl Cell {
    fn other(&self) -> (&'static str, f32) {
        match self.knob {
            Knob::Scale => ("scale", self.scale),
            Knob::Decay => ("decay", self.decay),
        }
    }

    /// Identifier of its arm.
    #[must_use]
    pub fn id(&self) -> String {
        let (name, value) = self.other();
        format!("rate-{}-{name}-{value}", self.rate)
    }

    /// Its name.
    #[must_use]
    pub fn label(&self) -> String {
        let (name, value) = self.other();
        format!("rate {}, {name} {value}", self.rate)
    }
}
