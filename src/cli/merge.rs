//! `mnemoscope merge`: the results files of a sweep, put together.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, value_parser};
use serde::Serialize;

use mnemoscope::labs::copy::sweep::{Merger, Sweep};

use super::failure::{Failure, say};
use super::files::{self, Outputs};
use super::{settings, table};

pub(crate) fn command() -> Command {
    let results = Arg::new("files")
        .required(true)
        .num_args(1..)
        .value_name("FILES")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::FilePath)
        .help("Results files as mnemoscope copy --out writes them; - is standard input");
    let skip = Arg::new("skip-broken")
        .long("skip-broken")
        .action(ArgAction::SetTrue)
        .help("Exit with 0 even if files were left out because they are broken, missing or not finished");
    Command::new("merge")
        .about("Put the results files of a sweep together, grouped by the settings that differ")
        .arg(results)
        .arg(files::argument("out", "Write the sweep as JSON to FILE; - or nothing is standard output"))
        .arg(files::argument("csv", "Write all curves as CSV to FILE; - is standard output"))
        .arg(skip)
}

#[derive(Serialize)]
struct Broken {
    file: String,
    why: String,
}

#[derive(Serialize)]
struct Output<'a> {
    #[serde(flatten)]
    sweep: &'a Sweep,
    broken: Vec<Broken>,
}

pub(crate) fn run(arguments: &ArgMatches) -> Result<(), Failure> {
    let paths: Vec<&Path> =
        arguments.get_many::<PathBuf>("files").into_iter().flatten().map(PathBuf::as_path).collect();
    let outputs = Outputs::of(arguments, &[], &paths)?;
    let mut merger = Merger::default();
    let mut broken = Vec::new();
    for path in paths {
        let file = files::name(path);
        let read = files::read_text(path)
            .map_err(|why| why.replacen(&format!("{file}: "), "", 1))
            .and_then(|text| merger.read(&file, &text).map_err(settings::reason));
        if let Err(why) = read {
            say(&format!("mnemoscope: {file}: {why}; it is left out"));
            broken.push(Broken { file, why });
        }
    }
    let (some_broken, skip) = (!broken.is_empty(), arguments.get_flag("skip-broken"));
    let sweep = merger.finish().map_err(|error| {
        let why = settings::reason(error);
        let hint = "nothing was written; name other files, or leave one of these out";
        Failure::failed(format!("{why}; {hint}"))
    })?;
    let json = settings::json_text(&Output { sweep: &sweep, broken })?;
    let written = outputs.write(&json, || Ok(sweep.csv()?));
    table::sweep(&sweep);
    let whole = if some_broken && !skip { Err(Failure::said_before()) } else { Ok(()) };
    Failure::all([written, whole])
}
