// dx = s (h - mean(h) - xhat mean(h xhat)), h = gamma dy, xhat = (x - mean) s; dgamma = sum over rows of dy xhat,
// dbeta = sum over rows of dy. Twin: src/kernels/layer_norm_backward.rs.
//
// Launch: (rows / ROWS + columns, replicas) workgroups of 64. The first take ROWS rows with 4 lanes each; every lane
// sums its row anew, as in layer_norm.wgsl. The others, in the sliced form, take 4 lanes of 4 columns with 16 slices
// of the rows each, which meet at a barrier and are added in order; in the serial form, 64 lanes of 4 columns, whose
// slices come one after the other, with the same bits.

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

const SLICES: u32 = 16u;

#for once in SLICED
var<workgroup> shares: array<Share, 64>;
#end

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

// Share of one slice of the rows in the gradients of four columns of gamma and beta.
fn share_of(replica: u32, quad: u32, slice: u32) -> Share {
    let quads = p.width / 4u;
    var share = Share(vec4<f32>(0.0), vec4<f32>(0.0));
    for (var row = slice; row < p.rows; row += SLICES) {
        let at = replica * p.rows + row;
        let d = dy[at * quads + quad];
        let centred = (x[at * quads + quad] - statistics[at * 2u]) * statistics[at * 2u + 1u];
        share.gamma = fma(d, centred, share.gamma);
        share.beta += d;
    }
    return share;
}

fn store(replica: u32, quad: u32, all: Share) {
    let pool = replica * p.pool + 4u * quad;
    for (var i = 0u; i < 4u; i++) {
        gradients[pool + p.gamma + i] = all.gamma[i];
        gradients[pool + p.beta + i] = all.beta[i];
    }
}

// Only one of the two forms is written out; a barrier costs some adapters much even where it is not met.
fn parameter_gradient(replica: u32, group: u32, index: u32) {
    let quads = p.width / 4u;
    var all = Share(vec4<f32>(0.0), vec4<f32>(0.0));
    #for once in SLICED
    let lane = index % 4u;
    let quad = group * 4u + lane;
    shares[index] = share_of(replica, min(quad, quads - 1u), index / 4u);
    workgroupBarrier();
    if (index >= 4u || quad >= quads) {
        return;
    }
    for (var slice = 0u; slice < SLICES; slice++) {
        all.gamma += shares[slice * 4u + lane].gamma;
        all.beta += shares[slice * 4u + lane].beta;
    }
    store(replica, quad, all);
    #end
    #for once in SERIAL
    let quad = group * 64u + index;
    if (quad >= quads) {
        return;
    }
    for (var slice = 0u; slice < SLICES; slice++) {
        let share = share_of(replica, quad, slice);
        all.gamma += share.gamma;
        all.beta += share.beta;
    }
    store(replica, quad, all);
    #end
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
