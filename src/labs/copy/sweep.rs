//! Sweeps: results of many races put together, told apart by what differs between their configurations.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::choice::Choice;
use crate::encoding::Encoding;
use crate::error::Error;
use crate::labs::Config;
use crate::labs::copy::claim::verdicts;
use crate::labs::copy::config::CopyConfig;
use crate::labs::results;
use crate::labs::settings::Settings;
use crate::model::ensemble::TOKEN_ACCURACY;
use crate::model::measure::Measure;
use crate::order::sorted;
use crate::run::claim::Verdict;
use crate::run::curves::{self, Axis, Curves, Point};
use crate::run::event::RunInfo;
use crate::run::results::{Results, RunResult};
use crate::run::spread::{Spread, spreads};
use crate::run::table::{Cell, Column, Table};

/// Settings that say which runs a race holds, not what a run is.
const WHICH_RUNS: [&str; 3] = ["encodings", "seeds", "seed"];

/// Identifiers of all encodings, in their own order, whatever the order in which they were asked for.
pub fn encodings() -> impl Iterator<Item = &'static str> {
    Encoding::ALL.iter().map(|encoding| encoding.id())
}

/// Runs whose configurations agree in all but arm and seed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// The settings in which it differs from other groups.
    pub settings: BTreeMap<String, String>,
    /// Its arms.
    pub arms: Vec<Spread>,
    /// Claims and what the group's runs say of them.
    pub verdicts: Vec<Verdict>,
}

/// A run that several files hold alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Again {
    /// Identifier of its arm.
    pub arm: String,
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
    /// Of each group.
    #[serde(skip)]
    curves: Vec<Curves>,
}

/// A run with its numbers: step, then a number by measure.
#[derive(Clone, Debug)]
struct Curve {
    run: RunResult,
    points: Vec<Point>,
}

impl Curve {
    /// Whether both have the same numbers. Why a run stopped is said in words, and where its file ends is nothing of its own.
    fn tells_the_same(&self, other: &Self) -> bool {
        fn facts(curve: &Curve) -> impl Iterator<Item = &Point> {
            curve.points.iter().filter(|point| point.values.iter().flatten().any(|value| !value.is_nan()))
        }
        let stop = |curve: &Self| curve.run.stopped.as_ref().map(|stop| stop.step);
        self.run.reached == other.run.reached && stop(self) == stop(other) && facts(self).eq(facts(other))
    }
}

/// One results file, read and found whole.
struct Part {
    file: String,
    config: CopyConfig,
    executor: Option<String>,
    measures: Vec<Measure>,
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
        if results.settings.is_empty() {
            return Err(refuse("it does not say its settings; merge the JSON files, not the CSV files"));
        }
        let mut config = CopyConfig::default();
        let settings = results.setting_texts();
        if let Some(problem) = config.apply(settings.iter().map(|(name, value)| (*name, value.as_str()))).first() {
            return Err(refuse(format!("its settings are not allowed ({problem})")));
        }
        let wanted = Config::from(config.clone()).lineup()?.runs();
        let found = |(run, wanted): (&RunResult, &RunInfo)| run.arm == wanted.arm && run.seed == wanted.seed;
        if results.runs.len() != wanted.len() || !results.runs.iter().zip(&wanted).all(found) {
            return Err(refuse("its runs are not those of its settings"));
        }
        let reached = results.curves.last().map_or(0, |point| point.x as u32).max(results.step);
        if reached < config.steps && results.runs.iter().any(|run| run.stopped.is_none()) {
            return Err(refuse(format!("it is not finished: step {reached} of {}", config.steps)));
        }
        let curve = |(at, run): (usize, &RunResult)| {
            let of = |values: &Vec<f32>| vec![values.get(at).copied().unwrap_or(f32::NAN)];
            let point = |point: &Point| Point { x: point.x, values: point.values.iter().map(of).collect() };
            Curve { run: run.clone(), points: results.curves.iter().map(point).collect() }
        };
        let curves = results.runs.iter().enumerate().map(curve).collect();
        let executor = results.executor.map(|executor| executor.kind);
        Ok(Self { file, config, executor, measures: results.measures, curves })
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
    /// Reads a file, and takes its results.
    ///
    /// # Errors
    /// [`Error::File`] if it is no results file of a race of the copy lab, or as [`Merger::add`].
    pub fn read(&mut self, file: &str, text: &str) -> Result<(), Error> {
        self.add(file, results::read(text, &CopyConfig::default().into())?)
    }

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
        let measures = self.parts.first().map(|part| part.measures.clone()).unwrap_or_default();
        let alike = |part: &Part| {
            let both = || part.measures.iter().zip(&measures);
            part.measures.len() == measures.len() && both().all(|(own, first)| own.agrees(first))
        };
        if let Some(other) = self.parts.iter().find(|part| !alike(part)) {
            return Err(refuse(format!("{} measures something else than the files before it", other.file)));
        }
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
                let (arm, seed) = (&curve.run.arm, curve.run.seed);
                let same = curves.iter().find(|(_, c)| c.run.arm == *arm && c.run.seed == seed);
                match same {
                    None => curves.push((at, curve.clone())),
                    Some((from, known)) if known.tells_the_same(curve) => counted_once.push(Again {
                        arm: arm.clone(),
                        seed,
                        file: self.parts[*from].file.clone(),
                        again: part.file.clone(),
                    }),
                    Some((from, _)) => {
                        return Err(refuse(format!(
                            "{} and {} tell different things of the same run ({arm}, seed {seed}, same settings): \
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
            let rank = |run: &RunResult| encodings().position(|id| id == run.arm);
            curves.sort_by_key(|curve| (rank(&curve.run), curve.run.seed));
            let runs: Vec<RunResult> = curves.iter().map(|curve| curve.run.clone()).collect();
            let there = |encoding: &&Encoding| runs.iter().any(|run| run.arm == encoding.id());
            config.encodings = Encoding::ALL.iter().filter(there).copied().collect();
            let joined = join(&measures, &curves);
            let provenance = Config::from(config.clone()).provenance();
            let results = Results::new(&provenance, joined.clone(), runs.clone());
            let verdicts = verdicts(&config, &results, config.steps);
            sweep.groups.push(Group { settings, arms: spreads(&runs, TOKEN_ACCURACY, encodings()), verdicts });
            sweep.curves.push(joined);
        }
        Ok(sweep)
    }
}

/// Curves of several files side by side; a run has no numbers where only others were evaluated.
fn join(measures: &[Measure], curves: &[Curve]) -> Curves {
    let places = curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.x)).collect();
    let mut places: Vec<f64> = sorted(places, |&place| place);
    places.dedup();
    let runs = (0..).zip(curves);
    let mut joined = Curves {
        id: "sweep".to_owned(),
        label: String::new(),
        x: Axis::step(),
        measures: measures.to_vec(),
        arms: Vec::new(),
        runs: runs.map(|(replica, c)| RunInfo { replica, arm: c.run.arm.clone(), seed: c.run.seed }).collect(),
        points: Vec::new(),
    };
    joined.make_room(&places);
    for (run, curve) in curves.iter().enumerate() {
        for point in &curve.points {
            let Some(place) = joined.points.iter_mut().find(|other| other.x == point.x) else { continue };
            for (to, from) in place.values.iter_mut().zip(&point.values) {
                to[run] = from.first().copied().unwrap_or(f32::NAN);
            }
        }
    }
    joined
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
    /// All curves: the settings that vary, then arm, seed, step and measures; places where a run was not evaluated are left out.
    #[must_use]
    pub fn table(&self) -> Table {
        let mut columns: Vec<Column> = self.varies.iter().map(|name| Column::new(name, name, "")).collect();
        let own = self.curves.first().map(|curves| curves::table("", &[curves]).columns).unwrap_or_default();
        columns.extend(own);
        let mut table = Table::new("sweep", columns);
        for (group, curves) in self.groups.iter().zip(&self.curves) {
            let settings = self.varies.iter().map(|name| Cell::from(group.settings.get(name).map(String::as_str)));
            let settings: Vec<Cell> = settings.collect();
            let mut rows = curves::table("", &[curves]).rows;
            rows.retain(|row| row.iter().skip(3).any(|cell| *cell != Cell::Missing));
            // Run by run, as each file has them.
            let rank = |row: &Vec<Cell>| {
                let run = curves.runs.iter().position(|run| {
                    row.first() == Some(&run.arm.as_str().into()) && row.get(1) == Some(&run.seed.into())
                });
                run.unwrap_or(usize::MAX)
            };
            rows.sort_by_key(rank);
            for row in rows {
                table.push(settings.iter().cloned().chain(row));
            }
        }
        table
    }

    /// The table as CSV.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn csv(&self) -> Result<String, Error> {
        self.table().csv()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ensemble::TOKEN_ACCURACY;
    use crate::run::collector::Record;

    fn results(settings: &[(&str, &str)], step99: &[Option<u32>]) -> Results {
        let mut config = CopyConfig::default();
        let base = [("steps", "100"), ("encodings", "rank"), ("seeds", "1")];
        assert!(config.apply(base.into_iter().chain(settings.iter().copied())).is_empty());
        let run = |(runner, step99): (&RunInfo, &Option<u32>)| RunResult {
            arm: runner.arm.clone(),
            seed: runner.seed,
            reached: BTreeMap::from([(TOKEN_ACCURACY.to_owned(), *step99)]),
            stopped: None,
        };
        let lineup = Config::from(config.clone()).lineup();
        let Ok(lineup) = lineup else { unreachable!("a configuration of the copy lab races") };
        let runners = lineup.runs();
        let runs: Vec<_> = runners.iter().zip(step99).map(run).collect();
        let values = vec![vec![0.5; runs.len()]; 3];
        let record = Record { history: vec![Point { x: 100.0, values }], ..Record::default() };
        let mut results = Results::new(&lineup.provenance, Curves::of_race(&lineup, &record), runs);
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
        let rank = groups[0].arms.iter().find(|spread| spread.arm == "rank");
        let found = rank.map(|rank| (rank.seeds.clone(), rank.reached.clone(), rank.median, rank.never));
        assert_eq!(found, Some((vec![0, 1], vec![Some(20), Some(40)], Some(30.0), 0)));
        let csv = sweep.ok().and_then(|sweep| sweep.csv().ok()).unwrap_or_default();
        let head = "rate,arm,seed,step,loss,token-accuracy,sequence-accuracy\n0.003,";
        assert!(csv.starts_with(head) && csv.lines().count() == 5, "{csv}");
    }

    #[test]
    fn what_cannot_be_part_of_a_sweep_is_refused() {
        let same = merge(vec![results(&[], &[Some(20)]), results(&[], &[Some(20)])]);
        assert_eq!(
            same.map(|sweep| (sweep.counted_once.len(), sweep.groups[0].arms[0].seeds.len())).ok(),
            Some((1, 1))
        );
        let why = |files| merge(files).err().map(|error| error.to_string()).unwrap_or_default();
        let contrary = why(vec![results(&[], &[Some(20)]), results(&[], &[None])]);
        assert!(contrary.contains("0.json and 1.json") && contrary.contains("rank, seed 0"), "{contrary}");
        let mut short = results(&[], &[None]);
        short.step = 60;
        short.curves[0].x = 60.0;
        assert!(why(vec![short]).contains("step 60 of 100"));
        let mut foreign = results(&[], &[None]);
        foreign.runs[0].seed = 7;
        assert!(why(vec![foreign]).contains("not those of its settings"));
        assert!(why(Vec::new()).contains("no results file"));
    }
}
