//! Tables and verdicts for people, on standard error. The numbers come from the library.

use mnemoscope::choice::Choice;
use mnemoscope::encoding::Encoding;
use mnemoscope::labs::copy::sweep::{Again, Sweep};
use mnemoscope::labs::run::Found;
use mnemoscope::model::measure::{Kind, Measure};
use mnemoscope::reading::brief;
use mnemoscope::run::claim::{Decides, Outcome as Answer, Verdict};
use mnemoscope::run::event::ArmInfo;
use mnemoscope::run::results::Results;
use mnemoscope::run::spread::Spread;

use super::failure::{Failure, say};

/// Columns of equal width, left-aligned; the first row is the head.
pub(crate) fn print(rows: &[Vec<String>]) {
    aligned(rows).for_each(|line| say(&line));
}

/// The lines of such a table.
fn aligned(rows: &[Vec<String>]) -> impl Iterator<Item = String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|at| width(at).unwrap_or(0)).collect();
    rows.iter().map(move |row| {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    })
}

/// A table that is written as CSV, as people read it: aligned, numbers to three digits, a dash where there is none.
pub(crate) fn readable(csv: &str) -> Result<String, Failure> {
    let cell = |text: &str| match text.parse::<f64>() {
        Ok(value) if text.contains('.') => brief(value, 3),
        _ if text.is_empty() => "–".to_owned(),
        _ => text.to_owned(),
    };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let rows =
        reader.records().map(|record| Ok(record?.iter().map(cell).collect())).collect::<Result<Vec<_>, csv::Error>>();
    let rows = rows.map_err(|error| Failure::failed(format!("CSV: {error}")))?;
    Ok(aligned(&rows).fold(String::new(), |text, line| text + &line + "\n"))
}

/// An encoding's name on the page.
fn label(id: &str) -> String {
    Encoding::from_id(id).map_or_else(|| id.to_owned(), |encoding| encoding.label().to_owned())
}

fn list(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join(", ")
}

/// The head of [`spread`]'s columns, of when runs reached a level.
fn head(level: &str) -> Vec<String> {
    let reached = format!("first step that reached {level}");
    ["arm", "seeds", &reached, "median", "least to greatest"].map(str::to_owned).to_vec()
}

/// A row of `name` after `steps` steps.
fn spread(name: String, spread: &Spread, steps: u32) -> Vec<String> {
    let never = || format!("> {steps}");
    let each = spread.reached.iter().zip(&spread.stopped).map(|(step, stopped)| match (step, stopped) {
        (Some(step), _) => step.to_string(),
        (None, Some(at)) => format!("stopped at {at}"),
        (None, None) => never(),
    });
    let least = spread.least.map_or_else(never, |step| step.to_string());
    let greatest = if spread.never > 0 { never() } else { spread.greatest.map_or_else(never, |s| s.to_string()) };
    let range = if least == greatest { least } else { format!("{least} to {greatest}") };
    let median = spread.median.map_or_else(never, |step| step.to_string());
    vec![name, list(spread.seeds.iter().map(u32::to_string)), list(each), median, range]
}

/// The verdicts, each with what was measured; of those that are open why, and what would decide them. `pace` is seconds a step, with the
/// seeds that were trained.
pub(crate) fn verdicts(verdicts: &[Verdict], pace: Option<(f64, u32)>) {
    for verdict in verdicts {
        let word = match verdict.verdict {
            Answer::Holds => "holds".to_owned(),
            Answer::Fails => "does not hold".to_owned(),
            Answer::Open if verdict.why.is_empty() => "open".to_owned(),
            Answer::Open => format!("open ({})", verdict.why),
            Answer::Untested => {
                if !verdict.with.is_empty() {
                    let flags =
                        verdict.with.iter().map(|(name, value)| format!(" --{} {value}", name.replace('_', "-")));
                    let flags = flags.collect::<String>();
                    say(&format!("untested: {}\n  {} What would test it:{flags}", verdict.claim, verdict.measured));
                }
                continue;
            }
        };
        say(&format!("{word}: {} ({})\n  {}", verdict.claim, verdict.source, verdict.measured));
        let Some(Decides { seeds, steps, constant }) = verdict.decides else { continue };
        if (seeds, steps, constant) == (None, None, false) {
            continue;
        }
        let constant = if constant { " --schedule constant" } else { "" };
        let flag =
            |name: &str, value: Option<u32>| value.map_or_else(String::new, |value| format!(" --{name} {value}"));
        let time = pace.zip(steps.or(verdict.steps)).map_or_else(String::new, |((pace, trained), steps)| {
            let share = seeds.map_or(1.0, |seeds| f64::from(seeds) / f64::from(trained.max(1)));
            format!(", about {:.0} s from the start", (pace * share * f64::from(steps)).max(1.0))
        });
        say(&format!("  what would decide it:{}{}{constant}{time}", flag("seeds", seeds), flag("steps", steps)));
    }
}

/// The name of what is raced under `id`.
pub(crate) fn name(arms: &[ArmInfo], id: &str) -> String {
    arms.iter().find(|arm| arm.id == id).map_or_else(|| id.to_owned(), |arm| arm.label.clone())
}

/// The summary of one race.
pub(crate) fn race(spreads: &[Spread], measure: &Measure, arms: &[ArmInfo], steps: u32) {
    let level = measure.threshold.map_or_else(String::new, |level| match measure.kind {
        Kind::Share => format!("{:.0} %", level * 100.0),
        _ => format!("{level} {}", measure.unit),
    });
    let rows = spreads.iter().map(|of| spread(name(arms, &of.arm), of, steps));
    print(&std::iter::once(head(&level)).chain(rows).collect::<Vec<_>>());
}

/// What was measured last of every run.
pub(crate) fn measured(results: &Results) {
    let head = ["arm", "seed"].map(str::to_owned).into_iter();
    let head = head.chain(results.measures.iter().map(|measure| measure.label.to_lowercase()));
    let mut rows = vec![head.collect::<Vec<_>>()];
    for (at, run) in results.runs.iter().enumerate() {
        let cell = |measure: &Measure| match results.last(&measure.id, at) {
            None if run.stopped.is_some() => "stopped".to_owned(),
            None => "–".to_owned(),
            Some(share) if measure.kind == Kind::Share => format!("{:.2} %", share * 100.0),
            Some(value) => format!("{value:.5} {}", measure.unit),
        };
        let name = [name(&results.arms, &run.arm), run.seed.to_string()];
        rows.push(name.into_iter().chain(results.measures.iter().map(cell)).collect());
    }
    print(&rows);
}

/// What a run has found beside its curves.
pub(crate) fn found(found: &Found) {
    let tell = |words: &str| {
        if !words.is_empty() {
            say(words)
        }
    };
    tell(&found.before);
    print(&found.rows);
    tell(&found.after);
}

/// The summary of a sweep.
pub(crate) fn sweep(sweep: &Sweep) {
    let files = if sweep.files.len() == 1 { "file" } else { "files" };
    let varies = if sweep.varies.is_empty() { "nothing".to_owned() } else { sweep.varies.join(", ") };
    say(&format!("{} {files}; what differs between them: {varies}", sweep.files.len()));
    if sweep.executors.len() > 1 {
        say(&format!("computed on {}: the last digits of such runs differ", sweep.executors.join(" and ")));
    }
    for Again { arm, seed, file, again } in &sweep.counted_once {
        say(&format!("{arm}, seed {seed}: {again} holds the same run as {file}; it is counted once"));
    }
    let head = sweep.varies.iter().cloned().chain(head("99 %")).collect();
    let mut rows: Vec<Vec<String>> = vec![head];
    for group in &sweep.groups {
        let steps = group.settings.get("steps").or_else(|| sweep.settings.get("steps"));
        let steps = steps.and_then(|steps| steps.parse().ok()).unwrap_or(0);
        for of in &group.arms {
            let settings = sweep.varies.iter().map(|name| group.settings.get(name).cloned().unwrap_or_default());
            rows.push(settings.chain(spread(label(&of.arm), of, steps)).collect());
        }
    }
    print(&rows);
    if let [group] = sweep.groups.as_slice() {
        verdicts(&group.verdicts, None);
    }
}
