// Layout of the control block, 20 numbers per replica, twin of src/kernels/control.rs.

const CONTROL: u32 = 20u;
const SEED: u32 = 0u;
const STEP: u32 = 1u;
const STOPPED: u32 = 2u;
const DECAY: u32 = 3u;
const ROPE: u32 = 4u;
const ALIBI: u32 = 5u;
const BASE_RATE: u32 = 6u;
const RATE: u32 = 7u;
const CLIP: u32 = 8u;
const BETA1_POWER: u32 = 9u;
const BETA2_POWER: u32 = 10u;
const EVALUATIONS: u32 = 11u;
const FROZEN: u32 = 12u;
const FROZEN_RANGES: u32 = 4u;
