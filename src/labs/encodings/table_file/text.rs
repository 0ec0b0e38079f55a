//! Tables as text. What can be data is data: a row counts as names only where no cell of it can be a number or stand for a missing one,
//! and where a file can be read in two ways it is refused with both.

use super::{MOST_COLUMNS, MOST_LINE, MOST_ROWS, MOST_TEXT, number, refuse, sized};
use crate::encoding::Table;
use crate::error::Error;
use crate::reading::{numbers, quoted};

/// Words that stand in the place of a number. They can be written in capitals.
const MISSING: [&str; 18] = [
    "na",
    "n/d",
    "nd",
    "n/a",
    "n.a.",
    "nan",
    "null",
    "none",
    "nil",
    "missing",
    "undefined",
    "void",
    "empty",
    "blank",
    "inf",
    "infinity",
    "true",
    "false",
];

/// Text of a file, and its encoding where that is not UTF-8.
fn decoded(bytes: &[u8]) -> Result<(String, &'static str), Error> {
    let word: Option<fn([u8; 2]) -> u16> = match bytes {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        _ => None,
    };
    if bytes.len() > if word.is_some() { 2 * MOST_TEXT } else { MOST_TEXT } {
        return Err(refuse(format!("it has {} bytes, more than the largest table needs", bytes.len())));
    }
    let text = match word {
        Some(word) if bytes.len().is_multiple_of(2) => {
            let words = bytes.chunks_exact(2).map(|pair| word([pair[0], pair[1]]));
            char::decode_utf16(words).collect::<Result<String, _>>().ok()
        }
        Some(_) => None,
        None => std::str::from_utf8(bytes).ok().map(str::to_owned),
    };
    let text = text.filter(|text| !text.contains('\0'));
    let text = text.ok_or_else(|| {
        refuse("it is neither a .npy file nor text in UTF-8 (or in UTF-16 with a byte order mark); save it as CSV in UTF-8")
    })?;
    let encoding = if word.is_some() { " in UTF-16" } else { "" };
    Ok((text.trim_start_matches('\u{feff}').to_owned(), encoding))
}

/// Whether a line is a comment: it begins with #, and not with what spreadsheets write for an error, such as #N/A,
/// #NV, #DIV/0! or ###.
fn comment(line: &str) -> bool {
    let first = line.split([',', ';', '\t', ' ']).next().unwrap_or_default().trim_matches('"');
    let rest = first.trim_start_matches('#');
    let capitals = !rest.is_empty() && rest.chars().all(|c| c.is_uppercase() || c == '/');
    let filled = first.len() > 1 && rest.is_empty();
    let error = first.starts_with('#') && (first.ends_with(['!', '?']) || capitals || filled) && line != first;
    line.starts_with('#') && !error
}

/// Whether a cell can be a number, or stand in the place of one.
fn data(cell: &str) -> bool {
    let word = |c: char| c.is_alphabetic() || c == '_';
    !cell.starts_with(word)
        || MISSING.contains(&cell.to_ascii_lowercase().as_str())
        || cell.parse::<f64>().is_ok()
        || !numbers(cell).is_empty()
}

fn whole(cell: &str) -> bool {
    !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit())
}

/// Why a cell is no number, and what to write instead.
fn strange(cell: &str, line: &str, delimiter: u8) -> String {
    let shown = quoted(cell.chars().take(20).collect::<String>());
    let commas =
        |words: &[&str]| words.len() > 1 && words.iter().all(|word| word.contains(',') && !numbers(word).is_empty());
    match &numbers(cell)[..] {
        [one] => format!("\"{shown}\", which is {one} in another form; write {one}, with a point before decimals"),
        [one, other, ..] => format!(
            "\"{shown}\", which can be {one} or {other}; write the one that is meant, with a point before decimals"
        ),
        [] if delimiter == b',' && commas(&line.split_whitespace().collect::<Vec<_>>()) => {
            format!("\"{shown}\", which is not a number; its line looks like decimals with commas: write points")
        }
        [] if MISSING.contains(&cell.to_ascii_lowercase().as_str())
            || cell.starts_with(['#', '<', '?'])
            || cell == "-" =>
        {
            format!("\"{shown}\", which is not a number; a table has no missing values")
        }
        [] => format!("\"{shown}\", which is not a number"),
    }
}

/// A table of text that is being read.
#[derive(Default)]
struct Reading {
    rows: usize,
    columns: usize,
    values: Vec<f32>,
    /// The line of names.
    names: Option<(usize, String)>,
    comments: Vec<(usize, String)>,
    /// Whether the first row is 0, 1, 2 …, as pandas names columns.
    counted: bool,
    /// Whether the first column is so far, from this number on.
    index: Option<usize>,
    /// Whether a cell that neither would name is more than digits.
    fractions: bool,
    /// Lines without anything.
    blanks: usize,
}

impl Reading {
    fn take(&mut self, at: usize, line: &str, delimiter: u8, cells: &[&str]) -> Result<(), Error> {
        if self.rows == 0 && self.names.is_none() {
            self.columns = cells.len();
            if !cells.iter().any(|cell| data(cell)) {
                self.names = Some((at, cells.join(", ")));
                return Ok(());
            }
        }
        let row = self.rows + 1;
        let place = if at == row { format!("row {row}") } else { format!("row {row} (line {at})") };
        if cells.len() != self.columns {
            let (cells, columns) = (cells.len(), self.columns);
            let line = format!(
                "{place} has {cells} cells, and those before it have {columns}; all rows of a table are equally long"
            );
            return Err(refuse(line));
        }
        if self.rows == MOST_ROWS {
            return Err(refuse(format!("it has more than {MOST_ROWS} rows; a table has 2 to {MOST_ROWS}")));
        }
        if self.rows == 0 && self.names.is_none() && cells.len() > 1 && cells[0].is_empty() {
            let why = "has no first cell, as where columns and rows are named; save the numbers alone (in pandas: index=False, \
                header=False)";
            return Err(refuse(format!("{place} {why}")));
        }
        for (column, cell) in cells.iter().enumerate() {
            let value: f64 = cell
                .parse()
                .map_err(|_| refuse(format!("{place}, column {} is {}", column + 1, strange(cell, line, delimiter))))?;
            self.values.push(number(value, &place, column)?);
        }
        let count = cells[0].parse().ok().filter(|_| whole(cells[0]));
        if self.rows == 0 {
            self.counted = self.names.is_none() && cells.iter().enumerate().all(|(at, cell)| *cell == at.to_string());
            self.index = count.filter(|first| *first < 2 && cells.len() > 1);
        }
        self.index = self.index.filter(|first| count == Some(first + self.rows));
        let (from, counted) = (usize::from(self.index.is_some()), self.counted && self.rows == 0);
        self.fractions |= !counted && !cells[from..].iter().all(|cell| whole(cell));
        self.rows += 1;
        Ok(())
    }

    /// The table, unless it can be two.
    fn done(self) -> Result<(Table, Vec<String>), Error> {
        let Self { rows, columns, values, .. } = self;
        sized(rows, columns)?;
        let mut notes = Vec::new();
        if let Some((at, names)) = &self.names {
            notes.push(format!("Line {at} was taken as names of the columns: {}.", quoted(names)));
        }
        if let Some((at, first)) = self.comments.first() {
            notes.push(match self.comments.len() {
                1 => format!("Line {at} was taken as a comment: {}.", quoted(first)),
                count => format!("{count} lines were taken as comments, the first, line {at}: {}.", quoted(first)),
            });
        }
        if columns == 1 && self.blanks > 0 {
            let lines = if self.blanks == 1 { "1 blank line" } else { &format!("{} blank lines", self.blanks) };
            notes.push(format!("{lines} before or after the numbers: nothing was taken to be missing there."));
        }
        if self.counted && self.fractions {
            let why = "its first row counts from 0, which can be names of columns, as pandas writes them, or position 0; take it out (in \
                pandas: header=False), or write its numbers with a point, as in 0.0";
            return Err(refuse(why));
        }
        // Beside whole numbers without names a column that counts is one like the others.
        let other = self.fractions || self.names.is_some();
        if let Some(first) = self.index.filter(|_| other && rows > 2) {
            let why = format!(
                "its first column counts from {first}, which can be names of rows, as pandas writes them, or an entry of every vector; \
                    take it out (in pandas: index=False), or write its numbers with a point, as in {first}.0"
            );
            return Err(refuse(why));
        }
        if let Some(first) = self.index {
            notes.push(format!("The first column, which counts from {first}, was taken as an entry of every vector."));
        }
        if self.counted && columns > 1 {
            notes.push(
                "The first row, which counts from 0, was taken as position 0, for all its numbers are whole."
                    .to_owned(),
            );
        }
        Ok((Table { rows, columns, values }, notes))
    }
}

/// The table, what it is, and what was taken as something else than numbers.
pub(super) fn read(bytes: &[u8]) -> Result<(Table, String, Vec<String>), Error> {
    let (text, encoding) = decoded(bytes)?;
    // Lines end as on Unix, on Windows, or as they once did on the Macintosh.
    let all = || text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r')).map(str::trim);
    let lines = || (1..).zip(all()).filter(|(_, line)| !line.is_empty());
    if let Some((at, _)) = lines().find(|(_, line)| line.len() > MOST_LINE) {
        let line = format!("line {at} is longer than {MOST_COLUMNS} numbers; a table has 1 to {MOST_COLUMNS} columns");
        return Err(refuse(line));
    }
    let first = lines().map(|(_, line)| line).find(|line| !comment(line)).unwrap_or_default();
    let delimiter = [b';', b'\t', b',', b' '].into_iter().find(|mark| first.as_bytes().contains(mark)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).trim(csv::Trim::All).delimiter(delimiter);
    let mut reading = Reading::default();
    let (mut last, mut blank) = (0, None);
    for (at, line) in lines() {
        if at > last + 1 {
            blank = blank.or(reading.columns.checked_sub(1).map(|_| last + 1));
            reading.blanks += at - last - 1;
        }
        last = at;
        if comment(line) {
            reading.comments.push((at, quoted(line)));
            continue;
        }
        // Line by line: no cell of a table spans two of them.
        for record in reader.from_reader(line.as_bytes()).into_records() {
            let record = record.map_err(refuse)?;
            // Columns of a text in spaces may be padded with more of them.
            let cells = record.iter().filter(|cell| delimiter != b' ' || !cell.is_empty());
            reading.take(at, line, delimiter, &cells.collect::<Vec<_>>())?;
        }
        // In a table of one column a blank line can stand where a number is missing.
        if let Some(blank) = blank.filter(|_| reading.columns == 1) {
            return Err(refuse(format!("line {blank} is blank; a table has no missing values")));
        }
    }
    // After the last line end there is no line.
    reading.blanks += all().count().saturating_sub(last + 1);
    let names = if reading.names.is_some() { " with a line of names" } else { "" };
    let (table, notes) = reading.done()?;
    Ok((table, format!("CSV{encoding}{names}"), notes))
}
