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
/// Where the loss bends more than four points can follow, a shorter step is tried: what is wrong is wrong with either.
const TRIES: [f64; 2] = [1.0, 0.4];
/// A difference that needs no second try.
const GOOD: f64 = 1e-3;
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

/// What one run's tensor is before it is moved, and along what.
struct Line {
    /// Where it lies in the state.
    place: usize,
    initial: Vec<f32>,
    gradient: Vec<f32>,
    /// Norm of the gradient.
    norm: f64,
    /// Length of a step.
    step: f64,
    /// What a difference is relative to.
    scale: f64,
}

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
        let (mut found, mut first) = (Slopes::default(), 0);
        for at in 0..self.groups.len() {
            let (losses, gradients) = self.first_step(&state, at).await?;
            let group = self.group(at)?;
            let (runs, size) = (group.squad.runs.len(), group.size());
            for tensor in group.squad.model.parameters().tensors.clone() {
                let line = |run: usize| {
                    let own = run * size + tensor.offset as usize;
                    let (place, gradient) = (first + own, gradients[own..own + tensor.len() as usize].to_vec());
                    let initial = state.parameters[place..place + gradient.len()].to_vec();
                    let (length, whole) = (norm(&gradient), norm(&gradients[run * size..(run + 1) * size]));
                    let step = (SHARE * losses[run].abs() / length).min(LONGEST * norm(&initial).max(1.0));
                    Line { place, initial, gradient, norm: length, step, scale: length.max(LEAST * whole) }
                };
                let lines: Vec<(usize, Line)> =
                    (0..runs).map(|run| (run, line(run))).filter(|(_, line)| line.norm != 0.0).collect();
                let mut offs = vec![f64::INFINITY; lines.len()];
                for shorter in TRIES {
                    if offs.iter().any(|&off| off >= GOOD) {
                        let slopes = self.along(&mut state, at, &lines, shorter).await?;
                        for ((off, (_, line)), slope) in offs.iter_mut().zip(&lines).zip(slopes) {
                            *off = off.min((slope - line.norm).abs() / line.scale);
                        }
                    }
                }
                for off in offs {
                    found.tried += 1;
                    if off >= found.largest {
                        (found.largest, found.worst) = (off, tensor.name.clone());
                    }
                }
            }
            first += runs * size;
        }
        self.reset()?;
        Ok(found)
    }

    /// How fast the losses of some runs rise along their lines. Afterwards the state is as it was.
    async fn along(
        &mut self,
        state: &mut State,
        at: usize,
        lines: &[(usize, Line)],
        shorter: f64,
    ) -> Result<Vec<f64>, Error> {
        let mut slopes = vec![0.0; lines.len()];
        for (point, weight) in POINTS {
            for (_, line) in lines {
                let by = point * shorter * line.step / line.norm;
                let places = state.parameters.iter_mut().skip(line.place);
                for (place, (&from, &gradient)) in places.zip(line.initial.iter().zip(&line.gradient)) {
                    *place = (f64::from(from) + by * f64::from(gradient)) as f32;
                }
            }
            let (losses, _) = self.first_step(state, at).await?;
            for (slope, (run, line)) in slopes.iter_mut().zip(lines) {
                *slope += weight * losses[*run] / (shorter * line.step);
            }
        }
        for (_, line) in lines {
            state.parameters[line.place..line.place + line.initial.len()].copy_from_slice(&line.initial);
        }
        Ok(slopes)
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
