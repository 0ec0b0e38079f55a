//! The sequence lab: a spiking sparse distributed memory that learns a sequence in one pass, beside the transformer.

#[cfg(feature = "sequence")]
pub mod ball;
#[cfg(feature = "sequence")]
pub mod bench;
#[cfg(feature = "sequence")]
mod capacity;
pub mod config;
#[cfg(feature = "sequence")]
pub mod course;
#[cfg(feature = "sequence")]
pub mod curves;
#[cfg(feature = "sequence")]
mod errors;
#[cfg(feature = "sequence")]
pub mod insight;
#[cfg(feature = "sequence")]
mod kanerva;
#[cfg(feature = "sequence")]
pub mod machines;
#[cfg(feature = "sequence")]
pub mod operations;
pub mod parts;
#[cfg(feature = "sequence")]
pub mod passage;
#[cfg(feature = "sequence")]
pub mod report;
#[cfg(feature = "sequence")]
pub mod rival;
#[cfg(feature = "sequence")]
mod rivals;
#[cfg(feature = "sequence")]
pub mod session;
#[cfg(feature = "sequence")]
pub mod spikes;
#[cfg(feature = "sequence")]
pub mod stage;
#[cfg(feature = "sequence")]
pub mod study;
#[cfg(feature = "sequence")]
pub mod symbols;
#[cfg(feature = "sequence")]
pub mod timing;
