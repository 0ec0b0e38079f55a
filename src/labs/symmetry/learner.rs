//! Students of an equivariant teacher, as models: knowledge attention, attention with fixed matrices, the Gram form, a flattened MLP. By
//! squared error and AdamW, on sequences that are drawn on the device.

use std::ops::Range;
use std::rc::Rc;

use crate::error::Error;
use crate::graph::ops::{Linear, Optimiser};
use crate::graph::plan::Plan;
use crate::graph::{BufferId, Graph, Shared, Tensor};
use crate::kernels::control;
use crate::kernels::grad_norm::Pool;
use crate::kernels::matmul::Activation;
use crate::kernels::vectors::Vectors;
use crate::labs::symmetry::choices::{Norm, Student, TrainOn};
use crate::labs::symmetry::exam::{Exam, Learned, Teacher};
use crate::labs::symmetry::group::haar;
use crate::labs::symmetry::maps::{Knowledge, Net, Plain, Shape, read};
use crate::model::measure::{Better, Kind, Measure, Phase};
use crate::model::parameters::{Init, Parameters};
use crate::model::{Model, Source};

/// The most bases that are learned in.
const MOST_BASES: u32 = 256;
/// The most numbers that knowledge has in all of them.
const MOST_TURNED: u32 = 1 << 15;
/// Counter of the first of them.
const BASIS: u32 = 1 << 29;

/// In the basis that was learned.
pub const SAME: &str = "same";
/// In others.
pub const ROTATED: &str = "rotated";
/// With other knowledge.
pub const KNOWLEDGE: &str = "knowledge";
/// In another basis, with matrices that turn.
pub const CONJUGATED: &str = "conjugated";
/// A student that leaves less than this unexplained has learned.
pub const LEARNED: f32 = 0.05;

/// Where tensors of knowledge attention lie: M, N, c.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known([u32; 3]);

impl Known {
    fn add(parameters: &mut Parameters, name: &str, m: u32, init: Init, c: f32) -> Self {
        Self([
            parameters.add(format!("{name}m"), &[m, m], init),
            parameters.add(format!("{name}n"), &[m, m], init),
            parameters.add(format!("{name}c"), &[1, 1], Init::Constant(c)),
        ])
    }

    /// The map, of `x` `[rows · n, d]` and what lies `along` the knowledge, `x Zᵀ`.
    fn record(self, graph: &mut Graph<'_>, [x, z, along]: [Tensor; 3], rows: u32) -> Result<Tensor, Error> {
        let Self([m, n, c]) = self;
        let (d, known) = (x.columns as f32, along.columns);
        let square = |weight| linear(weight, known, known, None);
        let queries = graph.linear(along, &square(m), Activation::Linear, 0.0, None);
        let h = graph.attend(queries, along, x, rows, 1.0 / (d * (known as f32).sqrt()));
        let of_h = graph.product(h, z, rows, true, 1.0)?;
        let mixed = graph.linear(of_h, &square(n), Activation::Linear, 0.0, None);
        let back = graph.product(mixed, z, rows, false, 1.0 / d)?;
        // One number after the other, each times the single weight c.
        let column = |tensor: Tensor| shaped(tensor, tensor.rows * tensor.columns);
        let y = graph.linear(column(h), &linear(c, 1, 1, None), Activation::Linear, 0.0, Some(column(back)));
        Ok(shaped(y, x.rows))
    }
}

pub(super) fn linear(weight: u32, inputs: u32, outputs: u32, bias: Option<u32>) -> Linear {
    Linear { weight, inputs, outputs, bias, transposed: false }
}

/// Attention with fixed matrices A and V, a norm between them.
pub(super) fn plain(graph: &mut Graph<'_>, x: Tensor, [a, v]: [u32; 2], norm: Norm, rows: u32) -> Tensor {
    let d = x.columns;
    let queries = graph.linear(x, &linear(a, d, d, None), Activation::Linear, 0.0, None);
    let h = graph.attend(queries, x, x, rows, 1.0 / (d as f32).sqrt());
    let h = if norm == Norm::None { h } else { graph.row_norm(h, norm == Norm::Layer) };
    graph.linear(h, &linear(v, d, d, None), Activation::Linear, 0.0, None)
}

/// The same numbers in so many rows.
fn shaped(tensor: Tensor, rows: u32) -> Tensor {
    Tensor { rows, columns: tensor.rows * tensor.columns / rows.max(1), ..tensor }
}

/// What a student consists of.
#[derive(Clone, Debug, PartialEq)]
enum Body {
    Knowledge(Known),
    /// A, V.
    Plain([u32; 2]),
    /// Layers, and whether they give coefficients.
    Net(Vec<Linear>, bool),
}

/// One run of a student.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its seed.
    pub seed: u32,
    /// Its learning rate.
    pub rate: f32,
    /// Its teacher.
    pub teacher: Rc<Teacher>,
    /// What it is asked.
    pub exam: Rc<Exam>,
}

/// What all students of a race have alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lessons {
    /// Shape of what is mapped.
    pub shape: Shape,
    /// Sequences a step.
    pub batch: u32,
    /// Out of how many they are drawn; 0 for fresh ones.
    pub samples: u32,
    /// What knowledge comes with them.
    pub train_on: TrainOn,
    /// Held-out sequences.
    pub tests: u32,
    /// Of AdamW.
    pub optimiser: Optimiser,
    /// Hidden width of the networks.
    pub mlp: u32,
}

impl Lessons {
    /// In how many bases the knowledge is seen. Sequences need no turn: a turned draw from N(0, 1) is one.
    fn bases(&self) -> u32 {
        let [d, _, m] = sizes(self.shape);
        if self.train_on == TrainOn::Random { (MOST_TURNED / (m * d)).clamp(2, MOST_BASES) } else { 1 }
    }
}

/// Everything of a model but its runs.
#[derive(Clone, Debug)]
pub struct Learner {
    lessons: Lessons,
    body: Body,
    teacher: Known,
    knowledge: u32,
    parameters: Parameters,
    members: Vec<Member>,
}

impl Learner {
    /// A student with its runs.
    #[must_use]
    pub fn new(student: Student, lessons: Lessons, members: Vec<Member>) -> Self {
        let [d, n, m] = sizes(lessons.shape);
        let mut parameters = Parameters::default();
        let mut net = |widths: [u32; 4]| {
            let layer = |(at, sizes): (usize, &[u32])| {
                let bound = Init::Uniform(libm::sqrt(1.0 / f64::from(sizes[0])));
                let weight = parameters.add_linear(format!("layers.{at}.weight"), [sizes[0], sizes[1]], bound);
                let bias = parameters.add(format!("layers.{at}.bias"), &[sizes[1]], bound);
                linear(weight, sizes[0], sizes[1], Some(bias))
            };
            widths.windows(2).enumerate().map(layer).collect::<Vec<_>>()
        };
        let (hidden, all) = (lessons.mlp, n + m);
        let body = match student {
            Student::Gram => Body::Net(net([all * all, hidden, hidden, n * all]), true),
            Student::Mlp => Body::Net(net([all * d, hidden, hidden, n * d]), false),
            Student::Knowledge => Body::Knowledge(Known::add(&mut parameters, "", m, Init::Normal(0.1), 0.5)),
            Student::Plain => Body::Plain([
                parameters.add("a", &[d, d], Init::Normal(0.1)),
                parameters.add("v", &[d, d], Init::Normal(0.3)),
            ]),
        };
        let teacher = Known::add(&mut parameters, "teacher.", m, Init::Constant(0.0), 1.0);
        let knowledge = parameters.add("teacher.z", &[lessons.bases() * m, d], Init::Constant(0.0));
        Self { lessons, body, teacher, knowledge, parameters, members }
    }

    fn member(&self, run: usize) -> Result<&Member, Error> {
        let missing = || Error::Internal(format!("there is no run {run} of {}", self.members.len()));
        self.members.get(run).ok_or_else(missing)
    }

    /// A batch, or what is held out, what lies along its knowledge, and what the teacher makes of it.
    fn asked(&self, graph: &mut Graph<'_>, rows: u32, training: bool) -> Result<[Tensor; 5], Error> {
        let [d, n, m] = sizes(self.lessons.shape);
        let [x, z, both] = graph.vectors(Vectors {
            rows,
            length: n,
            known: m,
            width: d,
            knowledge: (self.lessons.train_on != TrainOn::New).then_some(self.knowledge),
            bases: if training { self.lessons.bases() } else { 1 },
            pool: self.parameters.len(),
            draws: training.then_some(self.lessons.samples),
        });
        let along = graph.product(x, z, rows, true, 1.0)?;
        let target = self.teacher.record(graph, [x, z, along], rows)?;
        Ok([x, z, both, along, target])
    }

    /// What the student makes of it.
    fn answered(&self, graph: &mut Graph<'_>, [x, z, both, along, _]: [Tensor; 5], rows: u32) -> Result<Tensor, Error> {
        match &self.body {
            Body::Knowledge(own) => own.record(graph, [x, z, along], rows),
            Body::Plain(own) => Ok(plain(graph, x, *own, Norm::None, rows)),
            Body::Net(layers, coefficients) => {
                let all = both.rows / rows.max(1);
                let mut y = shaped(both, rows);
                if *coefficients {
                    y = shaped(graph.product(both, both, rows, true, 1.0 / both.columns as f32)?, rows);
                }
                for (at, layer) in layers.iter().enumerate() {
                    let bend = if at + 1 < layers.len() { Activation::Gelu } else { Activation::Linear };
                    y = graph.linear(y, layer, bend, 0.0, None);
                }
                if *coefficients {
                    return graph.product(Tensor { rows: x.rows, columns: all, ..y }, both, rows, false, 1.0);
                }
                Ok(shaped(y, x.rows))
            }
        }
    }

    /// The plan of the map alone, for so many sequences of one run: what it keeps are the buffers of the sequences, of their knowledge, of
    /// both, one after the other, and of what the student makes of them.
    ///
    /// # Errors
    /// [`Error::Internal`] if an operation does not fit its neighbours.
    pub fn mapping(&self, rows: u32) -> Result<Plan, Error> {
        let [d, n, m] = sizes(self.lessons.shape);
        let mut buffers = Vec::new();
        let shared = Shared::new(&mut buffers, self.parameters.len(), 0, false);
        let mut graph = Graph::new(&mut buffers, shared, self.parameters.len(), false);
        let [x, z, both] = [n, m, n + m].map(|each| graph.input("vectors", rows * each, d));
        let along = graph.product(x, z, rows, true, 1.0)?;
        let y = self.answered(&mut graph, [x, z, both, along, x], rows)?;
        graph.keep(y.id);
        let evaluation = graph.finish();
        Plan::new(1, &buffers, Vec::new(), evaluation, shared, [x, z, both, y].map(|tensor| tensor.id).to_vec())
    }

    /// The student as its parameters make it.
    ///
    /// # Errors
    /// [`Error::Internal`] if there are too few.
    pub fn learned(&self, pool: &[f32]) -> Result<Learned, Error> {
        let Shape { d, m, .. } = self.lessons.shape;
        let m = m.max(1);
        Ok(match &self.body {
            Body::Knowledge(Known([own_m, own_n, c])) => {
                let c = read(pool, *c, [1, 1])?[[0, 0]];
                Learned::Knowledge(Knowledge { m: read(pool, *own_m, [m, m])?, n: read(pool, *own_n, [m, m])?, c })
            }
            Body::Plain([a, v]) => Learned::Plain(Plain { a: read(pool, *a, [d, d])?, v: read(pool, *v, [d, d])? }),
            Body::Net(layers, coefficients) => {
                let layer = |layer: &Linear| {
                    let [inputs, outputs] = [layer.inputs, layer.outputs].map(|size| size as usize);
                    let bias = layer.bias.ok_or_else(|| Error::Internal("a layer without a bias".to_owned()))?;
                    Ok((read(pool, layer.weight, [inputs, outputs])?, read(pool, bias, [1, outputs])?))
                };
                let net = Net(layers.iter().map(layer).collect::<Result<_, Error>>()?);
                if *coefficients { Learned::Gram(net) } else { Learned::Flattened(net) }
            }
        })
    }
}

/// d, n, and m, at least one of which there is.
fn sizes(Shape { d, n, m }: Shape) -> [u32; 3] {
    [d, n, m.max(1)].map(|size| size as u32)
}

/// The loss and the gradient's norm of a training step, and the loss of an evaluation.
pub(super) fn losses() -> [(Measure, Source); 3] {
    let ring = |entry| Source::Ring { entry, factor: 1.0 };
    let amount = |id, words, better, phase| Measure::new(id, words, Kind::Amount, better, phase);
    let loss = |phase| amount("loss", ["Loss", "Loss", "mean squared error"], Better::Lower, phase);
    let gradient = amount("gradient", ["Gradient", "Gradient", "norm"], Better::Neither, Phase::Training);
    [(loss(Phase::Training), ring(0)), (gradient, ring(3)), (loss(Phase::Evaluation), ring(0))]
}

/// What is measured, and where that comes from.
#[must_use]
pub fn measures() -> Vec<(Measure, Source)> {
    let unexplained = |(id, label, short)| {
        let words = [label, short, "of the variance unexplained"];
        (Measure::new(id, words, Kind::Amount, Better::Lower, Phase::Evaluation), Source::Host)
    };
    let asked = [
        (SAME, "In the same basis", "Same"),
        (ROTATED, "In rotated bases", "Rotated"),
        (KNOWLEDGE, "With new knowledge", "New knowledge"),
        (CONJUGATED, "Rotated, matrices turned too", "Conjugated"),
    ];
    let mut all: Vec<_> = losses().into_iter().chain(asked.map(unexplained)).collect();
    if let Some((same, _)) = all.iter_mut().find(|(measure, _)| measure.id == SAME) {
        *same = same.clone().reached_at(LEARNED).by_chance(1.0);
    }
    all
}

impl Model for Learner {
    fn runs(&self) -> usize {
        self.members.len()
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn steps(&self) -> u32 {
        self.lessons.optimiser.steps
    }

    fn plan(&self, runs: Range<usize>) -> Result<Plan, Error> {
        let (pool, optimiser) = (Pool::whole(self.parameters.len()), &self.lessons.optimiser);
        let mut buffers = Vec::new();
        let shared = Shared::new(&mut buffers, pool.len, 0, true);
        // The teacher's part has no reverse pass.
        let mut graph = Graph::new(&mut buffers, shared, pool.len, false);
        let rows = self.lessons.batch;
        let asked = self.asked(&mut graph, rows, true)?;
        let mut training = graph.finish();
        let mut graph = Graph::new(&mut buffers, shared, pool.len, true);
        let answer = self.answered(&mut graph, asked, rows)?;
        let scores = graph.squared_error(answer, asked[4])?;
        graph.backward()?;
        graph.optimise(scores, answer.rows, 1, answer.rows, pool, optimiser);
        training.extend(graph.finish());

        let mut graph = Graph::new(&mut buffers, shared, pool.len, false);
        let rows = self.lessons.tests;
        let asked = self.asked(&mut graph, rows, false)?;
        let answer = self.answered(&mut graph, asked, rows)?;
        let scores = graph.squared_error(answer, asked[4])?;
        graph.keep(answer.id);
        graph.measure(scores, answer.rows, 1, answer.rows);
        let evaluation = graph.finish();
        Plan::new(runs.len() as u32, &buffers, training, evaluation, shared, vec![answer.id])
    }

    fn initial(&self, run: usize) -> Result<Vec<f32>, Error> {
        let member = self.member(run)?;
        let mut values = self.parameters.initial(member.seed, 1.0);
        let Known([m, n, _]) = self.teacher;
        let Teacher { map, z } = member.teacher.as_ref();
        let bases = (1..self.lessons.bases()).map(|at| z.dot(&haar(z.ncols(), [member.seed, BASIS + at])));
        let all = bases.fold(z.clone(), |all, turned| all.over(&turned));
        for (offset, matrix) in [(m, &map.m), (n, &map.n), (self.knowledge, &all)] {
            let places = values.iter_mut().skip(offset as usize);
            places.zip(matrix.iter()).for_each(|(to, &from)| *to = from as f32);
        }
        Ok(values)
    }

    fn control(&self, run: usize) -> Result<[f32; control::LEN], Error> {
        let member = self.member(run)?;
        let mut block = control::block(member.seed, member.rate, 0.0);
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

    fn judge(&self, run: usize, tensors: &[&[f32]]) -> Result<Vec<f64>, Error> {
        let [pool] = tensors else {
            return Err(Error::Internal("a student is judged by its parameters alone".to_owned()));
        };
        Ok(self.member(run)?.exam.judge(&self.learned(pool)?).to_vec())
    }

    fn extended(&self, steps: u32) -> Option<Box<dyn Model>> {
        let optimiser = Optimiser { steps, ..self.lessons.optimiser };
        let lessons = Lessons { optimiser, ..self.lessons };
        self.lessons.optimiser.cosine.is_none().then(|| Box::new(Self { lessons, ..self.clone() }) as Box<dyn Model>)
    }
}
