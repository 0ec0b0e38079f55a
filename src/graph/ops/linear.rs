//! Linear layer with its fused epilogue: `y = residual + dropout(activation(x W + b))`.

use crate::error::Error;
use crate::graph::{BufferId, Graph, Tensor, ops::Op};
use crate::kernels::dropout::DropoutCopy;
use crate::kernels::matmul::{Activation, Epilogue, Matmul, Operand};
use crate::kernels::rng::Dropout;
use crate::kernels::weight_grad::WeightGrad;

/// Where a linear layer's parameters lie in the pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Linear {
    /// Offset of the weight: `[inputs, outputs]`, or `[outputs, inputs]` if `transposed`.
    pub weight: u32,
    /// Inputs.
    pub inputs: u32,
    /// Outputs.
    pub outputs: u32,
    /// Offset of the bias `[outputs]`.
    pub bias: Option<u32>,
    /// Whether the weight is stored transposed (a tied embedding).
    pub transposed: bool,
}

#[derive(Debug)]
pub(crate) struct Record {
    layer: Linear,
    x: Tensor,
    y: Tensor,
    dropout: Option<Dropout>,
    residual: Option<Tensor>,
}

impl Graph<'_> {
    /// Records `residual + dropout(activation(x W + b))`.
    pub fn linear(
        &mut self,
        x: Tensor,
        layer: &Linear,
        activation: Activation,
        dropout: f32,
        residual: Option<Tensor>,
    ) -> Tensor {
        let dropout = self.dropout(dropout);
        let y = self.tensor("output of a linear layer", x.rows, layer.outputs);
        let keep_slope = self.training() && activation != Activation::Linear;
        let slopes = keep_slope.then(|| self.buffer("derivative of an activation", x.rows * layer.outputs));
        let (row, column) = if layer.transposed { (1, layer.inputs) } else { (layer.outputs, 1) };
        let matmul = Matmul {
            m: x.rows,
            n: layer.outputs,
            k: layer.inputs,
            a: Operand { offset: 0, row: x.columns, column: 1, len: x.rows * x.columns },
            b: Operand { offset: layer.weight, row, column, len: self.pool },
            bias_len: self.pool,
            epilogue: Epilogue {
                bias: layer.bias,
                activation,
                keep_slope,
                dropout,
                residual: residual.is_some(),
                ..Epilogue::default()
            },
        };
        let parameters = Some(self.shared.parameters);
        let bias = layer.bias.and(parameters);
        let reads = [dropout.map(|_| self.shared.control), Some(x.id), parameters, bias, residual.map(|r| r.id)];
        self.launch(matmul, reads, [Some(y.id), slopes]);
        if self.training() {
            if let Some(slopes) = slopes {
                self.slopes.insert(y.id, slopes);
            }
            self.tape.push(Op::Linear(Record { layer: *layer, x, y, dropout, residual }));
        }
        y
    }
}

impl Record {
    pub(super) fn backward(self, graph: &mut Graph<'_>) -> Result<(), Error> {
        let Self { layer, x, y, dropout, residual } = self;
        let dy = graph.gradient(y)?;
        if let Some(residual) = residual {
            // The residual's gradient is dy itself. Everything that reads dy as such is launched below, before
            // anything that adds to it.
            if let Some(&target) = graph.gradients.get(&residual.id) {
                let copy = DropoutCopy { len: y.rows * y.columns, dropout: None, accumulate: true };
                graph.launch(copy, [Some(graph.shared.control), Some(dy)], [Some(target)]);
            } else {
                graph.gradients.insert(residual.id, dy);
            }
        }
        // The layer above has already gone back through a non-linearity and the dropout behind it.
        let g = match dropout {
            Some(dropout) if !graph.slopes.contains_key(&y.id) => {
                let len = y.rows * y.columns;
                let g = graph.buffer("dropped gradient", len);
                let copy = DropoutCopy { len, dropout: Some(dropout), accumulate: false };
                graph.launch(copy, [Some(graph.shared.control), Some(dy)], [Some(g)]);
                g
            }
            _ => dy,
        };
        let weight_grad = WeightGrad {
            rows: x.rows,
            inputs: layer.inputs,
            outputs: layer.outputs,
            weight: layer.weight,
            transposed: layer.transposed,
            bias: layer.bias,
            pool: graph.pool,
        };
        let gradients = Some(graph.shared.gradients);
        graph.launch(weight_grad, [Some(x.id), Some(g)], [gradients]);
        if graph.leaves.contains(&x.id) {
            return Ok(());
        }
        input_gradient(graph, &layer, x, g)
    }
}

/// `dx = g Wᵀ`, through the non-linearity that made `x` if there is one.
fn input_gradient(graph: &mut Graph<'_>, layer: &Linear, x: Tensor, g: BufferId) -> Result<(), Error> {
    let (dx, accumulate) = graph.gradient_target(x);
    let slopes = graph.slopes.get(&x.id).copied();
    if slopes.is_some() && accumulate {
        return Err(Error::Internal("the output of a non-linear layer is used twice".to_owned()));
    }
    let (row, column) = if layer.transposed { (layer.inputs, 1) } else { (1, layer.outputs) };
    let matmul = Matmul {
        m: x.rows,
        n: layer.inputs,
        k: layer.outputs,
        a: Operand { offset: 0, row: layer.outputs, column: 1, len: x.rows * layer.outputs },
        b: Operand { offset: layer.weight, row, column, len: graph.pool },
        bias_len: 0,
        epilogue: Epilogue { scale: slopes.is_some(), accumulate, ..Epilogue::default() },
    };
    let reads = [None, Some(g), Some(graph.shared.parameters), None, slopes];
    graph.launch(matmul, reads, [Some(dx), None]);
    Ok(())
}
