// O = dropout(softmax(Q K' / sqrt(h) + bias)) V per sequence and head. Twin: src/kernels/attention.rs.
//
// Launch: (heads, rows, replicas) workgroups of SIZE >= length, one invocation per query. It holds its query
// and output in registers and goes through the keys once with a running maximum (Milakov and
// Gimelshein 2018); all invocations read the same key at the same time. No barrier.

#import rng
#import control
#import heads

@group(0) @binding(2) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> log_sums: array<f32>;

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) query: u32) {
    if (query >= p.length) {
        return;
    }
    let head = group.x;
    let row = group.y;
    let replica = group.z;
    let width = p.heads * QUADS;
    let sequence = (replica * p.rows + row) * p.length;
    let slope = distance_slope(replica, head);
    let query_at = (sequence + query) * 3u * width + head * QUADS;
    #for i in QUADS
    let q{i} = qkv[query_at + {i}u] * SCALE;
    var o{i} = vec4<f32>(0.0);
    #end
    var top = -3.0e38;
    var total = 0.0;
    let keys = select(p.length, query + 1u, CAUSAL == 1u);
    for (var key = 0u; key < keys; key++) {
        let key_at = (sequence + key) * 3u * width + width + head * QUADS;
        var logit = -slope * abs(f32(query) - f32(key));
        #for i in QUADS
        logit += dot(q{i}, qkv[key_at + {i}u]);
        #end
        if (logit > top) {
            let shrink = exp(top - logit);
            total *= shrink;
            #for i in QUADS
            o{i} *= shrink;
            #end
            top = logit;
        }
        var weight = exp(logit - top);
        total += weight;
        if (DROPOUT == 1u) {
            weight *= weight_factor(replica, row, head, query, key);
        }
        #for i in QUADS
        o{i} += weight * qkv[key_at + width + {i}u];
        #end
    }
    let output_at = (sequence + query) * width + head * QUADS;
    #for i in QUADS
    output[output_at + {i}u] = o{i} / total;
    #end
    log_sums[((replica * p.rows + row) * p.heads + head) * p.length + query] = top + log(total);
}
