//! What an experiment has measured: for each arm, point, measure and seed a number.

use serde::Serialize;

/// What a measure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// 0 … 1.
    Share,
    /// A number of things.
    Count,
    /// Anything.
    Number,
}

/// A measure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// Identifier.
    pub id: &'static str,
    /// Name.
    pub label: &'static str,
    /// Unit, or nothing.
    pub unit: &'static str,
    /// What it is.
    pub kind: Kind,
}

/// The axis of an experiment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// Name.
    pub label: &'static str,
    /// Unit.
    pub unit: &'static str,
}

/// Numbers at one place of the axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The place.
    pub x: f64,
    /// By measure, then by seed; nothing where it is not measured yet.
    pub values: Vec<Vec<Option<f64>>>,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Arm {
    /// Identifier.
    pub id: String,
    /// Name.
    pub label: String,
    /// What is special about it.
    pub help: String,
    /// Its numbers.
    pub points: Vec<Point>,
}

/// A set of curves over one axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curves {
    /// Which experiment.
    pub experiment: &'static str,
    /// Its name.
    pub label: &'static str,
    /// The axis.
    pub x: Axis,
    /// The measures.
    pub measures: Vec<Measure>,
    /// What is compared.
    pub arms: Vec<Arm>,
}

/// A table of words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rows {
    /// Heads of the columns.
    pub head: Vec<String>,
    /// Rows.
    pub body: Vec<Vec<String>>,
}

impl Curves {
    /// Room for every number, nothing measured yet.
    pub(super) fn make_room(&mut self, places: &[f64], seeds: usize) {
        let empty = vec![vec![None; seeds]; self.measures.len()];
        for arm in &mut self.arms {
            arm.points = places.iter().map(|&x| Point { x, values: empty.clone() }).collect();
        }
    }

    /// Notes what one measure is for some seeds, from `first` on.
    pub(super) fn put(&mut self, [arm, point, measure]: [usize; 3], first: usize, values: &[f64]) {
        let place = self.arms.get_mut(arm).and_then(|arm| arm.points.get_mut(point));
        if let Some(seeds) = place.and_then(|point| point.values.get_mut(measure)) {
            seeds.iter_mut().skip(first).zip(values).for_each(|(place, &value)| *place = Some(value));
        }
    }

    /// Every seed's number, if all of them are there.
    #[must_use]
    pub fn all(&self, arm: &str, point: usize, measure: usize) -> Option<Vec<f64>> {
        let arm = self.arms.iter().find(|other| other.id == arm)?;
        arm.points.get(point)?.values.get(measure)?.iter().copied().collect()
    }

    /// As CSV: a row for each arm, place, seed and measure.
    #[must_use]
    pub fn csv(&self, seeds: &[u32]) -> String {
        let mut text = String::from("experiment,arm,axis,x,seed,measure,value\n");
        for arm in &self.arms {
            for point in &arm.points {
                for (measure, values) in self.measures.iter().zip(&point.values) {
                    for (seed, value) in seeds.iter().zip(values) {
                        if let Some(value) = value {
                            // Two sets of curves of one experiment differ in what x is.
                            let (name, id, axis, x) = (self.experiment, &arm.id, self.x.label, point.x);
                            text += &format!("{name},{id},{axis},{x},{seed},{},{value}\n", measure.id);
                        }
                    }
                }
            }
        }
        text
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
