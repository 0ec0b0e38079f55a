//! What trains: a race of models, its events and its results; what looks inside, keeps and times it.

pub mod check;
pub mod event;
pub mod heads;
pub mod inspect;
mod keep;
pub mod machine;
pub mod profile;
pub mod progress;
pub mod race;
pub mod results;
pub mod setup;
pub mod sweep;
pub mod weights;

/// The most independent runs in one plan.
pub const MAX_REPLICAS: u32 = 64;
