//! `mnemoscope`: the same labs as the page, in a shell. Results go to standard output, all words to standard error.

mod check;
mod encodings;
mod encodings_from;
mod evaluate;
mod expand;
mod failure;
mod files;
mod lab;
mod merge;
mod progress;
mod race;
mod sequence;
mod settings;
mod signals;
mod table;
mod tables;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use mnemoscope::labs::{self, LABS};

use failure::Failure;

const CODES: &str = "\
Exit codes:
  0         done
  1         failed: a file that cannot be read or written, a race that does not fit this machine
  2         the command line or the configuration is wrong; nothing was started
  3         check: there is no such device
  129, 130, 143
            interrupted by SIGHUP (the terminal is gone), SIGINT (Ctrl+C) or SIGTERM, after the checkpoint was saved; a second
            Ctrl+C ends at once";

fn command() -> Command {
    let shell = Arg::new("shell").required(true).value_name("SHELL").value_parser(value_parser!(Shell));
    let lab = Arg::new("lab")
        .value_name("LAB")
        .default_value(LABS[0].id())
        .value_parser(PossibleValuesParser::new(labs::ids()))
        .help("Which lab's");
    let all = Command::new("mnemoscope")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Train small sequence models and look inside them")
        .after_help(CODES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(LABS.iter().map(|&lab| lab::command(lab, CODES)));
    all.subcommand(check::command())
        .subcommand(evaluate::command())
        .subcommand(expand::command(&LABS[0].defaults()))
        .subcommand(merge::command())
        .subcommand(Command::new("settings").about("Print a lab's settings and presets as JSON, for scripts").arg(lab))
        .subcommand(Command::new("completions").about("Print completions for a shell").arg(shell))
}

pub(crate) fn main() -> ExitCode {
    match run(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Failure> {
    let given: Vec<OsString> = arguments.into_iter().collect();
    let matches = match command().try_get_matches_from(&given) {
        Ok(matches) => matches,
        Err(error) if error.use_stderr() => {
            let given: Vec<String> = given.into_iter().filter_map(|given| given.into_string().ok()).collect();
            return Err(
                settings::swallowed(&command(), &given).map_or_else(|| Failure::of_clap(&error), Failure::usage)
            );
        }
        // Help and version: asked for, so they are no error.
        Err(text) => return files::print(text.render().to_string().as_bytes()),
    };
    match matches.subcommand() {
        Some(("check", arguments)) => check::run(arguments),
        Some(("evaluate", arguments)) => evaluate::run(arguments),
        Some(("expand", arguments)) => expand::run(arguments, &LABS[0].defaults()),
        Some(("merge", arguments)) => merge::run(arguments),
        Some(("settings", arguments)) => {
            let lab = arguments.get_one::<String>("lab").map_or(LABS[0].id(), String::as_str);
            settings::print(labs::named(lab)?)
        }
        Some(("completions", arguments)) => completions(arguments),
        Some((name, arguments)) => lab::run(labs::named(name)?, arguments),
        None => Err(Failure::usage("no command given; mnemoscope --help lists them")),
    }
}

fn completions(arguments: &ArgMatches) -> Result<(), Failure> {
    let Some(&shell) = arguments.get_one::<Shell>("shell") else { return Ok(()) };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "mnemoscope", &mut script);
    files::print(&script)
}
