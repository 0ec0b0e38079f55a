// The end of a program that repeats itself: clock[0] += 1. Twin: src/kernels/tick.rs.
//
// Launch: (1, 1, replicas) workgroups of one.

struct Parameters {
    by: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read_write> clock: array<f32>;

@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3<u32>) {
    clock[group.z * 2u] += f32(p.by);
}
