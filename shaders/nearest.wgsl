// The symbol whose code is nearest to what the store gave: overlap[s] = sum of level level over shared neurons; the largest wins, of equal
// ones the lower symbol; -1 where there is no overlap at all. Twin: src/kernels/nearest.rs.
//
// Codes of one symbol set have equal norms, so that the largest dot product is the largest cosine.
//
// Launch: (1, 1, replicas) workgroups of 64, invocations over the symbols. 1 barrier.

#import clock

struct Parameters {
    firing: u32,
    symbols: u32,
    items: u32,
    ahead: u32,
    levels: u32,
    constants: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> clock: array<f32>;
@group(0) @binding(2) var<storage, read> outputs: array<f32>;
@group(0) @binding(3) var<storage, read> codes: array<f32>;
@group(0) @binding(4) var<storage, read> constants: array<f32>;
@group(0) @binding(5) var<storage, read_write> overlaps: array<f32>;
@group(0) @binding(6) var<storage, read_write> predicted: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let replica = group.z;
    let item = item_of(clock[replica * 2u], clock[replica * 2u + 1u], 1u, 0u);
    if (item != NOWHERE) {
        let place = replica * (p.items + 1u) + item + p.ahead;
        let level_at = replica * p.constants + p.levels;
        for (var symbol = me; symbol < p.symbols; symbol += 64u) {
            let code_at = (replica * p.symbols + symbol) * p.firing;
            var overlap = 0.0;
            for (var r = 0u; r < p.firing; r++) {
                let neuron = outputs[place * p.firing + r];
                for (var s = 0u; s < p.firing; s++) {
                    if (neuron >= 0.0 && codes[code_at + s] == neuron) {
                        overlap += constants[level_at + r] * constants[level_at + s];
                    }
                }
            }
            overlaps[place * p.symbols + symbol] = overlap;
        }
    }
    storageBarrier();
    if (item != NOWHERE && me == 0u) {
        let place = replica * (p.items + 1u) + item + p.ahead;
        var best = -1.0;
        var most = 0.0;
        for (var symbol = 0u; symbol < p.symbols; symbol++) {
            let overlap = overlaps[place * p.symbols + symbol];
            if (overlap > most) {
                most = overlap;
                best = f32(symbol);
            }
        }
        predicted[place] = best;
    }
}
