//! Configurations, links and the property table.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use mnemoscope::encoding::Encoding;
use mnemoscope::labs::LABS;
use mnemoscope::labs::copy::config::{CopyConfig, PRESETS};
use mnemoscope::labs::link::Link;
use mnemoscope::labs::settings::Settings;
use mnemoscope::property::Kind;
use mnemoscope::run::training::Mask;
use mnemoscope::task::Task;

#[test]
fn a_bad_value_is_named_and_the_rest_is_kept() {
    let (config, problems) = CopyConfig::from_link("#lab=copy&heads=banana&seed=3&nosuch=1&encodings=rank,none");
    assert_eq!(config.seed, 3);
    assert_eq!(config.encodings, [Encoding::Rank, Encoding::None]);
    assert_eq!(config.heads, CopyConfig::default().heads);
    let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["heads", "nosuch"]);
    assert!(problems[0].to_string().contains("banana") && problems[0].allowed.contains("from 1 to 32"));
}

#[test]
fn hostile_links_never_do_harm() {
    let long = "encodings=".to_owned() + &"rank,".repeat(100_000);
    let links = [
        "",
        "#",
        "&&&&====",
        "seed=-1",
        "seed=99999999999999999999",
        "rate=NaN",
        "rate=inf",
        "rate=-0.1",
        "rate=1e99",
        "%ff%fe=%00",
        "lab=other",
        "encodings=",
        "encodings=,",
        "task=",
        "width=3",
        "width=1e3",
        "preset=none&seed=7",
        "tied=yes",
        "length=0",
        "heads=0",
        &long,
        "a=b#c=d",
        "steps=0",
    ];
    for link in links {
        let (config, problems) = CopyConfig::from_link(link);
        let (again, none) = CopyConfig::from_link(&config.link());
        assert_eq!(config, again, "{link}: what is left is a valid configuration");
        assert!(none.is_empty());
        assert!(problems.len() < 100);
        assert!(!problems.is_empty() || ["", "#", "&&&&===="].contains(&link) || link.starts_with("&"), "{link}");
    }
}

#[test]
fn rules_between_fields_are_settled() {
    let settled = |link: &str| {
        let (config, problems) = CopyConfig::from_link(link);
        (config, problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>())
    };
    let (config, fields) = settled("width=64&heads=5");
    assert_eq!((config.heads, fields), (4, vec!["heads".to_owned()]));
    let (config, fields) = settled("length=15");
    assert_eq!((config.length, fields), (14, vec!["length".to_owned()]));
    let (config, fields) = settled("length=15&task=reversal");
    assert_eq!((config.length, config.task, fields.len()), (15, Task::Reversal, 0));
    let (config, fields) = settled("mask=full");
    assert_eq!((config.mask, fields), (Mask::Task, vec!["mask".to_owned()]));
    let (config, fields) = settled("width=62");
    assert_eq!((config.width, config.width % config.heads), (60, 0));
    assert!(fields.contains(&"width".to_owned()));
    let (config, _) =
        settled("seeds=16&encodings=none,sinusoidal,compressed,spike-time,spike-time-gain,rank,rope,alibi");
    assert_eq!(config.seeds, 8);
    // 164 is 4 times a prime: no allowed number of heads makes it up.
    let (config, fields) = settled("width=164&heads=4");
    assert_eq!((config.width, config.heads, fields), (160, 4, vec!["width".to_owned()]));
    let (config, _) = settled("length=3&symbols=2");
    assert_eq!(config.length, 4);
    // Associative recall: pairs and a key, two pairs at least, and no more of them than keys.
    for (given, length) in [("length=14", 13), ("length=2", 5), ("length=9", 9), ("length=12&symbols=3", 7)] {
        let (config, fields) = settled(&format!("task=associative-recall&{given}"));
        assert_eq!((config.length, fields.is_empty()), (length, given == "length=9"), "{given}: {fields:?}");
        assert!(fields.iter().all(|field| field == "length"));
    }
    let (_, problems) = CopyConfig::from_link("task=associative-recall&symbols=3&length=9");
    assert!(problems[0].allowed.starts_with("an odd number from 5 to 7 for associative recall with 3 symbols"));
    let (config, fields) = settled("task=associative-recall&length=9&mask=full");
    assert_eq!((config.mask, fields.len()), (Mask::Full, 0), "no answer stands in the input");
}

#[test]
fn every_property_of_every_lab_survives_a_link() {
    for lab in LABS {
        for row in lab.describe().properties {
            let candidates: Vec<String> = match &row.kind {
                Kind::Choice { options } | Kind::Many { options } => {
                    options.iter().map(|o| o.value.to_owned()).collect()
                }
                Kind::Integer { min, max } => vec![min.to_string(), max.to_string()],
                Kind::Number { min, max } => vec![min.to_string(), max.to_string(), "0.3".to_owned()],
                Kind::Flag => vec!["true".to_owned(), "false".to_owned()],
                Kind::Text { most, .. } => vec![String::new(), "a&b = #ç".to_owned(), "x".repeat(*most as usize)],
            };
            for value in candidates {
                let mut config = lab.defaults();
                // What does not fit the other defaults is mended; a value that its own row allows is never refused.
                let problems = config.apply([(row.name, value.as_str())]);
                assert!(problems.iter().all(|problem| !problem.used.is_empty()), "{}: {problems:?}", row.name);
                let again = Link::parse(&config.link());
                assert_eq!(again.config, config, "{} = {value}", row.name);
                assert!(again.problems.is_empty(), "{} = {value}: {:?}", row.name, again.problems);
            }
            assert!(!row.help.is_empty() && !row.label.is_empty());
        }
    }
}

#[test]
fn presets_are_valid_and_say_what_they_say() {
    for preset in PRESETS {
        let mut config = CopyConfig::preset(preset.id).unwrap_or_else(|problem| panic!("{problem}"));
        assert!(config.apply([]).is_empty(), "{} needs mending", preset.id);
        assert_eq!(CopyConfig::from_link(&format!("preset={}", preset.id)).0, config);
    }
    let paper = CopyConfig::preset("paper").unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!((paper.length, paper.width, paper.symbols, paper.mlp, paper.steps), (64, 64, 50, 128, 3000));
    assert!(CopyConfig::preset("nosuch").is_err());
}
