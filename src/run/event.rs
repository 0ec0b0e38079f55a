//! What a lab reports. The page, the command line and the tests all read these.

use serde::{Deserialize, Serialize};

/// What is raced, as lines of a chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArmInfo {
    /// Identifier.
    pub id: String,
    /// Name on the page.
    pub label: String,
}

/// One run of a race.
#[derive(Clone, Debug, Serialize)]
pub struct RunInfo {
    /// Index on the replica axis.
    pub replica: u32,
    /// Identifier of its arm; in the copy lab, of its encoding.
    pub encoding: String,
    /// Its seed.
    pub seed: u32,
}

/// Which executor works, and why that one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExecutorInfo {
    /// `cpu` or `webgpu`.
    pub kind: String,
    /// Name of the adapter, or of the instruction set.
    pub name: String,
    /// Why this one was taken, in a sentence.
    pub reason: String,
    /// Matrix-product variant in use.
    pub matmul: String,
}

/// What a plan costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Trained and fixed parameters of one run.
    pub parameters: u32,
    /// Bytes of all buffers, all runs.
    pub bytes: f64,
    /// Kernel launches in one training step, for all runs together.
    pub launches_per_step: u32,
    /// Floating-point operations of the matrix products in one training step, all runs.
    pub flops_per_step: f64,
}

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// Losses of training batches, in bits per judged token.
    Training {
        /// Steps, from 1.
        steps: Vec<u32>,
        /// `loss[replica][i]` belongs to `steps[i]`.
        loss: Vec<Vec<f32>>,
        /// Share of judged tokens that were right.
        accuracy: Vec<Vec<f32>>,
        /// Norm of the whole gradient before clipping.
        gradient: Vec<Vec<f32>>,
    },
    /// An evaluation on the held-out set.
    Evaluation {
        /// Steps trained so far.
        step: u32,
        /// Loss in bits per judged token, by replica.
        loss: Vec<f32>,
        /// Share of judged tokens that are right.
        token_accuracy: Vec<f32>,
        /// Share of sequences that are right as a whole.
        sequence_accuracy: Vec<f32>,
    },
    /// A run reached 99 % held-out token accuracy for the first time.
    Milestone {
        /// Which run.
        replica: u32,
        /// Steps trained by then.
        step: u32,
    },
    /// A run met a loss or gradient that is not finite, and stopped.
    Stopped {
        /// Which run.
        replica: u32,
        /// At which step, from 1.
        step: u32,
        /// In words.
        reason: String,
    },
    /// The device was lost; the race goes on from a checkpoint.
    Recovered {
        /// The checkpoint's step.
        step: u32,
        /// In words.
        reason: String,
    },
    /// How far and how fast.
    Progress {
        /// Steps trained.
        step: u32,
        /// Steps to train.
        steps: u32,
        /// Milliseconds per step over the last second or so.
        step_ms: f64,
    },
    /// All steps are done, or every run has stopped.
    Finished {
        /// Steps trained.
        step: u32,
    },
}
