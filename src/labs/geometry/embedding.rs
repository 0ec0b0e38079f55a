//! The embedding that is looked at: of a trained run, or a table of the reader's.

use crate::error::Error;
use crate::labs::geometry::config::{GeometryConfig, Looked};
use crate::labs::geometry::landscape::products;
use crate::labs::geometry::learner::Learner;
use crate::labs::geometry::table::OwnTable;
use crate::labs::run::Run;
use crate::run::machine::Machine;
use crate::run::trained::Trained;

/// An embedding `[nodes, width]` in f64.
pub(super) struct Embedding {
    /// The run that it is of; nothing of a reader's own.
    pub(super) trained: Option<Trained>,
    pub(super) table: Vec<f64>,
    pub(super) width: usize,
    /// Whose it is, in words.
    pub(super) who: String,
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
        Ok(Self { who: trained.who(), trained: Some(trained), table, width })
    }

    /// Of a run of the open race; nothing if none is open, or if it is of another graph than the settings.
    pub(super) async fn trained(
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

    /// The reader's, if it fits the graph of the settings.
    fn own(table: Option<&OwnTable>, config: &GeometryConfig) -> Result<Self, Error> {
        let none = "There is no table yet: open one under the map, or take one along from another lab.";
        let OwnTable { name, width, values } = table.ok_or_else(|| Error::Config(none.to_owned()))?;
        let (rows, nodes) = (values.len() / width.max(&1), config.size());
        if rows != nodes as usize {
            let why = format!("“{name}” has {rows} rows, and this graph {nodes} nodes: a table has a row a node.");
            return Err(Error::Config(why));
        }
        Ok(Self { trained: None, table: values.clone(), width: *width, who: name.clone() })
    }

    /// The one that the settings name.
    pub(super) async fn asked(
        run: Option<&mut (dyn Run + 'static)>,
        machine: &mut Machine,
        which: u32,
        config: &GeometryConfig,
        own: Option<&OwnTable>,
    ) -> Result<Option<Self>, Error> {
        match config.embedding {
            Looked::Own => Self::own(own, config).map(Some),
            Looked::Trained => Self::trained(run, machine, which, config).await,
        }
    }

    /// What the learner says comes after each node.
    pub(super) fn logits(&self, nodes: usize) -> Result<Vec<f64>, Error> {
        let Some(trained) = &self.trained else {
            return Err(Error::Config(
                "A table says nothing of what comes after a node: look at its cosines.".to_owned(),
            ));
        };
        let model: &dyn std::any::Any = trained.model.as_ref();
        match model.downcast_ref::<Learner>() {
            None => Ok(products(&self.table, &self.table, self.width)),
            Some(learner) => {
                let shown = learner.shown(trained.run, &trained.parameters, nodes)?;
                Ok(products(&shown, &self.table, self.width))
            }
        }
    }
}
