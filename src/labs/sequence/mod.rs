//! The sequence lab: a spiking sparse distributed memory that learns a sequence in one pass, beside the transformer.

pub mod ball;
pub mod bench;
mod capacity;
pub mod config;
pub mod course;
pub mod curves;
mod errors;
pub mod insight;
mod kanerva;
pub mod machines;
pub mod operations;
pub mod parts;
pub mod passage;
pub mod report;
pub mod rival;
mod rivals;
pub mod session;
pub mod spikes;
pub mod stage;
pub mod study;
pub mod symbols;
pub mod timing;
