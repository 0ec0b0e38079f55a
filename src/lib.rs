//! Mnemoscope: a lab in a web page that trains small sequence models and looks inside them.
//!
//! The house, from the ground up: [`error`], [`choice`], [`reading`], [`order`], [`property`] and [`rng`] are what everything stands on;
//! [`task`], [`kernels`] (WGSL shaders with their CPU twins), [`graph`] (operations recorded once into a plan) and [`compute`] (replays a
//! plan on WebGPU or on the CPU); the domains [`encoding`], [`model`] and [`sdm`]; [`run`], which trains models and reports; [`labs`]; and
//! on top the faces: the page's (`web`), the command line's and the tests'. Nothing names what stands above it: `tests/house.rs`. See
//! `ARCHITECTURE.md`.

pub mod choice;
pub mod compute;
pub mod encoding;
pub mod error;
pub mod graph;
pub mod kernels;
pub mod labs;
pub mod model;
pub mod order;
pub mod property;
pub mod reading;
pub mod rng;
pub mod run;
pub mod sdm;
pub mod task;
#[cfg(target_arch = "wasm32")]
pub mod web;
