// AdamW with one second moment for each of up to 16 tensors. Twin: src/kernels/adam_tensor.rs (formulas there).
//
// Launch: (tensors, replicas) workgroups of 64, one per tensor; invocations take every 64th parameter, shares are added in order.

#import control

struct Parameters {
    len: u32,
    start: u32,
    end0: u32,
    end1: u32,
    end2: u32,
    end3: u32,
    end4: u32,
    end5: u32,
    end6: u32,
    end7: u32,
    end8: u32,
    end9: u32,
    end10: u32,
    end11: u32,
    end12: u32,
    end13: u32,
    end14: u32,
    end15: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> gradients: array<f32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> first: array<f32>;
@group(0) @binding(5) var<storage, read_write> second: array<f32>;

#import pool

var<workgroup> shares: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    var bounds = array<u32, 17>(
        p.start, p.end0, p.end1, p.end2, p.end3, p.end4, p.end5, p.end6, p.end7,
        p.end8, p.end9, p.end10, p.end11, p.end12, p.end13, p.end14, p.end15,
    );
    let low = bounds[group.x];
    let end = bounds[group.x + 1u];
    let start = group.y * CONTROL;
    let pool = group.y * p.len;
    let clip = control[start + CLIP];
    var share = 0.0;
    for (var i = low + index; i < end; i += 64u) {
        let g = select(0.0, gradients[pool + i] * clip, trained(start, i));
        share = fma(g, g, share);
    }
    shares[index] = share;
    workgroupBarrier();
    var mean = 0.0;
    for (var i = 0u; i < 64u; i++) {
        mean += shares[i];
    }
    mean /= f32(max(end - low, 1u));
    if (control[start + STOPPED] != 0.0) {
        return;
    }
    for (var i = low + index; i < end; i += 64u) {
        if (trained(start, i)) {
            let at = pool + i;
            let m = BETA1 * first[at] + (1.0 - BETA1) * gradients[at] * clip;
            let v = BETA2 * second[at] + (1.0 - BETA2) * mean;
            first[at] = m;
            second[at] = v;
            let m_hat = m / (1.0 - control[start + BETA1_POWER]);
            let v_hat = v / (1.0 - control[start + BETA2_POWER]);
            let value = parameters[at];
            let change = m_hat / (sqrt(v_hat) + EPSILON) + control[start + DECAY] * value;
            parameters[at] = value - control[start + RATE] * change;
        }
    }
}
