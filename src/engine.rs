//! The lower floors of Mnemoscope, a crate of its own, so that the page's module has them compiled for speed and all above them for size.
//! [`error`], [`choice`], [`reading`], [`order`], [`property`] and [`rng`] are what everything stands on; [`task`], [`kernels`] (WGSL
//! shaders with their CPU twins), [`graph`] (operations recorded once into a plan) and [`compute`] (replays a plan on WebGPU or on the
//! CPU).

pub mod choice;
pub mod compute;
pub mod error;
pub mod graph;
pub mod kernels;
pub mod order;
pub mod property;
pub mod reading;
pub mod rng;
pub mod task;
