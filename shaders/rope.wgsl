// Rotates queries and keys in place, where a replica asks for it (Su et al. 2021). Twin: src/kernels/rope.rs.
//
// Launch: a grid over rows length width (lib/grid.wgsl) of workgroups of 64, one invocation per pair of queries or keys:
// width / 2 pairs of queries and as many of keys make width invocations a position.

#import control
#import grid

struct Parameters {
    rows: u32,
    length: u32,
    heads: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> table: array<f32>;
@group(0) @binding(3) var<storage, read_write> qkv: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    let width = p.heads * HEAD;
    if (index >= p.rows * p.length * width || control[id.z * CONTROL + ROPE] == 0.0) {
        return;
    }
    let place = index / width;
    let pair = index % width;
    let half = HEAD / 2u;
    // Heads of the queries, then heads of the keys, which follow them in memory.
    let low = (id.z * p.rows * p.length + place) * 3u * width + pair / half * HEAD + pair % half;
    let turn = id.z * p.length * HEAD + (place % p.length) * HEAD + pair % half * 2u;
    let cosine = table[turn];
    let sine = table[turn + 1u];
    let x = qkv[low];
    let y = qkv[low + half];
    qkv[low] = x * cosine - y * sine;
    qkv[low + half] = x * sine + y * cosine;
}
