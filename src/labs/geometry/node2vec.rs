//! Node2Vec in its smallest form, as the paper has it (2510.26745, appendix F and release): one table with a row a node, whose dot products
//! are logits both ways; each node's neighbours share its target; gradient descent on the whole sum
//! `−Σ_i 1/|N(i)| Σ_(j ∈ N(i)) log softmax_k⟨v_i, v_k⟩ [j]`. No bottleneck, no regulariser, no walks, no sampling.

use std::ops::Range;
use std::rc::Rc;

use crate::error::Error;
use crate::graph::ops::Optimiser;
use crate::graph::plan::Plan;
use crate::graph::{BufferId, Graph, Shared};
use crate::kernels::control;
use crate::kernels::grad_norm::Pool;
use crate::kernels::table::Table;
use nalgebra::DMatrix;

use crate::labs::geometry::closed::softmax;
use crate::labs::geometry::landscape::{Landscape, energy, loss, products};
use crate::model::measure::{Better, Kind, Measure, Phase};
use crate::model::parameters::{Init, Parameters};
use crate::model::{Model, Source};

/// What is descended: nats, summed over the nodes.
pub const OBJECTIVE: &str = "objective";
/// `‖Vᵀe‖` of the second eigenspace's unit vectors.
pub const PROJECTION: &str = "projection";
/// `‖C e‖` of them: whether they still grow or shrink.
pub const RESIDUAL: &str = "residual";

/// A table and the runs that train it, one a seed.
#[derive(Clone, Debug)]
pub struct Node2Vec {
    landscape: Rc<Landscape>,
    table: Table,
    parameters: Parameters,
    scale: f32,
    rate: f32,
    steps: u32,
    seeds: Vec<u32>,
}

impl Node2Vec {
    /// A table of `width` columns, N(0, `scale`²) at first, trained at `rate` for so many steps.
    #[must_use]
    pub fn new(landscape: Rc<Landscape>, width: u32, scale: f32, rate: f32, steps: u32, seeds: Vec<u32>) -> Self {
        let rows = landscape.nodes.len() as u32;
        let mut parameters = Parameters::default();
        let table = parameters.add("embedding.weight", &[rows, width], Init::Normal(1.0));
        let table = Table { rows, width, table, pool: parameters.len() };
        Self { landscape, table, parameters, scale, rate, steps, seeds }
    }

    /// Of the second eigenspace: `‖Vᵀe‖` and `‖C e‖`, with `C = (D⁻¹A − P) + (D⁻¹A − P)ᵀ` and the softmax P, as means over its unit vectors
    /// (roots of mean squares), since single vectors of a space mean nothing. Not a number where there is no second space.
    fn second(&self, table: &[f64], logits: &[f64]) -> [f64; 2] {
        let (size, spectrum) = (self.landscape.nodes.len(), &self.landscape.spectrum);
        let vectors = spectrum.spaces.get(1).and_then(|space| spectrum.vectors.get(space.clone())).unwrap_or(&[]);
        let rows: Vec<&[f64]> = table.chunks_exact(self.table.width as usize).collect();
        let targets = DMatrix::from_row_slice(size, size, &self.landscape.nodes.targets());
        let difference = targets - softmax(&DMatrix::from_row_slice(size, size, logits), 1.0);
        let pull = (&difference + difference.transpose()).transpose();
        let columns: Vec<&[f64]> = pull.as_slice().chunks_exact(size.max(1)).collect();
        let mean = |energy: f64| libm::sqrt(energy / vectors.len() as f64);
        [mean(energy(vectors, &rows)), mean(energy(vectors, &columns))]
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
    let host = |measure| (measure, Source::Host);
    let after = Phase::Evaluation;
    let projection =
        amount(PROJECTION, ["Second eigenspace", "Second", "norm on a unit vector"], Better::Neither, after);
    let residual = amount(RESIDUAL, ["Pull on it", "Pull", "norm of C e"], Better::Lower, after);
    let device = [(objective(Phase::Training), ring(0)), (gradient, ring(3))];
    let of_table = std::iter::once(loss(after)).chain(Landscape::measures()).map(host);
    let own = [(objective(after), ring(0)), host(projection), host(residual)];
    device.into_iter().chain(of_table).chain(own).collect()
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
        let targets: Vec<f32> = self.landscape.nodes.targets().into_iter().map(|target| target as f32).collect();
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
        let table: Vec<f64> = table.iter().copied().map(f64::from).collect();
        let width = self.table.width as usize;
        let logits = products(&table, &table, width);
        let mut found = vec![self.landscape.loss(&logits)];
        found.extend(self.landscape.judge(&table, &logits, &self.landscape.nodes.neighbours));
        found.extend(self.second(&table, &logits));
        Ok(found)
    }

    fn extended(&self, steps: u32) -> Option<Box<dyn Model>> {
        Some(Box::new(Self { steps, ..self.clone() }))
    }
}
