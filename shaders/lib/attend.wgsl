// What attend.wgsl and its reverse share. Twin: `Shape` in src/kernels/attend.rs.

struct Parameters {
    rows: u32,
    length: u32,
    inner: u32,
    width: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
