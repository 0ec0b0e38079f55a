// Which parameters a replica trains, twin of `Pool` in src/kernels/grad_norm.rs.

fn trained(start: u32, gain: u32, index: u32) -> bool {
    return index < gain
        || (index == gain && control[start + TRAIN_GAIN] != 0.0)
        || (index > gain && control[start + TRAIN_TABLE] != 0.0);
}
