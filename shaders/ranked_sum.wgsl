// sums[row, c] = sum over r of level[r] matrix[order[row, r], c]: dot products of ranked codes with the columns of a matrix, of which
// only the rows of active neurons are read. Twin: src/kernels/ranked_sum.rs.
//
// Serves as address decoder (matrix = decoder weights, transposed) and as data-store read (matrix = the store). Everything is a
// whole number, and so is every sum, below 2^24: exact in any order. A silent place of a code is -1.
//
// Launch: a grid over rows columns (lib/grid.wgsl) of workgroups of 64, one invocation per sum; neighbours read neighbours.

#import grid
#import clock

struct Parameters {
    rows: u32,
    firing: u32,
    inputs: u32,
    columns: u32,
    items: u32,
    ahead: u32,
    clocked: u32,
    levels: u32,
    constants: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> clock: array<f32>;
@group(0) @binding(2) var<storage, read> orders: array<f32>;
@group(0) @binding(3) var<storage, read> constants: array<f32>;
@group(0) @binding(4) var<storage, read> matrix: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    if (index >= p.rows * p.columns) {
        return;
    }
    let row = index / p.columns;
    let column = index % p.columns;
    let replica = id.z;
    let item = item_of(clock[replica * 2u], clock[replica * 2u + 1u], p.rows, row);
    if (item == NOWHERE) {
        return;
    }
    let place = select(row, item + p.ahead, p.clocked == 1u);
    let order_at = (replica * p.items + place) * p.firing;
    let level_at = replica * p.constants + p.levels;
    let matrix_at = replica * p.inputs * p.columns + column;
    var sum = 0.0;
    for (var r = 0u; r < p.firing; r++) {
        let neuron = orders[order_at + r];
        if (neuron >= 0.0) {
            sum += constants[level_at + r] * matrix[matrix_at + u32(neuron) * p.columns];
        }
    }
    sums[replica * p.rows * p.columns + index] = sum;
}
