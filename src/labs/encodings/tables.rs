//! What the encodings lab writes as CSV, for the page and for the command line.

use std::f64::consts::TAU;

use crate::choice::Choice;
use crate::encoding::Encoding;
use crate::encoding::lemma::Cloud;
use crate::encoding::phase::{Pair, Phase};
use crate::encoding::statistics::Spread;
use crate::error::Error;
use crate::labs::encodings::config::{EncodingsConfig, Experiment};
use crate::labs::encodings::lemma::{self, Lemma};
use crate::labs::encodings::logit::{Logit, Part};
use crate::labs::encodings::outcome::{self, Correlation, Follower, Outcome, SweepArm};
use crate::labs::encodings::workbench::{Workbench, measures_table, phase};
use crate::run::results::Results;
use crate::run::table::{Cell, Table};

impl Workbench {
    /// Names of its tables; an experiment has [`Outcome::tables`].
    pub const TABLES: [&str; 5] = ["measures", "phase", "lemma", "lemma-points", "logit-parts"];

    /// One of [`Workbench::TABLES`].
    ///
    /// # Errors
    /// [`Error::Config`] if there is no table of that name, or no trained weights where they are wanted; [`Error::Internal`].
    pub fn numbers(&self, config: &EncodingsConfig, id: &str) -> Result<Table, Error> {
        match id {
            "measures" => Ok(measures_table(&self.measures(config)?)),
            "phase" => Ok(clock(&phase(config))),
            "lemma" => Ok(statistics(&lemma::lemma(config)?)),
            "lemma-points" => Ok(points(&lemma::lemma(config)?)),
            "logit-parts" => {
                let (logit, _) = self.logit(config)?;
                Ok(parts(config, &logit))
            }
            other => Err(Table::unknown(other, &Self::TABLES)),
        }
    }
}

/// A frequency a row; `turns` is the phase as a share of a whole turn.
fn clock(phase: &Phase) -> Table {
    let mut table = Table::plain(
        "phase",
        &[
            "pair",
            "frequency",
            "phase",
            "turns",
            "spike_time",
            "slope",
            "sin",
            "cos",
            "amplitude_sin",
            "amplitude_cos",
            "inside_sin",
            "inside_cos",
        ],
    );
    for &Pair { index, frequency, phase: angle, slope, sinusoidal, amplitude, inside } in &phase.pairs {
        let numbers = [frequency, angle, angle / TAU, phase.spike_time, slope];
        let vectors = sinusoidal.into_iter().chain(amplitude).chain(inside);
        table.push(std::iter::once(index.into()).chain(numbers.into_iter().chain(vectors).map(Cell::from)));
    }
    table
}

/// The two encodings that Lemma 1 is about, and the slope that it promises.
fn clouds(lemma: &Lemma) -> [(&'static str, &Cloud, Option<f64>); 2] {
    [
        (Encoding::SpikeTime.id(), &lemma.spike_time, Some(lemma.expected)),
        (Encoding::Compressed.id(), &lemma.compressed, None),
    ]
}

fn statistics(lemma: &Lemma) -> Table {
    let heads = ["encoding", "length", "width", "window", "pairs", "slope", "expected_slope", "pearson", "spearman"];
    let mut table = Table::plain("lemma", &[&heads[..], &["largest_residual"]].concat());
    for (id, cloud, expected) in clouds(lemma) {
        let setting = [id.into(), lemma.length.into(), lemma.width.into(), lemma.window.into(), cloud.pairs.into()];
        let found = [Some(cloud.slope), expected, Some(cloud.pearson), Some(cloud.spearman), cloud.residual];
        table.push(setting.into_iter().chain(found.map(Cell::from)));
    }
    table
}

/// The pairs that are drawn: dot products under sinusoidal and under the encoding.
fn points(lemma: &Lemma) -> Table {
    let mut table = Table::plain("lemma-points", &["encoding", "sinusoidal_dot_product", "dot_product"]);
    for (id, cloud, _) in clouds(lemma) {
        for pair in cloud.points.chunks_exact(2) {
            table.push(std::iter::once(id.into()).chain(pair.iter().map(|&product| product.into())));
        }
    }
    table
}

fn parts(config: &EncodingsConfig, logit: &Logit) -> Table {
    let heads = ["part", "before_rms", "after_rms", "factor", "expected_factor", "power", "weights", "step", "head"];
    let mut table = Table::plain("logit-parts", &heads);
    for &Part { id, before, after, factor, expected, power, .. } in &logit.parts {
        let numbers = [Some(before), Some(after), factor, expected].map(Cell::from);
        let of = [power.into(), config.weights.id().into(), logit.step.into(), config.head.into()];
        table.push(std::iter::once(id.into()).chain(numbers).chain(of));
    }
    table
}

impl Experiment {
    /// Names of [`Outcome::tables`].
    pub(crate) fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Live | Self::Lengths => &[],
            Self::Control => &["control", "control-largest"],
            Self::Sweep => &["sweep", "sweep-correlations"],
        }
    }
}

impl Outcome {
    /// What has been found, beside the curves of `results`.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn tables(&self, results: &Results) -> Result<Vec<Table>, Error> {
        Ok(match self {
            Self::Live | Self::Lengths { .. } => Vec::new(),
            Self::Control { reference, rows, .. } => {
                vec![differences(results, rows)?, largest(reference, rows)]
            }
            Self::Sweep { seeds, arms, correlations, .. } => vec![sweep(seeds, arms), ranks(seeds, correlations)],
        })
    }
}

fn of_spread(spread: Option<Spread>) -> [Cell; 3] {
    let Some(Spread { mean, least, greatest }) = spread else { return [const { Cell::Missing }; 3] };
    [mean, least, greatest].map(Cell::from)
}

/// |held-out loss − that of the reference with the same seed| by step, in the loss's unit.
fn differences(results: &Results, rows: &[Follower]) -> Result<Table, Error> {
    let curves = results.curve_set();
    let heads = rows.iter().flat_map(|row| ["mean", "least", "greatest"].map(|what| format!("{}_{what}", row.id)));
    let heads: Vec<String> = std::iter::once("step".to_owned()).chain(heads).collect();
    let mut table = Table::plain("control", &heads);
    for (place, point) in curves.points.iter().enumerate() {
        let mut row = vec![Cell::from(point.x)];
        for (follower, Follower { by_seed, .. }) in rows.iter().enumerate() {
            let seeds = by_seed.len();
            let by_seed = (0..seeds).map(|seed| outcome::strays(seeds, &curves, (place, follower + 1, seed)));
            row.extend(of_spread(Spread::of(&by_seed.collect::<Result<Vec<_>, _>>()?)));
        }
        table.push(row);
    }
    Ok(table)
}

fn largest(reference: &str, rows: &[Follower]) -> Table {
    let heads = ["follower", "reference", "mean", "least", "greatest", "at_step", "by_seed"];
    let mut table = Table::plain("control-largest", &heads);
    for Follower { id, largest, at, by_seed, .. } in rows {
        let seeds = by_seed.iter().map(|&value| Cell::from(value).to_string()).collect::<Vec<_>>().join(" ");
        let names = [id.as_str().into(), reference.into()];
        table.push(names.into_iter().chain(of_spread(*largest)).chain([(*at).into(), seeds.into()]));
    }
    table
}

fn sweep(seeds: &[u32], arms: &[SweepArm]) -> Table {
    let heads = ["family", "value", "arm", "margin", "effective_rank", "norm", "seed", "steps_to_99", "token_accuracy"];
    let mut table = Table::plain("sweep", &heads);
    for arm in arms {
        let of_seeds = seeds.iter().zip(arm.steps.iter().zip(&arm.accuracy));
        for (&seed, (&steps, &accuracy)) in of_seeds {
            let measured = [arm.margin, arm.effective_rank, arm.norm].map(Cell::from);
            let names = [arm.family.into(), arm.value.into(), arm.id.as_str().into()];
            table.push(names.into_iter().chain(measured).chain([seed.into(), steps.into(), accuracy.into()]));
        }
    }
    table
}

fn ranks(seeds: &[u32], correlations: &[Correlation]) -> Table {
    let heads = ["family", "measure", "arms", "least_learned", "mean", "least", "greatest"].map(str::to_owned);
    let heads: Vec<String> = heads.into_iter().chain(seeds.iter().map(|seed| format!("seed_{seed}"))).collect();
    let mut table = Table::plain("sweep-correlations", &heads);
    for Correlation { family, measure, arms, learned, spread, by_seed, .. } in correlations {
        let names = [(*family).into(), (*measure).into(), (*arms).into(), learned.iter().copied().min().into()];
        let each = by_seed.iter().map(|&rho| rho.into());
        table.push(names.into_iter().chain(of_spread(*spread)).chain(each));
    }
    table
}
