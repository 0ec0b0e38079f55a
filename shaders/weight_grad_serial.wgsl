// dW[i, j] = sum over rows of x[row, i] g[row, j]; db[j] = sum over rows of g[row, j]. The same as weight_grad.wgsl
// without workgroup memory, for adapters on which barriers cost more than threads. Twin: src/kernels/weight_grad.rs.
//
// Launch: (outputs / (4 SIDE), inputs / (4 SIDE), replicas) workgroups of 4 x 4; each invocation holds SIDE x SIDE
// outputs. It goes through the 8 slices of the rows one after the other, so that its sums have the bits of the
// other form.

#import weights

@compute @workgroup_size(4, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let replica = id.z;
    let row = id.y * SIDE;
    let column = id.x * SIDE;
    if (row >= p.inputs || column >= p.outputs) {
        return;
    }
    let x_start = replica * p.rows * p.inputs;
    let g_start = replica * p.rows * p.outputs;
    #for q in QUADS
    var all_bias{q} = vec4<f32>(0.0);
    #end
    #for i in SIDE
    #for q in QUADS
    var all{i}_{q} = vec4<f32>(0.0);
    #end
    #end
    for (var slice = 0u; slice < SLICES; slice++) {
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
        for (var k = slice; k < p.rows; k += SLICES) {
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
        #for q in QUADS
        all_bias{q} += bias{q};
        #end
        #for i in SIDE
        #for q in QUADS
        all{i}_{q} += sum{i}_{q};
        #end
        #end
    }

    let pool = replica * p.pool;
    #for i in SIDE
    if (row + {i}u < p.inputs) {
        let at = pool + p.weight + (row + {i}u) * p.weight_row;
        #for q in QUADS
        #for j in 4
        if (column + 4u * {q}u + {j}u < p.outputs) {
            gradients[at + (column + 4u * {q}u + {j}u) * p.weight_column] = all{i}_{q}[{j}u];
        }
        #end
        #end
    }
    #end
    if (BIAS == 1u && row == 0u) {
        #for q in QUADS
        #for j in 4
        if (column + 4u * {q}u + {j}u < p.outputs) {
            gradients[pool + p.bias + column + 4u * {q}u + {j}u] = all_bias{q}[{j}u];
        }
        #end
        #end
    }
}
