//! Measures of discriminability, by their definitions and on tables of which they are known.

use super::*;

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
