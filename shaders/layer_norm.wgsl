// y = gamma (x - mean) / sqrt(variance + epsilon) + beta per row (Ba et al. 2016). Twin: src/kernels/layer_norm.rs.
//
// Launch: (rows / 8, replicas) workgroups of 8 lanes x 8 rows. Every lane of a row computes its mean and variance anew:
// the lanes read the same addresses at the same time, which costs less than meeting at a barrier (rows have at most
// 256 columns). Then each writes its share.

#import rows

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> statistics: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let lane = local.x;
    let row = group.x * 8u + local.y;
    if (row >= p.rows) {
        return;
    }
    let start = (group.y * p.rows + row) * p.width;
    var mean = 0.0;
    for (var i = 0u; i < p.width; i++) {
        mean += x[start + i];
    }
    mean /= f32(p.width);
    var variance = 0.0;
    for (var i = 0u; i < p.width; i++) {
        let deviation = x[start + i] - mean;
        variance += deviation * deviation;
    }
    let scale = 1.0 / sqrt(variance / f32(p.width) + EPSILON);
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
