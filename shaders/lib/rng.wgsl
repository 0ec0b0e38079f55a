// The counter-based generator pcg4d (Jarzynski and Olano, JCGT 9(3), 2020), twin of src/rng.rs.

fn pcg4d(counter: vec4<u32>) -> vec4<u32> {
    var v = counter * 1664525u + 1013904223u;
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    v ^= v >> vec4<u32>(16u);
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    return v;
}

// A whole number in 0..n, for n up to 2^20: the upper 24 bits times n, in two halves of 12 bits, without the lower 24 bits of it.
fn below(word: u32, n: u32) -> u32 {
    return ((word >> 20u) * n + ((((word >> 8u) & 0xfffu) * n) >> 12u)) >> 12u;
}

// Factor of an element under dropout: zero or `scale`. Sixty-four elements share eight hashes, 16 bits each.
fn dropout_factor(seed: u32, stream: u32, step: u32, element: u32, threshold: u32, scale: f32) -> f32 {
    let within = element % 64u;
    let words = pcg4d(vec4<u32>(seed, stream, step, element / 64u * 8u + within % 8u));
    let bits = (words[within / 8u % 4u] >> (within / 32u * 16u)) & 0xffffu;
    return select(0.0, scale, bits >= threshold);
}
