//! Softmax cross-entropy; in training, where the reverse pass starts.

use crate::graph::{BufferId, Graph, Tensor};
use crate::kernels::cross_entropy::CrossEntropy;

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
}
