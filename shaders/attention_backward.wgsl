// Reverse pass of attention.wgsl in one launch. Twin: src/kernels/attention_backward.rs (formulas there).
//
// Launch: (heads, rows, replicas) workgroups of SIZE >= length. Invocation i first computes D_i, shared by one
// barrier; then dQ_i as a query, going through the keys; then dK_i and dV_i as a key, going
// through the queries. Weights are recomputed from the stored log-sum-exp.

#import rng
#import control
#import heads

@group(0) @binding(2) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> output: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> d_output: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> log_sums: array<f32>;
@group(0) @binding(6) var<storage, read> table: array<f32>;
@group(0) @binding(7) var<storage, read_write> d_qkv: array<vec4<f32>>;

// D of each query, and its log-sum-exp.
var<workgroup> shared_rows: array<vec2<f32>, SIZE>;

// Undoes the rotation of one gradient vector, in place; only its own invocation touches it.
fn turn_back(replica: u32, position: u32, at: u32) {
    for (var i = 0u; i < HEAD / 2u; i++) {
        let j = i + HEAD / 2u;
        let turn = (replica * p.length + position) * HEAD + i * 2u;
        let cosine = table[turn];
        let sine = table[turn + 1u];
        let x = d_qkv[at + i / 4u][i % 4u];
        let y = d_qkv[at + j / 4u][j % 4u];
        d_qkv[at + i / 4u][i % 4u] = x * cosine + y * sine;
        d_qkv[at + j / 4u][j % 4u] = y * cosine - x * sine;
    }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let head = group.x;
    let row = group.y;
    let replica = group.z;
    let width = p.heads * QUADS;
    let sequence = (replica * p.rows + row) * p.length;
    let slope = distance_slope(replica, head);
    let here = min(index, p.length - 1u);
    let here_at = (sequence + here) * 3u * width + head * QUADS;
    let here_out = (sequence + here) * width + head * QUADS;
    var d_total = 0.0;
    #for i in QUADS
    let q{i} = qkv[here_at + {i}u] * SCALE;
    let d_out{i} = d_output[here_out + {i}u];
    d_total += dot(output[here_out + {i}u], d_out{i});
    #end
    let log_sum = log_sums[((replica * p.rows + row) * p.heads + head) * p.length + here];
    shared_rows[index] = vec2<f32>(d_total, log_sum);
    workgroupBarrier();
    if (index >= p.length) {
        return;
    }

    // As a query.
    #for i in QUADS
    var dq{i} = vec4<f32>(0.0);
    #end
    let keys = select(p.length, index + 1u, CAUSAL == 1u);
    for (var key = 0u; key < keys; key++) {
        let key_at = (sequence + key) * 3u * width + width + head * QUADS;
        var logit = -slope * abs(f32(index) - f32(key));
        var d_weight = 0.0;
        #for i in QUADS
        let k{i} = qkv[key_at + {i}u];
        logit += dot(q{i}, k{i});
        d_weight += dot(d_out{i}, qkv[key_at + width + {i}u]);
        #end
        if (DROPOUT == 1u) {
            d_weight *= weight_factor(replica, row, head, index, key);
        }
        let d_logit = exp(logit - log_sum) * (d_weight - d_total);
        #for i in QUADS
        dq{i} += d_logit * k{i};
        #end
    }
    #for i in QUADS
    d_qkv[here_at + {i}u] = dq{i} * SCALE;
    #end

    // As a key.
    #for i in QUADS
    let k{i} = qkv[here_at + width + {i}u];
    let v{i} = qkv[here_at + 2u * width + {i}u];
    var dk{i} = vec4<f32>(0.0);
    var dv{i} = vec4<f32>(0.0);
    #end
    for (var query = select(0u, index, CAUSAL == 1u); query < p.length; query++) {
        let query_at = (sequence + query) * 3u * width + head * QUADS;
        let out_at = (sequence + query) * width + head * QUADS;
        var logit = -slope * abs(f32(index) - f32(query));
        var d_weight = 0.0;
        #for i in QUADS
        let query{i} = qkv[query_at + {i}u] * SCALE;
        let d_row{i} = d_output[out_at + {i}u];
        logit += dot(query{i}, k{i});
        d_weight += dot(d_row{i}, v{i});
        #end
        var factor = 1.0;
        if (DROPOUT == 1u) {
            factor = weight_factor(replica, row, head, query, index);
        }
        let weight = exp(logit - shared_rows[query].y);
        let d_logit = weight * (d_weight * factor - shared_rows[query].x);
        #for i in QUADS
        dv{i} += weight * factor * d_row{i};
        dk{i} += d_logit * query{i};
        #end
    }
    #for i in QUADS
    d_qkv[here_at + width + {i}u] = dk{i};
    d_qkv[here_at + 2u * width + {i}u] = dv{i};
    #end
    if (TURN == 1u && control[replica * CONTROL + ROPE] != 0.0) {
        turn_back(replica, index, here_at);
        turn_back(replica, index, here_at + width);
    }
}
