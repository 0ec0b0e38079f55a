//! Whole-model gradients against central differences, in f64, on the very plan that training replays.
//!
//! The CPU twins are generic over the number type, so the check needs no second model. ReLU has a kink: with
//! f64 and a step of 1e-6 the chance that a sample crosses it is small, and seeds are fixed, so it either does or not.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use mnemoscope::compute::cpu::CpuExecutor;
use mnemoscope::encoding::{Encoding, Tuning};
use mnemoscope::graph::ops::Optimiser;
use mnemoscope::graph::plan::Plan;
use mnemoscope::kernels::matmul::Activation;
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
        let optimiser = Optimiser { warmup: 0, cosine: false, steps: 1, clip: 0.0 };
        let plan = model.plan(&replicas, &Regime { batch: 3, held_out: 2, optimiser }).unwrap();
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
