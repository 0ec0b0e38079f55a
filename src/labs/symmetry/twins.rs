//! The same attention trained twice: in one basis, and in another with its first weights and its lessons turned there. If training respects
//! the change of basis, the two stay the same but for the turn: W₂ = QᵀW₁Q at every step.
//!
//! Both trainings are one model, so that they share batches to the bit; nothing of the one reaches the other.

use std::ops::Range;

use crate::error::Error;
use crate::graph::ops::{Method, Optimiser};
use crate::graph::plan::Plan;
use crate::graph::{BufferId, Graph, Shared, Tensor};
use crate::kernels::control;
use crate::kernels::grad_norm::Pool;
use crate::kernels::matmul::Activation;
use crate::kernels::vectors::Vectors;
use crate::labs::symmetry::choices::Norm;
use crate::labs::symmetry::group::haar;
use crate::labs::symmetry::learner::{linear, losses, plain};
use crate::labs::symmetry::maps::{FIXED, Matrix, Plain, Shape, drawn, read};
use crate::model::measure::{Better, Kind, Measure, Phase};
use crate::model::parameters::{Init, Parameters};
use crate::model::{Model, Source};

/// `‖Q W₂ Qᵀ − W₁‖/‖W₁‖` over both matrices.
pub const DISTANCE: &str = "distance";
/// Stream of the first tensor.
const STREAM_TWINS: u32 = 9_460;
/// Counter of the basis of a seed.
const BASIS: u32 = 1 << 30;

/// How both are trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regime {
    /// Shape of what is mapped; there is no knowledge.
    pub shape: Shape,
    /// What stands between attention and its value matrix.
    pub norm: Norm,
    /// Sequences a step.
    pub batch: u32,
    /// Held-out sequences.
    pub tests: u32,
    /// How parameters follow gradients.
    pub method: Method,
    /// Schedule and steps.
    pub optimiser: Optimiser,
    /// Learning rate.
    pub rate: f32,
    /// Weight decay.
    pub decay: f32,
}

/// A pair of trainings, one for each seed.
#[derive(Clone, Debug)]
pub struct Twins {
    regime: Regime,
    parameters: Parameters,
    /// A and V of the first, of the second, of the teacher, and the change of basis.
    places: [u32; 7],
    seeds: Vec<u32>,
}

impl Twins {
    /// The pairs of these seeds.
    #[must_use]
    pub fn new(regime: Regime, seeds: Vec<u32>) -> Self {
        let d = regime.shape.d as u32;
        let mut parameters = Parameters::default();
        let names = ["a", "v", "turned.a", "turned.v", "teacher.a", "teacher.v", "teacher.basis"];
        let places = names.map(|name| parameters.add(name, &[d, d], Init::Constant(0.0)));
        Self { regime, parameters, places, seeds }
    }

    fn seed(&self, run: usize) -> Result<u32, Error> {
        let missing = || Error::Internal(format!("there is no run {run} of {}", self.seeds.len()));
        self.seeds.get(run).copied().ok_or_else(missing)
    }

    /// Sequences and what the teacher makes of them, in both bases.
    fn asked(&self, graph: &mut Graph<'_>, rows: u32, draws: Option<u32>) -> [[Tensor; 2]; 2] {
        let [d, n] = [self.regime.shape.d, self.regime.shape.n].map(|size| size as u32);
        let [.., a, v, basis] = self.places;
        // One vector of knowledge, which nobody looks at: an empty buffer has no place in a plan.
        let (knowledge, pool) = (Some(basis), self.parameters.len());
        let [x, ..] = graph.vectors(Vectors { rows, length: n, known: 1, width: d, knowledge, bases: 1, pool, draws });
        let y = plain(graph, x, [a, v], Norm::None, rows);
        let turn = linear(basis, d, d, None);
        [[x, y], [x, y].map(|tensor| graph.linear(tensor, &turn, Activation::Linear, 0.0, None))]
    }

    /// Distance of the two trainings after turning back.
    fn distance(&self, pool: &[f32]) -> Result<f64, Error> {
        let d = self.regime.shape.d;
        let [a, v, turned_a, turned_v, .., basis] = self.places;
        let matrix = |place| read(pool, place, [d, d]);
        let q = matrix(basis)?;
        let (mut apart, mut size) = (0.0, 0.0);
        for [own, turned] in [[a, turned_a], [v, turned_v]] {
            let own = matrix(own)?;
            let back: Matrix<f64> = q.dot(&matrix(turned)?).dot(&q.t()) - &own;
            apart += back.norm() * back.norm();
            size += own.norm() * own.norm();
        }
        Ok(libm::sqrt(apart / size))
    }
}

/// What is measured, and where that comes from.
#[must_use]
pub fn measures() -> Vec<(Measure, Source)> {
    let words = ["Distance of the two trainings", "Distance", "of their weights’ norm"];
    let distance = Measure::new(DISTANCE, words, Kind::Amount, Better::Lower, Phase::Evaluation);
    losses().into_iter().chain([(distance, Source::Host)]).collect()
}

impl Model for Twins {
    fn runs(&self) -> usize {
        self.seeds.len()
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn steps(&self) -> u32 {
        self.regime.optimiser.steps
    }

    fn plan(&self, runs: Range<usize>) -> Result<Plan, Error> {
        let Regime { batch, tests, norm, method, ref optimiser, .. } = self.regime;
        let pool = Pool::whole(self.parameters.len());
        let [a, v, turned_a, turned_v, ..] = self.places;
        let mut buffers = Vec::new();
        let shared = Shared::new(&mut buffers, pool.len, 0, true);
        let mut graph = Graph::new(&mut buffers, shared, pool.len, false);
        let asked = self.asked(&mut graph, batch, Some(0));
        let mut training = graph.finish();
        let mut graph = Graph::new(&mut buffers, shared, pool.len, true);
        let mut scores = None;
        for ([x, target], own) in asked.into_iter().zip([[a, v], [turned_a, turned_v]]) {
            let answer = plain(&mut graph, x, own, norm, batch);
            let own = graph.squared_error(answer, target)?;
            // The loss that is told is the first one's.
            scores = scores.or(Some((own, answer.rows)));
        }
        let (scores, rows) = scores.ok_or_else(|| Error::Internal("nothing is trained".to_owned()))?;
        graph.backward()?;
        graph.settle(scores, rows, 1, rows, pool, optimiser);
        graph.update(method, pool, &self.parameters.ends());
        training.extend(graph.finish());

        let mut graph = Graph::new(&mut buffers, shared, pool.len, false);
        let [[x, target], _] = self.asked(&mut graph, tests, None);
        let answer = plain(&mut graph, x, [a, v], norm, tests);
        let scores = graph.squared_error(answer, target)?;
        graph.measure(scores, answer.rows, 1, answer.rows);
        let evaluation = graph.finish();
        Plan::new(runs.len() as u32, &buffers, training, evaluation, shared, Vec::new())
    }

    fn initial(&self, run: usize) -> Result<Vec<f32>, Error> {
        let (seed, d) = (self.seed(run)?, self.regime.shape.d);
        let tensor = |stream: u32, scale| drawn([seed, STREAM_TWINS + stream, 0], scale, [d, d]);
        let start = Plain { a: tensor(0, 0.1), v: tensor(1, 0.3) };
        // Rounded once, and then what everything turns by.
        let q = haar(d, [seed, BASIS]).map(|value| f64::from(value as f32));
        let turned = start.conjugated(&q);
        let teacher = [tensor(2, FIXED), tensor(3, libm::sqrt(1.0 / d as f64))];
        let all = [start.a, start.v, turned.a, turned.v].into_iter().chain(teacher).chain([q]);
        Ok(all.flat_map(|matrix| matrix.iter().map(|&value| value as f32).collect::<Vec<_>>()).collect())
    }

    fn control(&self, run: usize) -> Result<[f32; control::LEN], Error> {
        let mut block = control::block(self.seed(run)?, self.regime.rate, self.regime.decay);
        self.parameters.freeze(|name| name.starts_with("teacher."), &mut block)?;
        Ok(block)
    }

    fn constants(&self, _: &Plan) -> Vec<(BufferId, Vec<f32>)> {
        Vec::new()
    }

    fn measures(&self) -> Vec<(Measure, Source)> {
        measures()
    }

    fn judged(&self, plan: &Plan) -> Vec<BufferId> {
        vec![plan.shared.parameters]
    }

    fn judge(&self, _: usize, tensors: &[&[f32]]) -> Result<Vec<f64>, Error> {
        let [pool] = tensors else {
            return Err(Error::Internal("two trainings are judged by their parameters alone".to_owned()));
        };
        Ok(vec![self.distance(pool)?])
    }

    fn extended(&self, steps: u32) -> Option<Box<dyn Model>> {
        let optimiser = Optimiser { steps, ..self.regime.optimiser };
        let regime = Regime { optimiser, ..self.regime };
        optimiser.cosine.is_none().then(|| Box::new(Self { regime, ..self.clone() }) as Box<dyn Model>)
    }
}
