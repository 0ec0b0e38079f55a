//! Files of the repository, with what is code, comment and string in them told apart.

use std::ops::Range;

/// A file. `code` and `bare` have the same offsets and lines as `text`.
pub(crate) struct File {
    /// From the root of the repository, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Without comments, and without what is in quotation marks (the marks stay).
    pub(crate) code: String,
    /// Without comments.
    pub(crate) bare: String,
    /// What is in quotation marks, templates included.
    pub(crate) strings: Vec<Range<usize>>,
}

impl File {
    pub(crate) fn new(path: &str, text: String) -> Self {
        let (comments, strings) = pieces(&text, path.rsplit('.').next().unwrap_or_default());
        let bare = blank(&text, &comments);
        let code = blank(&bare, &strings);
        Self { path: path.to_owned(), text, code, bare, strings }
    }

    /// Line of an offset, from 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        1 + self.text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count()
    }

    pub(crate) fn place(&self, at: usize) -> String {
        format!("{}:{}", self.path, self.line(at))
    }
}

/// The text with spaces in place of these ranges; lines stay.
pub(crate) fn blank(text: &str, ranges: &[Range<usize>]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for byte in ranges.iter().flat_map(Clone::clone) {
        if bytes[byte] != b'\n' {
            bytes[byte] = b' ';
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Ranges of comments, and of what stands between quotation marks.
fn pieces(text: &str, kind: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let (rust, script) = (kind == "rs", matches!(kind, "ts" | "js" | "mjs"));
    let (slashes, stars) = (rust || script || kind == "wgsl", kind != "html" && kind != "py");
    let (mut comments, mut strings) = (vec![], vec![]);
    // Depths of braces at which a `}` goes back into a template.
    let (mut templates, mut depth) = (vec![], 0);
    let find = |from: usize, what: &str| text[from..].find(what).map_or(text.len(), |at| from + at);
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let start = at;
        at += 1;
        if slashes && rest.starts_with(b"//") || kind == "py" && rest[0] == b'#' {
            at = find(start, "\n");
            comments.push(start..at);
        } else if stars && rest.starts_with(b"/*") {
            at = if rust { nested(bytes, start) } else { (find(start + 2, "*/") + 2).min(text.len()) };
            comments.push(start..at);
        } else if kind == "html" && rest.starts_with(b"<!--") {
            at = find(start, "-->");
            comments.push(start..at);
        } else if rust && rest[0] == b'r' && (start == 0 || !word(bytes, start - 1) || bytes[start - 1] == b'b') {
            let marks = rest[1..].iter().take_while(|b| **b == b'#').count();
            if rest.get(1 + marks) == Some(&b'"') {
                let end = find(start + marks + 2, &format!("\"{}", "#".repeat(marks)));
                strings.push(start + marks + 2..end);
                at = (end + 1 + marks).min(text.len());
            }
        } else if rest[0] == b'"' || rest[0] == b'\'' && (script || kind == "css") {
            let end = unescaped(bytes, at, |b| b == rest[0] || b == b'\n' && !rust && kind != "html");
            strings.push(at..end);
            at = end + 1;
        } else if rust && rest[0] == b'\'' {
            // A character, or a lifetime.
            let end = start + 1 + text[at..].chars().next().map_or(1, char::len_utf8);
            if rest.get(1) == Some(&b'\\') {
                at = unescaped(bytes, at, |b| b == b'\'') + 1;
            } else if bytes.get(end) == Some(&b'\'') {
                at = end + 1;
            }
        } else if script && (rest[0] == b'`' || rest[0] == b'}' && templates.last() == Some(&depth)) {
            if rest[0] == b'}' {
                templates.pop();
            }
            let mut end = at;
            while end < bytes.len() && bytes[end] != b'`' && !bytes[end..].starts_with(b"${") {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            let end = end.min(bytes.len());
            strings.push(at..end);
            at = end + 1;
            if bytes.get(end) == Some(&b'$') {
                templates.push(depth);
                at += 1;
            }
        } else if script && rest[0] == b'{' {
            depth += 1;
        } else if script && rest[0] == b'}' {
            depth -= 1;
        } else if script && rest[0] == b'/' && begins_expression(&text[..start]) {
            let mut class = false;
            at = unescaped(bytes, at, |b| {
                class = b == b'[' || class && b != b']';
                b == b'\n' || b == b'/' && !class
            });
            at += 1;
        }
    }
    (comments, strings)
}

pub(crate) fn word(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// Whether a slash after this opens a regular expression.
fn begins_expression(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty()
        || before.ends_with(['(', ',', '=', ':', '[', '!', '&', '|', '?', '{', ';', '>'])
        || before.ends_with("return")
}

fn unescaped(bytes: &[u8], mut at: usize, mut ends: impl FnMut(u8) -> bool) -> usize {
    while at < bytes.len() && !ends(bytes[at]) {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

fn nested(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0;
    while at < bytes.len() {
        match &bytes[at..(at + 2).min(bytes.len())] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at.min(bytes.len())
}

/// Identifiers of code and where they begin.
pub(crate) fn identifiers(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = code.as_bytes();
    (0..bytes.len()).filter(|&at| word(bytes, at) && (at == 0 || !word(bytes, at - 1))).map(|at| {
        let end = (at..bytes.len()).find(|&end| !word(bytes, end)).unwrap_or(bytes.len());
        (at, &code[at..end])
    })
}

/// The end of a bracket's content, from its first byte on.
pub(crate) fn closing(code: &str, from: usize) -> usize {
    let mut depth = 1;
    for (at, byte) in code.bytes().enumerate().skip(from) {
        depth += i32::from(matches!(byte, b'{' | b'(' | b'[')) - i32::from(matches!(byte, b'}' | b')' | b']'));
        if depth == 0 {
            return at;
        }
    }
    code.len()
}

/// A path of Rust, such as `crate::graph::Graph`: its segments and where they stand.
pub(crate) type Path<'a> = Vec<(usize, &'a str)>;

/// All paths of at least two segments in code of Rust. A group, `a::{b, c::{d, e}}`, has one for each of its leaves.
pub(crate) fn paths(code: &str) -> Vec<Path<'_>> {
    let (mut found, mut path) = (vec![], Path::new());
    // Lengths of what stands before the groups that are open; whether the next name goes on with the path.
    let (mut groups, mut joined): (Vec<usize>, bool) = (vec![], false);
    for (at, token) in tokens(code).chain([(code.len(), ";")]) {
        let prefix = groups.last().copied().unwrap_or(0);
        let name = word(token.as_bytes(), 0) || token.starts_with('$');
        match token {
            "::" => joined = true,
            "{" if joined => groups.push(path.len()),
            _ if joined && (name || token == "*") => {
                path.push((at, token));
                joined = false;
            }
            // `a as b` in a group.
            _ if name && prefix > 0 => {}
            _ => {
                if path.len() > prefix.max(1) {
                    found.push(path.clone());
                }
                joined = token == "," && prefix > 0;
                if token == "}" {
                    groups.pop();
                } else if !joined {
                    groups.clear();
                }
                path.truncate(groups.last().copied().unwrap_or(0));
                if name {
                    path.push((at, token));
                }
            }
        }
    }
    found
}

/// Names, `::`, and every other character that is no space.
fn tokens(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut end = 0;
    std::iter::from_fn(move || {
        let start = end + code[end..].find(|c: char| !c.is_whitespace())?;
        let rest = &code[start..];
        let first = rest.chars().next()?;
        let len = if rest.starts_with("::") {
            2
        } else {
            rest.find(|c| !part(c)).unwrap_or(rest.len()).max(first.len_utf8())
        };
        end = start + len;
        Some((start, &code[start..end]))
    })
}
