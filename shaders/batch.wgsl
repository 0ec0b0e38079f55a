// Tokens and targets of a step, from the counter alone. Twin: src/kernels/batch.rs, src/task/.
//
// Launch: (rows length / 64, replicas) workgroups of 64, one invocation per position. An invocation computes the
// one or two symbols it needs; only symbol 0 depends on the others, through the checksum that keeps the
// held-out set apart. A key of associative recall needs those of the pairs before it.

#import rng
#import control
#import source

struct Parameters {
    rows: u32,
    length: u32,
    first: u32,
    source_length: u32,
    covered: u32,
    symbols: u32,
    classes: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read_write> tokens: array<f32>;
@group(0) @binding(3) var<storage, read_write> targets: array<f32>;

fn draw(replica: u32, row: u32, element: u32) -> u32 {
    if (HELD_OUT == 1u) {
        return pcg4d(vec4<u32>(HELD_OUT_SEED, STREAM_HELD_OUT, 0u, row * 512u + element)).x;
    }
    let seed = u32(control[replica * CONTROL + SEED]);
    let step = u32(control[replica * CONTROL + STEP]);
    return pcg4d(vec4<u32>(seed, STREAM_TRAINING, step, row * 512u + element)).x;
}

// How many values number `index` of a source may have.
fn choices(index: u32) -> u32 {
    if (TASK != RECALL || index % 2u == 1u) {
        return p.symbols;
    }
    return select(p.symbols - index / 2u, index / 2u, index + 1u == p.length);
}

fn symbol(replica: u32, row: u32, index: u32) -> u32 {
    if (index > 0u) {
        return below(draw(replica, row, index), choices(index));
    }
    var rest = 0u;
    for (var i = 1u; i < p.covered; i++) {
        rest = (rest + source_weight(i) * below(draw(replica, row, i), choices(i))) % p.symbols;
    }
    var chosen = 0u;
    if (HELD_OUT == 1u) {
        chosen = below(draw(replica, row, 0u), p.classes);
    } else {
        chosen = p.classes + below(draw(replica, row, 0u), p.symbols - p.classes);
    }
    return (chosen + p.symbols - rest) % p.symbols;
}

// Token of a pair's key: where the shuffle put it, traced back through the swaps before it.
fn key(replica: u32, row: u32, pair: u32) -> u32 {
    var place = pair + symbol(replica, row, 2u * pair);
    for (var i = pair; i > 0u; i--) {
        if (place == i - 1u + symbol(replica, row, 2u * (i - 1u))) {
            place = i - 1u;
        }
    }
    return p.symbols + place;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= p.rows * p.length) {
        return;
    }
    let replica = id.y;
    let row = id.x / p.length;
    let position = id.x % p.length;
    var input = 0u;
    var wanted = -1.0;
    if (TASK == CAUSAL_COPY) {
        let n = p.source_length;
        if (position == n) {
            input = p.symbols;
        } else {
            input = symbol(replica, row, select(position, position - n - 1u, position > n));
        }
        if (position >= n) {
            wanted = f32(symbol(replica, row, position - n));
        }
    } else if (TASK == RECALL) {
        if (position + 1u == p.length) {
            let asked = symbol(replica, row, position);
            input = key(replica, row, asked);
            wanted = f32(symbol(replica, row, 2u * asked + 1u));
        } else if (position % 2u == 0u) {
            input = key(replica, row, position / 2u);
        } else {
            input = symbol(replica, row, position);
        }
    } else {
        input = symbol(replica, row, position);
        if (TASK == PREVIOUS) {
            wanted = f32(symbol(replica, row, (position + p.length - 1u) % p.length));
        } else if (TASK == REVERSAL) {
            wanted = f32(symbol(replica, row, p.length - 1u - position));
        } else if (TASK == HALF_SHIFT) {
            wanted = f32(symbol(replica, row, (position + p.length / 2u) % p.length));
        } else {
            wanted = f32((input + 1u) % p.symbols);
        }
    }
    tokens[replica * p.rows * p.length + id.x] = f32(input);
    if (position >= p.first) {
        targets[(replica * p.rows + row) * (p.length - p.first) + position - p.first] = wanted;
    }
}
