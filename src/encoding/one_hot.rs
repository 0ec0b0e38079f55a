//! One-hot encoding: entry `p` of position `p` is 1, all others are 0. In a model of `d < L` entries, positions that differ by a
//! multiple of `d` would be the same; looked at by itself the table is as wide as it is long.

use super::{Recipe, Shape};

pub(super) fn recipe(shape: &Shape) -> Recipe {
    let (length, width) = (shape.length as usize, shape.width.max(1) as usize);
    let mut table = vec![0.0; length * width];
    for position in 0..length {
        table[position * width + position % width] = 1.0;
    }
    Recipe::fixed(table)
}
