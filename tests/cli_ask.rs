//! `mnemoscope LAB QUESTION`: what the parts of the page ask, in a shell.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "common/shell.rs"]
mod shell;

use mnemoscope::labs::LABS;
use shell::{TINY, expect, json, run, text};
use tempfile::TempDir;

#[test]
fn a_question_is_answered_as_json_or_as_the_text_that_it_is() {
    let folder = TempDir::new().unwrap();
    expect(&run(&folder, "encodings lemma --length 16 --width 8 --out lemma.json"), 0);
    let lemma = json(&text(&folder, "lemma.json"));
    // (T / L)² with T = 1.
    assert!((lemma["spikeTime"]["slope"].as_f64().unwrap() - 1.0 / 256.0).abs() < 1e-9, "{lemma}");
    assert_eq!(lemma["expected"].as_f64().unwrap(), 1.0 / 256.0);
    assert_eq!(lemma["compressed"]["points"].as_array().unwrap().len(), 2 * (16 * 15 / 2));
    expect(&run(&folder, "encodings inspect.picture --side left --length 4 --executor cpu --out picture.json"), 0);
    let picture = json(&text(&folder, "picture.json"));
    assert_eq!((picture["side"].as_str(), picture["matrix"].as_array().unwrap().len()), (Some("left"), 16));
    expect(&run(&folder, "sequence symbols --source random --length 5 --alphabet 4 --out symbols.json"), 0);
    assert_eq!(json(&text(&folder, "symbols.json")).as_array().unwrap().len(), 5);
    expect(&run(&folder, "sequence spikes --at 2 --source random --length 5 --executor cpu --out spikes.json"), 0);
    // A shell counts symbols from 1, as the page shows them and as --tables does; a program counts from 0.
    let spikes = json(&text(&folder, "spikes.json"));
    assert_eq!((spikes.get("at"), spikes["symbolNumber"].as_u64()), (None, Some(2)));
    expect(
        &run(&folder, "sequence --at 2 --source random --length 5 --executor cpu --tables two --quiet --out r.json"),
        0,
    );
    let symbol = spikes["symbol"].as_str().unwrap();
    let row = text(&folder, "two/spikes.csv").lines().nth(1).unwrap().to_owned();
    assert!(row.starts_with(&format!("2,{symbol},")), "{symbol}: {row}");
    for table in ["operations", "spikes", "readings"] {
        let written = text(&folder, &format!("two/{table}.csv"));
        assert!(written.starts_with("symbol_number,symbol,"), "{written}");
        assert!(written.lines().skip(1).all(|row| row.starts_with(&format!("2,{symbol},"))), "{written}");
        let ask = format!("sequence csv --table {table} --at 2 --source random --length 5 --executor cpu --out t.csv");
        expect(&run(&folder, &ask), 0);
        assert_eq!(text(&folder, "t.csv"), written, "{table}");
    }
    // A table is the same text that --tables writes.
    expect(&run(&folder, "encodings csv --table phase --length 8 --width 4 --out phase.csv"), 0);
    expect(&run(&folder, "encodings --length 8 --width 4 --tables tables --quiet --out report.json"), 0);
    assert_eq!(text(&folder, "phase.csv"), text(&folder, "tables/phase.csv"));
}

#[test]
fn what_a_question_does_not_take_is_refused_by_name_and_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    for (arguments, words) in [
        ("encodings inspect.picture --out x", "--side <one of left, right>"),
        ("encodings inspect.picture --side middle --out x", "middle"),
        ("encodings csv --table nonsense --out x", "nonsense"),
        ("sequence spikes --at many --out x", "--at: \"many\" is not allowed; it takes a whole number from 1"),
        ("sequence spikes --at -1 --out x", "-1"),
        ("sequence spikes --at 0 --out x", "\"0\" is not allowed"),
        ("sequence spikes --out x", "--at <a whole number from 1>"),
        ("sequence spikes --at 99 --source random --length 5 --executor cpu --out x", "1 to 5"),
        // A session of which a question knows nothing.
        ("sequence csv --table session --out x", "session: there is no such table yet"),
        ("sequence csv --table session --out x", "mnemoscope sequence --csv FILE"),
        ("sequence time --recalls 0 --out x", "whole number from 1"),
        ("encodings lemma --length 1 --out x", "length"),
        ("copy lemma --out x", "lemma"),
    ] {
        let said = expect(&run(&folder, arguments), 2);
        assert!(said.contains(words), "{arguments}: {said}");
        assert!(!folder.path().join("x").exists(), "{arguments}");
    }
}

#[test]
fn a_step_is_timed_kernel_by_kernel_as_it_begins_or_as_saved() {
    let folder = TempDir::new().unwrap();
    expect(&run(&folder, &format!("copy run.profile {TINY} --quiet --out new.json")), 0);
    expect(&run(&folder, &format!("copy {TINY} --export-weights w.safetensors --quiet --out r.json")), 0);
    expect(&run(&folder, "copy run.profile --from w.safetensors --quiet --out saved.json"), 0);
    let launches = json(&text(&folder, "r.json"))["cost"]["launchesPerStep"].as_u64();
    for file in ["new.json", "saved.json"] {
        let profile = json(&text(&folder, file));
        let kernels = profile["kernels"].as_array().unwrap();
        let sum = |of: &str| kernels.iter().map(|kernel| kernel[of].as_f64().unwrap()).sum::<f64>();
        assert_eq!(profile["executor"], "cpu");
        assert_eq!(Some(sum("launches") as u64), launches, "{profile}");
        for (of, all) in [("ms", "totalMs"), ("boundMs", "boundMs")] {
            let all = profile[all].as_f64().unwrap();
            assert!(all > 0.0 && (sum(of) - all).abs() < 1e-6 * all, "{of}: {profile}");
        }
    }
    // What trains no models has no step to time.
    expect(&run(&folder, "sequence run.profile --out x"), 2);
}

#[test]
fn every_lab_lists_its_run_and_its_questions() {
    let folder = TempDir::new().unwrap();
    for lab in LABS {
        let output = run(&folder, &format!("{} --help", lab.id()));
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && help.contains("run"), "{help}");
        for question in lab.bench().questions().into_iter().filter(|question| !question.page) {
            assert!(help.contains(question.name), "{}: {}", lab.id(), question.name);
            let output = run(&folder, &format!("{} {} --help", lab.id(), question.name));
            let help = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{} {}", lab.id(), question.name);
            // Help is wrapped.
            let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(help.starts_with(question.about.trim_end_matches('.')), "{}: {help}", question.name);
            for argument in question.arguments {
                let flag = argument.name.replace('_', "-").replace("goOn", "go-on");
                let takes = format!("--{flag} <{}", argument.takes);
                assert!(!argument.takes.is_empty() && help.contains(&takes), "{}: {takes}: {help}", question.name);
            }
        }
    }
}
