//! What learns a graph from examples "after this comes that": an embedding, something that acts on it, and the embedding again as the
//! output layer, by cross-entropy and AdamW. In between stand one matrix without a bias (the release's net: no attention, no residual,
//! no norm, no position), or a transformer.

use std::ops::Range;
use std::rc::Rc;

use crate::encoding::{Encoding, Tuning};
use crate::error::Error;
use crate::graph::ops::{Linear, Optimiser};
use crate::graph::plan::Plan;
use crate::graph::{BufferId, Graph, Shared, Tensor};
use crate::kernels::control;
use crate::kernels::embed;
use crate::kernels::grad_norm::Pool;
use crate::kernels::matmul::Activation;
use crate::kernels::table::Table;
use crate::labs::geometry::landscape::loss;
use crate::model::measure::{Better, Kind, Measure, Phase};
use crate::model::parameters::{Init, Parameters};
use crate::model::transformer::{Architecture, Replica, Transformer};
use crate::model::{self, Model, Source};
use crate::task::{Layout, Task};

/// Examples of one length: the tokens that are shown, and those that come then, one by one, each shown to those after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examples {
    /// Tokens that are shown, without the last that comes.
    pub length: u32,
    /// Tokens that are to come, at least one.
    pub answers: u32,
    /// One after the other, `length` tokens and the last that comes then; −1 − the token where one is not judged, and −1 for none.
    pub tokens: Vec<i32>,
}

impl Examples {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.tokens.len() as u32 / (self.length + 1)
    }

    /// How many tokens that come are judged.
    fn judged(&self) -> u32 {
        let first = (self.length + 1 - self.answers) as usize;
        let wanted = self.tokens.chunks_exact(self.length as usize + 1).flat_map(|example| &example[first..]);
        wanted.filter(|&&token| token >= 0).count() as u32
    }

    fn numbers(&self) -> Vec<f32> {
        self.tokens.iter().map(|&token| token as f32).collect()
    }
}

/// What a learner's numbers say of what it was taught.
pub trait Judge {
    /// What is measured, beside the loss.
    fn measures(&self) -> Vec<Measure>;

    /// Those measures from the embedding `[tokens, width]`, what the model makes of each answer of each example of the evaluation
    /// `[examples, answers, width]`, and how it does on each: loss in nats, and 1 where the greatest logit is right.
    fn judge(&self, embedding: &[f32], hidden: &[f32], scores: &[f32]) -> Vec<f64>;
}

/// What stands between the embedding and itself.
#[derive(Clone, Debug)]
pub enum Body {
    /// One matrix.
    Matrix(Linear),
    /// A transformer.
    Transformer(Box<Transformer>),
}

/// One run of a learner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// Its seed.
    pub seed: u32,
    /// Its learning rate.
    pub rate: f32,
    /// Decoupled weight decay.
    pub decay: f32,
    /// Standard deviation of its first weights.
    pub scale: f32,
    /// And of its first table of positions.
    pub position_scale: f32,
    /// Whether its embedding, which is its output layer too, stays as it starts.
    pub frozen: bool,
}

/// What is taught, and what is judged on.
#[derive(Clone, Debug)]
pub struct Lessons {
    /// What is taught.
    pub taught: Examples,
    /// How many of them a step draws; nothing if it takes all.
    pub batch: Option<u32>,
    /// What an evaluation judges on.
    pub asked: Examples,
}

/// Everything of a model but its runs.
#[derive(Clone)]
pub struct Learner {
    body: Body,
    parameters: Parameters,
    table: Table,
    lessons: Rc<Lessons>,
    optimiser: Optimiser,
    members: Vec<Member>,
    judge: Rc<dyn Judge>,
}

/// Shape of a transformer, and what is left out of it in training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Width of embedding and residual stream.
    pub width: u32,
    /// Layers.
    pub layers: u32,
    /// Attention heads.
    pub heads: u32,
    /// Hidden width of the MLP.
    pub mlp: u32,
    /// Share of activations and attention weights that a training step sets to zero.
    pub dropout: f32,
}

impl Learner {
    /// The release's net over so many tokens.
    #[must_use]
    pub fn net(
        tokens: u32,
        width: u32,
        lessons: Lessons,
        optimiser: Optimiser,
        members: Vec<Member>,
        judge: Rc<dyn Judge>,
    ) -> Self {
        let mut parameters = Parameters::default();
        let table = parameters.add("embedding.weight", &[tokens, width], Init::Normal(1.0));
        let weight = parameters.add_linear("matrix.weight", [width, width], Init::Normal(1.0));
        let matrix = Linear { weight, inputs: width, outputs: width, bias: None, transposed: false };
        Self::of(Body::Matrix(matrix), parameters, table, [tokens, width], lessons, optimiser, members, judge)
    }

    /// A pre-norm decoder over so many tokens. Its weights start from N(0, σ²) and its biases from zero, as the release has them.
    #[must_use]
    pub fn transformer(
        tokens: u32,
        size: Size,
        lessons: Lessons,
        optimiser: Optimiser,
        members: Vec<Member>,
        judge: Rc<dyn Judge>,
    ) -> Self {
        let Size { width, layers, heads, mlp, dropout } = size;
        let architecture = Architecture {
            // The task draws nothing and judges nothing here: examples do.
            layout: Layout { task: Task::Increment, symbols: tokens, length: lessons.taught.length },
            layers,
            width,
            heads,
            mlp,
            activation: Activation::Gelu,
            pre_norm: true,
            causal: true,
            dropout,
            tied: true,
        };
        let mut model = Transformer::new(architecture);
        model.parameters.normal();
        let (parameters, table) = (model.parameters.clone(), model.tokens());
        Self::of(
            Body::Transformer(Box::new(model)),
            parameters,
            table,
            [tokens, width],
            lessons,
            optimiser,
            members,
            judge,
        )
    }

    #[allow(clippy::too_many_arguments, reason = "both kinds of model end here")]
    fn of(
        body: Body,
        parameters: Parameters,
        table: u32,
        [rows, width]: [u32; 2],
        lessons: Lessons,
        optimiser: Optimiser,
        members: Vec<Member>,
        judge: Rc<dyn Judge>,
    ) -> Self {
        let table = Table { rows, width, table, pool: parameters.len() };
        Self { body, parameters, table, lessons: Rc::new(lessons), optimiser, members, judge }
    }

    fn member(&self, run: usize) -> Result<&Member, Error> {
        let missing = || Error::Internal(format!("there is no run {run} of {}", self.members.len()));
        self.members.get(run).ok_or_else(missing)
    }

    fn replica(member: &Member) -> Replica {
        let frozen: &[&str] = if member.frozen { &["embedding."] } else { &[] };
        // The rank of a position in a learned table is a position.
        let replica = Replica::new(Encoding::Rank, member.seed, member.rate, Tuning::default());
        Replica { decay: member.decay, scale: member.scale, frozen, ..replica }
    }

    /// What a run makes of each example that an evaluation asks, `[examples, answers, width]`, and how it does on each,
    /// `[examples, answers, 2]`: loss in nats, and 1 where the greatest logit is right. On the CPU, with an evaluation of its own.
    ///
    /// # Errors
    /// [`Error::Internal`] if the parameters are not those of this model.
    pub fn evaluated(&self, run: usize, parameters: &[f32]) -> Result<[Vec<f32>; 2], Error> {
        let lost = || Error::Internal("an evaluation that keeps nothing".to_owned());
        let [_, hidden, scores] = model::evaluated(self, run, parameters)?.try_into().map_err(|_| lost())?;
        Ok([hidden, scores])
    }

    /// What a run makes of each node, `[nodes, width]`, where each example shows one node.
    ///
    /// # Errors
    /// As [`Learner::evaluated`]; also if a node is not shown.
    pub fn shown(&self, run: usize, parameters: &[f32], nodes: usize) -> Result<Vec<f64>, Error> {
        let lost = || Error::Internal("a node that no example shows".to_owned());
        let [hidden, _] = self.evaluated(run, parameters)?;
        let (asked, width) = (&self.lessons.asked, self.table.width as usize);
        let each = asked.length as usize + 1;
        let row = |node: usize| {
            let at = asked.tokens.chunks_exact(each).position(|example| example[0] == node as i32).ok_or_else(lost)?;
            hidden.get(at * width..(at + 1) * width).ok_or_else(lost)
        };
        let rows = (0..nodes).map(row).collect::<Result<Vec<_>, _>>()?;
        Ok(rows.concat().into_iter().map(f64::from).collect())
    }

    /// What the model makes of some examples' tokens, `[examples, width]`.
    fn hidden(&self, graph: &mut Graph<'_>, tokens: Tensor, replicas: &[Replica]) -> Tensor {
        let Examples { length, answers, .. } = self.lessons.taught;
        match &self.body {
            Body::Matrix(matrix) => {
                let shape = embed::Shape {
                    rows: tokens.rows,
                    length: 1,
                    width: self.table.width,
                    vocabulary: self.table.rows,
                    tokens: self.table.table,
                    gain: 0,
                    table: 0,
                    pool: self.table.pool,
                    positions: false,
                };
                let x = graph.embed(tokens, shape, false, false, true);
                graph.linear(x, matrix, Activation::Linear, 0.0, None)
            }
            Body::Transformer(model) => model.hidden(graph, tokens, replicas, length - answers),
        }
    }
}

impl Model for Learner {
    fn runs(&self) -> usize {
        self.members.len()
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn steps(&self) -> u32 {
        self.optimiser.steps
    }

    fn plan(&self, runs: Range<usize>) -> Result<Plan, Error> {
        let some =
            self.members.get(runs.clone()).ok_or_else(|| Error::Internal(format!("there are no runs {runs:?}")))?;
        let replicas: Vec<Replica> = some.iter().map(Self::replica).collect();
        let Lessons { taught, batch, asked } = self.lessons.as_ref();
        let pool = match &self.body {
            Body::Matrix(_) => Pool::whole(self.parameters.len()),
            Body::Transformer(model) => model.pool(),
        };
        let mut buffers = Vec::new();
        let shared = Shared::new(&mut buffers, pool.len, 0, true);
        let mut graph = Graph::new(&mut buffers, shared, pool.len, true);
        let lesson = graph.input("examples that are taught", taught.count(), taught.length + 1);
        let rows = batch.unwrap_or(taught.count());
        let (tokens, targets) = graph.examples(lesson, taught.answers, rows, batch.is_some());
        let hidden = self.hidden(&mut graph, tokens, &replicas);
        // Of an example with several answers all count, so that the loss is of examples.
        let scores = graph.table_cross_entropy(hidden, self.table, targets, rows)?;
        graph.backward()?;
        graph.optimise(scores, rows * taught.answers, 1, rows, pool, &self.optimiser);
        let training = graph.finish();

        let mut graph = Graph::new(&mut buffers, shared, pool.len, false);
        let questions = graph.input("examples that are asked", asked.count(), asked.length + 1);
        let (tokens, targets) = graph.examples(questions, asked.answers, asked.count(), false);
        let hidden = self.hidden(&mut graph, tokens, &replicas);
        let scores = graph.table_cross_entropy(hidden, self.table, targets, asked.judged())?;
        graph.keep(hidden.id);
        graph.keep(scores);
        graph.measure(scores, asked.count() * asked.answers, 1, asked.judged());
        let evaluation = graph.finish();
        let kept = vec![lesson.id, questions.id, hidden.id, scores];
        Plan::new(runs.len() as u32, &buffers, training, evaluation, shared, kept)
    }

    fn initial(&self, run: usize) -> Result<Vec<f32>, Error> {
        let member = self.member(run)?;
        Ok(match &self.body {
            Body::Matrix(_) => self.parameters.initial(member.seed, member.scale),
            Body::Transformer(model) => {
                let mut values = model.initial(&Self::replica(member));
                if member.frozen {
                    // Rows of about unit norm: with shorter ones that cannot grow, logits would stay near zero.
                    let factor = 1.0 / (libm::sqrtf(self.table.width as f32) * member.scale);
                    let (first, len) = (self.table.table as usize, (self.table.rows * self.table.width) as usize);
                    values.iter_mut().skip(first).take(len).for_each(|value| *value *= factor);
                }
                values.iter_mut().skip(model.table as usize).for_each(|value| *value *= member.position_scale);
                values
            }
        })
    }

    fn control(&self, run: usize) -> Result<[f32; control::LEN], Error> {
        let member = self.member(run)?;
        match &self.body {
            Body::Matrix(_) => {
                let mut block = control::block(member.seed, member.rate, member.decay);
                self.parameters.freeze(|name| member.frozen && name.starts_with("embedding."), &mut block)?;
                Ok(block)
            }
            Body::Transformer(model) => model.control(&Self::replica(member)),
        }
    }

    fn constants(&self, plan: &Plan) -> Vec<(BufferId, Vec<f32>)> {
        let lessons = [&self.lessons.taught, &self.lessons.asked];
        plan.kept.iter().copied().zip(lessons).map(|(id, examples)| (id, examples.numbers())).collect()
    }

    fn measures(&self) -> Vec<(Measure, Source)> {
        measures(self.judge.measures())
    }

    fn judged(&self, plan: &Plan) -> Vec<BufferId> {
        std::iter::once(plan.shared.parameters).chain(plan.kept.iter().copied().skip(2)).collect()
    }

    fn judge(&self, _run: usize, tensors: &[&[f32]]) -> Result<Vec<f64>, Error> {
        let embedding = self.table.table as usize..(self.table.table + self.table.rows * self.table.width) as usize;
        match tensors {
            [parameters, hidden, scores] if parameters.len() >= embedding.end => {
                Ok(self.judge.judge(&parameters[embedding], hidden, scores))
            }
            _ => Err(Error::Internal("a learner is judged by its embedding, its output and its scores".to_owned())),
        }
    }

    fn extended(&self, steps: u32) -> Option<Box<dyn Model>> {
        let optimiser = Optimiser { steps, ..self.optimiser };
        self.optimiser.cosine.is_none().then(|| Box::new(Self { optimiser, ..self.clone() }) as Box<dyn Model>)
    }
}

/// What is measured of a learner whose judge measures these, and where that comes from.
#[must_use]
pub fn measures(judged: Vec<Measure>) -> Vec<(Measure, Source)> {
    let ring = |entry| Source::Ring { entry, factor: 1.0 };
    let words = ["Gradient", "Gradient", "norm"];
    let gradient = Measure::new("gradient", words, Kind::Amount, Better::Neither, Phase::Training);
    let device = [(loss(Phase::Training), ring(0)), (gradient, ring(3)), (loss(Phase::Evaluation), ring(0))];
    device.into_iter().chain(judged.into_iter().map(|measure| (measure, Source::Host))).collect()
}
