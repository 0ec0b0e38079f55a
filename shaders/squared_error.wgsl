// Mean squared error and its gradient per row of predictions. Twin: src/kernels/squared_error.rs.
//
// Launch: (rows / 64, replicas) workgroups of 64, one invocation per row.

struct Parameters {
    rows: u32,
    width: u32,
    share: f32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> predictions: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> scores: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= p.rows) {
        return;
    }
    let row = id.y * p.rows + id.x;
    var total = 0.0;
    for (var i = row * p.width; i < (row + 1u) * p.width; i++) {
        let difference = predictions[i] - targets[i];
        total += difference * difference;
        if (GRADIENT == 1u) {
            gradient[i] = p.scale * difference;
        }
    }
    scores[row * 2u] = total * p.share;
    scores[row * 2u + 1u] = -1.0;
}
