//! `mnemoscope copy …`: runs a race and writes its results as JSON.
//!
//! Exit codes: 0 done, 1 the run failed, 2 the command line or configuration is wrong.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Arg, ArgMatches, Command, value_parser};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use mnemoscope::lab::config::{CopyConfig, PRESETS};
use mnemoscope::lab::copy::CopyRun;
use mnemoscope::lab::event::Event;
use mnemoscope::lab::machine::Machine;
use mnemoscope::lab::property::Kind;

/// Milliseconds of work between two updates of the progress bar.
const UPDATE_MS: f64 = 250.0;

fn command() -> Command {
    let presets: Vec<&str> = PRESETS.iter().map(|preset| preset.id).collect();
    let preset = Arg::new("preset")
        .long("preset")
        .value_name("NAME")
        .help(format!("Start from a preset: {}", presets.join(", ")));
    let out = Arg::new("out")
        .long("out")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("Write results as JSON to FILE instead of standard output");
    let mut copy = Command::new("copy").about("Race positional encodings on a copy task").arg(preset).arg(out);
    for property in CopyConfig::table() {
        let allowed = property.kind.allowed();
        let help = format!("{} [{allowed}] [default: {}]", property.help, property.default);
        let value_name = match property.kind {
            Kind::Choice { .. } => "NAME",
            Kind::Many { .. } => "NAMES",
            Kind::Integer { .. } | Kind::Number { .. } => "NUMBER",
            Kind::Flag => "BOOL",
        };
        let flag = property.name.replace('_', "-");
        copy = copy.arg(Arg::new(property.name).long(flag).value_name(value_name).help(help));
    }
    Command::new("mnemoscope")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Train small sequence models and look inside them")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(copy)
}

pub(crate) fn main() -> ExitCode {
    let matches = command().get_matches();
    let Some(("copy", arguments)) = matches.subcommand() else { return ExitCode::from(2) };
    let config = match configure(arguments) {
        Ok(config) => config,
        Err(message) => {
            eprintln!("mnemoscope: {message}");
            return ExitCode::from(2);
        }
    };
    match pollster::block_on(run(config)).and_then(|results| write(&results, arguments.get_one("out"))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mnemoscope: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Unlike a link, a command line is refused as a whole if anything in it is wrong.
fn configure(arguments: &ArgMatches) -> Result<CopyConfig, String> {
    let preset = arguments.get_one::<String>("preset").map_or("demo", String::as_str);
    let mut config = CopyConfig::preset(preset).map_err(|problem| problem.to_string())?;
    let table = CopyConfig::table();
    let given = table.iter().filter_map(|p| Some((p.name, arguments.get_one::<String>(p.name)?.as_str())));
    let problems = config.apply(given);
    if problems.is_empty() {
        return Ok(config);
    }
    Err(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\nmnemoscope: "))
}

async fn run(config: CopyConfig) -> Result<Value, Box<dyn std::error::Error>> {
    let mut run = CopyRun::open(config, &mut Machine::default(), &mut |_, _| {}).await?;
    let info = run.executor();
    eprintln!("{} ({}): {}", info.kind, info.name, info.reason);
    let bar = ProgressBar::new(u64::from(run.config().steps));
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} steps, {eta} left  {msg}")?);
    let mut evaluations = Vec::new();
    let mut stops = Vec::new();
    let mut finished = false;
    let start = Instant::now();
    while !finished {
        for event in run.advance(UPDATE_MS, 0).await? {
            match event {
                Event::Evaluation { .. } => evaluations.push(serde_json::to_value(&event)?),
                Event::Recovered { reason, .. } => bar.println(reason),
                Event::Stopped { .. } => stops.push(serde_json::to_value(&event)?),
                Event::Progress { step, step_ms, .. } => {
                    bar.set_position(u64::from(step));
                    bar.set_message(format!("{step_ms:.2} ms/step"));
                }
                Event::Finished { .. } => finished = true,
                Event::Training { .. } | Event::Milestone { .. } => {}
            }
        }
    }
    bar.finish();
    let seconds = start.elapsed().as_secs_f64();
    let configuration: serde_json::Map<String, Value> =
        run.config().values().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let learned: Vec<Value> = run
        .runs()
        .iter()
        .zip(run.learned())
        .map(|(info, step)| json!({ "encoding": info.encoding, "seed": info.seed, "step99": step }))
        .collect();
    Ok(json!({
        "lab": "copy",
        "link": run.config().link(),
        "configuration": configuration,
        "executor": run.executor(),
        "cost": run.cost(),
        "seconds": seconds,
        "runs": learned,
        "evaluations": evaluations,
        "stopped": stops,
    }))
}

fn write(results: &Value, path: Option<&PathBuf>) -> Result<(), Box<dyn std::error::Error>> {
    let text = serde_json::to_string_pretty(results)?;
    match path {
        Some(path) => std::fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()).into()),
        None => Ok(writeln!(std::io::stdout().lock(), "{text}")?),
    }
}
