//! A transformer with the runs that train it side by side: what a race takes for a model.

use std::ops::Range;

use super::measure::{Better, Kind, Measure, Phase};
use super::parameters::Parameters;
use super::transformer::{Regime, Replica, Transformer};
use super::{Model, Source};
use crate::encoding::{Encoding, Table};
use crate::error::Error;
use crate::graph::BufferId;
use crate::graph::plan::Plan;
use crate::kernels::control;

/// Held-out token accuracy that counts as learned.
pub const LEARNED: f32 = 0.99;

/// Loss in bits per judged token.
pub const LOSS: &str = "loss";
/// Share of judged tokens that are right.
pub const TOKEN_ACCURACY: &str = "token-accuracy";
/// Share of sequences that are right as a whole.
pub const SEQUENCE_ACCURACY: &str = "sequence-accuracy";
/// Norm of the whole gradient before clipping.
pub const GRADIENT: &str = "gradient";

/// A transformer and its runs.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// The model.
    pub model: Transformer,
    /// How it is trained and judged.
    pub regime: Regime,
    /// The runs.
    pub replicas: Vec<Replica>,
}

impl Ensemble {
    /// A run.
    ///
    /// # Errors
    /// [`Error::Internal`] if there is no such run.
    pub fn replica(&self, run: usize) -> Result<&Replica, Error> {
        let missing = || Error::Internal(format!("there is no run {run} of {}", self.replicas.len()));
        self.replicas.get(run).ok_or_else(missing)
    }

    /// The position table `[length, width]` of a run as the first layer reads it, times its gain; nothing where positions add nothing.
    #[must_use]
    pub fn table(&self, run: usize, parameters: &[f32]) -> Option<Table> {
        let replica = self.replicas.get(run)?;
        let adds = !matches!(replica.encoding, Encoding::None | Encoding::Rope | Encoding::Alibi);
        let gain = parameters.get(self.model.gain as usize).filter(|_| adds)?;
        let values = parameters.get(self.model.table as usize..)?.iter().map(|value| value * gain).collect();
        let a = &self.model.architecture;
        Some(Table { rows: a.layout.length as usize, columns: a.width as usize, values })
    }
}

impl Model for Ensemble {
    fn runs(&self) -> usize {
        self.replicas.len()
    }

    fn parameters(&self) -> &Parameters {
        &self.model.parameters
    }

    fn steps(&self) -> u32 {
        self.regime.optimiser.steps
    }

    fn plan(&self, runs: Range<usize>) -> Result<Plan, Error> {
        let some = self.replicas.get(runs.clone());
        let some = some.ok_or_else(|| Error::Internal(format!("there are no runs {runs:?}")))?;
        self.model.plan(some, &self.regime)
    }

    fn initial(&self, run: usize) -> Result<Vec<f32>, Error> {
        Ok(self.model.initial(self.replica(run)?))
    }

    fn control(&self, run: usize) -> Result<[f32; control::LEN], Error> {
        self.model.control(self.replica(run)?)
    }

    fn constants(&self, plan: &Plan) -> Vec<(BufferId, Vec<f32>)> {
        vec![(plan.shared.rotations, self.model.rotations())]
    }

    fn measures(&self) -> Vec<(Measure, Source)> {
        measures(Some(self.model.architecture.layout.symbols))
    }

    fn extended(&self, steps: u32) -> Option<Box<dyn Model>> {
        let mut longer = self.clone();
        longer.regime.optimiser.steps = steps;
        self.regime.optimiser.cosine.is_none().then(|| Box::new(longer) as Box<dyn Model>)
    }
}

/// What is measured of a transformer, and where that comes from; the levels of a guess where it is known among how many `symbols`.
#[must_use]
pub fn measures(symbols: Option<u32>) -> Vec<(Measure, Source)> {
    let ring = |entry| Source::Ring { entry, factor: 1.0 };
    let bits = Source::Ring { entry: 0, factor: std::f32::consts::LOG2_E };
    let symbols = symbols.map(|symbols| symbols as f32);
    let loss = |phase| {
        let measure = Measure::new(LOSS, ["Loss", "Loss", "bits per token"], Kind::Amount, Better::Lower, phase);
        Measure { chance: symbols.map(libm::log2f), ..measure }
    };
    let share =
        |id, label, short, unit, phase| Measure::new(id, [label, short, unit], Kind::Share, Better::Higher, phase);
    let tokens = |phase| {
        let measure = share(TOKEN_ACCURACY, "Tokens right", "Tokens", "of judged tokens", phase);
        Measure { chance: symbols.map(f32::recip), ..measure }
    };
    let whole = "of sequences without a mistake";
    let sequences = share(SEQUENCE_ACCURACY, "Whole sequences right", "Sequences", whole, Phase::Evaluation);
    let words = ["Gradient", "Gradient", "norm before clipping"];
    let gradient = Measure::new(GRADIENT, words, Kind::Amount, Better::Neither, Phase::Training);
    vec![
        (loss(Phase::Training), bits),
        (tokens(Phase::Training), ring(1)),
        (gradient, ring(3)),
        (loss(Phase::Evaluation), bits),
        (tokens(Phase::Evaluation).reached_at(LEARNED), ring(1)),
        (sequences, ring(2)),
    ]
}
