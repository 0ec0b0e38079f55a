//! Models: parameter layout, initial weights, and the recording of programs.

pub mod online;
pub mod parameters;
pub mod transformer;
