// Bindings, parameters and epilogue of the matrix products. Constants: BIAS, ACTIVATION, KEEP_SLOPE, SCALE,
// DROPOUT, RESIDUAL, ACCUMULATE.

struct Parameters {
    m: u32,
    n: u32,
    k: u32,
    a_offset: u32,
    a_row: u32,
    a_column: u32,
    a_len: u32,
    b_offset: u32,
    b_row: u32,
    b_column: u32,
    b_len: u32,
    bias_offset: u32,
    bias_len: u32,
    drop_stream: u32,
    drop_threshold: u32,
    drop_scale: f32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read> extra: array<f32>;
@group(0) @binding(6) var<storage, read_write> c: array<f32>;
@group(0) @binding(7) var<storage, read_write> slopes: array<f32>;

// Stores four neighbours of one row.
fn store(replica: u32, row: u32, column: u32, sums: vec4<f32>) {
    if (row >= p.m) {
        return;
    }
    for (var j = 0u; j < 4u; j++) {
        if (column + j >= p.n) {
            return;
        }
        let element = row * p.n + column + j;
        let at = replica * p.m * p.n + element;
        var value = sums[j];
        if (BIAS == 1u) {
            value += bias[p.bias_offset + replica * p.bias_len + column + j];
        }
        // Value and derivative share the dear part; what is not stored is folded away.
        let pair = activation(ACTIVATION, value);
        value = pair.x;
        if (SCALE == 1u) {
            value *= extra[at];
        }
        var kept = 1.0;
        if (DROPOUT == 1u) {
            let seed = u32(control[replica * CONTROL + SEED]);
            let step = u32(control[replica * CONTROL + STEP]);
            kept = dropout_factor(seed, p.drop_stream, step, element, p.drop_threshold, p.drop_scale);
            value *= kept;
        }
        if (KEEP_SLOPE == 1u) {
            slopes[at] = pair.y * kept;
        }
        if (RESIDUAL == 1u) {
            value += extra[at];
        }
        if (ACCUMULATE == 1u) {
            value += c[at];
        }
        c[at] = value;
    }
}
