//! Gradients of a linear layer by its weight and bias, twin of `shaders/weight_grad.wgsl`:
//! `dW[i, j] = Σ_rows x[row, i] g[row, j]`, `db[j] = Σ_rows g[row, j]`.
//!
//! The sum over rows is long and the output small, so eight slices of each workgroup share the rows and are
//! added in a fixed order.

use ndarray::linalg::general_mat_mul;

use super::matmul::{view, view_mut};
use super::real::Real;
use super::{Form, Sums, cover, kernel, words};

/// Reads: x `[rows, inputs]`, g `[rows, outputs]`. Writes: gradient pool.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightGrad {
    /// Rows summed over.
    pub rows: u32,
    /// Rows of `dW`.
    pub inputs: u32,
    /// Columns of `dW`.
    pub outputs: u32,
    /// Offset of `dW` in the pool.
    pub weight: u32,
    /// Whether the weight is stored `[outputs, inputs]`, as a tied embedding is.
    pub transposed: bool,
    /// Offset of `db` in the pool.
    pub bias: Option<u32>,
    /// Elements of the pool per replica.
    pub pool: u32,
}

kernel! {
    WeightGrad is "weight_grad" for (self, form, replicas);
    reads [x: self.rows * self.inputs, g: self.rows * self.outputs];
    writes [gradients: self.least_pool()];
    constants words![SIDE: form.side(), QUADS: form.side() / 4, BIAS: self.bias.is_some()];
    uniform words![
        self; rows, inputs, outputs, weight,
        weight_row: if self.transposed { 1 } else { self.outputs },
        weight_column: if self.transposed { self.inputs } else { 1 },
        bias: self.bias.unwrap_or(0), pool,
    ];
    workgroups [cover(self.outputs, self.tile(form)), cover(self.inputs, self.tile(form)), replicas];
    flops 2.0 * f64::from(self.rows) * f64::from(self.inputs) * f64::from(self.outputs);
    pool_elements self.inputs * self.outputs + self.bias.map_or(0, |_| self.outputs);
    or "weight_grad_serial" if form.sums == Sums::Serial;
}

impl WeightGrad {
    /// Outputs of a workgroup along one axis: the sliced form has 2 × 2 tiles, the serial one 4 × 4.
    fn tile(&self, form: Form) -> u32 {
        form.side() * if form.sums == Sums::Serial { 4 } else { 2 }
    }

    /// The fewest elements of a pool that holds both gradients.
    fn least_pool(&self) -> u32 {
        let bias = self.bias.map_or(0, |bias| bias + self.outputs);
        self.pool.max(self.weight + self.inputs * self.outputs).max(bias)
    }

    /// The CPU twin.
    fn twin<T: Real>(&self, [x, g]: [&[T]; 2], [gradients]: [&mut [T]; 1]) {
        let (rows, outputs) = (self.rows as usize, self.outputs as usize);
        let x = view(x, self.rows, self.inputs).reversed_axes();
        let g_view = view(g, self.rows, self.outputs);
        let weight = &mut gradients[self.weight as usize..];
        if self.transposed {
            let mut weight = view_mut(weight, self.outputs, self.inputs);
            general_mat_mul(T::one(), &g_view.reversed_axes(), &x.reversed_axes(), T::zero(), &mut weight);
        } else {
            general_mat_mul(T::one(), &x, &g_view, T::zero(), &mut view_mut(weight, self.inputs, self.outputs));
        }
        if let Some(bias) = self.bias {
            let bias = &mut gradients[bias as usize..bias as usize + outputs];
            bias.fill(T::zero());
            for row in g[..rows * outputs].chunks_exact(outputs) {
                for (bias, &g) in bias.iter_mut().zip(row) {
                    *bias += g;
                }
            }
        }
    }
}
