// dgamma = sum over rows of dy xhat, dbeta = sum over rows of dy. Twin: src/kernels/layer_norm_grad.rs.
//
// Launch: (width / 4, replicas) workgroups of 4 columns x 16 slices of the rows, added in slice order.

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
@group(0) @binding(4) var<storage, read_write> gradients: array<f32>;

var<workgroup> shares: array<vec2<f32>, 64>;

@compute @workgroup_size(4, 16)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let column = group.x * 4u + local.x;
    let clamped = min(column, p.width - 1u);
    var share = vec2<f32>(0.0);
    for (var row = local.y; row < p.rows; row += 16u) {
        let at = group.y * p.rows + row;
        let d = dy[at * p.width + clamped];
        share += vec2<f32>(d * (x[at * p.width + clamped] - statistics[at * 2u]) * statistics[at * 2u + 1u], d);
    }
    shares[local.y * 4u + local.x] = share;
    workgroupBarrier();
    if (local.y > 0u || column >= p.width) {
        return;
    }
    var all = vec2<f32>(0.0);
    for (var slice = 0u; slice < 16u; slice++) {
        all += shares[slice * 4u + local.x];
    }
    let pool = group.y * p.pool;
    gradients[pool + p.gamma + column] = all.x;
    gradients[pool + p.beta + column] = all.y;
}
