//! `mnemoscope sequence`: a sequence stored in one pass, shown again, and recalled; `mnemoscope sequence run`: an experiment over many
//! machines; `mnemoscope sequence time`: how long recalls take here.

use clap::{Arg, ArgMatches, Command};

use mnemoscope::error::Error;
use mnemoscope::labs::Config;
use mnemoscope::labs::sequence::bench::Bench;
use mnemoscope::labs::sequence::config::SequenceConfig;
use mnemoscope::labs::sequence::report::{Report, Reporting};
use mnemoscope::labs::sequence::session::{Mode, SessionInfo};
use mnemoscope::labs::sequence::study::Study;
use mnemoscope::labs::sequence::timing;
use mnemoscope::run::event::Event;
use mnemoscope::run::machine::Machine;
use mnemoscope::run::table::Table;

use super::failure::{Failure, say};
use super::files::{self, Outputs};
use super::progress::Progress;
use super::signals::Signals;
use super::tables::Folder;
use super::{race, settings, table, tables};

/// Milliseconds of work between two looks at the clock and the signals.
const UPDATE_MS: f64 = 100.0;

pub(crate) fn command(codes: &'static str) -> Command {
    let run = Command::new("run")
        .about("Run the experiment that the settings name, and write what it finds")
        .arg(files::argument("out", "Write the results as JSON to FILE; - or nothing is standard output"))
        .arg(files::argument("csv", "Write the curves as CSV to FILE; - is standard output"))
        .arg(tables::argument())
        .arg(race::quiet());
    let count = Arg::new("recalls")
        .long("recalls")
        .value_name("NUMBER")
        .default_value("10000")
        .value_parser(clap::value_parser!(u32).range(1..=1_000_000))
        .help("How many words are recalled");
    let time = Command::new("time")
        .about("Time recalls from the memory of the settings, and write milliseconds as JSON")
        .arg(count)
        .arg(files::argument("out", "Write JSON to FILE; - or nothing is standard output"));
    let at = Arg::new("at")
        .long("at")
        .value_name("NUMBER")
        .default_value("1")
        .requires("tables")
        .value_parser(clap::value_parser!(u32).range(1..))
        .help("Which symbol of the sequence the tables of one symbol are of, counted from 1");
    let command = Command::new("sequence")
        .about("Store a sequence in one pass and recall it, or run an experiment over many machines")
        .after_help(codes)
        .subcommand(settings::add::<SequenceConfig>(run).after_help(codes))
        .subcommand(settings::add::<SequenceConfig>(time))
        .args_conflicts_with_subcommands(true)
        .arg(files::argument("out", "Write the session as JSON to FILE; - or nothing is standard output"))
        .arg(files::argument("csv", "Write every symbol with its prediction as CSV to FILE; - is standard output"))
        .arg(tables::argument())
        .arg(at)
        .arg(race::quiet());
    settings::add::<SequenceConfig>(command)
}

pub(crate) fn run(arguments: &ArgMatches) -> Result<(), Failure> {
    match arguments.subcommand() {
        Some(("run", arguments)) => study(arguments),
        Some(("time", arguments)) => time(arguments),
        _ => session(arguments),
    }
}

fn session(arguments: &ArgMatches) -> Result<(), Failure> {
    let folder = Folder::of(arguments, &Bench::TABLES)?;
    let outputs = Outputs::of(arguments, &folder.paths().collect::<Vec<_>>(), &[])?;
    let config: SequenceConfig = settings::configure(arguments)?;
    let symbol = arguments.get_one::<u32>("at").copied().unwrap_or(1) as usize;
    if let Some(length) = config.symbols().ok().map(|symbols| symbols.len()).filter(|&length| symbol > length) {
        let line = format!("--at: {symbol} is not allowed; the sequence has symbols 1 to {length}");
        return Err(Failure::usage(line));
    }
    let mut machine = Machine::default();
    let report = pollster::block_on(Reporting::whole(&config, &mut machine));
    let report = report.map_err(|error| Failure::usage(settings::reason(error)))?;
    let json = settings::json_text(&report)?;
    let written = outputs.write(&json, || Ok(report.table().csv()?));
    let tables = match folder.wanted() {
        true => folder.write(pollster::block_on(looks(&config, symbol - 1, &report, &mut machine))),
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

fn study(arguments: &ArgMatches) -> Result<(), Failure> {
    let config: SequenceConfig = settings::configure(arguments)?;
    let folder = Folder::of(arguments, &Config::from(config.clone()).tables())?;
    let outputs = Outputs::of(arguments, &folder.paths().collect::<Vec<_>>(), &[])?;
    let quiet = arguments.get_flag("quiet");
    let signals = Signals::listen()?;
    let mut machine = Machine::default();
    let study = pollster::block_on(async {
        let mut study = Study::open(config, &mut machine, &mut |_, _| {}).await?;
        let mut progress = Progress::new(quiet, 0, study.steps());
        let info = study.executor();
        progress.note(&format!("{}, on {} ({}): {}", study.label(), info.kind, info.name, info.reason));
        let mut finished = false;
        while !finished {
            if let Some(signal) = signals.heard() {
                progress.end();
                let at = format!("interrupted after {} of {} units; nothing was written", study.step(), study.steps());
                return Err(Failure::signal(signal, at));
            }
            for event in study.advance(&mut machine, UPDATE_MS, 0).await? {
                match event {
                    Event::Recovered { reason, .. } => progress.note(&reason),
                    Event::Progress { step, steps, step_ms } => progress.at(step, steps, step_ms),
                    Event::Finished { .. } => finished = true,
                    _ => {}
                }
            }
        }
        progress.end();
        Ok(study)
    })?;
    let results = study.results()?;
    let found = study.found();
    let json = settings::json_text(&results)?;
    let written = outputs.write(&json, || Ok(results.csv()?));
    let tables = folder.write_all(|| Ok(study.tables(&results)));
    if !quiet {
        let rows = std::iter::once(&found.rows.head).chain(&found.rows.body);
        table::print(&rows.cloned().collect::<Vec<_>>());
        say(&found.sentence);
        table::verdicts(&found.verdicts, None);
    }
    Failure::all([written, tables])
}

fn time(arguments: &ArgMatches) -> Result<(), Failure> {
    let outputs = Outputs::of(arguments, &[], &[])?;
    let config: SequenceConfig = settings::configure(arguments)?;
    let recalls = arguments.get_one::<u32>("recalls").copied().unwrap_or(10_000);
    let timing = pollster::block_on(timing::recalls(&config, recalls, &mut Machine::default()))?;
    outputs.write(&settings::json_text(&timing)?, || Ok(String::new()))
}
