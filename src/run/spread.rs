//! When the runs of a race had learned, arm by arm.

use serde::Serialize;

use crate::order::sorted;
use crate::run::results::RunResult;

/// When the runs of one arm first reached the threshold of a measure.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Identifier of the arm.
    pub arm: String,
    /// Identifier of the measure.
    pub measure: String,
    /// Seeds, ascending.
    pub seeds: Vec<u32>,
    /// First step at the threshold, seed by seed; nothing where that never came.
    pub reached: Vec<Option<u32>>,
    /// Step at which a run met a number that is not finite, seed by seed.
    pub stopped: Vec<Option<u32>>,
    /// Median of `reached`, where a run that never got there counts as later than all others; nothing if that is never.
    pub median: Option<f64>,
    /// Least step among those that got there.
    pub least: Option<u32>,
    /// Greatest step among those that got there.
    pub greatest: Option<u32>,
    /// Runs that never got there.
    pub never: u32,
}

/// The runs by the identifiers of what is raced, in their order, and when each reached the threshold of a measure; what has no run is
/// left out.
#[must_use]
pub fn spreads<'a>(runs: &[RunResult], measure: &str, arms: impl IntoIterator<Item = &'a str>) -> Vec<Spread> {
    let of = |arm: &str| {
        let runs: Vec<&RunResult> = runs.iter().filter(|run| run.arm == arm).collect();
        let runs = sorted(runs, |run| run.seed.into());
        let reached: Vec<Option<u32>> = runs.iter().map(|run| run.first(measure)).collect();
        let there = || reached.iter().flatten().copied();
        (!runs.is_empty()).then(|| Spread {
            arm: arm.to_owned(),
            measure: measure.to_owned(),
            seeds: runs.iter().map(|run| run.seed).collect(),
            stopped: runs.iter().map(|run| run.stopped.as_ref().map(|stop| stop.step)).collect(),
            median: median(&reached),
            least: there().min(),
            greatest: there().max(),
            never: reached.iter().filter(|step| step.is_none()).count() as u32,
            reached: reached.clone(),
        })
    };
    arms.into_iter().filter_map(of).collect()
}

fn median(steps: &[Option<u32>]) -> Option<f64> {
    let steps = steps.iter().map(|step| step.map_or(f64::INFINITY, f64::from)).collect();
    let sorted = sorted(steps, |&step| step);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some((lower + upper) / 2.0).filter(|middle| middle.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_never_got_there_is_later_than_all_others() {
        assert_eq!(median(&[Some(20), None, Some(10)]), Some(20.0));
        assert_eq!(median(&[Some(20), Some(10)]), Some(15.0));
        assert_eq!(median(&[Some(20), None]), None);
        assert_eq!(median(&[None, None, Some(1)]), None);
        assert_eq!(median(&[]), None);
    }
}
