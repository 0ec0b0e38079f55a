// Rows brought to a root mean square of one, with their mean taken away or not. Twin: src/kernels/row_norm.rs.
//
// Launch: a grid over rows (lib/grid.wgsl) of workgroups of 64, one invocation per row.

#import grid

struct Parameters {
    rows: u32,
    width: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> scales: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let row = linear_index(id, groups);
    if (row >= p.rows) {
        return;
    }
    let start = (id.z * p.rows + row) * p.width;
    var mean = 0.0;
    if (CENTRED == 1u) {
        for (var i = 0u; i < p.width; i++) {
            mean += x[start + i];
        }
        mean /= f32(p.width);
    }
    var squares = 0.0;
    for (var i = 0u; i < p.width; i++) {
        let value = x[start + i] - mean;
        squares = fma(value, value, squares);
    }
    let scale = 1.0 / sqrt(squares / f32(p.width) + EPSILON);
    for (var i = 0u; i < p.width; i++) {
        y[start + i] = (x[start + i] - mean) * scale;
    }
    scales[id.z * p.rows + row] = scale;
}
