//! The encodings lab: what its pictures and numbers have to be by the definitions of the encodings, and numbers that are computed a
//! second time, plainly, in double precision.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "../common/mod.rs"]
mod common;

mod experiments;
mod logit;
mod measures;
mod settings;
mod similarity;
mod tables;

use std::collections::HashSet;

use common::numbers::Numbers;
use mnemoscope::encoding::face::{Face, Gram};
use mnemoscope::encoding::measures::{FORMULAS, Measures, Spectrum};
use mnemoscope::encoding::statistics::Spread;
use mnemoscope::encoding::{Encoding, Shape, Table, Tuning};
use mnemoscope::error::Error;
use mnemoscope::kernels::Number;
use mnemoscope::kernels::similarity::{Measure, Similarity};
use mnemoscope::labs::copy::config::CopyConfig;
use mnemoscope::labs::encodings::arms;
use mnemoscope::labs::encodings::config::EncodingsConfig;
use mnemoscope::labs::encodings::lemma::{Lemma, lemma};
use mnemoscope::labs::encodings::logit::{Logit, Question, Trained, split};
use mnemoscope::labs::encodings::outcome::{self, Correlation, Follower, Outcome, SweepArm, verdicts};
use mnemoscope::labs::encodings::workbench::Workbench;
use mnemoscope::labs::link::Link;
use mnemoscope::labs::settings::Settings;
use mnemoscope::labs::trial::Trial;
use mnemoscope::labs::turn::Kept;
use mnemoscope::labs::weights::Weights;
use mnemoscope::labs::{Config, named};
use mnemoscope::model::ensemble::TOKEN_ACCURACY;
use mnemoscope::property::{Kind, Problem};
use mnemoscope::run::claim::{Course, Outcome as Answer, Verdict};
use mnemoscope::run::curves::{Axis, Curves};
use mnemoscope::run::event::{Event, RunInfo};
use mnemoscope::run::machine::Machine;
use pollster::block_on;

fn shape(length: u32, width: u32, tuning: Tuning) -> Shape {
    Shape { length, width, seed: 7, tuning }
}

/// The vectors of an encoding, as they are added.
fn table(encoding: Encoding, shape: &Shape) -> Table {
    let Face::Vectors(table) = Face::of(encoding, shape, 4) else { panic!("{encoding:?} has no vectors") };
    table
}

fn by_hand<const COLUMNS: usize>(rows: &[[f32; COLUMNS]]) -> Face {
    Face::Vectors(Table { rows: rows.len(), columns: COLUMNS, values: rows.concat() })
}

fn measures(face: &Face) -> Measures {
    Measures::of(face).unwrap()
}

#[track_caller]
fn near(got: Option<f64>, want: f64, within: f64) {
    let got = got.unwrap_or(f64::NAN);
    assert!((got - want).abs() <= within, "{got}, and should be {want} within {within}");
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The rows of a table, in double precision.
fn wide(table: &Table) -> Vec<Vec<f64>> {
    table.values.chunks_exact(table.columns).map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect()
}

/// `ω_i = base^(−2i/d)`, once for each pair of columns.
fn frequencies(width: u32, base: f64) -> Vec<f64> {
    (0..width / 2).map(|i| base.powf(-2.0 * f64::from(i) / f64::from(width))).collect()
}

// What a dot product sees.

fn answer(verdicts: &[Verdict], id: &str) -> Answer {
    verdicts.iter().find(|verdict| verdict.id == id).unwrap().verdict
}

const TINY: &str = "lab=encodings&train_length=8&train_width=8&heads=2&mlp=8&layers=1&symbols=4&batch=4&seeds=1\
    &steps=40&every=5&executor=cpu";

fn configured(link: &str) -> Config {
    let link = Link::parse(link);
    assert!(link.problems.is_empty(), "{:?}", link.problems);
    link.config
}

fn encodings(link: &str) -> EncodingsConfig {
    configured(link).of::<EncodingsConfig>().unwrap().clone()
}

fn trained_of(run: &mut Trial, of: u32) -> Trained {
    block_on(run.trained(of)).unwrap().try_into().unwrap()
}

fn open(config: impl Into<Config>) -> Trial {
    block_on(Trial::open(config, &mut Machine::default(), &mut |_, _| {})).unwrap()
}

fn advance(run: &mut Trial, steps: u32) -> Vec<Event> {
    block_on(run.advance(f64::INFINITY, steps)).unwrap()
}

fn question(head: u32, scale: f64) -> Question {
    Question { head, scale, content: true, undo: false }
}
