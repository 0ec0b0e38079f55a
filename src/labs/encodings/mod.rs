//! The encodings lab: what a position looks like to a dot product, and whether that predicts learning.

pub mod arms;
pub mod config;
pub mod lemma;
pub(crate) mod lengths;
pub mod logit;
pub mod outcome;
pub mod parts;
pub mod shown;
pub mod table_file;
mod tables;
pub mod workbench;
