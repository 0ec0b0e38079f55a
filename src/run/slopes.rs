//! Gradients as a race trains with them, against central differences of the loss that the same executor computes.
//!
//! Along the gradient of one tensor the loss rises by the gradient's norm. Losses are in single precision, so that a step has to be long
//! for their difference to have digits; four points make the error of a long step one of fourth order.

use crate::compute::Program;
use crate::error::Error;
use crate::run::race::{Race, entry};
use crate::run::weights::State;

/// A step changes the loss by about this share of it …
const SHARE: f64 = 0.02;
/// … unless it would be longer than this share of the tensor's norm, or than this if the tensor is small.
const LONGEST: f64 = 0.05;
/// A tensor's gradient below this share of the whole counts as that: of its digits the loss tells few.
const LEAST: f64 = 0.1;
/// Where the loss is taken, in steps, and its weight in the difference.
const POINTS: [(f64, f64); 4] = [(-2.0, 1.0 / 12.0), (-1.0, -8.0 / 12.0), (1.0, 8.0 / 12.0), (2.0, -1.0 / 12.0)];

/// What central differences said of the gradients of a race.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slopes {
    /// Tensors with a gradient that were tried, each of every run.
    pub tried: u32,
    /// The largest difference, relative to the norm of the tensor's gradient.
    pub largest: f64,
    /// The tensor that it is of.
    pub worst: String,
}

/// The part of a pool that one run's tensor has.
type Part = std::ops::Range<usize>;

fn norm(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt()
}

impl Race {
    /// Holds the gradients of the first training step against central differences, tensor by tensor. Afterwards the race is at its start.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::Internal`].
    pub async fn slopes(&mut self) -> Result<Slopes, Error> {
        let mut state = self.initial()?;
        let initial = state.parameters.clone();
        let (mut found, mut first) = (Slopes::default(), 0);
        for at in 0..self.groups.len() {
            let (losses, gradients) = self.first_step(&state, at).await?;
            let group = self.group(at)?;
            let (runs, size) = (group.squad.runs.len(), group.size());
            for tensor in group.squad.model.parameters().tensors.clone() {
                let part = |run: usize| -> Part {
                    let start = run * size + tensor.offset as usize;
                    start..start + tensor.len() as usize
                };
                let own: Vec<f64> = (0..runs).map(|run| norm(&gradients[part(run)])).collect();
                if own.iter().all(|&own| own == 0.0) {
                    continue;
                }
                let step = |run: usize| {
                    let place = part(run);
                    let long = LONGEST * norm(&initial[first + place.start..first + place.end]).max(1.0);
                    (SHARE * losses[run].abs() / own[run]).min(long)
                };
                let mut slopes = vec![0.0; runs];
                for (point, weight) in POINTS {
                    for run in (0..runs).filter(|&run| own[run] > 0.0) {
                        let by = point * step(run) / own[run];
                        for place in part(run) {
                            let moved = f64::from(initial[first + place]) + by * f64::from(gradients[place]);
                            state.parameters[first + place] = moved as f32;
                        }
                    }
                    let (losses, _) = self.first_step(&state, at).await?;
                    slopes.iter_mut().zip(losses).for_each(|(slope, loss)| *slope += weight * loss);
                }
                for run in (0..runs).filter(|&run| own[run] > 0.0) {
                    let whole = norm(&gradients[run * size..(run + 1) * size]);
                    let off = (slopes[run] / step(run) - own[run]).abs() / own[run].max(LEAST * whole);
                    found.tried += 1;
                    if off.is_nan() || off >= found.largest {
                        found.largest = if off.is_nan() { f64::INFINITY } else { off };
                        found.worst = tensor.name.clone();
                    }
                    let place = part(run);
                    let range = first + place.start..first + place.end;
                    state.parameters[range.clone()].copy_from_slice(&initial[range]);
                }
            }
            first += runs * size;
        }
        self.reset()?;
        Ok(found)
    }

    /// Losses, and gradients, of the first training step of one model from this state.
    async fn first_step(&mut self, state: &State, at: usize) -> Result<(Vec<f64>, Vec<f32>), Error> {
        self.load(state)?;
        let group = self.group(at)?;
        group.executor.run(Program::Training, 1)?;
        let [ring, gradients] = group.executor.read([group.shared.ring, group.shared.gradients], None).await?;
        let runs = group.squad.runs.len();
        let losses = (0..runs).map(|run| entry(&ring, run, 0).map(|found| f64::from(found[0])));
        Ok((losses.collect::<Result<_, _>>()?, gradients))
    }
}
