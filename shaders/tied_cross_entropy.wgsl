// Cross-entropy of every row of a table against all rows of the same table, with soft targets: logits are dot products of rows, and are
// never stored. Twin: src/kernels/tied_cross_entropy.rs.
//
// Launch: (rows, replicas) workgroups of 64, one workgroup per row. An invocation takes every 64th logit, with a running maximum; their
// shares are put together in order.

struct Parameters {
    rows: u32,
    width: u32,
    table: u32,
    pool: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> parameters: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read_write> norms: array<f32>;
@group(0) @binding(4) var<storage, read_write> scores: array<f32>;

// Of an invocation: greatest logit, sum of exponentials relative to it, targets, and logits weighted by them.
var<workgroup> shares: array<vec4<f32>, 64>;

#import tied

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let row = group.y * p.rows + group.x;
    var share = vec4<f32>(-3.0e38, 0.0, 0.0, 0.0);
    for (var other = index; other < p.rows; other += 64u) {
        let logit = product(group.y, group.x, other);
        let wanted = targets[row * p.rows + other];
        let top = max(share.x, logit);
        let total = share.y * exp(share.x - top) + exp(logit - top);
        share = vec4<f32>(top, total, share.z + wanted, share.w + wanted * logit);
    }
    shares[index] = share;
    workgroupBarrier();
    if (index > 0u) {
        return;
    }
    for (var i = 1u; i < min(64u, p.rows); i++) {
        let other = shares[i];
        let top = max(share.x, other.x);
        let total = share.y * exp(share.x - top) + other.y * exp(other.x - top);
        share = vec4<f32>(top, total, share.z + other.z, share.w + other.w);
    }
    let norm = share.x + log(share.y);
    norms[row * 2u] = norm;
    norms[row * 2u + 1u] = share.z;
    scores[row * 2u] = share.z * norm - share.w;
    scores[row * 2u + 1u] = -1.0;
}
