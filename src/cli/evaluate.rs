//! `mnemoscope evaluate`: held-out numbers of trained weights, without training.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, ValueHint, value_parser};

use mnemoscope::labs::any::Lab;
use mnemoscope::labs::copy::config::CopyConfig;
use mnemoscope::labs::encodings::outcome::Outcome;
use mnemoscope::run::event::ArmInfo;
use mnemoscope::run::machine::Machine;
use mnemoscope::run::race::Race;
use mnemoscope::run::results::{EvaluationRow, RunResult};
use mnemoscope::run::weights::Weights;

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
    settings::add_flags::<CopyConfig>(command, Some(&SETTINGS))
}

pub(crate) fn run(arguments: &ArgMatches) -> Result<(), Failure> {
    let outputs = Outputs::of(arguments, &[])?;
    let Some(path) = arguments.get_one::<PathBuf>("weights") else { return Ok(()) };
    let given = settings::given::<CopyConfig>(arguments);
    let name = files::name(path);
    let bytes = files::read(path).map_err(|why| Failure::failed(format!("{why}; name a weights file")))?;
    let mut weights = Weights::read(&bytes).map_err(|error| {
        let why = settings::reason(error);
        Failure::failed(format!("{name}: {why}; --export-weights FILE writes such files"))
    })?;
    if weights.config.lab() == Lab::Encodings && given.iter().any(|(name, _)| *name == "held_out") {
        let count = weights.config.training().held_out;
        let line = format!("held_out: the encodings lab judges on {count} held-out sequences, always; leave it out");
        return Err(Failure::usage(line));
    }
    let problems = weights.config.apply(given.iter().map(|(name, value)| (*name, value.as_str())));
    if !problems.is_empty() {
        return Err(Failure::usages(problems.iter().map(|problem| settings::words("", problem)).collect()));
    }
    // Without a past the lab judges the weights as they are; what the file says of their past is put back after.
    let past = std::mem::take(&mut weights.state.history);
    let bytes = Weights::write(&weights.config, &weights.state)?;
    let mut run = pollster::block_on(Race::restore(&bytes, &mut Machine::default(), &mut |_, _| {}))?;
    pollster::block_on(run.advance(0.0, 0))?;
    pollster::block_on(run.outcome())?;
    let mut results = run.results()?;
    let learned = |at: usize| {
        past.iter().find(|e| e.values[1].get(at).is_some_and(|share| *share >= mnemoscope::run::race::LEARNED))
    };
    for (at, run) in results.runs.iter_mut().enumerate() {
        run.step99 = learned(at).map(|evaluation| evaluation.step);
    }
    // One evaluation says nothing of how soon.
    results.verdicts.clear();
    results.outcome = results.outcome.filter(|outcome| matches!(outcome, Outcome::Lengths { .. }));
    let json = settings::json_text(&results)?;
    outputs.write(&json, || Ok(results.csv()?))?;
    if let Some(row) = results.evaluations.first() {
        let count = run.config().held_out;
        say(&format!("{name}: step {} of {}, judged on {count} held-out sequences", row.step, run.config().steps));
        print(&results.runs, run.arms(), row);
    }
    results.outcome.iter().for_each(table::outcome);
    Ok(())
}

fn print(runs: &[RunResult], arms: &[ArmInfo], row: &EvaluationRow) {
    let head = ["encoding", "seed", "bits per token", "tokens right", "sequences right"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (at, run) in runs.iter().enumerate() {
        let of = |column: &[Option<f32>]| column.get(at).copied().flatten();
        let share = |value: Option<f32>| value.map_or("–".to_owned(), |share| format!("{:.2} %", share * 100.0));
        let loss = of(&row.loss).map_or("stopped".to_owned(), |bits| format!("{bits:.5}"));
        let (tokens, sequences) = (share(of(&row.token_accuracy)), share(of(&row.sequence_accuracy)));
        rows.push(vec![table::name(arms, &run.encoding), run.seed.to_string(), loss, tokens, sequences]);
    }
    table::print(&rows);
}
