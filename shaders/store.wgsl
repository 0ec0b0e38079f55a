// store[line[j], data[i]] = max(itself, weight[j, i]): one-shot writing of a pair of ranked codes. Twin: src/kernels/store.rs.
//
// The maximum of numbers that are not negative is the maximum of their bits, and no order of writing changes it, so that a whole batch is
// written at once with atomics on integers. With equal weights this is OR-writing.
//
// Launch: a grid over rows lines data (lib/grid.wgsl) of workgroups of 64, one invocation per pair of neurons.

#import grid
#import clock

struct Parameters {
    rows: u32,
    lines: u32,
    data: u32,
    decoders: u32,
    size: u32,
    line_items: u32,
    lines_clocked: u32,
    items: u32,
    weights: u32,
    constants: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> clock: array<f32>;
@group(0) @binding(2) var<storage, read> lines: array<f32>;
@group(0) @binding(3) var<storage, read> data: array<f32>;
@group(0) @binding(4) var<storage, read> constants: array<f32>;
@group(0) @binding(5) var<storage, read> gates: array<f32>;
@group(0) @binding(6) var<storage, read_write> store: array<atomic<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    let pairs = p.lines * p.data;
    if (index >= p.rows * pairs) {
        return;
    }
    let row = index / pairs;
    let replica = id.z;
    let item = item_of(clock[replica * 2u], clock[replica * 2u + 1u], p.rows, row);
    if (item == NOWHERE) {
        return;
    }
    if (GATED == 1u && gates[replica * p.items + item] == 0.0) {
        return;
    }
    let j = index % pairs / p.data;
    let i = index % p.data;
    let line_place = select(row, item, p.lines_clocked == 1u);
    let line = lines[(replica * p.line_items + line_place) * p.lines + j];
    let neuron = data[(replica * p.items + item) * p.data + i];
    if (line < 0.0 || neuron < 0.0) {
        return;
    }
    let weight = constants[replica * p.constants + p.weights + j * p.data + i];
    let at = (replica * p.decoders + u32(line)) * p.size + u32(neuron);
    atomicMax(&store[at], bitcast<u32>(weight));
}
