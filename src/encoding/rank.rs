//! Rank encoding: a learned table looked up at the integer rank, N(0, 1) at the start as
//! `torch.nn.Embedding` draws it.

use super::{Recipe, Shape};

pub(super) fn recipe(shape: &Shape) -> Recipe {
    let table = (0..shape.length * shape.width).map(|element| shape.normal(0, element)).collect();
    Recipe { train_table: true, ..Recipe::fixed(table) }
}
