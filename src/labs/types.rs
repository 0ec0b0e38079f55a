//! The page's types, `www/src/engine/generated.ts`, written from the types here. `UPDATE_TYPES=1 cargo test --lib types` writes them; a
//! test fails when they are stale.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use ts_rs::Config;

use crate::labs::ask::Bench;
use crate::labs::declared::{Declared, Question};
use crate::labs::onward::onwards;
use crate::labs::{LABS, Lab};

/// Where the page's types are.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/src/engine/generated.ts");

/// The map of questions, `name: { arguments, answer }`. Of a name that two labs have, either's.
fn map(questions: Vec<Question>, declared: &mut Declared) -> String {
    let mut all: BTreeMap<&str, [BTreeSet<String>; 2]> = BTreeMap::new();
    for Question { name, types } in questions {
        let own = types(declared);
        all.entry(name).or_default().iter_mut().zip(own).for_each(|(all, own)| _ = all.insert(own));
    }
    let either = |types: &BTreeSet<String>| types.iter().cloned().collect::<Vec<_>>().join(" | ");
    let row = |(name, [arguments, answer]): (&&str, &[BTreeSet<String>; 2])| {
        format!("  '{name}': {{ arguments: {}; answer: {} }};\n", either(arguments), either(answer))
    };
    all.iter().map(row).collect()
}

/// The labs of the page, without the template.
fn labs() -> impl Iterator<Item = &'static dyn Lab> {
    LABS.iter().copied().filter(|lab| lab.id() != "template")
}

fn text() -> String {
    use crate::labs::run_ask::RunBench;
    let mut declared =
        Declared { config: Config::new().with_large_int("number"), all: BTreeMap::new(), clashes: Vec::new() };
    let benches = std::iter::once(Box::new(RunBench) as Box<dyn Bench>).chain(labs().map(|lab| lab.bench()));
    let typed: Vec<Question> = benches.filter_map(|bench| bench.typed()).flatten().collect();
    let map = map(typed, &mut declared);
    for_each_type(&mut declared);
    assert!(declared.clashes.is_empty(), "{}", declared.clashes.join("\n"));
    let ids: Vec<String> = labs().map(|lab| format!("'{}'", lab.id())).collect();
    let mut text =
        "// Written by `UPDATE_TYPES=1 cargo test --lib types` from the types of the Rust side. Do not edit.\n\n"
            .to_owned();
    let _ = writeln!(text, "/** Every lab; the first is the one of a link that names none. */");
    let _ = writeln!(text, "export const LABS = [{}] as const;", ids.join(", "));
    text += "export type LabId = (typeof LABS)[number];\n\n";
    let onwards: BTreeMap<&str, _> = labs().map(|lab| (lab.id(), onwards(lab))).collect();
    let onwards = serde_json::to_string_pretty(&onwards).unwrap_or_default();
    let _ = writeln!(text, "/** What of each lab goes on to others. */");
    let _ = writeln!(text, "export const ONWARDS: Record<LabId, Onward[]> = {onwards};\n");
    let _ = writeln!(
        text,
        "/** What can be asked, with which arguments, and what the answer is. */\nexport interface Questions {{"
    );
    text += &map;
    text += "}\n";
    for declaration in declared.all.values() {
        text += "\n";
        text += declaration;
    }
    // Short comments on one line, nothing at the end of one.
    let text = text.replace("/**\n * ", "/** ").replace("\n */", " */");
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// What the page gets beside answers.
fn for_each_type(declared: &mut Declared) {
    use crate::labs::encodings::outcome::Outcome;
    use crate::labs::run::About;
    use crate::labs::settled::{Settled, WeightsFile};
    use crate::labs::study::StudyFound;
    use crate::labs::{Description, ask, onward};
    use crate::run::check::Comparison;
    use crate::run::event::Event;
    declared.named::<Description>();
    declared.named::<onward::Onward>();
    declared.named::<About>();
    declared.named::<Event>();
    declared.named::<ask::Turn>();
    declared.named::<Comparison>();
    declared.named::<Outcome>();
    declared.named::<StudyFound>();
    declared.named::<Settled>();
    declared.named::<WeightsFile>();
}

#[test]
fn the_types_of_the_page_are_those_of_the_engine() {
    let text = text();
    if std::env::var_os("UPDATE_TYPES").is_some() {
        std::fs::write(FILE, &text).unwrap();
    }
    let there = std::fs::read_to_string(FILE).unwrap();
    assert!(there == text, "{FILE} is stale: UPDATE_TYPES=1 cargo test --lib types");
}
