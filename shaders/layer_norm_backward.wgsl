// dx = s (h - mean(h) - xhat mean(h xhat)), h = gamma dy, xhat = (x - mean) s; dgamma = sum over rows of dy xhat,
// dbeta = sum over rows of dy. Twin: src/kernels/layer_norm_backward.rs.
//
// Launch: (rows / ROWS + width / COLUMNS, replicas) workgroups of 64. The first take 8 rows with 8 lanes each;
// every lane sums its row anew, as in layer_norm.wgsl. The others take 4 columns with 16 slices of the rows each,
// which meet at a barrier and are added in order.

#import rows

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read> parameters: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;
@group(0) @binding(6) var<storage, read_write> gradients: array<f32>;

var<workgroup> shares: array<vec2<f32>, 64>;

// Gradient of `ROWS` rows of the input.
fn input_gradient(replica: u32, group: u32, index: u32) {
    let lane = index % 8u;
    let row = group * ROWS + index / 8u;
    if (row >= p.rows) {
        return;
    }
    let at = replica * p.rows + row;
    let start = at * p.width;
    let mean = statistics[at * 2u];
    let scale = statistics[at * 2u + 1u];
    let gamma = replica * p.pool + p.gamma;
    var all = vec2<f32>(0.0);
    for (var i = 0u; i < p.width; i++) {
        let h = dy[start + i] * parameters[gamma + i];
        all += vec2<f32>(h, h * (x[start + i] - mean));
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

// Gradients of `COLUMNS` columns of gamma and beta.
fn parameter_gradient(replica: u32, group: u32, index: u32) {
    let lane = index % COLUMNS;
    let column = group * COLUMNS + lane;
    let clamped = min(column, p.width - 1u);
    var share = vec2<f32>(0.0);
    for (var row = index / COLUMNS; row < p.rows; row += 16u) {
        let at = replica * p.rows + row;
        let d = dy[at * p.width + clamped];
        share += vec2<f32>(d * (x[at * p.width + clamped] - statistics[at * 2u]) * statistics[at * 2u + 1u], d);
    }
    shares[index] = share;
    workgroupBarrier();
    if (index >= COLUMNS || column >= p.width) {
        return;
    }
    var all = vec2<f32>(0.0);
    for (var slice = 0u; slice < 16u; slice++) {
        all += shares[slice * COLUMNS + lane];
    }
    gradients[replica * p.pool + p.gamma + column] = all.x;
    gradients[replica * p.pool + p.beta + column] = all.y;
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
