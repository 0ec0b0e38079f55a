//! `mnemoscope LAB expand`: a grid of settings, as one configuration file per job of a sweep; `mnemoscope expand` is the first lab's.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, value_parser};

use mnemoscope::labs::Config;
use mnemoscope::labs::settings::Reading;
use mnemoscope::property::Kind;
use mnemoscope::reading::{no_setting, quoted};

use super::failure::{Failure, say};
use super::{files, settings};

/// More jobs than that are a slip of the finger, and more than schedulers take as one array.
const MOST: usize = 10_000;

/// The command, of the lab whose defaults are given.
pub(crate) fn command(defaults: &Config) -> Command {
    let vary = Arg::new("vary")
        .long("vary")
        .value_name("NAME=VALUES")
        .required(true)
        .action(ArgAction::Append)
        .help("A setting and its values, separated by commas, or by semicolons where a value is itself a list: rate=0.001,0.003 or \
            \"encodings=rank;sinusoidal,none\". Several make a grid");
    let folder = Arg::new("out-dir")
        .long("out-dir")
        .value_name("FOLDER")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::DirPath)
        .help("Write job-0.json, job-1.json, … there; their names go to standard output");
    let command = Command::new("expand").about("Write one configuration file per job of a sweep").arg(vary).arg(folder);
    settings::add(command, defaults)
}

/// A setting and the values it takes in turn.
struct Axis {
    name: String,
    values: Vec<String>,
}

impl Axis {
    fn parse(text: &str, defaults: &Config) -> Result<Self, Failure> {
        let (name, values) = text.split_once('=').ok_or_else(|| {
            Failure::usage(format!("--vary {}: it takes NAME=VALUES, such as rate=0.001,0.003", quoted(text)))
        })?;
        let name = name.trim().replace('-', "_");
        let table = defaults.rows();
        let Some(property) = table.iter().find(|property| property.name == name) else {
            let names: Vec<_> = table.iter().map(|property| property.name).collect();
            let line = format!("--vary {}: there is {}", quoted(&name), no_setting(&name, &names));
            return Err(Failure::usage(line));
        };
        let is_list = matches!(property.kind, Kind::Many { .. });
        let separator = if is_list || values.contains(';') { ';' } else { ',' };
        let list: Vec<String> = values.split(separator).map(|value| value.trim().to_owned()).collect();
        let decimals = |value: &String| {
            value.len() > 1 && value.starts_with('0') && value.bytes().all(|byte| byte.is_ascii_digit())
        };
        let number = matches!(property.kind, Kind::Integer { .. } | Kind::Number { .. });
        if separator == ',' && number && list.iter().any(decimals) {
            let line = format!(
                "--vary {}: a comma separates values, and this looks like decimals; write a point, or separate the values by semicolons",
                quoted(text)
            );
            return Err(Failure::usage(line));
        }
        Ok(Self { name, values: list })
    }
}

pub(crate) fn run(arguments: &ArgMatches, defaults: &Config) -> Result<(), Failure> {
    let base = settings::configure(arguments, defaults)?;
    let axes = arguments.get_many::<String>("vary").into_iter().flatten();
    let axes = axes.map(|text| Axis::parse(text, defaults)).collect::<Result<Vec<_>, _>>()?;
    for (at, axis) in axes.iter().enumerate() {
        if axes[..at].iter().any(|other| other.name == axis.name) {
            return Err(Failure::usage(format!("--vary {}: given twice; give all its values at once", axis.name)));
        }
    }
    let jobs = axes.iter().try_fold(1, |jobs: usize, axis| jobs.checked_mul(axis.values.len()));
    let jobs = jobs.filter(|jobs| *jobs <= MOST);
    let jobs = jobs.ok_or_else(|| Failure::usage(format!("that is more than {MOST} jobs; vary fewer settings")))?;
    let configs = (0..jobs).map(|job| configuration(&base, &axes, job)).collect::<Result<Vec<_>, _>>()?;
    for (at, config) in configs.iter().enumerate() {
        if let Some(same) = configs[..at].iter().position(|other| other == config) {
            let line = format!("jobs {same} and {at} would be the same; name each value of --vary once");
            return Err(Failure::usage(line));
        }
    }
    let folder = arguments.get_one::<PathBuf>("out-dir").map_or(Path::new("."), PathBuf::as_path);
    write(folder, &configs)
}

/// Configuration number `job` of the grid; the last axis goes round first.
fn configuration(base: &Config, axes: &[Axis], job: usize) -> Result<Config, Failure> {
    let mut rest = job;
    let mut values: Vec<(&str, &str)> = Vec::with_capacity(axes.len());
    for axis in axes.iter().rev() {
        values.push((&axis.name, &axis.values[rest % axis.values.len()]));
        rest /= axis.values.len();
    }
    values.reverse();
    let mut config = base.clone();
    let mut problems = config.apply_over(&config.defaults().values(), values.iter().copied(), Reading::Shell);
    problems.extend(config.lacking());
    if problems.is_empty() {
        return Ok(config);
    }
    let which: Vec<String> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let from = format!("--vary, job {job} ({}): ", quoted(which.join(" ")));
    Err(Failure::usages(problems.iter().map(|problem| settings::words(&from, problem)).collect()))
}

fn write(folder: &Path, configs: &[Config]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::failed(format!("{}: {}; name another folder", folder.display(), files::words(&error)))
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut jobs = Vec::with_capacity(configs.len());
    for (job, config) in configs.iter().enumerate() {
        let values: serde_json::Map<String, serde_json::Value> =
            config.values().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let job_file = serde_json::json!({ "lab": config.lab_id(), "settings": values });
        jobs.push((folder.join(format!("job-{job}.json")), settings::json_text(&job_file)?));
    }
    // An array over a folder that still holds jobs of another sweep would run those too.
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_job = name.starts_with("job-") && name.ends_with(".json");
        let same =
            || jobs.iter().any(|(job, text)| *job == path && std::fs::read(&path).is_ok_and(|there| there == *text));
        if is_job && !same() {
            let line = format!("{}: it belongs to another sweep; name an empty folder", path.display());
            return Err(Failure::usage(line));
        }
    }
    let mut names = String::new();
    for (path, text) in &jobs {
        files::replace(path, text)?;
        names += &format!("{}\n", path.display());
    }
    files::print(names.as_bytes())?;
    say(&format!("{} jobs in {}", jobs.len(), folder.display()));
    Ok(())
}
