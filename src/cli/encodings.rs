//! `mnemoscope encodings`: two positional encodings side by side.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command};
use serde::Serialize;

use mnemoscope::encoding::Table;
use mnemoscope::labs::Config;
use mnemoscope::labs::encodings::config::{EncodingsConfig, Side, WeightsChoice};
use mnemoscope::labs::encodings::logit::Logit;
use mnemoscope::labs::encodings::shown::Shown;
use mnemoscope::labs::encodings::table_file::{Upload, to_csv, to_npy};
use mnemoscope::labs::encodings::{
    report::Report,
    workbench::{MeasureRow, Workbench, measures_table},
};
use mnemoscope::labs::settings::Settings;
use mnemoscope::run::event::ExecutorInfo;
use mnemoscope::run::machine::Machine;

use super::encodings_from::Source;
use super::failure::{Failure, say};
use super::files::{self, Outputs};
use super::tables::Folder;
use super::{settings, table, tables};

/// Flags that write a side's matrix or table, and help.
const SIDES: [(Side, [(&str, &str); 2]); 2] = [
    (
        Side::Left,
        [
            ("left-matrix", "Write the similarity of all pairs of positions under the left encoding as CSV to FILE"),
            ("left-table", "Write the left encoding's table to FILE: .npy if it ends so, else CSV"),
        ],
    ),
    (
        Side::Right,
        [
            ("right-matrix", "Write the similarity of all pairs of positions under the right encoding as CSV to FILE"),
            ("right-table", "Write the right encoding's table to FILE: .npy if it ends so, else CSV"),
        ],
    ),
];

/// Flags that write something beside the report.
const OTHERS: [&str; 6] = ["left-matrix", "left-table", "right-matrix", "right-table", "logit", "attention"];

/// Flags beside the settings.
pub(crate) fn add(command: Command) -> Command {
    let command = command
        .arg(files::argument("out", "Write the report as JSON to FILE; - or nothing is standard output"))
        .arg(files::argument("csv", "Write the measures of discriminability as CSV to FILE; - is standard output"))
        .arg(tables::argument())
        .arg(files::argument("logit", "Write an attention logit in its four parts as JSON to FILE"))
        .arg(files::argument("attention", "Write the attention maps before and after the mapping as CSV to FILE"))
        .arg(files::argument(
            "upload",
            "Read a table for --left uploaded or --right uploaded from FILE: CSV or .npy, a row for each position; - is standard input",
        ))
        .arg(files::argument(
            "from",
            "Read a race's weights, of any lab, for --left trained, --right trained or --weights trained from FILE; settings of its task, \
             model and experiment come from there too",
        ));
    let sides = SIDES.iter().flat_map(|(_, flags)| flags);
    sides.fold(command, |command, (name, help)| command.arg(files::argument(name, help)))
}

pub(crate) fn run(arguments: &ArgMatches, defaults: &Config) -> Result<(), Failure> {
    let path = |name: &str| arguments.get_one::<PathBuf>(name).map(PathBuf::as_path);
    let others: Vec<&Path> = OTHERS.iter().filter_map(|name| path(name)).collect();
    if let Some(name) = OTHERS.iter().find(|name| path(name).is_some_and(files::is_stdout)) {
        return Err(Failure::usage(format!("--{name}: only --out and --csv go to standard output; name a file")));
    }
    let piped =
        ["config", "upload", "from"].into_iter().filter(|name| path(name).is_some_and(|path| path.as_os_str() == "-"));
    if let [one, other, ..] = piped.collect::<Vec<_>>()[..] {
        return Err(Failure::usage(format!(
            "--{one} and --{other} would both read standard input; name a file for one"
        )));
    }
    let inputs: Vec<&Path> = ["upload", "from"].into_iter().filter_map(path).collect();
    let folder = Folder::of(arguments, &Workbench::TABLES)?;
    let others: Vec<&Path> = others.into_iter().chain(folder.paths()).collect();
    let outputs = Outputs::of(arguments, &others, &inputs)?;
    let source = path("from").map(Source::read).transpose()?;
    let over = source.as_ref().map(Source::settings).unwrap_or_default();
    let config = settings::configure_over(arguments, defaults, &over)?;
    let config = config.own::<EncodingsConfig>()?;
    if let Some(source) = &source {
        source.agrees(config)?;
    }
    let logit = path("logit").or(path("attention")).is_some();
    needs(config, path("upload"), source.is_some(), logit || folder.wanted())?;

    let mut bench = Workbench::default();
    let upload = path("upload").map(upload).transpose()?;
    let taken =
        upload.iter().flat_map(|upload| upload.info.notes.iter().map(|note| format!("{}: {note}", upload.info.name)));
    let mut notes: Vec<String> = taken.collect();
    bench.set_upload(upload);
    bench.set_trained(source.map(|source| source.trained(config.trained_run)).transpose()?);
    let mut written: Vec<(&Path, Vec<u8>)> = Vec::new();
    for (side, [(matrix, _), (table, _)]) in SIDES {
        if let Some(path) = path(matrix) {
            let (csv, executor) = picture(&mut bench, config, side, matrix)?;
            notes
                .push(executor.map_or(String::new(), |e| format!("--{matrix}: {} ({}): {}", e.kind, e.name, e.reason)));
            written.push((path, csv));
        }
        if let Some(path) = path(table) {
            let found = bench.table(config, side);
            let found = found.map_err(|error| Failure::usage(format!("--{table}: {}", settings::reason(error))))?;
            written.push((path, table_bytes(path, &found)));
        }
    }
    if logit {
        let (logit, run) = bench.logit(config).map_err(|error| Failure::usage(settings::reason(error)))?;
        if let Some(path) = path("attention") {
            written.push((path, logit.maps().csv()?.into_bytes()));
        }
        if let Some(path) = path("logit") {
            written.push((path, settings::json_text(&Split::of(config, &run, &logit))?));
        }
    }
    let report = bench.report(config)?;
    let json = settings::json_text(&report)?;
    if !arguments.get_flag("quiet") {
        notes.iter().filter(|note| !note.is_empty()).for_each(|note| say(note));
        summary(&report);
    }
    let others = written.iter().map(|(path, bytes)| files::replace(path, bytes));
    let main = outputs.write(&json, || Ok(measures_table(&report.measures).csv()?));
    let tables = folder.write(Workbench::TABLES.iter().map(|&id| (id.to_owned(), bench.numbers(config, id))));
    Failure::all(others.chain([main, tables]).collect::<Vec<_>>())
}

/// Refuses an encoding without its file, and a file that nothing shows.
fn needs(config: &EncodingsConfig, upload: Option<&Path>, from: bool, logit: bool) -> Result<(), Failure> {
    let sides = [("left", config.left), ("right", config.right)];
    for (field, shown) in sides {
        let flag = match shown {
            Shown::Uploaded if upload.is_none() => "a table: name its file with --upload FILE",
            Shown::Trained if !from => "the weights of a race: name their file with --from FILE",
            _ => continue,
        };
        return Err(Failure::usage(format!("{field}: \"{}\" needs {flag}", shown.id())));
    }
    let weights = logit && config.weights == WeightsChoice::Trained;
    if weights && !from {
        let line = "weights: \"trained\" needs the weights of a race: name their file with --from FILE";
        return Err(Failure::usage(line));
    }
    let shows = |wanted: Shown| sides.iter().any(|(_, shown)| *shown == wanted);
    if upload.is_some() && !shows(Shown::Uploaded) {
        return Err(Failure::usage("--upload: neither side shows the table; add --left uploaded or --right uploaded"));
    }
    if from && !weights && !shows(Shown::Trained) {
        let line = "--from: nothing shows these weights; add --left trained or --right trained, or --weights trained with --logit or \
            --attention";
        return Err(Failure::usage(line));
    }
    Ok(())
}

fn upload(path: &Path) -> Result<Upload, Failure> {
    let name = files::name(path);
    let hint = "a table is CSV or .npy, with a row for each position";
    let bytes = files::read(path).map_err(|why| Failure::failed(format!("{why}; {hint}")))?;
    Upload::read(&name, &bytes).map_err(|error| Failure::failed(format!("{name}: {}", settings::reason(error))))
}

/// A side's matrix as CSV, and who computed it. The flag `name` asks for it.
fn picture(
    bench: &mut Workbench,
    config: &EncodingsConfig,
    side: Side,
    name: &str,
) -> Result<(Vec<u8>, Option<ExecutorInfo>), Failure> {
    let picture = pollster::block_on(bench.picture(config, side, &mut Machine::default()))?;
    let length = picture.info.length;
    let matrix = picture.matrix.ok_or_else(|| Failure::usage(format!("--{name}: {}", picture.info.note)))?;
    let head = format!("position,{}\n", (0..length).map(|q| q.to_string()).collect::<Vec<_>>().join(","));
    // A product that single precision cannot hold has an empty cell.
    let cell = |value: &f32| if value.is_finite() { (value + 0.0).to_string() } else { String::new() };
    let line = |(p, row): (usize, &[f32])| format!("{p},{}\n", row.iter().map(cell).collect::<Vec<_>>().join(","));
    let lines = matrix.chunks_exact(length.max(1)).enumerate().map(line);
    Ok((std::iter::once(head).chain(lines).collect::<String>().into_bytes(), picture.info.executor))
}

fn table_bytes(path: &Path, table: &Table) -> Vec<u8> {
    let npy = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("npy"));
    if npy { to_npy(table) } else { to_csv(table) }
}

/// What `--logit` writes.
#[derive(Serialize)]
struct Split<'a> {
    lab: &'static str,
    version: &'static str,
    link: String,
    /// Whose weights.
    run: &'a str,
    /// Head of the first layer, from 1.
    head: u32,
    #[serde(flatten)]
    logit: &'a Logit,
}

impl<'a> Split<'a> {
    fn of(config: &EncodingsConfig, run: &'a str, logit: &'a Logit) -> Self {
        let (lab, version, link) = (EncodingsConfig::LAB, env!("CARGO_PKG_VERSION"), config.link());
        Self { lab, version, link, run, head: config.head, logit }
    }
}

/// The measures and the verdicts on Lemma 1.
fn summary(report: &Report) {
    let text = |value: Option<f64>, words: &str| value.map_or_else(|| words.to_owned(), short);
    let row =
        |row: &MeasureRow| vec![row.label.to_owned(), text(row.left, row.left_text), text(row.right, row.right_text)];
    let head = ["measure".to_owned(), report.left.label.to_owned(), report.right.label.to_owned()];
    table::print(&std::iter::once(head.to_vec()).chain(report.measures.iter().map(row)).collect::<Vec<_>>());
    table::verdicts(&report.verdicts, None);
}

/// Six digits, for people; files have all.
fn short(value: f64) -> String {
    let small = value != 0.0 && !(1e-3..1e6).contains(&value.abs());
    if small { format!("{value:.5e}") } else { ((value * 1e6).round() / 1e6 + 0.0).to_string() }
}
