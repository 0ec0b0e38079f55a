// x[row, p] = E[token] + gain table[p]. Twin: src/kernels/embed.rs.
//
// Launch: (rows length width / 64, replicas) workgroups of 64, one invocation per element.

#import embedding

@group(0) @binding(1) var<storage, read> tokens: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let places = p.rows * p.length;
    if (id.x >= places * p.width) {
        return;
    }
    let place = id.x / p.width;
    let column = id.x % p.width;
    let pool = id.y * p.pool;
    let token = u32(tokens[id.y * places + place]);
    let position = parameters[pool + p.table + (place % p.length) * p.width + column];
    x[id.y * places * p.width + id.x] =
        parameters[pool + p.tokens + token * p.width + column] + parameters[pool + p.gain] * position;
}
