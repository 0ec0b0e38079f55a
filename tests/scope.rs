//! What a setting is for: which ones a run depends on, and which ones each part of a page does.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::collections::HashSet;

use mnemoscope::labs::encodings::config::EncodingsConfig;
use mnemoscope::labs::encodings::lemma::lemma;
use mnemoscope::labs::encodings::workbench::{Workbench, phase};
use mnemoscope::labs::link::Link;
use mnemoscope::labs::sequence::ball::ball;
use mnemoscope::labs::sequence::bench::Bench;
use mnemoscope::labs::sequence::config::SequenceConfig;
use mnemoscope::labs::sequence::session::key;
use mnemoscope::labs::settings::Settings;
use mnemoscope::labs::{Config, LABS, Lab};
use mnemoscope::property::{Kind, Property, Scope};
use mnemoscope::run::lineup::Squad;
use mnemoscope::run::machine::Machine;
use pollster::block_on;

/// Some values that a setting takes.
fn values(row: &Property) -> Vec<String> {
    match &row.kind {
        Kind::Choice { options } | Kind::Many { options } => options.iter().map(|o| o.value.to_owned()).collect(),
        Kind::Integer { min, max } => {
            let twice = 2 * row.default.parse::<u32>().unwrap();
            [*min, min + 4, twice.max(*min)].map(|value| value.min(*max).to_string()).to_vec()
        }
        Kind::Number { min, max } => vec![min.to_string(), (min + 0.7).min(*max).to_string()],
        // A sequence that still holds the cue, which would follow it.
        Kind::Text { .. } => vec![format!("{} 5", row.default)],
        Kind::Flag => vec!["true".to_owned(), "false".to_owned()],
    }
}

/// Configurations of a lab that differ from `base` in one setting, two for each, and that need no mending.
fn neighbours<C: Settings>(base: &C) -> Vec<(Property, C)> {
    let of = |row: Property| {
        let other = |value: String| {
            let mut other = base.clone();
            other.assign(row.name, &value).unwrap();
            (other != *base && other.clone().settle().is_empty()).then_some(other)
        };
        let others: Vec<C> = values(&row).into_iter().filter_map(other).take(2).collect();
        others.into_iter().map(move |other| (row.clone(), other))
    };
    C::rows().into_iter().flat_map(of).collect()
}

fn scoped(lab: &dyn Lab, scope: Scope) -> Vec<&'static str> {
    let rows = lab.describe().properties.into_iter();
    rows.filter(|row| row.scope == scope).map(|row| row.name).collect()
}

/// The settings that leave an open run as it is. Everything else makes another run.
#[test]
fn what_only_looking_depends_on() {
    assert_eq!(scoped(LABS[0], Scope::Look), ["cores"]);
    let encodings = [
        "left",
        "left_base",
        "left_compression",
        "left_gain",
        "left_noise",
        "left_alpha",
        "left_active",
        "left_margin",
        "right",
        "right_base",
        "right_compression",
        "right_gain",
        "right_noise",
        "right_alpha",
        "right_active",
        "right_margin",
        "length",
        "width",
        "measure",
        "position",
        "window",
        "weights",
        "content",
        "undo",
        "head",
        "trained_run",
        "cores",
    ];
    assert_eq!(scoped(LABS[1], Scope::Look), encodings);
    let sequence = [
        "source",
        "sequence",
        "split",
        "length",
        "cue",
        "recall",
        "context",
        "neuron",
        "threshold",
        "leak",
        "load",
        "ball_bits",
        "ball_radius",
        "memories",
        "cores",
    ];
    assert_eq!(scoped(LABS[2], Scope::Look), sequence);
    for lab in LABS {
        assert_eq!(scoped(*lab, Scope::Machine), ["executor"], "{}", lab.id());
    }
}

/// An open experiment goes on while a reader turns what is only looked at, and is another one when anything else changes.
#[test]
fn what_is_only_looked_at_leaves_the_run_the_same() {
    for lab in LABS {
        let one = lab.defaults();
        for row in lab.describe().properties {
            let mut changed = 0;
            for value in values(&row) {
                let mut other = one.clone();
                // What does not fit the other defaults is mended, or they follow it, which changes more than this.
                let mended = !other.apply([(row.name, value.as_str())]).is_empty();
                let changes =
                    other.values().iter().zip(one.values()).filter(|(value, before)| *value != before).count();
                if changes != 1 || mended {
                    continue;
                }
                changed += 1;
                let same = row.scope == Scope::Look;
                let name = format!("{}: {} = {value}", lab.id(), row.name);
                assert_eq!(
                    (one.races_as(&other), other.races_as(&one), one.looks_only(row.name)),
                    (same, same, same),
                    "{name}"
                );
                // What is the same run has the same arms and seeds, where there are any.
                assert!(
                    !same
                        || format!("{:?}", one.lineup().map(|l| l.squads))
                            == format!("{:?}", other.lineup().map(|l| l.squads)),
                    "{name}"
                );
            }
            assert!(changed > 0, "{}: {}", lab.id(), row.name);
        }
        assert!(
            one.races_as(&one) && LABS.iter().all(|other| other.id() == lab.id() || !one.races_as(&other.defaults()))
        );
    }
}

/// Names in links, which stay what they are; and settings that there are.
#[test]
fn parts_have_their_names_and_name_settings() {
    let ids = |lab: &dyn Lab| lab.describe().parts.iter().map(|part| part.id).collect::<Vec<_>>().join(" ");
    assert_eq!(ids(LABS[0]), "head run settings loss scoreboard why accuracy look compare cost keep device");
    assert_eq!(ids(LABS[1]), "head inspect measures phase lemma logit run experiment settings keep device");
    assert_eq!(ids(LABS[2]), "head session operations spikes ball run experiment settings keep device");
    for lab in LABS {
        let description = lab.describe();
        let known: HashSet<&str> = description.properties.iter().map(|row| row.name).collect();
        for part in &description.parts {
            let own: HashSet<&str> = part.settings.iter().copied().collect();
            assert_eq!(own.len(), part.settings.len(), "{}: {} names a setting twice", lab.id(), part.id);
            assert!(own.is_subset(&known), "{}: {}: {:?}", lab.id(), part.id, own.difference(&known));
            assert!(!part.label.is_empty() && !part.help.is_empty());
            for name in &part.within {
                let alone = Link::parse(&format!("lab={}&only={name}", lab.id()));
                let stays = |id: &str| id == part.id || (part.trained && id == "run");
                let others = description.parts.iter().map(|other| other.id).filter(|other| !stays(other));
                assert_eq!((alone.only, alone.problems), (vec![(*name).to_owned()], vec![]));
                assert_eq!(alone.hide, others.collect::<Vec<_>>());
                let taken = known.contains(name) || description.parts.iter().any(|other| other.id == *name);
                assert!(!taken, "{}: {name} is the name of a setting or of a part too", lab.id());
            }
            let link = Link::parse(&format!("lab={}&hide={}", lab.id(), part.id));
            assert_eq!(
                (link.hide.as_slice(), link.problems.as_slice()),
                ([part.id.to_owned()].as_slice(), [].as_slice())
            );
        }
    }
}

/// What a link hides, and what it shows alone, counts as far as the lab has it; the rest is told. A link may be pasted as HTML has it.
#[test]
fn unknown_names_are_left_out_alone() {
    let read = Link::parse("lab=copy&amp;hide=loss,banana,steps,figure-loss,kiwi&amp;steps=77");
    assert_eq!(read.hide, ["loss", "steps", "figure-loss"]);
    let [problem] = &read.problems[..] else { panic!("{:?}", read.problems) };
    assert_eq!((problem.field.as_str(), problem.given.as_str(), problem.used.as_str()), ("hide", "banana, kiwi", ""));
    assert!(problem.allowed.contains("loss (figure-loss)"), "{}", problem.allowed);
    assert!(read.config.link().contains("steps=77"), "{}", read.config.link());
    let read = Link::parse("lab=copy&only=steps,look");
    assert_eq!((read.only, read.problems.len()), (vec!["look".to_owned()], 1));
    let all = Link::parse("lab=copy&only=banana");
    assert_eq!((all.only.len(), all.hide.len(), all.problems.len()), (0, 0, 1));
    assert_eq!(
        Link::parse("lab=sequence&sequence=C#4 D#4&cue=C#4").config.link(),
        "lab=sequence&sequence=C%234+D%234&cue=C%234"
    );
}

fn settings_of(lab: &dyn Lab, part: &str) -> Vec<&'static str> {
    lab.describe().parts.into_iter().find(|known| known.id == part).unwrap().settings
}

/// No answer of a part changes with a setting that the part does not name.
fn depends_on_no_more<C: Settings>(lab: &dyn Lab, part: &str, base: &C, mut answer: impl FnMut(&C) -> String) {
    let named = settings_of(lab, part);
    let before = answer(base);
    for (row, other) in neighbours(base).into_iter().filter(|(row, _)| !named.contains(&row.name)) {
        assert!(answer(&other) == before, "{part} depends on {}, and does not name it", row.name);
    }
}

/// With every setting that a part names, its answer changes for some value.
fn depends_on_no_less<C: Settings>(lab: &dyn Lab, part: &str, base: &C, mut answer: impl FnMut(&C) -> String) {
    let named = settings_of(lab, part);
    let before = answer(base);
    let near = neighbours(base).into_iter().filter(|(row, _)| named.contains(&row.name));
    let moved: HashSet<&str> = near.filter(|(_, other)| answer(other) != before).map(|(row, _)| row.name).collect();
    let idle: Vec<_> = named.iter().filter(|name| !moved.contains(*name)).collect();
    assert!(idle.is_empty(), "{part} names {idle:?}, and does not depend on it");
}

#[test]
fn parts_of_the_encodings_lab_name_what_they_depend_on() {
    let lab = LABS[1];
    let base = |pairs: &[(&str, &str)]| {
        let mut config = EncodingsConfig::default();
        assert!(config.apply(pairs.iter().copied().chain([("length", "16"), ("width", "8")])).is_empty());
        config
    };
    let bench = Workbench::default();
    let measures = |config: &EncodingsConfig| format!("{:?}", bench.measures(config).unwrap());
    let logit = |config: &EncodingsConfig| format!("{:?}", bench.logit(config).map_err(|error| error.to_string()));
    for left in ["sinusoidal", "compressed", "rank-code", "random", "alibi", "spike-time"] {
        let config = base(&[("left", left), ("left_active", "4"), ("right", "rope")]);
        depends_on_no_more(lab, "measures", &config, measures);
        depends_on_no_more(lab, "phase", &config, |config| format!("{:?}", phase(config)));
        depends_on_no_more(lab, "lemma", &config, |config| format!("{:?}", lemma(config).unwrap()));
    }
    for experiment in ["live", "sweep", "control", "lengths"] {
        depends_on_no_more(lab, "logit", &base(&[("experiment", experiment)]), logit);
    }
    depends_on_no_less(lab, "phase", &base(&[]), |config| format!("{:?}", phase(config)));
    depends_on_no_less(lab, "lemma", &base(&[]), |config| format!("{:?}", lemma(config).unwrap()));
}

#[test]
fn parts_of_the_sequence_lab_name_what_they_depend_on() {
    let lab = LABS[2];
    let base = |pairs: &[(&str, &str)]| {
        let mut config = SequenceConfig::default();
        assert!(config.apply(pairs.iter().copied().chain([("executor", "cpu"), ("memories", "10")])).is_empty());
        config
    };
    let config = base(&[]);
    depends_on_no_more(lab, "session", &config, key);
    depends_on_no_less(lab, "session", &config, key);
    let balls = |config: &SequenceConfig| format!("{:?}", ball(config).unwrap());
    depends_on_no_more(lab, "ball", &config, balls);
    depends_on_no_less(lab, "ball", &config, balls);
    for neuron in ["wheel", "rdlif"] {
        let mut bench = Bench::default();
        let spikes = |config: &SequenceConfig| {
            format!(
                "{:?}",
                block_on(bench.spikes(config, 3, &mut Machine::default())).map_err(|error| error.to_string())
            )
        };
        let small = [("neuron", neuron), ("decoders", "128"), ("data_size", "64"), ("context_size", "64")];
        depends_on_no_more(lab, "spikes", &base(&small), spikes);
    }
}

/// Settings that are said to be unused change nothing that is raced.
#[test]
fn from_unused_settings_nothing_follows() {
    let raced = |config: &Config| {
        let lineup = config.lineup().unwrap();
        let squad = |squad: &Squad| {
            let model = &squad.model;
            let runs = 0..model.runs();
            let starts: Vec<_> = runs.map(|run| (model.initial(run).unwrap(), model.control(run).unwrap())).collect();
            (model.steps(), starts)
        };
        (lineup.arms().len(), lineup.squads.iter().map(squad).collect::<Vec<_>>())
    };
    let mut seen = 0;
    for lab in LABS {
        for preset in lab.defaults().presets() {
            let mut config = lab.defaults();
            config.preset(preset.id).unwrap();
            // What is large is the same in small.
            let small = [("arms", "12"), ("seeds", "1"), ("width", "16"), ("net_width", "16"), ("layers", "1")];
            let rows = config.rows();
            config.apply(small.into_iter().filter(|(name, _)| rows.iter().any(|row| row.name == *name)));
            if config.racing().is_err() {
                continue;
            }
            let before = raced(&config);
            for row in config.rows().iter().filter(|row| config.unused().contains(&row.name)) {
                for value in values(row) {
                    let mut other = config.clone();
                    other.apply([(row.name, value.as_str())]);
                    assert!(raced(&other) == before, "{}, {}: {}={value}", lab.id(), preset.id, row.name);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// What stands alone comes with what trains it, if it has to be trained, and unless that is hidden as well.
#[test]
fn the_run_bar_comes_with_what_has_to_be_trained() {
    for (link, bar) in [
        ("only=figure-loss", true),
        ("only=verdicts", true),
        ("only=figure-loss&hide=run", false),
        ("only=settings", false),
        ("lab=encodings&only=picture-left", false),
        ("lab=encodings&only=picture-left,experiment", true),
    ] {
        let read = Link::parse(link);
        assert_eq!(read.problems, [], "{link}");
        assert_eq!(!read.hide.iter().any(|name| name == "run"), bar, "{link}");
    }
    for lab in LABS {
        let parts = lab.describe().parts;
        assert!(parts.iter().any(|part| part.trained), "{} trains", lab.id());
        assert!(parts.iter().any(|part| part.id == "run"), "{} has a run bar", lab.id());
    }
}

/// The links of a text, from `#lab=` to the first sign that ends one in prose, code or HTML; and what each is read with.
fn wrong_links(text: &str) -> (usize, Vec<String>) {
    let ends = |sign: char| sign.is_whitespace() || "`\"'()<>|[]".contains(sign);
    let links: Vec<&str> =
        text.match_indices("#lab=").map(|(at, _)| text[at..].split(ends).next().unwrap_or_default()).collect();
    let wrong = |link: &&str| {
        let read = Link::parse(link);
        (!read.problems.is_empty()).then(|| format!("{link}: {:?}", read.problems))
    };
    (links.len(), links.iter().filter_map(wrong).collect())
}

/// Every link that a text gives to its readers is taken as it stands.
#[test]
fn links_in_the_texts_are_read_without_a_problem() {
    let (count, wrong) = wrong_links("a `#lab=copy&preset=demo`, (#lab=copy&preset=nothing) and \"#lab=nothing\"");
    assert_eq!((count, wrong.len()), (3, 2), "{wrong:?}");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<_> = docs.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    let mut counts = std::collections::HashMap::new();
    for path in texts.iter().chain([&root.join("README.md")]) {
        let (count, wrong) = wrong_links(&std::fs::read_to_string(path).unwrap());
        assert!(wrong.is_empty(), "{}: {wrong:#?}", path.display());
        counts.insert(path.file_name().unwrap().to_string_lossy().into_owned(), count);
    }
    assert!(counts["results.md"] > 60 && counts["lessons.md"] >= LABS.len(), "links are found: {counts:?}");
}
