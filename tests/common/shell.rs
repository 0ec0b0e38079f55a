//! The program as a shell starts it.

#![allow(dead_code, reason = "each test program uses a part of this")]
#![allow(missing_docs, unreachable_pub, reason = "this is not an interface")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A race of two runs that takes a blink.
pub const TINY: &str = "--executor cpu --length 8 --width 8 --heads 2 --mlp 8 --layers 1 --symbols 4 --batch 4 \
    --held-out 8 --seeds 1 --encodings rank,none --steps 60 --every 20";

/// A race that takes long enough to be interrupted.
pub const LONGER: &str = "--executor cpu --length 16 --width 32 --heads 2 --mlp 64 --layers 2 --symbols 8 --batch 16 \
    --held-out 16 --seeds 1 --encodings rank,none --steps 500 --every 50 --dropout 0.1";

pub fn program(folder: &TempDir, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mnemoscope"));
    command.current_dir(folder.path()).args(arguments.split_whitespace());
    command
}

/// Runs it to its end, with nothing on standard input.
pub fn run(folder: &TempDir, arguments: &str) -> Output {
    program(folder, arguments).stdin(Stdio::null()).output().unwrap()
}

/// Runs it with `text` on standard input.
pub fn run_with(folder: &TempDir, arguments: &str, text: &str) -> Output {
    let mut command = program(folder, arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that refuses its command line reads nothing, and may be gone by now.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    child.wait_with_output().unwrap()
}

pub fn words(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// It ended with `code`; gives its standard error.
pub fn expect(output: &Output, code: i32) -> String {
    let words = words(output);
    assert_eq!(output.status.code(), Some(code), "{words}");
    assert!(!words.contains("panicked"), "{words}");
    if code != 0 {
        assert!(words.contains("mnemoscope: "), "{words}");
    }
    words
}

pub fn text(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Starts a race, and stops it with `signal` when `ready` has come on standard error, or when the checkpoint is there.
#[cfg(unix)]
pub fn interrupt(folder: &TempDir, arguments: &str, signal: &str) -> (std::process::ExitStatus, String) {
    interrupt_command(folder, program(folder, arguments), signal)
}

/// As [`interrupt`], of a command that is put together already.
#[cfg(unix)]
pub fn interrupt_command(folder: &TempDir, mut command: Command, signal: &str) -> (std::process::ExitStatus, String) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut words = String::new();
    errors.read_line(&mut words).unwrap();
    if signal == "KILL" {
        while !folder.path().join("k.safetensors").exists() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
    let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    errors.read_to_string(&mut words).unwrap();
    (child.wait().unwrap(), words)
}

/// The numbers of a study's CSV by arm, seed, place and measure: of today's, with a column a measure, and of that of 06dfaf0, with a
/// row each.
pub fn numbers_of_csv(text: &str) -> BTreeMap<[String; 4], f32> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let mut numbers = BTreeMap::new();
    for mut row in rows {
        let mut take = |name: &str| row.remove(name).filter(|text| !text.is_empty());
        let whose = [take("arm").unwrap(), take("seed").unwrap()];
        let x = ["x", "stored", "length", "wrong"].into_iter().find_map(&mut take).unwrap();
        let long = take("measure").zip(take("value"));
        let mut add = |measure: &str, value: &str| {
            // What was once called so has a name of its own.
            let measure = if measure == "led" { "exact" } else { measure };
            let [arm, seed] = whose.clone();
            numbers.insert([arm, seed, x.clone(), measure.to_owned()], value.parse().unwrap());
        };
        match long {
            Some((measure, value)) => add(&measure, &value),
            None => row.iter().filter(|(_, value)| !value.is_empty()).for_each(|(name, value)| add(name, value)),
        }
    }
    numbers
}
