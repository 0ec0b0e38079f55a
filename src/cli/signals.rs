//! Signals that ask for an end. The first is heard between two stretches of training, so that there is time to save;
//! a second one ends at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::failure::Failure;

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
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&again))
                .and_then(|_| flag::register(signal, Arc::clone(&again)))
                .and_then(|_| flag::register_usize(signal, Arc::clone(&heard), signal as usize))
                .map_err(|error| Failure::failed(format!("cannot listen for signals: {error}")))?;
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
