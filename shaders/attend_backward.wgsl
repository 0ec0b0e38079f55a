// Gradient of attend.wgsl by its queries. Twin: src/kernels/attend_backward.rs (formulas there).
//
// Launch: a grid over rows length (lib/grid.wgsl) of workgroups of 64, one invocation per query.

#import grid
#import attend

@group(0) @binding(1) var<storage, read> keys: array<f32>;
@group(0) @binding(2) var<storage, read> values: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_queries: array<f32>;

fn d_weight(token: u32, key: u32) -> f32 {
    var sum = 0.0;
    for (var i = 0u; i < p.width; i++) {
        sum = fma(dy[token * p.width + i], values[key * p.width + i], sum);
    }
    return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let query = linear_index(id, groups);
    if (query >= p.rows * p.length) {
        return;
    }
    let token = id.z * p.rows * p.length + query;
    let first = token - query % p.length;
    let own = token * p.length;
    var mean = 0.0;
    for (var key = 0u; key < p.length; key++) {
        mean = fma(weights[own + key], d_weight(token, first + key), mean);
    }
    if (ACCUMULATE == 0u) {
        for (var i = 0u; i < p.inner; i++) {
            d_queries[token * p.inner + i] = 0.0;
        }
    }
    for (var key = 0u; key < p.length; key++) {
        let d_logit = p.scale * weights[own + key] * (d_weight(token, first + key) - mean);
        for (var i = 0u; i < p.inner; i++) {
            d_queries[token * p.inner + i] += d_logit * keys[(first + key) * p.inner + i];
        }
    }
}
