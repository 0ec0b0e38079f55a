//! The one error type. Its messages tell the reader what to do next.

/// What can go wrong.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The browser or machine offers no WebGPU adapter.
    #[error("WebGPU is not available here ({0}). Choose \"CPU\" under Run on.")]
    NoWebGpu(String),
    /// The configuration needs more memory than there is.
    #[error(
        "This configuration needs {needed} bytes ({what}), and {allowed} are available. Use fewer seeds or encodings, or a smaller batch, length or width."
    )]
    TooLarge {
        /// What needs the memory.
        what: String,
        /// Bytes needed.
        needed: u64,
        /// Bytes available.
        allowed: u64,
    },
    /// The GPU went away.
    #[error("The graphics device was lost ({0}). Press Train to start again, or choose \"CPU\" under Run on.")]
    DeviceLost(String),
    /// The GPU refused an allocation.
    #[error(
        "The graphics device is out of memory ({0}). Use fewer seeds or encodings, or choose \"CPU\" under Run on."
    )]
    OutOfMemory(String),
    /// A shader was refused.
    #[error("The graphics driver refused a program ({0}). Choose \"CPU\" under Run on, and please report this.")]
    Shader(String),
    /// A configuration that cannot run.
    #[error("{0}")]
    Config(String),
    /// A broken assumption of our own.
    #[error("Internal error: {0}. Please report this.")]
    Internal(String),
}

impl Error {
    /// A short identifier for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoWebGpu(_) => "no-webgpu",
            Self::TooLarge { .. } => "too-large",
            Self::DeviceLost(_) => "device-lost",
            Self::OutOfMemory(_) => "out-of-memory",
            Self::Shader(_) => "shader",
            Self::Config(_) => "config",
            Self::Internal(_) => "internal",
        }
    }
}
