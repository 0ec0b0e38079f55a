// Non-linearities and their slopes, twin of `Activation` in src/kernels/matmul.rs. 0 linear, 1 ReLU, 2 GELU.

fn gelu_inner(x: f32) -> f32 {
    // tanh overflows to NaN for large arguments on some drivers, so it is bounded.
    return tanh(clamp(0.7978846 * (x + 0.044715 * x * x * x), -10.0, 10.0));
}

fn activation(kind: u32, x: f32) -> f32 {
    if (kind == 1u) {
        return max(x, 0.0);
    }
    if (kind == 2u) {
        return 0.5 * x * (1.0 + gelu_inner(x));
    }
    return x;
}

fn activation_slope(kind: u32, x: f32) -> f32 {
    if (kind == 1u) {
        return select(0.0, 1.0, x > 0.0);
    }
    if (kind == 2u) {
        let t = gelu_inner(x);
        return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * 0.7978846 * (1.0 + 3.0 * 0.044715 * x * x);
    }
    return 1.0;
}
