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
pub const MOST_TEXT: u32 = 16_000;
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

fn refused(why: String) -> Error {
    Error::File(why)
}

impl Reading {
    /// Takes the fields of one edge; `place` says where it stands, as in "line 3".
    fn take(&mut self, place: &str, fields: &[&str]) -> Result<(), Error> {
        let (names, weight) = match fields {
            [a, b] => ([*a, *b], None),
            [a, b, weight] => ([*a, *b], Some(*weight)),
            other => return Err(refused(format!("{place}: an edge has two names, here are {}", other.len()))),
        };
        if let Some(weight) = weight {
            if weight.parse::<f64>().is_err() {
                return Err(refused(format!("{place}: a weight is a number, not \"{}\"", quoted(weight))));
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
    if text.trim_start().starts_with('[') {
        json(text, &mut reading)?;
    } else {
        for (at, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', '%']) {
                continue;
            }
            let fields: Vec<&str> = match line.split_once([',', ';', '\t']) {
                Some(_) => line.split([',', ';', '\t']).map(str::trim).collect(),
                None => line.split_whitespace().collect(),
            };
            reading.take(&format!("line {at}"), &fields)?;
        }
    }
    let (loops, weights, given) = (reading.loops, reading.weights, reading.edges.len());
    let nodes = reading.nodes()?;
    let edges = nodes.edges.iter().map(|edge| edge.map(|node| nodes.names[node].as_str()).join(" "));
    let edges = edges.collect::<Vec<_>>().join(";");
    let length = edges.chars().count();
    if length > MOST_TEXT as usize {
        return Err(refused(format!(
            "its edges take {length} characters in a link, where {MOST_TEXT} have room: give it fewer edges, or shorter names"
        )));
    }
    let components = nodes.components().into_iter().max().unwrap_or(0) + 1;
    let mut notices = vec![match components {
        1 => format!("{} nodes, {} edges.", nodes.len(), nodes.edges.len()),
        many => format!("{} nodes, {} edges, {many} components.", nodes.len(), nodes.edges.len()),
    }];
    let mut notice = |count: usize, what: &str| {
        if count > 0 {
            notices.push(format!("{count} {what}."));
        }
    };
    notice(given - nodes.edges.len(), "edges were there twice, in the same direction or the other, and are one now");
    notice(loops, "edges from a node to itself were left out; \"Self-edges\" gives every node one");
    notice(weights, "weights were left out: every edge counts the same");
    Ok(EdgeList { edges, notices })
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
        for words in ["4 nodes, 2 edges, 2 components", "1 edges were there twice", "1 edges from a node", "1 weights"]
        {
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn what_is_no_edge_list_is_refused_with_the_place_and_what_is_allowed() {
        let long = format!("{} b", "a".repeat(65));
        let many = (0..513).map(|at| format!("{at} {}", at + 1)).collect::<Vec<_>>().join("\n");
        let cases: [(&[u8], &str); 12] = [
            (b"a b\nc", "line 2: an edge has two names, here are 1"),
            (b"a b\n\nc d e f", "line 3: an edge has two names, here are 4"),
            (b"a b abc", "line 1: a weight is a number, not \"abc\""),
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
