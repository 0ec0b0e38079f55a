//! `--tables FOLDER`: every table that the page of a lab can save, as CSV, a file each.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, ValueHint, value_parser};

use mnemoscope::error::Error;
use mnemoscope::run::table::Table;

use super::failure::{Failure, say};
use super::{files, settings};

/// The flag.
pub(crate) fn argument() -> Arg {
    Arg::new("tables")
        .long("tables")
        .value_name("FOLDER")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::DirPath)
        .help("Write every table as CSV into FOLDER, a file each; it is made if it is not there")
}

/// Where the tables go, if they are asked for.
pub(crate) struct Folder<'a>(Option<&'a Path>);

impl<'a> Folder<'a> {
    /// Reads `--tables`, makes the folder, and refuses now what could not be written after hours of work.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub(crate) fn of(arguments: &'a ArgMatches) -> Result<Self, Failure> {
        let folder = arguments.get_one::<PathBuf>("tables").map(PathBuf::as_path);
        if let Some(path) = folder {
            std::fs::create_dir_all(path).map_err(|error| {
                let why = files::words(&error);
                Failure::usage(format!("--tables {}: {why}; name a folder that you may write to", path.display()))
            })?;
            files::check(&file(path, "table"))?;
        }
        Ok(Self(folder))
    }

    /// Whether they are asked for.
    pub(crate) fn wanted(&self) -> bool {
        self.0.is_some()
    }

    /// Writes each table; of one that the settings do not have it says why. What cannot be written does not keep the others from
    /// being written.
    ///
    /// # Errors
    /// What could not be made or written.
    pub(crate) fn write(
        &self,
        tables: impl IntoIterator<Item = (String, Result<Table, Error>)>,
    ) -> Result<(), Failure> {
        let Some(folder) = self.0 else { return Ok(()) };
        let one = |(id, table): (String, Result<Table, Error>)| match table.and_then(|table| table.csv()) {
            Ok(csv) => files::replace(&file(folder, &id), csv.as_bytes()),
            Err(error @ (Error::Config(_) | Error::Probe(_))) => {
                say(&format!("no table {id}: {}", settings::reason(error)));
                Ok(())
            }
            Err(error) => Err(error.into()),
        };
        Failure::all(tables.into_iter().map(one).collect::<Vec<_>>())
    }

    /// Writes the tables of results.
    ///
    /// # Errors
    /// What could not be written.
    pub(crate) fn write_all(&self, tables: impl FnOnce() -> Result<Vec<Table>, Error>) -> Result<(), Failure> {
        if !self.wanted() {
            return Ok(());
        }
        self.write(tables()?.into_iter().map(|table| (table.id.clone(), Ok(table))))
    }
}

fn file(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.csv"))
}
