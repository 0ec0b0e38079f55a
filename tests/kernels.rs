//! Kernels, one by one: the WGSL against its CPU twin on this machine's adapter, and every reverse twin against
//! central differences in f64.
//!
//! A machine without an adapter fails these tests, for a test that silently tests nothing is worse than none.
//! `MNEMOSCOPE_NO_GPU=1` says that this is known; the parity tests then say that they were skipped.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[macro_use]
mod common;

use std::rc::Rc;

use mnemoscope::compute::gpu::Gpu;
use mnemoscope::encoding::ROPE_BASE;
use mnemoscope::kernels::attend::{self, Attend};
use mnemoscope::kernels::attend_backward::AttendBackward;
use mnemoscope::kernels::attention::{self, Attention};
use mnemoscope::kernels::attention_backward::AttentionBackward;
use mnemoscope::kernels::cross_entropy::CrossEntropy;
use mnemoscope::kernels::dropout::DropoutCopy;
use mnemoscope::kernels::embed::{self, Embed};
use mnemoscope::kernels::embed_backward::EmbedBackward;
use mnemoscope::kernels::gain_backward::GainBackward;
use mnemoscope::kernels::layer_norm::{self, LayerNorm};
use mnemoscope::kernels::layer_norm_backward::LayerNormBackward;
use mnemoscope::kernels::matmul::{Activation, Epilogue, Matmul, Operand};
use mnemoscope::kernels::product::Product;
use mnemoscope::kernels::rng::Dropout;
use mnemoscope::kernels::rope::{Heads, Rope};
use mnemoscope::kernels::row_norm::{self, RowNorm};
use mnemoscope::kernels::row_norm_backward::RowNormBackward;
use mnemoscope::kernels::squared_error::SquaredError;
use mnemoscope::kernels::table::Table;
use mnemoscope::kernels::table_cross_entropy::TableCrossEntropy;
use mnemoscope::kernels::table_cross_entropy_backward::TableCrossEntropyBackward;
use mnemoscope::kernels::tied_cross_entropy::TiedCrossEntropy;
use mnemoscope::kernels::tied_cross_entropy_backward::TiedCrossEntropyBackward;
use mnemoscope::kernels::weight_grad::WeightGrad;
use mnemoscope::kernels::weighted_attention::{Shape, WeightedAttention, Weighting};
use mnemoscope::kernels::weighted_attention_backward::WeightedAttentionBackward;
use mnemoscope::kernels::{Kernel, Number, control};

use common::numbers::Numbers;

/// Runs one family's cases on this machine's adapter.
fn parity(family: &str) {
    let mut gpu = match pollster::block_on(Gpu::open()) {
        Ok(gpu) => Rc::new(gpu),
        Err(error) if std::env::var("MNEMOSCOPE_NO_GPU").is_ok_and(|value| value == "1") => {
            println!("{family}: SKIPPED, MNEMOSCOPE_NO_GPU=1 and there is no adapter ({error})");
            return;
        }
        Err(error) => panic!("no adapter to test the WGSL on: {error} Set MNEMOSCOPE_NO_GPU=1 to skip these tests."),
    };
    let summary = pollster::block_on(common::harness::check(&mut gpu, &common::cases(family)));
    println!("{}", summary.finish(family, &gpu));
}

macro_rules! parity {
    ($($family:ident: $file:ident::$make:ident,)+) => {
        mod on_the_adapter {
            $(#[test]
            fn $family() {
                super::parity(stringify!($family));
            })+
        }
    };
}
families!(parity);

#[test]
fn products_of_matrices_are_sums() {
    common::gemm::products_are_sums();
}

/// Numbers from N(0, 1) in f64.
fn normal(numbers: &mut Numbers, len: u32) -> Vec<f64> {
    numbers.normal(len).into_iter().map(f64::from).collect()
}

/// Runs a twin in f64 into buffers of zeros of these lengths.
fn run<const N: usize>(kernel: impl Kernel, reads: &[&[f64]], lengths: [u32; N]) -> [Vec<f64>; N] {
    let mut buffers = lengths.map(|len| vec![0.0; len as usize]);
    f64::run(&kernel, reads, &mut buffers.each_mut().map(Vec::as_mut_slice)).unwrap();
    buffers
}

fn weighted(y: &[f64], weights: &[f64]) -> f64 {
    y.iter().zip(weights).map(|(y, w)| y * w).sum()
}

/// Holds `gradient` against central differences of `loss` at `x`. With a step of 1e-5 in f64 their error is about
/// 1e-10; the tolerance leaves room for curvature.
fn differences(what: &str, x: &[f64], gradient: &[f64], loss: impl Fn(&[f64]) -> f64) {
    let h = 1e-5;
    let mut moved = x.to_vec();
    let mut shown = 0;
    assert_eq!(x.len(), gradient.len(), "{what}");
    for (at, (&here, &got)) in x.iter().zip(gradient).enumerate() {
        moved[at] = here + h;
        let above = loss(&moved);
        moved[at] = here - h;
        let want = (above - loss(&moved)) / (2.0 * h);
        moved[at] = here;
        let difference = (got - want).abs();
        assert!(
            difference <= 1e-8 + 1e-7 * want.abs().max(got.abs()),
            "{what}[{at}]: got {got}, central difference {want}"
        );
        shown += usize::from(want.abs() > 1e-4);
    }
    assert!(2 * shown >= x.len(), "{what}: only {shown} of {} gradients differ from zero", x.len());
}

fn control_block(alibi: bool, rope: bool) -> Vec<f64> {
    let mut block = vec![0.0; control::LEN];
    block[control::SEED] = 21.0;
    block[control::STEP] = 4.0;
    block[control::ALIBI] = f64::from(u8::from(alibi));
    block[control::ROPE] = f64::from(u8::from(rope));
    block
}

#[test]
fn reverse_attention_follows_central_differences() {
    let mut numbers = Numbers::new(101);
    let heads = Heads { rows: 2, length: 5, heads: 2, head: 4 };
    let (tokens, width) = (heads.rows * heads.length, heads.width());
    let table: Vec<f64> = heads.table(ROPE_BASE).into_iter().map(f64::from).collect();
    for causal in [false, true] {
        for alibi in [false, true] {
            for rope in [false, true] {
                for dropout in [None, Some(Dropout { share: 0.25, stream: 9 })] {
                    let shape = attention::Shape { heads, causal, dropout };
                    let control = control_block(alibi, rope);
                    let qkv = normal(&mut numbers, 3 * tokens * width);
                    let d_output = normal(&mut numbers, tokens * width);
                    let rotated = |qkv: &[f64]| {
                        let mut qkv = qkv.to_vec();
                        f64::run(&Rope { shape: heads }, &[&control, &table], &mut [&mut qkv]).unwrap();
                        qkv
                    };
                    let forward = |qkv: &[f64]| {
                        run(Attention { shape }, &[&control, &rotated(qkv)], [tokens * width, tokens * heads.heads])
                    };
                    let [output, log_sums] = forward(&qkv);
                    let inputs: [&[f64]; 6] = [&control, &rotated(&qkv), &output, &d_output, &log_sums, &table];
                    let [d_qkv] = run(AttentionBackward { shape, rope }, &inputs, [3 * tokens * width]);
                    let what = format!("d qkv, causal {causal}, ALiBi {alibi}, RoPE {rope}, {dropout:?}");
                    differences(&what, &qkv, &d_qkv, |qkv| weighted(&forward(qkv)[0], &d_output));
                }
            }
        }
    }
}

#[test]
fn reverse_layer_norm_follows_central_differences() {
    let mut numbers = Numbers::new(102);
    for (rows, width) in [(3, 7), (5, 4), (2, 33)] {
        let shape = layer_norm::Shape { rows, width, gamma: 2, beta: width + 3, pool: 2 * width + 4 };
        let x = normal(&mut numbers, rows * width);
        let parameters = normal(&mut numbers, shape.pool);
        let dy = normal(&mut numbers, rows * width);
        let forward =
            |x: &[f64], parameters: &[f64]| run(LayerNorm { shape }, &[x, parameters], [rows * width, 2 * rows]);
        let [_, statistics] = forward(&x, &parameters);
        let backward = LayerNormBackward { shape, accumulate: false };
        let [dx, gradients] = run(backward, &[&x, &statistics, &dy, &parameters], [rows * width, shape.pool]);
        differences("dx", &x, &dx, |x| weighted(&forward(x, &parameters)[0], &dy));

        let accumulating = LayerNormBackward { shape, accumulate: true };
        let mut twice = dx.clone();
        let reads: [&[f64]; 4] = [&x, &statistics, &dy, &parameters];
        f64::run(&accumulating, &reads, &mut [&mut twice, &mut gradients.clone()]).unwrap();
        assert!(twice.iter().zip(&dx).all(|(twice, dx)| (twice - 2.0 * dx).abs() < 1e-12));

        for offset in [shape.gamma, shape.beta] {
            let range = offset as usize..(offset + width) as usize;
            differences("dγ or dβ", &parameters[range.clone()], &gradients[range.clone()], |part| {
                let mut moved = parameters.clone();
                moved[range.clone()].copy_from_slice(part);
                weighted(&forward(&x, &moved)[0], &dy)
            });
        }
    }
}

#[test]
fn reverse_cross_entropy_follows_central_differences() {
    let mut numbers = Numbers::new(103);
    let (rows, vocabulary) = (6, 5);
    let targets = [3.0, -1.0, 0.0, 4.0, 4.0, -1.0];
    let kernel = CrossEntropy { rows, vocabulary, judged: 4, gradient: true };
    let logits = normal(&mut numbers, rows * vocabulary);
    let forward = |logits: &[f64]| run(kernel.clone(), &[logits, &targets], [rows * vocabulary, 2 * rows]);
    let [gradient, scores] = forward(&logits);
    // The kernel divides by a number in f32, as the WGSL does.
    let scale = f64::from(1.0_f32 / 4.0);
    differences("d logits", &logits, &gradient, |logits| forward(logits)[1].iter().step_by(2).sum::<f64>() * scale);
    assert_eq!([scores[2], scores[3], scores[10], scores[11]], [0.0, -1.0, 0.0, -1.0], "rows that are not judged");
    assert!(gradient[5..10].iter().all(|&g| g == 0.0));
}

/// Two linear layers with a non-linearity and dropout between them, as an MLP has them, and the launches that
/// `graph/ops/linear.rs` makes for its reverse pass. Seeds are fixed, and no pre-activation here is within 1e-5 of
/// ReLU's kink.
#[test]
fn reverse_products_follow_central_differences() {
    let mut numbers = Numbers::new(104);
    let (rows, inputs, hidden, outputs) = (5, 3, 7, 4);
    let control = control_block(false, false);
    for activation in [Activation::Relu, Activation::Gelu, Activation::Tanh] {
        for dropout in [None, Some(Dropout { share: 0.3, stream: 8 })] {
            for transposed in [false, true] {
                let x = normal(&mut numbers, rows * inputs);
                let bias = normal(&mut numbers, hidden);
                let dy = normal(&mut numbers, rows * outputs);
                let w1 = normal(&mut numbers, inputs * hidden);
                let w2 = normal(&mut numbers, hidden * outputs);
                let product = |m, n, k, back: bool, epilogue| {
                    // A weight is stored one way; the reverse pass reads it the other way.
                    let (row, column) = if transposed != back { (1, k) } else { (n, 1) };
                    let a = Operand { offset: 0, row: k, column: 1, len: m * k };
                    let b = Operand { offset: 0, row, column, len: k * n };
                    Matmul { m, n, k, a, b, bias_len: n, epilogue }
                };
                let up = Epilogue { bias: Some(0), activation, keep_slope: true, dropout, ..Epilogue::default() };
                let up = product(rows, hidden, inputs, false, up);
                let down = product(rows, outputs, hidden, false, Epilogue::default());
                let forward = |x: &[f64], w1: &[f64], bias: &[f64], w2: &[f64]| {
                    let [h, slopes] = run(up.clone(), &[&control, x, w1, bias, &[]], [rows * hidden; 2]);
                    let [y, _] = run(down.clone(), &[&[], &h, w2, &[], &[]], [rows * outputs, 0]);
                    (weighted(&y, &dy), h, slopes)
                };
                let (_, h, slopes) = forward(&x, &w1, &bias, &w2);
                let back = Epilogue { scale: true, ..Epilogue::default() };
                let back = product(rows, hidden, outputs, true, back);
                let [g, _] = run(back, &[&control, &dy, &w2, &[], &slopes], [rows * hidden, 0]);
                let [dx, _] = run(
                    product(rows, inputs, hidden, true, Epilogue::default()),
                    &[&[], &g, &w1, &[], &[]],
                    [rows * inputs, 0],
                );
                let weight_grad = |inputs, outputs, bias| {
                    let pool = inputs * outputs + outputs;
                    WeightGrad { rows, inputs, outputs, weight: 0, transposed, bias, pool }
                };
                let [d_w2] = run(weight_grad(hidden, outputs, None), &[&h, &dy], [hidden * outputs]);
                let bias_at = inputs * hidden;
                let [d_first] = run(weight_grad(inputs, hidden, Some(bias_at)), &[&x, &g], [bias_at + hidden]);
                let (d_w1, d_bias) = d_first.split_at(bias_at as usize);

                let what = |name| format!("{name}, {activation:?}, {dropout:?}, transposed {transposed}");
                differences(&what("dx"), &x, &dx, |x| forward(x, &w1, &bias, &w2).0);
                differences(&what("dW1"), &w1, d_w1, |w1| forward(&x, w1, &bias, &w2).0);
                differences(&what("db1"), &bias, d_bias, |bias| forward(&x, &w1, bias, &w2).0);
                differences(&what("dW2"), &w2, &d_w2, |w2| forward(&x, &w1, &bias, w2).0);
            }
        }
    }
}

/// The branch `residual + dropout(x W + b)`: its reverse pass is a dropped copy of dy, then a product; the residual
/// takes dy itself, added to what it has.
#[test]
fn reverse_residual_dropout_follows_central_differences() {
    let mut numbers = Numbers::new(105);
    let (m, n, k) = (5, 6, 3);
    let control = control_block(false, false);
    let dropout = Some(Dropout { share: 0.3, stream: 8 });
    let (x, w, residual) = (normal(&mut numbers, m * k), normal(&mut numbers, k * n), normal(&mut numbers, m * n));
    let dy = normal(&mut numbers, m * n);
    let a = Operand { offset: 0, row: k, column: 1, len: m * k };
    let b = Operand { offset: 0, row: n, column: 1, len: k * n };
    let epilogue = Epilogue { dropout, residual: true, ..Epilogue::default() };
    let kernel = Matmul { m, n, k, a, b, bias_len: 0, epilogue };
    let forward = |x: &[f64], residual: &[f64]| {
        weighted(&run(kernel.clone(), &[&control, x, &w, &[], residual], [m * n, 0])[0], &dy)
    };
    let [g] = run(DropoutCopy { len: m * n, dropout, accumulate: false }, &[&control, &dy], [m * n]);
    let transposed = Operand { offset: 0, row: 1, column: n, len: k * n };
    let a = Operand { offset: 0, row: n, column: 1, len: m * n };
    let back = Matmul { m, n: k, k: n, a, b: transposed, bias_len: 0, epilogue: Epilogue::default() };
    let [dx, _] = run(back.clone(), &[&[], &g, &w, &[], &[]], [m * k, 0]);
    differences("dx", &x, &dx, |x| forward(x, &residual));
    differences("d residual", &residual, &dy, |residual| forward(&x, residual));

    // Adding instead of writing.
    let mut sum = dx.clone();
    let adding = Matmul { epilogue: Epilogue { accumulate: true, ..Epilogue::default() }, ..back };
    f64::run(&adding, &[&[], &g, &w, &[], &[]], &mut [&mut sum, &mut []]).unwrap();
    assert!(sum.iter().zip(&dx).all(|(sum, dx)| (sum - 2.0 * dx).abs() < 1e-12));
}

#[test]
fn reverse_embedding_follows_central_differences() {
    let mut numbers = Numbers::new(106);
    let [rows, length, width, vocabulary] = [4, 5, 3, 4];
    let gain = 2 + vocabulary * width;
    let shape = embed::Shape {
        rows,
        length,
        width,
        vocabulary,
        tokens: 2,
        positions: true,
        gain,
        table: gain + 1,
        pool: gain + 1 + length * width,
    };
    let size = rows * length * width;
    let tokens: Vec<f64> = numbers.whole(rows * length, vocabulary).into_iter().map(f64::from).collect();
    let parameters = normal(&mut numbers, shape.pool);
    let dx = normal(&mut numbers, size);
    let loss = |parameters: &[f64]| weighted(&run(Embed { shape }, &[&tokens, parameters], [size])[0], &dx);
    let backward = EmbedBackward { shape, table: true, accumulate: false };
    let [mut gradients] = run(backward, &[&tokens, &dx, &parameters], [shape.pool]);
    f64::run(&GainBackward { shape }, &[&dx, &parameters], &mut [&mut gradients]).unwrap();
    differences("d parameters", &parameters, &gradients, loss);
}

/// A table against itself, in one tile of rows and in two, with rows that want nothing and rows that want themselves.
#[test]
fn reverse_tied_cross_entropy_follows_central_differences() {
    let mut numbers = Numbers::new(107);
    for [rows, width] in [[1, 2], [9, 4], [35, 3]] {
        let table = Table { rows, width, table: 0, pool: rows * width };
        let targets: Vec<f64> = common::tied::targets(&mut numbers, rows).into_iter().map(f64::from).collect();
        let parameters = normal(&mut numbers, table.pool);
        let forward = |parameters: &[f64]| run(TiedCrossEntropy { table }, &[parameters, &targets], [2 * rows; 2]);
        let loss = |parameters: &[f64]| forward(parameters)[1].chunks_exact(2).map(|score| score[0]).sum();
        let [norms, _] = forward(&parameters);
        let reads: [&[f64]; 3] = [&parameters, &targets, &norms];
        let [gradients] = run(TiedCrossEntropyBackward { table }, &reads, [table.pool]);
        if rows == 1 {
            // Of a single row all is the diagonal, and whatever it is the softmax is one.
            assert_eq!((loss(&parameters), gradients), (0.0, vec![0.0; width as usize]));
        } else {
            differences(&format!("{rows} rows of {width}"), &parameters, &gradients, loss);
        }
    }
}

/// Rows against a table, within a part and a block of the twins and beyond them, with rows that are not judged.
#[test]
fn reverse_table_cross_entropy_follows_central_differences() {
    let mut numbers = Numbers::new(108);
    for [rows, entries, width] in [[5, 4, 3], [37, 9, 2], [6, 515, 2]] {
        let table = Table { rows: entries, width, table: 2, pool: entries * width + 2 };
        let targets = common::table::targets(&mut numbers, rows, entries);
        let judged = targets.iter().filter(|&&target| target >= 0.0).count() as u32;
        let targets: Vec<f64> = targets.into_iter().map(f64::from).collect();
        let (x, parameters) = (normal(&mut numbers, rows * width), normal(&mut numbers, table.pool));
        let forward = |x: &[f64], parameters: &[f64]| {
            run(TableCrossEntropy { rows, table }, &[x, parameters, &targets], [rows, 2 * rows])
        };
        // The kernel divides by a number in f32, as the WGSL does.
        let scale = f64::from(1.0 / judged as f32);
        let loss = |x: &[f64], parameters: &[f64]| {
            forward(x, parameters)[1].chunks_exact(2).map(|score| score[0]).sum::<f64>() * scale
        };
        let [norms, scores] = forward(&x, &parameters);
        let reads: [&[f64]; 4] = [&x, &parameters, &targets, &norms];
        let backward = TableCrossEntropyBackward { rows, table, judged };
        let [dx, gradients] = run(backward, &reads, [rows * width, table.pool]);
        // Against the kernel that has its logits stored, which is a product of its own.
        let operand = |offset, row, column, len| Operand { offset, row, column, len };
        let (a, b) = (operand(0, width, 1, rows * width), operand(2, 1, width, table.pool));
        let product = Matmul { m: rows, n: entries, k: width, a, b, bias_len: 0, epilogue: Epilogue::default() };
        let [logits, _] = run(product, &[&[], &x, &parameters, &[], &[]], [rows * entries, 0]);
        let stored = CrossEntropy { rows, vocabulary: entries, judged, gradient: false };
        let [_, want] = run(stored, &[&logits, &targets], [0, 2 * rows]);
        assert!(scores.iter().zip(&want).all(|(got, want)| (got - want).abs() < 1e-12), "{scores:?}, want {want:?}");

        let what = format!("{rows} rows, {entries} entries of {width}");
        differences(&format!("dx, {what}"), &x, &dx, |x| loss(x, &parameters));
        assert_eq!(gradients[..2], [0.0; 2], "before the table");
        differences(&format!("d table, {what}"), &parameters[2..], &gradients[2..], |entries| {
            loss(&x, &[&parameters[..2], entries].concat())
        });
    }
}

#[test]
fn reverse_squared_error_follows_central_differences() {
    let mut numbers = Numbers::new(109);
    for [rows, width] in [[1, 1], [5, 2], [3, 4]] {
        let [predictions, targets] = [0; 2].map(|_| normal(&mut numbers, rows * width));
        let kernel = |gradient| SquaredError { rows, width, gradient };
        let loss = |predictions: &[f64]| {
            let [_, scores] = run(kernel(false), &[predictions, &targets], [0, 2 * rows]);
            scores.chunks_exact(2).map(|score| score[0]).sum::<f64>() / f64::from(rows)
        };
        let [gradient, _] = run(kernel(true), &[&predictions, &targets], [rows * width, 2 * rows]);
        differences(&format!("{rows} rows of {width}"), &predictions, &gradient, loss);
    }
}

/// Attention over weighted keys, with one query and several, by each way of weighing.
#[test]
fn reverse_weighted_attention_follows_central_differences() {
    let mut numbers = Numbers::new(110);
    for weighting in [Weighting::Softmax, Weighting::Linear, Weighting::Uniform] {
        for [rows, queries, keys, heads, head] in [[1, 1, 2, 1, 4], [2, 3, 5, 2, 4]] {
            let shape = Shape { rows, queries, keys, heads, head, weighting };
            let (asked, known) = (rows * queries * shape.width(), rows * keys * 2 * shape.width());
            let [q, kv, bias, d_output] = [asked, known, rows * keys, asked].map(|len| normal(&mut numbers, len));
            let sums = if shape.linear() { 0 } else { rows * queries * heads };
            let forward = |q: &[f64], kv: &[f64]| run(WeightedAttention { shape }, &[q, kv, &bias], [asked, sums]);
            let loss = |q: &[f64], kv: &[f64]| weighted(&forward(q, kv)[0], &d_output);
            let [output, sums] = forward(&q, &kv);
            let reads: [&[f64]; 6] = [&q, &kv, &bias, if shape.linear() { &[] } else { &output }, &d_output, &sums];
            let [d_q, d_kv] = run(WeightedAttentionBackward { shape }, &reads, [asked, known]);
            let values = |kv: &[f64]| -> Vec<f64> {
                let each = kv.chunks_exact(shape.width() as usize);
                each.skip(1).step_by(2).flatten().copied().collect()
            };
            if weighting == Weighting::Uniform {
                // No logit counts, so that neither queries nor keys do.
                assert!(d_q.iter().all(|&d| d == 0.0), "{shape:?}: {d_q:?}");
                differences(&format!("d values, {shape:?}"), &values(&kv), &values(&d_kv), |some| {
                    let mut kv = kv.clone();
                    let each = kv.chunks_exact_mut(shape.width() as usize).skip(1).step_by(2);
                    each.zip(some.chunks_exact(shape.width() as usize)).for_each(|(to, from)| to.copy_from_slice(from));
                    loss(&q, &kv)
                });
                continue;
            }
            differences(&format!("d q, {shape:?}"), &q, &d_q, |q| loss(q, &kv));
            differences(&format!("d kv, {shape:?}"), &kv, &d_kv, |kv| loss(&q, kv));
        }
    }
}

#[test]
fn reverse_products_of_sequences_follow_central_differences() {
    let mut numbers = Numbers::new(113);
    let (rows, length, inner, columns) = (3, 2, 5, 4);
    for transposed in [false, true] {
        let kernel = |inner, columns, transposed| {
            let (scale, accumulate) = (0.3, false);
            Product { rows, length, inner, columns, transposed, scale, accumulate }
        };
        let (x, matrices) = (normal(&mut numbers, rows * length * inner), normal(&mut numbers, rows * inner * columns));
        let dy = normal(&mut numbers, rows * length * columns);
        let loss = |x: &[f64]| {
            let forward = kernel(inner, columns, transposed);
            weighted(&run(forward, &[x, &matrices], [rows * length * columns])[0], &dy)
        };
        let [dx] = run(kernel(columns, inner, !transposed), &[&dy, &matrices], [rows * length * inner]);
        differences(&format!("transposed {transposed}"), &x, &dx, loss);
    }
}

#[test]
fn reverse_attention_over_what_is_given_follows_central_differences() {
    let mut numbers = Numbers::new(114);
    for [rows, length, inner, width] in [[2, 5, 3, 4], [1, 3, 1, 2]] {
        let shape = attend::Shape { rows, length, inner, width, scale: 0.8 };
        let tokens = rows * length;
        let [queries, keys] = [0; 2].map(|_| normal(&mut numbers, tokens * inner));
        let [values, dy] = [0; 2].map(|_| normal(&mut numbers, tokens * width));
        let forward =
            |queries: &[f64]| run(Attend { shape }, &[queries, &keys, &values], [tokens * width, tokens * length]);
        let loss = |queries: &[f64]| weighted(&forward(queries)[0], &dy);
        let [_, weights] = forward(&queries);
        let backward = AttendBackward { shape, accumulate: false };
        let [gradient] = run(backward, &[&keys, &values, &weights, &dy], [tokens * inner]);
        differences(&format!("{shape:?}"), &queries, &gradient, loss);
    }
}

#[test]
fn reverse_norms_without_parameters_follow_central_differences() {
    let mut numbers = Numbers::new(115);
    for centred in [false, true] {
        let (rows, width) = (4, 5);
        let shape = row_norm::Shape { rows, width, centred };
        let [x, dy] = [0; 2].map(|_| normal(&mut numbers, rows * width));
        let forward = |x: &[f64]| run(RowNorm { shape }, &[x], [rows * width, rows]);
        let [y, scales] = forward(&x);
        let backward = RowNormBackward { shape, accumulate: false };
        let [dx] = run(backward, &[&y, &scales, &dy], [rows * width]);
        differences(&format!("centred {centred}"), &x, &dx, |x| weighted(&forward(x)[0], &dy));
    }
}
