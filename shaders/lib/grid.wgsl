// Number of an invocation among those of its replica, for launches of `grid` in src/kernels/mod.rs.

fn linear_index(id: vec3<u32>, groups: vec3<u32>) -> u32 {
    return id.x + id.y * groups.x * 64u;
}
