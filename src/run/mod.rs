//! What trains: a race of models, its events and its results; what looks inside, keeps and times it.

pub mod check;
mod checkpoint;
pub mod claim;
pub mod collector;
pub mod courses;
pub mod curves;
pub mod event;
mod group;
pub mod heads;
pub mod inspect;
mod keep;
pub mod lineup;
pub mod machine;
pub mod profile;
pub mod race;
pub mod results;
pub mod slopes;
pub mod spread;
pub mod table;
pub mod trained;
pub mod training;
pub mod weights;

/// The most independent runs in one race.
pub const MAX_REPLICAS: u32 = 64;
