//! The runs of results as the rules about learning look at them.

use crate::run::claim::Course;
use crate::run::results::Results;

/// When each run first reached the threshold of `measure`, when it stopped, and its curves.
#[must_use]
pub fn courses(results: &Results, measure: &str) -> Vec<Course> {
    let ends = results.runs.iter().map(|run| (run.first(measure), run.stopped.as_ref().map(|stop| stop.step)));
    Course::of(&results.curve_set(), measure, &ends.collect::<Vec<_>>())
}
