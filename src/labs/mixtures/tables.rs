//! Tables of the mixtures lab.

use crate::labs::mixtures::answers::{CoefficientsAnswer, HeadsAnswer, SamplesAnswer};
use crate::labs::mixtures::integral::IntegralAnswer;
use crate::run::table::{Cell, Column, Table};

/// Their names.
pub(super) const TABLES: [&str; 4] = ["heads", "coefficients", "samples", "integral"];

/// A row for each head, tag asked for and tag looked at.
pub(super) fn heads(found: &HeadsAnswer) -> Table {
    let columns = [
        Column::new("head", "Head", ""),
        Column::new("asked", "Tag asked for", ""),
        Column::new("looked-at", "Tag looked at", ""),
        Column::new("weight", "Mean weight", ""),
    ];
    let mut table = Table::new("heads", columns);
    let count = found.components as usize;
    for (at, &mass) in found.masses.iter().enumerate() {
        let place = [at / count / count, at / count % count, at % count];
        table.push(place.map(|place| Cell::from(place + 1)).into_iter().chain([mass.into()]));
    }
    table
}

/// A row for each point of each read-out.
pub(super) fn coefficients(found: &CoefficientsAnswer) -> Table {
    let columns =
        [Column::new("mode", "Coefficient", ""), Column::new("true", "True", ""), Column::new("read", "Read", "")];
    let mut table = Table::new("coefficients", columns);
    for mode in &found.modes {
        for point in mode.points.chunks_exact(2) {
            table.push([mode.mode.into(), point[0].into(), point[1].into()]);
        }
    }
    table
}

/// A row for each rate of decay, number of contexts and seed.
pub(super) fn samples(found: &[SamplesAnswer]) -> Table {
    let columns = [
        Column::new("alpha", "α", ""),
        Column::new("contexts", "Contexts", ""),
        Column::new("x", "(log n)^(α/(α+1))", ""),
        Column::new("run", "Seed, from the first", ""),
        Column::new("fvu", "Variance unexplained", ""),
    ];
    let mut table = Table::new("samples", columns);
    for of in found {
        for ((&contexts, &x), errors) in of.contexts.iter().zip(&of.x).zip(&of.errors) {
            for (run, &error) in errors.iter().enumerate() {
                let error = if error.is_finite() { error.into() } else { Cell::Missing };
                table.push([of.alpha.into(), contexts.into(), x.into(), (run + 1).into(), error]);
            }
        }
    }
    table
}

/// A row for each number of tokens.
pub(super) fn integral(found: &IntegralAnswer) -> Table {
    let mut columns = vec![Column::new("tokens", "Tokens", "")];
    for own in &found.seeds {
        let label = format!("Relative error, seed {} (slope {:.3})", own.seed, own.slope);
        columns.push(Column::new(&format!("error-{}", own.seed), &label, ""));
    }
    for own in &found.gaussian {
        let label = format!("Gaussian tokens, uᵀSu = {}", own.load);
        columns.push(Column::new(&format!("gaussian-{}", own.load), &label, ""));
        columns.push(Column::new(&format!("predicted-{}", own.load), &format!("{label}: predicted"), ""));
    }
    let mut table = Table::new("integral", columns);
    for (at, &size) in found.sizes.iter().enumerate() {
        let value = |values: &[f64]| values.get(at).map_or(Cell::Missing, |&value| value.into());
        let errors = found.seeds.iter().map(|own| value(&own.errors));
        let gaussian = found.gaussian.iter().flat_map(|own| [value(&own.errors), value(&own.predicted)]);
        table.push(std::iter::once(size.into()).chain(errors).chain(gaussian).collect::<Vec<_>>());
    }
    table
}
