// words[item] = the signs of the sums of all counters that the row's cue reaches: a bit is set if its sum is above zero. Twin:
// src/kernels/majority.rs.
//
// Sums are integers: no order and no size of theirs makes a difference.
//
// Launch: (words / GROUP, rows, replicas) workgroups of 24 GROUP. An invocation sums one bit; the first of them pack 24 bits each into a
// number. 1 barrier.

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
@group(0) @binding(3) var<storage, read> counters: array<f32>;
@group(0) @binding(4) var<storage, read_write> words: array<f32>;

var<workgroup> bits: array<u32, 24u * GROUP>;

@compute @workgroup_size(24u * GROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let replica = group.z;
    let row = group.y;
    let item = item_of(clock[replica * 2u], clock[replica * 2u + 1u], p.rows, row);
    let bit = group.x * 24u * GROUP + me;
    var sum = 0i;
    if (item != NOWHERE && bit < p.bits) {
        let near_at = (replica * p.rows + row) * p.locations;
        let counters_at = replica * p.locations * p.bits + bit;
        for (var location = 0u; location < p.locations; location++) {
            if (near[near_at + location] > 0.0) {
                sum += i32(counters[counters_at + location * p.bits]);
            }
        }
    }
    bits[me] = select(0u, 1u, sum > 0i);
    workgroupBarrier();
    let word = group.x * GROUP + me;
    if (me >= GROUP || word >= p.words || item == NOWHERE) {
        return;
    }
    var packed = 0u;
    for (var b = 0u; b < 24u; b++) {
        packed |= bits[me * 24u + b] << b;
    }
    words[(replica * p.items + item) * p.words + word] = f32(packed);
}
