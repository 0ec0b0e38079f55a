//! Lemma 1, and the tables that are drawn: margins, rank codes, gain, noise, base and compression.

use super::*;

fn lemma_at(length: u32, width: u32, window: f32) -> Lemma {
    lemma(&EncodingsConfig { length, width, window, ..EncodingsConfig::default() }).unwrap()
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
