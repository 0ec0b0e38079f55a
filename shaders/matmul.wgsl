// C[m, n] = epilogue(sum over k of A[m, k] B[k, n]), one product per replica. Twin: src/kernels/matmul.rs.
//
// Launch: (n / (8 SIDE), m / (8 SIDE), replicas) workgroups of 8 x 8. An invocation computes SIDE x SIDE
// outputs in registers and reads its operands straight from storage; neighbours read the same addresses, which
// the caches serve. Edges are handled by clamping what is read and guarding what is stored.
// Each sum runs over k in ascending order with fma, in every form of this kernel, so that forms agree.

#import rng
#import control
#import activation
#import epilogue

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let replica = group.z;
    let row = (group.y * 8u + local.y) * SIDE;
    let column = (group.x * 8u + local.x) * SIDE;
    // Nothing to do past the edge, and nobody to meet at a barrier.
    if (row >= p.m || column >= p.n) {
        return;
    }
    let a_start = p.a_offset + replica * p.a_len;
    let b_start = p.b_offset + replica * p.b_len;
    #for i in SIDE
    var a_at{i} = a_start + min(row + {i}u, p.m - 1u) * p.a_row;
    #end
    #for q in QUADS
    #for j in 4
    var b_at{q}_{j} = b_start + min(column + 4u * {q}u + {j}u, p.n - 1u) * p.b_column;
    #end
    #end
    #for i in SIDE
    #for q in QUADS
    var sum{i}_{q} = vec4<f32>(0.0);
    #end
    #end
    for (var k = 0u; k < p.k; k++) {
        #for q in QUADS
        let quad{q} = vec4<f32>(b[b_at{q}_0], b[b_at{q}_1], b[b_at{q}_2], b[b_at{q}_3]);
        #for j in 4
        b_at{q}_{j} += p.b_row;
        #end
        #end
        #for i in SIDE
        let a{i} = vec4<f32>(a[a_at{i}]);
        a_at{i} += p.a_column;
        #for q in QUADS
        sum{i}_{q} = fma(a{i}, quad{q}, sum{i}_{q});
        #end
        #end
    }
    #for i in SIDE
    #for q in QUADS
    store(replica, row + {i}u, column + 4u * {q}u, sum{i}_{q});
    #end
    #end
}
