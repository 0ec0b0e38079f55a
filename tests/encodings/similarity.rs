//! Products, cosines and distances of positions.

use super::*;

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
