//! Names of labs outside their folders.

use std::ops::Range;

use super::Offence;
use super::text::{File, identifiers, paths};

/// The lists of labs, which have to name them.
const REGISTRY: [&str; 2] = ["src/labs/mod.rs", "www/src/labs.ts"];

/// Short forms of a lab's id in other names.
const SHORT: [(&str, &str); 1] = [("sequence", "seq")];

/// Whole names, of tasks, measures and the field, that have a lab's id in them and mean something else.
const OTHER_SENSES: [&str; 11] = [
    "copy-link",
    "causal-copy",
    "causal_copy",
    "CausalCopy",
    "DropoutCopy",
    "SeqAccess",
    "SeqCst",
    "SequenceMachine",
    "sequence-accuracy",
    "sequenceAccuracy",
    "sequence_accuracy",
];

/// Literals that are a lab's id and mean a setting, a measure or a style class there.
pub(crate) const OTHER_LITERALS: [(&str, &str); 4] = [
    ("src/labs/copy/mod.rs", "encodings"),
    ("src/labs/copy/sweep.rs", "encodings"),
    ("www/src/examples.ts", "copy"),
    ("www/src/ui/series.ts", "encodings"),
];

/// The ids of all labs: the folders of `src/labs`.
pub(crate) fn labs(files: &[File]) -> Vec<String> {
    let folders = files.iter().filter_map(|file| file.path.strip_prefix("src/labs/")?.split_once('/'));
    let mut labs: Vec<String> = folders.map(|(lab, _)| lab.to_owned()).collect();
    labs.dedup();
    labs
}

/// Whether a file may name this lab.
fn at_home(path: &str, lab: &str) -> bool {
    path.contains(&format!("src/labs/{lab}/"))
        || REGISTRY.contains(&path)
        || path.starts_with("tests/") && named_after(path, lab)
}

/// Whether a file or one of its folders has the id as a word of its name.
fn named_after(path: &str, lab: &str) -> bool {
    let other = |name: &str| OTHER_SENSES.contains(&name.split('.').next().unwrap_or(name));
    path.split('/').any(|name| !other(name) && name.split(['-', '_', '.']).any(|word| word == lab))
}

pub(crate) fn offences(file: &File, lab: &str) -> Vec<Offence> {
    if at_home(&file.path, lab) {
        return vec![];
    }
    let mut found = vec![];
    let kind = if file.path.starts_with("tests/") { "tests" } else { "source" };
    let mut say = |at: usize, what: &str| {
        found.push(Offence::new(format!("{kind}: names the {lab} lab"), file.place(at), what.trim().to_owned()));
    };
    if named_after(&file.path, lab) {
        say(0, "the file's name");
    }
    if file.path.ends_with(".rs") {
        segments(&file.code, lab).iter().for_each(|at| say(*at, line(&file.text, *at)));
    }
    for (at, name) in identifiers(&file.code).filter(|(_, name)| names(name, lab)) {
        say(at, name);
    }
    if file.path.ends_with(".css") || file.path.ends_with(".html") {
        mentions(&file.bare, lab).iter().for_each(|(at, what)| say(*at, what));
        return found;
    }
    for range in &file.strings {
        let literal = &file.text[range.clone()];
        if literal != lab {
            mentions(literal, lab).iter().for_each(|(at, what)| say(range.start + at, what));
        } else if !is_setting(file, range) && !OTHER_LITERALS.contains(&(&file.path, lab)) {
            say(range.start, &format!("'{literal}'"));
        }
    }
    found
}

/// Whether a literal is the name in a pair of a setting and its value, `("encodings", "none")`, or a Cargo feature, which is counted apart.
fn is_setting(file: &File, literal: &Range<usize>) -> bool {
    let next = file.code[literal.end..].trim_start_matches(['"', '\'', '#']).trim_start();
    let text_follows = next.strip_prefix(',').is_some_and(|next| next.trim_start().starts_with(['"', '\'']));
    let before = file.code[..literal.start - 1].trim_end();
    let in_pair =
        before.strip_suffix('(').is_some_and(|call| !call.ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    in_pair && text_follows || before.ends_with("feature =")
}

/// Exceptions that nothing needs any more.
pub(crate) fn idle(files: &[File]) -> Vec<Offence> {
    let literal = |file: &File, id| file.strings.iter().any(|range| &file.text[range.clone()] == id);
    let needed = |path, id| files.iter().any(|file| file.path == path && literal(file, id));
    let idle = OTHER_LITERALS.iter().filter(|(path, id)| !needed(*path, *id));
    let offence = |(path, id): &(&str, &str)| {
        Offence::new(
            "source: idle exceptions".to_owned(),
            (*path).to_owned(),
            format!("'{id}' is gone; take it out of OTHER_LITERALS"),
        )
    };
    idle.map(offence).collect()
}

fn line(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[start..].lines().next().unwrap_or_default()
}

/// Where a path has a module or a variant of that name: `labs::copy`, `Lab::Copy`, `mod copy`.
fn segments(code: &str, lab: &str) -> Vec<usize> {
    let variant = capital(lab);
    let mut found: Vec<usize> = vec![];
    for path in paths(code).iter().filter(|path| path[0].1 != "std") {
        found.extend(path.iter().filter(|(_, name)| *name == lab).map(|(at, _)| at));
        found.extend(path[1..].iter().filter(|(_, name)| *name == variant).map(|(at, _)| at));
    }
    found
        .extend(identifiers(code).filter(|(at, name)| *name == lab && code[..*at].ends_with("mod ")).map(|(at, _)| at));
    found.sort_unstable();
    found.dedup();
    found
}

/// `SequenceX`, `sequenceX`, `seqX`, `XSequence`, `seq_x`; of copy, which is also a verb, only `CopyX` and `XCopy`.
fn names(name: &str, lab: &str) -> bool {
    let short = SHORT.iter().filter(|(of, _)| *of == lab).map(|(_, short)| *short);
    let upper = |rest: &str| rest.starts_with(|c: char| c.is_ascii_uppercase());
    let begins = |id: &str| {
        let rest = name.strip_prefix(id).or_else(|| name.strip_prefix(&capital(id)));
        rest.is_some_and(|rest| upper(rest) && (lab != "copy" || upper(name)) || rest.starts_with('_') && lab != "copy")
    };
    let ends = upper(name) && name.strip_suffix(&capital(lab)).is_some_and(|rest| !rest.is_empty());
    !OTHER_SENSES.contains(&name) && (ends || std::iter::once(lab).chain(short).any(begins))
}

fn capital(id: &str) -> String {
    id[..1].to_ascii_uppercase() + &id[1..]
}

/// Where a text has the id as a part between hyphens (`mnemoscope-copy`), in a link or an attribute (`lab=copy`, `data-lab="copy"`), or
/// as a folder.
fn mentions<'a>(text: &'a str, lab: &str) -> Vec<(usize, &'a str)> {
    let part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let mut found = vec![];
    for (at, _) in text.match_indices(lab) {
        let start =
            text[..at].rfind(|c| !part(c)).map_or(0, |end| end + text[end..].chars().next().map_or(1, char::len_utf8));
        let token = text[start..].split(|c| !part(c)).next().unwrap_or_default().trim_matches('-');
        let (before, after) = (&text[..start], &text[start + token.len()..]);
        let named = before.trim_end_matches(|c: char| c.is_ascii_punctuation() || c == ' ');
        let said = token == lab
            && (before.ends_with('/') || after.starts_with('/') || (named.ends_with("lab") && named != before));
        let hyphened = token != lab && !OTHER_SENSES.contains(&token) && token.split('-').any(|word| word == lab);
        if said || hyphened {
            found.push((start, token));
        }
    }
    found.dedup();
    found
}
