//! Mnemoscope: a lab in a web page that trains small sequence models and looks inside them.
//!
//! The house, top down: [`lab`] holds the experiments (a configuration in, events out) and is all that the page
//! (`web`), the command line and the tests drive; [`model`], [`encoding`] and [`task`] say what is trained, [`sdm`] what
//! stores without training;
//! [`graph`] records operations once into a plan; [`kernels`] are the WGSL shaders with their CPU twins;
//! [`compute`] replays a plan on WebGPU or on the CPU. See `ARCHITECTURE.md`.

pub mod choice;
pub mod compute;
pub mod encoding;
pub mod graph;
pub mod kernels;
pub mod lab;
pub mod model;
#[cfg(feature = "sequence")]
pub mod sdm;
pub mod task;
#[cfg(target_arch = "wasm32")]
pub mod web;
