//! The copy lab: which positional encodings let a transformer copy, and how soon?

pub mod claim;
pub mod config;
pub mod parts;
pub mod sweep;
