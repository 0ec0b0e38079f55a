// Softmax cross-entropy and accuracy of rows x [rows, width] against all entries of a table [entries, width] in the pool. Logits are dot
// products, and are never stored. Twin: src/kernels/table_cross_entropy.rs.
//
// Launch: (rows / 16, replicas) workgroups of 64, one workgroup per 16 rows. An invocation takes four entries of every 64, for four rows,
// with running maxima; their shares of a row are put together in order.

struct Parameters {
    rows: u32,
    entries: u32,
    width: u32,
    table: u32,
    pool: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> targets: array<f32>;
@group(0) @binding(4) var<storage, read_write> norms: array<f32>;
@group(0) @binding(5) var<storage, read_write> scores: array<f32>;

// Of a row and an invocation: the greatest logit and its entry, the sum of exponentials relative to it, the logit of the target.
var<workgroup> shares: array<vec4<f32>, 256>;

#import products

// A share that takes up the logits of the entries from `first` on.
fn taken(share: vec4<f32>, logits: vec4<f32>, first: u32, wanted: f32) -> vec4<f32> {
    var next = share;
    for (var i = 0u; i < min(4u, p.entries - first); i++) {
        if (logits[i] > next.x) {
            next.x = logits[i];
            next.y = f32(first + i);
        }
        if (f32(first + i) == wanted) {
            next.w = logits[i];
        }
    }
    next.z = share.z * exp(share.x - next.x);
    for (var i = 0u; i < min(4u, p.entries - first); i++) {
        next.z += exp(logits[i] - next.x);
    }
    return next;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let replica = group.y;
    let first = group.x * OWN;
    let row = first + 4u * (index / 16u);
    #for i in 4
    var share{i} = vec4<f32>(-3.0e38, 0.0, 0.0, 0.0);
    let wanted{i} = targets[replica * p.rows + min(row + {i}u, p.rows - 1u)];
    #end
    for (var other = 0u; other < p.entries; other += OTHERS) {
        let logits = products(false, replica, first, other, index);
        let entry = other + 4u * (index % 16u);
        if (entry < p.entries) {
            #for i in 4
            share{i} = taken(share{i}, logits[{i}], entry, wanted{i});
            #end
        }
    }
    #for i in 4
    shares[(4u * (index / 16u) + {i}u) * 16u + index % 16u] = share{i};
    #end
    workgroupBarrier();
    if (index >= OWN || first + index >= p.rows) {
        return;
    }
    var all = shares[index * 16u];
    for (var i = 1u; i < 16u; i++) {
        let share = shares[index * 16u + i];
        let top = max(all.x, share.x);
        let total = all.z * exp(all.x - top) + share.z * exp(share.x - top);
        // Of equal logits the first entry counts.
        let better = share.x > all.x || (share.x == all.x && share.y < all.y);
        all = vec4<f32>(top, select(all.y, share.y, better), total, all.w + share.w);
    }
    let at = replica * p.rows + first + index;
    let norm = log(all.z) + all.x;
    let target_entry = targets[at];
    let judged = target_entry >= 0.0;
    norms[at] = norm;
    scores[at * 2u] = select(0.0, norm - all.w, judged);
    scores[at * 2u + 1u] = select(-1.0, select(0.0, 1.0, all.y == target_entry), judged);
}
