//! What recalls a cloud from a mixture (arXiv:2602.01863): an MLP of tokens, an MLP of the query, heads of attention from the one over
//! the other, and an MLP of what they give: `r = A x + Σ_h W_h ∫ w_h(x, y) V_h y dν(y)`, then two layers more.

use std::ops::Range;
use std::rc::Rc;

use crate::compute::cpu::CpuExecutor;
use crate::error::Error;
use crate::graph::ops::mixture::Drawn as DrawnContexts;
use crate::graph::ops::{Linear, Optimiser};
use crate::graph::plan::Plan;
use crate::graph::{BufferId, Graph, Shared, Tensor};
use crate::kernels::control;
use crate::kernels::grad_norm::Pool;
use crate::kernels::matmul::Activation;
use crate::kernels::mixture::Drawn;
use crate::kernels::mixture_tokens::MixtureTokens;
use crate::kernels::weighted_attention::{Shape, Weighting};
use crate::labs::mixtures::judge::{self, Seen};
use crate::labs::mixtures::law::ContextLaw;
use crate::model::measure::Measure;
use crate::model::parameters::{Init, Parameters};
use crate::model::{Model, Source};

/// Names of what stays as it starts with a fixed kernel: what logits come from.
const KERNEL: [&str; 4] = ["context.", "query.", "attention.query.", "attention.key."];

/// One run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// Its seed.
    pub seed: u32,
    /// Its learning rate.
    pub rate: f32,
    /// Whether its kernel stays as it is drawn.
    pub fixed: bool,
}

/// Sizes of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Width of what the MLPs give.
    pub width: u32,
    /// Width between their layers.
    pub hidden: u32,
    /// Heads.
    pub heads: u32,
    /// Non-linearity of the MLPs.
    pub activation: Activation,
}

impl Size {
    /// Width of a head: a share of the width, at least four and a multiple of it.
    #[must_use]
    pub fn head(&self) -> u32 {
        (self.width / self.heads).max(1).next_multiple_of(4)
    }
}

/// What is drawn, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diet {
    /// Places of the grid.
    pub grid: u32,
    /// Tokens drawn of a context; none for all, weighted.
    pub sampled: u32,
    /// Contexts in all; none for fresh ones at every step.
    pub contexts: u32,
    /// Contexts of a step.
    pub batch: u32,
    /// Held-out contexts.
    pub held_out: u32,
    /// Standard deviation of what is added to answers in training, in theirs.
    pub noise: f32,
}

/// Where the parameters lie.
#[derive(Clone, Debug)]
struct Layers {
    context: [Linear; 2],
    query: [Linear; 2],
    asks: Linear,
    keys_and_values: Linear,
    skip: Linear,
    gathers: Linear,
    head: [Linear; 2],
}

/// Everything of a model but its runs.
#[derive(Clone, Debug)]
pub struct Retriever {
    law: Rc<ContextLaw>,
    diet: Diet,
    size: Size,
    weighting: Weighting,
    optimiser: Optimiser,
    members: Vec<Member>,
    parameters: Parameters,
    layers: Layers,
}

/// What a program records beside its loss.
struct Recorded {
    drawn: DrawnContexts,
    q: Tensor,
    kv: Tensor,
    gathered: Tensor,
    predictions: Tensor,
}

impl Retriever {
    /// Such a model, with its runs.
    #[must_use]
    pub fn new(
        law: Rc<ContextLaw>,
        diet: Diet,
        size: Size,
        weighting: Weighting,
        optimiser: Optimiser,
        members: Vec<Member>,
    ) -> Self {
        let mut parameters = Parameters::default();
        let Size { width, hidden, heads, .. } = size;
        let (token, inner) = (1 + law.tag(), heads * size.head());
        let normal = |inputs: u32| Init::Normal(libm::sqrt(1.0 / f64::from(inputs)) as f32);
        let linear = |parameters: &mut Parameters, name: &str, inputs: u32, outputs: u32, bias: bool| {
            let weight = parameters.add_linear(format!("{name}.weight"), [inputs, outputs], normal(inputs));
            let bias = bias.then(|| parameters.add(format!("{name}.bias"), &[outputs], Init::Constant(0.0)));
            Linear { weight, inputs, outputs, bias, transposed: false }
        };
        let mlp = |parameters: &mut Parameters, name: &str, inputs: u32, outputs: u32| {
            let [first, second] = [0, 1].map(|layer| format!("{name}.{layer}"));
            [linear(parameters, &first, inputs, hidden, true), linear(parameters, &second, hidden, outputs, true)]
        };
        let context = mlp(&mut parameters, "context", token, width);
        let query = mlp(&mut parameters, "query", token, width);
        let asks = linear(&mut parameters, "attention.query", width, inner, false);
        // One product gives both; as two tensors, one of them can be frozen.
        let [keys, _] = ["attention.key.weight", "attention.value.weight"]
            .map(|name| parameters.add(name, &[inner, width], normal(width)));
        let keys_and_values = Linear { weight: keys, inputs: width, outputs: 2 * inner, bias: None, transposed: true };
        let skip = linear(&mut parameters, "attention.skip", width, width, false);
        let gathers = linear(&mut parameters, "attention.out", inner, width, true);
        let head = mlp(&mut parameters, "head", width, 1);
        let layers = Layers { context, query, asks, keys_and_values, skip, gathers, head };
        Self { law, diet, size, weighting, optimiser, members, parameters, layers }
    }

    fn member(&self, run: usize) -> Result<&Member, Error> {
        let missing = || Error::Internal(format!("there is no run {run} of {}", self.members.len()));
        self.members.get(run).ok_or_else(missing)
    }

    /// Shape of attention over so many contexts.
    fn shape(&self, drawn: Drawn, rows: u32) -> Shape {
        let contexts = self.law.contexts(rows, self.diet.grid, drawn);
        let keys = MixtureTokens { contexts, sampled: self.diet.sampled }.keys();
        let (heads, head) = (self.size.heads, self.size.head());
        Shape { rows, queries: contexts.queries(), keys, heads, head, weighting: self.weighting }
    }

    /// What the held-out contexts leave for a look.
    #[must_use]
    pub fn seen<'a>(&self, run: usize, tensors: &[&'a [f32]]) -> Option<Seen<'a>> {
        let &[predictions, answers, gathered, q, kv, bias] = tensors else { return None };
        let shape = self.shape(Drawn::HeldOut, self.diet.held_out);
        let contexts = self.law.contexts(self.diet.held_out, self.diet.grid, Drawn::HeldOut);
        let (seed, sampled) = (self.members.get(run)?.seed, self.diet.sampled);
        Some(Seen { shape, contexts, seed, sampled, predictions, answers, gathered, q, kv, bias })
    }

    /// Its law.
    #[must_use]
    pub fn law(&self) -> &ContextLaw {
        &self.law
    }

    /// What a run's layers make of tokens and queries `[.., 1 + tag]`: queries `[queries, width]`, keys and values `[tokens, 2 width]`.
    ///
    /// # Errors
    /// [`Error::Internal`] if they are not of this model.
    pub fn layer(&self, parameters: &[f32], tokens: &[f32], queries: &[f32]) -> Result<[Vec<f32>; 2], Error> {
        let (pool, token) = (self.parameters.len(), 1 + self.law.tag());
        let mut buffers = Vec::new();
        let shared = Shared::new(&mut buffers, pool, 0, false);
        let mut graph = Graph::new(&mut buffers, shared, pool, false);
        let given = [tokens, queries].map(|of| graph.input("tokens", of.len() as u32 / token, token));
        let kv = self.mlp(&mut graph, given[0], &self.layers.context);
        let kv = graph.linear(kv, &self.layers.keys_and_values, Activation::Linear, 0.0, None);
        let q = self.mlp(&mut graph, given[1], &self.layers.query);
        let q = graph.linear(q, &self.layers.asks, Activation::Linear, 0.0, None);
        [q, kv].iter().for_each(|tensor| graph.keep(tensor.id));
        let launches = graph.finish();
        let kept = given.iter().chain(&[q, kv]).map(|tensor| tensor.id).collect();
        let plan = Plan::new(1, &buffers, Vec::new(), launches, shared, kept)?;
        let mut executor = CpuExecutor::<f32>::new(&plan);
        executor.write(0, plan.shared.parameters, parameters)?;
        for (&id, values) in plan.kept.iter().zip([tokens, queries]) {
            executor.write(0, id, values)?;
        }
        executor.run(&plan.evaluation, 1)?;
        let lost = || Error::Internal("a layer that leaves nothing".to_owned());
        let read = |at: usize| executor.buffer(0, *plan.kept.get(at).ok_or_else(lost)?).map(<[f32]>::to_vec);
        Ok([read(2)?, read(3)?])
    }

    /// Attention of so many queries over so many keys of one context.
    #[must_use]
    pub fn over(&self, queries: u32, keys: u32) -> Shape {
        Shape { rows: 1, queries, keys, ..self.shape(Drawn::HeldOut, 1) }
    }

    fn mlp(&self, graph: &mut Graph<'_>, x: Tensor, [first, second]: &[Linear; 2]) -> Tensor {
        let hidden = graph.linear(x, first, self.size.activation, 0.0, None);
        graph.linear(hidden, second, Activation::Linear, 0.0, None)
    }

    fn record(
        &self,
        graph: &mut Graph<'_>,
        drawn: Drawn,
        rows: u32,
        given: [Option<Tensor>; 2],
    ) -> Result<Recorded, Error> {
        let contexts = self.law.contexts(rows, self.diet.grid, drawn);
        let noise = if drawn == Drawn::HeldOut { 0.0 } else { self.diet.noise };
        let mixture = self.law.mixture(contexts, noise);
        let [Some(features), tags] = given else { return Err(Error::Internal("a law without its modes".to_owned())) };
        let drawn_contexts = graph.mixture(mixture, self.diet.sampled, features, tags);
        let tokens = self.mlp(graph, drawn_contexts.tokens, &self.layers.context);
        let kv = graph.linear(tokens, &self.layers.keys_and_values, Activation::Linear, 0.0, None);
        let query = self.mlp(graph, drawn_contexts.queries, &self.layers.query);
        let q = graph.linear(query, &self.layers.asks, Activation::Linear, 0.0, None);
        let gathered = graph.weighted_attention(self.shape(drawn, rows), q, kv, drawn_contexts.bias);
        let own = graph.linear(query, &self.layers.skip, Activation::Linear, 0.0, None);
        let both = graph.linear(gathered, &self.layers.gathers, Activation::Linear, 0.0, Some(own));
        let predictions = self.mlp(graph, both, &self.layers.head);
        Ok(Recorded { drawn: drawn_contexts, q, kv, gathered, predictions })
    }
}

impl Model for Retriever {
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
        let pool = self.parameters.len();
        let Diet { grid, contexts, batch, held_out, .. } = self.diet;
        let mut buffers = Vec::new();
        let shared = Shared::new(&mut buffers, pool, 0, true);
        let mut graph = Graph::new(&mut buffers, shared, pool, true);
        let features = graph.input("modes of densities", self.law.amplitudes.len() as u32, grid + 1);
        let tags = self.law.tags.as_ref().map(|tags| graph.input("tags", tags.len() as u32, self.law.tag()));
        let given = [Some(features), tags];
        let drawn = if contexts > 0 { Drawn::Of(contexts) } else { Drawn::Fresh };
        let recorded = self.record(&mut graph, drawn, batch, given)?;
        let scores = graph.squared_error(recorded.predictions, recorded.drawn.answers)?;
        graph.backward()?;
        graph.optimise(scores, batch, 1, batch, Pool::whole(pool), &self.optimiser);
        let training = graph.finish();

        let mut graph = Graph::new(&mut buffers, shared, pool, false);
        let Recorded { drawn, q, kv, gathered, predictions } =
            self.record(&mut graph, Drawn::HeldOut, held_out, given)?;
        let scores = graph.squared_error(predictions, drawn.answers)?;
        graph.measure(scores, predictions.rows, 1, predictions.rows);
        let left = [predictions, drawn.answers, gathered, q, kv, drawn.bias];
        left.iter().for_each(|tensor| graph.keep(tensor.id));
        let evaluation = graph.finish();
        let kept = left.iter().chain([&features]).chain(&tags).map(|tensor| tensor.id).collect();
        Plan::new(runs.len() as u32, &buffers, training, evaluation, shared, kept)
    }

    fn initial(&self, run: usize) -> Result<Vec<f32>, Error> {
        Ok(self.parameters.initial(self.member(run)?.seed, 1.0))
    }

    fn control(&self, run: usize) -> Result<[f32; control::LEN], Error> {
        let member = self.member(run)?;
        let mut block = control::block(member.seed, member.rate, 0.0);
        let frozen = |name: &str| member.fixed && KERNEL.iter().any(|part| name.starts_with(part));
        self.parameters.freeze(frozen, &mut block)?;
        Ok(block)
    }

    fn constants(&self, plan: &Plan) -> Vec<(BufferId, Vec<f32>)> {
        let tags = self.law.tags.iter().map(|tags| tags.iter().flatten().map(|&value| value as f32).collect());
        let values = std::iter::once(self.law.features(self.diet.grid)).chain(tags);
        plan.kept.iter().copied().skip(judge::TENSORS).zip(values).collect()
    }

    fn measures(&self) -> Vec<(Measure, Source)> {
        judge::measures(&self.law)
    }

    fn judged(&self, plan: &Plan) -> Vec<BufferId> {
        plan.kept.iter().copied().take(judge::TENSORS).collect()
    }

    fn judge(&self, run: usize, tensors: &[&[f32]]) -> Result<Vec<f64>, Error> {
        let lost = || Error::Internal("a recall is judged by what the held-out contexts leave".to_owned());
        Ok(self.seen(run, tensors).ok_or_else(lost)?.judge())
    }

    fn extended(&self, steps: u32) -> Option<Box<dyn Model>> {
        let optimiser = Optimiser { steps, ..self.optimiser };
        self.optimiser.cosine.is_none().then(|| Box::new(Self { optimiser, ..self.clone() }) as Box<dyn Model>)
    }
}
