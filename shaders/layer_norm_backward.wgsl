// dx = s (h - mean(h) - xhat mean(h xhat)), h = gamma dy, xhat = (x - mean) s; dgamma = sum over rows of dy xhat,
// dbeta = sum over rows of dy. Twin: src/kernels/layer_norm_backward.rs.
//
// Launch: (rows / ROWS + width / COLUMNS, replicas) workgroups of 64. The first take ROWS rows with 4 lanes each;
// every lane sums its row anew, as in layer_norm.wgsl. The others take 4 lanes of 4 columns with 16 slices of the rows
// each, which meet at a barrier and are added in order.

#import rows

@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> parameters: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> gradients: array<f32>;

struct Share {
    gamma: vec4<f32>,
    beta: vec4<f32>,
}

var<workgroup> shares: array<Share, 64>;

// Gradient of `ROWS` rows of the input.
fn input_gradient(replica: u32, group: u32, index: u32) {
    let row = group * ROWS + index / 4u;
    if (row >= p.rows) {
        return;
    }
    let quads = p.width / 4u;
    let at = replica * p.rows + row;
    let start = at * quads;
    let mean = statistics[at * 2u];
    let scale = statistics[at * 2u + 1u];
    let gamma = replica * p.pool + p.gamma;
    var sums = vec4<f32>(0.0);
    var products = vec4<f32>(0.0);
    for (var i = 0u; i < quads; i++) {
        let h = dy[start + i] * columns(gamma, i);
        sums += h;
        products = fma(h, x[start + i] - mean, products);
    }
    let h_mean = across(sums) / f32(p.width);
    let slope = across(products) / f32(p.width) * scale * scale;
    for (var i = index % 4u; i < quads; i += 4u) {
        let h = dy[start + i] * columns(gamma, i);
        var value = scale * (h - h_mean - (x[start + i] - mean) * slope);
        if (ACCUMULATE == 1u) {
            value += dx[start + i];
        }
        dx[start + i] = value;
    }
}

// Gradients of `COLUMNS` columns of gamma and beta.
fn parameter_gradient(replica: u32, group: u32, index: u32) {
    let quads = p.width / 4u;
    let lane = index % 4u;
    let quad = group * 4u + lane;
    let clamped = min(quad, quads - 1u);
    var share = Share(vec4<f32>(0.0), vec4<f32>(0.0));
    for (var row = index / 4u; row < p.rows; row += 16u) {
        let at = replica * p.rows + row;
        let d = dy[at * quads + clamped];
        let centred = (x[at * quads + clamped] - statistics[at * 2u]) * statistics[at * 2u + 1u];
        share.gamma = fma(d, centred, share.gamma);
        share.beta += d;
    }
    shares[index] = share;
    workgroupBarrier();
    if (index >= 4u || quad >= quads) {
        return;
    }
    var all = Share(vec4<f32>(0.0), vec4<f32>(0.0));
    for (var slice = 0u; slice < 16u; slice++) {
        all.gamma += shares[slice * 4u + lane].gamma;
        all.beta += shares[slice * 4u + lane].beta;
    }
    let pool = replica * p.pool + 4u * quad;
    for (var i = 0u; i < 4u; i++) {
        gradients[pool + p.gamma + i] = all.gamma[i];
        gradients[pool + p.beta + i] = all.beta[i];
    }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let row_groups = (p.rows + ROWS - 1u) / ROWS;
    if (group.x < row_groups) {
        input_gradient(group.y, group.x, index);
    } else {
        parameter_gradient(group.y, group.x - row_groups, index);
    }
}
