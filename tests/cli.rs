//! The program as a shell sees it: files, exit codes, messages, interruption and going on, sweeps.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "common/shell.rs"]
mod shell;

use std::collections::BTreeMap;
use std::process::Stdio;

use mnemoscope::labs::copy::config::{CopyConfig, PRESETS};
use mnemoscope::run::results::Results;
use safetensors::SafeTensors;
use serde_json::Value;
#[cfg(unix)]
use shell::{LONGER, interrupt};
use shell::{TINY, expect, json, names, program, run, run_with, text};
use tempfile::TempDir;

#[test]
fn results_curves_and_weights_are_whole_files_that_other_readers_read() {
    let folder = TempDir::new().unwrap();
    let output = run(&folder, &format!("copy {TINY} --out r.json --csv c.csv --export-weights w.safetensors"));
    let words = expect(&output, 0);
    assert!(output.stdout.is_empty());
    assert_eq!(names(folder.path()), ["c.csv", "r.json", "w.safetensors"], "no half file is left");

    let results = json(&text(&folder, "r.json"));
    assert!(results["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!((&results["step"], &results["settings"]["width"]), (&60.into(), &8.into()));
    assert_eq!(results["runs"].as_array().unwrap().len(), 2);
    let steps: Vec<u64> =
        results["curves"].as_array().unwrap().iter().map(|point| point["x"].as_f64().unwrap() as u64).collect();
    assert_eq!(steps, [0, 20, 40, 60]);

    let curves = text(&folder, "c.csv");
    let mut reader = csv::Reader::from_reader(curves.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 8);
    let last = rows.iter().rfind(|row| row["arm"] == "none").unwrap();
    let loss = results["curves"][3]["values"][0][1].as_f64().unwrap();
    assert!((last["loss"].parse::<f64>().unwrap() - loss).abs() < 1e-6, "{last:?}, {loss}");

    let weights = std::fs::read(folder.path().join("w.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&weights).unwrap();
    assert!(tensors.names().iter().any(|name| name.starts_with("rank.0.")), "{:?}", tensors.names());

    // The summary names each encoding, and never says more than was trained.
    let row = words.lines().find(|line| line.starts_with("Rank")).unwrap();
    let step99 =
        results["runs"][0]["reached"]["token-accuracy"].as_u64().map_or("> 60".to_owned(), |step| step.to_string());
    assert!(row.contains(&step99), "{row}");
    assert!(words.contains("first step that reached 99 %") && !words.contains('\u{1b}'), "{words}");
    assert!(expect(&run(&folder, &format!("copy {TINY} --out q.json --quiet")), 0).is_empty());
}

#[test]
fn standard_output_takes_one_thing_and_may_be_closed() {
    let folder = TempDir::new().unwrap();
    let output = run(&folder, &format!("copy {TINY} -q"));
    expect(&output, 0);
    assert_eq!(json(std::str::from_utf8(&output.stdout).unwrap())["lab"], "copy");
    let output = run(&folder, &format!("copy {TINY} -q --csv - --out r.json"));
    expect(&output, 0);
    assert!(output.stdout.starts_with(b"arm,seed,step,"));
    let output = run(&folder, &format!("copy {TINY} --csv -"));
    assert!(expect(&output, 2).contains("name a file"));

    for arguments in [format!("copy {TINY}"), "settings".to_owned(), "copy --help".to_owned()] {
        let mut command = program(&folder, &arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        expect(&child.wait_with_output().unwrap(), 0);
    }
}

#[test]
fn configurations_come_from_files_and_flags_override_them() {
    let folder = TempDir::new().unwrap();
    expect(&run(&folder, &format!("copy {TINY} --out first.json")), 0);
    // An earlier results file is a configuration, and gives the same numbers.
    expect(&run(&folder, "copy --config first.json --out again.json"), 0);
    let (first, again) = (json(&text(&folder, "first.json")), json(&text(&folder, "again.json")));
    for key in ["settings", "runs", "curves", "check", "verdicts"] {
        assert_eq!(first[key], again[key], "{key}");
    }
    let settings =
        r#"{"preset": "copy-tiny", "encodings": ["rank", "none"], "width": 8, "steps": 2, "executor": "cpu"}"#;
    let output = run_with(&folder, "copy -q --config - --steps 4 --held_out 3", settings);
    expect(&output, 0);
    let results = json(std::str::from_utf8(&output.stdout).unwrap());
    let found = ["encodings", "width", "steps", "held_out", "activation"].map(|name| results["settings"][name].clone());
    assert_eq!(found, [json("[\"rank\",\"none\"]"), 8.into(), 4.into(), 3.into(), "gelu".into()]);
}

#[test]
fn what_is_not_allowed_ends_with_2_and_says_what_is() {
    let folder = TempDir::new().unwrap();
    let bad = |arguments: &str, parts: &[&str]| {
        let output = run_with(&folder, arguments, r#"{"heads": 99, "colour": "red"}"#);
        let words = expect(&output, 2);
        assert!(parts.iter().all(|part| words.contains(part)), "{arguments}: {words}");
        assert!(output.stdout.is_empty(), "{arguments}");
    };
    bad("copy --heads 0 --rate -1", &["heads: \"0\"", "from 1 to 32", "rate: \"-1\"", "from 0 to 10"]);
    bad("copy --width 32 --heads 5", &["heads", "one of 1, 2, 4, 8 at width 32"]);
    bad("copy --preset nosuch", &["nosuch", "demo, paper"]);
    bad("copy --config -", &["standard input: heads", "from 1 to 32", "colour", "there is no such setting"]);
    bad("copy --config nosuch.json", &["nosuch.json", "no such file"]);
    bad("copy --colour red", &["--colour"]);
    bad("copy --preset demo --config -", &["--preset", "--config"]);
    bad("copy --out nosuch/r.json", &["nosuch/r.json", "folder"]);
    bad("copy --out a --csv a", &["two outputs would go to a;", "name two files"]);
    bad("copy --out a --csv ./a", &["one file, a and ./a", "name two files"]);
    bad("copy --checkpoint ./a --out a", &["name two files"]);
    let absolute = folder.path().join("a");
    bad(&format!("copy --export-weights {} --checkpoint a", absolute.display()), &["name two files"]);
    bad("copy --fresh", &["--checkpoint"]);
    bad("copy --checkpoint k --checkpoint-every soon", &["soon"]);
    bad("copy --checkpoint k --checkpoint-every -1", &["-1"]);
    bad("nosuch", &["nosuch"]);
    bad("expand --out-dir jobs --vary", &["--vary"]);
    std::fs::write(folder.path().join("bad.json"), "{\"heads\": 4").unwrap();
    bad("copy --config bad.json", &["bad.json", "not JSON"]);
    assert_eq!(names(folder.path()), ["bad.json"], "nothing was written");
}

#[cfg(unix)]
#[test]
fn an_interrupted_race_goes_on_to_the_same_bits() {
    let whole = TempDir::new().unwrap();
    let folder = TempDir::new().unwrap();
    let command = format!("copy {LONGER} --out r.json --export-weights w.safetensors --checkpoint k.safetensors");
    expect(&run(&whole, &command), 0);

    // Killed without warning, then interrupted: it goes on from where it was last saved.
    let (status, words) = interrupt(&folder, &format!("{command} --checkpoint-every 0.01"), "KILL");
    assert_eq!(status.code(), None, "{words}");
    let (status, words) = interrupt(&folder, &command, "TERM");
    assert_eq!(status.code(), Some(143), "{words}");
    let step = |after: &str| {
        let rest = words.split(after).nth(1).unwrap_or_else(|| panic!("{words}"));
        rest.split_whitespace().next().unwrap().parse::<u32>().unwrap()
    };
    let (from, at) = (step("going on from step "), step("interrupted at step "));
    assert!(0 < from && from <= at && at < 500, "{words}");
    assert!(words.contains("saved to k.safetensors"), "{words}");
    assert_eq!(names(folder.path()), ["k.safetensors"], "an interrupted race has no results");
    expect(&run(&folder, &command), 0);

    for file in ["w.safetensors", "k.safetensors"] {
        let bytes = |folder: &TempDir| std::fs::read(folder.path().join(file)).unwrap();
        assert!(bytes(&whole) == bytes(&folder), "{file} differs");
    }
    let (whole, resumed) = (json(&text(&whole, "r.json")), json(&text(&folder, "r.json")));
    for key in ["settings", "step", "runs", "curves", "check", "verdicts", "cost"] {
        assert_eq!(whole[key], resumed[key], "{key}");
    }
    assert!(whole["check"].is_string() && whole["curves"].as_array().unwrap().len() == 11);
    assert!(resumed["seconds"].is_null(), "the time of a part is not the time of the race");
}

#[cfg(unix)]
#[test]
fn without_a_checkpoint_an_interruption_says_that_nothing_was_saved() {
    let folder = TempDir::new().unwrap();
    let (status, words) = interrupt(&folder, &format!("copy {LONGER} --out r.json"), "INT");
    assert_eq!(status.code(), Some(130), "{words}");
    assert!(words.contains("nothing was saved") && names(folder.path()).is_empty(), "{words}");
}

#[test]
fn a_checkpoint_of_something_else_is_left_alone() {
    let folder = TempDir::new().unwrap();
    expect(&run(&folder, &format!("copy {TINY} -q --checkpoint k --out r.json")), 0);
    let before = std::fs::read(folder.path().join("k")).unwrap();
    let output = run(&folder, &format!("copy {TINY} --rate 0.01 --checkpoint k --out other.json"));
    let words = expect(&output, 2);
    assert!(words.contains("rate is 0.003 there and 0.01 here") && words.contains("--fresh"), "{words}");
    assert_eq!(before, std::fs::read(folder.path().join("k")).unwrap());
    // A finished race is not trained again, and says the same.
    expect(&run(&folder, &format!("copy {TINY} -q --checkpoint k --out again.json")), 0);
    assert_eq!(json(&text(&folder, "r.json"))["curves"], json(&text(&folder, "again.json"))["curves"]);
    expect(&run(&folder, &format!("copy {TINY} -q --rate 0.01 --checkpoint k --fresh --out other.json")), 0);
    assert_ne!(before, std::fs::read(folder.path().join("k")).unwrap());

    std::fs::write(folder.path().join("k"), &before[..before.len() - 7]).unwrap();
    let words = expect(&run(&folder, &format!("copy {TINY} --checkpoint k --out last.json")), 1);
    assert!(words.contains("k: it is not a whole safetensors file") && words.contains("--fresh"), "{words}");
    assert_eq!(std::fs::read(folder.path().join("k")).unwrap(), before[..before.len() - 7]);
    assert!(!folder.path().join("last.json").exists());
}

#[test]
fn a_race_is_trained_longer_to_the_bits_of_one_that_was_longer() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let flags = |steps: u32| TINY.replace("--steps 60", &format!("--steps {steps}"));
    let longer = |steps: u32, checkpoint: &str, out: &str| {
        run(&folder, &format!("copy {} --checkpoint {checkpoint} --out {out}", flags(steps)))
    };
    expect(&longer(100, "whole", "whole.json"), 0);
    expect(&longer(60, "k", "short.json"), 0);
    let words = expect(&longer(100, "k", "r.json"), 0);
    assert!(words.contains("going on from step 60 (k), to 100 steps instead of 60"), "{words}");
    assert!(file("k") == file("whole"), "the weights differ");
    let (whole, extended) = (json(&text(&folder, "whole.json")), json(&text(&folder, "r.json")));
    for key in ["settings", "link", "step", "runs", "curves", "check", "verdicts"] {
        assert_eq!(whole[key], extended[key], "{key}");
    }
    // Not shorter, and not where the learning rate depends on the end.
    let words = expect(&longer(60, "k", "no.json"), 2);
    assert!(words.contains("steps is 100 there and 60 here"), "{words}");
    let cosine =
        |steps: u32| run(&folder, &format!("copy {} --schedule cosine --checkpoint c --out cosine.json", flags(steps)));
    expect(&cosine(60), 0);
    let words = expect(&cosine(100), 2);
    assert!(words.contains("steps is 60 there and 100 here (with this schedule"), "{words}");
    assert!(file("k") == file("whole") && !folder.path().join("no.json").exists());
}

#[test]
fn weights_are_judged_without_training() {
    let folder = TempDir::new().unwrap();
    expect(&run(&folder, &format!("copy {TINY} -q --out r.json --export-weights w.safetensors")), 0);
    let output = run(&folder, "evaluate w.safetensors --out e.json --csv e.csv");
    assert!(expect(&output, 0).contains("step 60 of 60"));
    let (trained, judged) = (json(&text(&folder, "r.json")), json(&text(&folder, "e.json")));
    assert_eq!(judged["curves"].as_array().unwrap().len(), 1);
    assert_eq!(trained["curves"][3], judged["curves"][0]);
    assert_eq!(trained["runs"], judged["runs"]);
    // Another held-out set is another judgement of the same weights.
    expect(&run(&folder, "evaluate w.safetensors --held-out 200 --out more.json"), 0);
    assert_ne!(json(&text(&folder, "more.json"))["curves"][0]["values"][0], judged["curves"][0]["values"][0]);
    assert!(expect(&run(&folder, "evaluate w.safetensors --width 16"), 2).contains("--width"));
    assert!(expect(&run(&folder, "evaluate w.safetensors --held-out 0"), 2).contains("from 1 to 256"));
    assert!(expect(&run(&folder, "evaluate r.json"), 1).contains("safetensors"));
}

#[test]
fn the_settings_are_the_property_table() {
    let folder = TempDir::new().unwrap();
    let output = run(&folder, "settings");
    expect(&output, 0);
    let all = json(std::str::from_utf8(&output.stdout).unwrap());
    let help = String::from_utf8(run(&folder, "copy --help").stdout).unwrap();
    let table = CopyConfig::table();
    assert_eq!(all["settings"].as_array().unwrap().len(), table.len());
    for (row, property) in all["settings"].as_array().unwrap().iter().zip(&table) {
        assert_eq!((&row["name"], &row["default"]), (&property.name.into(), &property.default.clone().into()));
        assert!(help.contains(&format!("--{} ", property.name.replace('_', "-"))), "{}", property.name);
    }
    assert_eq!(all["presets"].as_array().unwrap().len(), PRESETS.len());
    assert_eq!(all["presets"][1]["values"]["symbols"], "50");
    assert!(help.contains("130, 143"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = String::from_utf8(run(&folder, &format!("completions {shell}")).stdout).unwrap();
        assert!(script.contains("checkpoint") && script.contains("held-out"), "{shell}");
        assert!(script.contains("spike-time-gain") || shell == "elvish" || shell == "powershell", "{shell}");
    }
}

#[test]
fn a_sweep_is_expanded_run_and_merged() {
    let folder = TempDir::new().unwrap();
    let expand =
        format!("expand {TINY} --vary rate=0.001,0.01 --vary encodings=rank;none --vary seed=0,1 --out-dir jobs");
    let output = run(&folder, &expand);
    expect(&output, 0);
    let jobs: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(jobs.len(), 8);
    // The same grid again changes nothing; another one does not mix with it.
    expect(&run(&folder, &expand), 0);
    assert!(expect(&run(&folder, &expand.replace("0.01 ", "0.02 ")), 2).contains("another sweep"));
    assert!(expect(&run(&folder, &expand.replace("0,1", "0,0")), 2).contains("would be the same"));
    assert!(expect(&run(&folder, &expand.replace("0,1", "0,x")), 2).contains("seed: \"x\""));

    let mut files = Vec::new();
    for (at, job) in jobs.iter().enumerate() {
        files.push(format!("result-{at}.json"));
        expect(&run(&folder, &format!("copy -q --config {job} --out result-{at}.json")), 0);
    }
    let all = files.join(" ");
    let words = expect(&run(&folder, &format!("merge {all} --out sweep.json --csv sweep.csv")), 0);
    assert!(words.contains("8 files; what differs between them: rate\n"), "{words}");
    let sweep = json(&text(&folder, "sweep.json"));
    assert_eq!((&sweep["varies"], &sweep["settings"]["width"]), (&json("[\"rate\"]"), &"8".into()));
    let groups = sweep["groups"].as_array().unwrap();
    assert_eq!(
        groups.iter().map(|group| group["settings"]["rate"].as_str().unwrap()).collect::<Vec<_>>(),
        ["0.001", "0.01"]
    );
    for (at, group) in groups.iter().enumerate() {
        for spread in group["arms"].as_array().unwrap() {
            assert_eq!(spread["seeds"], json("[0,1]"));
            // Jobs count up with the last setting first: rate, encodings, seed.
            let from = |seed: usize| {
                let encoding = usize::from(spread["arm"] == "none");
                Results::read(&text(&folder, &files[at * 4 + encoding * 2 + seed])).unwrap().runs[0].clone()
            };
            assert_eq!(from(0).arm, spread["arm"].as_str().unwrap());
            let expected: Vec<Value> =
                (0..2).map(|seed| serde_json::to_value(from(seed).first("token-accuracy")).unwrap()).collect();
            assert_eq!(spread["reached"], Value::Array(expected));
        }
        assert!(!group["verdicts"].as_array().unwrap().is_empty());
    }
    // Eight runs, four evaluations each, and the head.
    let curves = text(&folder, "sweep.csv");
    assert_eq!((curves.lines().count(), curves.split(',').next()), (33, Some("rate")));

    // The same run twice is counted once; contrary ones are refused.
    std::fs::copy(folder.path().join("result-0.json"), folder.path().join("copy.json")).unwrap();
    let words = expect(&run(&folder, &format!("merge {all} copy.json --out twice.json")), 0);
    assert!(words.contains("copy.json holds the same run as result-0.json"), "{words}");
    assert_eq!(json(&text(&folder, "twice.json"))["groups"], sweep["groups"]);
    let mut contrary = json(&text(&folder, "result-0.json"));
    contrary["runs"][0]["reached"]["token-accuracy"] = 20.into();
    std::fs::write(folder.path().join("contrary.json"), contrary.to_string()).unwrap();
    let words = expect(&run(&folder, &format!("merge {all} contrary.json --out none.json")), 1);
    assert!(words.contains("result-0.json and contrary.json") && !folder.path().join("none.json").exists(), "{words}");

    let mut early = json(&text(&folder, "result-0.json"));
    early["step"] = 20.into();
    std::fs::write(folder.path().join("early.json"), early.to_string()).unwrap();
    let words = expect(&run(&folder, "merge result-1.json early.json --out one.json"), 1);
    assert!(words.contains("early.json: it ends at step 20, and its last evaluation is of step 60"), "{words}");

    // What is broken is named, and hides nothing else.
    std::fs::write(folder.path().join("half.json"), &text(&folder, "result-0.json")[..200]).unwrap();
    let merge = format!("merge {all} half.json gone.json sweep.csv --out left.json");
    for (arguments, code) in [(merge.clone(), 1), (format!("{merge} --skip-broken"), 0)] {
        let words = expect(&run(&folder, &arguments), code);
        assert!(
            ["half.json: ", "gone.json: no such file", "sweep.csv: "].iter().all(|name| words.contains(name)),
            "{words}"
        );
        let left = json(&text(&folder, "left.json"));
        assert_eq!((&left["groups"], left["broken"].as_array().unwrap().len()), (&sweep["groups"], 3));
    }
    assert!(expect(&run(&folder, "merge half.json --skip-broken"), 1).contains("no results file"));
}
