//! Softmax cross-entropy; in training, where the reverse pass starts.

use crate::graph::{BufferId, Graph, Tensor};
use crate::kernels::cross_entropy::CrossEntropy;
use crate::kernels::tied_cross_entropy::{Table, TiedCrossEntropy};
use crate::kernels::tied_cross_entropy_backward::TiedCrossEntropyBackward;

impl Graph<'_> {
    /// Records loss and accuracy per row of `logits`; `judged` rows count. Returns the buffer of scores `[rows, 2]`.
    pub fn cross_entropy(&mut self, logits: Tensor, targets: Tensor, judged: u32) -> BufferId {
        let scores = self.buffer("scores", 2 * logits.rows);
        let gradient = self.training().then(|| self.gradient_target(logits).0);
        let kernel =
            CrossEntropy { rows: logits.rows, vocabulary: logits.columns, judged, gradient: gradient.is_some() };
        self.launch(kernel, [Some(logits.id), Some(targets.id)], [gradient, Some(scores)]);
        scores
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
