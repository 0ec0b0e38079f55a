//! The kernels in a browser: the cases of `kernels.rs` on the browser's own WebGPU. Its compiler is not the native
//! one (Chrome has Tint, Firefox naga), so this is also where it is seen to accept the shaders.
//!
//! `cargo test --release --target wasm32-unknown-unknown --test web`, as build.sh runs it; a browser without an adapter fails. CI's is
//! software and slow.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[macro_use]
mod common;

use std::rc::Rc;

use mnemoscope::compute::gpu::Gpu;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

async fn parity(family: &str) {
    let gpu = Gpu::open().await;
    let mut gpu = Rc::new(gpu.unwrap_or_else(|error| panic!("no adapter to test the WGSL on: {error}")));
    let start = web_time::Instant::now();
    let summary = common::harness::check(&mut gpu, &common::cases(family)).await;
    console_log!("{}; {} ms", summary.finish(family, &gpu), start.elapsed().as_millis());
}

macro_rules! parity_of {
    ($($family:ident: $file:ident::$make:ident,)+) => {
        $(#[wasm_bindgen_test]
        async fn $family() {
            parity(stringify!($family)).await;
        })+
    };
}
families!(parity_of);

#[wasm_bindgen_test]
fn products_of_matrices_are_sums() {
    common::gemm::products_are_sums();
}

/// Codes and choices of sequence machines, on the CPU in WebAssembly and on the browser's WebGPU.
#[wasm_bindgen_test]
async fn cpu_and_webgpu_store_and_recall_the_same_bits() {
    let gpu = Gpu::open().await;
    let gpu = Rc::new(gpu.unwrap_or_else(|error| panic!("no adapter to test on: {error}")));
    common::machines::executors_agree(gpu).await;
}

/// The first ten losses on the CPU, in WebAssembly, and on the browser's WebGPU.
#[wasm_bindgen_test]
async fn cpu_and_webgpu_train_alike() {
    common::training::executors_agree(common::training::SMALL).await;
}

#[wasm_bindgen_test]
async fn twenty_steps_on_webgpu_learn_and_repeat() {
    let link = format!("{}&executor=webgpu&dropout=0&rate=0.01", common::training::SMALL);
    common::training::learns_and_repeats(&link).await;
}

/// What is not a number, or not finite, is that on the page too; many numbers are a typed array.
#[wasm_bindgen_test]
fn answers_cross_the_border_as_they_are() {
    use js_sys::{Array, Float32Array, Uint8Array};
    use mnemoscope::labs::arrays::{Bytes, Floats, encode};
    use wasm_bindgen::JsCast;
    let numbers = Array::from(&encode(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.5]).unwrap());
    let number = |at| numbers.get(at).as_f64().unwrap();
    assert!(number(0).is_nan());
    assert_eq!([number(1), number(2), number(3)], [f64::INFINITY, f64::NEG_INFINITY, 1.5]);
    assert!(encode(&None::<f64>).unwrap().is_null());
    let floats: Float32Array = encode(&Floats(vec![1.0, f32::NAN])).unwrap().dyn_into().unwrap();
    assert!(floats.length() == 2 && floats.get_index(1).is_nan());
    let bytes: Uint8Array = encode(&Bytes(vec![7, 255])).unwrap().dyn_into().unwrap();
    assert_eq!(bytes.to_vec(), [7, 255]);
}
