//! The one error type. Its messages tell the reader what to do next, in words that hold for a page, a shell and a program alike: no
//! button is named.

/// What can go wrong.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The browser or machine offers no WebGPU adapter.
    #[error("WebGPU is not available here ({0}). Run on the CPU.")]
    NoWebGpu(String),
    /// The configuration needs more memory than is allowed here.
    #[error(
        "This configuration needs {} {what}; the limit here is {}. Use fewer runs, or a smaller batch, length or width.",
        size(*needed),
        size(*allowed)
    )]
    TooLarge {
        /// What needs the memory.
        what: String,
        /// Bytes needed.
        needed: u64,
        /// Bytes allowed.
        allowed: u64,
    },
    /// The GPU went away.
    #[error("The graphics device was lost ({0}). Start again, or run on the CPU.")]
    DeviceLost(String),
    /// A worker that had a part of the work is gone.
    #[error("A worker was lost ({0}). Start again with fewer cores.")]
    WorkerLost(String),
    /// The GPU refused an allocation.
    #[error(
        "The graphics device has not enough memory for {} ({message}). Use fewer runs, or run on the CPU.",
        size(*needed)
    )]
    OutOfMemory {
        /// Bytes needed in all.
        needed: u64,
        /// The driver's words.
        message: String,
    },
    /// The device is there, but does not take the work.
    #[error("The graphics device refused some work ({0}). Run on the CPU.")]
    Refused(String),
    /// A shader was refused.
    #[error("The graphics driver refused a program ({0}). Run on the CPU, and please report this.")]
    Shader(String),
    /// A file that is not what it should be.
    #[error("This file was not taken: {0}. Nothing has changed.")]
    File(String),
    /// A probe that does not fit the task.
    #[error("{0}")]
    Probe(String),
    /// A configuration that cannot run.
    #[error("{0}")]
    Config(String),
    /// The settings have changed while an answer was worked on.
    #[error("{0}")]
    Outdated(String),
    /// The reader has ended the work on an answer, or asked at the wrong time.
    #[error("{0}")]
    Stopped(String),
    /// A broken assumption of our own.
    #[error("Internal error: {0}. Please report this.")]
    Internal(String),
}

/// Bytes as people say them, and exactly.
fn size(bytes: u64) -> String {
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    if mebibytes >= 1024.0 {
        format!("{:.1} GiB ({bytes} bytes)", mebibytes / 1024.0)
    } else {
        format!("{mebibytes:.0} MiB ({bytes} bytes)")
    }
}

impl Error {
    /// Whether what computes failed, and how, as the first half of a sentence: then the work can be done again, on another device, by
    /// fewer workers, or on the CPU.
    #[must_use]
    pub fn of_device(&self) -> Option<String> {
        let (what, why) = match self {
            Self::DeviceLost(why) | Self::Refused(why) => ("The graphics device was lost", why),
            Self::WorkerLost(why) => ("A worker was lost", why),
            _ => return None,
        };
        let why = why.trim().trim_end_matches('.');
        let why = if why.is_empty() { "no reason given".to_owned() } else { why.to_ascii_lowercase() };
        Some(format!("{what} ({why})"))
    }

    /// Why the CPU took over, in a sentence, without advice to do so.
    #[must_use]
    pub fn taken_over(&self) -> String {
        match self {
            Self::NoWebGpu(_) => "WebGPU is not available here, so the CPU does the work.".to_owned(),
            Self::DeviceLost(why) => format!("The CPU takes over: the graphics device was lost ({why})."),
            Self::Refused(why) => format!("The CPU takes over: the graphics device refused some work ({why})."),
            Self::Shader(why) => format!("The CPU takes over: the graphics driver refused a program ({why})."),
            Self::OutOfMemory { .. } => "The CPU takes over: the graphics device has not enough memory.".to_owned(),
            other => format!("The CPU takes over: {other}"),
        }
    }

    /// A short identifier for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoWebGpu(_) => "no-webgpu",
            Self::TooLarge { .. } => "too-large",
            Self::DeviceLost(_) => "device-lost",
            Self::WorkerLost(_) => "worker-lost",
            Self::OutOfMemory { .. } => "out-of-memory",
            Self::Refused(_) | Self::Stopped(_) => "refused",
            Self::Shader(_) => "shader",
            Self::File(_) => "file",
            Self::Probe(_) => "probe",
            Self::Config(_) => "config",
            Self::Outdated(_) => "outdated",
            Self::Internal(_) => "internal",
        }
    }
}
