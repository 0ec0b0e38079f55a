// y = gamma (x - mean) / sqrt(variance + epsilon) + beta per row (Ba et al. 2016). Twin: src/kernels/layer_norm.rs.
//
// Launch: (rows / 8, replicas) workgroups of 8 lanes x 8 rows. Lanes keep mean and squared deviation of their
// share and merge them in lane order (Chan et al. 1979), which needs one barrier and no second pass.

#import rows

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> statistics: array<f32>;

// Count, mean and squared deviation of each lane's share.
var<workgroup> shares: array<vec3<f32>, 64>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let lane = local.x;
    let row = group.x * 8u + local.y;
    let start = (group.y * p.rows + min(row, p.rows - 1u)) * p.width;
    var share = vec3<f32>(0.0);
    for (var i = lane; i < p.width; i += 8u) {
        let value = x[start + i];
        let delta = value - share.y;
        share.x += 1.0;
        share.y += delta / share.x;
        share.z += delta * (value - share.y);
    }
    shares[local.y * 8u + lane] = share;
    workgroupBarrier();
    var all = shares[local.y * 8u];
    for (var other = 1u; other < min(8u, p.width); other++) {
        let next = shares[local.y * 8u + other];
        let count = all.x + next.x;
        let delta = next.y - all.y;
        all.z += next.z + delta * delta * all.x * next.x / count;
        all.y += delta * next.x / count;
        all.x = count;
    }
    let mean = all.y;
    let scale = 1.0 / sqrt(all.z / f32(p.width) + EPSILON);
    if (row >= p.rows) {
        return;
    }
    let pool = group.y * p.pool;
    for (var i = lane; i < p.width; i += 8u) {
        let gamma = parameters[pool + p.gamma + i];
        let beta = parameters[pool + p.beta + i];
        y[start + i] = (x[start + i] - mean) * scale * gamma + beta;
    }
    if (lane == 0u) {
        let at = (group.y * p.rows + row) * 2u;
        statistics[at] = mean;
        statistics[at + 1u] = scale;
    }
}
