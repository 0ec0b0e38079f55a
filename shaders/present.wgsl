// The input of this tick: the given symbol's code, or where none is given (-1) the code of the machine's own prediction.
// Twin: src/kernels/present.rs.
//
// Launch: (1, 1, replicas) workgroups of 64, invocations over the code's neurons.

#import clock

struct Parameters {
    firing: u32,
    symbols: u32,
    items: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> clock: array<f32>;
@group(0) @binding(2) var<storage, read> given: array<f32>;
@group(0) @binding(3) var<storage, read> predicted: array<f32>;
@group(0) @binding(4) var<storage, read> codes: array<f32>;
@group(0) @binding(5) var<storage, read_write> inputs: array<f32>;
@group(0) @binding(6) var<storage, read_write> presented: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let replica = group.z;
    let item = item_of(clock[replica * 2u], clock[replica * 2u + 1u], 1u, 0u);
    if (item == NOWHERE) {
        return;
    }
    let at = replica * p.items + item;
    // Predictions have one item more: the one after the last symbol.
    let own = predicted[replica * (p.items + 1u) + item];
    let symbol = select(own, given[at], given[at] >= 0.0);
    for (var r = me; r < p.firing; r += 64u) {
        let code_at = (replica * p.symbols + u32(max(symbol, 0.0))) * p.firing + r;
        inputs[at * p.firing + r] = select(-1.0, codes[code_at], symbol >= 0.0);
    }
    if (me == 0u) {
        presented[at] = symbol;
    }
}
