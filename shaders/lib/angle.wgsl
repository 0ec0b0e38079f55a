// Cosines that agree on every device, twins of those in src/kernels/real.rs and src/kernels/mixture.rs: WGSL's own may be off by 2^-11.

// cos(π x) for 0 ≤ x ≤ 1.
fn cos_pi(x: f32) -> f32 {
    let y = x * 1.5707964;
    let square = y * y;
    var series = -1.0 / 39916800.0;
    series = series * square + 1.0 / 362880.0;
    series = series * square - 1.0 / 5040.0;
    series = series * square + 1.0 / 120.0;
    series = series * square - 1.0 / 6.0;
    series = series * square + 1.0;
    let sine = series * y;
    return 1.0 - (sine * sine + sine * sine);
}

// Cosine of a whole turn times `turn`, for 0 ≤ turn ≤ 1.
fn cos_turn(turn: f32) -> f32 {
    return cos_pi(2.0 * select(turn, 1.0 - turn, turn > 0.5));
}
