//! Signals that ask for an end. They are heard between two stretches of training, so that there is time to save.
//!
//! A second SIGINT ends at once, for it comes from somebody who waits. A second SIGTERM does not: schedulers send it to
//! all processes of a job, whose script may pass it on as well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::failure::Failure;
use super::files::words;

/// What was heard.
#[derive(Debug)]
pub(crate) struct Signals {
    heard: Arc<AtomicUsize>,
}

impl Signals {
    /// Begins to listen.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let heard = Arc::new(AtomicUsize::new(0));
        let again = Arc::new(AtomicBool::new(false));
        let cannot = |error: std::io::Error| Failure::failed(format!("cannot listen for signals: {}", words(&error)));
        flag::register_conditional_shutdown(SIGINT, 128 + SIGINT, Arc::clone(&again)).map_err(cannot)?;
        flag::register(SIGINT, again).map_err(cannot)?;
        for signal in [SIGINT, SIGTERM] {
            flag::register_usize(signal, Arc::clone(&heard), signal as usize).map_err(cannot)?;
        }
        Ok(Self { heard })
    }

    /// The signal that was heard, if any.
    pub(crate) fn heard(&self) -> Option<i32> {
        match self.heard.load(Ordering::SeqCst) {
            0 => None,
            signal => i32::try_from(signal).ok(),
        }
    }
}
