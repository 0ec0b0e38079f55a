//! Experiments: a configuration in, events out. The page, the command line and the tests drive only this.

pub mod config;
pub mod copy;
pub mod event;
pub mod machine;
pub mod property;

/// The most independent runs in one plan.
pub const MAX_REPLICAS: u32 = 64;
