// A batch of sequences of vectors with their knowledge, from N(0, 1). Twin: src/kernels/vectors.rs.
//
// Launch: a grid over rows (length + known) width (lib/grid.wgsl) of workgroups of 64, one invocation per number.

#import rng
#import control
#import angle
#import grid

struct Parameters {
    rows: u32,
    length: u32,
    known: u32,
    width: u32,
    samples: u32,
    knowledge: u32,
    pool: u32,
    bases: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> z: array<f32>;
@group(0) @binding(5) var<storage, read_write> both: array<f32>;

// N(0, 1) by Box and Muller. WGSL's log(1 - u) is too coarse near zero, so a series of its own stands there.
fn normal(counter: vec4<u32>) -> f32 {
    let words = pcg4d(counter);
    let u = f32(words.x >> 8u) / 16777216.0;
    let v = f32(words.y >> 8u) / 16777216.0;
    var exponent = log(1.0 - u);
    if (u <= 0.5) {
        let s = u / (2.0 - u);
        let square = s * s;
        var series = 1.0 / 15.0;
        series = series * square + 1.0 / 13.0;
        series = series * square + 1.0 / 11.0;
        series = series * square + 1.0 / 9.0;
        series = series * square + 1.0 / 7.0;
        series = series * square + 1.0 / 5.0;
        series = series * square + 1.0 / 3.0;
        series = series * square + 1.0;
        exponent = -2.0 * s * series;
    }
    return sqrt(-2.0 * exponent) * cos_turn(v);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let each = (p.length + p.known) * p.width;
    let index = linear_index(id, groups);
    if (index >= p.rows * each) {
        return;
    }
    let row = index / each;
    let element = index % each;
    let start = id.z * CONTROL;
    let seed = u32(control[start + SEED]);
    var stream = STREAM_HELD_OUT;
    var sample = row;
    if (DRAWS == 1u) {
        stream = STREAM_TRAINING;
        let step = u32(control[start + STEP]);
        sample = step * p.rows + row;
        if (p.samples > 0u) {
            sample = below(pcg4d(vec4<u32>(seed, stream, step, row)).x, p.samples);
        }
    }
    let shown = p.length * p.width;
    let replica = id.z * p.rows + row;
    var value = 0.0;
    if (element < shown) {
        value = normal(vec4<u32>(seed, stream + STREAM_VECTORS, sample, element));
        x[replica * shown + element] = value;
    } else {
        let at = element - shown;
        if (FIXED == 1u) {
            value = parameters[id.z * p.pool + p.knowledge + (sample % p.bases) * p.known * p.width + at];
        } else {
            value = normal(vec4<u32>(seed, stream + STREAM_VECTORS, sample, element));
        }
        z[replica * p.known * p.width + at] = value;
    }
    both[replica * each + element] = value;
}
