//! Files in and out. `-` is standard input or output; a file is there as a whole or not at all.

use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, ValueHint, value_parser};
use tempfile::NamedTempFile;

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
    /// Nobody has said where the main results go, and standard output is a terminal.
    read: bool,
}

fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Whether what is written there goes to standard output.
pub(crate) fn is_stdout(path: &Path) -> bool {
    is_dash(path) || cfg!(unix) && ["/dev/stdout", "/dev/fd/1"].iter().any(|name| path == Path::new(name))
}

impl<'a> Outputs<'a> {
    /// Reads `--out` and `--csv`, and refuses now what could not be written after hours of work: every file is written beside its
    /// place, as it will be in the end, and removed again.
    ///
    /// # Errors
    /// If two would go to one place, one to a place that is read from, or a place cannot be written to; `others` are files that are
    /// written too, `inputs` those that are read.
    pub(crate) fn of(arguments: &'a ArgMatches, others: &[&Path], inputs: &[&Path]) -> Result<Self, Failure> {
        let path = |name| arguments.get_one::<PathBuf>(name).map(PathBuf::as_path);
        let out = path("out").filter(|path| !is_stdout(path));
        // `sequence time` has no curves.
        let csv = arguments.try_get_one::<PathBuf>("csv").ok().flatten();
        let csv = csv.map(|path| Some(path.as_path()).filter(|path| !is_stdout(path)));
        let seen = path("out").is_none() && io::stdout().is_terminal();
        if out.is_none() && csv == Some(None) && !seen {
            let line = "--csv - and --out would both go to standard output; name a file for one of them";
            return Err(Failure::usage(line));
        }
        let read = inputs.iter().filter(|path| !is_dash(path));
        let read: Vec<PathBuf> = read.filter_map(|path| target(path).ok()?).collect();
        let mut places: Vec<(PathBuf, &Path)> = Vec::new();
        for path in others.iter().copied().chain(out).chain(csv.flatten()) {
            let Some(place) = prove(path).map_err(|error| refusal(path, &error))? else { continue };
            if let Some((_, other)) = places.iter().find(|(known, _)| *known == place) {
                let both = match *other == path {
                    true => path.display().to_string(),
                    false => format!("one file, {} and {}", other.display(), path.display()),
                };
                return Err(Failure::usage(format!("two outputs would go to {both}; name two files")));
            }
            if read.contains(&place) {
                let line =
                    format!("{}: it is read, and would be overwritten; name another file to write", path.display());
                return Err(Failure::usage(line));
            }
            places.push((place, path));
        }
        Ok(Self { out, csv, read: seen })
    }

    /// As [`Outputs::write`], for results that have been told in words: where a reader would have them as JSON on a terminal, without
    /// having asked for it, they are told how to get it.
    pub(crate) fn write_told(&self, json: &[u8], csv: impl FnOnce() -> Result<String, Failure>) -> Result<(), Failure> {
        if !self.read {
            return self.write(json, csv);
        }
        eprintln!("All numbers as JSON: --out FILE, or --out - for this terminal.");
        match self.csv {
            Some(Some(path)) => replace(path, csv()?.as_bytes()),
            Some(None) => print(csv()?.as_bytes()),
            None => Ok(()),
        }
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
    let mut out = io::stdout().lock();
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
        io::stdin().lock().read_to_end(&mut bytes).map_err(|error| format!("standard input: {}", words(&error)))?;
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
pub(crate) fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// More links than that from one to the next are taken for a circle.
const MOST_LINKS: usize = 40;

/// The file that a path names, however it is written: links are followed, also one whose target is not there yet. Nothing if what is
/// there is no file that another could take the place of: a device, a pipe, or (`/dev/fd/3`) an open file of this process.
fn target(path: &Path) -> io::Result<Option<PathBuf>> {
    let a_folder = || io::Error::new(ErrorKind::IsADirectory, "it is a folder");
    let mut at = path.to_owned();
    for _ in 0..MOST_LINKS {
        let bytes = at.as_os_str().as_encoded_bytes();
        let open_ended = bytes.last().is_some_and(|&last| std::path::is_separator(char::from(last)));
        let Some(name) = at.file_name().filter(|_| !open_ended && !bytes.ends_with(b"/.")) else {
            return Err(a_folder());
        };
        let folder = std::fs::canonicalize(folder(&at))?;
        let place = folder.join(name);
        match std::fs::symlink_metadata(&at) {
            Ok(found) if found.is_symlink() && folder.starts_with("/proc") => return Ok(None),
            Ok(found) if found.is_symlink() => at = folder.join(std::fs::read_link(&place)?),
            Ok(found) if found.is_dir() => return Err(a_folder()),
            Ok(found) => return Ok(found.is_file().then_some(place)),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(place)),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("its links go round in a circle"))
}

/// Opens what is no file that another could take the place of. If a file is behind it, what stands there stays.
fn open(path: &Path) -> io::Result<std::fs::File> {
    std::fs::OpenOptions::new().append(true).open(path)
}

/// Whether opening it would wait for a reader.
fn is_pipe(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Makes sure that [`replace`] can write there, by doing all of it but the last step. Gives the file that will be written.
fn prove(path: &Path) -> io::Result<Option<PathBuf>> {
    let Some(target) = target(path)? else {
        return if is_pipe(path) { Ok(None) } else { open(path).map(|_| None) };
    };
    // A new file in its place would get round a file's own protection. For root it does not keep a file from being opened.
    let protected = || io::Error::new(ErrorKind::PermissionDenied, "it is write-protected");
    match open(&target) {
        Ok(file) if file.metadata()?.permissions().readonly() => return Err(protected()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Err(protected()),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(_) | Err(_) => {}
    }
    part(&target, b"\n")?;
    Ok(Some(target))
}

/// Why a place is not taken, before any work.
fn refusal(path: &Path, error: &io::Error) -> Failure {
    let hint = match error.kind() {
        ErrorKind::IsADirectory => "name a file",
        ErrorKind::InvalidFilename => "give it a shorter name",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => "make room or name another file",
        _ => "name a file in a folder that exists and that you may write to",
    };
    Failure::usage(format!("{}: {}; {hint}", path.display(), words(error)))
}

/// Bytes of a file's name that its half-written file bears too; with all of them it could be longer than names may be.
const MOST_NAME: usize = 100;

/// A file beside `target` with all of `bytes` on the disk. It is removed unless it is put in its place.
fn part(target: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{}.", &name[..name.floor_char_boundary(MOST_NAME)]);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any other program's files: what the user's mask lets through, or what the file had before.
        let before = std::fs::metadata(target).map(|metadata| metadata.permissions());
        builder.permissions(before.unwrap_or_else(|_| std::fs::Permissions::from_mode(0o666)));
    }
    let mut file = builder.tempfile_in(folder(target))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all())?;
    Ok(file)
}

/// Writes a file beside `path`, and puts it in its place when all of it is on the disk.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let write = || match target(path)? {
        Some(target) => part(&target, bytes)?.persist(&target).map(drop).map_err(|error| error.error),
        None => open(path)?.write_all(bytes),
    };
    write().map_err(|error: io::Error| {
        let hint = "make room or name another file";
        Failure::failed(format!("{}: it could not be written ({}); {hint}", path.display(), words(&error)))
    })
}
