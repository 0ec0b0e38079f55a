// Reverse pass of weighted_attention.wgsl in one launch. Twin: src/kernels/weighted_attention_backward.rs (formulas there).
//
// Launch: (heads, rows, replicas) workgroups of SIZE, the keys dealt out to the invocations. Queries come one after the other: an
// invocation adds to the gradients of its own keys, and the shares of the query's gradient meet at a barrier.

#import weighted

@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> kv: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> output: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> d_output: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> log_sums: array<f32>;
@group(0) @binding(7) var<storage, read_write> d_q: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read_write> d_kv: array<vec4<f32>>;

// Each invocation's share of the gradient of a query.
var<workgroup> shares: array<vec4<f32>, SIZE * QUADS>;

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let head = group.x;
    let row = group.z * p.rows + group.y;
    let width = p.heads * QUADS;
    for (var query = 0u; query < p.queries; query++) {
        let asked = row * p.queries + query;
        let query_at = asked * width + head * QUADS;
        var d_total = 0.0;
        var log_sum = 0.0;
        #for i in QUADS
        let q{i} = q[query_at + {i}u] * SCALE;
        let g{i} = d_output[query_at + {i}u];
        var dq{i} = vec4<f32>(0.0);
        #end
        if (LINEAR == 0u) {
            #for i in QUADS
            d_total += dot(output[query_at + {i}u], g{i});
            #end
            log_sum = log_sums[asked * p.heads + head];
        }
        for (var key = index; key < p.keys; key += SIZE) {
            let key_at = (row * p.keys + key) * 2u * width + head * QUADS;
            let log_weight = bias[row * p.keys + key];
            var logit = 0.0;
            var back = 0.0;
            #for i in QUADS
            let k{i} = kv[key_at + {i}u];
            logit += dot(q{i}, k{i});
            back += dot(g{i}, kv[key_at + width + {i}u]);
            #end
            var weight = 0.0;
            var d_logit = 0.0;
            if (LINEAR == 1u) {
                let share = exp(log_weight);
                weight = share * logit;
                d_logit = share * back;
            } else {
                weight = exp(logit + log_weight - log_sum);
                d_logit = weight * (back - d_total);
            }
            #for i in QUADS
            dq{i} += d_logit * k{i};
            let dk{i} = d_logit * q{i};
            let dv{i} = weight * g{i};
            #end
            if (query == 0u) {
                #for i in QUADS
                d_kv[key_at + {i}u] = dk{i};
                d_kv[key_at + width + {i}u] = dv{i};
                #end
            } else {
                #for i in QUADS
                d_kv[key_at + {i}u] += dk{i};
                d_kv[key_at + width + {i}u] += dv{i};
                #end
            }
        }
        #for i in QUADS
        shares[index * QUADS + {i}u] = dq{i};
        #end
        workgroupBarrier();
        if (index < QUADS) {
            var sum = vec4<f32>(0.0);
            for (var i = 0u; i < SIZE; i++) {
                sum += shares[i * QUADS + index];
            }
            d_q[query_at + index] = sum * SCALE;
        }
        workgroupBarrier();
    }
}
