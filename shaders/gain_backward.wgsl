// Gradient of the position gain: sum of dx[row, p] table[p]. Twin: src/kernels/gain_backward.rs.
//
// Launch: (1, replicas) workgroups of 64; shares are added in order.

#import embedding

@group(0) @binding(1) var<storage, read> dx: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradients: array<f32>;

var<workgroup> shares: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let replica = group.y;
    let size = p.length * p.width;
    let start = replica * p.rows * size;
    let pool = replica * p.pool;
    var share = 0.0;
    for (var i = index; i < size; i += 64u) {
        var total = 0.0;
        for (var row = 0u; row < p.rows; row++) {
            total += dx[start + row * size + i];
        }
        share += total * parameters[pool + p.table + i];
    }
    shares[index] = share;
    workgroupBarrier();
    if (index == 0u) {
        var all = 0.0;
        for (var i = 0u; i < 64u; i++) {
            all += shares[i];
        }
        gradients[pool + p.gain] = all;
    }
}
