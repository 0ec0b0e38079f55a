//! The transformer: embedding and position, layers of attention and MLP, linear output.

use super::parameters::{Init, Parameters};
use crate::encoding::{Encoding, ROPE_BASE, Recipe, Shape as EncodingShape, Table, Tuning};
use crate::error::Error;
use crate::graph::ops::{Linear, Method, Optimiser};
use crate::graph::plan::Plan;
use crate::graph::{BufferId, BufferSpec, Graph, Launch, Shared, Tensor};
use crate::kernels::attention::Shape as AttentionShape;
use crate::kernels::batch::Batch;
use crate::kernels::embed::Shape as EmbedShape;
use crate::kernels::grad_norm::Pool;
use crate::kernels::matmul::Activation;
use crate::kernels::metrics::{ENTRY, RING};
use crate::kernels::rope::Heads;
use crate::kernels::{control, rng};
use crate::task::Layout;
use crate::task::source::Split;

/// Architecture, as every replica of a plan has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Architecture {
    /// Task, alphabet and length.
    pub layout: Layout,
    /// Layers.
    pub layers: u32,
    /// Width of the residual stream.
    pub width: u32,
    /// Attention heads.
    pub heads: u32,
    /// Hidden width of the MLP.
    pub mlp: u32,
    /// Non-linearity of the MLP.
    pub activation: Activation,
    /// Layer norm before each part (and once at the end) or after.
    pub pre_norm: bool,
    /// Causal attention.
    pub causal: bool,
    /// Dropout share.
    pub dropout: f32,
    /// Output layer tied to the token embedding.
    pub tied: bool,
}

/// How it is trained and judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regime {
    /// Sequences per step.
    pub batch: u32,
    /// Held-out sequences per evaluation.
    pub held_out: u32,
    /// The optimiser's settings.
    pub optimiser: Optimiser,
    /// And how parameters follow their gradients.
    pub method: Method,
}

/// One replica of a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replica {
    /// Its positional encoding.
    pub encoding: Encoding,
    /// Its seed.
    pub seed: u32,
    /// Its learning rate.
    pub rate: f32,
    /// What is turned on that encoding.
    pub tuning: Tuning,
    /// Decoupled weight decay.
    pub decay: f32,
    /// What drawn initial weights are multiplied by.
    pub scale: f32,
    /// Beginnings of the names of tensors that stay as they start.
    pub frozen: &'static [&'static str],
}

impl Replica {
    /// A replica without weight decay, whose weights start as they are drawn and are all trained that the encoding trains.
    #[must_use]
    pub fn new(encoding: Encoding, seed: u32, rate: f32, tuning: Tuning) -> Self {
        Self { encoding, seed, rate, tuning, decay: 0.0, scale: 1.0, frozen: &[] }
    }
}

/// Name of the factor of the position table.
const GAIN: &str = "position.gain";
/// Name of the position table.
const TABLE: &str = "position.table";

#[derive(Clone, Debug)]
struct Layer {
    norms: [(u32, u32); 2],
    qkv: Linear,
    out: Linear,
    up: Linear,
    down: Linear,
}

/// A transformer: its architecture and where its parameters lie.
#[derive(Clone, Debug)]
pub struct Transformer {
    /// Architecture.
    pub architecture: Architecture,
    /// Parameter layout.
    pub parameters: Parameters,
    tokens: u32,
    /// Offset of the position gain.
    pub gain: u32,
    /// Offset of the position table.
    pub table: u32,
    layers: Vec<Layer>,
    last_norm: Option<(u32, u32)>,
    output: Linear,
}

impl Transformer {
    /// Lays out the parameters. Initial values follow PyTorch's defaults for `nn.TransformerEncoderLayer`,
    /// `nn.Linear` and `nn.Embedding`, except that every layer has its own draw, and that a tied embedding
    /// starts from N(0, 1/width), so that the first logits are of order one.
    #[must_use]
    pub fn new(architecture: Architecture) -> Self {
        let a = &architecture;
        let mut parameters = Parameters::default();
        let p = &mut parameters;
        let width = a.width;
        let vocabulary = a.layout.vocabulary();
        let deviation = if a.tied { 1.0 / libm::sqrtf(width as f32) } else { 1.0 };
        let tokens = p.add("embedding.weight", &[vocabulary, width], Init::Normal(deviation));
        let layers = (0..a.layers).map(|index| Layer::new(p, a, index)).collect();
        let last_norm = a.pre_norm.then(|| norm(p, "norm", width));
        let output = if a.tied {
            Linear { weight: tokens, inputs: width, outputs: vocabulary, bias: None, transposed: true }
        } else {
            linear(p, "output.", width, vocabulary, Init::Uniform(bound(width)), Init::Uniform(bound(width)))
        };
        // The pool ends with what only some replicas train.
        let gain = p.add(GAIN, &[1], Init::Encoding);
        let table = p.add(TABLE, &[a.layout.length, width], Init::Encoding);
        Self { architecture, parameters, tokens, gain, table, layers, last_norm, output }
    }

    /// Offset of the token embedding `[vocabulary, width]`.
    #[must_use]
    pub fn tokens(&self) -> u32 {
        self.tokens
    }

    /// The parameter pool as the optimiser sees it.
    #[must_use]
    pub fn pool(&self) -> Pool {
        Pool { cut: self.gain, len: self.parameters.len() }
    }

    /// The recipe of one replica's encoding.
    #[must_use]
    pub fn recipe(&self, replica: &Replica) -> Recipe {
        let a = &self.architecture;
        let shape =
            EncodingShape { length: a.layout.length, width: a.width, seed: replica.seed, tuning: replica.tuning };
        replica.encoding.recipe(&shape)
    }

    /// Initial parameters of one replica.
    #[must_use]
    pub fn initial(&self, replica: &Replica) -> Vec<f32> {
        let recipe = self.recipe(replica);
        let mut values = self.parameters.initial(replica.seed, replica.scale);
        if let Some(gain) = values.get_mut(self.gain as usize) {
            *gain = recipe.gain;
        }
        if let Some(table) = values.get_mut(self.table as usize..) {
            table.copy_from_slice(&recipe.table);
        }
        values
    }

    /// Whether a replica trains a tensor.
    #[must_use]
    pub fn trains(&self, replica: &Replica, tensor: &str) -> bool {
        let recipe = self.recipe(replica);
        let by_encoding = match tensor {
            GAIN => recipe.train_gain,
            TABLE => recipe.train_table,
            _ => true,
        };
        by_encoding && !replica.frozen.iter().any(|name| tensor.starts_with(name))
    }

    /// Initial control block of one replica.
    ///
    /// # Errors
    /// [`Error::Internal`] if it freezes more than the block can say.
    pub fn control(&self, replica: &Replica) -> Result<[f32; control::LEN], Error> {
        let recipe = self.recipe(replica);
        let flag = |set: bool| if set { 1.0 } else { 0.0 };
        let mut block = control::block(replica.seed, replica.rate, replica.decay);
        block[control::ROPE] = flag(recipe.rope);
        block[control::ALIBI] = flag(recipe.alibi);
        self.parameters.freeze(|name| !self.trains(replica, name), &mut block)?;
        Ok(block)
    }

    /// The map `[width, width]` by which a head of a layer, both from 0, hands on what it attends to, `W_V W_O` without biases: a row
    /// vector goes to its product with it.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such head; [`Error::Internal`] if the parameters are not this model's.
    pub fn handed_on(&self, parameters: &[f32], [layer, head]: [u32; 2]) -> Result<Table, Error> {
        let a = &self.architecture;
        let (width, size) = (a.width as usize, (a.width / a.heads) as usize);
        let own = self.layers.get(layer as usize).filter(|_| head < a.heads);
        let none = || Error::Config(format!("There are {} layers of {} heads.", a.layers, a.heads));
        let Layer { qkv, out, .. } = own.ok_or_else(none)?;
        let of = |linear: &Linear| parameters.get(linear.weight as usize..);
        let lost = || Error::Internal("parameters of another model".to_owned());
        let (joint, out) = of(qkv).zip(of(out)).ok_or_else(lost)?;
        let first = head as usize * size;
        let cell = |at: usize| {
            let (row, column) = (at / width, at % width);
            let value = |inner: usize| f64::from(joint[row * 3 * width + 2 * width + first + inner]);
            let pairs = (0..size).map(|inner| value(inner) * f64::from(out[(first + inner) * width + column]));
            pairs.sum::<f64>() as f32
        };
        Ok(Table { rows: width, columns: width, values: (0..width * width).map(cell).collect() })
    }

    /// Shape of attention over `rows` sequences.
    #[must_use]
    pub fn heads(&self, rows: u32) -> Heads {
        let a = &self.architecture;
        Heads { rows, length: a.layout.length, heads: a.heads, head: a.width / a.heads }
    }

    /// Rotation table of RoPE, the same for every replica.
    #[must_use]
    pub fn rotations(&self) -> Vec<f32> {
        self.heads(1).table(ROPE_BASE)
    }

    /// Records the plan of `replicas` under `regime`.
    ///
    /// # Errors
    /// [`Error::Internal`] if an operation does not fit its neighbours.
    pub fn plan(&self, replicas: &[Replica], regime: &Regime) -> Result<Plan, Error> {
        let pool = self.pool();
        let uses = Uses::of(self, replicas);
        let mut buffers = Vec::new();
        let shared = self.shared(&mut buffers, true);
        let layout = self.architecture.layout;

        let mut graph = Graph::new(&mut buffers, shared, pool.len, true);
        let batch = Batch { layout, rows: regime.batch, split: Split::Training };
        let (scores, judged) = self.judged(&mut graph, batch, &uses);
        graph.backward()?;
        graph.settle(scores, regime.batch, layout.judged(), judged, pool, &regime.optimiser);
        graph.update(regime.method, pool, &self.parameters.ends());
        let training = graph.finish();

        let evaluation = self.judging(&mut buffers, shared, regime, &uses);
        Plan::new(replicas.len() as u32, &buffers, training, evaluation, shared, Vec::new())
    }

    /// Records a plan that only judges `replicas` on the held-out set.
    ///
    /// # Errors
    /// [`Error::Internal`] if an operation does not fit its neighbours.
    pub fn evaluation(&self, replicas: &[Replica], regime: &Regime) -> Result<Plan, Error> {
        let uses = Uses::of(self, replicas);
        let mut buffers = Vec::new();
        let shared = self.shared(&mut buffers, false);
        // The ring is where what is measured goes.
        if let Some(ring) = buffers.get_mut(shared.evaluations.0) {
            ring.len = RING * ENTRY;
        }
        let evaluation = self.judging(&mut buffers, shared, regime, &uses);
        Plan::new(replicas.len() as u32, &buffers, Vec::new(), evaluation, shared, Vec::new())
    }

    /// Records an evaluation on the held-out set.
    fn judging(&self, buffers: &mut Vec<BufferSpec>, shared: Shared, regime: &Regime, uses: &Uses) -> Vec<Launch> {
        let layout = self.architecture.layout;
        let mut graph = Graph::new(buffers, shared, self.parameters.len(), false);
        let batch = Batch { layout, rows: regime.held_out, split: Split::HeldOut };
        let (scores, judged) = self.judged(&mut graph, batch, uses);
        graph.measure(scores, regime.held_out, layout.judged(), judged);
        graph.finish()
    }

    /// The buffers that all programs share; a plan that does not train needs no room for gradients and moments.
    pub(super) fn shared(&self, buffers: &mut Vec<BufferSpec>, training: bool) -> Shared {
        let heads = self.heads(1);
        Shared::new(buffers, self.parameters.len(), heads.length * heads.head, training)
    }

    /// Records a plan that runs one replica on one given sequence and keeps what it computes.
    ///
    /// # Errors
    /// [`Error::Internal`] if an operation does not fit its neighbours.
    pub fn probe(&self, replica: &Replica) -> Result<ProbePlan, Error> {
        let uses = Uses::of(self, std::slice::from_ref(replica));
        let mut buffers = Vec::new();
        let shared = self.shared(&mut buffers, false);
        let mut graph = Graph::new(&mut buffers, shared, self.parameters.len(), false);
        let tokens = graph.input("tokens", 1, self.architecture.layout.length);
        let logits = self.forward(&mut graph, tokens, 1, &uses);
        graph.keep(logits.id);
        let attended = graph.attended().to_vec();
        attended.iter().for_each(|(_, qkv)| graph.keep(*qkv));
        let shapes = attended.iter().map(|(shape, _)| *shape).collect();
        let streams = graph.noted().to_vec();
        streams.iter().for_each(|id| graph.keep(*id));
        let attended = attended.iter().map(|(_, qkv)| *qkv);
        let kept = [tokens.id, logits.id].into_iter().chain(attended).chain(streams).collect();
        let program = graph.finish();
        Ok(ProbePlan { plan: Plan::new(1, &buffers, Vec::new(), program, shared, kept)?, shapes })
    }

    /// Records the forward pass on a generated batch up to the scores; returns them and how many rows are judged.
    fn judged(&self, graph: &mut Graph<'_>, batch: Batch, uses: &Uses) -> (BufferId, u32) {
        let rows = batch.rows;
        let judged = rows * self.architecture.layout.judged();
        let (tokens, targets) = graph.batch(batch);
        let logits = self.forward(graph, tokens, rows, uses);
        (graph.cross_entropy(logits, targets, judged), judged)
    }

    /// Records the forward pass on `tokens` `[rows, length]` up to the logits of the judged positions.
    fn forward(&self, graph: &mut Graph<'_>, tokens: Tensor, rows: u32, uses: &Uses) -> Tensor {
        self.forward_from(graph, tokens, rows, uses, self.architecture.layout.first_judged())
    }

    /// Records the forward pass on `tokens` `[rows, length]` up to the logits of the positions from `first_judged` on.
    pub(super) fn forward_from(
        &self,
        graph: &mut Graph<'_>,
        tokens: Tensor,
        rows: u32,
        uses: &Uses,
        first_judged: u32,
    ) -> Tensor {
        let x = self.hidden_from(graph, tokens, rows, uses, first_judged);
        graph.linear(x, &self.output, Activation::Linear, 0.0, None)
    }

    /// Records the forward pass on `tokens` `[rows, length]` up to what the output layer reads of the positions from `first_judged` on,
    /// for a plan of these replicas.
    pub fn hidden(&self, graph: &mut Graph<'_>, tokens: Tensor, replicas: &[Replica], first_judged: u32) -> Tensor {
        self.hidden_from(graph, tokens, tokens.rows, &Uses::of(self, replicas), first_judged)
    }

    fn hidden_from(&self, graph: &mut Graph<'_>, tokens: Tensor, rows: u32, uses: &Uses, first_judged: u32) -> Tensor {
        let a = &self.architecture;
        let shape = EmbedShape {
            rows,
            length: a.layout.length,
            width: a.width,
            vocabulary: a.layout.vocabulary(),
            tokens: self.tokens,
            positions: true,
            gain: self.gain,
            table: self.table,
            pool: self.parameters.len(),
        };
        let mut x = graph.embed(tokens, shape, uses.table, uses.gain, a.tied);
        graph.note(x);
        for (layer, left) in self.layers.iter().zip((0..self.layers.len()).rev()) {
            // After the last attention positions no longer meet, and only the judged ones matter.
            let first = if left == 0 { first_judged } else { 0 };
            x = self.layer(graph, layer, x, rows, uses.rope, first);
            graph.note(x);
        }
        if let Some((gamma, beta)) = self.last_norm {
            x = graph.layer_norm(x, gamma, beta);
        }
        x
    }

    /// One layer; its output keeps positions from `first` on.
    fn layer(&self, graph: &mut Graph<'_>, layer: &Layer, x: Tensor, rows: u32, rope: bool, first_kept: u32) -> Tensor {
        let a = &self.architecture;
        let [first, second] = layer.norms;
        let attend = |graph: &mut Graph<'_>, input: Tensor, residual: Tensor| {
            let qkv = graph.linear(input, &layer.qkv, Activation::Linear, 0.0, None);
            let mixed = graph.attention(qkv, self.heads(rows), a.causal, a.dropout, rope);
            let [mixed, residual] = match first_kept {
                0 => [mixed, residual],
                first => graph.select([mixed, residual], rows, a.layout.length, first),
            };
            graph.linear(mixed, &layer.out, Activation::Linear, a.dropout, Some(residual))
        };
        let think = |graph: &mut Graph<'_>, input: Tensor, residual: Tensor| {
            let hidden = graph.linear(input, &layer.up, a.activation, a.dropout, None);
            graph.linear(hidden, &layer.down, Activation::Linear, a.dropout, Some(residual))
        };
        if a.pre_norm {
            let input = graph.layer_norm(x, first.0, first.1);
            let x = attend(graph, input, x);
            let input = graph.layer_norm(x, second.0, second.1);
            think(graph, input, x)
        } else {
            let sum = attend(graph, x, x);
            let x = graph.layer_norm(sum, first.0, first.1);
            let sum = think(graph, x, x);
            graph.layer_norm(sum, second.0, second.1)
        }
    }
}

/// A plan that looks at one sequence. Its kept buffers are tokens `[length]`, logits `[judged, vocabulary]`, then what
/// each layer's attention reads, `[length, 3 width]`, then the residual stream before the first layer and after each,
/// `[length, width]`; after the last only at judged positions.
#[derive(Clone, Debug)]
pub struct ProbePlan {
    /// The plan; its evaluation is the program.
    pub plan: Plan,
    /// Shape of each layer's attention.
    pub shapes: Vec<AttentionShape>,
}

/// What at least one replica of a plan needs.
pub(super) struct Uses {
    table: bool,
    gain: bool,
    rope: bool,
}

impl Uses {
    pub(super) fn of(model: &Transformer, replicas: &[Replica]) -> Self {
        let recipes: Vec<Recipe> = replicas.iter().map(|replica| model.recipe(replica)).collect();
        Self {
            table: recipes.iter().any(|recipe| recipe.train_table),
            gain: recipes.iter().any(|recipe| recipe.train_gain),
            rope: recipes.iter().any(|recipe| recipe.rope),
        }
    }
}

impl Layer {
    fn new(p: &mut Parameters, a: &Architecture, index: u32) -> Self {
        let width = a.width;
        let name = |part: &str| format!("layers.{index}.{part}");
        let zero = Init::Constant(0.0);
        // Xavier's bound for the joint projection: fan-in d, fan-out 3 d.
        let xavier = Init::Uniform(libm::sqrt(6.0 / f64::from(4 * width)));
        let usual = Init::Uniform(bound(width));
        Self {
            // Query, key and value side by side; the one linear layer whose names PyTorch joins with an underscore.
            qkv: linear(p, &name("self_attn.in_proj_"), width, 3 * width, xavier, zero),
            out: linear(p, &name("self_attn.out_proj."), width, width, usual, zero),
            up: linear(p, &name("linear1."), width, a.mlp, usual, usual),
            down: linear(p, &name("linear2."), a.mlp, width, Init::Uniform(bound(a.mlp)), Init::Uniform(bound(a.mlp))),
            norms: [norm(p, &name("norm1"), width), norm(p, &name("norm2"), width)],
        }
    }
}

/// PyTorch's bound of a linear layer's weight and bias, `1/√inputs`.
fn bound(inputs: u32) -> f64 {
    1.0 / libm::sqrt(f64::from(inputs))
}

fn linear(p: &mut Parameters, name: &str, inputs: u32, outputs: u32, weight: Init, bias: Init) -> Linear {
    let weight = p.add_linear(format!("{name}weight"), [inputs, outputs], weight);
    let bias = p.add(format!("{name}bias"), &[outputs], bias);
    Linear { weight, inputs, outputs, bias: Some(bias), transposed: false }
}

fn norm(p: &mut Parameters, name: &str, width: u32) -> (u32, u32) {
    let gamma = p.add(format!("{name}.weight"), &[width], Init::Constant(1.0));
    let beta = p.add(format!("{name}.bias"), &[width], Init::Constant(0.0));
    (gamma, beta)
}

// Parameter streams must stay clear of dropout's, however many tensors a model has.
const _: () = assert!(rng::STREAM_WEIGHTS + 10_000 < rng::STREAM_DROPOUT);
