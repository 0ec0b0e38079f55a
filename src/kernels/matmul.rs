//! Matrix product with a fused epilogue, twin of `shaders/matmul.wgsl` and `shaders/matmul_tiled.wgsl`.
//!
//! `C[m, n] = epilogue(Σ_k A[m, k] · B[k, n])`. Operands are addressed by strides, so that one kernel serves
//! `x W`, `g Wᵀ` and their like.

use super::gemm::{Matrix, Store, depths};
use super::real::Real;
use super::rng::Dropout;
use super::{Product, control, cover, in_parts, kernel, part_rows, words};

/// Where an operand lies in its buffer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operand {
    /// First element.
    pub offset: u32,
    /// Distance between rows.
    pub row: u32,
    /// Distance between columns.
    pub column: u32,
    /// Elements of the whole buffer per replica.
    pub len: u32,
}

impl Operand {
    /// The fewest elements of a buffer that holds the operand of `rows` by `columns`.
    fn least(&self, rows: u32, columns: u32) -> u32 {
        let last = rows.saturating_sub(1) * self.row + columns.saturating_sub(1) * self.column;
        self.len.max(self.offset + last + 1)
    }

    /// The operand as a matrix of `rows` by `columns`; nothing if it does not lie inside its buffer, where a plan keeps it.
    pub(super) fn matrix<'a, T: Real>(&self, buffer: &'a [T], rows: u32, columns: u32) -> Matrix<'a, T> {
        let data = buffer.get(self.offset as usize..).unwrap_or(&[]);
        Matrix::new(data, [rows as usize, columns as usize], [self.row as usize, self.column as usize])
    }
}

/// Non-linearity of an epilogue; its code in WGSL is its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Identity.
    Linear = 0,
    /// `max(0, x)`.
    Relu = 1,
    /// `0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))` (Hendrycks and Gimpel 2016, tanh form).
    Gelu = 2,
    /// `tanh(x)`.
    Tanh = 3,
}

const SQRT_2_OVER_PI: f32 = 0.797_884_6;
const GELU_CUBIC: f32 = 0.044_715;

impl Activation {
    /// Its value.
    #[inline(always)]
    pub fn value<T: Real>(self, x: T) -> T {
        self.with_slope(x).0
    }

    /// Value and derivative, which share the dear part.
    #[inline(always)]
    pub fn with_slope<T: Real>(self, x: T) -> (T, T) {
        match self {
            Self::Linear => (x, T::one()),
            Self::Relu => {
                // Written so that NaN stays NaN: `max` would hide it.
                let value = if x < T::zero() { T::zero() } else { x };
                (value, if x > T::zero() { T::one() } else { T::zero() })
            }
            Self::Gelu => {
                let (half, cubic) = (T::of(0.5), T::of(GELU_CUBIC));
                let square = x * x;
                let t = (T::of(SQRT_2_OVER_PI) * x * (T::one() + cubic * square)).fast_tanh();
                let inner_slope = T::of(SQRT_2_OVER_PI) * (T::one() + T::of(3.0) * cubic * square);
                let share = half * (T::one() + t);
                (x * share, share + half * x * (T::one() - t * t) * inner_slope)
            }
            Self::Tanh => {
                let t = x.fast_tanh();
                (t, T::one() - t * t)
            }
        }
    }
}

/// What happens to a product before it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epilogue {
    /// Offset of the bias `[n]` in the bias buffer.
    pub bias: Option<u32>,
    /// Non-linearity.
    pub activation: Activation,
    /// Whether the derivative of activation and dropout is stored too, for the reverse pass.
    pub keep_slope: bool,
    /// Multiplies by the `extra` buffer: by a derivative that a forward pass has kept.
    pub scale: bool,
    /// Dropout mask, applied after the activation.
    pub dropout: Option<Dropout>,
    /// Adds the `extra` buffer at the end.
    pub residual: bool,
    /// Adds to what `C` holds.
    pub accumulate: bool,
}

impl Default for Epilogue {
    fn default() -> Self {
        Self {
            bias: None,
            activation: Activation::Linear,
            keep_slope: false,
            scale: false,
            dropout: None,
            residual: false,
            accumulate: false,
        }
    }
}

/// Reads: control, A, B, bias, extra (residual or kept derivative, `[m, n]`). Writes: C `[m, n]`, derivative `[m, n]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Matmul {
    /// Rows of C.
    pub m: u32,
    /// Columns of C.
    pub n: u32,
    /// Length of the sums.
    pub k: u32,
    /// Left operand.
    pub a: Operand,
    /// Right operand.
    pub b: Operand,
    /// Elements per replica of the buffer that holds the bias.
    pub bias_len: u32,
    /// What happens before the store.
    pub epilogue: Epilogue,
}

kernel! {
    Matmul is "matmul" for (self, form, replicas);
    reads [
        control: self.epilogue.dropout.map(|_| control::LEN as u32),
        a: self.a.least(self.m, self.k),
        b: self.b.least(self.k, self.n),
        bias: self.epilogue.bias.map(|offset| self.bias_len.max(offset + self.n)),
        extra: (self.epilogue.residual || self.epilogue.scale).then(|| self.m * self.n),
    ];
    writes [c: self.m * self.n, slopes: self.epilogue.keep_slope.then(|| self.m * self.n)];
    constants words![
        SIDE: form.side(),
        QUADS: form.side() / 4,
        BIAS: self.epilogue.bias.is_some(),
        ACTIVATION: self.epilogue.activation as u32,
        KEEP_SLOPE: self.epilogue.keep_slope,
        SCALE: self.epilogue.scale,
        DROPOUT: self.epilogue.dropout.is_some(),
        RESIDUAL: self.epilogue.residual,
        ACCUMULATE: self.epilogue.accumulate,
    ];
    uniform [
        words![
            self; m, n, k,
            a_offset: self.a.offset, a_row: self.a.row, a_column: self.a.column, a_len: self.a.len,
            b_offset: self.b.offset, b_row: self.b.row, b_column: self.b.column, b_len: self.b.len,
            bias_offset: self.epilogue.bias.unwrap_or(0), bias_len,
        ],
        Dropout::words(self.epilogue.dropout),
    ].concat();
    workgroups [cover(self.n, 8 * form.side()), cover(self.m, 8 * form.side()), replicas];
    flops 2.0 * f64::from(self.m) * f64::from(self.n) * f64::from(self.k);
    pool_elements self.k * self.n + self.epilogue.bias.map_or(0, |_| self.n);
    or "matmul_tiled" if form.product == Product::Tiled;
}

impl Matmul {
    /// The CPU twin.
    fn twin<T: Real>(&self, [control, a, b, bias, extra]: [&[T]; 5], [c, slopes]: [&mut [T]; 2]) {
        let e = &self.epilogue;
        let c = &mut c[..(self.m * self.n) as usize];
        if e.accumulate && !self.plain() {
            // No model needs a non-linearity and an accumulation at once; the twin still follows the WGSL.
            let mut product = vec![T::zero(); c.len()];
            let alone = Self { epilogue: Epilogue { accumulate: false, ..*e }, ..self.clone() };
            alone.write([control, a, b, bias, extra], [&mut product, slopes]);
            c.iter_mut().zip(&product).for_each(|(c, &p)| *c += p);
        } else {
            self.write([control, a, b, bias, extra], [c, slopes]);
        }
    }

    /// Whether nothing comes between the sum and what is added to it: then the product adds.
    fn plain(&self) -> bool {
        let e = &self.epilogue;
        e.activation == Activation::Linear && !e.scale && e.dropout.is_none() && !e.keep_slope
    }

    /// Writes the product, part by part; what goes before and what follows is done while a part is close to the processor.
    fn write<T: Real>(&self, [control, a, b, bias, extra]: [&[T]; 5], [c, slopes]: [&mut [T]; 2]) {
        let (n, k, e) = (self.n as usize, self.k as usize, &self.epilogue);
        let (a, b) = (self.a.matrix(a, self.m, self.k), self.b.matrix(b, self.k, self.n));
        let bias = e.bias.map(|offset| &bias[offset as usize..][..n]);
        let size = n * part_rows(2 * n * k);
        let slopes = if e.keep_slope { &mut slopes[..c.len()] } else { &mut [] };
        let adds = self.plain() && (e.accumulate || e.residual || bias.is_some());
        for terms in depths::<T>(k) {
            let packed = T::pack(b.rows(terms.clone()));
            let how = if terms.start > 0 || adds { Store::Add } else { Store::New };
            let mut kept = slopes.chunks_mut(size);
            let parts = c.chunks_mut(size).map(|c| (c, kept.next().unwrap_or_default())).enumerate().collect();
            in_parts(parts, |(part, (c, slopes)): (usize, (&mut [T], &mut [T]))| {
                let first = part * size;
                let rows = first / n..(first + c.len()) / n;
                let extra = extra.get(first..).unwrap_or_default();
                if adds && terms.start == 0 {
                    self.begin(bias, extra, c);
                }
                T::times(T::one(), a.rows(rows).columns(terms.clone()), &packed, how, c, n);
                if !self.plain() && terms.end == k {
                    self.finish(control, bias, extra, c, slopes, first as u32);
                }
            });
        }
    }

    /// What the product is added to.
    fn begin<T: Real>(&self, bias: Option<&[T]>, extra: &[T], c: &mut [T]) {
        if !self.epilogue.accumulate {
            if self.epilogue.residual {
                c.copy_from_slice(&extra[..c.len()]);
            } else {
                c.fill(T::zero());
            }
        } else if self.epilogue.residual {
            c.iter_mut().zip(extra).for_each(|(c, &x)| *c += x);
        }
        if let Some(bias) = bias {
            for row in c.chunks_exact_mut(bias.len()) {
                for (c, &bias) in row.iter_mut().zip(bias) {
                    *c += bias;
                }
            }
        }
    }

    /// What happens to some rows of the product, the first of whose elements is number `first`.
    fn finish<T: Real>(
        &self,
        control: &[T],
        bias: Option<&[T]>,
        extra: &[T],
        c: &mut [T],
        slopes: &mut [T],
        first: u32,
    ) {
        let e = &self.epilogue;
        if let Some(bias) = bias {
            for row in c.chunks_exact_mut(bias.len()) {
                for (c, &bias) in row.iter_mut().zip(bias) {
                    *c += bias;
                }
            }
        }
        // A branch per element would keep these loops from SIMD, so there is one loop per case; and so would `for_each`, which becomes a
        // function of its own that cannot tell its slices from each other.
        match e.activation {
            Activation::Linear => {}
            Activation::Relu => activate(Activation::Relu, c, slopes, e.keep_slope),
            Activation::Gelu => activate(Activation::Gelu, c, slopes, e.keep_slope),
            Activation::Tanh => activate(Activation::Tanh, c, slopes, e.keep_slope),
        }
        if e.keep_slope && e.activation == Activation::Linear {
            slopes.fill(T::one());
        }
        if e.scale {
            for (c, &x) in c.iter_mut().zip(extra) {
                *c *= x;
            }
        }
        if let Some(dropout) = e.dropout {
            let (seed, step) = (control[control::SEED].index(), control[control::STEP].index());
            dropout.mask(seed, step, first, c);
            if e.keep_slope {
                dropout.mask(seed, step, first, slopes);
            }
        }
        if e.residual {
            for (c, &x) in c.iter_mut().zip(extra) {
                *c += x;
            }
        }
    }
}

#[inline(always)]
fn activate<T: Real>(activation: Activation, c: &mut [T], slopes: &mut [T], keep_slope: bool) {
    if keep_slope {
        for (c, slope) in c.iter_mut().zip(slopes) {
            (*c, *slope) = activation.with_slope(*c);
        }
    } else {
        c.iter_mut().for_each(|c| *c = activation.value(*c));
    }
}
