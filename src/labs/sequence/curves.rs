//! What the experiments over many machines measure with: curves over arms and seeds, and words about them.

use crate::model::measure::{Better, Kind, Measure, Phase};
use crate::run::claim::Vote;
use crate::run::curves::{Axis, Curves};
use crate::run::event::ArmInfo;

/// Why an experiment that is under way leaves a claim open.
pub(super) const UNFINISHED: &str = "not all has been measured yet";
/// Symbols of a sequence below which errors along it say nothing.
pub(super) const SHORTEST: u32 = 20;

/// What a shorter sequence says.
pub(super) fn too_short(length: u32) -> Vote {
    Vote::open(format!("sequences of {length} symbols are too short to tell: {SHORTEST} at least"))
}

/// A measure of an experiment.
pub(super) fn measure(id: &str, label: &str, unit: &str, kind: Kind, better: Better) -> Measure {
    Measure::new(id, [label, label, unit], kind, better, Phase::Evaluation)
}

/// What is compared.
pub(super) fn arm(id: String, label: String, help: String) -> ArmInfo {
    ArmInfo { id, label, help }
}

/// Curves with room for every number, nothing measured yet.
pub(super) fn curves(
    [id, label]: [&str; 2],
    x: Axis,
    measures: Vec<Measure>,
    arms: Vec<ArmInfo>,
    seeds: &[u32],
    places: &[u32],
) -> Curves {
    let runs = Curves::runs_of(&arms, seeds);
    let (id, label) = (id.to_owned(), label.to_owned());
    let mut curves = Curves { id, label, x, measures, arms, runs, points: Vec::new() };
    let places: Vec<f64> = places.iter().map(|&place| f64::from(place)).collect();
    curves.make_room(&places);
    curves
}

/// Notes what one measure of an arm, given by its place, is for some seeds, from `first` on.
pub(super) fn note(curves: &mut Curves, [arm, point, measure]: [usize; 3], first: usize, values: &[f64]) {
    let runs = curves.arms.get(arm).map(|arm| curves.of_arm(&arm.id)).unwrap_or_default();
    for (run, &value) in runs.into_iter().skip(first).zip(values) {
        curves.set(point, measure, run, value);
    }
}

/// Rising places, each of them once.
pub(super) fn deduplicated(mut places: Vec<u32>) -> Vec<u32> {
    places.dedup();
    places
}

/// Mean of some numbers.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Rounded to two digits behind the point, as people read it.
#[must_use]
pub fn short(value: f64) -> String {
    // Adding zero takes the sign off a zero.
    ((value * 100.0).round() / 100.0 + 0.0).to_string()
}
