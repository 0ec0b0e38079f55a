//! The encodings lab: what its pictures and numbers have to be by the definitions of the encodings, and numbers that are computed a
//! second time, plainly, in double precision.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod common;

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

#[test]
fn products_of_shift_invariant_encodings_depend_on_the_distance_only() {
    let tuned = |base: f64, compression: f64| Tuning { base, compression, ..Tuning::default() };
    let check = |what: String, face: &Face, kernel: &dyn Fn(usize) -> f64| {
        let measured = measures(face).get("toeplitz").unwrap();
        assert!(measured >= 1.0 - 1e-6, "{what}: {measured}");
        let gram = Gram::of(face).unwrap().unwrap();
        let largest = gram.values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        for p in 0..gram.length {
            for q in 0..gram.length {
                let (got, want) = (gram.at(p, q), kernel(p.abs_diff(q)));
                assert!((got - want).abs() <= 1e-6 * largest, "{what}: ⟨{p}, {q}⟩ is {got}, not {want}");
            }
        }
    };
    for (length, width) in [(2, 2), (33, 6), (65, 64), (100, 34)] {
        for base in [2.5, 100.0, 10_000.0, 500_000.0] {
            for compression in [1.0, 3.7, f64::from(length)] {
                let shape = shape(length, width, tuned(base, compression));
                let sum = |k: usize| -> f64 {
                    frequencies(width, base).iter().map(|w| (w * k as f64 / compression).cos()).sum()
                };
                let what = format!("L = {length}, d = {width}, base {base}, compression {compression}");
                check(format!("sinusoidal, {what}"), &Face::of(Encoding::Sinusoidal, &shape, 4), &sum);
                let mean = |k: usize| sum(k) * 2.0 / f64::from(width);
                check(format!("RoPE, {what}"), &Face::of(Encoding::Rope, &shape, 4), &mean);
                // Slopes 1/4, 1/16, 1/64, 1/256 of four heads.
                let slope = 85.0 / 256.0 / 4.0 / compression;
                check(format!("ALiBi, {what}"), &Face::of(Encoding::Alibi, &shape, 4), &|k| -slope * k as f64);
                let face = Face::of(Encoding::Fourier, &shape, 4);
                let gram = Gram::of(&face).unwrap().unwrap();
                check(format!("Fourier, {what}"), &face, &|k| gram.at(0, k));
            }
        }
    }
    for (encoding, tuning) in [
        (Encoding::Sinusoidal, Tuning { noise: 0.5, ..Tuning::default() }),
        (Encoding::Rank, Tuning::default()),
        (Encoding::Random, Tuning::default()),
        (Encoding::RankCode, Tuning::default()),
    ] {
        for (length, width) in [(33, 34), (64, 64)] {
            let measured = measures(&Face::of(encoding, &shape(length, width, tuning), 4)).get("toeplitz").unwrap();
            assert!(measured < 0.99, "{encoding:?}: {measured}");
        }
    }
}

/// Rahimi and Recht: the product of two positions tends to a Gaussian of their distance, as wide as the compression.
#[test]
fn fourier_features_approximate_a_gaussian() {
    for compression in [1.0, 3.0] {
        let tuning = Tuning { compression, ..Tuning::default() };
        let gram = Gram::of(&Face::of(Encoding::Fourier, &shape(12, 4096, tuning), 1)).unwrap().unwrap();
        for k in 0..12 {
            let want = (-0.5 * (k as f64 / compression).powi(2)).exp();
            // 2048 draws: a deviation of at most 1/√4096, of which this is more than four.
            near(Some(gram.at(0, k) * 2.0 / 4096.0), want, 0.07);
        }
    }
}

/// Rows with what goes wrong easily: zero vectors, rows that almost coincide, rows that do coincide, and all of it far from the origin.
fn awkward(numbers: &mut Numbers, rows: u32, columns: u32, away: f32) -> Table {
    let mut values = numbers.normal(rows * columns);
    let width = columns as usize;
    for at in 1..rows as usize {
        let (before, rest) = values.split_at_mut(at * width);
        let (row, last) = (&mut rest[..width], &before[(at - 1) * width..]);
        match at % 5 {
            1 => row.fill(0.0),
            3 => row.iter_mut().zip(last).for_each(|(x, last)| *x = last + 1e-3 * *x),
            4 if at % 2 == 0 => row.copy_from_slice(last),
            _ => {}
        }
    }
    values.iter_mut().for_each(|x| *x += away);
    Table { rows: rows as usize, columns: width, values }
}

fn similarity(table: &Table, measure: Measure) -> Vec<f32> {
    let kernel = Similarity { rows: table.rows as u32, columns: table.columns as u32, measure };
    // What the buffer held before does not matter.
    let mut matrix = vec![f32::NAN; table.rows * table.rows];
    f32::run(&kernel, &[&table.values], &mut [&mut matrix]).unwrap();
    matrix
}

#[test]
fn similarities_are_what_plain_loops_give_and_a_distance_is_a_distance() {
    let mut numbers = Numbers::new(91);
    for (rows, columns) in [(1, 1), (2, 3), (7, 7), (33, 5), (64, 64), (65, 33), (131, 12)] {
        for away in [0.0, 300.0] {
            let table = awkward(&mut numbers, rows, columns, away);
            let n = table.rows;
            let plain = wide(&table);
            let norm = |p: usize| dot(&plain[p], &plain[p]).sqrt();
            let [products, cosines, distances] =
                [Measure::Dot, Measure::Cosine, Measure::Distance].map(|measure| similarity(&table, measure));
            for matrix in [&products, &cosines, &distances] {
                assert!(
                    (0..n * n).all(|at| matrix[at].to_bits() == matrix[at % n * n + at / n].to_bits()),
                    "symmetric"
                );
            }
            for at in 0..n * n {
                let (p, q) = (at / n, at % n);
                let what = format!("{rows} rows of {columns}, {away} away, at {p}, {q}");
                let (both, product) = (norm(p) * norm(q), dot(&plain[p], &plain[q]));
                assert!((f64::from(products[at]) - product).abs() <= 1e-5 * both, "{what}: {}", products[at]);
                assert!(cosines[at].abs() <= 1.0, "{what}: {}", cosines[at]);
                if both == 0.0 {
                    assert_eq!(cosines[at], 0.0, "{what}");
                } else {
                    assert!((f64::from(cosines[at]) - product / both).abs() <= 1e-5, "{what}: {}", cosines[at]);
                }
                let apart: Vec<f64> = plain[p].iter().zip(&plain[q]).map(|(a, b)| a - b).collect();
                let distance = dot(&apart, &apart).sqrt();
                let got = f64::from(distances[at]);
                assert!((got - distance).abs() <= 1e-5 * distance, "{what}: {got} apart, and should be {distance}");
                assert!(p != q || distances[at] == 0.0, "{what}");
            }
            let far = |p: usize, q: usize| distances[p * n + q];
            for at in 0..n * n * n {
                let (p, q, r) = (at / n / n, at / n % n, at % n);
                let round = far(p, q) + far(q, r);
                assert!(far(p, r) <= round * (1.0 + 1e-5), "{p} to {r} is farther than by {q}");
            }
        }
    }
}

// Measures.

#[test]
fn diagnostics_at_length_and_width_64_to_their_digits() {
    let of = |encoding| measures(&Face::of(encoding, &shape(64, 64, Tuning::default()), 4));
    let sinusoidal = of(Encoding::Sinusoidal);
    near(sinusoidal.get("norm"), 5.657, 0.0005);
    near(sinusoidal.get("neighbourDistance"), 1.472, 0.0005);
    near(sinusoidal.get("neighbourCosine"), 0.9662, 0.00005);
    near(sinusoidal.get("endCosine"), 0.452, 0.0005);
    near(sinusoidal.get("margin"), 1.083, 0.0005);
    assert_eq!(sinusoidal.get("rank"), Some(18.0));
    let compressed = of(Encoding::Compressed);
    near(compressed.get("neighbourDistance"), 0.0236, 0.00005);
    near(compressed.get("neighbourCosine"), 0.99999, 0.000005);
    near(compressed.get("endCosine"), 0.967, 0.0005);
    near(compressed.get("margin"), 2.8e-4, 0.05e-4);
    assert_eq!(compressed.get("rank"), Some(3.0));
    let spike = of(Encoding::SpikeTime);
    near(spike.get("norm"), 0.0884, 0.00005);
    near(spike.get("neighbourDistance"), 0.0230, 0.00005);
    near(spike.get("neighbourCosine"), sinusoidal.get("neighbourCosine").unwrap(), 1e-6);
    near(spike.get("endCosine"), sinusoidal.get("endCosine").unwrap(), 1e-6);
    near(spike.get("margin"), 2.6e-4, 0.05e-4);
    assert_eq!(spike.get("rank"), Some(18.0));
}

#[test]
fn measures_of_the_identity() {
    let rows: Vec<[f32; 5]> = (0..5).map(|p| std::array::from_fn(|q| if p == q { 1.0 } else { 0.0 })).collect();
    let found = measures(&by_hand(&rows));
    let want = [1.0, 2.0_f64.sqrt(), 0.0, 0.0, 1.0, 1.0, 4.0, 2.0, 5.0, 5.0, 1.0];
    for ((formula, got), want) in FORMULAS.iter().zip(found.values).zip(want) {
        assert!((got.unwrap() - want).abs() < 1e-12, "{}: {got:?}, and should be {want}", formula.id);
    }
    // The encoding of that name is as wide as it is long, whatever the width.
    let one_hot = measures(&Face::of(Encoding::OneHot, &shape(5, 64, Tuning::default()), 4));
    assert_eq!(one_hot, found);
}

#[test]
fn measures_of_a_table_of_rank_one() {
    // 1, 2 and 4 times (3, 4): products 25, 50, 100; 50, 100, 200; 100, 200, 400.
    let found = measures(&by_hand(&[[3.0, 4.0], [6.0, 8.0], [12.0, 16.0]]));
    near(found.get("norm"), 35.0 / 3.0, 1e-12);
    near(found.get("neighbourDistance"), 7.5, 1e-12);
    near(found.get("neighbourCosine"), 1.0, 1e-12);
    near(found.get("endCosine"), 1.0, 1e-12);
    near(found.get("margin"), (-75.0 - 100.0 + 200.0) / 3.0, 1e-12);
    near(found.get("leastMargin"), -100.0, 0.0);
    // s is 175, 125, 100.
    near(found.get("monotoneRange"), 2.0, 0.0);
    assert_eq!(found.get("aliasing"), None);
    near(found.get("effectiveRank"), 1.0, 1e-5);
    near(found.get("rank"), 1.0, 0.0);
    let apart = 150.0_f64.powi(2) + 75.0_f64.powi(2) + 225.0_f64.powi(2) + 2.0 * 2.0 * 75.0_f64.powi(2);
    let whole = (25.0_f64 + 100.0 + 400.0).powi(2);
    near(found.get("toeplitz"), 1.0 - (apart / whole).sqrt(), 1e-12);
}

#[test]
fn singular_values_of_diagonals_are_their_entries() {
    // Out of order and of both signs, longer than wide and wider than long; 0.003 is below a thousandth of 4.
    let diagonal = [1.0_f32, -4.0, 0.003, 2.0, 1.0];
    let sorted = [4.0, 2.0, 1.0, 1.0, 0.003];
    let total: f64 = sorted.iter().sum();
    let entropy: f64 = sorted.iter().map(|value| -(value / total) * (value / total).ln()).sum();
    for (rows, columns) in [(5, 5), (5, 9), (9, 5)] {
        let at = |at: usize| if at / columns == at % columns { diagonal[at / columns] } else { 0.0 };
        let face = Face::Vectors(Table { rows, columns, values: (0..rows * columns).map(at).collect() });
        let spectrum = Spectrum::of(&face).unwrap().unwrap();
        assert_eq!(spectrum.singular.len(), 5);
        for (got, want) in spectrum.singular.iter().zip(sorted) {
            near(Some(*got), want, 1e-6);
        }
        assert_eq!(spectrum.rank, 4);
        near(Some(spectrum.effective_rank), entropy.exp(), 1e-6);
    }
    // Turning rows and columns changes no singular value: the squares of any table sum up to the squares of its entries.
    let table = table(Encoding::Random, &shape(33, 18, Tuning::default()));
    let spectrum = Spectrum::of(&Face::Vectors(table.clone())).unwrap().unwrap();
    let whole: f64 = wide(&table).iter().map(|row| dot(row, row)).sum();
    near(Some(spectrum.singular.iter().map(|value| value * value).sum()), whole, 1e-9 * whole);
}

/// A period of 8 gives s(k) = cos(2πk/8): it falls up to 4, and at 7 positions are as alike as neighbours again.
#[test]
fn measures_of_a_periodic_table() {
    // Entries of which all products are exact: equal products are equal.
    let half = 0.707_106_77_f32;
    let sine = [0.0, half, 1.0, half, 0.0, -half, -1.0, -half];
    let rows: Vec<[f32; 2]> = (0..17).map(|p| [sine[p % 8], sine[(p + 2) % 8]]).collect();
    let found = measures(&by_hand(&rows));
    near(found.get("monotoneRange"), 4.0, 0.0);
    near(found.get("aliasing"), 7.0, 0.0);
    near(found.get("rank"), 2.0, 0.0);
    // A position prefers none to itself, and is nowhere alone: 0 and 8 are the same.
    near(found.get("margin"), 0.0, 1e-6);
}

/// Both by their definitions, on tables of which the mean similarity rises and falls: `s(k)` a second time, from the rows.
#[test]
fn monotone_range_and_aliasing_follow_their_definitions() {
    let mut seen = HashSet::new();
    for (encoding, base, width) in [
        (Encoding::Sinusoidal, 1.5, 2),
        (Encoding::Sinusoidal, 1.5, 6),
        (Encoding::Sinusoidal, 30.0, 10),
        (Encoding::Sinusoidal, 1e4, 64),
        (Encoding::Rank, 1e4, 5),
        (Encoding::Fourier, 1e4, 8),
        (Encoding::Random, 1e4, 12),
    ] {
        for (length, compression) in [(9, 1.0), (33, 1.0), (64, 2.7), (65, 9.3)] {
            let face = Face::of(encoding, &shape(length, width, Tuning { base, compression, ..Tuning::default() }), 4);
            let Face::Vectors(table) = &face else { panic!("no vectors") };
            let rows = wide(table);
            let n = rows.len();
            let s = |k: usize| (k..n).map(|p| dot(&rows[p], &rows[p - k])).sum::<f64>() / (n - k) as f64;
            let s: Vec<f64> = (0..n).map(s).collect();
            let alias = (2..n).find(|&k| s[k] >= s[1]);
            let range = (1..n).take_while(|&k| s[k] <= s[k - 1]).count();
            let found = measures(&face);
            let what = format!("{encoding:?}, L = {length}, d = {width}, base {base}, compression {compression}");
            assert_eq!(found.get("aliasing"), alias.map(|k| k as f64), "{what}");
            assert_eq!(found.get("monotoneRange"), Some(range as f64), "{what}");
            seen.insert((alias, range));
        }
    }
    assert!(seen.len() > 12 && seen.iter().any(|(alias, _)| alias.is_none()), "too much alike: {seen:?}");
}

#[test]
fn measures_of_two_rows_and_of_nothing() {
    let found = measures(&by_hand(&[[3.0, 0.0], [0.0, 4.0]]));
    let want = [
        Some(3.5),
        Some(5.0),
        Some(0.0),
        Some(0.0),
        Some(12.5),
        Some(9.0),
        Some(1.0),
        None,
        Some((-(3.0 / 7.0) * (3.0_f64 / 7.0).ln() - (4.0 / 7.0) * (4.0_f64 / 7.0).ln()).exp()),
        Some(2.0),
        Some(1.0 - (2.0 * 3.5_f64.powi(2) / (81.0 + 256.0)).sqrt()),
    ];
    for ((formula, got), want) in FORMULAS.iter().zip(found.values).zip(want) {
        assert_eq!(got.is_some(), want.is_some(), "{}", formula.id);
        assert!((got.unwrap_or(0.0) - want.unwrap_or(0.0)).abs() < 1e-9, "{}: {got:?}", formula.id);
    }
    assert_eq!(measures(&Face::Nothing), Measures::default());
    assert_eq!(measures(&by_hand(&[[1.0, 2.0]])), Measures::default(), "one position is told apart from nothing");
    let zero = measures(&by_hand(&[[0.0, 0.0], [0.0, 0.0]]));
    assert_eq!((zero.get("norm"), zero.get("neighbourCosine"), zero.get("effectiveRank")), (Some(0.0), None, None));
    // ALiBi has no vectors: no angle and no spectrum, but a self-margin and an order.
    let alibi = measures(&Face::of(Encoding::Alibi, &shape(9, 8, Tuning::default()), 1));
    assert_eq!((alibi.get("endCosine"), alibi.get("rank"), alibi.get("monotoneRange")), (None, None, Some(8.0)));
    near(alibi.get("margin"), 1.0 / 256.0, 1e-12);
}

// Lemma 1.

fn lemma_at(length: u32, width: u32, window: f32) -> Lemma {
    lemma(&EncodingsConfig { length, width, window, ..EncodingsConfig::default() }).unwrap()
}

fn answer(verdicts: &[Verdict], id: &str) -> Answer {
    verdicts.iter().find(|verdict| verdict.id == id).unwrap().verdict
}

#[test]
fn the_amplitude_form_multiplies_every_product_by_one_factor() {
    for (length, width, window) in [(128, 128, 1.0), (100, 30, 7.0), (33, 18, 0.3), (2, 2, 1.0)] {
        let found = lemma_at(length, width, window);
        let expected = (f64::from(window) / f64::from(length)).powi(2);
        let what = format!("L = {length}, d = {width}, T = {window}");
        assert!((found.expected / expected - 1.0).abs() < 1e-12, "{what}");
        let cloud = &found.spike_time;
        assert_eq!(cloud.pairs, (length * (length - 1) / 2) as usize);
        assert!((cloud.slope / expected - 1.0).abs() <= 1e-6, "{what}: slope {}", cloud.slope);
        // The largest product of two positions is at most d/2, that of neighbours not much less.
        let largest: f64 = frequencies(width, 1e4).iter().map(|w| w.cos()).sum();
        let share = cloud.residual.unwrap() / (expected * largest);
        assert!(share <= 1e-6, "{what}: residual {share} of the largest product");
        if length == 2 {
            assert!(cloud.pearson.is_nan(), "one pair has no correlation");
        } else {
            near(Some(cloud.pearson), 1.0, 1e-9);
        }
        assert_eq!(answer(&found.verdicts, "lemma"), Answer::Holds, "{what}");
        let figure = if length == 128 { Answer::Holds } else { Answer::Untested };
        assert_eq!(answer(&found.verdicts, "figure-1c"), figure, "{what}");
    }
}

/// The paper's figure 1c, from cosines: products are `s(k) = Σ cos(k ω_i)`, and there are `L − k` pairs at each distance.
#[test]
fn compression_correlates_as_in_the_figure() {
    let found = lemma_at(128, 128, 1.0).compressed;
    near(Some(found.pearson), 0.706, 0.0005);
    near(Some(found.spearman), 0.965, 0.0005);
    let kernel = |scale: f64| -> Vec<f64> {
        (1..128).map(|k| frequencies(128, 1e4).iter().map(|w| (w * f64::from(k) * scale).cos()).sum()).collect()
    };
    let weight = |at: usize| 127.0 - at as f64;
    let correlation = |x: &[f64], y: &[f64]| {
        let all: f64 = (0..127).map(weight).sum();
        let mean = |z: &[f64]| (0..127).map(|at| weight(at) * z[at]).sum::<f64>() / all;
        let covariance =
            |x: &[f64], y: &[f64]| (0..127).map(|at| weight(at) * (x[at] - mean(x)) * (y[at] - mean(y))).sum::<f64>();
        covariance(x, y) / (covariance(x, x) * covariance(y, y)).sqrt()
    };
    // Pairs at one distance share the mean of their ranks.
    let ranks = |z: &[f64]| -> Vec<f64> {
        let below = |at: usize| (0..127).filter(|&other| z[other] < z[at]).map(weight).sum::<f64>();
        (0..127).map(|at| below(at) + (weight(at) - 1.0) / 2.0).collect()
    };
    let (x, y) = (kernel(1.0), kernel(1.0 / 128.0));
    near(Some(found.pearson), correlation(&x, &y), 1e-6);
    near(Some(found.spearman), correlation(&ranks(&x), &ranks(&y)), 1e-4);
}

// Tables and what is turned on them.

#[test]
fn a_random_table_has_the_margin_that_was_asked_for() {
    for (length, width) in [(64, 64), (33, 18), (16, 32), (7, 5)] {
        let of = |margin: Option<f64>, seed: u32| {
            let shape = Shape { length, width, seed, tuning: Tuning { margin, ..Tuning::default() } };
            table(Encoding::Random, &shape)
        };
        for seed in [0, 1, 12_345] {
            let most = measures(&Face::Vectors(of(None, seed))).get("margin").unwrap();
            for share in [1.0, 0.7, 0.1, 0.01] {
                let asked = share * most;
                let table = of(Some(asked), seed);
                let what = format!("L = {length}, d = {width}, seed {seed}, margin {asked}");
                let found = measures(&Face::Vectors(table.clone())).get("margin").unwrap();
                assert!((found / asked - 1.0).abs() <= 1e-4, "{what}: {found}");
                for row in wide(&table) {
                    let norm = dot(&row, &row).sqrt() / (f64::from(width) / 2.0).sqrt();
                    assert!((norm - 1.0).abs() < 1e-6, "{what}: {norm} of the norm");
                }
            }
            assert_eq!(of(Some(1e6), seed), of(None, seed), "no more than its directions allow");
            let none = of(Some(0.0), seed);
            let first = &none.values[..width as usize];
            assert!(none.values.chunks_exact(width as usize).all(|row| row == first), "no margin: one row");
        }
        assert_ne!(of(None, 0), of(None, 1));
    }
}

/// A margin as small as that of a compressed table still is that margin, although single precision carries few of its digits.
#[test]
fn a_small_margin_is_that_of_the_compressed_table_it_is_held_against() {
    let of = |encoding, tuning| measures(&Face::of(encoding, &shape(64, 64, tuning), 4)).get("margin").unwrap();
    for compression in [4.0, 16.0, 64.0] {
        let asked = of(Encoding::Sinusoidal, Tuning { compression, ..Tuning::default() });
        let found = of(Encoding::Random, Tuning { margin: Some(asked), ..Tuning::default() });
        assert!((found / asked - 1.0).abs() < 0.005, "{found}, and should be {asked}");
    }
}

#[test]
fn a_rank_code_has_n_significances_and_a_code_for_each_position() {
    for (length, width, active, alpha) in [(64, 64, 11, 0.9), (33, 9, 4, 0.5), (7, 5, 5, 1.0), (5, 6, 99, 0.8)] {
        let of = |seed| {
            let tuning = Tuning { active, alpha, ..Tuning::default() };
            table(Encoding::RankCode, &Shape { length, width, seed, tuning })
        };
        let code = of(3);
        let mut want: Vec<u32> = (0..active.min(width)).map(|r| (alpha.powi(r as i32) as f32).to_bits()).collect();
        want.extend(vec![0; (width - active.min(width)) as usize]);
        // Positive numbers are in the order of their bits.
        want.sort_unstable();
        for row in code.values.chunks_exact(width as usize) {
            let mut found = bits(row);
            found.sort_unstable();
            assert!(found.iter().zip(&want).all(|(a, b)| a.abs_diff(*b) <= 1), "{row:?}");
        }
        assert_eq!(bits(&code.values), bits(&of(3).values), "fixed by the seed");
        if alpha < 1.0 {
            assert_ne!(code, of(4));
            let different: HashSet<Vec<u32>> = code.values.chunks_exact(width as usize).map(bits).collect();
            assert_eq!(different.len(), length as usize, "no position shares another's code");
        }
    }
}

#[test]
fn gain_noise_base_and_compression_do_what_they_say() {
    let usual = Tuning::default();
    let vectors = [
        Encoding::Sinusoidal,
        Encoding::Compressed,
        Encoding::SpikeTime,
        Encoding::Rank,
        Encoding::Fourier,
        Encoding::OneHot,
        Encoding::RankCode,
        Encoding::Random,
    ];
    for encoding in vectors {
        let of = |tuning| table(encoding, &shape(65, 64, tuning)).values;
        let plain = of(usual);
        let half = of(Tuning { gain: 0.37, ..usual });
        assert!(plain.iter().zip(&half).all(|(plain, half)| *half == plain * 0.37), "{encoding:?}: a factor");
        assert!(of(Tuning { gain: 0.0, ..usual }).iter().all(|&value| value == 0.0));
        let noise = |noise, gain| -> Vec<f64> {
            let noisy = of(Tuning { noise, gain, ..usual });
            noisy.iter().zip(&plain).map(|(noisy, plain)| f64::from(noisy / gain - plain)).collect()
        };
        // Noise comes before the gain, which multiplies it too.
        for gain in [1.0, 4.0] {
            let added = noise(0.25, gain);
            let count = added.len() as f64;
            let mean = added.iter().sum::<f64>() / count;
            let deviation = (dot(&added, &added) / count).sqrt();
            // Of at least 4160 draws, the mean strays by 0.25/64 and the deviation by 0.25/91; this is five times as much.
            assert!(mean.abs() < 0.02 && (deviation - 0.25).abs() < 0.014, "{encoding:?}: {mean} ± {deviation}");
            let cube = added.iter().map(|x| x.powi(4)).sum::<f64>() / count / deviation.powi(4);
            assert!((cube - 3.0).abs() < 0.6, "{encoding:?}: a kurtosis of {cube} is not a Gaussian's");
        }
        let seeds: Vec<Vec<f32>> = [1, 2]
            .map(|seed| table(encoding, &Shape { seed, ..shape(65, 64, Tuning { noise: 0.25, ..usual }) }).values)
            .to_vec();
        assert_ne!(seeds[0], seeds[1], "{encoding:?}: noise follows the seed");
    }
    // Noise has nothing to fall on where nothing is added.
    for encoding in [Encoding::None, Encoding::Rope, Encoding::Alibi] {
        let recipe = encoding.recipe(&shape(9, 8, Tuning { noise: 3.0, ..usual }));
        assert!(recipe.table.iter().all(|&value| value == 0.0), "{encoding:?}");
    }
    // Position 4p compressed by four is position p.
    for encoding in [Encoding::Sinusoidal, Encoding::Fourier, Encoding::Rope] {
        let plain = table(encoding, &shape(9, 10, usual));
        let slow = table(encoding, &shape(33, 10, Tuning { compression: 4.0, ..usual }));
        for p in 0..9 {
            let row = |table: &Table, p: usize| bits(&table.values[p * 10..(p + 1) * 10]);
            assert_eq!(row(&plain, p), row(&slow, 4 * p), "{encoding:?}");
        }
    }
    // Odd lengths and widths: every entry is its formula.
    for (length, width, base, compression) in [(33_u32, 7_u32, 10_000.0, 1.0), (5, 12, 7.5, 2.5)] {
        let tuning = Tuning { base, compression, ..usual };
        for (encoding, inside, outside) in [
            (Encoding::Sinusoidal, 1.0, 1.0),
            (Encoding::Compressed, 1.0 / f64::from(length), 1.0),
            (Encoding::SpikeTime, 1.0, 1.0 / f64::from(length)),
            (Encoding::SpikeTimeGain, 1.0, 1.0),
        ] {
            let found = table(encoding, &shape(length, width, tuning));
            for (at, &value) in (0_u32..).zip(&found.values) {
                let (p, column) = (at / width, at % width);
                let frequency = base.powf(-f64::from(column / 2 * 2) / f64::from(width));
                let phase = f64::from(p) * inside / compression * frequency;
                let want = outside * if column % 2 == 0 { phase.sin() } else { phase.cos() };
                assert!((f64::from(value) - want).abs() < 2e-7, "{encoding:?}, {p}, {column}: {value}, not {want}");
            }
        }
    }
}

// A logit in its parts.

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

/// Races of both norms and of both masks, with the runs of all that is added, and how often attention weights differ from uniform.
fn logit_races() -> Vec<Trial> {
    let mut races = Vec::new();
    for norm in ["post", "pre"] {
        for task in ["causal-copy", "previous-token"] {
            let link = format!(
                "{TINY}&norm={norm}&task={task}&encodings=rank,sinusoidal,compressed,spike-time,spike-time-gain,none\
                 &layers=2&train_width=12&heads=3"
            );
            races.push(open(configured(&link)));
        }
    }
    races
}

#[test]
fn the_parts_of_a_logit_add_up_to_the_attention_of_the_model() {
    for mut run in logit_races() {
        for steps in [0, 25] {
            if steps > 0 {
                advance(&mut run, steps);
            }
            for replica in 0..6 {
                let found = block_on(run.inspect(replica, "")).unwrap();
                let trained = trained_of(&mut run, replica);
                let length = found.length as usize;
                for head in 0..3 {
                    let logit = split(&trained, &question(head, 0.125)).unwrap();
                    assert_eq!((logit.step, logit.length, logit.scale), (steps, length, 0.125));
                    let names: Vec<&str> = found.tokens.iter().map(|&token| &*found.names[token as usize]).collect();
                    assert_eq!(logit.tokens, names);
                    // Layers are outermost: the first one's heads come first.
                    let own = &found.attention[head as usize * length * length..][..length * length];
                    for (at, (got, want)) in logit.before.iter().zip(own).enumerate() {
                        let what =
                            format!("{}, step {steps}, run {replica}, head {head}, at {at}", run.config().link());
                        assert!((got - want).abs() < 1e-5, "{what}: {got}, and the model has {want}");
                    }
                }
            }
        }
    }
}

/// Part by part from the weights as they lie in the pool, for post-norm: `(x + b)ᵀ M (x + b)` and so on, over √h.
#[test]
fn under_post_norm_each_part_has_its_own_power_of_the_factor() {
    for mut run in logit_races()
        .into_iter()
        .filter(|run| run.config().link().contains("norm=post") || !run.config().link().contains("norm="))
    {
        for steps in [0, 25] {
            if steps > 0 {
                advance(&mut run, steps);
            }
            for replica in 0..5 {
                let trained = trained_of(&mut run, replica);
                for (head, scale) in [(0, 0.125), (2, 0.3), (1, 2.5)] {
                    let logit = split(&trained, &question(head, scale)).unwrap();
                    let ids: Vec<&str> = logit.parts.iter().map(|part| part.id).collect();
                    let names = ["content-content", "content-position", "position-content", "position-position"];
                    assert_eq!(ids, names);
                    for (part, want) in logit.parts.iter().zip([1.0, scale, scale, scale * scale]) {
                        assert!(part.before > 0.0, "{}", part.id);
                        assert_eq!(part.expected, Some(want));
                        near(part.factor, want, 1e-9);
                        assert!((part.after - want * part.before).abs() <= 1e-9 * part.before);
                    }
                    let sizes = strengths(&trained, head);
                    for (part, size) in logit.parts.iter().zip(sizes) {
                        assert!((part.before - size).abs() <= 1e-6 * size, "{}: {}, not {size}", part.id, part.before);
                    }
                }
            }
            // Nothing is added to none: there is nothing to map.
            let none = split(&trained_of(&mut run, 5), &question(0, 0.125)).unwrap();
            assert!(none.parts[1..].iter().all(|part| part.before == 0.0 && part.factor.is_none()));
            assert!(none.sentence.contains("no position vectors"));
            assert_eq!(bits(&none.before), bits(&none.after));
        }
    }
}

/// Root mean squares of the four parts over what a query sees, of a post-norm model.
fn strengths(trained: &Trained, head: u32) -> [f64; 4] {
    let a = &trained.model.architecture;
    let (width, length, size) = (a.width as usize, a.layout.length, (a.width / a.heads) as usize);
    let pool = |name: &str| {
        let tensor = trained.model.parameters.tensors.iter().find(|tensor| tensor.name == name).unwrap();
        let range = tensor.offset as usize..(tensor.offset + tensor.len()) as usize;
        trained.parameters[range].iter().map(|&x| f64::from(x)).collect::<Vec<f64>>()
    };
    let symbols = mnemoscope::run::inspect::read_probe("", &a.layout).unwrap();
    let embedding = pool("embedding.weight");
    let (gain, positions) = (pool("position.gain")[0], pool("position.table"));
    let (weights, bias) = (pool("layers.0.self_attn.in_proj_weight"), pool("layers.0.self_attn.in_proj_bias"));
    // Queries are the first third of the projection's outputs, keys the second.
    let project = |row: &[f64], part: usize, with_bias: bool| -> Vec<f64> {
        let first = part * width + head as usize * size;
        let of = |column: usize| {
            let sum: f64 = row.iter().enumerate().map(|(at, x)| x * weights[at * 3 * width + column]).sum();
            sum + if with_bias { bias[column] } else { 0.0 }
        };
        (first..first + size).map(of).collect()
    };
    let rows: Vec<[Vec<f64>; 2]> = (0..length)
        .map(|p| {
            let token = a.layout.token(p, |i| symbols[i as usize]).0 as usize;
            let at = p as usize * width;
            let position: Vec<f64> = positions[at..at + width].iter().map(|x| gain * x).collect();
            [embedding[token * width..(token + 1) * width].to_vec(), position]
        })
        .collect();
    [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(query, key)| {
        let (mut sum, mut count) = (0.0, 0.0);
        for (m, row) in rows.iter().enumerate() {
            let seen = if a.causal { m + 1 } else { rows.len() };
            for other in &rows[..seen] {
                let logit = dot(&project(&row[query], 0, query == 0), &project(&other[key], 1, key == 0));
                sum += (logit / (size as f64).sqrt()).powi(2);
                count += 1.0;
            }
        }
        (sum / count).sqrt()
    })
}

#[test]
fn the_switches_of_the_maps_do_what_they_say() {
    let rows_are_shares = |map: &[f32], causal: bool| {
        for (query, row) in map.chunks_exact(8).enumerate() {
            assert!((row.iter().map(|&x| f64::from(x)).sum::<f64>() - 1.0).abs() < 1e-6);
            assert!(!causal || row[query + 1..].iter().all(|&weight| weight == 0.0));
        }
    };
    for mut run in logit_races() {
        advance(&mut run, 10);
        for replica in 0..5 {
            let trained = trained_of(&mut run, replica);
            let of = |scale, content, undo| split(&trained, &Question { head: 1, scale, content, undo }).unwrap();
            for content in [false, true] {
                let undone = of(0.125, content, true);
                assert_eq!(bits(&undone.before), bits(&undone.after));
                assert_eq!(undone.largest_difference, 0.0);
                let mapped = of(0.125, content, false);
                assert_ne!(bits(&mapped.before), bits(&mapped.after));
                let largest = mapped.before.iter().zip(&mapped.after).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert_eq!(mapped.largest_difference, f64::from(largest));
                assert!(largest > 0.0);
                let causal = trained.model.architecture.causal;
                for map in [&undone.before, &mapped.before, &mapped.after] {
                    rows_are_shares(map, causal);
                }
                let same = of(1.0, content, false);
                assert_eq!(bits(&same.before), bits(&same.after), "T = L");
                assert!(same.sentence.contains("T = L"));
                // Only the maps follow the switches.
                assert_eq!(undone.parts, mapped.parts);
            }
            assert_ne!(bits(&of(0.125, true, false).before), bits(&of(0.125, false, false).before));
        }
    }
}

/// The workbench asks with L of the models, and with the run, head and switches of the settings; its random weights are those that
/// the race begins with.
#[test]
fn the_workbench_splits_what_the_settings_name() {
    let link = format!("{TINY}&seeds=2&trained_run=3&head=2&window=2&length=50");
    let mut config = encodings(&link);
    let mut run = open(config.clone());
    let same = |found: &(Logit, String), trained: &Trained, run: &str| {
        assert_eq!(found.0, split(trained, &question(1, 0.25)).unwrap());
        assert_eq!(found.1, run);
    };
    let mut workbench = Workbench::default();
    let initial = trained_of(&mut run, 3);
    same(&workbench.logit(&config).unwrap(), &initial, "Sinusoidal, seed 1");
    config.set("weights", "trained").unwrap();
    assert!(matches!(workbench.logit(&config), Err(Error::Config(why)) if why.contains("no trained weights")));
    advance(&mut run, 7);
    let trained = trained_of(&mut run, 3);
    workbench.set_trained(Some(trained.clone()));
    same(&workbench.logit(&config).unwrap(), &trained, "Sinusoidal, seed 1");
    assert_ne!(initial.parameters, trained.parameters);
    assert!(matches!(block_on(run.trained(4)), Err(Error::Config(_))));
}

// Experiments.

/// Weights of one step are judged in turns of a run at a time while training goes on, and give what they give in one.
#[test]
fn other_lengths_are_judged_in_turns() {
    let mut run = open(configured(&format!("{TINY}&experiment=lengths&encodings=sinusoidal,none&seeds=2")));
    advance(&mut run, 5);
    let whole = found(&mut run);
    run.reset().unwrap();
    advance(&mut run, 5);
    let (mut kept, mut turns) = (Kept::default(), Vec::new());
    while let Some((at, of)) = block_on(run.judge(&mut kept, 0.0)).unwrap() {
        turns.push(at);
        assert_eq!(of, 16);
        advance(&mut run, 1);
    }
    assert_eq!(turns, (1..16).collect::<Vec<_>>());
    let results = run.results().unwrap();
    let config = encodings(&run.config().link());
    assert_eq!(Outcome::lengths(&config, 5, results.more[0].clone()), whole);
    // A race that begins anew has other weights.
    assert!(block_on(run.judge(&mut kept, 0.0)).unwrap().is_some());
    run.reset().unwrap();
    assert!(matches!(block_on(run.judge(&mut kept, 0.0)), Err(Error::Outdated(_))));
}

fn found(run: &mut Trial) -> Outcome {
    assert_eq!(block_on(run.judge(&mut Kept::default(), f64::INFINITY)).unwrap(), None);
    let (results, config) = (run.results().unwrap(), encodings(&run.config().link()));
    let lengths = || Outcome::lengths(&config, run.step(), results.more[0].clone());
    outcome::outcome(&config, &results).unwrap().unwrap_or_else(lengths)
}

/// Dividing by a power of two and multiplying by it again loses no bit: whatever differs, differs in the arithmetic of training.
#[test]
fn with_the_gain_held_at_a_power_of_two_spike_time_is_sinusoidal_to_the_bit() {
    let mut run = open(configured(&format!("{TINY}&experiment=control&seeds=2&seed=11")));
    let arms: Vec<String> = run.arms().iter().map(|arm| arm.id.clone()).collect();
    assert_eq!(arms, ["sinusoidal", "spike-time-held", "spike-time-gain", "spike-time"]);
    advance(&mut run, 20);
    assert_eq!(answer(&run.verdicts().unwrap(), "spike-time-held"), Answer::Open, "not over yet");
    advance(&mut run, 0);
    assert_eq!(
        run.history().iter().map(|point| point.x as u32).collect::<Vec<_>>(),
        [0, 5, 10, 15, 20, 25, 30, 35, 40]
    );
    for evaluation in run.history() {
        for column in &evaluation.values {
            assert_eq!(bits(&column[..2]), bits(&column[2..4]), "step {}", evaluation.x);
        }
    }
    let Outcome::Control { reference, rows, .. } = found(&mut run) else { panic!("not the control") };
    assert_eq!(reference, "sinusoidal");
    assert_eq!(rows[0].id, "spike-time-held");
    assert_eq!(rows[0].by_seed, [Some(0.0), Some(0.0)]);
    assert_eq!(rows[0].largest.map(|spread| spread.greatest), Some(0.0));
    let verdict = run.verdicts().unwrap().swap_remove(0);
    assert_eq!(verdict.verdict, Answer::Open, "two seeds, and a race so short that both only guess");
    assert!(verdict.why.starts_with("2 of 3 seeds; nothing in this race has learned"), "{}", verdict.why);
    // The others, by a plain look at the history.
    for (row, arm) in rows.iter().zip(1..) {
        for seed in 0..2 {
            let mut largest = (0.0, 0);
            for e in run.history() {
                let apart = (f64::from(e.values[0][2 * arm + seed]) - f64::from(e.values[0][seed])).abs();
                if apart > largest.0 {
                    largest = (apart, e.x as u32);
                }
            }
            assert_eq!(row.by_seed[seed], Some(largest.0), "{}", row.id);
            if row.largest.unwrap().greatest == largest.0 && largest.0 > 0.0 {
                assert_eq!(row.at, Some(largest.1));
            }
        }
    }
    assert!(rows[2].largest.unwrap().least > 0.0, "without its gain it is another model");
}

/// A gain that is trained is the only thing that tells the two apart, and it starts at L.
#[test]
fn the_gain_of_the_control_is_trained_or_held() {
    let mut run = open(configured(&format!("{TINY}&experiment=control")));
    let gain = |run: &mut Trial, replica| {
        let trained = trained_of(run, replica);
        trained.parameters[trained.model.gain as usize]
    };
    let gains = |run: &mut Trial| [0, 1, 2, 3].map(|replica| gain(run, replica));
    assert_eq!(gains(&mut run), [1.0, 8.0, 8.0, 1.0]);
    advance(&mut run, 20);
    let after = gains(&mut run);
    assert_eq!([after[0], after[1], after[3]], [1.0, 8.0, 1.0]);
    assert!(after[2] != 8.0 && (after[2] - 8.0).abs() < 1.0, "{}", after[2]);
}

/// Spearman's ρ by its definition, rank by rank. Values that agree to six digits are equal.
fn rho(x: &[f64], y: &[f64]) -> Option<f64> {
    let alike = |a: f64, b: f64| a == b || (a - b).abs() <= 5e-6 * a.abs().max(b.abs());
    let ranks = |z: &[f64]| -> Vec<f64> {
        let below = |a: f64| z.iter().filter(|&&b| b < a && !alike(a, b)).count() as f64;
        let equal = |a: f64| z.iter().filter(|&&b| alike(a, b)).count() as f64;
        z.iter().map(|&a| below(a) + (equal(a) - 1.0) / 2.0).collect()
    };
    let (x, y) = (ranks(x), ranks(y));
    let mean = (x.len() as f64 - 1.0) / 2.0;
    let covariance = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>();
    let both = covariance(&x, &x) * covariance(&y, &y);
    (both > 0.0).then(|| covariance(&x, &y) / both.sqrt())
}

#[test]
fn the_sweep_correlates_what_its_runs_did_with_what_its_tables_are() {
    // Increment needs no position: it is learned in this size within some hundred steps, sooner where positions disturb less.
    let config = configured(&format!(
        "{TINY}&experiment=sweep&levels=4&seeds=2&task=increment&rate=0.02&steps=120&batch=8&mlp=16"
    ));
    let mut run = open(config.clone());
    advance(&mut run, 0);
    let results = run.results().unwrap();
    let arms = arms::arms(config.of().unwrap()).unwrap();
    // Four compressions, three gains (gain 1 is compression 1), four random tables.
    assert_eq!(arms.len(), 11);
    let order: Vec<(&str, u32)> = results.runs.iter().map(|run| (&*run.arm, run.seed)).collect();
    let wanted: Vec<(&str, u32)> = arms.iter().flat_map(|arm| [(&*arm.id, 0), (&*arm.id, 1)]).collect();
    assert_eq!(order, wanted);
    let outcome = found(&mut run);
    assert_eq!(results.found, Some(serde_json::to_value(&outcome).unwrap()));
    let Outcome::Sweep { seeds, arms: tables, correlations, .. } = outcome.clone() else { panic!("not the sweep") };
    assert_eq!(seeds, [0, 1]);
    let measure = |arm: usize, seed: u32, id: &str| {
        let shape = Shape { length: 8, width: 8, seed, tuning: arms[arm].tuning };
        measures(&Face::of(arms[arm].encoding, &shape, 2)).get(id).unwrap()
    };
    let steps = |arm: usize, seed: u32| results.runs[2 * arm + seed as usize].first(TOKEN_ACCURACY);
    let families = [("all", 0..11), ("compression", 0..4), ("gain", 4..7), ("random", 7..11)];
    let mut defined = 0;
    for (family, members) in families {
        for id in ["margin", "effectiveRank", "norm"] {
            let found = correlations.iter().find(|c| c.family == family && c.measure == id).unwrap();
            assert_eq!(found.arms, members.len());
            let own: Vec<Option<f64>> = [0, 1]
                .map(|seed| {
                    let x: Vec<f64> = members.clone().map(|arm| measure(arm, seed, id)).collect();
                    let later = |arm| steps(arm, seed).map_or(1e9, f64::from);
                    rho(&x, &members.clone().map(later).collect::<Vec<f64>>())
                })
                .to_vec();
            for (got, want) in found.by_seed.iter().zip(&own) {
                assert_eq!(got.is_some(), want.is_some(), "{family}, {id}: {got:?}, and should be {want:?}");
                assert!((got.unwrap_or(0.0) - want.unwrap_or(0.0)).abs() < 1e-9, "{family}, {id}: {got:?}, {want:?}");
                defined += usize::from(want.is_some());
            }
        }
    }
    assert!(defined >= 12, "too little was learned for this to say much: {defined} of 24");
    for (at, table) in tables.iter().enumerate() {
        assert_eq!((&table.id, &table.steps), (&arms[at].id, &[0, 1].map(|seed| steps(at, seed)).to_vec()));
        let mean = |id| (measure(at, 0, id) + measure(at, 1, id)) / 2.0;
        near(Some(table.margin), mean("margin"), 1e-12);
        near(Some(table.effective_rank), mean("effectiveRank"), 1e-12);
        near(Some(table.norm), mean("norm"), 1e-12);
    }
    // Compressions and gains go in equal ratios from 1 to L, and the random tables have the margins of the compressed.
    for at in 0..4 {
        near(Some(tables[at].value), 2.0_f64.powi(at as i32), 1e-12);
        if at > 0 {
            near(Some(tables[3 + at].value), 0.5_f64.powi(at as i32), 1e-12);
            let (one, other) = (tables[at - 1].margin, tables[7 + at].margin);
            assert!((one / other - 1.0).abs() < 0.01, "{}: {one} and {other}", tables[7 + at].id);
        }
    }
}

/// A sweep of which only margins, families and steps matter.
fn sweep(arms: &[(&'static str, f64, &[u32])], rhos: &[f64]) -> Outcome {
    let arm = |(at, &(family, margin, steps)): (usize, &(&'static str, f64, &[u32]))| SweepArm {
        id: format!("{family}-{at}"),
        label: format!("{family} {margin}"),
        family,
        value: margin,
        margin,
        effective_rank: 1.0,
        norm: 1.0,
        steps: steps.iter().map(|&step| (step > 0).then_some(step)).collect(),
        stopped: vec![None; steps.len()],
        accuracy: vec![None; steps.len()],
    };
    let correlation = |measure| Correlation {
        measure,
        label: measure,
        family: "all",
        by_seed: rhos.iter().map(|&rho| Some(rho).filter(|rho| rho.is_finite())).collect(),
        spread: None,
        arms: arms.len(),
        learned: vec![arms.len(); rhos.len()],
    };
    let correlations = ["margin", "effectiveRank"].map(correlation).to_vec();
    Outcome::Sweep {
        seeds: (0..rhos.len() as u32).collect(),
        arms: arms.iter().enumerate().map(arm).collect(),
        correlations,
        sentence: String::new(),
    }
}

#[test]
fn tables_of_equal_margin_speak_for_the_claim_within_a_factor_of_two() {
    let config = encodings("lab=encodings&experiment=sweep&steps=600&every=10&seeds=3");
    let of = |outcome: &Outcome, step: u32| {
        let verdicts = verdicts(&config, outcome, step);
        verdicts.iter().find(|verdict| verdict.id == "equal-margins").unwrap().clone()
    };
    let judge = |arms: &[(&'static str, f64, &[u32])], step: u32| of(&sweep(arms, &[0.0; 3]), step);
    let both = |a: &'static [u32], b: &'static [u32], step| {
        judge(&[("compression", 1.0, a), ("random", 1.005, b), ("gain", 1.0, &[10, 10, 10])], step)
    };
    let pair = |a, b, step| both(a, b, step).verdict;
    assert_eq!(pair(&[100, 100, 100], &[180, 60, 100], 600), Answer::Holds, "surely at most twice as long");
    assert_eq!(pair(&[100, 100, 100], &[220, 220, 40], 600), Answer::Fails);
    assert_eq!(pair(&[100, 100, 100], &[220, 220, 40], 250), Answer::Fails, "and does so before the end");
    let split = both(&[100, 100, 100], &[220, 60, 100], 600);
    assert_eq!((split.verdict, split.why.as_str()), (Answer::Open, "the seeds disagree: 2 for it, 1 against it"));
    assert_eq!(pair(&[100, 100], &[200, 60], 600), Answer::Open, "two seeds");
    assert_eq!(pair(&[100, 100, 100], &[0, 0, 0], 190), Answer::Open, "they may yet learn");
    assert_eq!(pair(&[100, 100, 100], &[0, 0, 0], 200), Answer::Fails, "twice as long, and they have not");
    let late = both(&[400, 400, 400], &[0, 400, 400], 600);
    assert_eq!((late.verdict, late.decides.and_then(|decides| decides.steps)), (Answer::Open, Some(800)));
    assert_eq!(pair(&[0, 0, 0], &[0, 0, 0], 600), Answer::Open, "nothing learned says nothing");
    // It was learned somewhere in the ten steps before: what that leaves open is open.
    let near = both(&[100, 100, 100], &[200, 60, 100], 600);
    assert_eq!((near.verdict, near.why.as_str()), (Answer::Open, "an evaluation every 10 steps is too coarse to tell"));
    assert_eq!(pair(&[10, 10, 10], &[20, 20, 20], 600), Answer::Open);
    assert_eq!(pair(&[10, 10, 10], &[10, 10, 10], 600), Answer::Open);
    // Margins that differ by more than a hundredth are no pair, and neither is a gain.
    let all: &[u32] = &[100, 100, 100];
    assert_eq!(judge(&[("compression", 1.0, all), ("random", 1.02, all)], 600).verdict, Answer::Untested);
    assert_eq!(judge(&[("gain", 1.0, all), ("random", 1.0, &[500, 100, 100])], 600).verdict, Answer::Untested);
    let words = judge(&[("compression", 1.0, &[100, 120, 100]), ("random", 1.0, &[0, 500, 100])], 600).measured;
    assert!(words.contains("compression 1 100, 120, 100, random not within 600, 500, 100"), "{words}");
    // A table that diverged is not one that is learned late.
    let mut stopped = sweep(&[("compression", 1.0, all), ("random", 1.0, &[0, 100, 100])], &[0.0; 3]);
    if let Outcome::Sweep { arms, .. } = &mut stopped {
        arms[1].stopped[0] = Some(12);
    }
    assert!(of(&stopped, 600).why.contains("stopped at step 12"));
}

#[test]
fn correlations_speak_for_the_claim_if_they_do_in_every_seed() {
    let config = encodings("lab=encodings&experiment=sweep&steps=600&seeds=3");
    let tables = |count: usize| vec![("gain", 1.0, [100, 100, 100].as_slice()); count];
    let of = |outcome: &Outcome, step| answer(&verdicts(&config, outcome, step), "margin");
    let judge = |rhos: &[f64], step| of(&sweep(&tables(14), rhos), step);
    assert_eq!(judge(&[-0.5, -0.9, -0.7], 600), Answer::Holds);
    assert_eq!(judge(&[-0.5, -0.9, -0.49], 600), Answer::Open);
    assert_eq!(judge(&[-0.4, 0.9, -0.49], 600), Answer::Fails);
    assert_eq!(judge(&[0.9, 0.9, 0.9], 600), Answer::Fails, "the sign counts");
    assert_eq!(judge(&[-0.9, -0.9, -0.9], 599), Answer::Open, "not over yet");
    assert_eq!(judge(&[-0.9, -0.9], 600), Answer::Open, "two seeds");
    assert_eq!(judge(&[-0.9, -0.9, f64::NAN], 600), Answer::Open, "a seed that says nothing");
    assert_eq!(of(&sweep(&tables(11), &[-0.9; 3]), 600), Answer::Open, "with few tables that comes by chance");
    let mut few = sweep(&tables(14), &[-0.9; 3]);
    if let Outcome::Sweep { correlations, .. } = &mut few {
        correlations[0].learned[1] = 6;
    }
    assert_eq!(of(&few, 600), Answer::Open, "fewer than half of the tables learned");
}

/// A control of which only differences and first steps matter.
#[test]
fn what_follows_a_reference_that_has_not_learned_follows_nothing() {
    let config = encodings("lab=encodings&experiment=control&steps=600&every=10&seeds=3");
    let course = |arm: &str, seed: u32, first: Option<u32>, stopped: Option<u32>| {
        let runs = vec![RunInfo { replica: 0, arm: arm.to_owned(), seed }];
        Course::of(&Curves { runs, ..no_curves() }, "", &[(first, stopped)]).swap_remove(0)
    };
    let judge = |by_seed: &[f64], first: Option<u32>, stopped: Option<u32>, step: u32| {
        let seeds = 0..by_seed.len() as u32;
        let courses = seeds.flat_map(|seed| {
            [course("sinusoidal", seed, first, None), course("spike-time-held", seed, first, stopped)]
        });
        let by_seed: Vec<Option<f64>> = by_seed.iter().copied().map(Some).collect();
        let row = Follower {
            id: "spike-time-held".to_owned(),
            label: String::new(),
            largest: Spread::of(&by_seed),
            by_seed,
            at: None,
        };
        let outcome =
            Outcome::Control { reference: "sinusoidal".to_owned(), rows: vec![row], courses: courses.collect() };
        verdicts(&config, &outcome, step).swap_remove(0)
    };
    assert_eq!(judge(&[0.0; 3], Some(200), None, 600).verdict, Answer::Holds);
    assert_eq!(judge(&[0.0; 3], Some(200), None, 590).verdict, Answer::Open, "the race is not over");
    assert_eq!(judge(&[0.0; 2], Some(200), None, 600).verdict, Answer::Open, "two seeds");
    let guessing = judge(&[0.0; 3], None, None, 600);
    assert!(
        guessing.verdict == Answer::Open && guessing.why.contains("nothing in this race has learned"),
        "{}",
        guessing.why
    );
    assert_eq!(judge(&[0.4; 3], None, None, 20).verdict, Answer::Fails, "a difference is one at once");
    assert_eq!(judge(&[0.0, 0.4, 0.0], Some(200), None, 600).verdict, Answer::Open, "seeds that disagree");
    assert!(judge(&[0.0; 3], Some(200), Some(300), 600).why.contains("stopped at step 300"));
}

fn no_curves() -> Curves {
    let (id, label) = (String::new(), String::new());
    Curves { id, label, x: Axis::step(), measures: vec![], arms: vec![], runs: vec![], points: vec![] }
}

/// Evaluated once more at its own length, a run is what its race said of it; and what no row was learned for is not evaluated.
#[test]
fn at_its_own_length_a_model_is_what_the_race_says() {
    let link = format!(
        "{TINY}&experiment=lengths&task=previous-token\
         &encodings=none,sinusoidal,compressed,spike-time,spike-time-gain,rank,rope,alibi"
    );
    let mut run = open(configured(&link));
    for steps in [0, 15, 0] {
        if run.step() > 0 || steps > 0 {
            advance(&mut run, steps);
        } else {
            block_on(run.advance(0.0, 0)).unwrap();
        }
        let Outcome::Lengths { trained, step, curves, .. } = found(&mut run) else { panic!("not lengths") };
        let lengths: Vec<f64> = curves.points.iter().map(|point| point.x).collect();
        assert_eq!((trained, lengths), (8, vec![8.0, 12.0, 16.0, 24.0]));
        let last = run.history().last().unwrap();
        assert_eq!(last.x, f64::from(step));
        // Loss, tokens and sequences, one seed each.
        assert_eq!(last.values.len(), 3);
        for (at, arm) in curves.arms.iter().enumerate() {
            assert_eq!(curves.of_arm(&arm.id), [at]);
            for (measure, last) in last.values.iter().enumerate() {
                let of = |point: usize| curves.value(point, measure, at);
                let rank = arm.id == "rank";
                // Not evaluated at any length, for which it would need other rows than it has learned.
                assert_eq!(of(0), Some(last[at]), "{} at step {step}", arm.id);
                assert_eq!([1, 2, 3].map(|point| of(point).is_some()), [!rank; 3], "{}", arm.id);
                assert_eq!(!arm.help.is_empty(), rank, "{}", arm.help);
            }
        }
        let found = found(&mut run);
        let results = run.results().unwrap();
        assert_eq!(results.found, Some(serde_json::to_value(&found).unwrap()));
        assert_eq!(results.more, [curves]);
    }
    // A half of an odd length is rounded up, and of causal copy up to an even one.
    let at = |link: &str| match found(&mut open(configured(&format!("{TINY}&experiment=lengths&{link}")))) {
        Outcome::Lengths { curves, .. } => curves.points.iter().map(|point| point.x as u32).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(at("task=reversal&train_length=9"), [9, 14, 18, 27]);
    assert_eq!(at("task=causal-copy&train_length=10"), [10, 16, 20, 30]);
}

/// The trained weights in a race of the longer length, whose tables are written by hand: its first evaluation is what is told here.
#[test]
fn a_longer_evaluation_is_that_of_a_longer_model_with_the_same_weights() {
    let config = encodings(&format!(
        "{TINY}&experiment=lengths&task=previous-token&steps=60\
         &encodings=none,sinusoidal,compressed,spike-time,spike-time-gain,rope,alibi"
    ));
    let mut run = open(config.clone());
    advance(&mut run, 0);
    let Outcome::Lengths { curves, .. } = found(&mut run) else { panic!("not lengths") };
    for (column, point) in curves.points.iter().enumerate() {
        let length = point.x as u32;
        // A race of the copy lab, whose arms are the same.
        let long = CopyConfig {
            task: config.task,
            symbols: config.symbols,
            length,
            batch: config.batch,
            encodings: config.encodings.clone(),
            seeds: config.seeds,
            seed: config.seed,
            steps: config.steps,
            layers: config.layers,
            width: config.train_width,
            heads: config.heads,
            mlp: config.mlp,
            norm: config.norm,
            rate: config.rate,
            every: config.every,
            executor: config.executor,
            ..CopyConfig::default()
        };
        let mut weights = Weights::read(&block_on(open(long).save()).unwrap()).unwrap();
        weights.state.moments = None;
        weights.state.history.clear();
        weights.state.parameters.clear();
        for replica in 0..config.encodings.len() as u32 {
            let trained = trained_of(&mut run, replica);
            weights.state.parameters.extend(&trained.parameters[..trained.model.table as usize]);
            let sinusoidal = |compression| {
                let tuning = Tuning { compression, ..Tuning::default() };
                table(Encoding::Sinusoidal, &shape(length, 8, tuning)).values
            };
            // L stays 8, whatever the length; divisions by it are exact.
            weights.state.parameters.extend(match trained.replica.encoding {
                Encoding::Sinusoidal => sinusoidal(1.0),
                Encoding::Compressed => sinusoidal(8.0),
                Encoding::SpikeTime | Encoding::SpikeTimeGain => sinusoidal(1.0).iter().map(|x| x / 8.0).collect(),
                _ => vec![0.0; 8 * length as usize],
            });
        }
        let file = Weights::write(&weights.config, &weights.state).unwrap();
        let mut other = block_on(Trial::restore(&file, &mut Machine::default(), &mut |_, _| {})).unwrap();
        block_on(other.advance(0.0, 0)).unwrap();
        let judged = other.history().last().unwrap();
        for (at, arm) in curves.arms.iter().enumerate() {
            let what = format!("{} at length {length}", arm.id);
            let value = |measure: usize| curves.value(column, measure, at).unwrap();
            assert_eq!(value(1), judged.values[1][at], "{what}");
            let (bits, want) = (value(0), judged.values[0][at]);
            assert!((bits - want).abs() <= 2e-7 * want, "{what}: {bits} bits, and a longer model has {want}");
        }
    }
}

#[test]
fn going_on_from_a_file_of_this_lab_gives_the_same_bits() {
    let rest = |run: &mut Trial| {
        let events = advance(run, 0);
        let told = events.into_iter().filter(|event| !matches!(event, Event::Progress { .. })).collect::<Vec<_>>();
        (format!("{told:?}"), block_on(run.save()).unwrap(), format!("{:?}", found(run)))
    };
    for experiment in [
        "live&encodings=rank,alibi,rope",
        "control",
        "sweep&levels=3",
        "lengths&task=previous-token&encodings=rank,spike-time-gain",
    ] {
        let config = configured(&format!("{TINY}&experiment={experiment}&left=rank-code&left_active=3&window=2"));
        let mut run = open(config.clone());
        advance(&mut run, 17);
        let file = block_on(run.save()).unwrap();
        let mut resumed = block_on(Trial::restore(&file, &mut Machine::default(), &mut |_, _| {})).unwrap();
        assert_eq!((resumed.config(), resumed.step()), (&config, 17), "what is only looked at is kept too");
        assert_eq!(format!("{:?}", found(&mut resumed)), format!("{:?}", found(&mut run)), "{experiment}");
        assert!(rest(&mut run) == rest(&mut resumed), "{experiment}");
    }
}

// Settings.

#[test]
fn what_does_not_go_together_is_mended_and_told() {
    let settled = |link: &str| {
        let link = Link::parse(&format!("lab=encodings&{link}"));
        let config = link.config.of::<EncodingsConfig>().unwrap().clone();
        // Mended is mended: nothing is left to mend.
        assert_eq!(config.clone().apply([]), []);
        (config, link.problems)
    };
    let told = |problems: &[Problem], field: &str, given: &str, used: &str, allowed: &str| {
        let [problem] = problems else { panic!("{problems:?}") };
        assert_eq!((&*problem.field, &*problem.given, &*problem.used), (field, given, used));
        assert!(problem.allowed.contains(allowed), "{}", problem.allowed);
    };
    let (config, problems) = settled("length=50&left_compression=100&right_compression=50");
    assert_eq!((config.left_compression, config.right_compression), (50.0, 50.0));
    told(&problems, "left_compression", "100", "50", "to the length, 50");
    let (config, problems) = settled("heads=8&head=9");
    assert_eq!(config.head, 8);
    told(&problems, "head", "9", "8", "from 1 to 8");
    let (config, problems) = settled("experiment=control&seeds=2&trained_run=8");
    assert_eq!(config.trained_run, 7);
    told(&problems, "trained_run", "8", "7", "the experiment has 8 runs");
    let (config, problems) = settled("experiment=sweep&levels=16&seeds=2");
    // 16 compressions, 15 gains, 16 random tables: once each.
    assert_eq!((config.seeds, config.levels), (1, 16));
    told(&problems, "seeds", "2", "1", "47 tables");
    let (config, problems) = settled("experiment=control&seeds=16");
    assert_eq!((config.seeds, problems.len()), (16, 0), "64 runs are allowed");
    let (config, problems) = settled("left=rank-code&left_active=33&width=32&right_active=33");
    assert_eq!((config.left_active, config.right_active), (32, 33), "what nobody looks at may be as it is");
    told(&problems, "left_active", "33", "32", "the width 32");
    let (config, problems) = settled("width=63");
    assert_eq!(config.width, 62);
    told(&problems, "width", "63", "62", "even");
    let (config, problems) = settled("length=5&position=8");
    assert_eq!(config.position, 4);
    told(&problems, "position", "8", "4", "from 0 to 4");
    let (config, problems) = settled("train_width=30&heads=7");
    assert_eq!((config.train_width, config.heads), (28, 7));
    told(&problems, "train_width", "30", "28", "a multiple of 4");
    let (config, problems) = settled("train_length=15");
    assert_eq!(config.train_length, 14);
    told(&problems, "train_length", "15", "14", "even number for causal copy");
    // Rules that lean on each other: fewer heads, then the head among them.
    let (config, problems) = settled("train_width=16&heads=8&head=8&seeds=16&experiment=sweep&trained_run=63");
    assert_eq!((config.heads, config.head, config.seeds, config.trained_run), (4, 4, 4, 55));
    let fields: Vec<&str> = problems.iter().map(|problem| &*problem.field).collect();
    assert_eq!(fields, ["heads", "head", "seeds", "trained_run"]);
}

#[test]
fn presets_and_every_value_survive_a_link() {
    let description = named("encodings").unwrap().describe();
    for preset in description.presets {
        let mut config = named("encodings").unwrap().defaults();
        config.preset(preset.id).unwrap();
        let link = config.link();
        assert_eq!(configured(&link), config, "{}", preset.id);
        assert_eq!(configured(&format!("lab=encodings&preset={}", preset.id)), config);
        assert_eq!(preset.values.is_empty(), link == "lab=encodings", "{link}");
        assert!(config.lineup().unwrap().runs().len() <= 64);
    }
    for row in &description.properties {
        for value in values(&row.kind) {
            let mut config = EncodingsConfig::default();
            config.set(row.name, &value).unwrap();
            config.settle();
            assert_eq!(configured(&config.link()), Config::from(config), "{} = {value}", row.name);
        }
    }
}

fn values(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Choice { options } | Kind::Many { options } => options.iter().map(|o| o.value.to_owned()).collect(),
        Kind::Integer { min, max } => vec![min.to_string(), max.to_string()],
        Kind::Number { min, max } => vec![min.to_string(), max.to_string()],
        Kind::Text { .. } => Vec::new(),
        Kind::Flag => vec!["true".to_owned(), "false".to_owned()],
    }
}
