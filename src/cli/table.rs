//! Tables and verdicts for people, on standard error. The numbers come from the library.

use mnemoscope::choice::Choice;
use mnemoscope::encoding::Encoding;
use mnemoscope::lab::claim::{Outcome, Verdict};
use mnemoscope::lab::sweep::{Again, Spread, Sweep};

use super::failure::say;

/// Columns of equal width, left-aligned; the first row is the head.
pub(crate) fn print(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|at| width(at).unwrap_or(0)).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        say(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// An encoding's name on the page.
pub(crate) fn label(id: &str) -> String {
    Encoding::from_id(id).map_or_else(|| id.to_owned(), |encoding| encoding.label().to_owned())
}

fn list(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join(", ")
}

/// The head of [`spread`]'s columns.
const HEAD: [&str; 5] = ["encoding", "seeds", "first step that reached 99 %", "median", "least to greatest"];

/// An encoding's row after `steps` steps.
fn spread(spread: &Spread, steps: u32) -> Vec<String> {
    let never = || format!("> {steps}");
    let each = spread.step99.iter().zip(&spread.stopped).map(|(step, stopped)| match (step, stopped) {
        (Some(step), _) => step.to_string(),
        (None, Some(at)) => format!("stopped at {at}"),
        (None, None) => never(),
    });
    let least = spread.least.map_or_else(never, |step| step.to_string());
    let greatest = if spread.never > 0 { never() } else { spread.greatest.map_or_else(never, |s| s.to_string()) };
    let range = if least == greatest { least } else { format!("{least} to {greatest}") };
    let median = spread.median.map_or_else(never, |step| step.to_string());
    vec![label(&spread.encoding), list(spread.seeds.iter().map(u32::to_string)), list(each), median, range]
}

/// The verdicts, each with what was measured.
fn verdicts(verdicts: &[Verdict]) {
    for verdict in verdicts {
        let word = match verdict.verdict {
            Outcome::Holds => "holds",
            Outcome::Fails => "does not hold",
            Outcome::Open => "open",
            Outcome::Untested => continue,
        };
        say(&format!("{word}: {} ({})\n  {}", verdict.claim, verdict.source, verdict.measured));
    }
}

/// The summary of one race.
pub(crate) fn race(spreads: &[Spread], steps: u32, claims: &[Verdict]) {
    let head = HEAD.map(str::to_owned).to_vec();
    print(&std::iter::once(head).chain(spreads.iter().map(|of| spread(of, steps))).collect::<Vec<_>>());
    verdicts(claims);
}

/// The summary of a sweep.
pub(crate) fn sweep(sweep: &Sweep) {
    let files = if sweep.files.len() == 1 { "file" } else { "files" };
    let varies = if sweep.varies.is_empty() { "nothing".to_owned() } else { sweep.varies.join(", ") };
    say(&format!("{} {files}; what differs between them: {varies}", sweep.files.len()));
    if sweep.executors.len() > 1 {
        say(&format!("computed on {}: the last digits of such runs differ", sweep.executors.join(" and ")));
    }
    for Again { encoding, seed, file, again } in &sweep.counted_once {
        say(&format!("{encoding}, seed {seed}: {again} holds the same run as {file}; it is counted once"));
    }
    let head = sweep.varies.iter().map(String::as_str).chain(HEAD).map(str::to_owned).collect();
    let mut rows: Vec<Vec<String>> = vec![head];
    for group in &sweep.groups {
        let steps = group.settings.get("steps").or_else(|| sweep.settings.get("steps"));
        let steps = steps.and_then(|steps| steps.parse().ok()).unwrap_or(0);
        for of in &group.encodings {
            let settings = sweep.varies.iter().map(|name| group.settings.get(name).cloned().unwrap_or_default());
            rows.push(settings.chain(spread(of, steps)).collect());
        }
    }
    print(&rows);
    if let [group] = sweep.groups.as_slice() {
        verdicts(&group.verdicts);
    }
}
