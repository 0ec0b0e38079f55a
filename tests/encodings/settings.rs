//! Settings that go together, links, and presets.

use super::*;

#[test]
fn what_does_not_go_together_is_mended_and_told() {
    let settled = |link: &str| {
        let link = Link::parse(&format!("lab=encodings&{link}"));
        let config = link.config.of::<EncodingsConfig>().unwrap().clone();
        // Mended is mended: nothing is left to mend.
        assert_eq!(config.clone().apply([]), []);
        (config, link.problems)
    };
    let told = |problems: &[Problem], field: &str, given: &str, used: &str, allowed: &str| {
        let [problem] = problems else { panic!("{problems:?}") };
        assert_eq!((&*problem.field, &*problem.given, &*problem.used), (field, given, used));
        assert!(problem.allowed.contains(allowed), "{}", problem.allowed);
    };
    let (config, problems) = settled("length=50&left_compression=100&right_compression=50");
    assert_eq!((config.left_compression, config.right_compression), (50.0, 50.0));
    told(&problems, "left_compression", "100", "50", "to the length, 50");
    let (config, problems) = settled("heads=8&head=9");
    assert_eq!(config.head, 8);
    told(&problems, "head", "9", "8", "from 1 to 8");
    let (config, problems) = settled("experiment=control&seeds=2&trained_run=8");
    assert_eq!(config.trained_run, 7);
    told(&problems, "trained_run", "8", "7", "the experiment has 8 runs");
    let (config, problems) = settled("experiment=sweep&levels=16&seeds=2");
    // 16 compressions, 15 gains, 16 random tables: once each.
    assert_eq!((config.seeds, config.levels), (1, 16));
    told(&problems, "seeds", "2", "1", "47 tables");
    let (config, problems) = settled("experiment=control&seeds=16");
    assert_eq!((config.seeds, problems.len()), (16, 0), "64 runs are allowed");
    let (config, problems) = settled("left=rank-code&left_active=33&width=32&right_active=33");
    assert_eq!((config.left_active, config.right_active), (32, 33), "what nobody looks at may be as it is");
    told(&problems, "left_active", "33", "32", "the width 32");
    let (config, problems) = settled("width=63");
    assert_eq!(config.width, 62);
    told(&problems, "width", "63", "62", "even");
    let (config, problems) = settled("length=5&position=8");
    assert_eq!(config.position, 4);
    told(&problems, "position", "8", "4", "from 0 to 4");
    let (config, problems) = settled("train_width=30&heads=7");
    assert_eq!((config.train_width, config.heads), (28, 7));
    told(&problems, "train_width", "30", "28", "a multiple of 4");
    let (config, problems) = settled("train_length=15");
    assert_eq!(config.train_length, 14);
    told(&problems, "train_length", "15", "14", "even number for causal copy");
    // Rules that lean on each other: fewer heads, then the head among them.
    let (config, problems) = settled("train_width=16&heads=8&head=8&seeds=16&experiment=sweep&trained_run=63");
    assert_eq!((config.heads, config.head, config.seeds, config.trained_run), (4, 4, 4, 55));
    let fields: Vec<&str> = problems.iter().map(|problem| &*problem.field).collect();
    assert_eq!(fields, ["heads", "head", "seeds", "trained_run"]);
}

#[test]
fn presets_and_every_value_survive_a_link() {
    let description = named("encodings").unwrap().describe();
    for preset in description.presets {
        let mut config = named("encodings").unwrap().defaults();
        config.preset(preset.id).unwrap();
        let link = config.link();
        assert_eq!(configured(&link), config, "{}", preset.id);
        assert_eq!(configured(&format!("lab=encodings&preset={}", preset.id)), config);
        assert_eq!(preset.values.is_empty(), link == "lab=encodings", "{link}");
        assert!(config.lineup().unwrap().runs().len() <= 64);
    }
    for row in &description.properties {
        for value in values(&row.kind) {
            let mut config = EncodingsConfig::default();
            config.set(row.name, &value).unwrap();
            config.settle();
            assert_eq!(configured(&config.link()), Config::from(config), "{} = {value}", row.name);
        }
    }
}

fn values(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Choice { options } | Kind::Many { options } => options.iter().map(|o| o.value.to_owned()).collect(),
        Kind::Integer { min, max } => vec![min.to_string(), max.to_string()],
        Kind::Number { min, max } => vec![min.to_string(), max.to_string()],
        Kind::Text { .. } => Vec::new(),
        Kind::Flag => vec!["true".to_owned(), "false".to_owned()],
    }
}
