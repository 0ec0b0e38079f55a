//! WGSL text: the files of `shaders/`, and the three directives they use.
//!
//! - `#import name` puts `shaders/lib/name.wgsl` there.
//! - `#for i in NAME` … `#end` repeats the lines between for `i` from 0 to the constant `NAME` (or a number),
//!   with `{i}` replaced. Loops nest. Values in registers need names, not indices: an array with a
//!   computed index lives in memory on most compilers.
//!
//! Words come first, as `const NAME: u32 = 4u;`.

use crate::error::Error;
use crate::kernels::{Word, Words};

/// A WGSL file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wgsl {
    /// Its name, without `.wgsl`.
    pub name: &'static str,
    /// What is left of its text without what is for people only.
    pub text: &'static str,
}

/// The [`Wgsl`] of a file in a folder of `shaders/`.
macro_rules! wgsl {
    ($folder:literal, $name:literal) => {{
        const TEXT: &[u8] = include_bytes!(concat!("../../shaders/", $folder, $name, ".wgsl"));
        const LENGTH: usize = $crate::kernels::shader::strip::<0>(TEXT).1;
        const STRIPPED: [u8; LENGTH] = $crate::kernels::shader::strip(TEXT).0;
        $crate::kernels::shader::Wgsl { name: $name, text: $crate::kernels::shader::text(&STRIPPED) }
    }};
}
pub(crate) use wgsl;

macro_rules! library {
    ($($name:literal),+) => { &[$(wgsl!("lib/", $name)),+] };
}

/// What `#import` finds.
const LIBRARY: &[Wgsl] = library!(
    "rng",
    "control",
    "attend",
    "activation",
    "source",
    "epilogue",
    "embedding",
    "pool",
    "heads",
    "grid",
    "rows",
    "weights",
    "clock",
    "tied",
    "products",
    "angle",
    "mixture",
    "weighted"
);

/// A file without comments, indentation and empty lines, and its length: what is written for people need not be sent to every
/// reader of the page. Writes as much as there is room for.
pub(super) const fn strip<const N: usize>(text: &[u8]) -> ([u8; N], usize) {
    let mut kept = [0; N];
    let (mut length, mut at, mut comment, mut empty) = (0, 0, false, true);
    while at < text.len() {
        let byte = text[at];
        comment = (comment || byte == b'/' && at + 1 < text.len() && text[at + 1] == b'/') && byte != b'\n';
        let blank = byte == b' ' || byte == b'\t' || byte == b'\n';
        if !(comment || empty && blank) {
            empty = byte == b'\n';
            if length < N {
                kept[length] = byte;
            }
            length += 1;
        }
        at += 1;
    }
    (kept, length)
}

/// A stripped file; what is left of it is ASCII.
pub(super) const fn text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// The complete text of a shader.
///
/// # Errors
/// [`Error::Internal`] if an import or loop bound is missing.
pub fn assemble(shader: Wgsl, constants: &Words) -> Result<String, Error> {
    let mut text = String::new();
    for (name, value) in constants {
        text += &match value {
            Word::U(value) => format!("const {name}: u32 = {value}u;\n"),
            Word::F(value) => format!("const {name}: f32 = {value:e}f;\n"),
        };
    }
    let lines: Vec<&str> = shader.text.lines().collect();
    expand(&lines, constants, &mut text)?;
    Ok(text)
}

fn expand(lines: &[&str], constants: &Words, text: &mut String) -> Result<(), Error> {
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let directive = line.trim();
        if let Some(import) = directive.strip_prefix("#import ") {
            let file = LIBRARY.iter().find(|file| file.name == import.trim());
            text.push_str(
                file.ok_or_else(|| Error::Internal(format!("there is no shader file for \"{directive}\"")))?.text,
            );
        } else if let Some(header) = directive.strip_prefix("#for ") {
            let body = loop_body(&lines[at + 1..])?;
            let (variable, bound) = header
                .split_once(" in ")
                .and_then(|(variable, bound)| Some((variable.trim(), bound_of(bound.trim(), constants)?)))
                .ok_or_else(|| Error::Internal(format!("cannot read the loop \"{directive}\"")))?;
            for index in 0..bound {
                let mark = format!("{{{variable}}}");
                let replaced: Vec<String> = body.iter().map(|line| line.replace(&mark, &index.to_string())).collect();
                let replaced: Vec<&str> = replaced.iter().map(String::as_str).collect();
                expand(&replaced, constants, text)?;
            }
            at += body.len() + 1;
        } else {
            text.push_str(line);
            text.push('\n');
        }
        at += 1;
    }
    Ok(())
}

fn bound_of(text: &str, constants: &Words) -> Option<u32> {
    text.parse().ok().or_else(|| match constants.iter().find(|(name, _)| *name == text)?.1 {
        Word::U(value) => Some(value),
        Word::F(_) => None,
    })
}

/// The lines up to the `#end` that closes the loop.
fn loop_body<'a, 'b>(lines: &'a [&'b str]) -> Result<&'a [&'b str], Error> {
    let mut depth = 1;
    for (at, line) in lines.iter().enumerate() {
        match line.trim() {
            "#end" => depth -= 1,
            line if line.starts_with("#for ") => depth += 1,
            _ => {}
        }
        if depth == 0 {
            return Ok(&lines[..at]);
        }
    }
    Err(Error::Internal("a #for has no #end".to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn files_are_stripped_of_what_is_for_people_only() {
        let text = b"// head\n\n    let a = b / c; // why \xc3\xa9\n  \n#for i in 2\n\tx{i}\n#end\n";
        let (kept, length) = strip::<64>(text);
        assert_eq!(std::str::from_utf8(&kept[..length]), Ok("let a = b / c; \n#for i in 2\nx{i}\n#end\n"));
        assert_eq!(strip::<0>(text).1, length);
        for Wgsl { name, text } in LIBRARY {
            assert!(text.len() > 40 && !text.contains("//") && !text.contains("\n\n"), "{name}");
        }
    }

    #[test]
    fn loops_nest_and_take_constants() {
        let mut text = String::new();
        let lines = ["#for i in N", "a{i}", "#for j in 2", "b{i}{j}", "#end", "#end", "c"];
        expand(&lines, &vec![("N", Word::U(2))], &mut text).unwrap();
        assert_eq!(text, "a0\nb00\nb01\na1\nb10\nb11\nc\n");
        assert!(expand(&["#for i in M", "#end"], &vec![], &mut text).is_err());
        assert!(expand(&["#for i in 3"], &vec![], &mut text).is_err());
    }
}
