//! The check of a device: on the CPU, on this machine's adapter, from a shell; what it covers, and what it compares with. That a device
//! which computes something else is found out is tested on the page: `tests/e2e/device.test.mjs`.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "common/shell.rs"]
mod shell;

use std::collections::BTreeSet;

use mnemoscope::labs::checking::{Checking, stored_anew};
use mnemoscope::labs::device::{DeviceCheck, Kind, Outcome, Row};
use mnemoscope::run::machine::{ExecutorChoice, Machine};
use shell::{expect, json, program, run, text};
use tempfile::TempDir;

const STORED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/labs/stored.txt");

/// Kernels that no run launches: they are asked for beside one. Their parity is tested in `kernels.rs`.
const BESIDE: [&str; 1] = ["similarity"];

fn check(choice: ExecutorChoice) -> DeviceCheck {
    let mut checking = Checking::begin(choice, &Machine::default()).unwrap();
    pollster::block_on(checking.work(f64::INFINITY)).unwrap().unwrap()
}

fn of(checked: &DeviceCheck, kind: Kind) -> Vec<&Row> {
    checked.rows.iter().filter(|row| row.kind == kind).collect()
}

/// Every check was made, and passed, with room to spare; every kernel is among them.
fn passed(checked: &DeviceCheck) {
    for row in &checked.rows {
        println!("{:?} {}: {:?} of {}, {} cases", row.kind, row.name, row.difference, row.allowed, row.cases);
    }
    println!("{}", checked.sentence);
    assert_eq!(checked.outcome, Outcome::Passed, "{}", checked.sentence);
    assert!(checked.rows.iter().all(|row| row.outcome == Outcome::Passed && row.cases > 0 && row.why.is_empty()));
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders")).unwrap();
    let files =
        files.filter_map(|file| file.unwrap().file_name().into_string().ok()?.strip_suffix(".wgsl").map(str::to_owned));
    // Two files are other forms of a kernel that has its own.
    let known: BTreeSet<String> =
        files.filter(|name| !["matmul_tiled", "weight_grad_serial"].contains(&&**name)).collect();
    let seen: BTreeSet<String> = of(checked, Kind::Kernel).iter().map(|row| row.name.clone()).collect();
    let missed: Vec<&String> = known.difference(&seen).collect();
    assert_eq!(missed, BESIDE, "kernels that are not checked");
    assert_eq!(of(checked, Kind::Losses).len(), 3, "presets");
    assert!(of(checked, Kind::Gradients).len() >= 6 && of(checked, Kind::Exact).len() >= 3);
    let exact: Vec<&str> =
        of(checked, Kind::Kernel).iter().filter(|row| row.allowed == 0.0).map(|row| row.name.as_str()).collect();
    for name in ["ranked_sum", "winners", "store"] {
        assert!(exact.contains(&name), "{name} has to be exact: {exact:?}");
    }
    assert!(checked.sentence.starts_with(&format!("All {} checks passed on ", checked.rows.len())));
}

/// `UPDATE_STORED=1` writes the numbers that a device is compared with anew.
#[test]
fn the_cpu_computes_what_it_should() {
    if std::env::var_os("UPDATE_STORED").is_some() {
        std::fs::write(STORED, pollster::block_on(stored_anew()).unwrap()).unwrap();
        println!("written; compile anew");
        return;
    }
    let checked = check(ExecutorChoice::Cpu);
    assert_eq!(checked.executor.kind, "cpu");
    passed(&checked);
    assert!(of(&checked, Kind::Kernel).iter().all(|row| row.with == "the same in double precision"));
}

#[test]
fn this_machines_adapter_computes_what_it_should() {
    let checked = check(ExecutorChoice::Webgpu);
    if checked.outcome == Outcome::NotRun && std::env::var("MNEMOSCOPE_NO_GPU").is_ok_and(|value| value == "1") {
        println!("SKIPPED, MNEMOSCOPE_NO_GPU=1: {}", checked.sentence);
        return;
    }
    assert_eq!(checked.executor.kind, "webgpu", "{}", checked.sentence);
    passed(&checked);
    assert!(of(&checked, Kind::Kernel).iter().all(|row| row.with == "the CPU"));
}

#[test]
fn a_shell_gets_a_table_a_sentence_and_a_file_and_hears_of_a_device_that_is_not_there() {
    let folder = TempDir::new().unwrap();
    let words = expect(&run(&folder, "check --executor cpu --out d.json --csv d.csv"), 0);
    assert!(words.contains("All ") && words.contains(" checks passed on the CPU ("), "{words}");
    assert!(
        words.lines().any(|line| line.starts_with("kernel") && line.contains("layer_norm") && line.ends_with("passed"))
    );
    let file = json(&text(&folder, "d.json"));
    assert_eq!((&file["outcome"], &file["executor"]["kind"]), (&"passed".into(), &"cpu".into()));
    let rows = file["rows"].as_array().unwrap();
    let table = text(&folder, "d.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(reader.records().map(Result::unwrap).count(), rows.len());

    let mut without = program(&folder, "check --executor webgpu --quiet --out e.json");
    // No Vulkan driver, and no OpenGL either.
    let without = without.env("VK_DRIVER_FILES", "/nowhere.json").env("VK_ICD_FILENAMES", "/nowhere.json");
    if cfg!(target_os = "linux") {
        let words = expect(&without.output().unwrap(), 3);
        assert!(words.contains("There is no WebGPU device to check."), "{words}");
        assert_eq!(json(&text(&folder, "e.json"))["outcome"], "not-run");
    }
    expect(&run(&folder, "check --executor banana"), 2);
}
