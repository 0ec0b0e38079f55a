//! What a run reports. The page, the command line and the tests all read these.

use serde::{Deserialize, Serialize};

/// What is compared, as lines of a chart.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArmInfo {
    /// Identifier.
    pub id: String,
    /// Name on the page.
    pub label: String,
    /// What is special about it, or nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
}

/// One run: an arm with a seed.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Its place among all runs.
    pub replica: u32,
    /// Identifier of its arm.
    pub arm: String,
    /// Its seed.
    pub seed: u32,
}

/// Which executor works, and why that one.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExecutorInfo {
    /// `cpu` or `webgpu`.
    #[cfg_attr(test, ts(type = "'cpu' | 'webgpu'"))]
    pub kind: String,
    /// Name of the adapter, or of the instruction set.
    pub name: String,
    /// Why this one was taken, in a sentence.
    pub reason: String,
    /// Matrix-product variant in use.
    pub matmul: String,
    /// How many workers have a part; none where it is not dealt out.
    #[serde(skip)]
    pub workers: u32,
}

/// What a race costs.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Trained and fixed parameters of one run; of models of several sizes, the largest.
    pub parameters: u32,
    /// Bytes of all buffers, all runs.
    pub bytes: f64,
    /// Kernel launches in one training step, for all runs together.
    pub launches_per_step: u32,
    /// Floating-point operations of the matrix products in one training step, all runs.
    pub flops_per_step: f64,
}

/// What happened.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "LabEvent"))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// The batches of some training steps, between two evaluations at most.
    Training {
        /// Steps, from 1.
        steps: Vec<u32>,
        /// `values[measure][run][i]` belongs to `steps[i]`; measures of the phase training. Not a number where a run has stopped, has
        /// ended, or has no such measure.
        values: Vec<Vec<Vec<f32>>>,
    },
    /// An evaluation on what was held out.
    Evaluation {
        /// Steps trained so far.
        step: u32,
        /// `values[measure][run]`; measures of the phase evaluation. Not a number as above, and where a run is not evaluated at this step.
        values: Vec<Vec<f32>>,
    },
    /// An evaluation of a run reached a measure's threshold for the first time.
    Reached {
        /// Which run.
        replica: u32,
        /// Identifier of the measure.
        measure: String,
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
    /// The device was lost; the run goes on from a checkpoint.
    Recovered {
        /// The checkpoint's step.
        step: u32,
        /// In words.
        reason: String,
    },
    /// How far and how fast. All that there is up to this step has been told.
    Progress {
        /// Steps done.
        step: u32,
        /// Steps to do.
        steps: u32,
        /// Milliseconds per step over the last second or so.
        step_ms: f64,
    },
    /// All steps are done, or every run has stopped.
    Finished {
        /// Steps done.
        step: u32,
    },
}
