//! What is written, before and after the work: places that are no places, names, links, devices, full disks, signals.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "common/shell.rs"]
mod shell;

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use shell::{LONGER, TINY, expect, interrupt_command, json, names, program, run, text};
use tempfile::TempDir;

/// A folder with everything in it that is no place for a file.
fn traps() -> (TempDir, Vec<(String, &'static str)>) {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("there")).unwrap();
    fs::write(at("file"), "kept").unwrap();
    fs::write(at("guarded"), "kept").unwrap();
    fs::set_permissions(at("guarded"), Permissions::from_mode(0o444)).unwrap();
    for (link, to) in
        [("round", "about"), ("about", "round"), ("astray", "gone/x"), ("folder", "there"), ("open", "new/")]
    {
        symlink(to, at(link)).unwrap();
    }
    let long = "n".repeat(256);
    let traps = [
        ("nosuch/x", "no such file or directory; name a file in a folder that exists"),
        ("results/", "it is a folder; name a file"),
        ("results/.", "it is a folder"),
        ("there", "it is a folder"),
        ("there/", "it is a folder"),
        ("folder", "it is a folder"),
        ("..", "it is a folder"),
        ("open", "it is a folder"),
        ("file/x", "not a directory"),
        ("file/", "it is a folder"),
        ("guarded", "it is write-protected"),
        ("round", "go round in a circle"),
        ("astray", "no such file or directory"),
        (long.as_str(), "file name too long; give it a shorter name"),
    ];
    let mut traps: Vec<_> = traps.map(|(place, why)| (place.to_owned(), why)).into();
    // Not even root can make a file there.
    if cfg!(target_os = "linux") {
        traps.push(("/proc/x".to_owned(), "name a file in a folder that exists and that you may write to"));
    }
    (folder, traps)
}

#[test]
fn every_command_refuses_before_any_work_what_it_could_not_write() {
    let (folder, traps) = traps();
    let before = names(folder.path());
    // Would take hours, or fail for want of its input, if the places were looked at later.
    let endless = "--executor cpu --steps 200000";
    let commands = [
        (format!("copy {endless} --seeds 16"), vec!["out", "csv", "export-weights", "checkpoint"]),
        (format!("encodings train --experiment sweep {endless}"), vec!["out", "csv", "export-weights", "checkpoint"]),
        (
            "encodings --left uploaded --upload nosuch.npy".to_owned(),
            vec!["out", "csv", "left-matrix", "left-table", "right-matrix", "right-table", "logit", "attention"],
        ),
        ("sequence --executor cpu".to_owned(), vec!["out", "csv"]),
        ("sequence run --preset capacity --seeds 30 --executor cpu".to_owned(), vec!["out", "csv"]),
        ("sequence time --recalls 1000000 --executor cpu".to_owned(), vec!["out"]),
        ("evaluate nosuch.safetensors".to_owned(), vec!["out", "csv"]),
        ("merge nosuch.json".to_owned(), vec!["out", "csv"]),
    ];
    for (command, flags) in &commands {
        for (which, flag) in flags.iter().enumerate() {
            for (at, (place, why)) in traps.iter().enumerate() {
                // All flags of each trap take long and tell little more.
                if which > 0 && at % flags.len() != which {
                    continue;
                }
                let output = run(&folder, &format!("{command} --{flag} {place}"));
                let words = expect(&output, 2);
                assert!(words.contains(why) && words.contains(place), "{command} --{flag} {place}: {words}");
                assert!(output.stdout.is_empty());
            }
        }
    }
    assert_eq!(names(folder.path()), before, "nothing was written, and nothing is left behind");
    assert_eq!((text(&folder, "file"), text(&folder, "guarded")), ("kept".to_owned(), "kept".to_owned()));
}

#[test]
fn names_are_as_long_as_the_file_system_lets_them_be() {
    let folder = TempDir::new().unwrap();
    let mut wanted = Vec::new();
    for length in [1, 242, 243, 249, 250, 254, 255] {
        // Two bytes a letter, so that a cut may fall into one.
        let name = format!("{}{}", "ü".repeat(length / 2), if length % 2 == 1 { "x" } else { "" });
        assert_eq!(name.len(), length);
        expect(&run(&folder, &format!("copy {TINY} -q --out {name}")), 0);
        assert_eq!(json(&text(&folder, &name))["step"], 60);
        wanted.push(name);
    }
    let long = "w".repeat(255);
    expect(&run(&folder, &format!("copy {TINY} -q --out r --export-weights {long} --checkpoint k{}", &long[1..])), 0);
    assert_eq!(names(folder.path()).len(), wanted.len() + 3, "{:?}", names(folder.path()));
}

#[test]
fn links_stay_links_whether_or_not_their_files_are_there() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("old.json"), "old").unwrap();
    fs::create_dir_all(at("deep/er")).unwrap();
    let links = [("link", "old.json"), ("deep/new", "er/new.json"), ("chain", "deep/new"), ("inner", "deep/er")];
    for (link, to) in links {
        symlink(to, at(link)).unwrap();
    }
    symlink(at("deep/absolute.csv"), at("absolute")).unwrap();
    expect(&run(&folder, &format!("copy {TINY} -q --out link --csv absolute --checkpoint inner/../k")), 0);
    expect(&run(&folder, &format!("copy {TINY} -q --out chain")), 0);
    for (link, _) in links {
        assert!(at(link).is_symlink(), "{link}");
    }
    assert!(at("absolute").is_symlink() && at("chain").is_file());
    for file in ["old.json", "deep/er/new.json"] {
        assert_eq!(json(&text(&folder, file))["step"], 60, "{file}");
    }
    assert!(text(&folder, "deep/absolute.csv").starts_with("arm,seed"));
    // As the system reads it: the folder above the link's own.
    assert!(at("deep/k").is_file());
    // Two names of one file are one, also of one that is yet to come.
    symlink("to-come", at("early")).unwrap();
    let words = expect(&run(&folder, "copy --out early --csv to-come"), 2);
    assert!(words.contains("one file, early and to-come; name two files"), "{words}");
}

#[test]
fn files_keep_their_mode_and_new_ones_have_the_users() {
    let folder = TempDir::new().unwrap();
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    fs::write(folder.path().join("mine"), "old").unwrap();
    fs::set_permissions(folder.path().join("mine"), Permissions::from_mode(0o640)).unwrap();
    let script = format!("umask 027; exec {} copy {TINY} -q --out mine --csv new", env!("CARGO_BIN_EXE_mnemoscope"));
    expect(&in_shell(&folder, &script), 0);
    assert_eq!((mode("mine"), mode("new")), (0o640, 0o640));
}

/// Runs lines of a shell in a folder.
fn in_shell(folder: &TempDir, script: &str) -> Output {
    Command::new("sh").args(["-c", script]).current_dir(folder.path()).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn devices_pipes_and_open_files_are_written_to_and_not_replaced() {
    let folder = TempDir::new().unwrap();
    let copy = format!("{} copy {TINY} -q", env!("CARGO_BIN_EXE_mnemoscope"));
    expect(&run(&folder, &format!("copy {TINY} -q --out /dev/null --csv /dev/null")), 0);
    assert!(!Path::new("/dev/null").is_file());
    // The standard output by another name.
    let output = run(&folder, &format!("copy {TINY} -q --out r --csv /dev/stdout"));
    expect(&output, 0);
    assert!(output.stdout.starts_with(b"arm,seed,step,"));
    let words = expect(&run(&folder, "copy --out /dev/stdout --csv -"), 2);
    assert!(words.contains("would both go to standard output"), "{words}");
    for flag in ["checkpoint", "export-weights"] {
        assert!(expect(&run(&folder, &format!("copy --{flag} /dev/stdout")), 2).contains("name a file"));
    }
    // What stands in a file that the shell opened stays.
    expect(
        &in_shell(&folder, &format!("echo first > log; {copy} --out /dev/fd/3 --csv c 3>> log; echo last >> log")),
        0,
    );
    let log = text(&folder, "log");
    assert!(log.starts_with("first\n{") && log.ends_with("}\nlast\n"), "{log}");
    expect(&in_shell(&folder, &format!("{copy} --csv c --out /dev/stdout >> log; {copy} --csv - --out r >> log")), 0);
    let rest = text(&folder, "log").split_off(log.len());
    assert!(rest.starts_with('{') && rest.contains("}\narm,seed,step,"), "{rest}");
    // A pipe is opened when there is something to say.
    expect(&in_shell(&folder, &format!("mkfifo p; cat p > through & {copy} --csv p --out r; wait")), 0);
    assert_eq!(text(&folder, "through"), text(&folder, "c"));
    assert_eq!(names(folder.path()), ["c", "log", "p", "r", "through"]);
}

#[test]
fn what_is_read_is_not_overwritten() {
    let folder = TempDir::new().unwrap();
    expect(&run(&folder, &format!("copy {TINY} -q --out r.json --csv c.csv --export-weights w")), 0);
    symlink("r.json", folder.path().join("link")).unwrap();
    let before = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let (results, weights) = (before("r.json"), before("w"));
    for (arguments, file) in [
        ("merge r.json --out ./r.json", "./r.json"),
        ("merge link c.csv --csv r.json", "r.json"),
        ("evaluate w --out w", "w"),
        ("encodings --left trained --from w --left-table w", "w"),
        ("encodings --left uploaded --upload c.csv --csv c.csv", "c.csv"),
    ] {
        let words = expect(&run(&folder, arguments), 2);
        assert!(words.contains(&format!("{file}: it is read, and would be overwritten")), "{arguments}: {words}");
    }
    assert!(before("r.json") == results && before("w") == weights);
    // A configuration is read once, before anything else.
    expect(&run(&folder, "copy -q --config r.json --steps 20 --out r.json"), 0);
    assert_eq!(json(&text(&folder, "r.json"))["step"], 20);
}

#[test]
fn two_commands_that_write_to_one_place_leave_one_whole_file() {
    let folder = TempDir::new().unwrap();
    let start = |seed: usize| {
        let command =
            format!("copy {TINY} -q --seed {seed} --out r.json --checkpoint k --fresh --checkpoint-every 0.001");
        program(&folder, &command).stderr(Stdio::piped()).spawn().unwrap()
    };
    let all: Vec<_> = (0..6).map(start).collect();
    for child in all {
        expect(&child.wait_with_output().unwrap(), 0);
    }
    assert_eq!(names(folder.path()), ["k", "r.json"]);
    let results = json(&text(&folder, "r.json"));
    assert_eq!((&results["step"], results["runs"].as_array().unwrap().len()), (&60.into(), 2));
    let words = expect(&run(&folder, "evaluate k --out e.json"), 0);
    assert!(words.contains("step 60 of 60"), "{words}");
}

#[test]
fn a_full_disk_is_told_before_the_work_or_loses_only_what_does_not_fit() {
    let folder = TempDir::new().unwrap();
    let copy = format!("exec {} copy {TINY} -q", env!("CARGO_BIN_EXE_mnemoscope"));
    // A limit on files is to a program what a full disk is; blocks of 512 bytes.
    let limited =
        |blocks: u32, rest: &str| in_shell(&folder, &format!("trap '' XFSZ; ulimit -f {blocks}; {copy} {rest}"));
    let words = expect(&limited(0, "--out r.json"), 2);
    assert!(words.contains("r.json: file too large; make room"), "{words}");
    let output = limited(1, "--out r.json --csv c.csv --export-weights w --checkpoint k --checkpoint-every 0.001");
    let words = expect(&output, 1);
    for file in ["r.json", "w", "k"] {
        assert!(words.contains(&format!("{file}: it could not be written (file too large); make room")), "{words}");
    }
    assert_eq!(names(folder.path()), ["c.csv"], "what fits is there, and no half file");
    assert_eq!(text(&folder, "c.csv").lines().count(), 9);
    // A file that was there before is still there.
    fs::write(folder.path().join("r.json"), "old").unwrap();
    expect(&limited(1, "--out r.json"), 1);
    assert_eq!(text(&folder, "r.json"), "old");
    expect(&limited(1, "--csv c.csv"), 0);
    if cfg!(target_os = "linux") {
        let words = expect(&run(&folder, &format!("copy {TINY} -q --out /dev/full --csv late.csv")), 1);
        assert!(words.contains("/dev/full: it could not be written (no space left on device)"), "{words}");
        assert_eq!(text(&folder, "late.csv"), text(&folder, "c.csv"));
    }
}

#[test]
fn a_checkpoint_that_cannot_be_written_does_not_end_the_race() {
    let folder = TempDir::new().unwrap();
    let kept = folder.path().join("kept");
    fs::create_dir(&kept).unwrap();
    let command = format!("copy {LONGER} -q --checkpoint kept/k --checkpoint-every 0.01 --out r.json --csv c.csv");
    let child = program(&folder, &command).stderr(Stdio::piped()).spawn().unwrap();
    while !kept.join("k").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    // Moved away as a whole: a removal would race with the next half-written file.
    fs::rename(&kept, folder.path().join("gone")).unwrap();
    let words = expect(&child.wait_with_output().unwrap(), 1);
    assert_eq!(words.matches("the race goes on").count(), 1, "{words}");
    assert!(words.contains("kept/k: it could not be written (no such file") && !words.contains("os error"), "{words}");
    assert!(words.lines().last().unwrap().contains("the checkpoint"), "{words}");
    assert_eq!(json(&text(&folder, "r.json"))["step"], 500);
    assert_eq!(text(&folder, "c.csv").lines().count(), 1 + 2 * 11);
    // An interruption then does not claim to have saved.
    let command = format!("copy {LONGER} --checkpoint gone/k2 --checkpoint-every 100 --out never.json");
    let mut child = program(&folder, &command).stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut words = String::new();
    errors.read_line(&mut words).unwrap();
    fs::rename(folder.path().join("gone"), &kept).unwrap();
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    errors.read_to_string(&mut words).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{words}");
    assert!(words.contains("interrupted at step") && words.contains("of an earlier step"), "{words}");
    assert!(!words.contains("saved to") && !folder.path().join("never.json").exists(), "{words}");
}

#[test]
fn a_terminal_that_is_gone_saves_the_race_unless_it_was_to_outlive_it() {
    let folder = TempDir::new().unwrap();
    let arguments = format!("copy {LONGER} --out r.json --checkpoint k.safetensors");
    // These tests may themselves have been started with nohup, which is inherited.
    let mut hearing = Command::new("env");
    hearing.args(cfg!(target_os = "linux").then_some("--default-signal=HUP")).arg(env!("CARGO_BIN_EXE_mnemoscope"));
    hearing.args(arguments.split_whitespace()).current_dir(folder.path());
    let (status, words) = interrupt_command(&folder, hearing, "HUP");
    assert_eq!(status.code(), Some(129), "{words}");
    assert!(words.contains("saved to k.safetensors; the same command goes on"), "{words}");
    assert_eq!(names(folder.path()), ["k.safetensors"]);

    let mut ignoring = Command::new("sh");
    ignoring.args(["-c", "trap '' HUP; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_mnemoscope")]);
    ignoring.args(arguments.split_whitespace()).current_dir(folder.path());
    let (status, words) = interrupt_command(&folder, ignoring, "HUP");
    assert_eq!(status.code(), Some(0), "{words}");
    assert!(words.contains("going on from step") && names(folder.path()).contains(&"r.json".to_owned()), "{words}");
}

/// Files of `--tables` are outputs like all others, and what they are of is there.
#[test]
fn tables_overwrite_nothing_else() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("full")).unwrap();
    fs::create_dir(at("full/curves.csv")).unwrap();
    fs::write(at("file"), "kept").unwrap();
    fs::write(at("measures.csv"), "1,2\n3,4\n").unwrap();
    fs::create_dir(at("guarded")).unwrap();
    fs::write(at("guarded/curves.csv"), "kept").unwrap();
    fs::set_permissions(at("guarded/curves.csv"), Permissions::from_mode(0o444)).unwrap();
    let endless = "copy --executor cpu --steps 200000 --seeds 16";
    for (command, why) in [
        (format!("{endless} --tables new --csv new/curves.csv"), "two outputs would go to new/curves.csv"),
        (format!("{endless} --tables new --checkpoint new/curves.csv"), "two outputs would go to new/curves.csv"),
        (format!("{endless} --tables new --export-weights new/../new/curves.csv"), "two outputs would go to one file"),
        (format!("{endless} --tables full"), "full/curves.csv: it is a folder"),
        (format!("{endless} --tables guarded"), "guarded/curves.csv: it is write-protected"),
        (format!("{endless} --tables file"), "--tables file: it is no folder"),
        (format!("{endless} --tables file/in"), "--tables file/in: not a directory"),
        (format!("{endless} --tables -"), "--tables -: tables are files"),
        ("encodings --left uploaded --upload measures.csv --tables .".to_owned(), "measures.csv: it is read"),
        ("encodings --tables new --logit new/logit-parts.csv".to_owned(), "two outputs would go to"),
        ("sequence --tables new --out new/ball.csv".to_owned(), "two outputs would go to"),
        ("sequence --tables new --at 13".to_owned(), "--at: 13 is not allowed; the sequence has symbols 1 to 12"),
        ("sequence run --preset capacity --seeds 30 --tables new --out new/summary.csv".to_owned(), "two outputs"),
    ] {
        let words = expect(&run(&folder, &command), 2);
        assert!(words.contains(why), "{command}: {words}");
    }
    assert_eq!(text(&folder, "measures.csv"), "1,2\n3,4\n");
    assert_eq!(text(&folder, "guarded/curves.csv"), "kept");
    expect(&run(&folder, &format!("copy {TINY} --tables new --out new/race.json")), 0);
    assert_eq!(names(&at("new")), ["curves.csv", "race.json"]);
}
