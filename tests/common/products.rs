//! Cases of the matrix product and of the weight gradient.

use mnemoscope::kernels::matmul::{Activation, Epilogue, Matmul, Operand};
use mnemoscope::kernels::rng::Dropout;
use mnemoscope::kernels::weight_grad::WeightGrad;

use super::harness::{Case, Rule};
use super::numbers::{Numbers, control_blocks};

const SIZES: [[u32; 3]; 8] =
    [[1, 1, 1], [3, 1, 7], [1, 65, 3], [7, 33, 65], [33, 65, 7], [65, 7, 33], [66, 34, 129], [8, 31, 257]];

/// Dropout of three in ten.
pub const DROPOUT: Dropout = Dropout { share: 0.3, stream: 100_003 };

/// How the operands lie: transposed or not.
#[derive(Clone, Copy, Debug)]
struct Lie {
    a: bool,
    b: bool,
}

/// The product of one size and lie. Operands start at odd offsets of buffers with room behind them, as weights in
/// the parameter pool do.
fn product([m, n, k]: [u32; 3], lie: Lie, epilogue: Epilogue) -> Matmul {
    let operand = |offset, rows: u32, columns: u32, transposed| {
        let (row, column) = if transposed { (1, rows) } else { (columns, 1) };
        Operand { offset, row, column, len: offset + rows * columns + 2 }
    };
    Matmul {
        m,
        n,
        k,
        a: operand(3, m, k, lie.a),
        b: operand(5, k, n, lie.b),
        bias_len: if epilogue.bias.is_some() { n + 9 } else { 0 },
        epilogue,
    }
}

fn case(numbers: &mut Numbers, replicas: u32, size: [u32; 3], lie: Lie, name: &str, epilogue: Epilogue) -> Case {
    let matmul = product(size, lie, epilogue);
    let [m, n, k] = size;
    let reads = vec![
        epilogue.dropout.map(|_| control_blocks(replicas, |_, _| {})),
        Some(numbers.normal(replicas * matmul.a.len)),
        Some(numbers.normal(replicas * matmul.b.len)),
        epilogue.bias.map(|_| numbers.normal(replicas * matmul.bias_len)),
        (epilogue.residual || epilogue.scale).then(|| numbers.normal(replicas * m * n)),
    ];
    let writes =
        vec![Some(numbers.normal(replicas * m * n)), epilogue.keep_slope.then(|| numbers.normal(replicas * m * n))];
    let transposed = |yes| if yes { "ᵀ" } else { "" };
    let name = format!("{m}×{n}×{k}, A{} B{}, {name}", transposed(lie.a), transposed(lie.b));
    // Only the mask makes zeros where nothing is added and there is no ReLU.
    let relu = epilogue.activation == Activation::Relu;
    let dropped = epilogue.dropout.is_some() && !epilogue.residual && !epilogue.accumulate && !relu;
    Case::new(name, matmul, replicas, reads, writes).rule(if dropped { Rule::Dropped } else { Rule::Close })
}

/// The epilogues that graphs make, each flag alone, and all of them at once.
pub fn epilogues() -> Vec<(&'static str, Epilogue)> {
    let plain = Epilogue::default();
    let bias = Epilogue { bias: Some(4), ..plain };
    let relu = Epilogue { activation: Activation::Relu, ..bias };
    let gelu = Epilogue { activation: Activation::Gelu, ..bias };
    let dropout = Some(DROPOUT);
    vec![
        ("plain", plain),
        ("bias", bias),
        ("relu alone", Epilogue { activation: Activation::Relu, ..plain }),
        ("gelu alone", Epilogue { activation: Activation::Gelu, ..plain }),
        ("tanh alone", Epilogue { activation: Activation::Tanh, ..plain }),
        ("relu", relu),
        ("gelu", gelu),
        ("derivative alone", Epilogue { keep_slope: true, ..plain }),
        ("relu, kept", Epilogue { keep_slope: true, ..relu }),
        ("gelu, kept", Epilogue { keep_slope: true, ..gelu }),
        ("relu, kept, dropout", Epilogue { keep_slope: true, dropout, ..relu }),
        ("gelu, kept, dropout", Epilogue { keep_slope: true, dropout, ..gelu }),
        ("dropout alone", Epilogue { dropout, ..plain }),
        ("bias, dropout", Epilogue { dropout, ..bias }),
        ("residual alone", Epilogue { residual: true, ..plain }),
        ("bias, residual", Epilogue { residual: true, ..bias }),
        ("bias, dropout, residual", Epilogue { residual: true, dropout, ..bias }),
        ("accumulate alone", Epilogue { accumulate: true, ..plain }),
        ("bias, accumulate", Epilogue { accumulate: true, ..bias }),
        ("scale", Epilogue { scale: true, ..plain }),
        ("scale, dropout", Epilogue { scale: true, dropout, ..plain }),
        ("scale, accumulate", Epilogue { scale: true, accumulate: true, ..plain }),
        ("gelu, residual, accumulate", Epilogue { residual: true, accumulate: true, ..gelu }),
        (
            "everything",
            Epilogue {
                bias: Some(4),
                activation: Activation::Gelu,
                keep_slope: true,
                scale: true,
                dropout,
                residual: true,
                accumulate: true,
            },
        ),
    ]
}

pub fn matmul(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(1);
    let mut cases = Vec::new();
    for size in SIZES {
        for (a, b) in [(false, false), (false, true), (true, false), (true, true)] {
            cases.push(case(&mut numbers, replicas, size, Lie { a, b }, "plain", Epilogue::default()));
        }
    }
    for (at, (name, epilogue)) in epilogues().into_iter().enumerate() {
        let lie = Lie { a: false, b: at % 2 == 1 };
        cases.push(case(&mut numbers, replicas, SIZES[3 + at % 3], lie, name, epilogue));
    }
    cases
}

pub fn weight_grad(replicas: u32) -> Vec<Case> {
    let mut numbers = Numbers::new(2);
    let mut cases = Vec::new();
    for [rows, inputs, outputs] in [[1, 1, 1], [7, 3, 1], [15, 1, 65], [65, 7, 33], [33, 65, 7], [257, 33, 17]] {
        for transposed in [false, true] {
            for bias in [false, true] {
                let pool = inputs * outputs + 2 * outputs + 11;
                let bias = bias.then_some(inputs * outputs + outputs + 6);
                let kernel = WeightGrad { rows, inputs, outputs, weight: 3, transposed, bias, pool };
                let reads = vec![
                    Some(numbers.normal(replicas * rows * inputs)),
                    Some(numbers.normal(replicas * rows * outputs)),
                ];
                let writes = vec![Some(numbers.normal(replicas * pool))];
                let name = format!("{rows} rows, {inputs}×{outputs}, transposed {transposed}, bias {bias:?}");
                cases.push(Case::new(name, kernel, replicas, reads, writes));
            }
        }
    }
    cases
}
