// dW[i, j] = sum over rows of x[row, i] g[row, j]; db[j] = sum over rows of g[row, j].
// Twin: src/kernels/weight_grad.rs.
//
// Launch: (outputs / (2 SIDE), inputs / (2 SIDE), replicas) workgroups of 4 x 8. The sum over rows is long and dW
// small, so 8 slices of a workgroup take every 8th row each; four invocations of a slice hold SIDE x SIDE outputs.
// The slices meet in workgroup memory behind one barrier and are added in ascending order.

#import weights

const INVOCATIONS: u32 = 4u * SLICES;

// Sums of every invocation, quad by quad: [quad][slice][invocation of the slice].
var<workgroup> partial: array<vec4<f32>, INVOCATIONS * SIDE * QUADS>;
// Bias sums of the two invocations of a slice that hold different columns.
var<workgroup> bias_partial: array<vec4<f32>, SLICES * 2u * QUADS>;

@compute @workgroup_size(4, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let replica = group.z;
    let slice = local.y;
    let row = (group.y * 2u + local.x / 2u) * SIDE;
    let column = (group.x * 2u + local.x % 2u) * SIDE;
    let x_start = replica * p.rows * p.inputs;
    let g_start = replica * p.rows * p.outputs;
    #for i in SIDE
    var x_at{i} = x_start + slice * p.inputs + min(row + {i}u, p.inputs - 1u);
    #end
    #for q in QUADS
    #for j in 4
    var g_at{q}_{j} = g_start + slice * p.outputs + min(column + 4u * {q}u + {j}u, p.outputs - 1u);
    #end
    var bias{q} = vec4<f32>(0.0);
    #end
    #for i in SIDE
    #for q in QUADS
    var sum{i}_{q} = vec4<f32>(0.0);
    #end
    #end
    // Past the edge there is nothing to sum; the barrier is still to be met.
    let end = select(p.rows, 0u, row >= p.inputs || column >= p.outputs);
    for (var k = slice; k < end; k += SLICES) {
        #for q in QUADS
        let quad{q} = vec4<f32>(g[g_at{q}_0], g[g_at{q}_1], g[g_at{q}_2], g[g_at{q}_3]);
        #for j in 4
        g_at{q}_{j} += SLICES * p.outputs;
        #end
        bias{q} += quad{q};
        #end
        #for i in SIDE
        let x{i} = vec4<f32>(x[x_at{i}]);
        x_at{i} += SLICES * p.inputs;
        #for q in QUADS
        sum{i}_{q} = fma(x{i}, quad{q}, sum{i}_{q});
        #end
        #end
    }

    let pool = replica * p.pool;
    let index = local.y * 4u + local.x;
    #for i in SIDE
    #for q in QUADS
    partial[({i}u * QUADS + {q}u) * INVOCATIONS + index] = sum{i}_{q};
    #end
    #end
    if (local.x < 2u) {
        #for q in QUADS
        bias_partial[(slice * 2u + local.x) * QUADS + {q}u] = bias{q};
        #end
    }
    workgroupBarrier();
    for (var output = index; output < 4u * SIDE * QUADS; output += INVOCATIONS) {
        let tile = output % 4u;
        let quad = output / 4u;
        var total = vec4<f32>(0.0);
        for (var s = 0u; s < SLICES; s++) {
            total += partial[quad * INVOCATIONS + s * 4u + tile];
        }
        let i = (group.y * 2u + tile / 2u) * SIDE + quad / QUADS;
        let j = (group.x * 2u + tile % 2u) * SIDE + quad % QUADS * 4u;
        for (var part = 0u; part < 4u; part++) {
            if (i < p.inputs && j + part < p.outputs) {
                gradients[pool + p.weight + i * p.weight_row + (j + part) * p.weight_column] = total[part];
            }
        }
    }
    if (BIAS == 1u && group.y == 0u && index < 2u * QUADS) {
        var total = vec4<f32>(0.0);
        for (var s = 0u; s < SLICES; s++) {
            total += bias_partial[s * 2u * QUADS + index];
        }
        for (var part = 0u; part < 4u; part++) {
            let j = group.x * 2u * SIDE + index * 4u + part;
            if (j < p.outputs) {
                gradients[pool + p.bias + j] = total[part];
            }
        }
    }
}
