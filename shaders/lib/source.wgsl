// Sources and their checksum, twin of src/task/source.rs.

fn source_weight(index: u32) -> u32 {
    let word = pcg4d(vec4<u32>(index, 0x9e3779b9u, 0x85ebca6bu, 0xc2b2ae35u)).x;
    return select((word & 0xfffeu) | 1u, 1u, index == 0u);
}
