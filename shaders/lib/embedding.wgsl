// Parameters of the embedding kernels, twin of `Shape` in src/kernels/embed.rs.

struct Parameters {
    rows: u32,
    length: u32,
    width: u32,
    vocabulary: u32,
    tokens: u32,
    gain: u32,
    table: u32,
    pool: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
