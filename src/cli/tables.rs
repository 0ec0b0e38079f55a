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
pub(crate) struct Folder(Vec<(&'static str, PathBuf)>);

impl Folder {
    /// Reads `--tables` and makes the folder; `names` are those of all tables that may be written. Their [`Folder::paths`] are outputs
    /// like all others.
    ///
    /// # Errors
    /// If it cannot be made, or is none.
    pub(crate) fn of(arguments: &ArgMatches, names: &[&'static str]) -> Result<Self, Failure> {
        let Some(path) = arguments.get_one::<PathBuf>("tables") else { return Ok(Self(Vec::new())) };
        let refused = |why: &str| {
            Err(Failure::usage(format!("--tables {}: {why}; name a folder that you may write to", path.display())))
        };
        if files::is_stdout(path) {
            return refused("tables are files, and do not go to standard output");
        }
        if let Err(error) = std::fs::create_dir_all(path) {
            return refused(
                if path.is_dir() || std::fs::symlink_metadata(path).is_err() {
                    files::words(&error)
                } else {
                    "it is no folder".to_owned()
                }
                .as_str(),
            );
        }
        Ok(Self(names.iter().map(|&id| (id, path.join(format!("{id}.csv")))).collect()))
    }

    /// Files that may be written.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|(_, path)| path.as_path())
    }

    /// Whether tables are asked for.
    pub(crate) fn wanted(&self) -> bool {
        !self.0.is_empty()
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
        if !self.wanted() {
            return Ok(());
        }
        let one = |(id, table): (String, Result<Table, Error>)| match table.and_then(|table| table.csv()) {
            Ok(csv) => match self.0.iter().find(|(known, _)| *known == id) {
                Some((_, path)) => files::replace(path, csv.as_bytes()),
                None => Err(Error::Internal(format!("there is no place for the table {id}")).into()),
            },
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
