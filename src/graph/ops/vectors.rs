//! Operations on sequences of vectors: their batch, products with what belongs to a sequence, attention over what is given, norms without
//! parameters.

use crate::error::Error;
use crate::graph::{BufferId, Graph, Tensor, ops::Op};
use crate::kernels::attend::{self, Attend};
use crate::kernels::attend_backward::AttendBackward;
use crate::kernels::product::Product;
use crate::kernels::row_norm::{self, RowNorm};
use crate::kernels::row_norm_backward::RowNormBackward;
use crate::kernels::vectors::Vectors;

#[derive(Debug)]
pub(crate) enum Record {
    Product { kernel: Product, x: Tensor, matrices: Tensor, y: Tensor },
    Attend { shape: attend::Shape, queries: Tensor, keys: Tensor, values: Tensor, weights: BufferId, y: Tensor },
    RowNorm { shape: row_norm::Shape, x: Tensor, scales: BufferId, y: Tensor },
}

impl Graph<'_> {
    /// Records a batch of sequences of vectors with their knowledge: sequences `[rows · length, width]`, knowledge `[rows · known, width]`,
    /// and both `[rows · (length + known), width]`.
    pub fn vectors(&mut self, vectors: Vectors) -> [Tensor; 3] {
        let Vectors { rows, length, known, width, .. } = vectors;
        let made = [length, known, length + known].map(|each| self.tensor("vectors", rows * each, width));
        let parameters = vectors.knowledge.and(Some(self.shared.parameters));
        self.launch(vectors, [Some(self.shared.control), parameters], made.map(|tensor| Some(tensor.id)));
        made
    }

    /// Records `scale x W`, or `scale x Wᵀ`, with a matrix of each of `rows` sequences; the matrices are given, and nothing goes back to
    /// them.
    ///
    /// # Errors
    /// [`Error::Internal`] if the matrices do not fit.
    pub fn product(
        &mut self,
        x: Tensor,
        matrices: Tensor,
        rows: u32,
        transposed: bool,
        scale: f32,
    ) -> Result<Tensor, Error> {
        let each = matrices.rows / rows.max(1);
        let (inner, columns) = if transposed { (matrices.columns, each) } else { (each, matrices.columns) };
        if inner != x.columns {
            return Err(Error::Internal(format!("rows of {} numbers times matrices of {inner} rows", x.columns)));
        }
        let length = x.rows / rows.max(1);
        let kernel = Product { rows, length, inner, columns, transposed, scale, accumulate: false };
        let y = self.tensor("products of sequences", x.rows, columns);
        self.launch(kernel.clone(), [Some(x.id), Some(matrices.id)], [Some(y.id)]);
        if self.training() {
            self.tape.push(Op::Vectors(Record::Product { kernel, x, matrices, y }));
        }
        Ok(y)
    }

    /// Records attention of `queries` over keys and values that are given with each of `rows` sequences; nothing goes back to these.
    pub fn attend(&mut self, queries: Tensor, keys: Tensor, values: Tensor, rows: u32, scale: f32) -> Tensor {
        let length = queries.rows / rows.max(1);
        let shape = attend::Shape { rows, length, inner: queries.columns, width: values.columns, scale };
        let y = self.tensor("attention output", queries.rows, values.columns);
        let weights = self.buffer("attention weights", queries.rows * length);
        let reads = [queries, keys, values].map(|tensor| Some(tensor.id));
        self.launch(Attend { shape }, reads, [Some(y.id), Some(weights)]);
        if self.training() {
            self.tape.push(Op::Vectors(Record::Attend { shape, queries, keys, values, weights, y }));
        }
        y
    }

    /// Records a norm without parameters over each row of `x`: layer norm if `centred`, else RMSNorm.
    pub fn row_norm(&mut self, x: Tensor, centred: bool) -> Tensor {
        let shape = row_norm::Shape { rows: x.rows, width: x.columns, centred };
        let y = self.tensor("normalised activations", x.rows, x.columns);
        let scales = self.buffer("scales of a norm", x.rows);
        self.launch(RowNorm { shape }, [Some(x.id)], [Some(y.id), Some(scales)]);
        if self.training() {
            self.tape.push(Op::Vectors(Record::RowNorm { shape, x, scales, y }));
        }
        y
    }
}

impl Record {
    pub(super) fn backward(self, graph: &mut Graph<'_>) -> Result<(), Error> {
        match self {
            Self::Product { kernel, x, matrices, y } => {
                let dy = graph.gradient(y)?;
                let (dx, accumulate) = graph.gradient_target(x);
                let (inner, columns, transposed) = (kernel.columns, kernel.inner, !kernel.transposed);
                let backward = Product { inner, columns, transposed, accumulate, ..kernel };
                graph.launch(backward, [Some(dy), Some(matrices.id)], [Some(dx)]);
            }
            Self::Attend { shape, queries, keys, values, weights, y } => {
                let dy = graph.gradient(y)?;
                let (d_queries, accumulate) = graph.gradient_target(queries);
                let reads = [Some(keys.id), Some(values.id), Some(weights), Some(dy)];
                graph.launch(AttendBackward { shape, accumulate }, reads, [Some(d_queries)]);
            }
            Self::RowNorm { shape, x, scales, y } => {
                let dy = graph.gradient(y)?;
                let (dx, accumulate) = graph.gradient_target(x);
                graph.launch(RowNormBackward { shape, accumulate }, [Some(y.id), Some(scales), Some(dy)], [Some(dx)]);
            }
        }
        Ok(())
    }
}
