// The matrix product of matmul.wgsl with its operands staged through workgroup memory, for adapters whose
// barriers are cheap. Same launch as the 4 x 4 form, same order of sums.
//
// Launch: (n / 32, m / 32, replicas) workgroups of 8 x 8. A tile of 16 x 32 of each operand is loaded by
// all 64 invocations, then used by all.

#import rng
#import control
#import activation
#import epilogue

const DEPTH: u32 = 16u;
const EDGE: u32 = 32u;

var<workgroup> a_tile: array<f32, 512>;
var<workgroup> b_tile: array<f32, 512>;

@compute @workgroup_size(8, 8)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let replica = group.z;
    let a_start = p.a_offset + replica * p.a_len;
    let b_start = p.b_offset + replica * p.b_len;
    #for i in 4
    var sum{i} = vec4<f32>(0.0);
    #end
    for (var start = 0u; start < p.k; start += DEPTH) {
        for (var slot = index; slot < EDGE * DEPTH; slot += 64u) {
            // Neighbouring invocations take neighbouring addresses, whichever way an operand lies.
            let a_by_k = p.a_column == 1u;
            let a_k = select(slot / EDGE, slot % DEPTH, a_by_k);
            let a_m = select(slot % EDGE, slot / DEPTH, a_by_k);
            let b_by_k = p.b_row == 1u;
            let b_k = select(slot / EDGE, slot % DEPTH, b_by_k);
            let b_n = select(slot % EDGE, slot / DEPTH, b_by_k);
            let a_row = min(group.y * EDGE + a_m, p.m - 1u);
            let b_column = min(group.x * EDGE + b_n, p.n - 1u);
            let a_column = min(start + a_k, p.k - 1u);
            let b_row = min(start + b_k, p.k - 1u);
            a_tile[a_k * EDGE + a_m] = a[a_start + a_row * p.a_row + a_column * p.a_column];
            b_tile[b_k * EDGE + b_n] = b[b_start + b_row * p.b_row + b_column * p.b_column];
        }
        workgroupBarrier();
        let depth = min(DEPTH, p.k - start);
        for (var k = 0u; k < depth; k++) {
            let at = k * EDGE + local.x * 4u;
            let quad = vec4<f32>(b_tile[at], b_tile[at + 1u], b_tile[at + 2u], b_tile[at + 3u]);
            #for i in 4
            sum{i} = fma(vec4<f32>(a_tile[k * EDGE + local.y * 4u + {i}u]), quad, sum{i});
            #end
        }
        workgroupBarrier();
    }
    let row = group.y * EDGE + local.y * 4u;
    let column = group.x * EDGE + local.x * 4u;
    #for i in 4
    store(replica, row + {i}u, column, sum{i});
    #end
}
