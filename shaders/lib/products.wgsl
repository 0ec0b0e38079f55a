// Tiles of dot products between rows of x and entries of a table in the pool, either of which may be what a workgroup owns: 16 of its
// own and 64 of the others at a time, by workgroups of 64. The importing shader binds `x` and `parameters`, and its block has rows,
// entries, width, table and pool.

// Twin of `OWN` in src/kernels/table_cross_entropy.rs.
const OWN: u32 = 16u;
const OTHERS: u32 = 64u;
const DEPTH: u32 = 16u;

// What products are taken of, four of one column to a vector: [DEPTH, OWN / 4] and [DEPTH, OTHERS / 4].
var<workgroup> own_tile: array<vec4<f32>, 64>;
var<workgroup> other_tile: array<vec4<f32>, 256>;

// A column of a row of x, or of an entry; zero beyond the end.
fn element(entries: bool, replica: u32, item: u32, column: u32) -> f32 {
    if (column >= p.width || item >= select(p.rows, p.entries, entries)) {
        return 0.0;
    }
    if (entries) {
        return parameters[replica * p.pool + p.table + item * p.width + column];
    }
    return x[(replica * p.rows + item) * p.width + column];
}

fn four(entries: bool, replica: u32, item: u32, column: u32) -> vec4<f32> {
    return vec4<f32>(
        element(entries, replica, item, column),
        element(entries, replica, item + 1u, column),
        element(entries, replica, item + 2u, column),
        element(entries, replica, item + 3u, column),
    );
}

// Products of this invocation's four of the own with its four of the others: rows from `own` + 4 (index / 16) on, columns from
// `other` + 4 (index % 16) on. All invocations have to call it together.
fn products(own_entries: bool, replica: u32, own: u32, other: u32, index: u32) -> array<vec4<f32>, 4> {
    let high = index / 16u;
    let low = index % 16u;
    var sum0 = vec4<f32>(0.0);
    var sum1 = vec4<f32>(0.0);
    var sum2 = vec4<f32>(0.0);
    var sum3 = vec4<f32>(0.0);
    for (var start = 0u; start < p.width; start += DEPTH) {
        workgroupBarrier();
        // Neighbouring invocations take neighbouring columns.
        own_tile[low * 4u + high] = four(own_entries, replica, own + 4u * high, start + low);
        for (var quad = high; quad < OTHERS / 4u; quad += 4u) {
            other_tile[low * 16u + quad] = four(!own_entries, replica, other + 4u * quad, start + low);
        }
        workgroupBarrier();
        let depth = min(DEPTH, p.width - start);
        for (var k = 0u; k < depth; k++) {
            let mine = own_tile[k * 4u + high];
            let theirs = other_tile[k * 16u + low];
            sum0 = fma(vec4<f32>(mine[0]), theirs, sum0);
            sum1 = fma(vec4<f32>(mine[1]), theirs, sum1);
            sum2 = fma(vec4<f32>(mine[2]), theirs, sum2);
            sum3 = fma(vec4<f32>(mine[3]), theirs, sum3);
        }
    }
    return array<vec4<f32>, 4>(sum0, sum1, sum2, sum3);
}
