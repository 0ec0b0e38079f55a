//! A model that is no transformer: a symbol's embedding says what comes out at its place. Two measures are computed on the host.

use std::ops::Range;

use mnemoscope::error::Error;
use mnemoscope::graph::ops::{Linear, Optimiser};
use mnemoscope::graph::plan::Plan;
use mnemoscope::graph::{BufferId, Graph, Shared};
use mnemoscope::kernels::batch::Batch;
use mnemoscope::kernels::control;
use mnemoscope::kernels::embed::Shape;
use mnemoscope::kernels::grad_norm::Pool;
use mnemoscope::kernels::matmul::Activation;
use mnemoscope::model::ensemble::LEARNED;
use mnemoscope::model::measure::{Better, Kind, Measure, Phase};
use mnemoscope::model::parameters::{Init, Parameters};
use mnemoscope::model::{Model, Source};
use mnemoscope::task::source::Split;
use mnemoscope::task::{Layout, Task};

const LAYOUT: Layout = Layout { task: Task::Increment, symbols: 7, length: 6 };
const WIDTH: u32 = 8;
const ROWS: u32 = 5;

/// Its runs differ in the seed; the learning rate falls from run to run.
#[derive(Clone, Debug)]
pub struct Bigram {
    pub seeds: Vec<u32>,
    pub steps: u32,
    /// What a test changes about its measures.
    pub edit: fn(&mut Vec<(Measure, Source)>),
}

fn layout() -> &'static (Parameters, Linear, [u32; 3]) {
    static LAYOUT_OF_PARAMETERS: std::sync::OnceLock<(Parameters, Linear, [u32; 3])> = std::sync::OnceLock::new();
    LAYOUT_OF_PARAMETERS.get_or_init(|| {
        let mut parameters = Parameters::default();
        let symbols = LAYOUT.vocabulary();
        let tokens = parameters.add("embedding.weight", &[symbols, WIDTH], Init::Normal(1.0));
        let weight = parameters.add_linear("output.weight", [WIDTH, symbols], Init::Uniform(0.35));
        let bias = Some(parameters.add("output.bias", &[symbols], Init::Constant(0.0)));
        let gain = parameters.add("position.gain", &[1], Init::Constant(0.0));
        let table = parameters.add("position.table", &[LAYOUT.length, WIDTH], Init::Constant(0.0));
        let output = Linear { weight, inputs: WIDTH, outputs: symbols, bias, transposed: false };
        (parameters, output, [tokens, gain, table])
    })
}

impl Bigram {
    /// Mean norm of a symbol's embedding, in f64.
    pub fn embedding_norm(parameters: &[f32]) -> f64 {
        let symbols = LAYOUT.vocabulary() as usize;
        let rows = parameters[..symbols * WIDTH as usize].chunks_exact(WIDTH as usize);
        rows.map(|row| row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt()).sum::<f64>() / symbols as f64
    }
}

impl Model for Bigram {
    fn runs(&self) -> usize {
        self.seeds.len()
    }

    fn parameters(&self) -> &Parameters {
        &layout().0
    }

    fn steps(&self) -> u32 {
        self.steps
    }

    fn plan(&self, runs: Range<usize>) -> Result<Plan, Error> {
        let (parameters, output, [tokens_at, gain, table]) = layout();
        let mut buffers = Vec::new();
        let shared = Shared::new(&mut buffers, parameters.len(), 0, true);
        let judged = ROWS * LAYOUT.judged();
        let shape = Shape {
            rows: ROWS,
            length: LAYOUT.length,
            width: WIDTH,
            vocabulary: LAYOUT.vocabulary(),
            tokens: *tokens_at,
            positions: true,
            gain: *gain,
            table: *table,
            pool: parameters.len(),
        };
        let scores = |graph: &mut Graph<'_>, split| {
            let (tokens, targets) = graph.batch(Batch { layout: LAYOUT, rows: ROWS, split });
            let x = graph.embed(tokens, shape, false, false, false);
            let logits = graph.linear(x, output, Activation::Linear, 0.0, None);
            (graph.cross_entropy(logits, targets, judged), logits)
        };
        let mut graph = Graph::new(&mut buffers, shared, parameters.len(), true);
        let (scored, _) = scores(&mut graph, Split::Training);
        graph.backward()?;
        let optimiser = Optimiser { warmup: 0, cosine: None, steps: self.steps, clip: 0.0 };
        graph.optimise(scored, ROWS, LAYOUT.judged(), judged, Pool::whole(parameters.len()), &optimiser);
        let training = graph.finish();
        let mut graph = Graph::new(&mut buffers, shared, parameters.len(), false);
        let (scored, logits) = scores(&mut graph, Split::HeldOut);
        graph.keep(logits.id);
        graph.measure(scored, ROWS, LAYOUT.judged(), judged);
        let evaluation = graph.finish();
        Plan::new(runs.len() as u32, &buffers, training, evaluation, shared, vec![logits.id])
    }

    fn initial(&self, run: usize) -> Result<Vec<f32>, Error> {
        Ok(layout().0.initial(self.seeds[run], 1.0))
    }

    fn control(&self, run: usize) -> Result<[f32; control::LEN], Error> {
        let mut block = control::block(self.seeds[run], 0.05 / (run + 1) as f32, 0.0);
        layout().0.freeze(|name| name.starts_with("position"), &mut block)?;
        Ok(block)
    }

    fn constants(&self, _: &Plan) -> Vec<(BufferId, Vec<f32>)> {
        Vec::new()
    }

    fn measures(&self) -> Vec<(Measure, Source)> {
        let loss = |phase| {
            let measure = Measure::new("loss", ["Loss", "Loss", "bits per token"], Kind::Amount, Better::Lower, phase);
            (measure, Source::Ring { entry: 0, factor: std::f32::consts::LOG2_E })
        };
        let tokens = |phase| {
            let words = ["Tokens right", "Tokens", "of judged tokens"];
            let measure = Measure::new("token-accuracy", words, Kind::Share, Better::Higher, phase);
            (measure.reached_at(LEARNED), Source::Ring { entry: 1, factor: 1.0 })
        };
        let host = |id: &str, better| {
            let measure = Measure::new(id, [id, id, ""], Kind::Amount, better, Phase::Evaluation);
            (measure, Source::Host)
        };
        let mut measures = vec![
            loss(Phase::Training),
            host("embedding-norm", Better::Neither),
            loss(Phase::Evaluation),
            tokens(Phase::Evaluation),
            host("logit-range", Better::Higher),
        ];
        (self.edit)(&mut measures);
        measures
    }

    fn judged(&self, plan: &Plan) -> Vec<BufferId> {
        [&[plan.shared.parameters], &plan.kept[..]].concat()
    }

    fn judge(&self, _: usize, tensors: &[&[f32]]) -> Result<Vec<f64>, Error> {
        let [parameters, logits] = tensors else { return Err(Error::Internal("two tensors".to_owned())) };
        let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let least = logits.iter().copied().fold(f32::INFINITY, f32::min);
        Ok(vec![Self::embedding_norm(parameters), f64::from(greatest) - f64::from(least)])
    }

    fn extended(&self, steps: u32) -> Option<Box<dyn Model>> {
        Some(Box::new(Self { steps, ..self.clone() }))
    }
}
