// Partial sums of the squared gradient norm. Twin: src/kernels/grad_norm.rs.
//
// Launch: (len / CHUNK, replicas) workgroups of 64; shares are added in order.

#import control

struct Parameters {
    len: u32,
    partials: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> gradients: array<f32>;
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;

#import pool

var<workgroup> shares: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let end = min((group.x + 1u) * CHUNK, p.len);
    var share = 0.0;
    for (var i = group.x * CHUNK + index; i < end; i += 64u) {
        if (trained(group.y * CONTROL, i)) {
            let value = gradients[group.y * p.len + i];
            share += value * value;
        }
    }
    shares[index] = share;
    workgroupBarrier();
    if (index == 0u) {
        var all = 0.0;
        for (var i = 0u; i < 64u; i++) {
            all += shares[i];
        }
        partials[group.y * p.partials + group.x] = all;
    }
}
