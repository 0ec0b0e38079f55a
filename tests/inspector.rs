//! The inspector of the encodings lab: pictures as the page and the command line get them, and the clock.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod common;

use common::numbers::Numbers;
use mnemoscope::encoding::face::Face;
use mnemoscope::encoding::{Encoding, Shape, Table, Tuning};
use mnemoscope::labs::encodings::config::{EncodingsConfig, Side};
use mnemoscope::labs::encodings::table_file::{Upload, to_npy};
use mnemoscope::labs::encodings::workbench::{Workbench, phase};
use mnemoscope::labs::link::Link;
use mnemoscope::run::machine::Machine;
use pollster::block_on;

/// The configuration of a link, which must be without problems.
fn configuration(link: &str) -> EncodingsConfig {
    let Link { config, problems, .. } = Link::parse(&format!("lab=encodings&executor=cpu&{link}"));
    assert!(problems.is_empty(), "{link}: {problems:?}");
    config.of::<EncodingsConfig>().unwrap().clone()
}

#[track_caller]
fn close(found: f64, wanted: f64, within: f64, what: &str) {
    assert!((found - wanted).abs() <= within, "{what}: {found}, and not {wanted} within {within:e}");
}

/// A matrix of a table that a reader uploaded.
fn picture(measure: &str, rows: usize, columns: usize, values: &[f32]) -> Vec<f32> {
    let table = Table { rows, columns, values: values.to_vec() };
    let mut bench = Workbench::default();
    bench.set_upload(Some(Upload::read("table.npy", &to_npy(&table)).unwrap()));
    let config = configuration(&format!("left=uploaded&measure={measure}"));
    let picture = block_on(bench.picture(&config, Side::Left, &mut Machine::default())).unwrap();
    assert_eq!((picture.info.length, picture.info.width), (rows, columns));
    picture.matrix.unwrap()
}

/// Single precision neither overflows nor underflows on the way: a table in another unit has the same picture.
#[test]
fn the_unit_of_a_table_does_not_matter() {
    let (rows, columns) = (9, 6);
    let values = Numbers::new(92).normal((rows * columns) as u32);
    for power in [-90, -50, 50, 90, 120] {
        let unit = 2.0_f32.powi(power);
        let scaled: Vec<f32> = values.iter().map(|value| value * unit).collect();
        let cosine = picture("cosine", rows, columns, &values);
        assert_eq!(picture("cosine", rows, columns, &scaled), cosine, "cosine in units of 2^{power}");
        let distance: Vec<f32> = picture("distance", rows, columns, &values).iter().map(|d| d * unit).collect();
        assert_eq!(picture("distance", rows, columns, &scaled), distance, "distance in units of 2^{power}");
        // One row alone in another unit has the same angles.
        let mut mixed = values.clone();
        mixed[..columns].copy_from_slice(&scaled[..columns]);
        assert_eq!(picture("cosine", rows, columns, &mixed), cosine);
    }
}

#[test]
fn kernels_without_vectors_and_tables_of_two_sides_are_drawn_as_they_are() {
    let config = configuration("left=alibi&right=one-hot&length=9&heads=2&head=1&train_width=32");
    let mut bench = Workbench::default();
    let mut draw = |side| block_on(bench.picture(&config, side, &mut Machine::default())).unwrap();
    let (alibi, one_hot) = (draw(Side::Left), draw(Side::Right));
    let matrix = alibi.matrix.unwrap();
    // Slopes 2^−4 and 2^−8.
    let slope = (0.0625 + 0.003_906_25) / 2.0;
    for (at, value) in matrix.iter().enumerate() {
        let distance = (at / 9_usize).abs_diff(at % 9);
        close(f64::from(*value), -slope * distance as f64, 1e-7, "ALiBi");
        assert_eq!(one_hot.matrix.as_ref().unwrap()[at], f32::from(distance == 0));
    }
    for (distance, mean) in alibi.by_distance[0].iter().enumerate() {
        close(f64::from(*mean), -slope * distance as f64, 1e-7, "by distance");
    }
    let cosine = configuration("left=alibi&right=none&measure=cosine&length=9");
    let refused = block_on(bench.picture(&cosine, Side::Left, &mut Machine::default())).unwrap();
    assert!(refused.matrix.is_none() && refused.info.note.contains("no angle"), "{}", refused.info.note);
    let nothing = block_on(bench.picture(&cosine, Side::Right, &mut Machine::default())).unwrap();
    assert!(nothing.matrix.is_none() && nothing.info.note.contains("adds nothing"), "{}", nothing.info.note);
}

#[test]
fn phase_and_spike_time_lie_on_a_line() {
    for (length, width, window, base) in [(64, 64, 1.0, 10_000.0), (37, 10, 2.5, 50.0), (1024, 6, 1000.0, 1e6)] {
        for position in [0, 1, length / 3, length - 1] {
            let link = format!("length={length}&width={width}&window={window}&left_base={base}&position={position}");
            let clock = phase(&configuration(&link));
            let scale = window / f64::from(length);
            close(clock.spike_time, scale * f64::from(position), 1e-9 * window, "spike time");
            assert_eq!(clock.pairs.len() as u32, width / 2);
            let table = |encoding, compression: f64| {
                let tuning = Tuning { base, compression, ..Tuning::default() };
                let Face::Vectors(table) = Face::of(encoding, &Shape { length, width, seed: 0, tuning }, 1) else {
                    panic!("no vectors")
                };
                table.values[(position * width) as usize..((position + 1) * width) as usize].to_vec()
            };
            let (whole, compressed) = (table(Encoding::Sinusoidal, 1.0), table(Encoding::Sinusoidal, 1.0 / scale));
            for (i, pair) in clock.pairs.iter().enumerate() {
                close(pair.phase, pair.slope * clock.spike_time, 1e-9 * (1.0 + pair.phase), "the line");
                close(pair.phase, pair.frequency * f64::from(position), 1e-9 * (1.0 + pair.phase), "phase");
                for part in 0..2 {
                    let column = 2 * i + part;
                    close(pair.sinusoidal[part], f64::from(whole[column]), 1e-6, "sinusoidal");
                    close(pair.amplitude[part], scale * f64::from(whole[column]), 1e-6 * scale, "amplitude form");
                    close(pair.inside[part], f64::from(compressed[column]), 1e-6, "time inside the sine");
                }
            }
        }
    }
}
