//! The end of a program: metrics, and in training the optimiser.

use crate::graph::{BufferId, Graph};
use crate::kernels::adam_tensor::{AdamTensor, MOST_TENSORS};
use crate::kernels::adamw::AdamW;
use crate::kernels::descent::Descent;
use crate::kernels::grad_norm::{GradNorm, Pool};
use crate::kernels::metrics::{Metrics, Training};
use crate::kernels::momentum::Momentum;

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

/// How parameters follow their gradients; weight decay is decoupled in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// AdamW.
    #[default]
    AdamW,
    /// AdamW with one second moment a tensor.
    AdamTensor,
    /// Gradient descent with momentum.
    Momentum,
    /// Gradient descent.
    Descent,
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
        self.update(Method::AdamW, pool, &[]);
    }

    /// As [`Graph::optimise`], by gradient descent.
    pub fn descend(&mut self, scores: BufferId, rows: u32, length: u32, judged: u32, pool: Pool, o: &Optimiser) {
        self.settle(scores, rows, length, judged, pool, o);
        self.update(Method::Descent, pool, &[]);
    }

    /// Records the update of the parameters after [`Graph::settle`]. `ends` says where each tensor of the pool ends, of which AdamW with
    /// one second moment a tensor takes sixteen a launch; the others take one launch.
    pub fn update(&mut self, method: Method, pool: Pool, ends: &[u32]) {
        let shared = self.shared;
        let reads = [Some(shared.control), Some(shared.gradients)];
        let [parameters, first, second] = [shared.parameters, shared.first, shared.second].map(Some);
        match method {
            Method::AdamW => self.launch(AdamW { pool }, reads, [parameters, first, second]),
            Method::Momentum => self.launch(Momentum { pool }, reads, [parameters, first]),
            Method::Descent => self.launch(Descent { pool }, reads, [parameters]),
            Method::AdamTensor => {
                let mut start = 0;
                for ends in ends.chunks(MOST_TENSORS) {
                    let kernel = AdamTensor { pool, start, ends: ends.to_vec() };
                    self.launch(kernel, reads, [parameters, first, second]);
                    start = ends.last().copied().unwrap_or(start);
                }
            }
        }
    }

    /// Records the metrics of a training step, and what the optimiser needs of them.
    pub fn settle(&mut self, scores: BufferId, rows: u32, length: u32, judged: u32, pool: Pool, o: &Optimiser) {
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
