// Which parameters a replica trains, twin of `Pool` in src/kernels/grad_norm.rs.

fn trained(start: u32, index: u32) -> bool {
    // Below 2^24 a place is a number that f32 holds exactly.
    let at = f32(index);
    var free = true;
    for (var range = start + FROZEN; range < start + FROZEN + 2u * FROZEN_RANGES; range += 2u) {
        free = free && (at < control[range] || at >= control[range + 1u]);
    }
    return free;
}
