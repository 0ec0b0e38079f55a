// What both forms of the weight gradient share. Twin: src/kernels/weight_grad.rs.

struct Parameters {
    rows: u32,
    inputs: u32,
    outputs: u32,
    weight: u32,
    weight_row: u32,
    weight_column: u32,
    bias: u32,
    pool: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradients: array<f32>;

const SLICES: u32 = 8u;
