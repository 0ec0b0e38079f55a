//! A reader's own embedding: a table of numbers with a row a node.

use crate::error::Error;
use crate::labs::geometry::graph::MOST_NODES;
use crate::reading::quoted;

/// The most characters of a table: every number of the largest with 25 of them.
const MOST_TEXT: usize = MOST_NODES as usize * MOST_WIDTH * 26;
/// The most numbers of a row.
const MOST_WIDTH: usize = 1024;
/// How large a number may be: the squares of others leave single precision, in which what comes of them is shown.
const LARGEST: f64 = 1e15;
/// The most characters of a name that are kept.
const MOST_NAME: usize = 120;

/// An embedding that nothing here has trained.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnTable {
    /// What it is called.
    pub name: String,
    /// Numbers a row.
    pub width: usize,
    /// `[rows, width]`.
    pub values: Vec<f64>,
}

impl OwnTable {
    /// Rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// Reads text: a row a line, numbers with commas, semicolons, tabs or blanks between. A line that begins with # is left out, and a
    /// first one without any number.
    ///
    /// # Errors
    /// [`Error::File`] with the line that is wrong, and what is allowed.
    pub fn read(name: &str, text: &str) -> Result<Self, Error> {
        let refuse = |why: String| Err(Error::File(why));
        if text.len() > MOST_TEXT {
            return refuse(format!("it has {} bytes, more than the largest table needs", text.len()));
        }
        let (mut values, mut width, mut rows) = (Vec::new(), 0, 0);
        let apart = |c: char| c.is_whitespace() || [',', ';'].contains(&c);
        for (at, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let words: Vec<&str> = line.split(apart).filter(|word| !word.is_empty()).collect();
            let number = |word: &&str| word.parse::<f64>().ok();
            let heading = rows == 0 && words.iter().all(|word| number(word).is_none());
            if words.is_empty() || line.starts_with('#') || heading {
                continue;
            }
            for word in &words {
                match number(word).filter(|value| value.abs() <= LARGEST) {
                    Some(value) => values.push(value),
                    None => {
                        let word = quoted(word);
                        return refuse(format!(
                            "line {at} has \"{word}\"; it takes finite numbers of up to {LARGEST:e}"
                        ));
                    }
                }
            }
            width = if rows == 0 { words.len() } else { width };
            rows += 1;
            if words.len() != width {
                return refuse(format!("line {at} has {} numbers, the first row {width}", words.len()));
            }
        }
        if !(3..=MOST_NODES).contains(&rows) || width > MOST_WIDTH {
            return refuse(format!(
                "it has {rows} rows of {width} numbers; a graph has 3 to {MOST_NODES} nodes here, a row for each, of up to {MOST_WIDTH}"
            ));
        }
        Ok(Self { name: name.chars().take(MOST_NAME).collect(), width, values })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn tables_in_all_their_forms_are_one_and_others_are_refused() {
        let forms = ["1,2\n3,-4.5\n0,1e-3\n", "x;y\n1;2\n3;-4.5\n0;0.001", "# of old\r\n1 2\r\n3\t-4.5\r\n\r\n0 .001"];
        for text in forms {
            let table = OwnTable::read("own", text).unwrap();
            assert_eq!((table.rows(), table.width), (3, 2), "{text:?}");
            assert_eq!(table.values, [1.0, 2.0, 3.0, -4.5, 0.0, 0.001], "{text:?}");
        }
        for (text, words) in [
            ("", "it has 0 rows"),
            ("1 2\n3 4", "it has 2 rows of 2 numbers; a graph has 3 to 512 nodes"),
            ("1 2\n3 4\n5", "line 3 has 1 numbers, the first row 2"),
            ("1 2\n3 nan\n5 6", "line 2 has \"nan\""),
            ("1 2\n3 4\n5 inf", "line 3 has \"inf\""),
            ("1 2\n3 1e16\n5 6", "line 2 has \"1e16\""),
            ("1 2\n3 four\n5 6", "line 2 has \"four\""),
            ("1\n".repeat(513).as_str(), "it has 513 rows"),
            ("1 ".repeat(1025).as_str(), "it has 1 rows of 1025"),
        ] {
            let why = OwnTable::read("own", text).unwrap_err().to_string();
            assert!(why.contains(words), "{why}");
        }
    }
}
