//! Sweeps: results of many races put together, told apart by what differs between their configurations.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::choice::Choice;
use crate::encoding::Encoding;
use crate::error::Error;
use crate::labs::any::{Config, Runner};
use crate::labs::copy::claim::{Verdict, verdicts};
use crate::labs::copy::config::{CopyConfig, Settings};
use crate::run::results::{COLUMNS, Results, RunResult};

/// Settings that say which runs a race holds, not what a run is.
const WHICH_RUNS: [&str; 3] = ["encodings", "seeds", "seed"];

/// When the runs of one encoding first reached 99 % of held-out tokens.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Identifier of the encoding.
    pub encoding: String,
    /// Seeds, ascending.
    pub seeds: Vec<u32>,
    /// First step that reached 99 %, seed by seed; nothing where that never came.
    pub step99: Vec<Option<u32>>,
    /// Step at which a run met a number that is not finite, seed by seed.
    pub stopped: Vec<Option<u32>>,
    /// Median of `step99`, where a run that never got there counts as later than all others; nothing if that is never.
    pub median: Option<f64>,
    /// Least step among those that got there.
    pub least: Option<u32>,
    /// Greatest step among those that got there.
    pub greatest: Option<u32>,
    /// Runs that never got there.
    pub never: u32,
}

/// The runs by encoding, encodings in the order of [`Encoding::ALL`].
#[must_use]
pub fn spreads(runs: &[RunResult]) -> Vec<Spread> {
    spreads_of(runs, Encoding::ALL.iter().map(|encoding| encoding.id()))
}

/// The runs by the identifiers of what is raced, in their order; what has no run is left out.
#[must_use]
pub fn spreads_of<'a>(runs: &[RunResult], arms: impl IntoIterator<Item = &'a str>) -> Vec<Spread> {
    let of = |arm: &str| {
        let mut runs: Vec<&RunResult> = runs.iter().filter(|run| run.encoding == arm).collect();
        runs.sort_by_key(|run| run.seed);
        let step99: Vec<Option<u32>> = runs.iter().map(|run| run.step99).collect();
        let reached = || step99.iter().flatten().copied();
        (!runs.is_empty()).then(|| Spread {
            encoding: arm.to_owned(),
            seeds: runs.iter().map(|run| run.seed).collect(),
            stopped: runs.iter().map(|run| run.stopped).collect(),
            median: median(&step99),
            least: reached().min(),
            greatest: reached().max(),
            never: step99.iter().filter(|step| step.is_none()).count() as u32,
            step99: step99.clone(),
        })
    };
    arms.into_iter().filter_map(of).collect()
}

fn median(steps: &[Option<u32>]) -> Option<f64> {
    let mut sorted: Vec<f64> = steps.iter().map(|step| step.map_or(f64::INFINITY, f64::from)).collect();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some((lower + upper) / 2.0).filter(|middle| middle.is_finite())
}

/// Runs whose configurations agree in all but encoding and seed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// The settings in which it differs from other groups.
    pub settings: BTreeMap<String, String>,
    /// Its encodings.
    pub encodings: Vec<Spread>,
    /// Claims and what the group's runs say of them.
    pub verdicts: Vec<Verdict>,
}

/// A run that several files hold alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Again {
    /// Identifier of its encoding.
    pub encoding: String,
    /// Its seed.
    pub seed: u32,
    /// The file whose run was taken.
    pub file: String,
    /// The file that holds the same run again.
    pub again: String,
}

/// Results of many races, put together.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sweep {
    /// Which lab.
    pub lab: &'static str,
    /// Version that put them together.
    pub version: &'static str,
    /// Names of the settings that differ between groups.
    pub varies: Vec<String>,
    /// The settings that all share.
    pub settings: BTreeMap<String, String>,
    /// Kinds of executor that worked.
    pub executors: Vec<String>,
    /// The files taken.
    pub files: Vec<String>,
    /// Runs that were there more than once, and counted once.
    pub counted_once: Vec<Again>,
    /// The groups, in the order of what varies.
    pub groups: Vec<Group>,
    #[serde(skip)]
    curves: Vec<Vec<Curve>>,
}

/// A run with its held-out numbers: step, then loss, tokens and sequences right.
#[derive(Clone, Debug, PartialEq)]
struct Curve {
    run: RunResult,
    rows: Vec<(u32, [Option<f32>; 3])>,
}

/// One results file, read and found whole.
struct Part {
    file: String,
    config: CopyConfig,
    executor: Option<String>,
    curves: Vec<Curve>,
}

/// A group in the making.
struct Draft {
    settings: BTreeMap<String, String>,
    config: CopyConfig,
    /// Each with the place of its file.
    curves: Vec<(usize, Curve)>,
}

fn refuse(why: impl std::fmt::Display) -> Error {
    Error::File(why.to_string())
}

impl Part {
    fn of(file: String, results: Results) -> Result<Self, Error> {
        if results.configuration.is_empty() {
            return Err(refuse("it does not say its configuration; merge the JSON files, not the CSV files"));
        }
        let mut config = CopyConfig::default();
        let settings = results.configuration.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        if let Some(problem) = config.apply(settings).first() {
            return Err(refuse(format!("its configuration is not allowed ({problem})")));
        }
        let wanted = Config::from(config.clone()).runners()?;
        let found =
            |(run, wanted): (&RunResult, &Runner)| run.encoding == wanted.arm && run.seed == wanted.replica.seed;
        if results.runs.len() != wanted.len() || !results.runs.iter().zip(&wanted).all(found) {
            return Err(refuse("its runs are not those of its configuration"));
        }
        let reached = results.evaluations.last().map_or(0, |row| row.step).max(results.step);
        if reached < config.steps && results.runs.iter().any(|run| run.stopped.is_none()) {
            return Err(refuse(format!("it is not finished: step {reached} of {}", config.steps)));
        }
        let curve = |(at, run): (usize, &RunResult)| {
            let row = |row: &crate::run::results::EvaluationRow| {
                let of = |column: &[Option<f32>]| column.get(at).copied().flatten();
                (row.step, [of(&row.loss), of(&row.token_accuracy), of(&row.sequence_accuracy)])
            };
            let rows: Vec<_> = results.evaluations.iter().map(row).collect();
            // From the rows, for files of earlier versions do not say it.
            let accuracy = rows.last().and_then(|(_, values)| values[1]);
            Curve { run: RunResult { accuracy, ..run.clone() }, rows }
        };
        let curves = results.runs.iter().enumerate().map(curve).collect();
        Ok(Self { file, config, executor: results.executor.map(|executor| executor.kind), curves })
    }

    /// Every setting that says what a run is.
    fn settings(&self) -> BTreeMap<String, String> {
        let values = self.config.values().into_iter().filter(|(name, _)| !WHICH_RUNS.contains(name));
        values.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Puts files together one by one; one that is refused leaves what is there as it is.
#[derive(Default)]
pub struct Merger {
    parts: Vec<Part>,
}

impl std::fmt::Debug for Merger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Merger of {} files", self.parts.len())
    }
}

impl Merger {
    /// Takes a file's results.
    ///
    /// # Errors
    /// [`Error::File`] if they cannot be part of a sweep, with why.
    pub fn add(&mut self, file: &str, results: Results) -> Result<(), Error> {
        self.parts.push(Part::of(file.to_owned(), results)?);
        Ok(())
    }

    /// All that was added.
    ///
    /// # Errors
    /// [`Error::File`] if nothing was added, or two files tell different things of the same run.
    pub fn finish(self) -> Result<Sweep, Error> {
        let each: Vec<BTreeMap<String, String>> = self.parts.iter().map(Part::settings).collect();
        let first = each.first().ok_or_else(|| refuse("there is no results file left to merge"))?;
        let agrees = |name: &String| each.iter().all(|settings| settings.get(name) == first.get(name));
        // In the order of the property table, which is the order in which people think of them.
        let names = CopyConfig::table().into_iter().map(|property| property.name.to_owned());
        let (common, varies): (Vec<_>, Vec<_>) = names.filter(|name| first.contains_key(name)).partition(agrees);
        let pick = |from: &BTreeMap<String, String>, names: &[String]| -> BTreeMap<String, String> {
            names.iter().filter_map(|name| Some((name.clone(), from.get(name)?.clone()))).collect()
        };

        let mut groups: Vec<Draft> = Vec::new();
        let mut counted_once = Vec::new();
        for (at, (part, settings)) in self.parts.iter().zip(&each).enumerate() {
            let settings = pick(settings, &varies);
            let known = groups.iter().position(|known| known.settings == settings);
            let index = known.unwrap_or_else(|| {
                groups.push(Draft { settings, config: part.config.clone(), curves: Vec::new() });
                groups.len() - 1
            });
            let curves = &mut groups[index].curves;
            for curve in &part.curves {
                let (encoding, seed) = (&curve.run.encoding, curve.run.seed);
                let same = curves.iter().find(|(_, c)| c.run.encoding == *encoding && c.run.seed == seed);
                match same {
                    None => curves.push((at, curve.clone())),
                    Some((from, known)) if known == curve => counted_once.push(Again {
                        encoding: encoding.clone(),
                        seed,
                        file: self.parts[*from].file.clone(),
                        again: part.file.clone(),
                    }),
                    Some((from, _)) => {
                        return Err(refuse(format!(
                            "{} and {} tell different things of the same run ({encoding}, seed {seed}, same settings): \
                             another version or another executor made one of them",
                            self.parts[*from].file, part.file
                        )));
                    }
                }
            }
        }
        groups.sort_by(|a, b| compare(&a.settings, &b.settings, &varies));

        let mut executors: Vec<String> = self.parts.iter().filter_map(|part| part.executor.clone()).collect();
        executors.sort();
        executors.dedup();
        let mut sweep = Sweep {
            lab: "copy",
            version: env!("CARGO_PKG_VERSION"),
            settings: pick(first, &common),
            varies,
            executors,
            files: self.parts.into_iter().map(|part| part.file).collect(),
            counted_once,
            groups: Vec::with_capacity(groups.len()),
            curves: Vec::with_capacity(groups.len()),
        };
        for Draft { settings, mut config, curves } in groups {
            let mut curves: Vec<Curve> = curves.into_iter().map(|(_, curve)| curve).collect();
            let rank = |run: &RunResult| Encoding::ALL.iter().position(|encoding| encoding.id() == run.encoding);
            curves.sort_by_key(|curve| (rank(&curve.run), curve.run.seed));
            let runs: Vec<RunResult> = curves.iter().map(|curve| curve.run.clone()).collect();
            let there = |encoding: &&Encoding| runs.iter().any(|run| run.encoding == encoding.id());
            config.encodings = Encoding::ALL.iter().filter(there).copied().collect();
            let verdicts = verdicts(&config, &runs, config.steps);
            sweep.groups.push(Group { settings, encodings: spreads(&runs), verdicts });
            sweep.curves.push(curves);
        }
        Ok(sweep)
    }
}

/// Numbers as numbers, the rest as text.
fn compare(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>, names: &[String]) -> std::cmp::Ordering {
    let each = names.iter().map(|name| match (a.get(name), b.get(name)) {
        (Some(a), Some(b)) => match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => a.total_cmp(&b),
            _ => a.cmp(b),
        },
        (a, b) => a.cmp(&b),
    });
    each.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

impl Sweep {
    /// All curves as CSV: the settings that vary, then [`COLUMNS`].
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn csv(&self) -> Result<String, Error> {
        let failed = |error: csv::Error| Error::Internal(error.to_string());
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.varies.iter().map(String::as_str).chain(COLUMNS)).map_err(failed)?;
        for (group, curves) in self.groups.iter().zip(&self.curves) {
            for Curve { run, rows } in curves {
                for (step, values) in rows {
                    let settings: Vec<&String> = self.varies.iter().map(|name| &group.settings[name]).collect();
                    writer.serialize((settings, &run.encoding, run.seed, step, values)).map_err(failed)?;
                }
            }
        }
        let bytes = writer.into_inner().map_err(|error| Error::Internal(error.to_string()))?;
        String::from_utf8(bytes).map_err(|error| Error::Internal(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::progress::Evaluation;

    fn results(settings: &[(&str, &str)], step99: &[Option<u32>]) -> Results {
        let mut config = CopyConfig::default();
        let base = [("steps", "100"), ("encodings", "rank"), ("seeds", "1")];
        assert!(config.apply(base.into_iter().chain(settings.iter().copied())).is_empty());
        let run = |(runner, step99): (&Runner, &Option<u32>)| RunResult {
            encoding: runner.arm.clone(),
            seed: runner.replica.seed,
            step99: *step99,
            stopped: None,
            accuracy: None,
        };
        let runners = Config::from(config.clone()).runners().unwrap_or_default();
        let runs: Vec<_> = runners.iter().zip(step99).map(run).collect();
        let values = || vec![0.5; runs.len()];
        let history = [Evaluation { step: 100, values: [values(), values(), values()] }];
        let mut results = Results::of(&config.clone().into(), runs, &history);
        results.step = 100;
        results
    }

    fn merge(files: Vec<Results>) -> Result<Sweep, Error> {
        let mut merger = Merger::default();
        for (at, results) in files.into_iter().enumerate() {
            merger.add(&format!("{at}.json"), results)?;
        }
        merger.finish()
    }

    #[test]
    fn a_run_that_never_got_there_is_later_than_all_others() {
        assert_eq!(median(&[Some(20), None, Some(10)]), Some(20.0));
        assert_eq!(median(&[Some(20), Some(10)]), Some(15.0));
        assert_eq!(median(&[Some(20), None]), None);
        assert_eq!(median(&[None, None, Some(1)]), None);
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn groups_are_told_apart_by_what_differs_and_seeds_come_together() {
        let sweep = merge(vec![
            results(&[("rate", "0.01")], &[None]),
            results(&[("rate", "0.003"), ("seed", "1")], &[Some(40)]),
            results(&[("rate", "0.003"), ("encodings", "rank,none")], &[Some(20), None]),
        ])
        .map_err(|error| error.to_string());
        let sweep = sweep.as_ref().map_err(String::as_str);
        assert_eq!(sweep.map(|s| s.varies.clone()), Ok(vec!["rate".to_owned()]));
        let groups = sweep.map(|s| s.groups.as_slice()).unwrap_or_default();
        let rates: Vec<_> = groups.iter().map(|group| group.settings["rate"].as_str()).collect();
        assert_eq!(rates, ["0.003", "0.01"]);
        let rank = groups[0].encodings.iter().find(|spread| spread.encoding == "rank");
        let found = rank.map(|rank| (rank.seeds.clone(), rank.step99.clone(), rank.median, rank.never));
        assert_eq!(found, Some((vec![0, 1], vec![Some(20), Some(40)], Some(30.0), 0)));
        let csv = sweep.ok().and_then(|sweep| sweep.csv().ok()).unwrap_or_default();
        let head = "rate,encoding,seed,step,loss_bits,token_accuracy,sequence_accuracy\n0.003,";
        assert!(csv.starts_with(head) && csv.lines().count() == 5, "{csv}");
    }

    #[test]
    fn what_cannot_be_part_of_a_sweep_is_refused() {
        let same = merge(vec![results(&[], &[Some(20)]), results(&[], &[Some(20)])]);
        assert_eq!(
            same.map(|sweep| (sweep.counted_once.len(), sweep.groups[0].encodings[0].seeds.len())).ok(),
            Some((1, 1))
        );
        let why = |files| merge(files).err().map(|error| error.to_string()).unwrap_or_default();
        let contrary = why(vec![results(&[], &[Some(20)]), results(&[], &[None])]);
        assert!(contrary.contains("0.json and 1.json") && contrary.contains("rank, seed 0"), "{contrary}");
        let mut short = results(&[], &[None]);
        short.step = 60;
        short.evaluations[0].step = 60;
        assert!(why(vec![short]).contains("step 60 of 100"));
        let mut foreign = results(&[], &[None]);
        foreign.runs[0].seed = 7;
        assert!(why(vec![foreign]).contains("not those of its configuration"));
        assert!(why(Vec::new()).contains("no results file"));
    }
}
