//! Kernels: one file per WGSL file of the same name in `shaders/`. Each gives its parameters, its launch size and
//! its CPU twin. A twin works on one replica; the WGSL finds its replica in the workgroup number.
//!
//! Bindings are in the same order on both sides: 0 is the uniform block, then the buffers read, then the
//! buffers written. A buffer that a launch does not use is bound to an empty stand-in.

pub mod adamw;
pub mod attention;
pub mod attention_backward;
pub mod batch;
pub mod clock;
pub mod context;
pub mod control;
pub mod counters;
pub mod cross_entropy;
pub mod dropout;
pub mod embed;
pub mod embed_backward;
pub mod gain_backward;
pub mod grad_norm;
pub mod hamming;
pub mod layer_norm;
pub mod layer_norm_backward;
pub mod majority;
pub mod matmul;
pub mod metrics;
pub mod nearest;
pub mod present;
pub mod ranked_sum;
pub mod real;
pub mod rng;
pub mod rope;
pub mod select;
pub mod shader;
pub mod similarity;
pub mod store;
pub mod tick;
pub mod weight_grad;
pub mod winners;

use real::Real;

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

/// Named constants that are written before a shader's text, so that a pipeline is compiled for its case.
pub type Constants = Vec<(&'static str, Word)>;

/// What a kernel tells of itself to an executor.
pub trait Spec {
    /// Name of the file in `shaders/` and in `src/kernels/`.
    fn name(&self) -> &'static str;
    /// Buffers read.
    fn reads(&self) -> usize;
    /// Buffers written (and possibly read).
    fn writes(&self) -> usize;
    /// Compile-time constants.
    fn constants(&self, form: Form) -> Constants;
    /// The uniform block, with the names of the WGSL struct's members.
    fn uniform(&self) -> Vec<(&'static str, Word)>;
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
    /// Name of the WGSL file, where it depends on the form.
    fn shader(&self, _form: Form) -> &'static str {
        self.name()
    }
}

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

/// Rows that are worth a thread of their own.
#[cfg(not(target_arch = "wasm32"))]
const ROWS_A_PART: usize = 32;

/// Does `work` on the rows of a written buffer and on what belongs to each; natively, where there are many, on all cores.
fn each_part<T: Real, U: Sync>(
    rows: &mut [T],
    columns: usize,
    of: &[U],
    work: impl Fn((&mut [T], &[U])) + Sync + Send,
) {
    #[cfg(not(target_arch = "wasm32"))]
    if of.len() > ROWS_A_PART {
        use rayon::prelude::*;
        let parts = rows.par_chunks_mut(columns * ROWS_A_PART);
        parts.zip(of.par_chunks(ROWS_A_PART)).for_each(work);
        return;
    }
    work((&mut rows[..columns * of.len()], of));
}

macro_rules! kernels {
    ($($variant:ident($module:ident::$type:ident),)+) => {
        /// Any kernel.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Kernel { $(#[doc = concat!("See [`", stringify!($module), "`].")] $variant($module::$type),)+ }

        impl Kernel {
            /// What it tells of itself.
            #[must_use]
            pub fn spec(&self) -> &dyn Spec {
                match self { $(Self::$variant(kernel) => kernel,)+ }
            }

            /// Runs the CPU twin on one replica's buffers, in binding order.
            pub fn run<T: Real>(&self, reads: &[&[T]], writes: &mut [&mut [T]]) {
                match self { $(Self::$variant(kernel) => kernel.run(reads, writes),)+ }
            }
        }

        $(impl From<$module::$type> for Kernel {
            fn from(kernel: $module::$type) -> Self { Self::$variant(kernel) }
        })+
    };
}

kernels! {
    AdamW(adamw::AdamW),
    Attention(attention::Attention),
    AttentionBackward(attention_backward::AttentionBackward),
    Batch(batch::Batch),
    Context(context::Context),
    Counters(counters::Counters),
    CrossEntropy(cross_entropy::CrossEntropy),
    Dropout(dropout::DropoutCopy),
    Embed(embed::Embed),
    EmbedBackward(embed_backward::EmbedBackward),
    GainBackward(gain_backward::GainBackward),
    GradNorm(grad_norm::GradNorm),
    Hamming(hamming::Hamming),
    LayerNorm(layer_norm::LayerNorm),
    LayerNormBackward(layer_norm_backward::LayerNormBackward),
    Majority(majority::Majority),
    Matmul(matmul::Matmul),
    Metrics(metrics::Metrics),
    Nearest(nearest::Nearest),
    Present(present::Present),
    RankedSum(ranked_sum::RankedSum),
    Rope(rope::Rope),
    Select(select::Select),
    Similarity(similarity::Similarity),
    Store(store::Store),
    Tick(tick::Tick),
    WeightGrad(weight_grad::WeightGrad),
    Winners(winners::Winners),
}
