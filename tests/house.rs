//! The order of the house. What breaks it is counted, and a count may only fall: a budget that is too high is an error as well.
//!
//! - **Floors** (`house/arrows.rs`): nothing uses what stands on a higher floor; no circle among files, none among the rooms of a floor;
//!   no lab imports another. In Rust every path counts that leads to another file, in `use` or elsewhere, but not `mod` and not a file's
//!   own tests; in `www/src` every import. Comments count nowhere.
//! - **Names** (`house/names.rs`): a lab is named in its folders, in tests named after it, in the two registries, and nowhere else. Its
//!   name is: its id as a segment of a path (`labs::copy`, `/copy/`) or a variant (`Lab::Copy`) or in a file's name; an identifier that
//!   begins or ends with it (`CopyConfig`, `encodingsReport`, `seqStore`, `MnemoscopeSequence`); a literal that is the id, or has it as a
//!   part between hyphens (`sequence-spikes`) or after `lab=`. Its other senses are the verb to copy (`copy_from_slice`), a setting and
//!   its value (`("encodings", "none")`), words in prose, and what `OTHER_SENSES` and `OTHER_LITERALS` list.
//! - **Features**: Cargo features in `src`.
//! - **Waits**: no script among the tests waits for a time that is fixed; what is waited for can be seen, and what is polled for too
//!   (`until`, `setInterval` of `node:timers/promises`).
//! - **Sizes**: files of at most 500 lines; lines of at most 140 characters, but for rows of `properties!`, `choice!` and presets; the
//!   house without its labs and their kernels in hundreds of lines.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "house/arrows.rs"]
mod arrows;
#[path = "house/names.rs"]
mod names;
#[path = "house/text.rs"]
mod text;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use text::{File, closing, identifiers};

/// Where the count stands today. It may only fall; a kind that is not here has none.
const BUDGETS: &[(&str, usize)] = &[
    ("hundred lines: src without labs and kernels", 214),
    ("hundred lines: style sheets without labs", 23),
    ("hundred lines: www/src without labs", 130),
    ("source: Cargo features", 0),
    ("source: files over 500 lines", 0),
    ("source: idle exceptions", 0),
    ("source: lines over 140 characters", 37),
    ("source: names the copy lab", 21),
    ("source: names the encodings lab", 32),
    ("source: names the sequence lab", 23),
    ("src: arrows back up", 0),
    ("src: files in circles", 0),
    ("src: imports from lab to lab", 0),
    ("src: rooms of one floor in circles", 0),
    ("tests: files over 500 lines", 2),
    ("tests: fixed waits", 0),
    ("tests: lines over 140 characters", 3),
    ("tests: names the copy lab", 171),
    ("tests: names the encodings lab", 60),
    ("tests: names the geometry lab", 2),
    ("tests: names the sequence lab", 53),
    ("www: arrows back up", 0),
    ("www: files in circles", 0),
    ("www: imports from lab to lab", 0),
    ("www: rooms of one floor in circles", 0),
];

const MOST_LINES: usize = 500;
const MOST_CHARACTERS: usize = 140;

/// Where sources are.
const FOLDERS: [&str; 7] = ["src", "shaders", "tests", "www", "www/src", "www/scripts", "www/bench"];
const KINDS: [&str; 8] = ["rs", "wgsl", "ts", "js", "mjs", "css", "html", "py"];

/// Something against the order of the house.
pub(crate) struct Offence {
    kind: String,
    place: String,
    what: String,
}

impl Offence {
    pub(crate) fn new(kind: String, place: String, what: String) -> Self {
        Self { kind, place, what }
    }
}

#[test]
fn the_house_is_in_order() {
    let mut files = vec![];
    for folder in FOLDERS {
        read(folder, folder != "www", &mut files);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 400, "only {} files were found", files.len());
    let found = [offences(&files), names::idle(&files), wholes(&files)].into_iter().flatten().collect::<Vec<_>>();
    if let Err(why) = judged(&found, BUDGETS) {
        panic!("{why}");
    }
}

fn read(folder: &str, deep: bool, files: &mut Vec<File>) {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{folder}/{name}");
        if entry.file_type().unwrap().is_dir() {
            if deep && name != "node_modules" {
                read(&path, deep, files);
            }
        } else if name.rsplit_once('.').is_some_and(|(_, kind)| KINDS.contains(&kind)) {
            let text = fs::read_to_string(entry.path()).unwrap();
            // What is written by a program is for programs.
            if !text.starts_with("// Written by") {
                files.push(File::new(&path, text));
            }
        }
    }
}

fn offences(all: &[File]) -> Vec<Offence> {
    let mut found: Vec<Offence> = arrows::HOUSES.iter().flat_map(|house| house.offences(all)).collect();
    for lab in names::labs(all) {
        // This test has to name what it looks for.
        let judged = all.iter().filter(|file| !file.path.starts_with("tests/house"));
        found.extend(judged.flat_map(|file| names::offences(file, &lab)));
    }
    found.extend(all.iter().flat_map(features));
    found.extend(all.iter().flat_map(waits));
    found.extend(all.iter().flat_map(sizes));
    found
}

/// The lines of the house without its labs and the kernels that they bring along, in hundreds: the rest may not grow.
fn wholes(all: &[File]) -> Vec<Offence> {
    let of_lab = |path: &str, labs: &str| path.strip_prefix(labs).is_some_and(|rest| rest.contains('/'));
    let kernel = |path: &str| path.starts_with("src/kernels/") || path.starts_with("src/graph/ops/");
    let rust = |path: &str| path.starts_with("src/") && !of_lab(path, "src/labs/") && !kernel(path);
    let script = |path: &str| path.starts_with("www/src/") && path.ends_with(".ts") && !of_lab(path, "www/src/labs/");
    let sheet = |path: &str| path.starts_with("www/src/") && path.ends_with(".css") && !of_lab(path, "www/src/labs/");
    type Within<'a> = &'a dyn Fn(&str) -> bool;
    let areas: [(&str, Within<'_>); 3] = [
        ("hundred lines: src without labs and kernels", &rust),
        ("hundred lines: www/src without labs", &script),
        ("hundred lines: style sheets without labs", &sheet),
    ];
    let each = areas.into_iter().flat_map(|(kind, within)| {
        let lines: usize = all.iter().filter(|file| within(&file.path)).map(|file| file.text.lines().count()).sum();
        let one = move |at| Offence::new(kind.to_owned(), format!("{lines} lines"), format!("the {at}. hundred"));
        (1..=lines.div_ceil(100)).map(one)
    });
    each.collect()
}

fn features(file: &File) -> Vec<Offence> {
    let of = |(at, _)| Offence::new("source: Cargo features".to_owned(), file.place(at), "feature".to_owned());
    let inside = file.path.starts_with("src/");
    file.code.match_indices("feature = ").filter(|_| inside).map(of).collect()
}

/// What lets a time pass, whatever happens in it.
const WAITS: [&str; 3] = ["setTimeout", "sleep", "waitForTimeout"];

fn waits(file: &File) -> Vec<Offence> {
    let script = file.path.starts_with("tests/") && [".mjs", ".js", ".ts"].iter().any(|end| file.path.ends_with(end));
    let of = |(at, name): (usize, &str)| Offence::new("tests: fixed waits".to_owned(), file.place(at), name.to_owned());
    identifiers(&file.code).filter(|(_, name)| script && WAITS.contains(name)).map(of).collect()
}

fn sizes(file: &File) -> Vec<Offence> {
    let kind = if file.path.starts_with("tests/") { "tests" } else { "source" };
    let mut found = vec![];
    let lines = file.text.lines().count();
    if lines > MOST_LINES {
        found.push(Offence::new(
            format!("{kind}: files over {MOST_LINES} lines"),
            file.path.clone(),
            format!("{lines} lines"),
        ));
    }
    let tables = ["properties! {", "choice! {", "PRESETS: &[Preset] = &["]
        .iter()
        .flat_map(|opens| file.code.match_indices(opens));
    let tables: Vec<_> = tables.map(|(at, opens)| at..closing(&file.code, at + opens.len())).collect();
    let mut at = 0;
    for line in file.text.split_inclusive('\n') {
        let length = line.trim_end_matches(['\r', '\n']).chars().count();
        if length > MOST_CHARACTERS && !tables.iter().any(|table| table.contains(&at)) {
            let kind = format!("{kind}: lines over {MOST_CHARACTERS} characters");
            found.push(Offence::new(kind, file.place(at), format!("{length} characters")));
        }
        at += line.len();
    }
    found
}

/// Compares what was found with the budgets; else says all that is against one, and the table as it would be.
fn judged(found: &[Offence], budgets: &[(&str, usize)]) -> Result<(), String> {
    let mut kinds: BTreeMap<&str, Vec<&Offence>> = budgets.iter().map(|(kind, _)| (*kind, vec![])).collect();
    for offence in found {
        kinds.entry(&offence.kind).or_default().push(offence);
    }
    let (mut why, mut table) = (String::new(), String::new());
    for (kind, found) in &kinds {
        let count = found.len();
        let budget = budgets.iter().find(|(of, _)| of == kind).map_or(0, |(_, budget)| *budget);
        writeln!(table, "    ({kind:?}, {count}),").unwrap();
        if count > budget {
            writeln!(why, "{kind}: {count}, and the budget is {budget}. Mend the new one of these:").unwrap();
            for Offence { place, what, .. } in found {
                writeln!(why, "  {place}: {what}").unwrap();
            }
        } else if count < budget {
            writeln!(why, "{kind}: {count}, fewer than the budget of {budget}. Lower it, so that it stays true.")
                .unwrap();
        }
    }
    if why.is_empty() {
        return Ok(());
    }
    Err(format!(
        "\n{why}\nAs counted now (a number may be lowered, not raised):\nconst BUDGETS: &[(&str, usize)] = &[\n{table}];"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let mut files: Vec<File> = files.iter().map(|(path, text)| File::new(path, (*text).to_owned())).collect();
        for room in ["task", "kernels", "run", "encoding", "model", "sdm"] {
            let path = format!("src/{room}/mod.rs");
            if files.iter().all(|file| file.path != path) {
                files.push(File::new(&path, String::new()));
            }
        }
        offences(&files).iter().map(|Offence { kind, place, what }| format!("{kind} | {place} | {what}")).collect()
    }

    #[test]
    fn an_arrow_back_up_is_found_wherever_it_stands() {
        let kernel =
            "use crate::{error::Error,\n  task::{Task, source::{self, Split}}};\nfn f() { crate::run::race::go() }\n";
        let files = [
            ("src/kernels/a.rs", kernel),
            ("src/run/race.rs", "use super::keep;\n"),
            ("src/task/source.rs", "use crate::kernels::a;"),
        ];
        let want = [
            "src: arrows back up | src/kernels/a.rs:3 | kernels uses src/run/race.rs",
            "src: arrows back up | src/task/source.rs:1 | task uses src/kernels/a.rs",
            "src: files in circles | src/kernels/a.rs | uses src/task/source.rs",
            "src: files in circles | src/task/source.rs | uses src/kernels/a.rs",
        ];
        assert_eq!(found(&files), want);
        assert_eq!(found(&[("src/attic/a.rs", "")]).len(), 1, "a room without a floor");
    }

    #[test]
    fn comments_strings_visibility_and_own_tests_are_no_arrows() {
        let text = r##"//! See [`crate::run::race`].
            /* use crate::run::race; /* nested */ use crate::run::race; */
            const A: &str = "use crate::run::race;"; const B: &str = r#"" use crate::run::race; "#; const C: char = '"';
            pub(in crate::run) fn life<'a>(_: &'a str) {}
            #[cfg(test)]
            mod tests { use super::*; use crate::run::race; fn f() { { } } }"##;
        assert_eq!(found(&[("src/kernels/a.rs", text), ("src/run/race.rs", ""), ("src/run/mod.rs", "")]), [""; 0]);
        let after = format!("{text}\nuse crate::run::race;");
        assert_eq!(found(&[("src/kernels/a.rs", &after), ("src/run/race.rs", "")]).len(), 1);
    }

    #[test]
    fn circles_of_files_and_of_rooms_are_found() {
        let files = [
            ("src/sdm/a.rs", "use crate::model::b;"),
            ("src/model/b.rs", "use crate::encoding::c;"),
            ("src/encoding/c.rs", "use super::d;"),
            ("src/encoding/d.rs", "use crate::sdm::e;"),
            ("src/sdm/e.rs", ""),
            ("src/task/mod.rs", "mod one; fn f() { one::g() }"),
            ("src/task/one.rs", "use super::Task;"),
        ];
        let found = found(&files);
        assert_eq!(found.iter().filter(|line| line.starts_with("src: rooms of one floor in circles")).count(), 3);
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn imports_of_the_page_are_found() {
        let chart = "import { a } from '../page/a';\nexport * from \"../labs/x/b\";\nimport '../page/a.css';\nawait import('../page/a');";
        let a = "new Worker(new URL('../worker.ts', import.meta.url));\nnew URL('../worker.ts', import.meta.url);";
        let none = "// import '../page/a';\nconst s = `import ${f(`}`, \"'\")} from '../page/a'`; const r = /['\"`/]/;\n\
            const t = \"import '../page/a'\";";
        let files = [
            ("www/src/figure/chart.ts", chart),
            ("www/src/page/a.ts", a),
            ("www/src/page/a.css", "/* @import '../labs/x/b.css' */"),
            ("www/src/ui/none.ts", none),
            ("www/src/ui/all.css", "@import '../page/a.css';"),
            ("www/src/labs/x/b.ts", "import '../y/c';"),
            ("www/src/labs/y/c.ts", "import 'lit';"),
            ("www/src/worker.ts", "import './page/a';"),
        ];
        let want = [
            "www: arrows back up | www/src/figure/chart.ts:1 | figure uses www/src/page/a.ts",
            "www: arrows back up | www/src/figure/chart.ts:2 | figure uses www/src/labs/x/b.ts",
            "www: arrows back up | www/src/figure/chart.ts:3 | figure uses www/src/page/a.css",
            "www: arrows back up | www/src/figure/chart.ts:4 | figure uses www/src/page/a.ts",
            "www: arrows back up | www/src/page/a.ts:2 | page uses www/src/worker.ts",
            "www: arrows back up | www/src/ui/all.css:1 | ui uses www/src/page/a.css",
            "www: imports from lab to lab | www/src/labs/x/b.ts:1 | x uses www/src/labs/y/c.ts",
        ];
        let mut all = found(&files);
        all.retain(|line| !line.contains("circles"));
        all.sort();
        assert_eq!(all, want);
    }

    #[test]
    fn foreign_names_are_found_and_other_senses_are_not() {
        let labs =
            [("src/labs/copy/a.rs", "CopyConfig"), ("src/labs/sequence/a.rs", ""), ("src/labs/encodings/a.rs", "")];
        let count = |path, text| {
            found(&[&labs[..], &[(path, text)]].concat()).iter().filter(|line| line.contains("names the")).count()
        };
        for (path, text) in [
            ("src/run/a.rs", "use crate::labs::{any, copy::b};"),
            ("src/run/a.rs", "Lab::Copy"),
            ("src/run/a.rs", "fn f(c: &CopyConfig) {}"),
            ("src/run/a.rs", "Command::new(\"copy\")"),
            ("src/run/a.rs", "fn f() { g(\"#lab=sequence&seed=1\") }"),
            ("src/web/encodings.rs", ""),
            ("shaders/a.wgsl", "fn seqStore() {}"),
            ("www/src/ui/a.ts", "seqStore()"),
            ("www/src/ui/a.ts", "customElements.define('mnemoscope-encodings', X)"),
            ("www/src/ui/a.ts", "const all = ['x', 'encodings', 'y'];"),
            ("www/src/ui/a.ts", "html`<lab-sequence-ball></lab-sequence-ball>`.x"),
            ("www/src/ui/a.css", "sequence-spikes { color: red }"),
            ("www/index.html", "<a data-lab=\"copy\">"),
            ("tests/a.rs", "CopyConfig"),
        ] {
            let want = if text.contains("</") { 2 } else { 1 };
            assert_eq!(count(path, text), want, "{path}: {text}");
        }
        for (path, text) in [
            (
                "src/run/a.rs",
                "// CopyConfig\na.copy_from_slice(b); #[derive(Copy)] struct A; std::ptr::copy(a, b); CausalCopy",
            ),
            (
                "src/run/a.rs",
                "set((\"encodings\", \"none\")); let encodings = 1; sequences(sequence); \"a copy of the sequence\"",
            ),
            (
                "www/src/ui/a.ts",
                "copyText(); a.encodings; 'Copies the link'; '--encodings'; 'causal-copy'; // mnemoscope-copy",
            ),
            ("src/labs/copy/b.rs", "Lab::Copy"),
            ("www/src/labs/sequence/b.ts", "seqStore"),
            ("www/src/labs.ts", "import('./labs/copy/app')"),
            ("tests/e2e/encodings-shell.test.mjs", "'#lab=encodings'"),
            ("src/task/causal_copy.rs", ""),
        ] {
            assert_eq!(count(path, text), 0, "{path}: {text}");
        }
    }

    #[test]
    fn sizes_and_features_are_found() {
        let long = "x".repeat(141);
        let text = format!("properties! {{\n{long}\n}}\n// {long}\n#[cfg(feature = \"x\")]\n");
        let want = [
            "source: Cargo features | src/run/a.rs:5 | feature",
            "source: lines over 140 characters | src/run/a.rs:4 | 144 characters",
        ];
        assert_eq!(found(&[("src/run/a.rs", &text)]), want);
        assert_eq!(
            found(&[("tests/a.rs", &"\n".repeat(501))]),
            ["tests: files over 500 lines | tests/a.rs | 501 lines"]
        );
    }

    #[test]
    fn fixed_waits_of_tests_are_found_and_other_waits_are_not() {
        let text = "await page.waitForTimeout(500);\nawait new Promise((resolve) => setTimeout(resolve, 5));\n\
            page.evaluate(async () => {\n  await sleep(9);\n});\n";
        let want = [
            "tests: fixed waits | tests/e2e/a.test.mjs:1 | waitForTimeout",
            "tests: fixed waits | tests/e2e/a.test.mjs:2 | setTimeout",
            "tests: fixed waits | tests/e2e/a.test.mjs:4 | sleep",
        ];
        assert_eq!(found(&[("tests/e2e/a.test.mjs", text)]), want);
        assert_eq!(found(&[("tests/unit/a.test.ts", text), ("tests/docs/a.mjs", text)]).len(), 6);
        let other = "// setTimeout\nawait page.waitForFunction(f, x, { timeout: 5 });\nconst a = 'sleep';\nclearTimeout(b);\n\
            import { setInterval as every } from 'node:timers/promises';\n";
        assert_eq!(found(&[("tests/e2e/a.test.mjs", other), ("www/src/ui/a.ts", text), ("tests/a.rs", text)]), [""; 0]);
    }

    #[test]
    fn a_count_above_its_budget_and_one_below_are_errors() {
        let offence = || Offence::new("k".to_owned(), "a.rs:1".to_owned(), "why".to_owned());
        assert!(judged(&[offence()], &[("k", 1)]).is_ok());
        let above = judged(&[offence(), offence()], &[("k", 1)]).unwrap_err();
        assert!(above.contains("a.rs:1: why") && above.contains("(\"k\", 2),"), "{above}");
        assert!(judged(&[], &[("k", 1)]).unwrap_err().contains("Lower it"));
        assert!(judged(&[offence()], &[]).is_err());
    }
}
