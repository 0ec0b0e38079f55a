// What the layer-norm kernels share. Twin: `Shape` in src/kernels/layer_norm.rs. The importing shader binds `parameters`.

struct Parameters {
    rows: u32,
    width: u32,
    gamma: u32,
    beta: u32,
    pool: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;

// Sum of four.
fn across(v: vec4<f32>) -> f32 {
    return (v.x + v.y) + (v.z + v.w);
}

// Columns 4 quad ... 4 quad + 3 of a parameter, which may begin anywhere in the pool.
fn columns(start: u32, quad: u32) -> vec4<f32> {
    let at = start + 4u * quad;
    return vec4<f32>(parameters[at], parameters[at + 1u], parameters[at + 2u], parameters[at + 3u]);
}
