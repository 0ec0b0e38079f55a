//! `mnemoscope evaluate`: held-out numbers of trained weights, without training.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, ValueHint, value_parser};

use mnemoscope::labs::LABS;
use mnemoscope::labs::trial::Trial;
use mnemoscope::labs::turn::Kept;
use mnemoscope::labs::weights::Weights;
use mnemoscope::run::curves::Point;
use mnemoscope::run::machine::Machine;

use super::failure::{Failure, say};
use super::files::{self, Outputs};
use super::{settings, table};

/// Settings that change how weights are judged, not what they are.
const SETTINGS: [&str; 2] = ["held_out", "executor"];

pub(crate) fn command() -> Command {
    let weights = Arg::new("weights")
        .required(true)
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::FilePath)
        .help("Weights or a checkpoint, saved by this lab on the page or in a shell; - is standard input");
    let command = Command::new("evaluate")
        .about("Judge saved weights on held-out sequences, without training")
        .arg(weights)
        .arg(files::argument("out", "Write results as JSON to FILE; - or nothing is standard output"))
        .arg(files::argument("csv", "Write the held-out numbers as CSV to FILE; - is standard output"));
    settings::add_flags(command, &LABS[0].defaults(), Some(&SETTINGS))
}

pub(crate) fn run(arguments: &ArgMatches) -> Result<(), Failure> {
    let Some(path) = arguments.get_one::<PathBuf>("weights") else { return Ok(()) };
    let outputs = Outputs::of(arguments, &[], &[path])?;
    let given = settings::given(arguments, &LABS[0].defaults());
    let name = files::name(path);
    let bytes = files::read(path).map_err(|why| Failure::failed(format!("{why}; name a weights file")))?;
    let mut weights = Weights::read(&bytes).map_err(|error| {
        let why = settings::reason(error);
        Failure::failed(format!("{name}: {why}; --export-weights FILE writes such files"))
    })?;
    let rows = weights.config.rows();
    let own = |name: &str| rows.iter().any(|row| row.name == name);
    if given.iter().any(|(name, _)| *name == "held_out") && !own("held_out") {
        let lab = weights.config.lab_id();
        let line = match weights.config.racing()?.held_out() {
            Some(count) => format!("the {lab} lab judges on {count} held-out sequences, always"),
            None => format!("the {lab} lab holds nothing out"),
        };
        let line = format!("held_out: {line}; leave it out");
        return Err(Failure::usage(line));
    }
    let problems: Vec<_> = given.iter().flat_map(|(name, value)| weights.config.type_in(name, value)).collect();
    if !problems.is_empty() {
        return Err(Failure::usages(problems.iter().map(|problem| settings::words("", problem)).collect()));
    }
    // Without a past, and so without moments, the lab judges the weights as they are; what the file says of their past is put back after.
    let past = std::mem::take(&mut weights.state.history);
    weights.state.moments = None;
    let bytes = Weights::write(&weights.config, &weights.state)?;
    let mut run = pollster::block_on(Trial::restore(&bytes, &mut Machine::default(), &mut |_, _| {}))?;
    pollster::block_on(run.advance(0.0, 0))?;
    pollster::block_on(run.judge(&mut Kept::default(), f64::INFINITY))?;
    let mut results = run.results()?;
    for (which, measure) in results.measures.iter().enumerate().filter(|(_, measure)| measure.threshold.is_some()) {
        for (at, run) in results.runs.iter_mut().enumerate() {
            let value = |point: &Point| point.values.get(which).and_then(|values| values.get(at)).copied();
            let first = past.iter().find(|point| value(point).is_some_and(|value| measure.reached(value)));
            run.reached.insert(measure.id.clone(), first.map(|point| point.x as u32));
        }
    }
    // One evaluation says nothing of how soon.
    results.verdicts.clear();
    let judged = run.judged();
    results.found = results.found.filter(|_| judged.is_some());
    let json = settings::json_text(&results)?;
    let written = outputs.write(&json, || Ok(results.csv()?));
    if let Some(point) = results.curves.first() {
        let held_out = weights.config.racing()?.held_out();
        let on = held_out.map_or_else(String::new, |count| format!(", judged on {count} held-out sequences"));
        say(&format!("{name}: step {} of {}{on}", point.x, run.steps()));
        table::measured(&results);
    }
    judged.iter().for_each(table::found);
    written
}
