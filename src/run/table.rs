//! Tables: columns with names and units, and rows. What is written as CSV, by the page and by the command line alike, is one of these.

use serde::Serialize;

use crate::error::Error;

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Identifier, the head of the column in CSV.
    pub id: String,
    /// Name for a reader.
    pub label: String,
    /// Unit, or nothing.
    pub unit: String,
}

/// What stands in a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// A name, or a sentence.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number in single precision.
    Single(f32),
    /// A number in double precision.
    Double(f64),
    /// Yes or no.
    Flag(bool),
    /// Nothing is known.
    Missing,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// Identifier, as in the names of files.
    pub id: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, each as long as the columns.
    pub rows: Vec<Vec<Cell>>,
}

impl Column {
    /// A column.
    #[must_use]
    pub fn new(id: &str, label: &str, unit: &str) -> Self {
        Self { id: id.to_owned(), label: label.to_owned(), unit: unit.to_owned() }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Self {
        i64::try_from(number).map_or(Self::Missing, Self::Whole)
    }
}

/// A number that is none is missing.
impl From<f32> for Cell {
    fn from(number: f32) -> Self {
        if number.is_finite() { Self::Single(number) } else { Self::Missing }
    }
}

/// A number that is none is missing.
impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        if number.is_finite() { Self::Double(number) } else { Self::Missing }
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Missing, Into::into)
    }
}

impl std::fmt::Display for Cell {
    /// As in CSV: numbers with all their digits and no more, nothing where nothing is known.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Whole(number) => write!(f, "{number}"),
            // Adding zero takes the sign off a zero.
            Self::Single(number) => write!(f, "{}", number + 0.0),
            Self::Double(number) => write!(f, "{}", number + 0.0),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Missing => Ok(()),
        }
    }
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(id: &str, columns: impl IntoIterator<Item = Column>) -> Self {
        Self { id: id.to_owned(), columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// An empty table whose columns are called as in its file.
    #[must_use]
    pub fn plain<S: AsRef<str>>(id: &str, heads: &[S]) -> Self {
        Self::new(id, heads.iter().map(|head| Column::new(head.as_ref(), head.as_ref(), "")))
    }

    /// What is said where a table of another name than `known` is asked for.
    #[must_use]
    pub fn unknown(id: &str, known: &[&str]) -> Error {
        Error::Config(format!("There is no table \"{id}\"; there are {}.", known.join(", ")))
    }

    /// The table of this name as CSV; without a name the first.
    ///
    /// # Errors
    /// [`Error::Config`] if there is none; as [`Table::csv`].
    pub fn csv_of(tables: &[Self], id: Option<&str>) -> Result<String, Error> {
        let found = tables.iter().find(|table| id.is_none_or(|id| table.id == id));
        let known: Vec<&str> = tables.iter().map(|table| table.id.as_str()).collect();
        found.ok_or_else(|| Self::unknown(id.unwrap_or_default(), &known))?.csv()
    }

    /// Appends a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        self.rows.push(row.into_iter().collect());
    }

    /// As CSV by RFC 4180, with line feeds: the columns' identifiers, then the rows.
    ///
    /// # Errors
    /// [`Error::Internal`] if a row is not as long as the columns.
    pub fn csv(&self) -> Result<String, Error> {
        let failed = |error: String| Error::Internal(format!("the table {}: {error}", self.id));
        let mut writer = csv::Writer::from_writer(Vec::new());
        let heads = self.columns.iter().map(|column| column.id.as_str());
        writer.write_record(heads).map_err(|error| failed(error.to_string()))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::to_string)).map_err(|error| failed(error.to_string()))?;
        }
        let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
        String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: Vec<Vec<Cell>>) -> Table {
        let columns = ["name", "value"].map(|id| Column::new(id, id, ""));
        Table { rows, ..Table::new("t", columns) }
    }

    #[test]
    fn numbers_keep_their_digits_and_texts_are_quoted_where_they_must() {
        let rows = vec![
            vec!["a,b".into(), 0.1_f32.into()],
            vec!["\"quoted\"\nline".into(), 0.1_f64.into()],
            vec![Cell::Missing, f32::NAN.into()],
            vec![true.into(), (-0.0_f32).into()],
            vec![16_777_217_u32.into(), 1e-9_f32.into()],
        ];
        let text = table(rows).csv().map_err(|error| error.to_string());
        let wanted = "name,value\n\"a,b\",0.1\n\"\"\"quoted\"\"\nline\",0.1\n,\ntrue,0\n16777217,0.000000001\n";
        assert_eq!(text, Ok(wanted.to_owned()));
    }

    #[test]
    fn a_row_of_another_length_is_an_error() {
        assert!(table(vec![vec!["a".into()]]).csv().is_err());
    }
}
