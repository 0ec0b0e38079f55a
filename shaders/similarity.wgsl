// S[a, b] = similarity of rows a and b of one table [rows, columns]: dot product, cosine or Euclidean distance.
// Twin: src/kernels/similarity.rs.
//
// Launch: (rows / 32, rows / 32, replicas) workgroups of 8 x 8. An invocation computes 4 x 4 outputs in registers and
// reads its operands straight from storage; neighbours read the same addresses. Workgroups below the diagonal leave: S is
// symmetric, and who computes S[a, b] with b >= a stores S[b, a] too. Distances sum squares of differences, not
// |a|^2 + |b|^2 - 2 <a, b>, which cancels where positions almost coincide. No barrier.

struct Parameters {
    rows: u32,
    columns: u32,
}

@group(0) @binding(0) var<uniform> p: Parameters;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read_write> similarity: array<f32>;

// Of a sum over all columns, and the squares of both norms.
fn finish(sum: f32, first: f32, second: f32) -> f32 {
    if (MEASURE == 1u) {
        let norms = sqrt(first) * sqrt(second);
        return select(0.0, clamp(sum / norms, -1.0, 1.0), norms > 0.0);
    }
    if (MEASURE == 2u) {
        return sqrt(sum);
    }
    return sum;
}

fn store(replica: u32, row: u32, column: u32, value: f32) {
    if (row <= column && column < p.rows) {
        let start = replica * p.rows * p.rows;
        similarity[start + row * p.rows + column] = value;
        similarity[start + column * p.rows + row] = value;
    }
}

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let replica = group.z;
    let row = (group.y * 8u + local.y) * 4u;
    let column = (group.x * 8u + local.x) * 4u;
    if (row > column || row >= p.rows || column >= p.rows) {
        return;
    }
    let start = replica * p.rows * p.columns;
    #for i in 4
    let a_at{i} = start + min(row + {i}u, p.rows - 1u) * p.columns;
    let b_at{i} = start + min(column + {i}u, p.rows - 1u) * p.columns;
    var sum{i} = vec4<f32>(0.0);
    #end
    var firsts = vec4<f32>(0.0);
    var seconds = vec4<f32>(0.0);
    for (var k = 0u; k < p.columns; k++) {
        let a = vec4<f32>(table[a_at0 + k], table[a_at1 + k], table[a_at2 + k], table[a_at3 + k]);
        let b = vec4<f32>(table[b_at0 + k], table[b_at1 + k], table[b_at2 + k], table[b_at3 + k]);
        if (MEASURE == 2u) {
            #for i in 4
            let gap{i} = vec4<f32>(a[{i}]) - b;
            sum{i} = fma(gap{i}, gap{i}, sum{i});
            #end
        } else {
            #for i in 4
            sum{i} = fma(vec4<f32>(a[{i}]), b, sum{i});
            #end
        }
        if (MEASURE == 1u) {
            firsts = fma(a, a, firsts);
            seconds = fma(b, b, seconds);
        }
    }
    #for i in 4
    #for j in 4
    store(replica, row + {i}u, column + {j}u, finish(sum{i}[{j}], firsts[{i}], seconds[{j}]));
    #end
    #end
}
