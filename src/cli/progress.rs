//! How far a race is, on standard error: a bar for people, a line now and then for log files, or nothing.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::failure::say;

/// Time between two lines where there is no terminal.
const LINE: Duration = Duration::from_secs(10);

/// Tells how far a race is.
pub(crate) enum Progress {
    /// Nothing is wanted.
    Quiet,
    /// A bar that redraws itself.
    Bar(ProgressBar),
    /// A line now and then.
    Lines {
        /// When the last one was written.
        last: Instant,
        /// When and at which step this process began.
        began: (Instant, u32),
    },
}

impl Progress {
    /// For a race of `steps` steps that goes on from `step`.
    pub(crate) fn new(quiet: bool, step: u32, steps: u32) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if !std::io::stderr().is_terminal() {
            let now = Instant::now();
            return Self::Lines { last: now, began: (now, step) };
        }
        let bar = ProgressBar::new(u64::from(steps)).with_position(u64::from(step));
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} steps, {eta} left  {msg}") {
            bar.set_style(style);
        }
        // What an earlier process trained says nothing of this one's speed.
        bar.reset_eta();
        Self::Bar(bar)
    }

    /// `step` of `steps` are trained.
    pub(crate) fn at(&mut self, step: u32, steps: u32, step_ms: f64) {
        match self {
            Self::Quiet => {}
            Self::Bar(bar) => {
                bar.set_position(u64::from(step));
                bar.set_message(format!("{step_ms:.2} ms/step"));
            }
            Self::Lines { last, began: (since, from) } => {
                if last.elapsed() >= LINE && step > *from {
                    *last = Instant::now();
                    let left = since.elapsed().as_secs_f64() * f64::from(steps - step) / f64::from(step - *from);
                    say(&format!("step {step} of {steps}, {step_ms:.2} ms per step, {left:.0} s left"));
                }
            }
        }
    }

    /// A line of words, past the bar.
    pub(crate) fn note(&self, line: &str) {
        match self {
            Self::Quiet => {}
            Self::Bar(bar) => bar.suspend(|| say(line)),
            Self::Lines { .. } => say(line),
        }
    }

    /// What went wrong and does not end the race: said even to those who want quiet.
    pub(crate) fn warn(&self, line: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| say(line)),
            Self::Quiet | Self::Lines { .. } => say(line),
        }
    }

    /// Makes room for the last words.
    pub(crate) fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
