// counters[location, bit] += 1 for each word of the batch whose address reaches the location and whose bit is set, -= 1 for each whose bit
// is not. Twin: src/kernels/counters.rs.
//
// One invocation owns a counter and goes through the batch, so that no two write the same one.
//
// Launch: a grid over locations bits (lib/grid.wgsl) of workgroups of 64.

#import grid
#import clock

struct Parameters {
    rows: u32,
    items: u32,
    locations: u32,
    bits: u32,
    words: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> clock: array<f32>;
@group(0) @binding(2) var<storage, read> near: array<f32>;
@group(0) @binding(3) var<storage, read> words: array<f32>;
@group(0) @binding(4) var<storage, read_write> counters: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    if (index >= p.locations * p.bits) {
        return;
    }
    let replica = id.z;
    let location = index / p.bits;
    let bit = index % p.bits;
    var change = 0.0;
    for (var row = 0u; row < p.rows; row++) {
        let item = item_of(clock[replica * 2u], clock[replica * 2u + 1u], p.rows, row);
        if (item == NOWHERE) {
            break;
        }
        if (near[(replica * p.rows + row) * p.locations + location] > 0.0) {
            let word = u32(words[(replica * p.items + item) * p.words + bit / 24u]);
            change += select(-1.0, 1.0, ((word >> (bit % 24u)) & 1u) == 1u);
        }
    }
    counters[replica * p.locations * p.bits + index] += change;
}
