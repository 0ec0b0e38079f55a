//! Products of matrices against plain sums in f64, on whatever multiplies them here.

use mnemoscope::kernels::gemm::{Matrix, Store, multiply};

use super::numbers::Numbers;

/// Sizes from one number to several blocks, parts of tiles, and sums of several depths.
const SIZES: [[u32; 3]; 12] = [
    [1, 1, 1],
    [4, 8, 4],
    [3, 5, 7],
    [30, 30, 16],
    [30, 16, 30],
    [1, 17, 64],
    [65, 9, 3],
    [64, 64, 64],
    [5, 40, 256],
    [7, 12, 257],
    [70, 33, 600],
    [128, 24, 1],
];

/// Every size, each operand stored either way, and what becomes of what was there. In WebAssembly a row comes out the
/// same alone as among others.
pub fn products_are_sums() {
    let mut numbers = Numbers::new(77);
    for [m, n, k] in SIZES {
        let (a, b, old) = (numbers.normal(m * k), numbers.normal(k * n), numbers.normal(m * (n + 3)));
        let [m, n, k] = [m, n, k].map(|size| size as usize);
        let stride = n + 3;
        for case in 0..8 {
            let [left, right, add] = [1, 2, 4].map(|bit| case & bit > 0);
            let (a_strides, b_strides) = (if left { [1, m] } else { [k, 1] }, if right { [1, k] } else { [n, 1] });
            let (a, b) = (Matrix::new(&a, [m, k], a_strides), Matrix::new(&b, [k, n], b_strides));
            let how = if add { Store::Add } else { Store::New };
            let mut c = old.clone();
            multiply(0.5, a, b, how, &mut c, stride);
            for (at, (&got, &was)) in c.iter().zip(&old).enumerate() {
                let (row, column) = (at / stride, at % stride);
                if column >= n {
                    assert_eq!(got, was, "{m} × {k} × {n}, case {case}: beside the product at {row}, {column}");
                    continue;
                }
                let term = |p: usize| f64::from(a.get(row, p)) * f64::from(b.get(p, column));
                let (sum, size) = (0..k).fold((0.0, 0.0), |(sum, size), p| (sum + term(p), size + term(p).abs()));
                let want = 0.5 * sum + if add { f64::from(was) } else { 0.0 };
                let allowed = 1e-6 * (size + f64::from(was).abs()) + 1e-7;
                let off = (f64::from(got) - want).abs();
                assert!(off <= allowed, "{m} × {k} × {n}, case {case}, at {row}, {column}: {got}, want {want}");
            }
            // A library may have another way for one row.
            if cfg!(not(target_arch = "wasm32")) {
                continue;
            }
            let last = m - 1;
            let mut alone = old[last * stride..].to_vec();
            multiply(0.5, a.rows(last..m), b, how, &mut alone, stride);
            assert_eq!(alone, c[last * stride..], "{m} × {k} × {n}, case {case}: the last row alone");
        }
    }
}
