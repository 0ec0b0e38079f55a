//! Machines and memories as the settings say.

use crate::choice::Choice;
use crate::error::Error;
use crate::graph::plan::{Origin, Plan};
use crate::labs::sequence::config::{ContextModel, DecoderKind, DecoderRatio, SequenceConfig, Writing};
use crate::labs::sequence::curves::arm;
use crate::labs::settings::Settings;
use crate::run::event::{ArmInfo, ExecutorInfo};
use crate::run::machine::Machine;
use crate::sdm::decoder::{TIES, Weights};
use crate::sdm::machine::{self, Model, Replica, SequenceMachine};
use crate::sdm::memory;

/// The most symbols that a sequence may tell apart.
pub const SYMBOLS: u32 = 256;
/// Bytes that the buffers of one plan may take. While it is filled there are up to three times as many, and a browser gives 4 GiB.
const MOST_BYTES: u64 = 1 << 30;
/// Symbols that are presented in one go; longer sequences go in parts.
const ITEMS: u32 = 128;

/// Refuses a plan that could not be filled here.
///
/// # Errors
/// [`Error::TooLarge`].
pub(super) fn fits(plan: &Plan) -> Result<(), Error> {
    let needed = plan.bytes();
    if needed > MOST_BYTES {
        return Err(Error::Config(format!(
            "These machines need {} MiB; at most {} are allowed. Use fewer seeds, decoder neurons, context neurons or pairs.",
            needed >> 20,
            MOST_BYTES >> 20
        )));
    }
    Ok(())
}

impl SequenceConfig {
    fn weights(&self, inputs: u32) -> Weights {
        match self.decoder {
            DecoderKind::Dense => Weights::Dense,
            DecoderKind::Sparse => {
                let ratio = match self.decoder_ratio {
                    DecoderRatio::Steps => TIES,
                    DecoderRatio::Equal => 1.0,
                    DecoderRatio::Alpha => f64::from(self.alpha),
                };
                Weights::Sparse { active: self.decoder_active.min(inputs), ratio }
            }
        }
    }

    /// Sizes and rules of its sequence machines, for so many symbols.
    #[must_use]
    pub fn machine_shape(&self, symbols: u32) -> machine::Shape {
        machine::Shape {
            size: self.data_size,
            data_active: self.data_active,
            context: self.context_size,
            context_active: self.context_active,
            decoders: self.decoders,
            chosen: self.chosen,
            weights: self.weights(self.context_size.min(2 * self.data_size)),
            alpha: f64::from(self.alpha),
            graded: self.writing == Writing::Max,
            symbols,
            items: ITEMS,
        }
    }

    /// Sizes and rules of its memory alone.
    #[must_use]
    pub fn memory_shape(&self) -> memory::Shape {
        memory::Shape {
            inputs: self.inputs,
            inputs_active: self.inputs_active,
            decoders: self.decoders,
            chosen: self.chosen,
            weights: self.weights(self.inputs),
            size: self.data_size,
            data_active: self.data_active,
            alpha: f64::from(self.alpha),
            graded: self.writing == Writing::Max,
        }
    }

    /// A context with the Λ of the settings.
    #[must_use]
    pub fn model(&self, context: ContextModel) -> Model {
        let retention = f64::from(self.retention);
        match context {
            ContextModel::Shift => Model::Shift,
            ContextModel::Layer => Model::Layer(retention),
            ContextModel::Combined => Model::Combined(retention),
        }
    }

    /// The contexts that are compared, and the combined one without any memory as a control.
    pub(super) fn compared(&self) -> Vec<(ArmInfo, Model)> {
        let of = |&context: &ContextModel| {
            let label = match context {
                ContextModel::Shift => context.label().to_owned(),
                _ => format!("{}, Λ = {}", context.label(), self.retention),
            };
            (arm(context.id().to_owned(), label, context.help().to_owned()), self.model(context))
        };
        let help = "A context of the present input alone: a control, which has to fail wherever a symbol comes twice and goes on \
                    differently.";
        let control =
            (arm("forgetful".to_owned(), "Combined, Λ = 0".to_owned(), help.to_owned()), Model::Combined(0.0));
        self.contexts.iter().map(of).chain(self.forgetful.then_some(control)).collect()
    }

    /// The machine of the first seed.
    #[must_use]
    pub fn replica(&self) -> Replica {
        Replica { model: self.model(self.context), seed: self.seed }
    }

    /// A plan whose replicas workers may have a part of: it is plan `which` of the experiment of these settings.
    #[must_use]
    pub fn dealt(&self, mut plan: Plan, which: usize) -> Plan {
        let of = plan.replicas as usize;
        plan.origin = Some(Origin { link: self.link(), plan: which, first: 0, of });
        plan
    }

    /// Machines on the executor that the settings ask for; `which` plan of its experiment theirs is, if it is one.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if they do not fit here; [`Error::DeviceLost`].
    pub async fn machines(
        &self,
        shape: machine::Shape,
        replicas: Vec<Replica>,
        which: Option<usize>,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<(SequenceMachine, ExecutorInfo), Error> {
        let mut plan = machine::plan(&shape, &replicas)?;
        fits(&plan)?;
        if let Some(which) = which {
            plan = self.dealt(plan, which);
        }
        let (executor, info) = machine.executor(self.executor, plan, progress).await?;
        Ok((SequenceMachine::new(shape, replicas, executor)?, info))
    }
}
