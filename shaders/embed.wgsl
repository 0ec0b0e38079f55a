// x[row, p] = E[token] + gain table[p], or E[token] alone. Twin: src/kernels/embed.rs.
//
// Launch: a grid over rows length width (lib/grid.wgsl) of workgroups of 64, one invocation per element.

#import grid
#import embedding

@group(0) @binding(1) var<storage, read> tokens: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    let places = p.rows * p.length;
    if (index >= places * p.width) {
        return;
    }
    let place = index / p.width;
    let column = index % p.width;
    let pool = id.z * p.pool;
    let token = u32(tokens[id.z * places + place]);
    var value = parameters[pool + p.tokens + token * p.width + column];
    if (POSITIONS == 1u) {
        let position = parameters[pool + p.table + (place % p.length) * p.width + column];
        value = value + parameters[pool + p.gain] * position;
    }
    x[id.z * places * p.width + index] = value;
}
