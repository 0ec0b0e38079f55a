//! Flags from the property table, and what configuration they, a preset and a file make together.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, ArgMatches, Command};
use serde_json::json;

use mnemoscope::labs::settings::{Preset, Reading, read_configuration};
use mnemoscope::labs::{Config, Lab};
use mnemoscope::property::{Kind, Problem, Property};
use mnemoscope::reading::quoted;

use super::failure::{Failure, say};
use super::files;

fn looks_like_a_flag(text: &str) -> bool {
    text.strip_prefix("--").is_some_and(|flag| flag.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn forgotten(flag: &str, next: &str) -> String {
    let next = quoted(next);
    format!("--{flag} takes a value, and {next} looks like a flag; a text that begins so goes into a file for --config")
}

/// Of a command line that was refused: the flag that was given another flag for its value, if there is one. What follows the swallowed
/// flag is refused first, as something that nobody expects there.
pub(crate) fn swallowed(command: &Command, given: &[String]) -> Option<String> {
    fn takes_any(command: &Command, name: &str) -> bool {
        let own = |argument: &Arg| {
            let names = argument.get_long().into_iter().chain(argument.get_all_aliases().unwrap_or_default());
            argument.is_allow_hyphen_values_set() && names.into_iter().any(|long| long == name)
        };
        command.get_arguments().any(own) || command.get_subcommands().any(|command| takes_any(command, name))
    }
    let pair = |pair: &[String]| {
        let flag = pair[0].strip_prefix("--").filter(|flag| takes_any(command, flag))?;
        looks_like_a_flag(&pair[1]).then(|| forgotten(flag, &pair[1]))
    };
    given.windows(2).find_map(pair)
}

/// Takes any text, for the property table judges it, but tells shells what could stand there. What looks like a flag is one whose
/// value was forgotten.
#[derive(Clone)]
struct Hinted(Vec<&'static str>);

impl TypedValueParser for Hinted {
    type Value = String;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        use clap::error::ErrorKind;
        let Some(text) = value.to_str() else { return Err(clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command)) };
        if looks_like_a_flag(text) {
            let line = forgotten(argument.and_then(Arg::get_long).unwrap_or_default(), text);
            return Err(clap::Error::raw(ErrorKind::InvalidValue, line).with_cmd(command));
        }
        Ok(text.to_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}

/// A property's flag: hyphens for people, underscores for those who copy a name from a file.
fn flag(property: &Property) -> Arg {
    let help = format!("{} [{}] [default: {}]", property.help, property.kind.allowed(), property.default);
    let long = property.name.replace('_', "-");
    let mut argument = Arg::new(property.name).long(long.clone()).help(help);
    if long != property.name {
        argument = argument.alias(property.name);
    }
    let hinted = |options: Vec<&'static str>| Hinted(options);
    match &property.kind {
        Kind::Choice { options } => {
            argument.value_name("NAME").value_parser(hinted(options.iter().map(|o| o.value).collect()))
        }
        Kind::Many { options } => {
            argument.value_name("NAMES").value_parser(hinted(options.iter().map(|o| o.value).collect()))
        }
        Kind::Text { .. } => argument.value_name("TEXT").allow_hyphen_values(true).value_parser(hinted(Vec::new())),
        Kind::Integer { .. } | Kind::Number { .. } => {
            argument.value_name("NUMBER").allow_hyphen_values(true).value_parser(hinted(Vec::new()))
        }
        Kind::Flag => argument
            .value_name("BOOL")
            .num_args(0..=1)
            .default_missing_value("true")
            .value_parser(hinted(vec!["true", "false"])),
    }
    .hide_possible_values(true)
}

/// Adds `--preset`, `--config`, and a flag for each property of a lab, whose defaults are given.
pub(crate) fn add(command: Command, defaults: &Config) -> Command {
    add_some(command, defaults, None)
}

/// As [`add`], with the flags of some properties only.
pub(crate) fn add_some(command: Command, defaults: &Config, only: Option<&[&str]>) -> Command {
    let presets: Vec<&str> = defaults.presets().iter().map(|preset| preset.id).collect();
    let first = presets.first().copied().unwrap_or_default();
    let preset = Arg::new("preset")
        .long("preset")
        .value_name("NAME")
        .help(format!("Start from a preset [one of {}] [default: {first}]", presets.join(", ")))
        .value_parser(Hinted(presets))
        .hide_possible_values(true);
    let config = files::argument(
        "config",
        "Start from a JSON file of settings, or from an earlier results file; - is standard input",
    )
    .conflicts_with("preset");
    let command = command.arg(preset).arg(config);
    add_flags(command.next_help_heading("Settings (they override --preset and --config)"), defaults, only)
}

/// Adds the flags of all properties of a lab, or of some.
pub(crate) fn add_flags(command: Command, defaults: &Config, only: Option<&[&str]>) -> Command {
    let wanted = |property: &&Property| only.is_none_or(|only| only.contains(&property.name));
    defaults.rows().iter().filter(wanted).map(flag).fold(command, Command::arg)
}

/// The flags that were given, by the names of a lab's properties.
pub(crate) fn given(arguments: &ArgMatches, defaults: &Config) -> Vec<(&'static str, String)> {
    let value = |name| arguments.try_get_one::<String>(name).ok().flatten().cloned();
    defaults.rows().iter().filter_map(|property| Some((property.name, value(property.name)?))).collect()
}

/// As [`given`], and what files say in the place of those that a value names, ahead of the rest.
pub(crate) fn given_or_filed(
    arguments: &ArgMatches,
    defaults: &Config,
) -> Result<Vec<(&'static str, String)>, Failure> {
    let (mut from_files, mut plain) = (Vec::new(), Vec::new());
    for (name, value) in given(arguments, defaults) {
        match opened(defaults, name, &value)? {
            Some(told) => from_files.extend(told),
            None => plain.push((name, value)),
        }
    }
    from_files.append(&mut plain);
    Ok(from_files)
}

/// A problem in the words of a shell: nothing is used instead, for a command line is refused as a whole.
pub(crate) fn words(from: &str, problem: &Problem) -> String {
    format!("{from}{}", Problem { used: String::new(), ..problem.clone() })
}

/// The configuration of a command line. Unlike a link, it is refused as a whole if anything in it is wrong.
pub(crate) fn configure(arguments: &ArgMatches, defaults: &Config) -> Result<Config, Failure> {
    configure_over(arguments, defaults, &[])
}

/// As [`configure`], with the settings `over` laid over preset or file, and under the flags.
pub(crate) fn configure_over(
    arguments: &ArgMatches,
    defaults: &Config,
    over: &[(&'static str, String)],
) -> Result<Config, Failure> {
    let mut lines = Vec::new();
    let mut config = defaults.clone();
    match (arguments.get_one::<PathBuf>("config"), arguments.get_one::<String>("preset")) {
        (Some(path), _) => {
            let text = files::read_text(path).map_err(|why| Failure::usage(format!("{why}; name a JSON file")))?;
            let name = files::name(path);
            own(&text, &name, defaults.lab_id())?;
            let hint = format!("mnemoscope settings {} lists what may stand in it", defaults.lab_id());
            let problems = read_configuration(&mut config, &text)
                .map_err(|error| Failure::usage(format!("{name}: {}; {hint}", reason(error))))?;
            lines.extend(problems.iter().map(|problem| words(&format!("{name}: "), problem)));
        }
        (None, Some(preset)) => {
            config.preset(preset).map_err(|problem| Failure::usage(words("--", &problem)))?;
        }
        (None, None) => {}
    }
    let base = if arguments.get_one::<PathBuf>("config").is_some() { defaults.values() } else { config.values() };
    let given = given_or_filed(arguments, defaults)?;
    let given = over.iter().chain(&given).map(|(name, value)| (*name, value.as_str()));
    let problems = config.apply_over(&base, given, Reading::Shell);
    lines.extend(problems.iter().chain(&config.lacking()).map(|problem| words("", problem)));
    if lines.is_empty() { Ok(config) } else { Err(Failure::usages(lines)) }
}

/// How names of files end that hold settings.
const FILES: [&str; 6] = [".txt", ".csv", ".tsv", ".edges", ".json", ".dat"];

/// What a file says, where a setting may be given as one and the value names one; what was left out of it is said.
fn opened(defaults: &Config, name: &str, value: &str) -> Result<Option<Vec<(&'static str, String)>>, Failure> {
    let path = Path::new(value);
    if !path.is_file() {
        // What stands there instead of a file has more than one word.
        let of_file = !matches!(defaults.of_file(name, &[]), Ok(None));
        let names_one =
            !value.is_empty() && !value.contains(char::is_whitespace) || FILES.iter().any(|end| value.ends_with(end));
        return match of_file && names_one {
            true => Err(Failure::usage(format!("--{name}: {}: there is no such file", quoted(value)))),
            false => Ok(None),
        };
    }
    let bytes = files::read(path).map_err(|why| Failure::usage(format!("--{name}: {why}")))?;
    let told = defaults.of_file(name, &bytes);
    let told = told.map_err(|error| Failure::usage(format!("--{name}: {value}: {}", reason(error))))?;
    Ok(told.map(|(settings, notices)| {
        notices.iter().for_each(|notice| say(&format!("{value}: {notice}")));
        settings
    }))
}

/// Refuses a file that says that it is of another lab: its settings would be refused one by one.
fn own(text: &str, name: &str, own: &str) -> Result<(), Failure> {
    let json = serde_json::from_str::<serde_json::Value>(text).ok();
    let results =
        |json: &serde_json::Value| ["settings", "configuration", "link"].iter().any(|name| json.get(name).is_some());
    let lab = json.as_ref().filter(|json| results(json)).and_then(|json| json.get("lab")?.as_str());
    match lab.filter(|lab| *lab != own) {
        Some(lab) => {
            let line = format!(
                "{name}: it is of the lab \"{}\", and this command takes settings of the {} lab",
                quoted(lab),
                own
            );
            Err(Failure::usage(line))
        }
        None => Ok(()),
    }
}

/// Why a file was refused, without the page's sentence around it.
pub(crate) fn reason(error: mnemoscope::error::Error) -> String {
    match error {
        mnemoscope::error::Error::File(why) => why,
        other => other.to_string(),
    }
}

/// Prints a lab's property table and presets as JSON.
pub(crate) fn print(lab: &dyn Lab) -> Result<(), Failure> {
    let preset = |preset: &Preset| {
        let values: BTreeMap<_, _> = preset.values.iter().copied().collect();
        json!({ "id": preset.id, "label": preset.label, "help": preset.help, "values": values })
    };
    let lab = lab.describe();
    let presets: Vec<_> = lab.presets.iter().map(preset).collect();
    let all = json!({ "lab": lab.lab, "settings": lab.properties, "presets": presets });
    files::print(&json_text(&all)?)
}

/// JSON for people: indented, with a newline at the end.
pub(crate) fn json_text(value: &impl serde::Serialize) -> Result<Vec<u8>, Failure> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| Failure::failed(format!("JSON: {error}")))?;
    text.push(b'\n');
    Ok(text)
}
