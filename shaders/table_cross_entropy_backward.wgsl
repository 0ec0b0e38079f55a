// Gradients of table_cross_entropy by x and by the table, summed over the judged rows and divided by their number. With factors
// F = (softmax - onehot) / judged, zero in rows that are not judged: dx = F table, d table = F^T x.
// Twin: src/kernels/table_cross_entropy_backward.rs.
//
// Launch: (rows / 16 + entries / 16, replicas) workgroups of 64. The first ones own 16 rows each and go through all entries; the others
// own 16 entries and go through all rows. So each sum has its order, without atomics, for one product more. Tiles of 64 others: first
// their factors, then each invocation adds up every 64th column.

struct Parameters {
    rows: u32,
    entries: u32,
    width: u32,
    table: u32,
    pool: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> targets: array<f32>;
@group(0) @binding(4) var<storage, read> norms: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;
@group(0) @binding(6) var<storage, read_write> gradients: array<f32>;

// [OTHERS, OWN / 4], four of the own to a vector.
var<workgroup> factors: array<vec4<f32>, 256>;

#import products

fn factor(replica: u32, row: u32, entry: u32, logit: f32) -> f32 {
    if (row >= p.rows || entry >= p.entries) {
        return 0.0;
    }
    let at = replica * p.rows + row;
    let wanted = targets[at];
    if (wanted < 0.0) {
        return 0.0;
    }
    return (exp(logit - norms[at]) - select(0.0, 1.0, f32(entry) == wanted)) * p.scale;
}

// Puts a sum into the gradient of an own row or entry, or adds it to what is there.
fn put(entries: bool, replica: u32, item: u32, column: u32, sum: f32, fresh: bool) {
    if (item >= select(p.rows, p.entries, entries)) {
        return;
    }
    if (entries) {
        let at = replica * p.pool + p.table + item * p.width + column;
        gradients[at] = select(gradients[at] + sum, sum, fresh);
    } else {
        let at = (replica * p.rows + item) * p.width + column;
        dx[at] = select(dx[at] + sum, sum, fresh);
    }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let replica = group.y;
    let of_rows = (p.rows + OWN - 1u) / OWN;
    let entries = group.x >= of_rows;
    let own = select(group.x, group.x - of_rows, entries) * OWN;
    let others = select(p.entries, p.rows, entries);
    for (var other = 0u; other < others; other += OTHERS) {
        let logits = products(entries, replica, own, other, index);
        let mine = own + 4u * (index / 16u);
        for (var j = 0u; j < 4u; j++) {
            let column = 4u * (index % 16u) + j;
            var quad = vec4<f32>(0.0);
            #for i in 4
            quad[{i}] = factor(
                replica,
                select(mine + {i}u, other + column, entries),
                select(other + column, mine + {i}u, entries),
                logits[{i}][j],
            );
            #end
            factors[column * 4u + index / 16u] = quad;
        }
        workgroupBarrier();
        let count = min(OTHERS, others - other);
        for (var column = index; column < p.width; column += 64u) {
            #for q in 4
            var sum{q} = vec4<f32>(0.0);
            #end
            for (var j = 0u; j < count; j++) {
                let value = vec4<f32>(element(!entries, replica, other + j, column));
                #for q in 4
                sum{q} = fma(factors[j * 4u + {q}u], value, sum{q});
                #end
            }
            #for q in 4
            #for i in 4
            put(entries, replica, own + 4u * {q}u + {i}u, column, sum{q}[{i}], other == 0u);
            #end
            #end
        }
    }
}
