// Gradient of the sum of tied_cross_entropy over all rows, by the table: of a row as what asks and as what is asked for, both at once.
// Logits are symmetric, so that both come from the one product: d row = sum of (P + P^T - T - T^T) other, P the softmax times the sum
// of the row's targets.
// Twin: src/kernels/tied_cross_entropy_backward.rs.
//
// Launch: (rows, replicas) workgroups of 64, one workgroup per row. Tiles of 64 other rows: first each invocation computes the factor of
// one of them, then each adds up every 64th column.

struct Parameters {
    rows: u32,
    width: u32,
    table: u32,
    pool: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> parameters: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read> norms: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradients: array<f32>;

var<workgroup> factors: array<f32, 64>;

#import tied

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let replica = group.y * p.rows;
    let row = replica + group.x;
    let table = group.y * p.pool + p.table;
    for (var tile = 0u; tile < p.rows; tile += 64u) {
        let other = tile + index;
        if (other < p.rows) {
            let logit = product(group.y, group.x, other);
            let column = replica + other;
            let asks = norms[row * 2u + 1u] * exp(logit - norms[row * 2u]) - targets[row * p.rows + other];
            let asked = norms[column * 2u + 1u] * exp(logit - norms[column * 2u]) - targets[column * p.rows + group.x];
            factors[index] = asks + asked;
        }
        workgroupBarrier();
        let count = min(64u, p.rows - tile);
        for (var k = index; k < p.width; k += 64u) {
            var sum = 0.0;
            for (var i = 0u; i < count; i++) {
                sum = fma(factors[i], parameters[table + (tile + i) * p.width + k], sum);
            }
            let at = table + group.x * p.width + k;
            if (tile > 0u) {
                sum += gradients[at];
            }
            gradients[at] = sum;
        }
        workgroupBarrier();
    }
}
