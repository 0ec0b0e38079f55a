// Non-linearities with their derivative, twin of `Activation` in src/kernels/matmul.rs. 0 linear, 1 ReLU, 2 GELU, 3 tanh.

// Value and derivative.
fn activation(kind: u32, x: f32) -> vec2<f32> {
    if (kind == 1u) {
        // Written so that NaN stays NaN: `max` may hide it.
        return vec2<f32>(select(x, 0.0, x < 0.0), select(0.0, 1.0, x > 0.0));
    }
    if (kind == 2u) {
        let square = x * x;
        // tanh overflows to NaN for large arguments on some drivers, so its argument is bounded.
        let t = tanh(clamp(0.7978846 * x * (1.0 + 0.044715 * square), -10.0, 10.0));
        let share = 0.5 * (1.0 + t);
        let bend = 0.5 * x * (1.0 - t * t) * 0.7978846 * (1.0 + 3.0 * 0.044715 * square);
        // Far out the bend is zero; a tanh that is not quite one there would be multiplied by x cubed.
        return vec2<f32>(x * share, share + select(bend, 0.0, abs(x) > 8.0));
    }
    if (kind == 3u) {
        let t = tanh(clamp(x, -10.0, 10.0));
        return vec2<f32>(t, 1.0 - t * t);
    }
    return vec2<f32>(x, 1.0);
}
