// Dot product of two rows of a table in the pool, twin of `Table` in src/kernels/tied_cross_entropy.rs.

fn product(replica: u32, row: u32, other: u32) -> f32 {
    let start = replica * p.pool + p.table;
    let a = start + row * p.width;
    let b = start + other * p.width;
    var sum = 0.0;
    for (var k = 0u; k < p.width; k++) {
        sum = fma(parameters[a + k], parameters[b + k], sum);
    }
    return sum;
}
