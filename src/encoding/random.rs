//! Random table of a chosen margin: `t_p = n · (√(1 − s) c + √s r_p)` with a common direction `c`, own directions `r_p` orthogonal
//! to it, both of norm 1, and `n = √(d/2)`, the norm of the sinusoidal table. Then `⟨t_p, t_q⟩ = n² (1 − s + s ⟨r_p, r_q⟩)`, and the
//! mean self-margin is `n² s (1 − m)`, with `m` the mean over p of the largest `⟨r_p, r_q⟩`: `s` follows from the margin.

use super::{DIRECTIONS, Recipe, Shape};

pub(super) fn recipe(shape: &Shape) -> Recipe {
    let (length, width) = (shape.length as usize, shape.width as usize);
    if width < 2 {
        return Recipe::fixed(vec![0.0; length * width]);
    }
    // One direction more than positions: the last is the common one.
    let draw = |row: usize, column: usize| f64::from(shape.normal(DIRECTIONS, (row * width + column) as u32));
    let row = |row: usize| (0..width).map(|column| draw(row, column)).collect::<Vec<f64>>();
    let common = unit(row(length));
    let own: Vec<Vec<f64>> = (0..length)
        .map(|position| {
            let mut own = row(position);
            let along = dot(&own, &common);
            own.iter_mut().zip(&common).for_each(|(x, c)| *x -= along * c);
            unit(own)
        })
        .collect();
    let square = f64::from(shape.width) / 2.0;
    let share = match shape.tuning.margin {
        None => 1.0,
        Some(margin) => (margin / (square * (1.0 - nearest(&own)).max(1e-12))).clamp(0.0, 1.0),
    };
    let (alone, together) = (libm::sqrt(square * share), libm::sqrt(square * (1.0 - share)));
    let value = |(x, c): (&f64, &f64)| (alone * x + together * c) as f32;
    Recipe::fixed(own.iter().flat_map(|own| own.iter().zip(&common).map(value)).collect())
}

/// Mean over rows of the largest product with another row.
fn nearest(rows: &[Vec<f64>]) -> f64 {
    let largest = |(at, row): (usize, &Vec<f64>)| {
        let others = rows.iter().enumerate().filter(|(other, _)| *other != at);
        others.map(|(_, other)| dot(row, other)).fold(-1.0, f64::max)
    };
    if rows.len() < 2 { 0.0 } else { rows.iter().enumerate().map(largest).sum::<f64>() / rows.len() as f64 }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn unit(mut row: Vec<f64>) -> Vec<f64> {
    let norm = libm::sqrt(dot(&row, &row)).max(1e-30);
    row.iter_mut().for_each(|x| *x /= norm);
    row
}
