// What is drawn of a context, twin of `Contexts` in src/kernels/mixture.rs.

// Seed, stream and number of a row's context.
fn context_of(replica: u32, row: u32) -> vec3<u32> {
    let seed = u32(control[replica * CONTROL + SEED]);
    let step = u32(control[replica * CONTROL + STEP]);
    if (DRAWN == 2u) {
        return vec3<u32>(seed, STREAM_HELD_OUT, row);
    }
    if (DRAWN == 1u) {
        return vec3<u32>(seed, STREAM_TRAINING, below(pcg4d(vec4<u32>(seed, STREAM_CHOICE, step, row)).x, p.count));
    }
    return vec3<u32>(seed, STREAM_TRAINING, step * p.rows + row);
}

// A number in [0, 1) with 24 bits.
fn unit(word: u32) -> f32 {
    return f32(word >> 8u) * (1.0 / 16777216.0);
}
