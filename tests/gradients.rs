//! Whole-model gradients against central differences, in f64, on the very plan that training replays.
//!
//! The CPU twins are generic over the number type, so the check needs no second model. ReLU has a kink: with
//! f64 and a step of 1e-6 the chance that a sample crosses it is small, and seeds are fixed, so it either does or not.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use mnemoscope::compute::cpu::CpuExecutor;
use mnemoscope::encoding::{Encoding, Tuning};
use mnemoscope::error::Error;
use mnemoscope::graph::ops::{Linear, Method, Optimiser};
use mnemoscope::graph::plan::Plan;
use mnemoscope::graph::{Graph, Shared};
use mnemoscope::kernels::control;
use mnemoscope::kernels::embed::Shape;
use mnemoscope::kernels::matmul::Activation;
use mnemoscope::kernels::rng::normal;
use mnemoscope::kernels::table::Table;
use mnemoscope::model::transformer::{Architecture, Regime, Replica, Transformer};
use mnemoscope::task::{Layout, Task};

struct Bench {
    model: Transformer,
    plan: Plan,
    executor: CpuExecutor<f64>,
    replicas: Vec<Replica>,
}

impl Bench {
    fn new(architecture: Architecture, encodings: &[Encoding]) -> Self {
        let model = Transformer::new(architecture);
        let tuning = Tuning { start: 2.5, ..Tuning::default() };
        let replicas: Vec<Replica> = encodings.iter().map(|&encoding| Replica::new(encoding, 3, 0.0, tuning)).collect();
        let optimiser = Optimiser { warmup: 0, cosine: None, steps: 1, clip: 0.0 };
        let plan = model.plan(&replicas, &Regime { batch: 3, held_out: 2, optimiser, method: Method::AdamW }).unwrap();
        let executor = CpuExecutor::new(&plan);
        Self { model, plan, executor, replicas }
    }

    /// Loss of the first training batch for these parameters.
    fn loss(&mut self, parameters: &[Vec<f64>]) -> Vec<f64> {
        let shared = self.plan.shared;
        for (index, (replica, values)) in self.replicas.iter().zip(parameters).enumerate() {
            let control: Vec<f64> = self.model.control(replica).unwrap().iter().map(|&x| f64::from(x)).collect();
            let rotations: Vec<f64> = self.model.rotations().iter().map(|&x| f64::from(x)).collect();
            self.executor.write(index, shared.control, &control).unwrap();
            self.executor.write(index, shared.rotations, &rotations).unwrap();
            self.executor.write(index, shared.parameters, values).unwrap();
        }
        self.executor.run(&self.plan.training, 1).unwrap();
        (0..self.replicas.len()).map(|index| self.executor.buffer(index, shared.ring).unwrap()[0]).collect()
    }

    /// Checks every trained tensor at a few elements, for all replicas at once.
    fn check(&mut self) {
        let parameters: Vec<Vec<f64>> = self
            .replicas
            .iter()
            .map(|replica| self.model.initial(replica).iter().map(|&x| f64::from(x)).collect())
            .collect();
        let loss = self.loss(&parameters);
        assert!(loss.iter().all(|loss| loss.is_finite() && *loss > 0.5), "{loss:?}");
        let gradients: Vec<Vec<f64>> = (0..self.replicas.len())
            .map(|index| self.executor.buffer(index, self.plan.shared.gradients).unwrap().to_vec())
            .collect();
        let h = 1e-6;
        let mut seen_nonzero = 0;
        for tensor in self.model.parameters.tensors.clone() {
            let stride = (tensor.len() / 7).max(1) as usize;
            for element in (0..tensor.len() as usize).step_by(stride) {
                let at = tensor.offset as usize + element;
                let shifted = |by: f64| {
                    let mut shifted = parameters.clone();
                    shifted.iter_mut().for_each(|values| values[at] += by);
                    shifted
                };
                let (above, below) = (self.loss(&shifted(h)), self.loss(&shifted(-h)));
                for (index, replica) in self.replicas.iter().enumerate() {
                    let recipe = self.model.recipe(replica);
                    let fixed = (tensor.name == "position.table" && !recipe.train_table)
                        || (tensor.name == "position.gain" && !recipe.train_gain);
                    if fixed {
                        continue;
                    }
                    let want = (above[index] - below[index]) / (2.0 * h);
                    let got = gradients[index][at];
                    seen_nonzero += usize::from(want.abs() > 1e-5);
                    assert!(
                        (got - want).abs() <= 2e-8 + 2e-6 * want.abs().max(got.abs()),
                        "{} {}[{element}]: got {got}, central difference {want}",
                        replica.encoding.id(),
                        tensor.name
                    );
                }
            }
        }
        assert!(seen_nonzero > 50, "only {seen_nonzero} gradients are not zero: the check proves little");
    }
}

use mnemoscope::choice::Choice;

fn architecture(task: Task, length: u32) -> Architecture {
    Architecture {
        layout: Layout { task, symbols: 5, length },
        layers: 2,
        width: 8,
        heads: 2,
        mlp: 7,
        activation: Activation::Gelu,
        pre_norm: true,
        causal: task == Task::CausalCopy,
        dropout: 0.0,
        tied: false,
    }
}

#[test]
fn pre_norm_gelu_causal_with_every_encoding() {
    Bench::new(architecture(Task::CausalCopy, 6), &Encoding::RACING).check();
}

#[test]
fn post_norm_relu_full_with_dropout() {
    let architecture =
        Architecture { activation: Activation::Relu, pre_norm: false, dropout: 0.2, ..architecture(Task::Reversal, 7) };
    Bench::new(architecture, &Encoding::RACING).check();
}

#[test]
fn tied_output_with_dropout() {
    let architecture = Architecture { tied: true, dropout: 0.1, layers: 1, ..architecture(Task::HalfShift, 5) };
    Bench::new(architecture, &[Encoding::Rank, Encoding::Rope]).check();
}

#[test]
fn one_head_of_four_in_post_norm() {
    let architecture =
        Architecture { pre_norm: false, heads: 1, width: 4, tied: true, ..architecture(Task::PreviousToken, 9) };
    Bench::new(architecture, &[Encoding::SpikeTimeGain, Encoding::Alibi]).check();
}

/// Examples, their embedding without positions, linear layers and the loss against the table that embeds: its gradient has two parts.
#[test]
fn a_tied_table_without_a_buffer_of_logits() {
    let [count, length, rows, width, entries] = [11, 3, 7, 4, 9];
    let mut end = 5;
    let mut place = |len: u32| {
        end += len;
        end - len
    };
    let tokens_at = place(entries * width);
    let layers = [(width, 6), (6, width), (width, width)].map(|(inputs, outputs)| Linear {
        weight: place(inputs * outputs),
        inputs,
        outputs,
        bias: Some(place(outputs)),
        transposed: false,
    });
    let pool = end;

    let mut buffers = Vec::new();
    let shared = Shared::new(&mut buffers, pool, 0, true);
    let mut graph = Graph::new(&mut buffers, shared, pool, true);
    let table = graph.input("examples", count, length + 1);
    let (tokens, targets) = graph.examples(table, 1, rows, true);
    let shape = Shape {
        rows,
        length,
        width,
        vocabulary: entries,
        tokens: tokens_at,
        positions: false,
        gain: 0,
        table: 0,
        pool,
    };
    // Without positions none are trained, whatever is asked for.
    let x = graph.embed(tokens, shape, true, true, true);
    let hidden = graph.linear(x, &layers[0], Activation::Gelu, 0.0, None);
    let y = graph.linear(hidden, &layers[1], Activation::Linear, 0.0, Some(x));
    let [last_x, last_y] = graph.select([x, y], rows, length, length - 1);
    let z = graph.linear(last_y, &layers[2], Activation::Linear, 0.0, Some(last_x));
    let entries_of = Table { rows: entries, width, table: tokens_at, pool };
    assert!(matches!(graph.table_cross_entropy(hidden, entries_of, targets, rows), Err(Error::Internal(_))));
    let scores = graph.table_cross_entropy(z, entries_of, targets, rows).unwrap();
    assert!(matches!(graph.table_cross_entropy(z, entries_of, targets, rows), Err(Error::Internal(_))));
    graph.keep(scores);
    graph.backward().unwrap();
    let training = graph.finish();
    let plan = Plan::new(1, &buffers, training, vec![], shared, vec![table.id, scores]).unwrap();

    let mut executor = CpuExecutor::<f64>::new(&plan);
    let block: Vec<f64> = control::block(3, 0.1, 0.0).into_iter().map(f64::from).collect();
    executor.write(0, plan.shared.control, &block).unwrap();
    let examples: Vec<f64> = (0..count * (length + 1)).map(|at| f64::from(at * 5 % entries)).collect();
    executor.write(0, plan.kept[0], &examples).unwrap();
    let mut loss = |parameters: &[f64]| {
        executor.write(0, plan.shared.parameters, parameters).unwrap();
        executor.run(&plan.training, 1).unwrap();
        let scores = executor.buffer(0, plan.kept[1]).unwrap();
        let sum: f64 = scores.chunks_exact(2).map(|score| score[0]).sum();
        (sum * f64::from(1.0 / rows as f32), executor.buffer(0, plan.shared.gradients).unwrap().to_vec())
    };
    let mut parameters: Vec<f64> = (0..pool).map(|element| f64::from(normal([5, 6, 7, element]))).collect();
    let (first, gradients) = loss(&parameters);
    assert!(first > 0.5, "{first}");
    let (h, mut shown) = (1e-6, 0);
    for at in 0..pool as usize {
        let here = parameters[at];
        parameters[at] = here + h;
        let (above, _) = loss(&parameters);
        parameters[at] = here - h;
        let want = (above - loss(&parameters).0) / (2.0 * h);
        parameters[at] = here;
        let got = gradients[at];
        assert!((got - want).abs() <= 2e-8 + 2e-6 * want.abs().max(got.abs()), "{at}: got {got}, want {want}");
        shown += usize::from(want.abs() > 1e-5);
    }
    assert!(shown > 80, "only {shown} of {pool} gradients are not zero");
}
