//! One run of a race by itself, as a look inside takes it.

use std::rc::Rc;

use crate::error::Error;
use crate::model::Model;
use crate::model::ensemble::Ensemble;
use crate::run::event::ArmInfo;

/// One run of a race: its model, which of the model's runs it is, and its parameters at a step.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The model.
    pub model: Rc<dyn Model>,
    /// Which of its runs.
    pub run: usize,
    /// The arm.
    pub arm: ArmInfo,
    /// The seed.
    pub seed: u32,
    /// The parameters.
    pub parameters: Vec<f32>,
    /// Steps trained.
    pub step: u32,
}

impl Trained {
    /// Which run it is, in words.
    #[must_use]
    pub fn who(&self) -> String {
        format!("{}, seed {}, after {} steps", self.arm.label, self.seed, self.step)
    }

    /// The transformers among which this run is.
    ///
    /// # Errors
    /// [`Error::Config`] if it is no transformer.
    pub fn ensemble(&self) -> Result<&Ensemble, Error> {
        let model: &dyn std::any::Any = self.model.as_ref();
        let other =
            || Error::Config(format!("{} is no transformer; only those can be looked into so.", self.arm.label));
        model.downcast_ref().ok_or_else(other)
    }
}
