//! Kernels: one file per WGSL file of the same name in `shaders/`. Each gives its parameters, what it needs of its
//! buffers, its launch size and its CPU twin. A twin works on one replica; the WGSL finds its replica in the workgroup number.
//!
//! Bindings are in the same order on both sides: 0 is the uniform block, then the buffers read, then the
//! buffers written. A buffer that a launch does not use is bound to an empty stand-in.
//!
//! Nothing here lists the kernels: what no graph or plan records is not linked.

pub mod adam_tensor;
pub mod adamw;
pub mod attend;
pub mod attend_backward;
pub mod attention;
pub mod attention_backward;
pub mod batch;
pub mod clock;
pub mod context;
pub mod control;
pub mod counters;
pub mod cross_entropy;
pub mod descent;
pub mod dropout;
pub mod embed;
pub mod embed_backward;
pub mod examples;
pub mod gain_backward;
pub mod gemm;
pub mod grad_norm;
pub mod hamming;
pub mod layer_norm;
pub mod layer_norm_backward;
pub mod majority;
pub mod matmul;
pub mod metrics;
pub mod mixture;
pub mod mixture_tokens;
pub mod momentum;
pub mod nearest;
pub mod present;
pub mod product;
pub mod ranked_sum;
pub mod real;
pub mod rng;
pub mod rope;
pub mod row_norm;
pub mod row_norm_backward;
pub mod select;
pub mod shader;
pub mod similarity;
pub mod squared_error;
pub mod store;
pub mod table;
pub mod table_cross_entropy;
pub mod table_cross_entropy_backward;
pub mod tick;
pub mod tied_cross_entropy;
pub mod tied_cross_entropy_backward;
pub mod vectors;
pub mod weight_grad;
pub mod weighted_attention;
pub mod weighted_attention_backward;
pub mod winners;

use std::fmt::Debug;

use crate::error::Error;
use real::Real;
use shader::Wgsl;

/// One word of a uniform block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Word {
    /// A `u32` in WGSL.
    U(u32),
    /// An `f32` in WGSL.
    F(f32),
}

impl Word {
    /// Its bits.
    #[must_use]
    pub fn bits(self) -> u32 {
        match self {
            Self::U(word) => word,
            Self::F(word) => word.to_bits(),
        }
    }
}

impl From<u32> for Word {
    fn from(word: u32) -> Self {
        Self::U(word)
    }
}

impl From<f32> for Word {
    fn from(word: f32) -> Self {
        Self::F(word)
    }
}

impl From<bool> for Word {
    fn from(word: bool) -> Self {
        Self::U(u32::from(word))
    }
}

/// Words with their names: members of a uniform block, or constants that are written before a shader's text, so that a
/// pipeline is compiled for its case.
pub type Words = Vec<(&'static str, Word)>;

/// How a matrix product goes about its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Product {
    /// 4 × 4 outputs per thread, operands straight from storage.
    Direct4,
    /// 8 × 8 outputs per thread, operands straight from storage.
    Direct8,
    /// 4 × 4 outputs per thread, operands through workgroup memory.
    Tiled,
}

/// How the sums over all rows of a batch go about theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sums {
    /// Eight slices of the rows side by side, which meet at a barrier.
    Sliced,
    /// The slices one after the other in one thread: fewer threads, no barrier.
    Serial,
}

/// Which of its equivalent forms a kernel takes on an adapter; found by timing, see `compute::tune`. All give the same
/// bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// Of matrix products.
    pub product: Product,
    /// Of sums over rows.
    pub sums: Sums,
}

impl Form {
    /// Every form, the first one the default; the first three have all products.
    pub const ALL: [Self; 6] = [
        Self { product: Product::Direct4, sums: Sums::Sliced },
        Self { product: Product::Direct8, sums: Sums::Sliced },
        Self { product: Product::Tiled, sums: Sums::Sliced },
        Self { product: Product::Direct4, sums: Sums::Serial },
        Self { product: Product::Direct8, sums: Sums::Serial },
        Self { product: Product::Tiled, sums: Sums::Serial },
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> String {
        let product = match self.product {
            Product::Direct4 => "direct 4×4",
            Product::Direct8 => "direct 8×8",
            Product::Tiled => "tiled 4×4",
        };
        let sums = match self.sums {
            Sums::Sliced => "sliced",
            Sums::Serial => "serial",
        };
        format!("products {product}, sums {sums}")
    }

    /// Outputs per thread along one axis.
    #[must_use]
    pub fn side(self) -> u32 {
        match self.product {
            Product::Direct8 => 8,
            Product::Direct4 | Product::Tiled => 4,
        }
    }
}

/// What a kernel needs of one of its buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Its name, as in WGSL.
    pub name: &'static str,
    /// The fewest elements per replica that hold all that the kernel touches; `None` where it does not use the buffer, which may then
    /// be missing.
    pub least: Option<u32>,
}

/// A kernel with its parameters. `kernel!` makes the implementations.
pub trait Kernel: Send + Sync {
    /// Name of the file in `shaders/` and in `src/kernels/`.
    fn name(&self) -> &'static str;
    /// Buffers read, in binding order.
    fn reads(&self) -> Vec<Binding>;
    /// Buffers written (and possibly read), in binding order.
    fn writes(&self) -> Vec<Binding>;
    /// Compile-time constants.
    fn constants(&self, _: Form) -> Words {
        vec![]
    }
    /// The uniform block, with the names of the WGSL struct's members.
    fn uniform(&self) -> Words;
    /// Launch size for `replicas` replicas.
    fn workgroups(&self, form: Form, replicas: u32) -> [u32; 3];
    /// Floating-point operations for one replica, as far as they count.
    fn flops(&self) -> f64 {
        0.0
    }
    /// Parameters and gradients that one replica's launch touches in the pools, which hold much else.
    fn pool_elements(&self) -> u32 {
        0
    }
    /// The WGSL.
    fn shader(&self, form: Form) -> Wgsl;
    /// Runs the CPU twin on one replica's buffers, in binding order; empty ones stand for what is not used.
    ///
    /// # Errors
    /// [`Error::Internal`] if there are too few or too many.
    fn run_f32(&self, reads: &[&[f32]], writes: &mut [&mut [f32]]) -> Result<(), Error>;
    /// The same in double precision, which only checks of gradients ask for: not in WebAssembly, where it would be linked unused.
    ///
    /// # Errors
    /// [`Error::Internal`] if there are too few or too many.
    #[cfg(not(target_arch = "wasm32"))]
    fn run_f64(&self, reads: &[&[f64]], writes: &mut [&mut [f64]]) -> Result<(), Error>;
}

/// Without what it holds, so that a page need not carry how to print that.
impl std::fmt::Debug for dyn Kernel + '_ {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A number that the CPU executor works in.
pub trait Number: Real {
    /// Runs the CPU twin on one replica's buffers.
    ///
    /// # Errors
    /// [`Error::Internal`] if there are too few or too many.
    fn run(kernel: &dyn Kernel, reads: &[&[Self]], writes: &mut [&mut [Self]]) -> Result<(), Error>;
}

impl Number for f32 {
    fn run(kernel: &dyn Kernel, reads: &[&[Self]], writes: &mut [&mut [Self]]) -> Result<(), Error> {
        kernel.run_f32(reads, writes)
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Number for f64 {
    fn run(kernel: &dyn Kernel, reads: &[&[Self]], writes: &mut [&mut [Self]]) -> Result<(), Error> {
        kernel.run_f64(reads, writes)
    }
}

/// Hands the buffers of a launch to a twin.
fn hand_over<T, const R: usize, const W: usize>(
    kernel: &dyn Kernel,
    reads: &[&[T]],
    writes: &mut [&mut [T]],
    twin: impl FnOnce([&[T]; R], [&mut [T]; W]),
) -> Result<(), Error> {
    let given = (reads.len(), writes.len());
    match (<[&[T]; R]>::try_from(reads), <&mut [&mut [T]; W]>::try_from(writes)) {
        (Ok(reads), Ok(writes)) => {
            twin(reads, writes.each_mut().map(|buffer| &mut **buffer));
            Ok(())
        }
        _ => Err(Error::Internal(format!(
            "{} reads {R} buffers and writes {W}, not {} and {}",
            kernel.name(),
            given.0,
            given.1
        ))),
    }
}

/// [`Words`]: `NAME: value`. A name alone stands for the constant of that name, or after `self;` for the field.
macro_rules! words {
    (@ $name:ident) => { $name };
    (@ $name:ident = $value:expr) => { $value };
    (@ $name:ident of $self:ident) => { $self.$name };
    (@ $name:ident of $self:ident = $value:expr) => { $value };
    ($self:ident; $($name:ident $(: $value:expr)?),* $(,)?) => {
        vec![$((stringify!($name), $crate::kernels::Word::from($crate::kernels::words!(@ $name of $self $(= $value)?)))),*]
    };
    ($($name:ident $(: $value:expr)?),* $(,)?) => {
        vec![$((stringify!($name), $crate::kernels::Word::from($crate::kernels::words!(@ $name $(= $value)?)))),*]
    };
}
pub(crate) use words;

/// Makes a struct of parameters a [`Kernel`] by the name of its WGSL file: its buffers in binding order, each with the fewest elements
/// that it needs (or an option of it), its words and its launch size. Its twin is `fn twin<T: Real>(&self, reads: [&[T]; R],
/// writes: [&mut [T]; W])`.
macro_rules! kernel {
    (
        $kernel:ident is $name:literal for ($self:ident, $form:ident, $replicas:ident);
        reads [$($read:ident: $read_least:expr),* $(,)?];
        writes [$($write:ident: $write_least:expr),* $(,)?];
        $(constants $constants:expr;)?
        uniform $uniform:expr;
        workgroups $workgroups:expr;
        $(flops $flops:expr;)?
        $(pool_elements $pool_elements:expr;)?
        $(or $other:literal if $when:expr;)?
    ) => {
        impl $crate::kernels::Kernel for $kernel {
            fn name(&self) -> &'static str {
                $name
            }
            fn reads(&$self) -> Vec<$crate::kernels::Binding> {
                vec![$($crate::kernels::Binding { name: stringify!($read), least: Option::from($read_least) }),*]
            }
            fn writes(&$self) -> Vec<$crate::kernels::Binding> {
                vec![$($crate::kernels::Binding { name: stringify!($write), least: Option::from($write_least) }),*]
            }
            $(fn constants(&$self, $form: $crate::kernels::Form) -> $crate::kernels::Words {
                let _ = $form;
                $constants
            })?
            fn uniform(&$self) -> $crate::kernels::Words {
                $uniform
            }
            fn workgroups(&$self, $form: $crate::kernels::Form, $replicas: u32) -> [u32; 3] {
                let _ = $form;
                $workgroups
            }
            $(fn flops(&$self) -> f64 {
                $flops
            })?
            $(fn pool_elements(&$self) -> u32 {
                $pool_elements
            })?
            fn shader(&$self, $form: $crate::kernels::Form) -> $crate::kernels::shader::Wgsl {
                let _ = $form;
                $(if $when {
                    return $crate::kernels::shader::wgsl!("", $other);
                })?
                $crate::kernels::shader::wgsl!("", $name)
            }
            fn run_f32(&self, reads: &[&[f32]], writes: &mut [&mut [f32]]) -> Result<(), $crate::error::Error> {
                $crate::kernels::hand_over(self, reads, writes, |reads, writes| self.twin(reads, writes))
            }
            #[cfg(not(target_arch = "wasm32"))]
            fn run_f64(&self, reads: &[&[f64]], writes: &mut [&mut [f64]]) -> Result<(), $crate::error::Error> {
                $crate::kernels::hand_over(self, reads, writes, |reads, writes| self.twin(reads, writes))
            }
        }

        // The twin takes as many buffers as have names above.
        const _: () = {
            const READS: usize = <[&str]>::len(&[$(stringify!($read)),*]);
            const WRITES: usize = <[&str]>::len(&[$(stringify!($write)),*]);
            let _: fn(&$kernel, [&[f32]; READS], [&mut [f32]; WRITES]) = $kernel::twin;
        };
    };
}
pub(crate) use kernel;

/// Workgroups that cover `items` with `size` invocations each.
#[must_use]
pub fn cover(items: u32, size: u32) -> u32 {
    items.div_ceil(size)
}

/// The most workgroups along one axis of a launch (WebGPU's guaranteed limit).
pub const MOST_WORKGROUPS: u32 = 65_535;

/// Workgroups of 64 that cover `items` per replica. What does not fit one axis goes on along the second; the replica is
/// on the third. Twin of `linear_index` in `shaders/lib/grid.wgsl`.
#[must_use]
pub fn grid(items: u32, replicas: u32) -> [u32; 3] {
    let groups = cover(items, 64);
    let columns = groups.min(MOST_WORKGROUPS);
    [columns, groups.div_ceil(columns.max(1)), replicas]
}

/// Rows that are worth a part of their own. In WebAssembly, where parts follow each other, a block that stays close to the processor.
const PART_ROWS: usize = if cfg!(target_arch = "wasm32") { 64 } else { 32 };

/// Rows of a part of some work, by the operations that a row takes: the same whatever the number of threads, so that the bits are too.
fn part_rows(flops: usize) -> usize {
    /// Operations that are worth waking a thread.
    const WORTH: usize = 1 << 22;
    if cfg!(target_arch = "wasm32") {
        return PART_ROWS;
    }
    let rows = WORTH.div_ceil(flops.max(1));
    if rows < PART_ROWS { rows } else { rows.next_multiple_of(PART_ROWS) }
}

/// Does `work` on each part; natively, where there are several, on all cores.
fn in_parts<P: Send>(parts: Vec<P>, work: impl Fn(P) + Sync + Send) {
    #[cfg(not(target_arch = "wasm32"))]
    if parts.len() > 1 {
        use rayon::prelude::*;
        return parts.into_par_iter().for_each(work);
    }
    parts.into_iter().for_each(work);
}

/// Does `work` on the rows of a written buffer and on what belongs to each; natively, where there are many, on all cores.
fn each_part<T: Real, U: Sync>(
    rows: &mut [T],
    columns: usize,
    of: &[U],
    work: impl Fn((&mut [T], &[U])) + Sync + Send,
) {
    let rows = &mut rows[..columns * of.len()];
    #[cfg(not(target_arch = "wasm32"))]
    in_parts(rows.chunks_mut(columns * PART_ROWS).zip(of.chunks(PART_ROWS)).collect(), work);
    #[cfg(target_arch = "wasm32")]
    work((rows, of));
}
