//! A reader's own graph: an edge list from a file, and as it stands in a link.
//!
//! A file has an edge a line, two names with blanks, a tab, a comma or a semicolon between them, or is JSON `[[a, b], …]`. A link has
//! names with a blank between, and a semicolon between edges.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::labs::geometry::graph::{MOST_NODES, Nodes};
use crate::reading::quoted;

/// The most bytes of a file.
pub const MOST_BYTES: usize = 16 << 20;
/// The most characters of the edges as a link has them.
pub const MOST_TEXT: u32 = 100_000;
/// The most bytes of a name.
const MOST_NAME: usize = 64;

/// What was read, and what was left out of it.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EdgeList {
    /// The edges as a link has them.
    pub edges: String,
    /// Nodes, edges and components, and what was left out or merged, each a sentence.
    pub notices: Vec<String>,
}

/// Names and edges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reading {
    places: HashMap<String, usize>,
    names: Vec<String>,
    edges: Vec<[usize; 2]>,
    loops: usize,
    weights: usize,
}

/// What the columns of an edge list are called in its first line.
const HEADINGS: [[&str; 2]; 8] = [
    ["source", "target"],
    ["src", "dst"],
    ["from", "to"],
    ["start", "end"],
    ["tail", "head"],
    ["node1", "node2"],
    ["id1", "id2"],
    ["u", "v"],
];

fn refused(why: String) -> Error {
    Error::File(why)
}

impl Reading {
    /// Takes the fields of one edge; `place` says where it stands, as in "line 3".
    fn take(&mut self, place: &str, fields: &[&str]) -> Result<(), Error> {
        let (names, weight) = match fields {
            [a, b] => ([*a, *b], None),
            [a, b, weight] => ([*a, *b], Some(*weight)),
            [_] => return Err(refused(format!("{place}: an edge has two names, here is 1"))),
            other => return Err(refused(format!("{place}: an edge has two names, here are {}", other.len()))),
        };
        if let Some(weight) = weight {
            if !weight.parse::<f64>().is_ok_and(|weight| weight.is_finite() && weight > 0.0) {
                return Err(refused(format!("{place}: a weight is a number above 0, not \"{}\"", quoted(weight))));
            }
            self.weights += 1;
        }
        for name in names {
            let wrong = match () {
                () if name.is_empty() => "is empty".to_owned(),
                () if name.len() > MOST_NAME => format!("is longer than {MOST_NAME} bytes"),
                () if name.chars().any(char::is_control) => "has a control character in it".to_owned(),
                () if name.contains([' ', ';', ',', '\t']) => "has a blank, comma or semicolon in it".to_owned(),
                () => continue,
            };
            return Err(refused(format!("{place}: the name \"{}\" {wrong}", quoted(name))));
        }
        if names[0] == names[1] {
            self.loops += 1;
            return Ok(());
        }
        let edge = names.map(|name| match self.places.get(name) {
            Some(&place) => place,
            None => {
                self.names.push(name.to_owned());
                self.places.insert(name.to_owned(), self.names.len() - 1);
                self.names.len() - 1
            }
        });
        self.edges.push(edge);
        Ok(())
    }

    fn nodes(self) -> Result<Nodes, Error> {
        if self.edges.is_empty() {
            return Err(refused("there is no edge in it".to_owned()));
        }
        let found = self.names.len();
        if found > MOST_NODES as usize {
            return Err(refused(format!("it has {found} nodes; a graph has up to {MOST_NODES} here")));
        }
        Ok(Nodes::new(self.names, self.edges))
    }
}

/// Reads the edges of a link; no text is no graph.
///
/// # Errors
/// [`Error::File`] with the edge that is wrong, counted from 1.
pub fn of_link(text: &str) -> Result<Nodes, Error> {
    let mut reading = Reading::default();
    for (at, edge) in (1..).zip(text.split(';').filter(|edge| !edge.trim().is_empty())) {
        reading.take(&format!("edge {at}"), &edge.split_whitespace().collect::<Vec<_>>())?;
    }
    reading.nodes()
}

/// Edges of an edge list, two names a line, as a link has them.
///
/// # Errors
/// [`Error::File`] with the edge that is wrong, counted from 1, or if they do not fit a link.
pub fn of_lines(text: &str) -> Result<String, Error> {
    told(&of_link(&text.replace('\n', ";"))?)
}

/// As a link has them.
fn told(nodes: &Nodes) -> Result<String, Error> {
    let edges = nodes.edges.iter().map(|edge| edge.map(|node| nodes.names[node].as_str()).join(" "));
    let edges = edges.collect::<Vec<_>>().join(";");
    let length = edges.chars().count();
    if length > MOST_TEXT as usize {
        return Err(refused(format!(
            "its edges take {length} characters in a link, where {MOST_TEXT} have room: give it fewer edges, or shorter names"
        )));
    }
    Ok(edges)
}

/// Reads a file.
///
/// # Errors
/// [`Error::File`] with the line that is wrong, and what is allowed.
pub fn of_file(bytes: &[u8]) -> Result<EdgeList, Error> {
    if bytes.len() > MOST_BYTES {
        return Err(refused(format!("it has {} bytes; up to {MOST_BYTES} are read", bytes.len())));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let byte = before.len() - before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1) + 1;
        refused(format!("line {line}: byte {byte} is not UTF-8"))
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reading = Reading::default();
    let mut heading = None;
    if text.trim_start().starts_with('[') {
        json(text, &mut reading)?;
    } else {
        let lines =
            (1..).zip(text.lines()).map(|(at, line)| (at, fields(line))).filter(|(_, fields)| !fields.is_empty());
        let mut lines = lines.peekable();
        heading = lines.next_if(|(_, first)| is_heading(first));
        for (at, fields) in lines {
            reading.take(&format!("line {at}"), &fields)?;
        }
        if let Some((at, names)) = &heading
            && let Some(name) = names.iter().take(2).find(|name| reading.places.contains_key(**name))
        {
            return Err(refused(format!(
                "line {at}: \"{name}\" is a heading there and a node below; give the node another name, or leave the heading out"
            )));
        }
    }
    let (loops, weights, given) = (reading.loops, reading.weights, reading.edges.len());
    let nodes = reading.nodes()?;
    let edges = told(&nodes)?;
    let components = nodes.components().into_iter().max().unwrap_or(0) + 1;
    let mut notices = vec![match components {
        1 => format!("{} nodes, {} edges.", nodes.len(), nodes.edges.len()),
        many => format!("{} nodes, {} edges, {many} components.", nodes.len(), nodes.edges.len()),
    }];
    let mut notice = |count: usize, [one, many]: [&str; 2], what: &str| match count {
        0 => {}
        1 => notices.push(format!("1 {one} {what}.")),
        _ => notices.push(format!("{count} {many} {what}.")),
    };
    let again = "there already, in the same direction or the other, and counts once";
    notice(given - nodes.edges.len(), ["edge was", "edges were"], again);
    let itself = "left out; \"Self-edges\" gives every node one";
    notice(loops, ["edge from a node to itself was", "edges from a node to itself were"], itself);
    notice(weights, ["weight was", "weights were"], "left out: every edge counts the same");
    if let Some((at, _)) = heading {
        notices.push(format!("Line {at} was left out: it is a heading."));
    }
    Ok(EdgeList { edges, notices })
}

/// The fields of a line, without what stands behind a comment's sign.
fn fields(line: &str) -> Vec<&str> {
    let blank = |c: char| c.is_whitespace() || [',', ';'].contains(&c);
    let mut before = ' ';
    let comment =
        line.char_indices().find(|&(_, c)| blank(std::mem::replace(&mut before, c)) && ['#', '%'].contains(&c));
    let line = comment.map_or(line, |(at, _)| &line[..at]).trim();
    match line.split_once([',', ';', '\t']) {
        Some(_) => line.split([',', ';', '\t']).map(str::trim).collect(),
        None => line.split_whitespace().collect(),
    }
}

/// Whether the first line names its columns.
fn is_heading(fields: &[&str]) -> bool {
    let [from, to, rest @ ..] = fields else { return false };
    let named = HEADINGS.iter().any(|pair| pair[0].eq_ignore_ascii_case(from) && pair[1].eq_ignore_ascii_case(to));
    // With a number behind it, it is an edge.
    named && rest.iter().all(|field| field.parse::<f64>().is_err())
}

/// `[[a, b], …]`, names as texts or numbers.
fn json(text: &str, reading: &mut Reading) -> Result<(), Error> {
    let edges: Vec<Vec<Value>> = serde_json::from_str(text)
        .map_err(|error| refused(format!("it is no JSON list of edges [[a, b], …] ({error})")))?;
    for (at, edge) in (1..).zip(edges) {
        let place = format!("edge {at}");
        let name = |value: &Value| match value {
            Value::String(name) => Ok(name.clone()),
            Value::Number(number) => Ok(number.to_string()),
            other => Err(refused(format!("{place}: a name is a text or a number, not {}", quoted(other.to_string())))),
        };
        let fields = edge.iter().map(name).collect::<Result<Vec<_>, _>>()?;
        reading.take(&place, &fields.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn files_in_all_their_forms_are_one_graph() {
        let forms: [&[u8]; 7] = [
            b"a b\nb c\n",
            b"\xef\xbb\xbfa,b\r\nb,c\r\n",
            b"# edges\n% more\n\na\tb\nb\tc",
            b"a; b\nb ;c",
            b"a b 1.5\nb c 2\n",
            br#"[["a","b"],["b","c"]]"#,
            b"a b\nb a\na a\nb c\nb c",
        ];
        for bytes in forms {
            let read = of_file(bytes).unwrap();
            assert_eq!(read.edges, "a b;b c");
            assert_eq!(of_link(&read.edges).unwrap().names, ["a", "b", "c"]);
            assert_eq!(read.notices[0], "3 nodes, 2 edges.");
        }
        assert_eq!(of_file(b"[[1,2],[2,3]]").unwrap().edges, "1 2;2 3");
        let said = of_file(b"a b 1\nb a\na a\nx y").unwrap().notices.join(" ");
        for words in [
            "4 nodes, 2 edges, 2 components",
            "1 edge was there already",
            "1 edge from a node to itself was left",
            "1 weight was",
        ] {
            assert!(said.contains(words), "{said}");
        }
        let said = of_file(b"a b 1\nb a 2\na b 3").unwrap().notices.join(" ");
        assert!(said.contains("2 edges were there") && said.contains("3 weights were left"), "{said}");
    }

    #[test]
    fn headings_and_comments_are_no_edges() {
        for bytes in [
            &b"# of friends\nSource,Target,Weight\na,b,1\nb,c,2"[..],
            b"from to\na b # met in May\nb c % and in June; twice, #2\n",
            b"u;v\na;b #\nb;c;1 # weight",
        ] {
            let read = of_file(bytes).unwrap();
            assert_eq!(read.edges, "a b;b c");
            assert!(read.notices.last().unwrap().contains("it is a heading"), "{:?}", read.notices);
        }
        // Names of other kinds, and further down, are nodes; a sign within a name is no comment.
        assert_eq!(of_file(b"x to\nfrom to").unwrap().edges, "x to;from to");
        assert_eq!(of_file(b"u v 2\nv w#1").unwrap().edges, "u v;v w#1");
        let why = of_file(b"from to\na to").unwrap_err().to_string();
        assert!(why.contains("line 1: \"to\" is a heading there and a node below"), "{why}");
    }

    #[test]
    fn a_dense_graph_fits_a_link_until_it_is_too_long() {
        let pairs = |far: usize| (0..512).flat_map(move |a| (1..=far).map(move |b| format!("n{a} n{}", (a + b) % 512)));
        let file = |far| pairs(far).collect::<Vec<_>>().join("\n");
        let read = of_file(file(16).as_bytes()).unwrap();
        assert_eq!(
            (read.notices[0].as_str(), of_link(&read.edges).unwrap().edges.len()),
            ("512 nodes, 8192 edges.", 8192)
        );
        let why = of_file(file(32).as_bytes()).unwrap_err().to_string();
        assert!(why.contains("where 100000 have room"), "{why}");
    }

    #[test]
    fn what_is_no_edge_list_is_refused_with_the_place_and_what_is_allowed() {
        let long = format!("{} b", "a".repeat(65));
        let many = (0..513).map(|at| format!("{at} {}", at + 1)).collect::<Vec<_>>().join("\n");
        let cases: [(&[u8], &str); 17] = [
            (b"a b\nc", "line 2: an edge has two names, here is 1"),
            (b"a b\nb # c", "line 2: an edge has two names, here is 1"),
            (b"a b 1\n\nb c NaN", "line 3: a weight is a number above 0, not \"NaN\""),
            (b"a b inf", "line 1: a weight is a number above 0, not \"inf\""),
            (b"a b\nb c -2", "line 2: a weight is a number above 0, not \"-2\""),
            (b"one two three", "line 1: a weight is a number above 0, not \"three\""),
            (b"a b\n\nc d e f", "line 3: an edge has two names, here are 4"),
            (b"a b abc", "line 1: a weight is a number above 0, not \"abc\""),
            (b"", "there is no edge in it"),
            (b"a a\n", "there is no edge in it"),
            (b"a b\nc \xff\n", "line 2: byte 3 is not UTF-8"),
            (long.as_bytes(), "is longer than 64 bytes"),
            (b"a\x01 b", "control character"),
            (b"a,,b", "line 1: a weight is a number"),
            (b"[[1,2],[true,1]]", "edge 2: a name is a text or a number, not true"),
            (b"[1,2]", "no JSON list of edges"),
            (many.as_bytes(), "it has 514 nodes; a graph has up to 512 here"),
        ];
        for (bytes, words) in cases {
            let why = of_file(bytes).unwrap_err().to_string();
            assert!(why.contains(words), "{why}, not {words}");
        }
        assert!(of_file(&vec![b' '; MOST_BYTES + 1]).unwrap_err().to_string().contains("16777216 are read"));
        assert!(of_link("a b;c").unwrap_err().to_string().contains("edge 2"));
    }
}
