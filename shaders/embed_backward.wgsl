// Gradients of the token embedding and of the position table, gathered without atomics.
// Twin: src/kernels/embed_backward.rs.
//
// Launch: ((vocabulary + length) width / 4 / 64, replicas) workgroups of 64 (without length where no table is
// trained). An invocation owns four columns of one entry and goes through the batch in order.

#import embedding

@group(0) @binding(1) var<storage, read> tokens: array<f32>;
@group(0) @binding(2) var<storage, read> dx: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradients: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let quads = p.width / 4u;
    let entry = id.x / quads;
    let quad = id.x % quads;
    let places = p.rows * p.length;
    let dx_start = id.y * places * quads + quad;
    let pool = id.y * p.pool;
    var total = vec4<f32>(0.0);
    if (entry < p.vocabulary) {
        let wanted = f32(entry);
        for (var place = 0u; place < places; place++) {
            if (tokens[id.y * places + place] == wanted) {
                total += dx[dx_start + place * quads];
            }
        }
        let at = pool + p.tokens + entry * p.width + 4u * quad;
        for (var i = 0u; i < 4u; i++) {
            if (ACCUMULATE == 1u) {
                total[i] += gradients[at + i];
            }
            gradients[at + i] = total[i];
        }
    } else if (TABLE == 1u && entry < p.vocabulary + p.length) {
        let position = entry - p.vocabulary;
        for (var row = 0u; row < p.rows; row++) {
            total += dx[dx_start + (row * p.length + position) * quads];
        }
        let at = pool + p.table + position * p.width + 4u * quad;
        for (var i = 0u; i < 4u; i++) {
            gradients[at + i] = total[i] * parameters[pool + p.gain];
        }
    }
}
