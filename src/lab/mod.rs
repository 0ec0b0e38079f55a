//! Experiments: a configuration in, events out. The page, the command line and the tests drive only this.

pub mod any;
pub mod check;
pub mod claim;
pub mod config;
pub mod copy;
pub mod encodings;
pub mod event;
pub mod heads;
pub mod inspect;
mod keep;
pub mod link;
pub mod machine;
pub mod part;
pub mod profile;
pub mod progress;
pub mod property;
pub mod results;
pub mod sequence;
pub mod setup;
pub mod sweep;
pub mod weights;

/// The most independent runs in one plan.
pub const MAX_REPLICAS: u32 = 64;
