//! What the kernel tests share, natively and in a browser: the harness, which runs one launch on both executors,
//! and the cases, one file per family of kernels.
//!
//! Sizes are odd on purpose (1, 3, 7, 33, 65, 257): a guard that is off by one, a stride that was taken for a
//! multiple of four, or a replica that starts in the wrong place all show there, and hide at powers of two.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(dead_code, reason = "each test program uses a part of this")]
#![allow(missing_docs, unreachable_pub, reason = "this is not an interface")]

pub mod attention;
#[cfg(not(target_arch = "wasm32"))]
pub mod bigram;
#[cfg(not(target_arch = "wasm32"))]
pub mod crew;
pub mod data;
pub mod embedding;
pub mod gemm;
pub mod harness;
pub mod kanerva;
pub mod machines;
pub mod mixture;
pub mod norm;
pub mod numbers;
pub mod optimise;
pub mod products;
#[cfg(not(target_arch = "wasm32"))]
pub mod races;
pub mod sdm;
pub mod similarity;
pub mod table;
pub mod tied;
pub mod training;
pub mod vectors;

use harness::Case;

/// Hands `$use!` every kernel's name with the function that makes its cases for a number of replicas: the one row per kernel.
macro_rules! families {
    ($use:ident) => {
        $use! {
            matmul: products::matmul,
            weight_grad: products::weight_grad,
            attention: attention::forward,
            attention_backward: attention::backward,
            rope: attention::rope,
            layer_norm: norm::layer_norm,
            layer_norm_backward: norm::layer_norm_backward,
            cross_entropy: norm::cross_entropy,
            tied_cross_entropy: tied::forward,
            tied_cross_entropy_backward: tied::backward,
            table_cross_entropy: table::forward,
            table_cross_entropy_backward: table::backward,
            squared_error: norm::squared_error,
            weighted_attention: mixture::forward,
            weighted_attention_backward: mixture::backward,
            mixture: mixture::mixture,
            mixture_tokens: mixture::tokens,
            embed: embedding::embed,
            embed_backward: embedding::embed_backward,
            gain_backward: embedding::gain_backward,
            grad_norm: optimise::grad_norm,
            metrics: optimise::metrics,
            adamw: optimise::adamw,
            descent: optimise::descent,
            momentum: optimise::momentum,
            adam_tensor: optimise::adam_tensor,
            vectors: vectors::vectors,
            product: vectors::product,
            attend: vectors::attend,
            attend_backward: vectors::attend_backward,
            row_norm: vectors::row_norm,
            row_norm_backward: vectors::row_norm_backward,
            batch: data::batch,
            examples: data::examples,
            dropout: data::dropout,
            select: data::select,
            similarity: similarity::similarity,
            ranked_sum: sdm::ranked_sum,
            winners: sdm::winners,
            store: sdm::store,
            present: sdm::present,
            context: sdm::context,
            nearest: sdm::nearest,
            tick: sdm::tick,
            hamming: kanerva::hamming,
            counters: kanerva::counters,
            majority: kanerva::majority,
        }
    };
}

macro_rules! cases {
    ($($name:ident: $file:ident::$make:ident,)+) => {
        /// Every kernel that has cases.
        pub const FAMILIES: &[&str] = &[$(stringify!($name)),+];

        /// A kernel's cases for one replica and for three, of which the middle one differs in its flags.
        pub fn cases(family: &str) -> Vec<Case> {
            let make: fn(u32) -> Vec<Case> = match family {
                $(stringify!($name) => $file::$make,)+
                _ => panic!("{family} has no cases"),
            };
            [1, 3].into_iter().flat_map(make).collect()
        }
    };
}
families!(cases);
