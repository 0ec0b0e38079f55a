// y = gamma (x - mean) / sqrt(variance + epsilon) + beta per row (Ba et al. 2016). Twin: src/kernels/layer_norm.rs.
//
// Launch: (rows / ROWS, replicas) workgroups of 4 lanes x ROWS rows. Every lane of a row computes its mean and variance
// anew, four columns at a time: the lanes read the same addresses at the same time, which costs less than meeting at a
// barrier (rows have at most 256 columns, a multiple of 4). Then each writes its share.

#import rows

@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> statistics: array<f32>;

@compute @workgroup_size(4, ROWS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let lane = local.x;
    let row = group.x * ROWS + local.y;
    if (row >= p.rows) {
        return;
    }
    let quads = p.width / 4u;
    let start = (group.y * p.rows + row) * quads;
    var sums = vec4<f32>(0.0);
    for (var i = 0u; i < quads; i++) {
        sums += x[start + i];
    }
    let mean = across(sums) / f32(p.width);
    var squares = vec4<f32>(0.0);
    for (var i = 0u; i < quads; i++) {
        let deviation = x[start + i] - mean;
        squares = fma(deviation, deviation, squares);
    }
    let scale = 1.0 / sqrt(across(squares) / f32(p.width) + EPSILON);
    let gamma = group.y * p.pool + p.gamma;
    let beta = group.y * p.pool + p.beta;
    for (var i = lane; i < quads; i += 4u) {
        y[start + i] = fma((x[start + i] - mean) * scale, columns(gamma, i), columns(beta, i));
    }
    if (lane == 0u) {
        let at = (group.y * p.rows + row) * 2u;
        statistics[at] = mean;
        statistics[at + 1u] = scale;
    }
}
