// Gradients of the token embedding and of the position table, gathered without atomics.
// Twin: src/kernels/embed_backward.rs.
//
// Launch: ((vocabulary + length) width / 64, replicas) workgroups of 64 (without length where no table is
// trained). An invocation owns one entry and goes through the batch in order.

#import embedding

@group(0) @binding(1) var<storage, read> tokens: array<f32>;
@group(0) @binding(2) var<storage, read> dx: array<f32>;
@group(0) @binding(3) var<storage, read> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradients: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let entry = id.x / p.width;
    let column = id.x % p.width;
    let places = p.rows * p.length;
    let dx_start = id.y * places * p.width + column;
    let pool = id.y * p.pool;
    var total = 0.0;
    if (entry < p.vocabulary) {
        let wanted = f32(entry);
        for (var place = 0u; place < places; place++) {
            if (tokens[id.y * places + place] == wanted) {
                total += dx[dx_start + place * p.width];
            }
        }
        let at = pool + p.tokens + entry * p.width + column;
        if (ACCUMULATE == 1u) {
            total += gradients[at];
        }
        gradients[at] = total;
    } else if (TABLE == 1u && entry < p.vocabulary + p.length) {
        let position = entry - p.vocabulary;
        for (var row = 0u; row < p.rows; row++) {
            total += dx[dx_start + (row * p.length + position) * p.width];
        }
        gradients[pool + p.table + position * p.width + column] = total * parameters[pool + p.gain];
    }
}
