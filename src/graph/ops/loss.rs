//! Losses; in training, where the reverse pass starts.

use crate::error::Error;
use crate::graph::{BufferId, Graph, Tensor};
use crate::kernels::cross_entropy::CrossEntropy;
use crate::kernels::squared_error::SquaredError;
use crate::kernels::table::Table;
use crate::kernels::table_cross_entropy::TableCrossEntropy;
use crate::kernels::table_cross_entropy_backward::TableCrossEntropyBackward;
use crate::kernels::tied_cross_entropy::TiedCrossEntropy;
use crate::kernels::tied_cross_entropy_backward::TiedCrossEntropyBackward;

impl Graph<'_> {
    /// Records the mean squared error of each row of `predictions`. Returns the buffer of scores `[rows, 2]`.
    ///
    /// # Errors
    /// [`Error::Internal`] if the targets are of another shape, or the predictions already have a gradient.
    pub fn squared_error(&mut self, predictions: Tensor, targets: Tensor) -> Result<BufferId, Error> {
        let Tensor { id, rows, columns } = predictions;
        if [targets.rows, targets.columns] != [rows, columns] || self.gradients.contains_key(&id) {
            return Err(Error::Internal(
                "a squared error needs a target for each prediction, and cannot add to a gradient".to_owned(),
            ));
        }
        let scores = self.buffer("scores", 2 * rows);
        let gradient = self.training().then(|| self.gradient_target(predictions).0);
        let kernel = SquaredError { rows, width: columns, gradient: gradient.is_some() };
        self.launch(kernel, [Some(id), Some(targets.id)], [gradient, Some(scores)]);
        Ok(scores)
    }

    /// Records loss and accuracy per row of `logits`; `judged` rows count. Returns the buffer of scores `[rows, 2]`.
    pub fn cross_entropy(&mut self, logits: Tensor, targets: Tensor, judged: u32) -> BufferId {
        let scores = self.buffer("scores", 2 * logits.rows);
        let gradient = self.training().then(|| self.gradient_target(logits).0);
        let kernel =
            CrossEntropy { rows: logits.rows, vocabulary: logits.columns, judged, gradient: gradient.is_some() };
        self.launch(kernel, [Some(logits.id), Some(targets.id)], [gradient, Some(scores)]);
        scores
    }

    /// Records loss and accuracy per row of `x` against the rows of a table in the pool, without a buffer of logits; `judged` rows count.
    /// In training the gradients by `x` and by the table follow at once, the latter written, so that an embedding by the same table has to
    /// be `tied`. Returns the buffer of scores `[rows, 2]`.
    ///
    /// # Errors
    /// [`Error::Internal`] if `x` already has a gradient, or a non-linearity that only a linear layer goes back through.
    pub fn table_cross_entropy(
        &mut self,
        x: Tensor,
        table: Table,
        targets: Tensor,
        judged: u32,
    ) -> Result<BufferId, Error> {
        if self.gradients.contains_key(&x.id) || self.slopes.contains_key(&x.id) {
            return Err(Error::Internal("the loss against a table cannot add to a gradient".to_owned()));
        }
        let rows = x.rows;
        let scores = self.buffer("scores", 2 * rows);
        let norms = self.buffer("norms of a softmax", rows);
        let reads = [Some(x.id), Some(self.shared.parameters), Some(targets.id)];
        self.launch(TableCrossEntropy { rows, table }, reads, [Some(norms), Some(scores)]);
        if self.training() {
            let writes = [Some(self.gradient_target(x).0), Some(self.shared.gradients)];
            let [x, parameters, targets] = reads;
            let kernel = TableCrossEntropyBackward { rows, table, judged };
            self.launch(kernel, [x, parameters, targets, Some(norms)], writes);
        }
        Ok(scores)
    }

    /// Records the loss of each row of a table in the pool against all rows, with soft `targets` `[rows, rows]`, and in training the whole
    /// gradient of their sum by the table. Returns the buffer of scores `[rows, 2]`.
    pub fn tied_cross_entropy(&mut self, table: Table, targets: Tensor) -> BufferId {
        let scores = self.buffer("scores", 2 * table.rows);
        let norms = self.buffer("norms of a softmax", 2 * table.rows);
        let (parameters, targets) = (Some(self.shared.parameters), Some(targets.id));
        self.launch(TiedCrossEntropy { table }, [parameters, targets], [Some(norms), Some(scores)]);
        if self.training() {
            let gradients = Some(self.shared.gradients);
            self.launch(TiedCrossEntropyBackward { table }, [parameters, targets, Some(norms)], [gradients]);
        }
        scores
    }
}
