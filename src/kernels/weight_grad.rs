//! Gradients of a linear layer by its weight and bias, twin of `shaders/weight_grad.wgsl`:
//! `dW[i, j] = Σ_rows x[row, i] g[row, j]`, `db[j] = Σ_rows g[row, j]`.
//!
//! The sum over rows is long and the output small, so eight slices of each workgroup share the rows and are
//! added in a fixed order.

use super::gemm::{Matrix, Store, depths};
use super::real::Real;
use super::{Form, Sums, cover, in_parts, kernel, part_rows, words};

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
        let [rows, inputs, outputs] = [self.rows, self.inputs, self.outputs].map(|size| size as usize);
        let (x, gradient) = (Matrix::of_rows(x, rows, inputs), Matrix::of_rows(g, rows, outputs));
        let (left, right, across) = if self.transposed { (gradient, x, inputs) } else { (x, gradient, outputs) };
        let weight = &mut gradients[self.weight as usize..][..inputs * outputs];
        let part = part_rows(2 * rows * across);
        for terms in depths::<T>(rows) {
            let packed = T::pack(right.rows(terms.clone()));
            let how = if terms.start > 0 { Store::Add } else { Store::New };
            let parts = weight.chunks_mut(part * across).enumerate().collect();
            in_parts(parts, |(at, weight): (usize, &mut [T])| {
                let own = at * part..at * part + weight.len() / across;
                let left = left.rows(terms.clone()).columns(own).t();
                T::times(T::one(), left, &packed, how, weight, across);
            });
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
