//! Sparse distributed memory: ranked N-of-M codes, the memory that stores pairs of them, and the sequence machine around it.
//!
//! Everything that decides something is a whole number below 2²⁴, which single precision holds exactly: significances,
//! weights, and sums of their products. Sums are then the same in any order, fused or not, so that codes and choices have the same
//! bits on every device.

pub mod ball;
pub mod bits;
pub mod code;
pub mod decoder;
pub mod kanerva;
pub mod machine;
pub mod memory;
pub mod spiking;
