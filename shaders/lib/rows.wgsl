// Parameters of the layer-norm kernels, twin of `Shape` in src/kernels/layer_norm.rs.

struct Parameters {
    rows: u32,
    width: u32,
    gamma: u32,
    beta: u32,
    pool: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
