//! Mnemoscope: a lab in a web page that trains small sequence models and looks inside them.
//!
//! The house, from the ground up: the floors of [`mnemoscope_engine`], from [`error`] to [`compute`]; the domains [`encoding`], [`model`]
//! and [`sdm`]; [`run`], which trains models and reports; [`labs`]; and on top the faces: the page's (`web`), the command line's and the
//! tests'. Nothing names what stands above it: `tests/house.rs`. See `ARCHITECTURE.md`.

pub use mnemoscope_engine::{choice, compute, error, graph, kernels, order, property, reading, rng, task};

pub mod encoding;
pub mod labs;
pub mod model;
pub mod run;
pub mod sdm;
#[cfg(target_arch = "wasm32")]
pub mod web;
