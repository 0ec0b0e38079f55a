// Gradient descent with momentum over the parameter pool. Twin: src/kernels/momentum.rs.
//
// Launch: a grid over len (lib/grid.wgsl) of workgroups of 64, one invocation per parameter.

#import control
#import grid

struct Parameters {
    len: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> gradients: array<f32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> first: array<f32>;

#import pool

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    let start = id.z * CONTROL;
    if (index >= p.len || control[start + STOPPED] != 0.0 || !trained(start, index)) {
        return;
    }
    let at = id.z * p.len + index;
    let velocity = BETA1 * first[at] + gradients[at] * control[start + CLIP];
    first[at] = velocity;
    let value = parameters[at];
    parameters[at] = value - control[start + RATE] * (velocity + control[start + DECAY] * value);
}
