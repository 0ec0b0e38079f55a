//! What the bench writes as CSV, for the page and for the command line.

use std::f64::consts::TAU;

use super::Bench;
use crate::error::Error;
use crate::labs::sequence::ball::{Ball, Point, Reference, ball};
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::operations::Operations;
use crate::labs::sequence::session::SessionInfo;
use crate::labs::sequence::spikes::{Check, Fired, Late, Reading, Spikes};
use crate::labs::sequence::stage::{SimilarityView, VectorKind, VectorView};
use crate::run::machine::Machine;
use crate::run::table::{Cell, Table};

impl Bench {
    /// Names of its tables; what an experiment has found is in its study.
    pub const TABLES: [&str; 7] = ["session", "operations", "spikes", "readings", "spike-checks", "ball", "ball-fits"];

    /// One of [`Bench::TABLES`]; `at` is a symbol of the settings' sequence, from 0, where the table is of one symbol.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no table of that name; as the bench's own answers.
    pub async fn numbers(
        &mut self,
        config: &SequenceConfig,
        id: &str,
        at: usize,
        machine: &mut Machine,
    ) -> Result<Table, Error> {
        Ok(match id {
            "session" => session(&self.session(config, machine).await?)?,
            "operations" => operations(&self.operations(config, at, machine).await?),
            "spikes" => spikes(&self.spikes(config, at, machine).await?),
            "readings" => readings(&self.spikes(config, at, machine).await?),
            "spike-checks" => checks(&self.spikes(config, at, machine).await?),
            "ball" | "ball-fits" => of_ball(&ball(config)?, id),
            other => return Err(Table::unknown(other, &Self::TABLES)),
        })
    }
}

/// A row a symbol that the session's machine has taken in.
fn session(session: &SessionInfo) -> Result<Table, Error> {
    let none = "session: there is no such table yet, for its machine has taken in nothing. Store a sequence; in a shell, \
        mnemoscope sequence --csv FILE stores it, shows it again and recalls from it.";
    if session.steps.is_empty() { Err(Error::Config(none.to_owned())) } else { Ok(session.table()) }
}

/// A row an entry. Symbols count from 1, as in every table, `index` and `rank` from 0; of a code only the neurons that fire have a row.
fn operations(operations: &Operations) -> Table {
    let heads =
        ["symbol_number", "symbol", "stage", "machine", "kind", "name", "unit", "size", "index", "label", "value"];
    let mut table = Table::plain("operations", &[&heads[..], &["rank", "chosen"]].concat());
    for stage in &operations.stages {
        for (machine, view) in [("machine", &stage.machine), ("transformer", &stage.transformer)] {
            let number = (operations.at + 1).into();
            let before = [number, operations.symbol.as_str().into(), stage.id.into(), machine.into()];
            for vector in &view.vectors {
                vector_rows(&mut table, &before, vector);
            }
            for similarity in &view.similarities {
                similarity_rows(&mut table, &before, similarity);
            }
        }
    }
    table
}

fn vector_rows(table: &mut Table, before: &[Cell; 4], VectorView { label, kind, values, order }: &VectorView) {
    let (kind, indices) = match kind {
        VectorKind::Code => ("code", order.iter().map(|&neuron| neuron as usize).collect()),
        VectorKind::Dense => ("dense", (0..values.len()).collect::<Vec<_>>()),
    };
    let mut ranks = vec![None; values.len()];
    for (rank, &neuron) in order.iter().enumerate() {
        if let Some(of) = ranks.get_mut(neuron as usize) {
            *of = Some(rank);
        }
    }
    for index in indices {
        let of = [kind.into(), label.as_str().into(), "".into(), values.len().into(), index.into(), "".into()];
        let (value, rank) = (values.get(index).copied(), ranks.get(index).copied().flatten());
        table.push(before.iter().cloned().chain(of).chain([value.into(), rank.into(), Cell::Missing]));
    }
}

fn similarity_rows(table: &mut Table, before: &[Cell; 4], SimilarityView { label, unit, items }: &SimilarityView) {
    for (index, item) in items.iter().enumerate() {
        let names = ["similarity".into(), label.as_str().into(), unit.as_str().into()];
        let of = [items.len().into(), index.into(), item.label.as_str().into(), item.value.into()];
        table.push(before.iter().cloned().chain(names).chain(of).chain([Cell::Missing, item.chosen.into()]));
    }
}

/// A row a spike, those that come too late among them. Symbols count from 1, `rank` from 0; times are in gaps.
fn spikes(spikes: &Spikes) -> Table {
    let heads =
        ["symbol_number", "symbol", "model", "layer", "neurons", "neuron", "rank", "time", "significance", "late"];
    let mut table = Table::plain("spikes", &heads);
    for layer in &spikes.layers {
        let (number, symbol) = ((spikes.at + 1).into(), spikes.symbol.as_str().into());
        let before = [number, symbol, spikes.neuron.into(), layer.id.into(), layer.neurons.into()];
        for &Fired { neuron, time, rank, significance } in &layer.spikes {
            let of = [neuron.into(), rank.into(), time.into(), significance.into(), false.into()];
            table.push(before.iter().cloned().chain(of));
        }
        for &Late { neuron, time } in &layer.late {
            let of = [neuron.into(), Cell::Missing, time.into(), Cell::Missing, true.into()];
            table.push(before.iter().cloned().chain(of));
        }
    }
    table
}

/// The input's code as times, phases and ranks; `turns` is the phase as a share of a whole turn.
fn readings(spikes: &Spikes) -> Table {
    let heads = ["symbol_number", "symbol", "rank", "neuron", "significance", "time", "phase", "turns"];
    let mut table = Table::plain("readings", &heads);
    for &Reading { neuron, rank, significance, time, phase } in &spikes.readings {
        let of = [(spikes.at + 1).into(), spikes.symbol.as_str().into(), rank.into(), neuron.into()];
        table.push(of.into_iter().chain([significance, time, phase, phase / TAU].map(Cell::from)));
    }
    table
}

fn checks(spikes: &Spikes) -> Table {
    let heads = ["model", "load", "pairs", "same", "mean_similarity", "least_similarity"];
    let mut table = Table::plain("spike-checks", &heads);
    for &Check { neuron, load, pairs, same, mean, least, .. } in &spikes.checks {
        table.push([neuron.into(), load.into(), pairs.into(), same.into(), mean.into(), least.into()]);
    }
    table
}

/// A table of what is known of balls.
pub(in crate::labs::sequence) fn of_ball(ball: &Ball, table: &str) -> Table {
    if table == "ball" { weights(ball) } else { fits(ball) }
}

/// Weights of a memory by its Hamming distance from the query.
fn weights(ball: &Ball) -> Table {
    let mut table = Table::plain("ball", &["distance", "cosine", "intersection", "softmax", "fitted"]);
    for &Point { distance, cosine, intersection, softmax, fitted } in &ball.points {
        table.push([distance.into(), cosine.into(), intersection.into(), softmax.into(), fitted.into()]);
    }
    table
}

fn fits(ball: &Ball) -> Table {
    let mut table = Table::plain("ball-fits", &["bits", "radius", "beta", "r_squared"]);
    for &Reference { bits, radius, beta, r_squared } in &ball.fits {
        table.push([bits.into(), radius.into(), beta.into(), r_squared.into()]);
    }
    table
}
