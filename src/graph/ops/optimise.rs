//! The end of a program: metrics, and in training the optimiser.

use crate::graph::{BufferId, Graph};
use crate::kernels::adamw::AdamW;
use crate::kernels::descent::Descent;
use crate::kernels::grad_norm::{GradNorm, Pool};
use crate::kernels::metrics::{Metrics, Training};

/// An optimiser's settings that are not a replica's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimiser {
    /// Steps of linear warm-up.
    pub warmup: u32,
    /// The share of the rate at which half a cosine ends, zero or more; without one the rate stays.
    pub cosine: Option<f32>,
    /// Steps in all.
    pub steps: u32,
    /// Greatest gradient norm; zero for none.
    pub clip: f32,
}

impl Graph<'_> {
    /// Records the metrics of an evaluation of `rows` sequences with `length` judged positions.
    pub fn measure(&mut self, scores: BufferId, rows: u32, length: u32, judged: u32) {
        let shared = self.shared;
        let metrics = Metrics { rows, length, judged, training: None };
        self.launch(metrics, [Some(scores), None], [Some(shared.control), Some(shared.evaluations)]);
    }

    /// Records the metrics of a training step and the update of the parameters by AdamW: three launches.
    pub fn optimise(&mut self, scores: BufferId, rows: u32, length: u32, judged: u32, pool: Pool, o: &Optimiser) {
        self.settle(scores, rows, length, judged, pool, o);
        let shared = self.shared;
        let state = [Some(shared.parameters), Some(shared.first), Some(shared.second)];
        self.launch(AdamW { pool }, [Some(shared.control), Some(shared.gradients)], state);
    }

    /// As [`Graph::optimise`], by gradient descent.
    pub fn descend(&mut self, scores: BufferId, rows: u32, length: u32, judged: u32, pool: Pool, o: &Optimiser) {
        self.settle(scores, rows, length, judged, pool, o);
        let shared = self.shared;
        self.launch(Descent { pool }, [Some(shared.control), Some(shared.gradients)], [Some(shared.parameters)]);
    }

    /// Records the metrics of a training step, and what the optimiser needs of them.
    fn settle(&mut self, scores: BufferId, rows: u32, length: u32, judged: u32, pool: Pool, o: &Optimiser) {
        let shared = self.shared;
        let partials = self.buffer("partial sums of the gradient norm", pool.partials());
        let control = Some(shared.control);
        self.launch(GradNorm { pool }, [control, Some(shared.gradients)], [Some(partials)]);
        let training =
            Training { partials: pool.partials(), warmup: o.warmup, cosine: o.cosine, steps: o.steps, clip: o.clip };
        let metrics = Metrics { rows, length, judged, training: Some(training) };
        self.launch(metrics, [Some(scores), Some(partials)], [control, Some(shared.ring)]);
    }
}
