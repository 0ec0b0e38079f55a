// Parameters of the attention kernels, twin of `Shape` in src/kernels/attention.rs.

struct Parameters {
    rows: u32,
    length: u32,
    heads: u32,
    drop_stream: u32,
    drop_threshold: u32,
    drop_scale: f32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> control: array<f32>;

// What a logit loses by distance: ALiBi's slope of this head where the replica asks for it, else zero.
fn distance_slope(replica: u32, head: u32) -> f32 {
    return control[replica * CONTROL + ALIBI] * exp2(-8.0 * f32(head + 1u) / f32(p.heads));
}

// Dropout factor of the weight of one query and key.
fn weight_factor(replica: u32, row: u32, head: u32, query: u32, key: u32) -> f32 {
    let seed = u32(control[replica * CONTROL + SEED]);
    let step = u32(control[replica * CONTROL + STEP]);
    let element = ((row * p.heads + head) * p.length + query) * p.length + key;
    return dropout_factor(seed, p.drop_stream, step, element, p.drop_threshold, p.drop_scale);
}
