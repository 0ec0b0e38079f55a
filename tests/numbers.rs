//! Numbers and texts as readers write them, on the page and on the command line; links and files take the plain form alone.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "common/shell.rs"]
mod shell;

use mnemoscope::labs::link::Link;
use mnemoscope::labs::{Config, LABS, Lab};
use mnemoscope::property::{Kind, Problem};
use mnemoscope::reading::{numbers, quoted, seen};
use shell::{expect, json, program};
use tempfile::TempDir;

/// The lab with that setting.
fn lab(setting: &str) -> &'static dyn Lab {
    let has = |lab: &&'static dyn Lab| lab.describe().properties.iter().any(|row| row.name == setting);
    LABS.iter().copied().find(has).unwrap()
}

fn value(config: &Config, setting: &str) -> String {
    config.values().into_iter().find(|(name, _)| *name == setting).unwrap().1
}

/// What was typed, and the numbers that it can be, in plain form.
const TYPED: &[(&str, &[&str])] = &[
    // The plain form.
    ("0.003", &["0.003"]),
    ("600", &["600"]),
    (".5", &["0.5"]),
    ("5.", &["5"]),
    ("1e-3", &["1e-3"]),
    ("1E-3", &["1e-3"]),
    ("2.5e+2", &["2.5e+2"]),
    ("1e−3", &["1e-3"]),
    ("007", &["7"]),
    ("1234.5678", &["1234.5678"]),
    // Decimals after a comma.
    ("0,003", &["0.003"]),
    (",5", &["0.5"]),
    ("2,5", &["2.5"]),
    ("2,50", &["2.5"]),
    ("1,0000", &["1"]),
    ("1234,567", &["1234.567"]),
    ("0,5e-3", &["0.5e-3"]),
    ("0٫003", &["0.003"]),
    ("0·25", &["0.25"]),
    // Thousands and decimals.
    ("1.000,5", &["1000.5"]),
    ("1,000.5", &["1000.5"]),
    ("1.234.567,89", &["1234567.89"]),
    ("1,234,567", &["1234567"]),
    ("1.234.567", &["1234567"]),
    ("12,34,567.5", &["1234567.5"]),
    ("1,00,000", &["100000"]),
    ("1 000", &["1000"]),
    ("1\u{a0}000", &["1000"]),
    ("1\u{202f}000,5", &["1000.5"]),
    ("12\u{2009}000\u{2009}000", &["12000000"]),
    ("1'000.5", &["1000.5"]),
    ("1’000", &["1000"]),
    ("1_000", &["1000"]),
    ("1٬000٫5", &["1000.5"]),
    // Either.
    ("1,000", &["1", "1000"]),
    ("1.000", &["1", "1000"]),
    ("12,345", &["12.345", "12345"]),
    ("-1,500", &["-1.5", "-1500"]),
    ("１，０００", &["1", "1000"]),
    // Signs.
    ("+3", &["3"]),
    ("-3", &["-3"]),
    ("−3", &["-3"]),
    ("–3", &["-3"]),
    ("－3", &["-3"]),
    ("− 3", &["-3"]),
    ("-0", &["0"]),
    ("−0,00", &["0"]),
    ("-0e5", &["0"]),
    // Blanks and what nobody sees.
    ("  7\t", &["7"]),
    ("\u{feff}0.003\u{200b}", &["0.003"]),
    ("\u{200e}−3\u{202c}", &["-3"]),
    // Other digits.
    ("٣", &["3"]),
    ("۰٫۵", &["0.5"]),
    ("１２", &["12"]),
    ("०.५", &["0.5"]),
    ("৩", &["3"]),
    // None.
    ("", &[]),
    ("  ", &[]),
    (".", &[]),
    ("-", &[]),
    ("e5", &[]),
    ("1e", &[]),
    ("1e2.5", &[]),
    ("1 5", &[]),
    ("1  000", &[]),
    ("0 003", &[]),
    ("1.2.3", &[]),
    ("1,000,5", &[]),
    ("1.00,5", &[]),
    ("1,000 000", &[]),
    ("1, 5", &[]),
    ("1'5", &[]),
    ("1٣", &[]),
    ("½", &[]),
    ("²", &[]),
    ("0x10", &[]),
    ("10 %", &[]),
    ("three", &[]),
    ("NaN", &[]),
    ("inf", &[]),
    ("1 - 2", &[]),
    ("--1", &[]),
];

#[test]
fn what_was_typed_is_read_in_every_way_in_which_it_can_be() {
    for (typed, wanted) in TYPED {
        assert_eq!(numbers(typed), *wanted, "{typed:?}");
        for plain in *wanted {
            let value: f64 = plain.parse().unwrap();
            assert_eq!(numbers(plain).first().unwrap().parse(), Ok(value), "{plain} is a plain form");
        }
    }
}

/// A setting, what is typed into it, and what it then is, or words of the refusal.
const SETTINGS: &[(&str, &str, Result<&str, &str>)] = &[
    ("rate", "0,003", Ok("0.003")),
    ("rate", "1.125", Ok("1.125")),
    ("rate", "1,000", Err("this can be read as 1 or as 1000: write the one that is meant")),
    ("clip", "1.000", Err("as 1 or as 1000")),
    ("clip", "1.000,5", Err("a number from 0 to 1000")),
    ("clip", "999,5", Ok("999.5")),
    ("rate", "−0", Ok("0")),
    ("rate", "-0,0", Ok("0")),
    ("rate", "−1", Err("a number from 0 to 10")),
    ("rate", "1e-3", Ok("0.001")),
    ("rate", "NaN", Err("a number from 0 to 10")),
    ("steps", "1 000", Ok("1000")),
    ("steps", "1e3", Ok("1000")),
    ("steps", "1.000,0", Ok("1000")),
    ("steps", "1,000", Err("as 1 or as 1000")),
    ("steps", "1.500", Err("as 1.5 or as 1500")),
    ("steps", "2,5", Err("a whole number from 1 to 200000")),
    ("steps", "٦٠٠", Ok("600")),
    ("steps", "+7", Ok("7")),
    ("seed", "-0", Ok("0")),
    ("seed", "1e99", Err("a whole number")),
    ("steps", "", Err("a whole number")),
    ("task", "reversal", Ok("reversal")),
    ("task", "1,000", Err("one of")),
];

#[test]
fn settings_take_what_can_be_read_in_one_way() {
    for (name, typed, wanted) in SETTINGS {
        let mut config = lab("clip").defaults();
        let problems = config.type_in(name, typed);
        match wanted {
            Ok(wanted) => {
                assert!(problems.is_empty(), "{name} {typed}: {problems:?}");
                assert_eq!(value(&config, name), *wanted, "{name} {typed}");
            }
            Err(words) => {
                let [problem] = &problems[..] else { panic!("{name} {typed}: {problems:?}") };
                assert_eq!((problem.field.as_str(), problem.given.as_str()), (*name, *typed));
                assert!(problem.allowed.contains(words), "{name} {typed}: {problem}");
                assert_eq!(config, lab("clip").defaults());
            }
        }
    }
}

#[test]
fn links_and_files_take_the_plain_form_alone() {
    let (folder, lab) = (TempDir::new().unwrap(), lab("left_gain"));
    for (typed, wanted) in [("0,5", None), ("1 000", None), ("٣", None), ("1.000", Some("1")), ("-0", Some("0"))] {
        let link = format!("lab={}&", lab.id());
        let link =
            form_urlencoded::Serializer::for_suffix(link.clone(), link.len()).append_pair("left_gain", typed).finish();
        let Link { config, problems, .. } = Link::parse(&link);
        assert_eq!(problems.is_empty(), wanted.is_some(), "{typed}: {problems:?}");
        let plainly = format!(
            "a number from 0 to 1000, in a link or a file without marks between digits, and with a point before decimals: {}",
            numbers(typed).join(" or ")
        );
        assert!(problems.iter().all(|problem| problem.allowed == plainly), "{typed}: {problems:?}");
        assert_eq!(value(&config, "left_gain"), wanted.unwrap_or("1"), "{typed}");
        let file = serde_json::json!({ "left_gain": typed }).to_string();
        std::fs::write(folder.path().join("settings.json"), file).unwrap();
        let output = program(&folder, "").args([lab.id(), "--config", "settings.json", "--quiet"]).output().unwrap();
        let words = expect(&output, if wanted.is_some() { 0 } else { 2 });
        assert!(wanted.is_some() || words.contains("left_gain"), "{words}");
    }
    // Both readings of one that has two; nothing of what is no number, or a plain one that is not allowed.
    for (link, allowed) in [
        ("left_gain=1,000", ": 1 or 1000"),
        ("length=1%20000", ": 1000"),
        ("left_gain=-3", "a number from 0 to 1000"),
        ("left_gain=much", "a number from 0 to 1000"),
    ] {
        let [problem] = &Link::parse(&format!("lab={}&{link}", lab.id())).problems[..] else { panic!("{link}") };
        assert!(problem.allowed.ends_with(allowed), "{problem}");
    }
    std::fs::write(folder.path().join("settings.json"), "{\"left_gain\": -0.0, \"seed\": -0}").unwrap();
    let output = program(&folder, "").args([lab.id(), "--config", "settings.json", "--quiet"]).output().unwrap();
    expect(&output, 0);
    let settings = &json(&String::from_utf8(output.stdout).unwrap())["settings"];
    assert_eq!((settings["left_gain"].to_string(), settings["seed"].to_string()), ("0".to_owned(), "0".to_owned()));
}

/// Every setting alone, at the ends of what it takes.
fn ends(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Choice { options } => options.iter().map(|option| option.value.to_owned()).collect(),
        Kind::Many { options } => {
            let all: Vec<&str> = options.iter().map(|option| option.value).collect();
            all.iter().map(|one| (*one).to_owned()).chain([all.join(",")]).collect()
        }
        Kind::Integer { min, max } => [*min, min + 1, max - 1, *max].map(|value| value.to_string()).to_vec(),
        Kind::Number { min, max } => vec![min.to_string(), max.to_string()],
        Kind::Flag => vec!["true".to_owned(), "false".to_owned()],
        Kind::Text { most, .. } => vec![String::new(), "x".to_owned(), "b a ".repeat(*most as usize / 4)],
    }
}

/// How a setting is given.
type Apply<'a> = &'a dyn Fn(&mut Config, (&str, &str)) -> Vec<Problem>;

#[test]
fn what_was_not_given_is_never_refused() {
    let check = |from: &str, base: &Config, apply: Apply<'_>| {
        for row in base.lab().unwrap().describe().properties {
            for value in ends(&row.kind) {
                let mut config = base.clone();
                for problem in apply(&mut config, (row.name, &value)) {
                    assert_eq!(problem.field, row.name, "{from}, {} alone: {problem}", row.name);
                }
                // What follows it is allowed by its own row, and makes a whole with it.
                let again = config.clone().apply([]);
                assert!(again.is_empty(), "{from}, {} {value}: {again:?}", row.name);
                if let Ok(lineup) = config.lineup() {
                    assert!(!lineup.runs().is_empty(), "{from}, {} {value}", row.name);
                }
            }
        }
    };
    for lab in LABS {
        check(lab.id(), &lab.defaults(), &|config, pair| config.apply([pair]));
        check(lab.id(), &lab.defaults(), &|config, pair| config.type_in(pair.0, pair.1));
        for preset in lab.describe().presets {
            let mut base = lab.defaults();
            base.preset(preset.id).unwrap();
            check(preset.id, &base, &|config, pair| config.apply_over_preset([pair]));
            check(preset.id, &base, &|config, (name, value)| {
                let link = format!("lab={}&preset={}&", lab.id(), preset.id);
                let link =
                    form_urlencoded::Serializer::for_suffix(link.clone(), link.len()).append_pair(name, value).finish();
                let link = Link::parse(&link);
                *config = link.config;
                link.problems
            });
        }
    }
}

#[test]
fn what_follows_is_what_the_rules_need_and_what_was_given_is_named() {
    let settled = |setting: &str, link: &str| {
        let Link { config, problems, .. } = Link::parse(&format!("lab={}&{link}", lab(setting).id()));
        (value(&config, setting), problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>())
    };
    let none = Vec::<String>::new;
    assert_eq!(settled("position", "length=8"), ("7".to_owned(), none()));
    assert_eq!(settled("position", "length=8&position=20"), ("7".to_owned(), vec!["position".to_owned()]));
    assert_eq!(settled("heads", "width=36"), ("3".to_owned(), none()));
    assert_eq!(settled("heads", "width=36&heads=4"), ("3".to_owned(), vec!["heads".to_owned()]));
    // A cue that nobody chose is of what is stored.
    for (sequence, cue) in [("a b c", "#1"), ("a", "#1"), ("7 1 2", "7 1"), ("a b c&cue=c", "c"), ("a b c&cue=d", "d")]
    {
        assert_eq!(settled("cue", &format!("sequence={sequence}")), (cue.to_owned(), none()));
    }
    // A value that was set before is somebody's wish.
    let mut config = lab("position").defaults();
    assert!(config.apply([("position", "20")]).is_empty());
    let problems = config.type_in("length", "8");
    assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), ["position"]);
}

#[test]
fn a_message_quotes_at_most_a_line() {
    assert_eq!(quoted("short"), "short");
    assert_eq!(quoted("two\nlines"), "two…");
    assert_eq!(quoted("é".repeat(81)), format!("{}…", "é".repeat(80)));
    let long = "x".repeat(100_000);
    let problem = lab("task").defaults().apply([("task", &*format!("{long}\n{long}"))]).remove(0);
    assert!(problem.to_string().len() < 300 && !problem.to_string().contains('\n'), "{problem}");
    for link in [format!("{long}=1"), format!("lab={long}"), format!("hide={long}"), format!("preset={long}")] {
        for problem in Link::parse(&link).problems {
            assert!(problem.to_string().len() < 2000, "{}", problem.to_string().len());
        }
    }
    let folder = TempDir::new().unwrap();
    let (long, race, machine) = ("x".repeat(50_000), lab("task").id(), lab("cue").id());
    for arguments in [
        vec![race, "--task", &long],
        vec![race, &long],
        vec![race, &format!("--{long}")],
        vec![race, "--rate", &long],
        vec![machine, "time", "--recalls", &long],
        vec!["expand", "--vary", &long, "--out-dir", "."],
        vec!["expand", "--vary", &format!("rate={long},1"), "--out-dir", "."],
        vec![machine, "--sequence", "1", "--cue", &format!("--{long}")],
    ] {
        let output = program(&folder, "").args(&arguments).output().unwrap();
        let words = expect(&output, 2);
        assert!(words.len() < 2000, "{:?}: {} bytes", &arguments[..2], words.len());
    }
}

/// Whose value may begin with a hyphen takes a flag for it, and what follows stands there alone.
#[test]
fn a_flag_whose_value_was_forgotten_is_named() {
    let (folder, race, machine) = (TempDir::new().unwrap(), lab("rate").id(), lab("cue").id());
    for (arguments, flag, next) in [
        (vec![machine, "--executor", "cpu", "--sequence", "--out", "x"], "--sequence", "--out"),
        (vec![machine, "--sequence", "--out", "x"], "--sequence", "--out"),
        (vec![machine, "--executor", "cpu", "--cue", "--csv", "-"], "--cue", "--csv"),
        (vec![machine, "run", "--seeds", "2", "--context-size", "--out", "x"], "--context-size", "--out"),
        (vec![machine, "spikes", "--at", "--out", "x"], "--at", "--out"),
        (vec![race, "--steps", "10", "--rate", "--out", "x"], "--rate", "--out"),
        (vec![race, "--rate", "--steps"], "--rate", "--steps"),
    ] {
        let words = expect(&program(&folder, "").args(&arguments).output().unwrap(), 2);
        let wanted = format!("mnemoscope: {flag} takes a value, and {next} looks like a flag");
        assert!(words.starts_with(&wanted), "{arguments:?}: {words}");
    }
    // A flag that is wrong by itself is not blamed on another.
    let output = program(&folder, "").args([machine, "--sequence", "-1 -2", "--colour", "red"]).output().unwrap();
    assert!(expect(&output, 2).contains("--colour"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_command_line_reads_what_a_person_types() {
    let (folder, look, machine) = (TempDir::new().unwrap(), lab("position").id(), lab("cue").id());
    let report = |arguments: &[&str]| {
        let output = program(&folder, "").args(arguments).output().unwrap();
        expect(&output, 0);
        json(&String::from_utf8(output.stdout).unwrap())
    };
    // A value may begin with a hyphen.
    let session = report(&[machine, "--sequence", "-1 -2 -1 -2", "--cue", "-1", "--recall", "2", "--quiet"]);
    assert!(session["settings"].as_object().unwrap().values().any(|value| value == "-1 -2 -1 -2"));
    let steps = session["recalled"]["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| ["-1", "-2"].contains(&step["symbol"].as_str().unwrap())));
    let told = report(&[look, "--length", "8", "--left-gain", "0,5", "--left-noise", "-0", "--quiet"]);
    assert_eq!((&told["settings"]["position"], &told["settings"]["left_gain"]), (&json("7"), &json("0.5")));
    assert_eq!(told["settings"]["left_noise"], json("0"));
    // Scripts write the plain form, which is what it is.
    assert_eq!(report(&[look, "--left-base", "10.000", "--quiet"])["settings"]["left_base"], json("10"));
    for (arguments, says) in [
        (vec![look, "--left-base", "10,000"], "read as 10 or as 10000"),
        (vec![look, "--length", "1,000"], "read as 1 or as 1000"),
        (vec![look, "--left-gain", "-0,5"], "left_gain: \"-0,5\" is not allowed; it takes a number from 0 to 1000"),
        (
            vec!["expand", "--vary", "rate=0,003,0,01", "--out-dir", "x"],
            "a comma separates values, and this looks like decimals",
        ),
        (vec!["expand", "--vary", "rate=1,000;2", "--out-dir", "x"], "read as 1 or as 1000"),
        (vec![machine, "--sequence", "--quiet"], "--sequence takes a value, and --quiet looks like a flag"),
        (vec![look, "--length", "8", "--position", "20"], "position: \"20\" is not allowed"),
    ] {
        let words = expect(&program(&folder, "").args(&arguments).output().unwrap(), 2);
        assert!(words.contains(says), "{arguments:?}: {words}");
    }
}

#[test]
fn what_nobody_sees_makes_no_text_another() {
    for (text, wanted) in [
        ("\u{feff}7\u{200b} 1", "7 1"),
        ("7\u{200d}", "7"),
        ("7\u{fe0f}", "7"),
        ("a\u{ad}b\u{2060}", "ab"),
        ("\u{202e}a\u{202c}", "a"),
        ("👩\u{200d}🔬", "👩\u{200d}🔬"),
        ("👩\u{200d}", "👩"),
        ("❤\u{fe0f}", "❤\u{fe0f}"),
        ("می\u{200c}خواهم", "می\u{200c}خواهم"),
        ("क\u{94d}\u{200d}ष", "क\u{94d}\u{200d}ष"),
    ] {
        assert_eq!(seen(text), wanted, "{text:?}");
    }
}
