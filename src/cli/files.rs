//! Files in and out. `-` is standard input or output; a file is there as a whole or not at all.

use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, ValueHint, value_parser};

use super::failure::Failure;

/// A flag that takes a file.
pub(crate) fn argument(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::FilePath)
        .help(help)
}

/// Where `--out` or `--csv` goes; nothing is standard output for `--out`.
pub(crate) struct Outputs<'a> {
    /// The main results.
    out: Option<&'a Path>,
    /// The curves as CSV; `Some(None)` is standard output.
    csv: Option<Option<&'a Path>>,
}

fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

impl<'a> Outputs<'a> {
    /// Reads `--out` and `--csv`, and refuses now what could not be written after hours of work.
    ///
    /// # Errors
    /// If both would go to one place, or a place cannot be written to; `others` are files that are written too.
    pub(crate) fn of(arguments: &'a ArgMatches, others: &[&Path]) -> Result<Self, Failure> {
        let path = |name| arguments.get_one::<PathBuf>(name).map(PathBuf::as_path);
        let out = path("out").filter(|path| !is_dash(path));
        let csv = path("csv").map(|path| Some(path).filter(|path| !is_dash(path)));
        if out.is_none() && csv == Some(None) {
            let line = "--csv - and --out would both go to standard output; name a file for one of them";
            return Err(Failure::usage(line));
        }
        let mut named: Vec<&Path> = others.to_vec();
        named.extend(out.into_iter().chain(csv.flatten()));
        let mut places: Vec<(PathBuf, &Path)> = Vec::with_capacity(named.len());
        for path in named {
            check(path)?;
            let place = place(path);
            if let Some((_, other)) = places.iter().find(|(known, _)| *known == place) {
                let both = match *other == path {
                    true => path.display().to_string(),
                    false => format!("one file, {} and {}", other.display(), path.display()),
                };
                return Err(Failure::usage(format!("two outputs would go to {both}; name two files")));
            }
            places.push((place, path));
        }
        Ok(Self { out, csv })
    }

    /// Writes the main results, and the curves if they are asked for. What cannot be written does not keep the other
    /// from being written.
    pub(crate) fn write(&self, json: &[u8], csv: impl FnOnce() -> Result<String, Failure>) -> Result<(), Failure> {
        let put = |path: Option<&Path>, bytes: &[u8]| match path {
            Some(path) => replace(path, bytes),
            None => print(bytes),
        };
        let curves = self.csv.map_or(Ok(()), |path| put(path, csv()?.as_bytes()));
        Failure::all([curves, put(self.out, json)])
    }
}

/// Writes to standard output. A reader that has gone, as in `mnemoscope … | head`, has had enough.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::failed(format!("standard output: {}; nothing else was lost", words(&error)))),
        Ok(()) => Ok(()),
    }
}

/// The bytes of a file, or of standard input. The error is a sentence that names the file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    if is_dash(path) {
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|error| format!("standard input: {}", words(&error)))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|error| format!("{}: {}", path.display(), words(&error)))
}

/// As [`read`], for text.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    let text = String::from_utf8(read(path)?).map_err(|_| format!("{}: it is not text", name(path)))?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

/// What messages call the file.
pub(crate) fn name(path: &Path) -> String {
    if is_dash(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// An error as a sentence's part: without "(os error 2)", which says nothing to most readers.
pub(crate) fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where a file ends up, however its path is written: links are followed, a file that is not there yet is its folder
/// and its name.
fn place(path: &Path) -> PathBuf {
    let there = std::fs::canonicalize(path).ok();
    let new = || Some(std::fs::canonicalize(folder(path)).ok()?.join(path.file_name()?));
    there.or_else(new).unwrap_or_else(|| path.to_owned())
}

/// Whether the path is something that must not be replaced by a file, such as `/dev/null` or a named pipe.
fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Whether [`replace`] will be able to write there, as far as can be known before.
pub(crate) fn check(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure::usage(format!("{}: it is a folder; name a file", path.display())));
    }
    if is_special(path) {
        return Ok(());
    }
    let folder = folder(path);
    let hint = "name a file in a folder that exists and that you may write to";
    let refused = |error: &std::io::Error| Failure::usage(format!("{}: {}; {hint}", path.display(), words(error)));
    tempfile::tempfile_in(folder).map(drop).map_err(|error| refused(&error))
}

/// Writes a file beside `path`, and puts it in its place when all of it is on the disk.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let hint = "make room or name another file";
        Failure::failed(format!("{}: it could not be written ({}); {hint}", path.display(), words(&error)))
    };
    if is_special(path) {
        return std::fs::OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(failed);
    }
    // A link stays a link: what it points to is replaced.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any other program's files: what the user's mask lets through, or what the file had before.
        let before = std::fs::metadata(&target).map(|metadata| metadata.permissions());
        builder.permissions(before.unwrap_or_else(|_| std::fs::Permissions::from_mode(0o666)));
    }
    let mut file = builder.tempfile_in(folder(&target)).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(&target).map(drop).map_err(|error| failed(error.error))
}
