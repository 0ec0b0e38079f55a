//! Tables as files: CSV and NumPy's .npy, in and out.
//!
//! The .npy reader is ours because what a reader uploads may be hostile: the crates for it allocate what a header claims before they
//! look whether it is there, and bring a parser of Python along. A header is short text in a fixed form (NumPy Enhancement
//! Proposal 1); all that is not that form is refused.

mod text;

use serde::Serialize;

use crate::encoding::Table;
use crate::error::Error;

/// The most rows and columns of a table.
pub const MOST_ROWS: usize = 1024;
/// See [`MOST_ROWS`].
pub const MOST_COLUMNS: usize = 1024;
/// The longest header that is looked at; NumPy's own are 118 bytes.
const MOST_HEADER: usize = 1024;
/// The longest line of text, 64 characters for every cell: what a record takes grows with its line.
const MOST_LINE: usize = MOST_COLUMNS * 64;
/// The longest CSV: every cell of the largest table with 25 characters.
const MOST_TEXT: usize = MOST_ROWS * MOST_COLUMNS * 26;
const MAGIC: &[u8] = b"\x93NUMPY";

/// A table that was read, and what it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// The table.
    pub table: Table,
    /// What the reader is told.
    pub info: UploadInfo,
}

/// What was uploaded.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UploadInfo {
    /// The file's name.
    pub name: String,
    /// Positions.
    pub rows: usize,
    /// Entries of a position's vector.
    pub columns: usize,
    /// As in "NumPy, float64".
    pub format: String,
    /// What was taken as something else than numbers: a line of names, comments. A sentence each.
    pub notes: Vec<String>,
}

fn refuse(why: impl std::fmt::Display) -> Error {
    Error::File(why.to_string())
}

impl Upload {
    /// Reads a file: .npy by its first bytes, else CSV.
    ///
    /// # Errors
    /// [`Error::File`] with what is wrong and what is allowed.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, Error> {
        if bytes.is_empty() {
            return Err(refuse("it is empty; a table has a row of numbers for each position"));
        }
        let (table, format, notes) = if bytes.starts_with(MAGIC) { read_npy(bytes)? } else { text::read(bytes)? };
        let name = name.chars().take(100).collect();
        let info = UploadInfo { name, rows: table.rows, columns: table.columns, format, notes };
        Ok(Self { table, info })
    }
}

/// The sizes, if a table may have them.
fn sized(rows: usize, columns: usize) -> Result<(), Error> {
    let allowed = format!("a table has 2 to {MOST_ROWS} rows (positions) and 1 to {MOST_COLUMNS} columns");
    if !(2..=MOST_ROWS).contains(&rows) || !(1..=MOST_COLUMNS).contains(&columns) {
        return Err(refuse(format!("its shape is {rows} × {columns}; {allowed}")));
    }
    Ok(())
}

/// A finite number of single precision. The sum makes zero of minus zero.
fn number(value: f64, row: &str, column: usize) -> Result<f32, Error> {
    let single = value as f32 + 0.0;
    if single.is_finite() {
        return Ok(single);
    }
    let what = if value.is_finite() { "too large for single precision" } else { "not a finite number" };
    Err(refuse(format!("{row}, column {} is {value}, which is {what}", column + 1)))
}

/// What a .npy header says.
struct Header {
    descr: String,
    fortran: bool,
    shape: Vec<u64>,
}

/// The text after `key` in a header's dictionary.
fn after<'a>(text: &'a str, key: &str) -> Result<&'a str, Error> {
    let quoted = [format!("'{key}'"), format!("\"{key}\"")];
    let at = quoted.iter().find_map(|quoted| text.find(quoted.as_str()).map(|at| at + quoted.len()));
    let rest = at.and_then(|at| text[at..].trim_start().strip_prefix(':'));
    rest.map(str::trim_start).ok_or_else(|| refuse(format!("its .npy header lacks {key}")))
}

impl Header {
    fn parse(text: &str) -> Result<Self, Error> {
        let descr = after(text, "descr")?;
        let quote = descr.chars().next().filter(|mark| matches!(mark, '\'' | '"'));
        let descr = quote.and_then(|mark| descr[1..].split(mark).next());
        let descr = descr.ok_or_else(|| refuse("its dtype is structured; a table holds plain numbers"))?;
        let order = after(text, "fortran_order")?;
        let fortran = match (order.starts_with("True"), order.starts_with("False")) {
            (true, _) => true,
            (_, true) => false,
            _ => return Err(refuse("its .npy header does not say in which order the numbers are")),
        };
        let shape = after(text, "shape")?.strip_prefix('(').and_then(|rest| rest.split(')').next());
        let shape = shape.ok_or_else(|| refuse("its .npy header has no shape"))?;
        let sides = shape.split(',').map(str::trim).filter(|side| !side.is_empty());
        let sides = sides.map(|side| side.parse::<u64>().map_err(|_| refuse(format!("its shape is ({shape})"))));
        Ok(Self { descr: descr.to_owned(), fortran, shape: sides.collect::<Result<_, _>>()? })
    }
}

/// How numbers of one dtype are read: bytes each, name, reader of little-endian bytes.
type Reader = (usize, &'static str, fn(&[u8]) -> f64);

/// Reads a number of `$type` from as many bytes as it has.
macro_rules! reader {
    ($type:ty, $name:literal) => {
        (size_of::<$type>(), $name, |bytes: &[u8]| {
            let mut own = [0; size_of::<$type>()];
            own.iter_mut().zip(bytes).for_each(|(own, byte)| *own = *byte);
            <$type>::from_le_bytes(own) as f64
        })
    };
}

/// The number of IEEE 754's 16 bits.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let size = match exponent {
        0 => libm::ldexp(fraction, -24),
        31 if fraction > 0.0 => f64::NAN,
        31 => f64::INFINITY,
        _ => libm::ldexp(1024.0 + fraction, exponent - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}

fn reader(kind: &str) -> Option<Reader> {
    Some(match kind {
        "b1" => (1, "bool", |bytes: &[u8]| f64::from(u8::from(bytes.iter().any(|byte| *byte != 0)))),
        "f2" => (2, "float16", |bytes: &[u8]| {
            half(bytes.iter().rev().map(|byte| u16::from(*byte)).fold(0, |bits, byte| bits << 8 | byte))
        }),
        "f4" => reader!(f32, "float32"),
        "f8" => reader!(f64, "float64"),
        "i1" => reader!(i8, "int8"),
        "i2" => reader!(i16, "int16"),
        "i4" => reader!(i32, "int32"),
        "i8" => reader!(i64, "int64"),
        "u1" => reader!(u8, "uint8"),
        "u2" => reader!(u16, "uint16"),
        "u4" => reader!(u32, "uint32"),
        "u8" => reader!(u64, "uint64"),
        _ => return None,
    })
}

fn read_npy(bytes: &[u8]) -> Result<(Table, String, Vec<String>), Error> {
    let cut_short = || refuse("its .npy header is cut short");
    let version = *bytes.get(6).ok_or_else(cut_short)?;
    let wide = match version {
        1 => false,
        2 | 3 => true,
        _ => return Err(refuse(format!("its .npy version is {version}; versions 1 to 3 are read"))),
    };
    let size = bytes.get(8..if wide { 12 } else { 10 }).ok_or_else(cut_short)?;
    let length = size.iter().rev().fold(0_usize, |sum, &byte| sum << 8 | usize::from(byte));
    if length > MOST_HEADER {
        return Err(refuse(format!("its .npy header claims {length} bytes; a plain table's has about a hundred")));
    }
    let start = 8 + size.len();
    let text = bytes.get(start..start + length).ok_or_else(cut_short)?;
    let text = std::str::from_utf8(text).map_err(|_| refuse("its .npy header is not text"))?;
    let header = Header::parse(text)?;
    let [rows, columns] = header.shape[..] else {
        let dimensions = header.shape.len();
        return Err(refuse(format!("it has {dimensions} dimensions; a table has two, positions and entries")));
    };
    let side = |side: u64| usize::try_from(side).unwrap_or(usize::MAX);
    let (rows, columns) = (side(rows), side(columns));
    sized(rows, columns)?;
    let (order, kind) = match header.descr.as_bytes().first() {
        Some(b'<' | b'>' | b'|' | b'=') => header.descr.split_at(1),
        _ => ("<", header.descr.as_str()),
    };
    let (width, name, read) = reader(kind).ok_or_else(|| {
        let descr: String = header.descr.chars().take(20).collect();
        refuse(format!(
            "its dtype is {descr}; float16, float32, float64, whole numbers and bool are read (in NumPy: table.astype('float32'))"
        ))
    })?;
    let data = &bytes[start + length..];
    let wanted = rows * columns * width;
    if data.len() != wanted {
        return Err(refuse(format!(
            "{rows} × {columns} numbers of {name} are {wanted} bytes, and it has {}",
            data.len()
        )));
    }
    let mut values = Vec::with_capacity(rows * columns);
    for row in 0..rows {
        let place = format!("row {}", row + 1);
        for column in 0..columns {
            let at = if header.fortran { column * rows + row } else { row * columns + column };
            let own = &data[at * width..(at + 1) * width];
            let value = if order == ">" { read(&own.iter().rev().copied().collect::<Vec<u8>>()) } else { read(own) };
            values.push(number(value, &place, column)?);
        }
    }
    Ok((Table { rows, columns, values }, format!("NumPy, {name}"), Vec::new()))
}

/// The table as CSV: a row for each position, no names, digits enough to read the same numbers again.
#[must_use]
pub fn to_csv(table: &Table) -> Vec<u8> {
    // Every number has a point or an exponent, so that the first row cannot be taken as names that count from 0. The sum makes zero of
    // minus zero.
    let cell = |value: &f32| format!("{:?}", value + 0.0);
    let line = |row: &[f32]| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\n";
    table.values.chunks_exact(table.columns.max(1)).map(line).collect::<String>().into_bytes()
}

/// The table as .npy, version 1, float32, C order.
#[must_use]
pub fn to_npy(table: &Table) -> Vec<u8> {
    let Table { rows, columns, values } = table;
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    // Data begin at a multiple of 64 bytes.
    let padding = (64 - (MAGIC.len() + 4 + header.len() + 1) % 64) % 64;
    header.push_str(&" ".repeat(padding));
    header.push('\n');
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}
