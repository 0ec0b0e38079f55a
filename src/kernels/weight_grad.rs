//! Gradients of a linear layer by its weight and bias, twin of `shaders/weight_grad.wgsl`:
//! `dW[i, j] = Σ_rows x[row, i] g[row, j]`, `db[j] = Σ_rows g[row, j]`.
//!
//! The sum over rows is long and the output small, so eight slices of each workgroup share the rows and are
//! added in a fixed order.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ShapeBuilder};

use super::matmul::view_mut;
use super::real::Real;
use super::{Constants, Form, Spec, Sums, Word, cover};

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

impl Spec for WeightGrad {
    fn name(&self) -> &'static str {
        "weight_grad"
    }
    fn reads(&self) -> usize {
        2
    }
    fn writes(&self) -> usize {
        1
    }
    fn constants(&self, form: Form) -> Constants {
        vec![
            ("SIDE", Word::U(form.side())),
            ("QUADS", Word::U(form.side() / 4)),
            ("BIAS", Word::U(u32::from(self.bias.is_some()))),
        ]
    }
    fn shader(&self, form: Form) -> &'static str {
        if form.sums == Sums::Serial { "weight_grad_serial" } else { "weight_grad" }
    }
    fn uniform(&self) -> Vec<(&'static str, Word)> {
        let (row, column) = if self.transposed { (1, self.inputs) } else { (self.outputs, 1) };
        vec![
            ("rows", Word::U(self.rows)),
            ("inputs", Word::U(self.inputs)),
            ("outputs", Word::U(self.outputs)),
            ("weight", Word::U(self.weight)),
            ("weight_row", Word::U(row)),
            ("weight_column", Word::U(column)),
            ("bias", Word::U(self.bias.unwrap_or(0))),
            ("pool", Word::U(self.pool)),
        ]
    }
    fn workgroups(&self, form: Form, replicas: u32) -> [u32; 3] {
        // A workgroup of the sliced form has 2 × 2 tiles, of the serial one 4 × 4.
        let tile = form.side() * if form.sums == Sums::Serial { 4 } else { 2 };
        [cover(self.outputs, tile), cover(self.inputs, tile), replicas]
    }
    fn pool_elements(&self) -> u32 {
        self.inputs * self.outputs + self.bias.map_or(0, |_| self.outputs)
    }
    fn flops(&self) -> f64 {
        2.0 * f64::from(self.rows) * f64::from(self.inputs) * f64::from(self.outputs)
    }
}

impl WeightGrad {
    /// The CPU twin.
    pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let ([x, g], [gradients]) = (reads, writes) else { return };
        let (rows, inputs, outputs) = (self.rows as usize, self.inputs as usize, self.outputs as usize);
        let (Ok(x), Ok(g_view)) = (
            ArrayView2::from_shape((inputs, rows).strides((1, inputs)), &x[..rows * inputs]),
            ArrayView2::from_shape((rows, outputs), &g[..rows * outputs]),
        ) else {
            return;
        };
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
