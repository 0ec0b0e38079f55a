// Products of the rows of each sequence with a matrix of that sequence's own. Twin: src/kernels/product.rs.
//
// Launch: a grid over rows length columns (lib/grid.wgsl) of workgroups of 64, one invocation per output.

#import grid

struct Parameters {
    rows: u32,
    length: u32,
    inner: u32,
    columns: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> matrix: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    let tokens = p.rows * p.length;
    if (index >= tokens * p.columns) {
        return;
    }
    let token = index / p.columns;
    let column = index % p.columns;
    let x_start = (id.z * tokens + token) * p.inner;
    let m_start = (id.z * p.rows + token / p.length) * p.inner * p.columns;
    var sum = 0.0;
    for (var k = 0u; k < p.inner; k++) {
        let at = select(k * p.columns + column, column * p.inner + k, TRANSPOSED == 1u);
        sum = fma(x[x_start + k], matrix[m_start + at], sum);
    }
    let at = id.z * tokens * p.columns + index;
    if (ACCUMULATE == 1u) {
        y[at] += p.scale * sum;
    } else {
        y[at] = p.scale * sum;
    }
}
