// Reverse pass of row_norm.wgsl. Twin: src/kernels/row_norm_backward.rs (formula there).
//
// Launch: a grid over rows (lib/grid.wgsl) of workgroups of 64, one invocation per row.

#import grid

struct Parameters {
    rows: u32,
    width: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let row = linear_index(id, groups);
    if (row >= p.rows) {
        return;
    }
    let start = (id.z * p.rows + row) * p.width;
    var mean = 0.0;
    var along = 0.0;
    for (var i = 0u; i < p.width; i++) {
        mean += dy[start + i];
        along = fma(dy[start + i], y[start + i], along);
    }
    mean = select(0.0, mean / f32(p.width), CENTRED == 1u);
    along /= f32(p.width);
    let scale = scales[id.z * p.rows + row];
    for (var i = 0u; i < p.width; i++) {
        let value = scale * (dy[start + i] - mean - along * y[start + i]);
        if (ACCUMULATE == 1u) {
            dx[start + i] += value;
        } else {
            dx[start + i] = value;
        }
    }
}
