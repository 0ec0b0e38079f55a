//! The control block: what a kernel has to know of a replica and of the present step. It lives on the device,
//! and kernels advance it, so that a step uploads nothing. Twin of `shaders/lib/control.wgsl`.
//!
//! Everything is a number of the working type; whole numbers stay below 2²⁴, where f32 holds them exactly.

/// Numbers per replica.
pub const LEN: usize = 20;
/// Seed of data and dropout.
pub const SEED: usize = 0;
/// Steps done.
pub const STEP: usize = 1;
/// Zero, or the step (from 1) at which a loss or gradient was not finite.
pub const STOPPED: usize = 2;
/// Decoupled weight decay λ.
pub const DECAY: usize = 3;
/// One if queries and keys are rotated.
pub const ROPE: usize = 4;
/// One if attention has the ALiBi penalty.
pub const ALIBI: usize = 5;
/// Learning rate before warm-up and schedule.
pub const BASE_RATE: usize = 6;
/// Learning rate of this step.
pub const RATE: usize = 7;
/// Factor of the gradient after clipping.
pub const CLIP: usize = 8;
/// β₁ᵗ of this step.
pub const BETA1_POWER: usize = 9;
/// β₂ᵗ of this step.
pub const BETA2_POWER: usize = 10;
/// Evaluations done.
pub const EVALUATIONS: usize = 11;
/// Parameters that the replica does not train: [`FROZEN_RANGES`] pairs of the first and the one after the last; an unused pair is
/// zero twice.
pub const FROZEN: usize = 12;
/// How many ranges of parameters may be frozen.
pub const FROZEN_RANGES: usize = 4;

/// The block of a replica before its first step.
#[must_use]
pub fn block(seed: u32, rate: f32, decay: f32) -> [f32; LEN] {
    let mut block = [0.0; LEN];
    block[SEED] = seed as f32;
    block[BASE_RATE] = rate;
    block[DECAY] = decay;
    block[CLIP] = 1.0;
    block[BETA1_POWER] = 1.0;
    block[BETA2_POWER] = 1.0;
    block
}
