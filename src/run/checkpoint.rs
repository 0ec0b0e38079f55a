//! What a race on a device keeps on the host, in case the device is lost.

use web_time::Instant;

use crate::run::weights::State;

/// Seconds of training between two copies of a device's state on the host.
const CHECKPOINT_S: f64 = 5.0;

/// What a race remembers in case its device is lost, which takes everything with it.
#[derive(Debug)]
pub(super) struct Kept {
    /// What the device held not long ago.
    pub(super) checkpoint: Option<State>,
    /// When that was; nothing if a new one is due.
    pub(super) since: Option<Instant>,
    /// Devices lost since.
    pub(super) losses: u32,
    /// Seconds of training between two checkpoints.
    pub(super) every_s: f64,
}

impl Default for Kept {
    fn default() -> Self {
        Self { checkpoint: None, since: Some(Instant::now()), losses: 0, every_s: CHECKPOINT_S }
    }
}

impl Kept {
    /// Asks for a new checkpoint, however young the last one is.
    pub(super) fn due(&mut self) {
        self.since = None;
    }
}
