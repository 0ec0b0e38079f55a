//! Matrices as a reader gives them, in a file or a link: blanks or commas between numbers, a semicolon or a new line between rows.

use crate::error::Error;
use crate::labs::symmetry::maps::Matrix;
use crate::reading::quoted;

/// The most rows and columns.
const MOST: [usize; 2] = [32, 64];
/// How large and how small a number may be, if it is not zero: squares of others leave single precision at once.
const SIZES: [f64; 2] = [1e-18, 1e18];
/// The settings that are matrices, and what the page calls them.
pub const FIELDS: [(&str, &str); 6] = [("x", X), ("z", Z), ("q", Q), ("y", Y), ("turned", TURNED), ("w", W)];
pub(super) const X: &str = "X";
pub(super) const Z: &str = "Z";
pub(super) const Q: &str = "Q";
pub(super) const Y: &str = "f(X, Z)";
pub(super) const TURNED: &str = "f(XQ, ZQ)";
pub(super) const W: &str = "W";

pub(super) fn refused(name: &str, why: String) -> Error {
    Error::Config(format!("{name}: {why}"))
}

/// A matrix from a file, as a link has it.
///
/// # Errors
/// [`Error::File`] if it is not text; as [`read`].
pub fn of_file(name: &str, bytes: &[u8]) -> Result<String, Error> {
    let matrix = std::str::from_utf8(bytes).map_err(|_| Error::File("it is not text in UTF-8".to_owned()))?;
    let matrix = read(name, matrix.strip_prefix('\u{feff}').unwrap_or(matrix))?;
    Ok(matrix.as_ref().map(text).unwrap_or_default())
}

/// Reads the matrix that the page calls `name`; no text is no matrix. Numbers have a point before decimals.
///
/// # Errors
/// [`Error::Config`] with the name, the row, and what is allowed.
pub fn read(name: &str, text: &str) -> Result<Option<Matrix<f64>>, Error> {
    let most = if name == Q || name == W { MOST[1] } else { MOST[0] };
    let [least, greatest] = SIZES;
    let mut values = Vec::new();
    let mut columns = 0;
    let mut rows = 0;
    for row in text.split([';', '\n']).map(str::trim).filter(|row| !row.is_empty()) {
        rows += 1;
        let before = values.len();
        for word in row.split([' ', '\t', ',', '\r']).filter(|word| !word.is_empty()) {
            let value = word.replace('−', "-").parse::<f64>().ok();
            let fits = |value: &f64| *value == 0.0 || (least..=greatest).contains(&value.abs());
            let wrong = || {
                let allowed = format!("finite numbers such as -0.5, zero or from {least:e} to {greatest:e} in size");
                format!("row {rows} has \"{}\"; it takes {allowed}", quoted(word))
            };
            values.push(value.filter(fits).ok_or_else(|| refused(name, wrong()))?);
        }
        let found = values.len() - before;
        if rows == 1 {
            columns = found;
        }
        if found != columns {
            return Err(refused(name, format!("row {rows} has {found} numbers, row 1 has {columns}")));
        }
        if rows > most || columns > MOST[1] {
            let (what, given) = if rows > most { ("rows", rows) } else { ("columns", columns) };
            return Err(refused(name, format!("it has {given} or more {what}; up to {most} × {} are read", MOST[1])));
        }
    }
    if rows == 0 {
        return Ok(None);
    }
    Ok(Matrix::from_shape_vec((rows, columns), values))
}

/// As a link has it.
#[must_use]
pub fn text(matrix: &Matrix<f64>) -> String {
    let row = |row: &[f64]| row.iter().map(f64::to_string).collect::<Vec<_>>().join(" ");
    matrix.rows().map(row).collect::<Vec<_>>().join("; ")
}
