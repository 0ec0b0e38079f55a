//! Signals that ask for an end. They are heard between two stretches of training, so that there is time to save.
//!
//! A second SIGINT ends at once, for it comes from somebody who waits. A second SIGTERM does not: schedulers send it to
//! all processes of a job, whose script may pass it on as well.

#[cfg(unix)]
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

#[cfg(unix)]
use signal_hook::consts::SIGHUP;
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
        let mut signals = vec![SIGINT, SIGTERM];
        #[cfg(unix)]
        if !hangup_is_ignored() {
            signals.push(SIGHUP);
        }
        for signal in signals {
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

/// Whether this program was told to outlive its terminal, as by `nohup`. A process can only ask that of itself with unsafe code; a shell
/// that it starts inherits it, and POSIX has a shell trap no signal that was ignored when it began. Without a shell, SIGHUP is left alone.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap 'exit 9' HUP; kill -HUP $$; exit 0"]);
    let status = shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    !status.is_ok_and(|status| status.code() == Some(9))
}
