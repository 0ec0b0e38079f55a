//! `mnemoscope LAB`, of any lab of the registry: it runs what the settings make, and `mnemoscope LAB PART` asks one of the lab's questions.
//! Labs with more to write beside an answer have a command of their own for that, which then is what the name alone does.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command};
use serde::de::value::{Error as Wrong, MapDeserializer, StringDeserializer};
use serde::de::{self, IntoDeserializer, Visitor};
use serde_json::Value;

use mnemoscope::error::Error;
use mnemoscope::labs::argument::Argument;
use mnemoscope::labs::ask::{Bench, Kept, Place, Question, Reply};
use mnemoscope::labs::run::Run;
use mnemoscope::labs::run_ask::{self, ask, of_run};
use mnemoscope::labs::trial::Trial;
use mnemoscope::labs::weights::Weights;
use mnemoscope::labs::{Config, Lab};
use mnemoscope::property::Scope;
use mnemoscope::reading::quoted;
use mnemoscope::run::machine::Machine;

use super::failure::Failure;
use super::files::{self, Outputs};
use super::progress::Progress;
use super::{encodings, expand, race, sequence, settings, table};

/// Milliseconds of work between two looks at the clock and the signals.
const UPDATE_MS: f64 = 100.0;

/// What the name of a lab alone does, where that is not its run.
struct Look {
    lab: &'static str,
    add: fn(Command) -> Command,
    run: fn(&ArgMatches, &Config) -> Result<(), Failure>,
}

const LOOKS: [Look; 2] = [
    Look { lab: "encodings", add: encodings::add, run: encodings::run },
    Look { lab: "sequence", add: sequence::add, run: sequence::run },
];

fn look(lab: &dyn Lab) -> Option<&'static Look> {
    LOOKS.iter().find(|look| look.lab == lab.id())
}

/// The command of a lab.
pub(crate) fn command(lab: &dyn Lab, codes: &'static str) -> Command {
    let defaults = lab.defaults();
    let run = |command: Command| settings::add(race::add(command, &defaults), &defaults).after_help(codes);
    let about = "Run what the settings name, and write what it finds";
    let command = Command::new(lab.id()).about(format!("{}: {}", lab.label(), lab.question()));
    let command = match look(lab) {
        Some(look) => {
            let alone = settings::add((look.add)(command).arg(race::quiet()), &defaults).after_help(codes);
            alone.subcommand(run(Command::new("run").alias("train").about(about)))
        }
        None => run(command).subcommand(run(Command::new("run").alias("train").about(about))),
    };
    let command = command.subcommand(expand::command(&defaults).after_help(codes));
    let questions = shell(lab);
    let ask = |command: Command, question: &Question| command.subcommand(asking(question, &defaults));
    questions.iter().fold(command.args_conflicts_with_subcommands(true), ask)
}

/// The questions that a shell has: the lab's, and where models are trained those of a run.
fn shell(lab: &dyn Lab) -> Vec<Question> {
    let of_run = if lab.defaults().racing().is_ok() { run_ask::questions() } else { Vec::new() };
    lab.bench().questions().into_iter().chain(of_run).filter(|question| !question.page).collect()
}

/// An argument's name as a flag: `goOn` is `go-on`.
fn hyphened(name: &str) -> String {
    let hyphen = |c: char| if c.is_ascii_uppercase() { format!("-{}", c.to_ascii_lowercase()) } else { c.to_string() };
    name.replace('_', "-").chars().map(hyphen).collect()
}

/// The argument that names a symbol or a place. Programs count them from 0, readers of the page and of a shell from 1.
const PLACE: &str = "at";

/// The flag that names a trained run.
const FROM: &str = "from";

/// In words, what an argument takes.
fn takes(argument: &Argument) -> String {
    if argument.name == PLACE { format!("{} from 1", argument.takes) } else { argument.takes.clone() }
}

/// The command of a question: its arguments, and the lab's settings where no argument has their name.
fn asking(question: &Question, defaults: &Config) -> Command {
    let flag = |argument: &Argument| {
        let help = match (argument.name, argument.required) {
            (PLACE, _) => "Which symbol of the sequence, counted from 1",
            (_, true) => "An argument of the question",
            (_, false) => "An argument of the question; it may be left out",
        };
        Arg::new(argument.name)
            .long(hyphened(argument.name))
            .value_name(takes(argument))
            .required(argument.required)
            .allow_hyphen_values(true)
            .help(help)
    };
    let is_argument = |name: &&str| question.arguments.iter().any(|argument| argument.name == *name);
    let rows: Vec<&str> = defaults.rows().iter().map(|row| row.name).filter(|name| !is_argument(name)).collect();
    let command = Command::new(question.name)
        .about(question.about)
        .arg(files::argument(
            "out",
            "Write the answer to FILE, as JSON unless it is a text; a table also as .csv, or aligned as .txt; - or nothing is standard \
             output, a terminal has tables aligned",
        ))
        .arg(race::quiet());
    let command = question.arguments.iter().map(flag).fold(command, Command::arg);
    let trains = defaults.racing().is_ok() && question.arguments.iter().all(|argument| argument.name != FROM);
    let weights =
        files::argument(FROM, "Ask of the trained run in FILE: weights or a checkpoint, which has its settings");
    let command = if trains { command.arg(weights.conflicts_with_all(["preset", "config"])) } else { command };
    settings::add_some(command, defaults, Some(&rows))
}

/// Does what the arguments of a lab's command say.
pub(crate) fn run(lab: &dyn Lab, arguments: &ArgMatches) -> Result<(), Failure> {
    let defaults = lab.defaults();
    match (arguments.subcommand(), look(lab)) {
        (Some(("run", arguments)), _) => race::run(&settings::configure(arguments, &defaults)?, arguments),
        (Some(("expand", arguments)), _) => expand::run(arguments, &defaults),
        (Some((name, arguments)), _) => answer(lab, name, arguments),
        (None, Some(look)) => (look.run)(arguments, &defaults),
        (None, None) => race::run(&settings::configure(arguments, &defaults)?, arguments),
    }
}

/// Asks the lab's bench until it has answered.
fn answer(lab: &dyn Lab, name: &str, arguments: &ArgMatches) -> Result<(), Failure> {
    let mut bench: Box<dyn Bench> = lab.bench();
    let questions = shell(lab);
    let question = questions.iter().find(|question| question.name == name);
    let mut given: BTreeMap<&str, Spelled> = BTreeMap::new();
    for argument in question.iter().flat_map(|question| &question.arguments) {
        let Some(text) = arguments.get_one::<String>(argument.name) else { continue };
        let text = if argument.name == PLACE { from_zero(text, argument)? } else { text.clone() };
        given.insert(argument.name, Spelled(text));
    }
    let weights = arguments.try_get_one::<PathBuf>(FROM).ok().flatten();
    let read: Vec<&Path> =
        arguments.get_one::<PathBuf>("config").into_iter().chain(weights).map(PathBuf::as_path).collect();
    let outputs = Outputs::of(arguments, &[], &read)?;
    let mut machine = Machine::default();
    let (config, trained) = match weights {
        Some(path) => {
            let (config, trial) = opened(path, arguments, &lab.defaults(), &mut machine)?;
            (config, Some(trial))
        }
        None => {
            let config = settings::configure(arguments, &lab.defaults())?;
            // What a step costs does not depend on the weights: the run is asked as it begins.
            let open = || pollster::block_on(Trial::open(config.clone(), &mut machine, &mut |_, _| {}));
            let trained = of_run(name).then(open).transpose()?;
            (config, trained)
        }
    };
    let mut asking = Asking {
        bench: bench.as_mut(),
        config: &config,
        trained,
        machine: &mut machine,
        quiet: arguments.get_flag("quiet"),
    };
    let has = questions.iter().any(|question| question.name == TABLES) && name != TABLES;
    if let Some(form) = Form::of(arguments).filter(|_| has) {
        let mut table = BTreeMap::from([("table", Spelled(name.to_owned()))]);
        table.extend(given.get("run").map(|run| ("at", run.clone())));
        match (asking.answer(TABLES, &table), form) {
            (Ok(csv), Form::Csv) => {
                return outputs.write(csv.as_str().unwrap_or_default().as_bytes(), || Ok(String::new()));
            }
            (Ok(csv), Form::Readable) => {
                let text = table::readable(csv.as_str().unwrap_or_default())?;
                return outputs.write(text.as_bytes(), || Ok(String::new()));
            }
            (Err(failure), Form::Csv) => return Err(failure),
            // What is no table is told as JSON, and so is what went wrong.
            (Err(_), Form::Readable) => {}
        }
    }
    let answer = counted(asking.answer(name, &given)?, given.contains_key(PLACE));
    let bytes = match answer.as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => settings::json_text(&answer)?,
    };
    outputs.write(&bytes, || Ok(String::new()))
}

/// The question that has a lab's tables, each under the name of the question that it is the answer to.
const TABLES: &str = "csv";

/// How an answer is told that is a table, if not as JSON.
#[derive(Clone, Copy)]
enum Form {
    Csv,
    Readable,
}

impl Form {
    /// A file says it by its ending; on a terminal people read.
    fn of(arguments: &ArgMatches) -> Option<Self> {
        let out = arguments.get_one::<PathBuf>("out").filter(|path| !files::is_stdout(path));
        match out.map(|path| path.extension().and_then(|end| end.to_str()).unwrap_or_default()) {
            Some("csv") => Some(Self::Csv),
            Some("txt") => Some(Self::Readable),
            None if std::io::stdout().is_terminal() => Some(Self::Readable),
            _ => None,
        }
    }
}

/// Where questions are asked.
struct Asking<'a> {
    bench: &'a mut dyn Bench,
    config: &'a Config,
    trained: Option<Trial>,
    machine: &'a mut Machine,
    quiet: bool,
}

impl Asking<'_> {
    /// Asks until there is an answer.
    fn answer(&mut self, name: &str, given: &BTreeMap<&str, Spelled>) -> Result<Value, Failure> {
        let mut kept = Kept::default();
        let mut progress: Option<Progress> = None;
        let answer = pollster::block_on(async {
            loop {
                let place = Place {
                    kept: &mut kept,
                    config: self.config,
                    now: Some(self.config),
                    run: self.trained.as_mut().map(|trial| trial as &mut dyn Run),
                    machine: self.machine,
                    budget_ms: UPDATE_MS,
                    stop: None,
                };
                let given = MapDeserializer::<_, Wrong>::new(given.clone().into_iter());
                let given = Box::new(<dyn erased_serde::Deserializer<'_>>::erase(given));
                match ask(self.bench, name, given, place).await.map_err(refused)? {
                    Reply::Done(answer) => return Ok::<_, Failure>(answer),
                    Reply::Going(turn) => {
                        let bar = progress.get_or_insert_with(|| Progress::new(self.quiet, turn.at, turn.of));
                        bar.at(turn.at, turn.of, 0.0);
                    }
                    Reply::Waiting => {}
                }
            }
        })?;
        progress.iter().for_each(Progress::end);
        Ok(answer)
    }
}

/// The run of a weights file, and the settings under which it is asked: its own, but for what is only looked at and where work is done.
fn opened(
    path: &Path,
    arguments: &ArgMatches,
    defaults: &Config,
    machine: &mut Machine,
) -> Result<(Config, Trial), Failure> {
    let name = files::name(path);
    let bytes = files::read(path).map_err(|why| Failure::failed(format!("{why}; name a weights file")))?;
    let weights =
        Weights::read(&bytes).map_err(|error| Failure::failed(format!("{name}: {}", settings::reason(error))))?;
    let mut config = weights.config.clone();
    if config.lab_id() != defaults.lab_id() {
        let (there, here) = (config.lab_id(), defaults.lab_id());
        return Err(Failure::usage(format!("{name}: it is of the {there} lab, and this asks the {here} lab")));
    }
    let given = settings::given_or_filed(arguments, defaults)?;
    let rows = config.rows();
    let of_run = |name: &str| rows.iter().any(|row| row.name == name && row.scope == Scope::Run);
    if let Some((setting, _)) = given.iter().find(|(setting, _)| of_run(setting)) {
        return Err(Failure::usage(format!("{setting}: {name} has its own; leave it out")));
    }
    let problems: Vec<_> = given.iter().flat_map(|(setting, value)| config.type_in(setting, value)).collect();
    if !problems.is_empty() {
        return Err(Failure::usages(problems.iter().map(|problem| settings::words("", problem)).collect()));
    }
    let bytes = if config == weights.config { bytes } else { Weights::write(&config, &weights.state)? };
    let trial = pollster::block_on(Trial::restore(&bytes, machine, &mut |_, _| {}))?;
    Ok((config, trial))
}

/// A place as programs count it.
fn from_zero(text: &str, argument: &Argument) -> Result<String, Failure> {
    let place = text.trim().parse::<u32>().ok().and_then(|place| place.checked_sub(1));
    let wrong = || {
        let given = quoted(text);
        Failure::usage(format!("--{}: \"{given}\" is not allowed; it takes {}", argument.name, takes(argument)))
    };
    place.map(|place| place.to_string()).ok_or_else(wrong)
}

/// An answer with the place that was asked for as readers count it, under a name that no program takes for its own.
fn counted(mut answer: Value, asked: bool) -> Value {
    if let Some(own) = answer.as_object_mut().filter(|_| asked)
        && let Some(place) = own.remove(PLACE)
    {
        let number = place.as_u64().map_or(place, |place| (place + 1).into());
        own.insert("symbolNumber".to_owned(), number);
    }
    answer
}

/// What is asked for wrongly is the command line's fault; anything else is not.
fn refused(error: Error) -> Failure {
    match error {
        Error::Config(_) | Error::Probe(_) | Error::File(_) => Failure::usage(settings::reason(error)),
        other => other.into(),
    }
}

/// A value as it stands on a command line, read as whatever type is asked for.
#[derive(Clone)]
struct Spelled(String);

impl<'de> IntoDeserializer<'de, Wrong> for Spelled {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident: $visit:ident $type:ty, $takes:literal;)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            let wrong = || de::Error::custom(format!("\"{}\" is not allowed; it takes {}", quoted(&self.0), $takes));
            visitor.$visit(self.0.trim().parse::<$type>().map_err(|_| wrong())?)
        })+
    };
}

impl<'de> de::Deserializer<'de> for Spelled {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_string(self.0)
    }
    parsed! {
        deserialize_bool: visit_bool bool, "true or false";
        deserialize_u32: visit_u32 u32, "a whole number";
        deserialize_f64: visit_f64 f64, "a number";
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_some(self)
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        StringDeserializer::new(quoted(&self.0)).deserialize_enum(name, variants, visitor)
    }
    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 u8 u16 u64 f32 char str string bytes byte_buf unit unit_struct newtype_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
