// order[row] = the ACTIVE neurons with the largest sums, largest first; of equal ones the lower neuron. Neurons without any sum stay silent
// (-1, at the end). Twin: src/kernels/winners.rs.
//
// Sums are whole numbers below 2^24, so the smallest winning sum is found by radix selection: three histograms of 256 bins, from the
// highest eight bits down. The winners are then collected in any order and ranked by counting, which no order changes.
//
// Launch: (rows, 1, replicas) workgroups of 64. Each invocation owns a block of neighbouring neurons. 15 barriers.

#import clock

struct Parameters {
    rows: u32,
    size: u32,
    items: u32,
    ahead: u32,
    clocked: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> clock: array<f32>;
@group(0) @binding(2) var<storage, read> sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> orders: array<f32>;

var<workgroup> bins: array<atomic<u32>, 256>;
var<workgroup> ties: array<u32, 64>;
var<workgroup> found: atomic<u32>;
// Of the bins chosen so far: their bits; how many winners are still to come from the last one; how many there are in all.
var<workgroup> prefix: u32;
var<workgroup> needed: u32;
var<workgroup> firing: u32;
var<workgroup> neurons: array<u32, ACTIVE>;
var<workgroup> values: array<u32, ACTIVE>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let row = group.x;
    let replica = group.z;
    let item = item_of(clock[replica * 2u], clock[replica * 2u + 1u], p.rows, row);
    let exists = item != NOWHERE;
    let base = (replica * p.rows + row) * p.size;
    let block = (p.size + 63u) / 64u;
    let begin = min(me * block, p.size);
    let end = min(begin + block, p.size);

    if (me == 0u) {
        prefix = 0u;
        needed = ACTIVE;
        firing = ACTIVE;
        atomicStore(&found, 0u);
    }
    #for pass in 3
    for (var bin = me; bin < 256u; bin += 64u) {
        atomicStore(&bins[bin], 0u);
    }
    workgroupBarrier();
    {
        let low = 16u - 8u * {pass}u;
        for (var neuron = begin; neuron < end; neuron++) {
            let value = u32(sums[base + neuron]);
            // Shifted twice: a shift by 32 has no meaning where the word has 32 bits.
            if (value > 0u && ((value >> low) >> 8u) == prefix) {
                atomicAdd(&bins[(value >> low) & 255u], 1u);
            }
        }
    }
    workgroupBarrier();
    if (me == 0u) {
        if ({pass}u == 0u) {
            var total = 0u;
            for (var bin = 0u; bin < 256u; bin++) {
                total += atomicLoad(&bins[bin]);
            }
            firing = min(ACTIVE, total);
            needed = firing;
        }
        var bin = 255u;
        var above = 0u;
        loop {
            let count = atomicLoad(&bins[bin]);
            if (above + count >= needed || bin == 0u) {
                break;
            }
            above += count;
            bin -= 1u;
        }
        needed -= min(above, needed);
        prefix = prefix * 256u + bin;
    }
    workgroupBarrier();
    #end

    // `prefix` is now the smallest winning sum; of the neurons that have it, the first `needed` win.
    let least = prefix;
    let wanted = needed;
    let count = firing;
    var own = 0u;
    for (var neuron = begin; neuron < end; neuron++) {
        own += select(0u, 1u, u32(sums[base + neuron]) == least);
    }
    ties[me] = own;
    workgroupBarrier();
    var tie = 0u;
    for (var other = 0u; other < me; other++) {
        tie += ties[other];
    }
    if (count > 0u) {
        for (var neuron = begin; neuron < end; neuron++) {
            let value = u32(sums[base + neuron]);
            var wins = value > least;
            if (value == least) {
                wins = tie < wanted;
                tie += 1u;
            }
            if (wins) {
                let slot = atomicAdd(&found, 1u);
                neurons[slot] = neuron;
                values[slot] = value;
            }
        }
    }
    workgroupBarrier();
    if (!exists) {
        return;
    }
    let place = select(row, item + p.ahead, p.clocked == 1u);
    let order_at = (replica * p.items + place) * ACTIVE;
    for (var slot = me; slot < ACTIVE; slot += 64u) {
        if (slot >= count) {
            orders[order_at + slot] = -1.0;
            continue;
        }
        let value = values[slot];
        let neuron = neurons[slot];
        var rank = 0u;
        for (var other = 0u; other < count; other++) {
            let before = values[other] > value || (values[other] == value && neurons[other] < neuron);
            rank += select(0u, 1u, before);
        }
        orders[order_at + rank] = f32(neuron);
    }
}
