// dx = s (h - mean(h) - xhat mean(h xhat)), h = gamma dy, xhat = (x - mean) s. Twin: src/kernels/layer_norm_backward.rs.
//
// Launch: (rows / 8, replicas) workgroups of 8 lanes x 8 rows, one barrier.

struct Parameters {
    rows: u32,
    width: u32,
    gamma: u32,
    beta: u32,
    pool: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read> parameters: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

var<workgroup> shares: array<vec2<f32>, 64>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let lane = local.x;
    let row = group.x * 8u + local.y;
    let clamped = group.y * p.rows + min(row, p.rows - 1u);
    let start = clamped * p.width;
    let mean = statistics[clamped * 2u];
    let scale = statistics[clamped * 2u + 1u];
    let gamma = group.y * p.pool + p.gamma;
    var share = vec2<f32>(0.0);
    for (var i = lane; i < p.width; i += 8u) {
        let h = dy[start + i] * parameters[gamma + i];
        share += vec2<f32>(h, h * (x[start + i] - mean));
    }
    shares[local.y * 8u + lane] = share;
    workgroupBarrier();
    var all = vec2<f32>(0.0);
    for (var other = 0u; other < 8u; other++) {
        all += shares[local.y * 8u + other];
    }
    if (row >= p.rows) {
        return;
    }
    let h_mean = all.x / f32(p.width);
    let slope = all.y / f32(p.width) * scale * scale;
    for (var i = lane; i < p.width; i += 8u) {
        let h = dy[start + i] * parameters[gamma + i];
        var value = scale * (h - h_mean - (x[start + i] - mean) * slope);
        if (ACCUMULATE == 1u) {
            value += dx[start + i];
        }
        dx[start + i] = value;
    }
}
