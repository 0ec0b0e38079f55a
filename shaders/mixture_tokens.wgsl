// The tokens of contexts, all of them with weights or some that are drawn. Twin: src/kernels/mixture_tokens.rs.
//
// Launch: a grid over rows * keys (lib/grid.wgsl) of workgroups of 64, one invocation per token.

#import grid
#import rng
#import control
#import mixture

struct Parameters {
    rows: u32,
    components: u32,
    grid: u32,
    tag: u32,
    count: u32,
    keys: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> densities: array<f32>;
@group(0) @binding(3) var<storage, read> tags: array<f32>;
@group(0) @binding(4) var<storage, read_write> tokens: array<f32>;
@group(0) @binding(5) var<storage, read_write> bias: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    if (index >= p.rows * p.keys) {
        return;
    }
    let replica = id.z;
    let row = index / p.keys;
    let key = index % p.keys;
    let clouds = (replica * p.rows + row) * p.components;
    var cloud = clouds + key / p.grid;
    var place = f32(key % p.grid) + 0.5;
    var log_weight = 0.0;
    if (SAMPLED == 1u) {
        let words = pcg4d(vec4<u32>(context_of(replica, row), BEFORE_TOKENS + key));
        cloud = clouds + below(words.x, p.components);
        let share = unit(words.y);
        var before = 0.0;
        place = f32(p.grid);
        for (var at = 0u; at < p.grid; at++) {
            let density = densities[cloud * p.grid + at];
            if (share < before + density) {
                place = f32(at) + (share - before) / density;
                break;
            }
            before += density;
        }
        log_weight = -log(f32(p.keys));
    } else {
        log_weight = log(max(densities[cloud * p.grid + key % p.grid], LEAST) / f32(p.components));
    }
    let token = (replica * p.rows * p.keys + index) * (1u + p.tag);
    tokens[token] = place / f32(p.grid);
    for (var i = 0u; i < p.tag; i++) {
        tokens[token + 1u + i] = tags[cloud * p.tag + i];
    }
    bias[replica * p.rows * p.keys + index] = log_weight;
}
