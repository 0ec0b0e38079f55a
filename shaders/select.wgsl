// Picks the judged positions of two tensors, y[row, j] = x[row, first + j], or puts their gradients back, with zeros
// before `first`. Twin: src/kernels/select.rs.
//
// Launch: a grid over a written tensor (lib/grid.wgsl) of workgroups of 64, one invocation per element of both.

#import grid

struct Parameters {
    rows: u32,
    length: u32,
    first: u32,
    width: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
@group(0) @binding(4) var<storage, read_write> d: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = linear_index(id, groups);
    let whole = p.length * p.width;
    let skipped = p.first * p.width;
    let part = whole - skipped;
    if (SPREAD == 0u) {
        if (index >= p.rows * part) {
            return;
        }
        let from_at = id.z * p.rows * whole + index / part * whole + skipped + index % part;
        let at = id.z * p.rows * part + index;
        c[at] = a[from_at];
        d[at] = b[from_at];
    } else {
        if (index >= p.rows * whole) {
            return;
        }
        let at = id.z * p.rows * whole + index;
        var values = vec2<f32>(0.0);
        if (index % whole >= skipped) {
            let from_at = id.z * p.rows * part + index / whole * part + index % whole - skipped;
            values = vec2<f32>(a[from_at], b[from_at]);
        }
        if (ACCUMULATE_A == 1u) {
            values.x += c[at];
        }
        if (ACCUMULATE_B == 1u) {
            values.y += d[at];
        }
        c[at] = values.x;
        d[at] = values.y;
    }
}
