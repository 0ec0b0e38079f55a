//! Curves: for each place of an axis, measure and run a number. Races, sweeps, lengths and experiments over many machines all have these.

use serde::{Deserialize, Deserializer, Serialize};

use crate::model::measure::Measure;
use crate::run::event::{ArmInfo, RunInfo};
use crate::run::table::{Cell, Column, Table};

/// A horizontal axis.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// Identifier, the head of its column.
    pub id: String,
    /// Name.
    pub label: String,
    /// Unit, or nothing.
    pub unit: String,
}

impl Axis {
    /// An axis.
    #[must_use]
    pub fn new(id: &str, label: &str, unit: &str) -> Self {
        Self { id: id.to_owned(), label: label.to_owned(), unit: unit.to_owned() }
    }

    /// Training steps.
    #[must_use]
    pub fn step() -> Self {
        Self::new("step", "Step", "")
    }
}

/// Numbers at one place of the axis.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Point {
    /// The place.
    pub x: f64,
    /// `values[measure][run]`; not a number where there is none, null in files.
    #[serde(deserialize_with = "numbers")]
    pub values: Vec<Vec<f32>>,
}

/// A number of a file; one that is missing is none. A zero has no sign.
pub(crate) fn number(value: Option<f32>) -> f32 {
    value.map_or(f32::NAN, |value| value + 0.0)
}

fn numbers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<f32>>, D::Error> {
    let rows = Vec::<Vec<Option<f32>>>::deserialize(from)?;
    Ok(rows.into_iter().map(|row| row.into_iter().map(number).collect()).collect())
}

impl PartialEq for Point {
    /// Equal bits; a number that is not there equals one that is not there.
    fn eq(&self, other: &Self) -> bool {
        let bits = |point: &Self| -> Vec<Vec<u32>> {
            point.values.iter().map(|row| row.iter().map(|value| value.to_bits()).collect()).collect()
        };
        self.x.to_bits() == other.x.to_bits() && bits(self) == bits(other)
    }
}

/// A set of curves over one axis.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curves {
    /// Identifier, as in the names of files.
    pub id: String,
    /// Name.
    pub label: String,
    /// The axis.
    pub x: Axis,
    /// The measures.
    pub measures: Vec<Measure>,
    /// What is compared.
    pub arms: Vec<ArmInfo>,
    /// The runs.
    pub runs: Vec<RunInfo>,
    /// The places, in order.
    pub points: Vec<Point>,
}

impl Curves {
    /// Runs of `arms`, each with all of `seeds`, arms outermost.
    #[must_use]
    pub fn runs_of(arms: &[ArmInfo], seeds: &[u32]) -> Vec<RunInfo> {
        let all = arms.iter().flat_map(|arm| seeds.iter().map(move |&seed| (arm.id.clone(), seed)));
        (0..).zip(all).map(|(replica, (arm, seed))| RunInfo { replica, arm, seed }).collect()
    }

    /// Room for a number at every place, nothing known yet.
    pub fn make_room(&mut self, places: &[f64]) {
        let values = vec![vec![f32::NAN; self.runs.len()]; self.measures.len()];
        self.points = places.iter().map(|&x| Point { x, values: values.clone() }).collect();
    }

    /// Which measure has that identifier.
    #[must_use]
    pub fn measure(&self, id: &str) -> Option<usize> {
        self.measures.iter().position(|measure| measure.id == id)
    }

    /// The runs of an arm, as places among all runs.
    #[must_use]
    pub fn of_arm(&self, arm: &str) -> Vec<usize> {
        let own = self.runs.iter().enumerate().filter(|(_, run)| run.arm == arm);
        own.map(|(at, _)| at).collect()
    }

    /// A number, if it is there.
    #[must_use]
    pub fn value(&self, point: usize, measure: usize, run: usize) -> Option<f32> {
        let value = self.points.get(point)?.values.get(measure)?.get(run).copied()?;
        value.is_finite().then_some(value)
    }

    /// The numbers of every run of an arm, if all of them are there.
    #[must_use]
    pub fn all(&self, arm: &str, point: usize, measure: usize) -> Option<Vec<f64>> {
        let runs = self.of_arm(arm);
        let each = runs.into_iter().map(|run| self.value(point, measure, run).map(f64::from));
        each.collect::<Option<Vec<f64>>>().filter(|values| !values.is_empty())
    }

    /// Notes a number.
    pub fn set(&mut self, point: usize, measure: usize, run: usize, value: f64) {
        let place = self.points.get_mut(point).and_then(|point| point.values.get_mut(measure));
        if let Some(place) = place.and_then(|runs| runs.get_mut(run)) {
            *place = value as f32;
        }
    }
}

/// Sets of curves as one table: a row for each run and place, a column for each axis and each measure.
#[must_use]
pub fn table(id: &str, sets: &[&Curves]) -> Table {
    let mut axes: Vec<&Axis> = Vec::new();
    let mut measures: Vec<&Measure> = Vec::new();
    for curves in sets {
        if !axes.iter().any(|axis| axis.id == curves.x.id) {
            axes.push(&curves.x);
        }
        for measure in &curves.measures {
            if !measures.iter().any(|known| known.is(measure)) {
                measures.push(measure);
            }
        }
    }
    let columns = [Column::new("arm", "Arm", ""), Column::new("seed", "Seed", "")]
        .into_iter()
        .chain(axes.iter().map(|axis| Column::new(&axis.id, &axis.label, &axis.unit)))
        .chain(measures.iter().map(|measure| Column::new(&measure.id, &measure.label, &measure.unit)));
    let mut table = Table::new(id, columns);
    for curves in sets {
        let own: Vec<Option<usize>> =
            measures.iter().map(|measure| curves.measures.iter().position(|known| known.is(measure))).collect();
        for (at, point) in curves.points.iter().enumerate() {
            for (place, run) in curves.runs.iter().enumerate() {
                let values: Vec<Cell> =
                    own.iter().map(|own| own.and_then(|own| curves.value(at, own, place)).into()).collect();
                let whose = [run.arm.as_str().into(), run.seed.into()];
                let x = |axis: &&Axis| if axis.id == curves.x.id { Cell::from(point.x) } else { Cell::Missing };
                table.push(whose.into_iter().chain(axes.iter().map(x)).chain(values));
            }
        }
    }
    table
}
