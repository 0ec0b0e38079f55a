// Sums from which the next context is chosen, of the context of this tick and its input. Twin: src/kernels/context.rs, which gives the
// formulas.
//
// All whole numbers: scaled sums are floor(4096 sum / mean sum), at most 16383, and Lambda is in 1024ths, so that what is written stays
// below 2^24. Constants of a replica: [model, Lambda, unit of the old context, unit of the input, 0, 0, 0, 0], levels of the context's
// ranks, levels of the input's, then 16 times the mean of each row of P1 and of P2.
//
// Launch: a grid over the context's neurons (lib/grid.wgsl) of workgroups of 64, one invocation per neuron.

#import grid
#import clock

struct Parameters {
    neurons: u32,
    firing: u32,
    inputs: u32,
    data: u32,
    items: u32,
    constants: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> clock: array<f32>;
@group(0) @binding(2) var<storage, read> contexts: array<f32>;
@group(0) @binding(3) var<storage, read> inputs: array<f32>;
@group(0) @binding(4) var<storage, read> old_weights: array<f32>;
@group(0) @binding(5) var<storage, read> new_weights: array<f32>;
@group(0) @binding(6) var<storage, read> constants: array<f32>;
@group(0) @binding(7) var<storage, read_write> sums: array<f32>;

fn scaled(sum: f32, mean16: u32) -> u32 {
    let unit = mean16 >> 8u;
    return min(u32(sum) * 256u / max(unit, 1u), 16383u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let neuron = linear_index(id, groups);
    if (neuron >= p.neurons) {
        return;
    }
    let replica = id.z;
    let item = item_of(clock[replica * 2u], clock[replica * 2u + 1u], 1u, 0u);
    if (item == NOWHERE) {
        return;
    }
    let own = replica * p.constants;
    let old_levels = own + 8u;
    let new_levels = old_levels + p.firing;
    let old_means = new_levels + p.data;
    let new_means = old_means + p.neurons;
    let context_at = (replica * (p.items + 1u) + item) * p.firing;
    let input_at = (replica * p.items + item) * p.data;
    let model = constants[own];

    if (model == 0.0) {
        // Shift register: the input's neurons first, then those that were the input before, each in the order of their firing.
        var value = 0.0;
        if (neuron < p.inputs) {
            for (var r = 0u; r < p.data; r++) {
                if (inputs[input_at + r] == f32(neuron)) {
                    value = 8192.0 - 2.0 * f32(r);
                }
            }
        } else {
            var rank = 0u;
            for (var r = 0u; r < p.firing; r++) {
                let before = contexts[context_at + r];
                if (before >= 0.0 && before < f32(p.inputs)) {
                    if (before == f32(neuron - p.inputs)) {
                        value = 8191.0 - 2.0 * f32(rank);
                    }
                    rank++;
                }
            }
        }
        sums[replica * p.neurons + neuron] = value;
        return;
    }

    var old = 0.0;
    var old_mean = 0u;
    for (var r = 0u; r < p.firing; r++) {
        let before = contexts[context_at + r];
        if (before >= 0.0) {
            let level = constants[old_levels + r];
            old += level * old_weights[(replica * p.neurons + u32(before)) * p.neurons + neuron];
            old_mean += u32(level) * u32(constants[old_means + u32(before)]);
        }
    }
    var fresh = 0.0;
    var new_mean = 0u;
    for (var r = 0u; r < p.data; r++) {
        let input = inputs[input_at + r];
        if (input >= 0.0) {
            let level = constants[new_levels + r];
            fresh += level * new_weights[(replica * p.inputs + u32(input)) * p.neurons + neuron];
            new_mean += u32(level) * u32(constants[new_means + u32(input)]);
        }
    }
    if (model == 1.0) {
        old_mean = u32(constants[own + 2u]) << 4u;
        new_mean = u32(constants[own + 3u]) << 4u;
    }
    let share = u32(constants[own + 1u]);
    let sum = share * scaled(old, old_mean) + (1024u - share) * scaled(fresh, new_mean);
    sums[replica * p.neurons + neuron] = f32(sum);
}
