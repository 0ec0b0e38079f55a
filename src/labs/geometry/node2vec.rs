//! Node2Vec in its smallest form, as the paper has it (2510.26745, appendix F and release): one table with a row a node, whose dot products
//! are logits both ways; each node's neighbours share its target; gradient descent on the whole sum
//! `−Σ_i 1/|N(i)| Σ_(j ∈ N(i)) log softmax_k⟨v_i, v_k⟩ [j]`. No bottleneck, no regulariser, no walks, no sampling.

use std::cell::OnceCell;
use std::ops::Range;

use crate::error::Error;
use crate::graph::ops::Optimiser;
use crate::graph::plan::Plan;
use crate::graph::{BufferId, Graph, Shared};
use crate::kernels::control;
use crate::kernels::grad_norm::Pool;
use crate::kernels::table::Table;
use crate::labs::geometry::graph::Nodes;
use crate::labs::geometry::landscape::Landscape;
use crate::model::measure::{Better, Kind, Measure, Phase};
use crate::model::parameters::{Init, Parameters};
use crate::model::{Model, Source};

/// What is descended: nats, summed over the nodes.
pub const OBJECTIVE: &str = "objective";

/// A table and the runs that train it, one a seed.
#[derive(Clone, Debug)]
pub struct Node2Vec {
    nodes: Nodes,
    table: Table,
    parameters: Parameters,
    scale: f32,
    rate: f32,
    steps: u32,
    seeds: Vec<u32>,
    landscape: OnceCell<Landscape>,
}

impl Node2Vec {
    /// A table of `width` columns, N(0, `scale`²) at first, trained at `rate` for so many steps.
    #[must_use]
    pub fn new(nodes: Nodes, width: u32, scale: f32, rate: f32, steps: u32, seeds: Vec<u32>) -> Self {
        let rows = nodes.len() as u32;
        let mut parameters = Parameters::default();
        let table = parameters.add("embedding.weight", &[rows, width], Init::Normal(1.0));
        let table = Table { rows, width, table, pool: parameters.len() };
        Self { nodes, table, parameters, scale, rate, steps, seeds, landscape: OnceCell::new() }
    }

    fn seed(&self, run: usize) -> Result<u32, Error> {
        let missing = || Error::Internal(format!("there is no run {run} of {}", self.seeds.len()));
        self.seeds.get(run).copied().ok_or_else(missing)
    }
}

/// What is measured, and where that comes from.
#[must_use]
pub fn measures() -> Vec<(Measure, Source)> {
    let ring = |entry| Source::Ring { entry, factor: 1.0 };
    let amount = |id, words, better, phase| Measure::new(id, words, Kind::Amount, better, phase);
    let objective = |phase| amount(OBJECTIVE, ["Objective", "Objective", "nats"], Better::Lower, phase);
    let gradient = amount("gradient", ["Gradient", "Gradient", "norm"], Better::Neither, Phase::Training);
    let device = [(objective(Phase::Training), ring(0)), (gradient, ring(3)), (objective(Phase::Evaluation), ring(0))];
    device.into_iter().chain(Landscape::measures().into_iter().map(|measure| (measure, Source::Host))).collect()
}

impl Model for Node2Vec {
    fn runs(&self) -> usize {
        self.seeds.len()
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn steps(&self) -> u32 {
        self.steps
    }

    fn plan(&self, runs: Range<usize>) -> Result<Plan, Error> {
        let (rows, pool) = (self.table.rows, self.parameters.len());
        let mut buffers = Vec::new();
        let shared = Shared::new(&mut buffers, pool, 0, true);
        // Every row is a sequence of one place, and the sum is over all of them.
        let (length, judged) = (1, 1);
        let mut graph = Graph::new(&mut buffers, shared, pool, true);
        let targets = graph.input("targets", rows, rows);
        let scores = graph.tied_cross_entropy(self.table, targets);
        let optimiser = Optimiser { warmup: 0, cosine: None, steps: self.steps, clip: 0.0 };
        graph.descend(scores, rows, length, judged, Pool::whole(pool), &optimiser);
        let training = graph.finish();
        let mut graph = Graph::new(&mut buffers, shared, pool, false);
        let scores = graph.tied_cross_entropy(self.table, targets);
        graph.measure(scores, rows, length, judged);
        let evaluation = graph.finish();
        Plan::new(runs.len() as u32, &buffers, training, evaluation, shared, vec![targets.id])
    }

    fn initial(&self, run: usize) -> Result<Vec<f32>, Error> {
        Ok(self.parameters.initial(self.seed(run)?, self.scale))
    }

    fn control(&self, run: usize) -> Result<[f32; control::LEN], Error> {
        Ok(control::block(self.seed(run)?, self.rate, 0.0))
    }

    fn constants(&self, plan: &Plan) -> Vec<(BufferId, Vec<f32>)> {
        let targets: Vec<f32> = self.nodes.targets().into_iter().map(|target| target as f32).collect();
        plan.kept.iter().map(|&id| (id, targets.clone())).collect()
    }

    fn measures(&self) -> Vec<(Measure, Source)> {
        measures()
    }

    fn judged(&self, plan: &Plan) -> Vec<BufferId> {
        vec![plan.shared.parameters]
    }

    fn judge(&self, _run: usize, tensors: &[&[f32]]) -> Result<Vec<f64>, Error> {
        let [table] = tensors else { return Err(Error::Internal("a table is judged by its numbers alone".to_owned())) };
        let landscape = self.landscape.get_or_init(|| Landscape::new(self.nodes.clone()));
        let table: Vec<f64> = table.iter().copied().map(f64::from).collect();
        Ok(landscape.judge(&table).to_vec())
    }

    fn extended(&self, steps: u32) -> Option<Box<dyn Model>> {
        Some(Box::new(Self { steps, ..self.clone() }))
    }
}
