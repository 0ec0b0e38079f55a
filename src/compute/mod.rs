//! Where plans run: the CPU executor, the WebGPU executor, and errors.

pub mod cpu;
pub mod error;
