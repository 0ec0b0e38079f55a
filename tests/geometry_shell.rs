//! The geometry lab in a shell: trained runs that are asked, sweeps as job arrays, long races that go on from a checkpoint.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "common/shell.rs"]
mod shell;

use mnemoscope::labs::geometry::config::GeometryConfig;
use mnemoscope::labs::results;
use mnemoscope::labs::{Config, LABS, named};
use serde_json::Value;
use shell::{expect, json, text};
use tempfile::TempDir;

/// What it writes to standard output.
fn said(folder: &TempDir, arguments: &str) -> String {
    let output = shell::run(folder, arguments);
    expect(&output, 0);
    String::from_utf8(output.stdout).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

#[test]
fn a_trained_run_is_asked_by_its_weights() {
    let folder = TempDir::new().unwrap();
    let race = "geometry run -q --graph cycle --models node2vec,net --node2vec-steps 300 --steps 200 --every 100 --executor cpu";
    expect(
        &shell::run(&folder, &format!("{race} --export-weights ring.safetensors --out ring.json --tables tables")),
        0,
    );
    let from = "--from ring.safetensors";
    let map = json(&said(&folder, &format!("geometry map {from}")));
    assert_eq!((&map["map"]["arm"], &map["map"]["step"], &map["why"]), (&"node2vec".into(), &300.into(), &"".into()));
    assert_eq!(numbers(&map["map"]["points"]).len(), 3 * 15);
    assert_eq!(map["beside"].as_array().unwrap().len(), 0);
    // The other arm, of the same seed, beside it.
    let both = json(&said(&folder, &format!("geometry map --run 1 --beside true {from}")));
    assert_eq!(
        (&both["map"]["seed"], &both["beside"][0]["arm"], &both["beside"][0]["seed"]),
        (&1.into(), &"net".into(), &1.into())
    );

    let cosine = json(&said(&folder, &format!("geometry matrices --which cosine {from}")));
    let values = numbers(&cosine["values"]);
    assert!((0..15).all(|node| (values[node * 16] - 1.0).abs() < 1e-6), "{values:?}");
    // On a ring the nearest by cosine is a neighbour.
    let nearest = json(&said(&folder, &format!("geometry map.nearest --run 0 --node 4 {from}")));
    assert_eq!(nearest["nearest"][0]["hops"], 1);
    let logits = numbers(&json(&said(&folder, &format!("geometry matrices --which logits --run 3 {from}")))["values"]);
    // The net has found both neighbours of node 0.
    let mut order: Vec<usize> = (1..15).collect();
    order.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
    assert!(order[..2].contains(&1) && order[..2].contains(&14), "{order:?}");
    let csv = said(&folder, &format!("geometry csv --table spectrum --at 1 {from}"));
    assert!(csv.lines().nth(2).unwrap().split(',').all(|cell| !cell.is_empty()), "{csv}");
    assert_eq!(said(&folder, &format!("geometry csv --table kinds {from}")), text(&folder, "tables/kinds.csv"));

    for (command, words) in [
        (format!("geometry map --graph star {from}"), "graph: ring.safetensors has its own; leave it out"),
        (format!("copy inspect {from}"), "unrecognized subcommand"),
        (format!("geometry map --run 9 {from}"), "9"),
        ("geometry csv --table kinds".to_owned(), "Train, or open the weights of a trained run, first"),
        ("geometry csv --table colours".to_owned(), "there are kinds, spectrum"),
        ("geometry map --from nowhere.safetensors".to_owned(), "nowhere.safetensors"),
    ] {
        let output = shell::run(&folder, &command);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(words), "{command}: {told}");
    }
    // What is only looked at may be set, and where work is done.
    said(&folder, &format!("geometry map --executor cpu {from}"));
}

/// The preset `paths-full` in small: a job array over the seeds, each job broken off and gone on with.
#[test]
fn a_job_array_of_races_over_paths_goes_on_from_checkpoints() {
    let folder = TempDir::new().unwrap();
    let small = "--preset paths-full --arms 100 --width 16 --heads 2 --mlp 16 --batch 32 --steps 300 --every 50 --seeds 1 --executor cpu";
    let jobs = said(
        &folder,
        &format!("geometry expand {small} --vary seed=0,1 --vary variants=full,edges;forward --out-dir jobs"),
    );
    let jobs: Vec<&str> = jobs.lines().collect();
    assert_eq!(jobs.len(), 4);
    let first = json(&text(&folder, jobs[0]));
    assert_eq!((&first["lab"], &first["settings"]["variants"]), (&"geometry".into(), &"full,edges".into()));
    for (at, job) in jobs.iter().enumerate().step_by(3) {
        let run = format!("geometry run --config {job} --checkpoint {at}.safetensors --out {at}.json");
        expect(&shell::run(&folder, &format!("geometry run -q --config {job} --out whole-{at}.json")), 0);
        let (status, words) = shell::interrupt(&folder, &run, "TERM");
        assert_eq!(status.code(), Some(143), "{words}");
        assert!(words.contains("the same command goes on"), "{words}");
        let words = expect(&shell::run(&folder, &run), 0);
        assert!(words.contains("going on from step"), "{words}");
        let [whole, rest] = [format!("whole-{at}.json"), format!("{at}.json")].map(|file| json(&text(&folder, &file)));
        assert_eq!(whole["curves"], rest["curves"], "job {at}");
        assert_eq!(whole["step"], 300);
    }
    // Jobs of another lab are refused by it.
    let words = expect(&shell::run(&folder, &format!("copy --config {}", jobs[0])), 2);
    assert!(words.contains("of the lab \"geometry\""), "{words}");
}

/// Results of whichever lab races are read again, to be laid over each other.
#[test]
fn results_of_every_lab_that_races_are_read() {
    let folder = TempDir::new().unwrap();
    let first = LABS[0].id();
    for (command, lab) in [
        ("geometry run -q --graph cycle --models node2vec --node2vec-steps 20 --executor cpu", "geometry"),
        (
            "geometry run -q --preset one-hop --arms 30 --width 8 --heads 1 --mlp 8 --batch 8 --steps 4 --executor cpu",
            "geometry",
        ),
        (&format!("{first} run -q --steps 4 --width 8 --mlp 8 --executor cpu"), first),
    ] {
        expect(&shell::run(&folder, &format!("{command} --out r.json")), 0);
        let file = text(&folder, "r.json");
        for reader in LABS {
            let read = results::read_any(&file, &reader.defaults()).unwrap();
            assert_eq!(read.lab, lab);
            let own: Config = named(lab).unwrap().defaults();
            assert_eq!(own.lab_id() == "geometry", own.of::<GeometryConfig>().is_some());
        }
        let idle = LABS.iter().find(|lab| lab.defaults().racing().is_err()).unwrap().id();
        let other = file.replacen(&format!("\"lab\": \"{lab}\""), &format!("\"lab\": \"{idle}\""), 1);
        let why = results::read_any(&other, &LABS[0].defaults()).unwrap_err().to_string();
        assert!(why.contains(&format!("in the {idle} lab no models race")), "{why}");
    }
}
