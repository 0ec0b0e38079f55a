// y = mask x, or y += mask x. Twin: src/kernels/dropout.rs.
//
// Launch: a grid over len (lib/grid.wgsl) of workgroups of 64, one invocation per element.

#import rng
#import control
#import grid

struct Parameters {
    len: u32,
    drop_stream: u32,
    drop_threshold: u32,
    drop_scale: f32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    if (index >= p.len) {
        return;
    }
    let at = id.z * p.len + index;
    var value = x[at];
    if (DROPOUT == 1u) {
        let seed = u32(control[id.z * CONTROL + SEED]);
        let step = u32(control[id.z * CONTROL + STEP]);
        value *= dropout_factor(seed, p.drop_stream, step, index, p.drop_threshold, p.drop_scale);
    }
    if (ACCUMULATE == 1u) {
        value += y[at];
    }
    y[at] = value;
}
