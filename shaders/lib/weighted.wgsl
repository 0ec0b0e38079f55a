// What attention over weighted keys has in both directions.

struct Parameters {
    rows: u32,
    queries: u32,
    keys: u32,
    heads: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
