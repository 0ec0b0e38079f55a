//! Where a race stands: what was handed to the executor, what has come back, what was reported.

use crate::compute::Reading;
use crate::run::check::Certifier;

/// Held-out numbers at one step.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Steps trained by then.
    pub step: u32,
    /// Loss in bits per judged token, share of tokens right, share of sequences right: each by run. Not a number
    /// where a run has stopped.
    pub values: [Vec<f32>; 3],
}

impl PartialEq for Evaluation {
    /// Equal bits; a stopped run equals a stopped run.
    fn eq(&self, other: &Self) -> bool {
        let bits = |values: &[Vec<f32>; 3]| values.iter().flatten().map(|value| value.to_bits()).collect::<Vec<_>>();
        self.step == other.step && bits(&self.values) == bits(&other.values)
    }
}

#[derive(Debug)]
pub(super) struct Progress {
    /// Steps handed to the executor.
    pub(super) submitted: u32,
    /// Steps whose metrics are on their way back or here.
    pub(super) requested: u32,
    /// Steps whose metrics are here.
    pub(super) seen: u32,
    /// Steps whose metrics have been reported; more than were seen while a lost stretch is trained again.
    pub(super) reported: u32,
    /// Steps at which evaluations were handed to the executor since the ring was empty.
    pub(super) evaluations: Vec<u32>,
    /// How many of those are here.
    pub(super) evaluations_seen: usize,
    /// A read under way, with the steps and evaluations it covers.
    pub(super) reading: Option<(Reading, u32, usize)>,
    /// Step at which the optimiser's moments were zero.
    pub(super) moments_from: u32,
    /// Evaluations reported.
    pub(super) history: Vec<Evaluation>,
    /// At which step a run stopped.
    pub(super) stopped: Vec<Option<u32>>,
    /// At which step a run had learned the task.
    pub(super) learned: Vec<Option<u32>>,
    /// First losses.
    pub(super) certifier: Certifier,
    /// Milliseconds per step within submissions, smoothed; sizes the next one.
    pub(super) step_ms: f64,
    /// Milliseconds and steps of late, older ones fading.
    recent: (f64, f64),
    pub(super) finished: bool,
}

impl Progress {
    pub(super) fn new(runs: usize) -> Self {
        Self {
            submitted: 0,
            requested: 0,
            seen: 0,
            reported: 0,
            evaluations: Vec::new(),
            evaluations_seen: 0,
            reading: None,
            moments_from: 0,
            history: Vec::new(),
            stopped: vec![None; runs],
            learned: vec![None; runs],
            certifier: Certifier::default(),
            step_ms: 0.0,
            recent: (0.0, 0.0),
            finished: false,
        }
    }

    /// Puts the race back (or on) to `step` on an executor whose rings are empty. What was reported stays reported.
    pub(super) fn rewind(&mut self, step: u32) {
        self.submitted = step;
        self.requested = step;
        self.seen = step;
        self.evaluations.clear();
        self.evaluations_seen = 0;
        self.reading = None;
        self.step_ms = 0.0;
    }

    /// Milliseconds per step over about the last second, evaluations and read-backs included: what a reader waits for.
    pub(super) fn pace(&mut self, elapsed_ms: f64, steps: u32) -> f64 {
        let keep = libm::exp(-elapsed_ms / 1000.0);
        self.recent = (keep * self.recent.0 + elapsed_ms, keep * self.recent.1 + f64::from(steps));
        self.recent.0 / self.recent.1
    }
}
