//! `mnemoscope sequence`: a sequence stored in one pass, shown again, and recalled.

use clap::{Arg, ArgMatches, Command};

use mnemoscope::error::Error;
use mnemoscope::labs::Config;
use mnemoscope::labs::sequence::bench::Bench;
use mnemoscope::labs::sequence::config::SequenceConfig;
use mnemoscope::labs::sequence::report::{Report, Reporting};
use mnemoscope::labs::sequence::session::{Mode, SessionInfo};
use mnemoscope::run::machine::Machine;
use mnemoscope::run::table::Table;

use super::failure::{Failure, say};
use super::files::{self, Outputs};
use super::tables::Folder;
use super::{settings, tables};

/// Flags beside the settings.
pub(crate) fn add(command: Command) -> Command {
    let at = Arg::new("at")
        .long("at")
        .value_name("NUMBER")
        .default_value("1")
        .requires("tables")
        .value_parser(clap::value_parser!(u32).range(1..))
        .help("Which symbol of the sequence the tables of one symbol are of, counted from 1");
    command
        .arg(files::argument("out", "Write the session as JSON to FILE; - or nothing is standard output"))
        .arg(files::argument("csv", "Write every symbol with its prediction as CSV to FILE; - is standard output"))
        .arg(tables::argument())
        .arg(at)
}

pub(crate) fn run(arguments: &ArgMatches, defaults: &Config) -> Result<(), Failure> {
    let folder = Folder::of(arguments, &Bench::TABLES)?;
    let outputs = Outputs::of(arguments, &folder.paths().collect::<Vec<_>>(), &[])?;
    let config = settings::configure(arguments, defaults)?;
    let config = config.own::<SequenceConfig>()?;
    let symbol = arguments.get_one::<u32>("at").copied().unwrap_or(1) as usize;
    if let Some(length) = config.symbols().ok().map(|symbols| symbols.len()).filter(|&length| symbol > length) {
        let line = format!("--at: {symbol} is not allowed; the sequence has symbols 1 to {length}");
        return Err(Failure::usage(line));
    }
    let mut machine = Machine::default();
    let report = pollster::block_on(Reporting::whole(config, &mut machine));
    let report = report.map_err(|error| Failure::usage(settings::reason(error)))?;
    let json = settings::json_text(&report)?;
    let written = outputs.write(&json, || Ok(report.table().csv()?));
    let tables = match folder.wanted() {
        true => folder.write(pollster::block_on(looks(config, symbol - 1, &report, &mut machine))),
        false => Ok(()),
    };
    if !arguments.get_flag("quiet") {
        let executor = &report.stored.executor;
        say(&format!("{} ({}): {}", executor.kind, executor.name, executor.reason));
        say(&format!("address decoder: {}", report.stored.decoder));
        for (what, part) in parts(&report) {
            say(&format!("{what}: {}", part.sentence));
        }
        if let Some(recalled) = &report.recalled {
            let own = recalled.steps.iter().skip(recalled.begin).filter(|step| step.mode == Mode::Recall);
            say(&format!("Recalled: {}", own.map(|step| step.symbol.as_str()).collect::<Vec<_>>().join(" ")));
        }
        report.refused.iter().for_each(|why| say(&format!("no recall: {why}")));
    }
    Failure::all([written, tables])
}

/// The tables of the whole session, and of what looks at symbol `at` of the sequence, from 0.
async fn looks(
    config: &SequenceConfig,
    at: usize,
    report: &Report,
    machine: &mut Machine,
) -> Vec<(String, Result<Table, Error>)> {
    let mut own = Bench::default();
    let mut tables = Vec::with_capacity(Bench::TABLES.len());
    for id in Bench::TABLES {
        let table = match id {
            "session" => Ok(report.table()),
            id => own.numbers(config, id, at, machine).await,
        };
        tables.push((id.to_owned(), table));
    }
    tables
}

/// The three commands of a report, each with its own steps.
fn parts(report: &Report) -> impl Iterator<Item = (&'static str, &SessionInfo)> {
    let recalled = report.recalled.as_ref().map(|recalled| ("recall", recalled));
    [("store", &report.stored), ("show again", &report.replayed)].into_iter().chain(recalled)
}
