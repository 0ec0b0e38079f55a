//! The embedding of a trained run.

use crate::error::Error;
use crate::labs::geometry::config::GeometryConfig;
use crate::labs::geometry::landscape::products;
use crate::labs::geometry::learner::Learner;
use crate::labs::run::Run;
use crate::run::machine::Machine;
use crate::run::trained::Trained;

/// A run's embedding `[nodes, width]` in f64.
pub(super) struct Embedding {
    pub(super) trained: Trained,
    pub(super) table: Vec<f64>,
    pub(super) width: usize,
}

impl Embedding {
    fn of(trained: Trained, nodes: usize) -> Result<Self, Error> {
        let own = trained.model.parameters().tensors.iter().find(|tensor| tensor.name == "embedding.weight");
        let lost = || Error::Internal("a learner without an embedding".to_owned());
        let own = own.ok_or_else(lost)?;
        let width = own.shape.get(1).copied().unwrap_or(0) as usize;
        let first = own.offset as usize;
        let table = trained.parameters.get(first..first + nodes * width).ok_or_else(lost)?;
        let table = table.iter().copied().map(f64::from).collect();
        Ok(Self { trained, table, width })
    }

    /// Of a run of the open race; nothing if none is open, or if it is of another graph than the settings.
    pub(super) async fn asked(
        run: Option<&mut (dyn Run + 'static)>,
        machine: &mut Machine,
        which: u32,
        config: &GeometryConfig,
    ) -> Result<Option<Self>, Error> {
        let Some(run) = run else { return Ok(None) };
        let own = run.config().of::<GeometryConfig>();
        if own.is_none_or(|own| own.graph_key() != config.graph_key()) {
            return Ok(None);
        }
        let Some(trains) = run.trains() else { return Ok(None) };
        Self::of(trains.trained(machine, which).await?, config.size() as usize).map(Some)
    }

    /// What the learner says comes after each node.
    pub(super) fn logits(&self, nodes: usize) -> Result<Vec<f64>, Error> {
        let model: &dyn std::any::Any = self.trained.model.as_ref();
        match model.downcast_ref::<Learner>() {
            None => Ok(products(&self.table, &self.table, self.width)),
            Some(learner) => {
                let shown = learner.shown(self.trained.run, &self.trained.parameters, nodes)?;
                Ok(products(&shown, &self.table, self.width))
            }
        }
    }

    pub(super) fn who(&self) -> String {
        format!("{}, seed {}, after {} steps", self.trained.arm.label, self.trained.seed, self.trained.step)
    }
}
