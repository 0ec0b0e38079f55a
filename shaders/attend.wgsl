// Attention over keys and values that are given with each sequence. Twin: src/kernels/attend.rs.
//
// Launch: a grid over rows length (lib/grid.wgsl) of workgroups of 64, one invocation per query.

#import grid
#import attend

@group(0) @binding(1) var<storage, read> queries: array<f32>;
@group(0) @binding(2) var<storage, read> keys: array<f32>;
@group(0) @binding(3) var<storage, read> values: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> weights: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let query = linear_index(id, groups);
    if (query >= p.rows * p.length) {
        return;
    }
    let token = id.z * p.rows * p.length + query;
    let first = token - query % p.length;
    let own = token * p.length;
    var top = -3.0e38;
    for (var key = 0u; key < p.length; key++) {
        var logit = 0.0;
        for (var i = 0u; i < p.inner; i++) {
            logit = fma(queries[token * p.inner + i], keys[(first + key) * p.inner + i], logit);
        }
        logit *= p.scale;
        weights[own + key] = logit;
        top = max(top, logit);
    }
    var total = 0.0;
    for (var key = 0u; key < p.length; key++) {
        let weight = exp(weights[own + key] - top);
        weights[own + key] = weight;
        total += weight;
    }
    for (var key = 0u; key < p.length; key++) {
        weights[own + key] /= total;
    }
    for (var i = 0u; i < p.width; i++) {
        var sum = 0.0;
        for (var key = 0u; key < p.length; key++) {
            sum = fma(weights[own + key], values[(first + key) * p.width + i], sum);
        }
        y[token * p.width + i] = sum;
    }
}
