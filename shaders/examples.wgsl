// A batch from a table of examples [count, length + 1], the last `answers` of each targets: drawn in training, else in order. A token that
// is shown and not judged is −1 − its identifier. Twin: src/kernels/examples.rs.
//
// Launch: a grid over rows (length + answers) (lib/grid.wgsl) of workgroups of 64, one invocation per token or target.

#import grid
#import rng
#import control

struct Parameters {
    count: u32,
    length: u32,
    rows: u32,
    answers: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> table: array<f32>;
@group(0) @binding(3) var<storage, read_write> tokens: array<f32>;
@group(0) @binding(4) var<storage, read_write> targets: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    let each = p.length + p.answers;
    if (index >= p.rows * each) {
        return;
    }
    let row = index / each;
    let place = index % each;
    var example = row;
    if (DRAWS == 1u) {
        let seed = u32(control[id.z * CONTROL + SEED]);
        let step = u32(control[id.z * CONTROL + STEP]);
        example = below(pcg4d(vec4<u32>(seed, STREAM_TRAINING, step, row)).x, p.count);
    }
    let first = (id.z * p.count + example) * (p.length + 1u);
    if (place < p.length) {
        let value = table[first + place];
        tokens[(id.z * p.rows + row) * p.length + place] = select(value, -1.0 - value, value < 0.0);
    } else {
        let answer = place - p.length;
        targets[(id.z * p.rows + row) * p.answers + answer] = table[first + p.length + 1u - p.answers + answer];
    }
}
