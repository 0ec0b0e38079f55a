// Contexts that are mixtures of clouds: densities on a grid, tags, queries and answers. Twin: src/kernels/mixture.rs (formulas there).
//
// Launch: a grid over rows * components (lib/grid.wgsl) of workgroups of 64, one invocation per cloud.

#import grid
#import rng
#import control
#import angle
#import mixture

struct Parameters {
    rows: u32,
    components: u32,
    grid: u32,
    tag: u32,
    count: u32,
    mode: u32,
    mean: f32,
    scale: f32,
    noise: f32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> features: array<f32>;
@group(0) @binding(3) var<storage, read> given: array<f32>;
@group(0) @binding(4) var<storage, read_write> densities: array<f32>;
@group(0) @binding(5) var<storage, read_write> tags: array<f32>;
@group(0) @binding(6) var<storage, read_write> queries: array<f32>;
@group(0) @binding(7) var<storage, read_write> answers: array<f32>;

fn normal(words: vec4<u32>) -> f32 {
    return sqrt(-2.0 * log(1.0 - unit(words.x))) * cos_turn(unit(words.y));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    if (index >= p.rows * p.components) {
        return;
    }
    let replica = id.z;
    let row = index / p.components;
    let component = index % p.components;
    let context = context_of(replica, row);
    let cloud = replica * p.rows * p.components + index;
    let columns = p.grid + 1u;
    let all_features = replica * MODES * columns;

    var z: array<f32, MODES>;
    for (var mode = 0u; mode < MODES; mode++) {
        let words = pcg4d(vec4<u32>(context, component * MODES + mode));
        if (NORMAL == 1u) {
            z[mode] = normal(words);
        } else {
            z[mode] = unit(words.x) * 2.0 - 1.0;
        }
    }
    var total = 0.0;
    for (var at = 0u; at < p.grid; at++) {
        var density = 1.0;
        for (var mode = 0u; mode < MODES; mode++) {
            density += z[mode] * features[all_features + mode * columns + at];
        }
        density = select(0.0, density, density > 0.0);
        densities[cloud * p.grid + at] = density;
        total += density;
    }
    for (var at = 0u; at < p.grid; at++) {
        densities[cloud * p.grid + at] /= total;
    }

    let last = pcg4d(vec4<u32>(context, p.components * (MODES + 1u)));
    if (CIRCLE == 1u) {
        let moved = unit(pcg4d(vec4<u32>(context, p.components * MODES + component)).x) * 2.0 - 1.0;
        let whole = (f32(component) + JITTER * moved) / f32(p.components) + unit(last.x) + 1.0;
        let turn = whole - floor(whole);
        let quarter = turn + 0.75;
        tags[cloud * p.tag] = cos_turn(turn);
        tags[cloud * p.tag + 1u] = cos_turn(quarter - floor(quarter));
    } else {
        for (var i = 0u; i < p.tag; i++) {
            tags[cloud * p.tag + i] = given[(replica * p.components + component) * p.tag + i];
        }
    }

    var query = cloud;
    if (DRAWN != 2u) {
        if (component != below(last.y, p.components)) {
            return;
        }
        query = replica * p.rows + row;
    }
    let query_at = query * (1u + p.tag);
    queries[query_at] = 0.0;
    for (var i = 0u; i < p.tag; i++) {
        queries[query_at + 1u + i] = tags[cloud * p.tag + i];
    }
    var answer = 0.0;
    if (TARGET == 0u) {
        answer = z[p.mode];
    } else {
        for (var mode = 0u; mode < MODES; mode++) {
            answer += features[all_features + mode * columns + p.grid] * z[mode] * z[mode];
        }
        if (TARGET == 2u) {
            answer *= tags[cloud * p.tag];
        }
    }
    answer = (answer - p.mean) * p.scale;
    if (NOISE == 1u) {
        answer += p.noise * normal(pcg4d(vec4<u32>(context, p.components * (MODES + 1u) + 1u)));
    }
    answers[query] = answer;
}
