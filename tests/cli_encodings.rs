//! The encodings lab in a shell: reports, tables, logits, experiments, and files of the other lab.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "common/shell.rs"]
mod shell;

use mnemoscope::labs::encodings::table_file::Upload;
use mnemoscope::labs::named;
#[cfg(unix)]
use shell::interrupt;
use shell::{expect, json, names, run, run_with, text};
use tempfile::TempDir;

/// An experiment that takes a blink.
const EXPERIMENT: &str = "--executor cpu --train-length 8 --train-width 8 --heads 2 --head 1 --mlp 8 --layers 1 --symbols 4 \
    --batch 4 --seeds 2 --steps 40 --every 20";

#[test]
fn two_encodings_leave_a_report_measures_matrices_and_tables() {
    let folder = TempDir::new().unwrap();
    let files = "--out report.json --csv measures.csv --left-matrix m.csv --left-table t.npy --right-table t.csv \
        --logit logit.json --attention maps.csv";
    let said = expect(&run(&folder, &format!("encodings --executor cpu --length 12 --width 6 {files}")), 0);
    assert!(said.contains("Effective rank") && said.contains("holds: Under the mapping"), "{said}");
    let report = json(&text(&folder, "report.json"));
    assert_eq!(report["lab"], "encodings");
    assert_eq!(report["link"], "lab=encodings&length=12&width=6&executor=cpu");
    // cos 1 + cos 0.0464… + cos 0.00215…: the products of neighbours under sinusoidal, d = 6.
    let wanted: f64 = (0..3).map(|i| f64::powf(10_000.0, -f64::from(i) / 3.0).cos()).sum();
    let row = text(&folder, "m.csv").lines().nth(1).unwrap().to_owned();
    let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().unwrap()).collect();
    assert!((cells[2] - wanted).abs() < 1e-5, "{row}");
    let slice = report["left"]["dotByDistance"][1].as_f64().unwrap();
    assert!((slice - wanted).abs() < 1e-5);
    let measures = text(&folder, "measures.csv");
    assert!(measures.starts_with("measure,label,formula,unit,left,right,left_text,right_text\nnorm,"), "{measures}");
    assert_eq!(text(&folder, "t.csv").lines().count(), 12);
    assert_eq!(text(&folder, "maps.csv").lines().count(), 1 + 16 * 16);
    assert_eq!(json(&text(&folder, "logit.json"))["parts"][3]["expected"], 0.003_906_25);
    // A table that was written is read again, and is the same to a dot product.
    let said = expect(&run(&folder, "encodings --left uploaded --upload t.npy --out again.json --quiet"), 0);
    assert!(!said.contains("Effective"), "{said}");
    let again = json(&text(&folder, "again.json"));
    assert_eq!(again["left"]["dotByDistance"], report["left"]["dotByDistance"]);
    assert_eq!(again["left"]["length"], 12);
}

#[test]
fn what_an_encoding_lacks_is_asked_for_by_its_flag() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("ragged.csv"), "1,2\n3\n").unwrap();
    for (arguments, code, word) in [
        ("encodings --left uploaded", 2, "--upload FILE"),
        ("encodings --right trained", 2, "--from FILE"),
        ("encodings --logit l.json --weights trained", 2, "--from FILE"),
        ("encodings --left uploaded --upload ragged.csv", 1, "row 2 has 1 cells"),
        ("encodings --left uploaded --upload nowhere.npy", 1, "nowhere.npy"),
        ("encodings --upload ragged.csv", 2, "--left uploaded"),
        ("encodings --left alibi --left-table t.npy", 2, "no vectors"),
        ("encodings --width 7", 2, "an even number"),
        ("encodings --left banana", 2, "one of none, sinusoidal"),
        ("encodings train --experiment sweep --levels 1", 2, "from 2 to 16"),
        ("encodings train --experiment sweep --seeds 16", 2, "a plan holds 64 runs"),
    ] {
        let said = expect(&run(&folder, arguments), code);
        assert!(said.contains(word), "{arguments}: {said}");
    }
    assert_eq!(names(folder.path()), ["ragged.csv"]);
}

#[test]
fn an_experiment_is_trained_kept_and_looked_at() {
    let folder = TempDir::new().unwrap();
    let arguments =
        format!("encodings train --experiment control {EXPERIMENT} --out c.json --export-weights w.st --csv c.csv");
    let said = expect(&run(&folder, &arguments), 0);
    assert!(said.contains("gain held at L"), "{said}");
    let results = json(&text(&folder, "c.json"));
    assert_eq!((&results["lab"], &results["step"]), (&"encodings".into(), &40.into()));
    let rows = results["found"]["rows"].as_array().unwrap();
    assert_eq!(
        rows.iter().map(|row| row["id"].as_str().unwrap()).collect::<Vec<_>>(),
        ["spike-time-held", "spike-time-gain", "spike-time"]
    );
    // L = 8 is a power of two, so that scaling down and up again loses no bit.
    assert_eq!(rows[0]["bySeed"], serde_json::json!([0.0, 0.0]));
    assert!(rows[2]["largest"]["mean"].as_f64().unwrap() > 0.0);
    assert_eq!(text(&folder, "c.csv").lines().count(), 1 + 3 * 8);
    expect(&run(&folder, "encodings --left trained --trained-run 2 --from w.st --out r.json --quiet"), 0);
    let note = json(&text(&folder, "r.json"))["left"]["note"].as_str().unwrap().to_owned();
    assert!(note.contains("gain held at L, seed 0, at step 40") && note.contains("its gain 8"), "{note}");
    let said = expect(&run(&folder, "encodings --left trained --trained-run 8 --from w.st"), 2);
    assert!(said.contains("from 0 to 7"), "{said}");
    let said = expect(&run(&folder, "merge c.json"), 1);
    assert!(said.contains("lab: \"encodings\" is not allowed"), "{said}");
    expect(&run(&folder, "evaluate w.st"), 0);
    // A checkpoint of other settings is not gone on with; what is only looked at may differ.
    let first = format!("encodings train --experiment control {EXPERIMENT} --checkpoint k.st --out k.json");
    expect(&run(&folder, &first), 0);
    expect(&run(&folder, &format!("{first} --left rank")), 0);
    let said = expect(&run(&folder, &format!("{first} --rate 0.1")), 2);
    assert!(said.contains("rate is 0.003 there and 0.1 here"), "{said}");
}

/// An experiment that takes long enough to be interrupted.
const LONGER: &str = "--experiment lengths --encodings rank,none --executor cpu --train-length 16 --train-width 32 --heads 2 \
    --head 1 --mlp 64 --layers 2 --symbols 8 --batch 16 --seeds 1 --steps 500 --every 50";

#[cfg(unix)]
#[test]
fn an_interrupted_experiment_goes_on_to_the_same_bits_whatever_is_looked_at() {
    let (whole, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let command = format!("encodings train {LONGER} --out r.json --export-weights w.st --checkpoint k.st");
    expect(&run(&whole, &command), 0);
    let (status, words) = interrupt(&folder, &format!("{command} --left one-hot"), "TERM");
    assert_eq!(status.code(), Some(143), "{words}");
    assert!(words.contains("saved to k.st") && names(folder.path()) == ["k.st"], "{words}");
    let words = expect(&run(&folder, &command), 0);
    assert!(words.contains("going on from step"), "{words}");
    for file in ["w.st", "k.st"] {
        let bytes = |folder: &TempDir| std::fs::read(folder.path().join(file)).unwrap();
        assert!(bytes(&whole) == bytes(&folder), "{file} differs");
    }
    let (whole, resumed) = (json(&text(&whole, "r.json")), json(&text(&folder, "r.json")));
    for key in ["settings", "link", "step", "runs", "curves", "check", "found"] {
        assert_eq!(whole[key], resumed[key], "{key}");
    }
    // Trained longer, as a race of the copy lab is.
    let longer = command.replace("--steps 500", "--steps 550");
    let words = expect(&run(&folder, &longer), 0);
    assert!(words.contains("going on from step 500 (k.st), to 550 steps instead of 500"), "{words}");
}

#[test]
fn lengths_are_told_by_the_experiment_and_by_its_weights_alike() {
    let folder = TempDir::new().unwrap();
    let lengths =
        EXPERIMENT.replace("--seeds 2", "--seeds 1") + " --experiment lengths --encodings rank,sinusoidal,alibi";
    let said = expect(&run(&folder, &format!("encodings train {lengths} --out r.json --export-weights w.st")), 0);
    expect(&run(&folder, "evaluate w.st --out e.json --csv e.csv"), 0);
    let (trained, judged) = (json(&text(&folder, "r.json")), json(&text(&folder, "e.json")));
    assert_eq!((&trained["found"], &trained["runs"]), (&judged["found"], &judged["runs"]));
    let points = trained["found"]["curves"]["points"].as_array().unwrap();
    let lengths: Vec<f64> = points.iter().map(|point| point["x"].as_f64().unwrap()).collect();
    assert_eq!(lengths, [8.0, 12.0, 16.0, 24.0]);
    assert!(said.contains("learned no rows") && said.contains("half a sequence back"), "{said}");
    // Three runs at one step, and at four lengths.
    assert_eq!(text(&folder, "e.csv").lines().count(), 1 + 3 + 4 * 3);
    let said = expect(&run(&folder, "evaluate w.st --held-out 9"), 2);
    assert!(said.contains("held_out") && said.contains("64 held-out sequences"), "{said}");
}

#[test]
fn weights_of_the_copy_lab_are_looked_at_and_its_other_files_are_told_apart() {
    let folder = TempDir::new().unwrap();
    let copy = "copy --executor cpu --length 8 --width 8 --heads 2 --mlp 8 --layers 1 --symbols 4 --batch 4 --seeds 1 \
        --encodings rank,none --steps 20 --dropout 0.1 --activation gelu -q";
    expect(&run(&folder, &format!("{copy} --out c.json --export-weights c.st")), 0);
    let look = "encodings --left trained --from c.st --head 2 --weights trained --logit l.json --left-table t.npy -q --out r.json";
    expect(&run(&folder, look), 0);
    let report = json(&text(&folder, "r.json"));
    let of = |name: &str| report["settings"][name].clone();
    let wanted = [8.into(), 8.into(), serde_json::json!(["rank", "none"]), 20.into()];
    assert_eq!(["train_length", "train_width", "encodings", "steps"].map(of), wanted);
    assert!(report["left"]["note"].as_str().unwrap().contains("seed 0, at step 20"), "{}", report["left"]["note"]);
    let logit = json(&text(&folder, "l.json"));
    assert_eq!((&logit["step"], &logit["head"], &logit["length"]), (&20.into(), &2.into(), &8.into()));
    // The table is that of the weights file.
    let file = std::fs::read(folder.path().join("c.st")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&file).unwrap();
    let written = Upload::read("t.npy", &std::fs::read(folder.path().join("t.npy")).unwrap()).unwrap().table;
    let bytes: Vec<u8> = written.values.iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(tensors.tensor("rank.0.position.table").unwrap().data(), bytes);

    let refused = |arguments: &str, code: i32, says: &str| {
        let words = expect(&run_with(&folder, arguments, ""), code);
        assert!(words.contains(says), "{arguments}: {words}");
    };
    refused("encodings --left trained --from c.st --train-width 16", 2, "train_width is 8 there and 16 here");
    refused("encodings --left trained --from c.json", 1, "safetensors");
    refused("encodings --from c.st", 2, "nothing shows these weights");
    refused("encodings --config c.json", 2, "c.json: it is of the lab \"copy\"");
    refused("copy --config r.json", 2, "r.json: it is of the lab \"encodings\"");
    refused("expand --config r.json --vary rate=1,2 --out-dir jobs", 2, "of the lab \"encodings\"");
    refused("encodings train --checkpoint c.st --out x.json", 2, "this checkpoint is of the copy lab");
    refused("encodings --left uploaded --upload - --config -", 2, "--config and --upload would both read");
    refused("encodings --left uploaded --upload -", 1, "standard input: it is empty");
    refused("encodings --left-matrix -", 2, "--left-matrix: only --out and --csv go to standard output");
    refused("encodings --left-matrix a --out ./a", 2, "name two files");
    refused("encodings --left none --left-matrix m.csv", 2, "adds nothing");
    refused("encodings --left alibi --measure cosine --left-matrix m.csv", 2, "no angle");
    refused("encodings --executor cpu train", 2, "cannot be used with");
    refused("settings nosuch", 2, "copy, encodings");
    assert_eq!(names(folder.path()), ["c.json", "c.st", "l.json", "r.json", "t.npy"]);
    // A report is a configuration again.
    expect(&run(&folder, "encodings --config r.json --left rank --weights random --out again.json -q"), 0);
    assert_eq!(json(&text(&folder, "again.json"))["settings"]["train_width"], 8);
    let table = "sine,cosine\n0,2\n1,2\n";
    let output = run_with(&folder, "encodings --left uploaded --upload - -q --csv - --out again.json", table);
    expect(&output, 0);
    assert!(output.stdout.starts_with(b"measure,label,"));
}

#[test]
fn the_settings_of_the_lab_are_its_property_table() {
    let folder = TempDir::new().unwrap();
    let output = run(&folder, "settings encodings");
    expect(&output, 0);
    let all = json(std::str::from_utf8(&output.stdout).unwrap());
    let lab = named("encodings").unwrap().describe();
    assert_eq!(all["lab"], "encodings");
    assert_eq!(all["settings"], serde_json::to_value(&lab.properties).unwrap());
    assert_eq!(all["presets"].as_array().unwrap().len(), lab.presets.len());
    for command in ["encodings --help", "encodings train --help"] {
        let help = String::from_utf8(run(&folder, command).stdout).unwrap();
        for property in &lab.properties {
            assert!(help.contains(&format!("--{} ", property.name.replace('_', "-"))), "{command}: {}", property.name);
        }
    }
}
