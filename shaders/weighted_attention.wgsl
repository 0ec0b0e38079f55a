// O = Σ w v over weighted keys, per context, query and head. Twin: src/kernels/weighted_attention.rs (formulas there).
//
// Launch: (heads, rows * queries, replicas) workgroups of SIZE, the keys dealt out to the invocations, each with a running maximum
// (Milakov and Gimelshein 2018). One barrier; then the first QUADS invocations put the shares of four numbers each together, in order.

#import weighted

@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> kv: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> log_sums: array<f32>;

// Maximum and sum of exponentials of each invocation's keys, and what they give.
var<workgroup> tops: array<vec2<f32>, SIZE>;
var<workgroup> shares: array<vec4<f32>, SIZE * QUADS>;

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let head = group.x;
    let row = group.z * p.rows + group.y / p.queries;
    let asked = group.z * p.rows * p.queries + group.y;
    let width = p.heads * QUADS;
    let query_at = asked * width + head * QUADS;
    #for i in QUADS
    let q{i} = q[query_at + {i}u] * SCALE;
    var o{i} = vec4<f32>(0.0);
    #end
    var top = -3.0e38;
    var total = 0.0;
    for (var key = index; key < p.keys; key += SIZE) {
        let key_at = (row * p.keys + key) * 2u * width + head * QUADS;
        let log_weight = bias[row * p.keys + key];
        var logit = 0.0;
        #for i in QUADS
        logit += dot(q{i}, kv[key_at + {i}u]);
        #end
        var weight = 0.0;
        if (LINEAR == 1u) {
            weight = exp(log_weight) * logit;
        } else {
            logit += log_weight;
            if (logit > top) {
                let shrink = exp(top - logit);
                total *= shrink;
                #for i in QUADS
                o{i} *= shrink;
                #end
                top = logit;
            }
            weight = exp(logit - top);
            total += weight;
        }
        #for i in QUADS
        o{i} += weight * kv[key_at + width + {i}u];
        #end
    }
    tops[index] = vec2<f32>(top, total);
    #for i in QUADS
    shares[index * QUADS + {i}u] = o{i};
    #end
    workgroupBarrier();
    if (index >= QUADS) {
        return;
    }
    var sum = vec4<f32>(0.0);
    if (LINEAR == 1u) {
        for (var i = 0u; i < SIZE; i++) {
            sum += shares[i * QUADS + index];
        }
        output[query_at + index] = sum;
        return;
    }
    var whole_top = -3.0e38;
    for (var i = 0u; i < SIZE; i++) {
        whole_top = max(whole_top, tops[i].x);
    }
    var whole = 0.0;
    for (var i = 0u; i < SIZE; i++) {
        let shrink = exp(tops[i].x - whole_top);
        whole += tops[i].y * shrink;
        sum += shares[i * QUADS + index] * shrink;
    }
    output[query_at + index] = sum / whole;
    if (index == 0u) {
        log_sums[asked * p.heads + head] = whole_top + log(whole);
    }
}
