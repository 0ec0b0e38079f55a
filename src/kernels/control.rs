//! The control block: what a kernel has to know of a replica and of the present step. It lives on the device,
//! and kernels advance it, so that a step uploads nothing. Twin of `shaders/lib/control.wgsl`.
//!
//! Everything is a number of the working type; whole numbers stay below 2²⁴, where f32 holds them exactly.

/// Numbers per replica.
pub const LEN: usize = 16;
/// Seed of data and dropout.
pub const SEED: usize = 0;
/// Steps done.
pub const STEP: usize = 1;
/// Zero, or the step (from 1) at which a loss or gradient was not finite.
pub const STOPPED: usize = 2;
/// One if the position table is trained.
pub const TRAIN_TABLE: usize = 3;
/// One if the position gain is trained.
pub const TRAIN_GAIN: usize = 4;
/// One if queries and keys are rotated.
pub const ROPE: usize = 5;
/// One if attention has the ALiBi penalty.
pub const ALIBI: usize = 6;
/// Learning rate before warm-up and schedule.
pub const BASE_RATE: usize = 7;
/// Learning rate of this step.
pub const RATE: usize = 8;
/// Factor of the gradient after clipping.
pub const CLIP: usize = 9;
/// β₁ᵗ of this step.
pub const BETA1_POWER: usize = 10;
/// β₂ᵗ of this step.
pub const BETA2_POWER: usize = 11;
/// Evaluations done.
pub const EVALUATIONS: usize = 12;
