// Layout of the control block, 16 numbers per replica, twin of src/kernels/control.rs.

const CONTROL: u32 = 16u;
const SEED: u32 = 0u;
const STEP: u32 = 1u;
const STOPPED: u32 = 2u;
const TRAIN_TABLE: u32 = 3u;
const TRAIN_GAIN: u32 = 4u;
const ROPE: u32 = 5u;
const ALIBI: u32 = 6u;
const BASE_RATE: u32 = 7u;
const RATE: u32 = 8u;
const CLIP: u32 = 9u;
const BETA1_POWER: u32 = 10u;
const BETA2_POWER: u32 = 11u;
const EVALUATIONS: u32 = 12u;
