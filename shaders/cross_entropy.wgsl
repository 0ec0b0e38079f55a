// Softmax cross-entropy, accuracy and gradient per row of logits. Twin: src/kernels/cross_entropy.rs.
//
// Launch: (rows / 64, replicas) workgroups of 64, one invocation per row (vocabularies are at most 256).

struct Parameters {
    rows: u32,
    vocabulary: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> scores: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= p.rows) {
        return;
    }
    let row = id.y * p.rows + id.x;
    let start = row * p.vocabulary;
    let wanted = targets[row];
    if (wanted < 0.0) {
        scores[row * 2u] = 0.0;
        scores[row * 2u + 1u] = -1.0;
        if (GRADIENT == 1u) {
            for (var i = 0u; i < p.vocabulary; i++) {
                gradient[start + i] = 0.0;
            }
        }
        return;
    }
    let target_index = u32(wanted);
    var best = 0u;
    var top = logits[start];
    for (var i = 1u; i < p.vocabulary; i++) {
        let logit = logits[start + i];
        if (logit > top) {
            top = logit;
            best = i;
        }
    }
    var total = 0.0;
    for (var i = 0u; i < p.vocabulary; i++) {
        total += exp(logits[start + i] - top);
    }
    scores[row * 2u] = log(total) + top - logits[start + target_index];
    scores[row * 2u + 1u] = select(0.0, 1.0, best == target_index);
    if (GRADIENT == 1u) {
        for (var i = 0u; i < p.vocabulary; i++) {
            let share = exp(logits[start + i] - top) / total - select(0.0, 1.0, i == target_index);
            gradient[start + i] = share * p.scale;
        }
    }
}
