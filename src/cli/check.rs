//! `mnemoscope check`: whether this machine's graphics device, or its CPU, computes what it should.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use mnemoscope::choice::Choice;
use mnemoscope::labs::checking::Checking;
use mnemoscope::labs::device::{DeviceCheck, Outcome, Row};
use mnemoscope::reading::brief;
use mnemoscope::run::machine::{ExecutorChoice, Machine};

use super::failure::{Failure, say};
use super::files::{self, Outputs};
use super::progress::Progress;
use super::{race, settings, table};

/// Milliseconds of work between two looks at the bar.
const UPDATE_MS: f64 = 100.0;

const CODES: &str = "\
Exit codes:
  0  all checks passed
  1  some failed, or a file cannot be written
  2  the command line is wrong; nothing was started
  3  with --executor webgpu: there is no such device";

pub(crate) fn command() -> Command {
    let choices: Vec<&str> = ExecutorChoice::ALL.iter().map(|choice| choice.id()).collect();
    let executor = Arg::new("executor")
        .long("executor")
        .value_name("NAME")
        .default_value(ExecutorChoice::Auto.id())
        .value_parser(PossibleValuesParser::new(choices))
        .help("What is checked: the graphics device, the CPU, or whichever of them a run would get");
    Command::new("check")
        .about("Check that this machine's graphics device, or its CPU, computes what it should")
        .after_help(CODES)
        .arg(executor)
        .arg(files::argument(
            "out",
            "Write the checks as JSON to FILE, to attach to a report; - or nothing is standard output",
        ))
        .arg(files::argument("csv", "Write the checks as CSV to FILE; - is standard output"))
        .arg(race::quiet())
}

pub(crate) fn run(arguments: &ArgMatches) -> Result<(), Failure> {
    let outputs = Outputs::of(arguments, &[], &[])?;
    let choice = arguments.get_one::<String>("executor").and_then(|id| ExecutorChoice::from_id(id));
    let quiet = arguments.get_flag("quiet");
    let mut checking = Checking::begin(choice.unwrap_or(ExecutorChoice::Auto), &Machine::default())?;
    let (at, of) = checking.progress();
    let mut progress = Progress::new(quiet, at, of);
    let checked = loop {
        if let Some(checked) = pollster::block_on(checking.work(UPDATE_MS))? {
            break checked;
        }
        let (at, of) = checking.progress();
        progress.at(at, of, 0.0);
    };
    progress.end();
    if !quiet {
        tell(&checked);
    }
    let json = settings::json_text(&checked)?;
    let csv = || Ok(checked.table().csv()?);
    let written = if quiet { outputs.write(&json, csv) } else { outputs.write_told(&json, csv) };
    let ended = match checked.outcome {
        Outcome::Passed => Ok(()),
        Outcome::Failed => Err(Failure::failed(checked.sentence)),
        Outcome::NotRun => Err(Failure::absent(checked.sentence)),
    };
    Failure::all([ended, written])
}

/// The checks as a table, and what they come to if nothing else says it.
fn tell(checked: &DeviceCheck) {
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| brief(value, 2));
    let cells = |row: &Row| {
        let outcome = format!("{}{}{}", row.outcome.id(), if row.why.is_empty() { "" } else { ": " }, row.why);
        let (cases, off, allowed) = (row.cases.to_string(), number(row.difference), number(Some(row.allowed)));
        vec![row.kind.id().to_owned(), row.name.clone(), row.with.to_owned(), cases, off, allowed, outcome]
    };
    if !checked.rows.is_empty() {
        let head = ["", "", "compared with", "cases", "difference", "allowed", ""].map(str::to_owned).to_vec();
        table::print(&std::iter::once(head).chain(checked.rows.iter().map(cells)).collect::<Vec<_>>());
    }
    if checked.outcome == Outcome::Passed {
        say(&checked.sentence);
    }
}
