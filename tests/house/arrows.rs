//! Who uses whom: floors, circles, and labs that import each other.

use std::collections::{BTreeMap, BTreeSet};

use super::Offence;
use super::text::{File, blank, closing, paths};

/// A part of the repository with an order of floors, the lowest first.
pub(crate) struct House {
    pub(crate) name: &'static str,
    root: &'static str,
    floors: &'static [&'static [&'static str]],
}

pub(crate) const HOUSES: [House; 2] = [
    House {
        name: "src",
        root: "src/",
        floors: &[
            &["error", "choice", "reading", "property", "order", "rng"],
            &["task"],
            &["kernels"],
            &["graph"],
            &["compute", "engine"],
            &["encoding", "model", "sdm"],
            &["run"],
            &["labs"],
            &["web", "cli", "lib", "main"],
        ],
    },
    House {
        name: "www",
        root: "www/src/",
        floors: &[&["engine"], &["ui"], &["figure"], &["page"], &["labs"], &["entries"]],
    },
];

/// Something that a file uses of another.
struct Arrow<'a> {
    from: &'a str,
    to: &'a str,
    place: String,
}

impl House {
    fn room<'a>(&self, path: &'a str) -> &'a str {
        let inside = &path[self.root.len()..];
        match inside.split_once('/') {
            Some(("package", _)) => "entries",
            Some((room, _)) => room,
            None if self.name == "www" => "entries",
            None => inside.split('.').next().unwrap_or(inside),
        }
    }

    fn floor(&self, room: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.contains(&room))
    }

    pub(crate) fn offences(&self, files: &[File]) -> Vec<Offence> {
        let inside = || files.iter().filter(|file| file.path.starts_with(self.root));
        let known: BTreeSet<&str> = inside().map(|file| file.path.as_str()).collect();
        let mut arrows = vec![];
        for file in inside() {
            let found = if self.name == "src" { uses(file, &known) } else { imports(file, &known) };
            let places: BTreeSet<_> =
                found.into_iter().filter(|(_, to)| *to != file.path).map(|(at, to)| (file.line(at), to)).collect();
            let arrow = |(line, to)| Arrow { from: file.path.as_str(), to, place: format!("{}:{line}", file.path) };
            arrows.extend(places.into_iter().map(arrow));
        }
        let mut found = vec![];
        let mut say =
            |what: &str, place: String, why| found.push(Offence::new(format!("{}: {what}", self.name), place, why));
        for path in &known {
            let room = self.room(path);
            if self.floor(room).is_none() {
                say(
                    "arrows back up",
                    (*path).to_owned(),
                    format!("the room {room} has no floor; give it one in tests/house/arrows.rs"),
                );
            }
        }
        for arrow in &arrows {
            let (from, to) = (self.room(arrow.from), self.room(arrow.to));
            if self.floor(from) < self.floor(to) {
                say("arrows back up", arrow.place.clone(), format!("{from} uses {}", arrow.to));
            }
            if let (Some(own), Some(other)) = (lab_of(arrow.from), lab_of(arrow.to))
                && own != other
            {
                say("imports from lab to lab", arrow.place.clone(), format!("{own} uses {}", arrow.to));
            }
        }
        // What a file uses of the module around it makes no circle: a task's file has types of `task/mod.rs`, which lists the tasks.
        let apart =
            arrows.iter().filter(|arrow| self.name != "src" || !module(arrow.from).starts_with(&module(arrow.to)));
        for (file, next) in circles(apart.map(|arrow| (arrow.from, arrow.to))) {
            say("files in circles", file.to_owned(), format!("uses {}", next.join(", ")));
        }
        let rooms = arrows.iter().map(|arrow| (self.room(arrow.from), self.room(arrow.to)));
        for (room, next) in circles(rooms.filter(|(from, to)| self.floor(from) == self.floor(to))) {
            say("rooms of one floor in circles", room.to_owned(), format!("uses {}", next.join(", ")));
        }
        found
    }
}

/// The lab that a file belongs to, if it is in a lab's folder.
fn lab_of(path: &str) -> Option<&str> {
    let (_, inside) = path.split_once("src/labs/")?;
    inside.split_once('/').map(|(lab, _)| lab)
}

/// Nodes of circles, each with the nodes of its circle that it leads to.
fn circles<'a>(arrows: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in arrows.filter(|(from, to)| from != to) {
        next.entry(from).or_default().insert(to);
    }
    let reached = |start: &'a str| {
        let (mut seen, mut left) = (BTreeSet::new(), vec![start]);
        while let Some(node) = left.pop() {
            left.extend(next.get(node).into_iter().flatten().filter(|node| seen.insert(**node)));
        }
        seen
    };
    let reach: BTreeMap<&str, BTreeSet<&str>> = next.keys().map(|node| (*node, reached(node))).collect();
    let back = |from: &str, to: &str| reach.get(to).is_some_and(|reach| reach.contains(from));
    let own = |(from, to): (&&'a str, &BTreeSet<&'a str>)| {
        let circle: Vec<&str> = to.iter().copied().filter(|to| back(from, to)).collect();
        (!circle.is_empty()).then_some((*from, circle))
    };
    next.iter().filter_map(own).collect()
}

/// Files that a file of Rust uses by a path. What its own tests use does not count; nor do `mod` and `pub(in …)`.
fn uses<'a>(file: &File, known: &BTreeSet<&'a str>) -> Vec<(usize, &'a str)> {
    let code = without_tests(&file.code);
    let own = module(&file.path);
    let at_root = |module: &[&str]| {
        let path = if module.is_empty() { "lib".to_owned() } else { module.join("/") };
        known
            .get(format!("src/{path}.rs").as_str())
            .or_else(|| known.get(format!("src/{path}/mod.rs").as_str()))
            .copied()
    };
    let mut found = vec![];
    for path in paths(&code) {
        let (start, first) = path[0];
        let mut here = match first {
            "crate" | "mnemoscope" => vec![],
            "super" | "self" => own.clone(),
            child if at_root(&[&own[..], &[child]].concat()).is_some() => own.clone(),
            _ => continue,
        };
        if code[..start].ends_with("pub(in ") {
            continue;
        }
        for (_, segment) in &path {
            match *segment {
                "crate" | "mnemoscope" | "self" => {}
                "super" => drop(here.pop()),
                child => {
                    here.push(child);
                    if at_root(&here).is_none() {
                        here.pop();
                        break;
                    }
                }
            }
        }
        found.extend(at_root(&here).map(|to| (path[path.len() - 1].0, to)));
    }
    found
}

/// The module of a file: `src/graph/ops.rs` is `graph::ops`.
fn module(path: &str) -> Vec<&str> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut module: Vec<&str> = inside.split('/').collect();
    if matches!(module.last(), Some(&("mod" | "lib" | "main"))) {
        module.pop();
    }
    module
}

/// Blanks `#[cfg(test)] mod tests { … }`, whose `super` is the file itself.
fn without_tests(code: &str) -> String {
    let tests = code.match_indices("#[cfg(test)]").filter_map(|(at, _)| {
        let open = at + code[at..].find(['{', ';'])?;
        let inside = code[open..].starts_with('{') && code[at..open].contains("mod ");
        inside.then(|| at..closing(code, open + 1))
    });
    blank(code, &tests.collect::<Vec<_>>())
}

/// Files that a script or a style sheet imports: statically, dynamically, by `new URL`, by `@import`. A worker's address is no import:
/// a worker is a program of its own, which the page starts and does not load; what both know of each other is the protocol below.
fn imports<'a>(file: &File, known: &BTreeSet<&'a str>) -> Vec<(usize, &'a str)> {
    let mut found = vec![];
    for range in &file.strings {
        let before = file.code[..range.start - 1].trim_end();
        let opens = ["from", "import", "import(", "new URL(", "@import url("];
        if !opens.iter().any(|open| before.ends_with(open)) || before.ends_with("new Worker(new URL(") {
            continue;
        }
        let given = &file.text[range.clone()];
        if !given.starts_with('.') {
            continue;
        }
        let mut path: Vec<&str> = file.path.split('/').collect();
        path.pop();
        for segment in given.split('/') {
            match segment {
                "." => {}
                ".." => drop(path.pop()),
                name => path.push(name),
            }
        }
        let path = path.join("/");
        let names = [path.clone(), format!("{path}.ts"), format!("{}.ts", path.trim_end_matches(".js"))];
        found.extend(names.iter().find_map(|name| known.get(name.as_str())).map(|to| (range.start, *to)));
    }
    found
}
