//! The sequence lab: a spiking sparse distributed memory that learns a sequence in one pass, beside the transformer.

pub mod config;
pub mod insight;
pub mod rival;
pub mod stage;
