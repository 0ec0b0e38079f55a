//! Products in WebAssembly. Both operands are packed in the order in which the inner loop reads them: the right one once, in panels of
//! eight columns, the left one by blocks of [`BLOCK`] rows, in strips of four. A panel and a block stay close to the processor while
//! every strip meets every panel. Each sum goes over its terms in order, whatever the sizes.

use std::cell::Cell;

use bytemuck::must_cast as bits;
use core::arch::wasm32::{f32x4, f32x4_add, f32x4_mul, f32x4_splat, i32x4_shuffle, i64x2_shuffle, v128};

use super::{Gemm, Matrix, Store};

/// Rows of a strip.
const HIGH: usize = 4;
/// Columns of a panel.
const WIDE: usize = 8;
/// Rows that are packed at a time.
const BLOCK: usize = 64;

thread_local! {
    /// What the last product packed its right operand into, for the next: products of heads are so small that a fresh buffer would show.
    static PANELS: Cell<Vec<[v128; 2]>> = const { Cell::new(Vec::new()) };
    /// The same for the left operand.
    static STRIPS: Cell<Vec<[f32; HIGH]>> = const { Cell::new(Vec::new()) };
}

/// A right operand in panels: of each panel one term after the other, eight columns of it.
#[derive(Debug)]
pub struct Panels {
    /// At least the panels.
    vectors: Vec<[v128; 2]>,
    terms: usize,
    columns: usize,
}

impl Drop for Panels {
    fn drop(&mut self) {
        PANELS.set(std::mem::take(&mut self.vectors));
    }
}

/// A buffer of at least so many, whatever they hold.
fn at_least<T: Copy>(mut vectors: Vec<T>, len: usize, vector: T) -> Vec<T> {
    if vectors.len() < len {
        vectors.resize(len, vector);
    }
    vectors
}

impl Gemm for f32 {
    type Packed<'a> = Panels;

    const DEPTH: usize = 256;

    fn pack(b: Matrix<'_, f32>) -> Panels {
        let (terms, columns) = (b.rows, b.columns);
        let nothing = f32x4_splat(0.0);
        let mut vectors = at_least(PANELS.take(), terms * columns.div_ceil(WIDE), [nothing; 2]);
        let lines = b.t();
        for (panel, first) in vectors.chunks_exact_mut(terms.max(1)).zip((0..columns).step_by(WIDE)) {
            pack(lines, first, panel, |into, vector| into[0] = vector);
            if first + 4 < columns {
                pack(lines, first + 4, panel, |into, vector| into[1] = vector);
            }
        }
        Panels { vectors, terms, columns }
    }

    fn times(factor: f32, a: Matrix<'_, f32>, b: &Panels, how: Store, c: &mut [f32], stride: usize) {
        let terms = b.terms.max(1);
        let mut strips = at_least(STRIPS.take(), terms * a.rows.min(BLOCK).div_ceil(HIGH), [0.0; HIGH]);
        let columns = if how == Store::Loose { b.columns.next_multiple_of(WIDE) } else { b.columns };
        for block in (0..a.rows).step_by(BLOCK) {
            let rows = BLOCK.min(a.rows - block);
            for (strip, first) in strips.chunks_exact_mut(terms).zip((block..block + rows).step_by(HIGH)) {
                pack(a, first, strip, |into, vector| *into = bits(vector));
            }
            for (panel, column) in b.vectors.chunks_exact(terms).zip((0..b.columns).step_by(WIDE)) {
                for (strip, first) in strips.chunks_exact(terms).zip((block..block + rows).step_by(HIGH)) {
                    let size = [HIGH.min(block + rows - first), WIDE.min(columns - column)];
                    tile(strip, panel, factor, how == Store::Add, &mut c[first * stride + column..], stride, size);
                }
            }
        }
        STRIPS.set(strips);
    }
}

/// Packs four lines from `first` on, a vector for each place along them. Those that are missing repeat the last one, and nobody looks at
/// what comes of them.
#[inline(always)]
fn pack<T>(lines: Matrix<'_, f32>, first: usize, into: &mut [T], put: impl Fn(&mut T, v128)) {
    let Matrix { data, rows, columns, strides: [line, along] } = lines;
    if line == 1 && first + 4 <= rows {
        for (at, into) in into.iter_mut().enumerate() {
            if let Some(four) = data[at * along + first..].first_chunk::<4>() {
                put(into, bits(*four));
            }
        }
        return;
    }
    let last = rows.saturating_sub(1);
    let starts = [0, 1, 2, 3].map(|own| (first + own).min(last) * line);
    let mut done = 0;
    if along == 1 {
        let [a, b, c, d] = starts.map(|start| data[start..][..columns].as_chunks::<4>().0);
        for ((((a, b), c), d), into) in a.iter().zip(b).zip(c).zip(d).zip(into.as_chunks_mut::<4>().0) {
            let [a, b, c, d]: [v128; 4] = [bits(*a), bits(*b), bits(*c), bits(*d)];
            let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
            let (ef, gh) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
            put(&mut into[0], i64x2_shuffle::<0, 2>(ab, cd));
            put(&mut into[1], i64x2_shuffle::<1, 3>(ab, cd));
            put(&mut into[2], i64x2_shuffle::<0, 2>(ef, gh));
            put(&mut into[3], i64x2_shuffle::<1, 3>(ef, gh));
        }
        done = columns - columns % 4;
    }
    for (at, into) in into.iter_mut().enumerate().skip(done) {
        let [a, b, c, d] = starts.map(|start| data[start + at * along]);
        put(into, f32x4(a, b, c, d));
    }
}

/// A tile of the product, of which `rows` and `columns` are wanted. A function of its own: a browser compiles code well only once it has
/// been entered a few times.
#[inline(never)]
fn tile(
    strip: &[[f32; HIGH]],
    panel: &[[v128; 2]],
    factor: f32,
    add: bool,
    c: &mut [f32],
    stride: usize,
    [rows, columns]: [usize; 2],
) {
    let mut tile = [[f32x4_splat(0.0); 2]; HIGH];
    // By number: what makes pairs of iterators is not inlined everywhere, and then takes twenty times as long.
    let strip = &strip[..panel.len()];
    for at in 0..panel.len() {
        for row in 0..HIGH {
            let a = f32x4_splat(strip[at][row]);
            tile[row][0] = f32x4_add(tile[row][0], f32x4_mul(a, panel[at][0]));
            tile[row][1] = f32x4_add(tile[row][1], f32x4_mul(a, panel[at][1]));
        }
    }
    let factor = f32x4_splat(factor);
    for (row, sums) in tile.iter().enumerate().take(rows) {
        let to = &mut c[row * stride..][..columns];
        let [low, high] = [f32x4_mul(sums[0], factor), f32x4_mul(sums[1], factor)];
        if let Ok(to) = <&mut [[f32; 4]; 2]>::try_from(to.as_chunks_mut::<4>().0) {
            let old = if add { to.map(bits) } else { [f32x4_splat(0.0); 2] };
            *to = [bits(f32x4_add(old[0], low)), bits(f32x4_add(old[1], high))];
            continue;
        }
        let values: [f32; WIDE] = bits([low, high]);
        for (to, value) in to.iter_mut().zip(values) {
            *to = if add { *to + value } else { value };
        }
    }
}
