// End of a step: scores to metrics, metrics into the ring, and what the optimiser needs. Twin: src/kernels/metrics.rs.
//
// Launch: (1, replicas) workgroups of 64. Invocations take whole sequences; shares are added in order.

#import control
#import angle

struct Parameters {
    rows: u32,
    length: u32,
    judged: f32,
    partials: u32,
    warmup: f32,
    cosine: u32,
    least: f32,
    steps: f32,
    clip: f32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> scores: array<f32>;
@group(0) @binding(2) var<storage, read> partials: array<f32>;
@group(0) @binding(3) var<storage, read_write> control: array<f32>;
@group(0) @binding(4) var<storage, read_write> ring: array<f32>;

var<workgroup> shares: array<vec3<f32>, 64>;

// By the bits: a compiler may assume that no number is infinite or NaN.
fn finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let replica = group.y;
    var share = vec3<f32>(0.0);
    for (var row = index; row < p.rows; row += 64u) {
        var whole = 1.0;
        for (var position = 0u; position < p.length; position++) {
            let at = ((replica * p.rows + row) * p.length + position) * 2u;
            let right = scores[at + 1u];
            share.x += scores[at];
            share.y += max(right, 0.0);
            if (right == 0.0) {
                whole = 0.0;
            }
        }
        share.z += whole;
    }
    shares[index] = share;
    workgroupBarrier();
    if (index > 0u) {
        return;
    }
    var all = vec3<f32>(0.0);
    for (var i = 0u; i < 64u; i++) {
        all += shares[i];
    }
    let start = replica * CONTROL;
    let loss = all.x / p.judged;
    var norm = 0.0;
    var slot = u32(control[start + EVALUATIONS]) % RING;
    if (TRAINING == 1u) {
        for (var i = 0u; i < p.partials; i++) {
            norm += partials[replica * p.partials + i];
        }
        norm = sqrt(norm);
        slot = u32(control[start + STEP]) % RING;
    }
    let entry = (replica * RING + slot) * ENTRY;
    ring[entry] = loss;
    ring[entry + 1u] = all.y / p.judged;
    ring[entry + 2u] = all.z / f32(p.rows);
    ring[entry + 3u] = norm;
    if (TRAINING == 0u) {
        control[start + EVALUATIONS] += 1.0;
        return;
    }

    let step = control[start + STEP];
    if (control[start + STOPPED] == 0.0 && !(finite(loss) && finite(norm))) {
        control[start + STOPPED] = step + 1.0;
    }
    var rate = control[start + BASE_RATE];
    if (step < p.warmup) {
        rate *= (step + 1.0) / p.warmup;
    } else if (p.cosine == 1u) {
        let span = max(p.steps - p.warmup, 1.0);
        let share = 0.5 + 0.5 * cos_pi(min((step - p.warmup) / span, 1.0));
        rate *= p.least + (1.0 - p.least) * share;
    }
    control[start + RATE] = rate;
    control[start + CLIP] = select(1.0, p.clip / (norm + 1e-6), p.clip > 0.0 && norm > p.clip);
    control[start + BETA1_POWER] *= BETA1;
    control[start + BETA2_POWER] *= BETA2;
    control[start + STEP] = step + 1.0;
}
