// near[row, location] = 1 if the row's address is within `radius` bits of the location, else 0. Twin: src/kernels/hamming.rs.
//
// A number holds 24 bits of a pattern. Rows without an item reach nothing.
//
// Launch: a grid over rows locations (lib/grid.wgsl) of workgroups of 64, one invocation per address and location.

#import grid
#import clock

struct Parameters {
    rows: u32,
    items: u32,
    locations: u32,
    words: u32,
    radius: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> clock: array<f32>;
@group(0) @binding(2) var<storage, read> locations: array<f32>;
@group(0) @binding(3) var<storage, read> addresses: array<f32>;
@group(0) @binding(4) var<storage, read_write> near: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    if (index >= p.rows * p.locations) {
        return;
    }
    let replica = id.z;
    let row = index / p.locations;
    let location = index % p.locations;
    let item = item_of(clock[replica * 2u], clock[replica * 2u + 1u], p.rows, row);
    var reached = 0.0;
    if (item != NOWHERE) {
        let location_at = (replica * p.locations + location) * p.words;
        let address_at = (replica * p.items + item) * p.words;
        var distance = 0u;
        for (var word = 0u; word < p.words; word++) {
            distance += countOneBits(u32(locations[location_at + word]) ^ u32(addresses[address_at + word]));
        }
        reached = select(0.0, 1.0, distance <= p.radius);
    }
    near[replica * p.rows * p.locations + index] = reached;
}
