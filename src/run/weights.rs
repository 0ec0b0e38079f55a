//! The state of a race as a safetensors file: every run's parameters by name, what the optimisers need to go on, the held-out numbers so
//! far, and the configuration as metadata.
//!
//! Parameters are `ARM.SEED.NAME`, with names and shapes of PyTorch's `nn.TransformerEncoder` where a model is one: a linear layer's
//! weight is `[outputs, inputs]`. Names and shapes are those of the model's [`Parameter`]s, and nowhere else. `optimiser.first.…` and
//! `optimiser.second.…` are AdamW's moments, named and shaped alike;
//! a file without them can be evaluated, and trained further from fresh moments. `history.…` are the evaluations, by measure: all of them
//! from step 0 on, or from where the moments were zero; only a file without moments may have none.
//! Format 1, which is still read, had linear weights `[inputs, outputs]`, as the pool has them, and `in_proj.weight` for `in_proj_weight`.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::model::measure::{Measure, Phase};
use crate::model::parameters::Parameter;
use crate::reading::quoted;
use crate::run::check::Certifier;
use crate::run::curves::Point;
use crate::run::event::RunInfo;
use crate::run::lineup::{Lineup, Squad};
use crate::run::results::setting_text;
use crate::run::trained::Trained;

/// Key of the metadata.
const KEY: &str = "mnemoscope";
/// Version of the format that is written; the one before is still read.
const FORMAT: u32 = 2;
/// Prefixes of AdamW's moments.
const MOMENTS: [&str; 2] = ["optimiser.first.", "optimiser.second."];

/// All that a race is, on the host: enough to go on with the same bits.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Steps trained, by the longest arm.
    pub step: u32,
    /// At which step a run stopped.
    pub stopped: Vec<Option<u32>>,
    /// Certificate of the first losses, as far as it goes.
    pub certifier: Certifier,
    /// Parameters of all runs, one after the other; of models of several sizes, each as long as its model's.
    pub parameters: Vec<f32>,
    /// AdamW's moments, if known.
    pub moments: Option<[Vec<f32>; 2]>,
    /// Step at which the moments were zero: 0, unless the race went on from a file without them.
    pub moments_from: u32,
    /// Evaluations so far: by measure of the phase evaluation, then by run.
    pub history: Vec<Point>,
}

/// What a file says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Header {
    /// Version of the format.
    format: u32,
    /// Link that restores the configuration.
    pub link: String,
    /// For other readers; this one takes the link.
    #[serde(default)]
    configuration: std::collections::BTreeMap<String, String>,
    /// Steps trained.
    pub step: u32,
    /// At which step a run stopped.
    stopped: Vec<Option<u32>>,
    /// Certificate, as far as it goes.
    check: String,
    /// Step at which the moments were zero.
    #[serde(default)]
    moments_from: u32,
}

fn refuse(why: impl std::fmt::Display) -> Error {
    Error::File(why.to_string())
}

/// Name of one run, as its tensors begin.
fn run_name(run: &RunInfo) -> String {
    format!("{}.{}.", run.arm, run.seed)
}

/// Name of the tensor of a measure's evaluations.
fn history_name(measure: &Measure) -> String {
    format!("history.{}", measure.id.replace('-', "_"))
}

fn evaluated(lineup: &Lineup) -> Vec<Measure> {
    lineup.measures().into_iter().filter(|measure| measure.phase == Phase::Evaluation).collect()
}

impl Header {
    /// Reads what a file says of itself, its configuration above all.
    ///
    /// # Errors
    /// [`Error::File`] with what is wrong.
    pub fn read(file: &[u8]) -> Result<Self, Error> {
        let (_, header) = SafeTensors::read_metadata(file)
            .map_err(|error| refuse(format!("it is not a whole safetensors file ({})", quoted(error))))?;
        let text = header.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
        let text = text
            .ok_or_else(|| refuse("it says nothing of a configuration; only weights saved by this lab can be read"))?;
        let header: Self = serde_json::from_str(text)
            .map_err(|error| refuse(format!("its metadata cannot be read ({})", quoted(error))))?;
        if !(1..=FORMAT).contains(&header.format) {
            return Err(refuse(format!("its format is {}; this lab reads formats 1 and {FORMAT}", header.format)));
        }
        Ok(header)
    }
}

impl State {
    /// A file's bytes.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state does not fit the lineup.
    pub fn write(&self, lineup: &Lineup) -> Result<Vec<u8>, Error> {
        let runs = lineup.runs();
        let provenance = &lineup.provenance;
        let header = Header {
            format: FORMAT,
            link: provenance.link.clone(),
            configuration: provenance
                .settings
                .iter()
                .map(|(name, value)| (name.clone(), setting_text(value)))
                .collect(),
            step: self.step,
            stopped: self.stopped.clone(),
            check: self.certifier.text(),
            moments_from: self.moments_from,
        };
        let mut tensors = Vec::new();
        let mut add = |prefix: &str, pools: &[f32]| -> Result<(), Error> {
            let mut at = 0;
            for (index, run) in runs.iter().enumerate() {
                let (squad, _) = lineup.place(index)?;
                let parameters = lineup.squads[squad].model.parameters();
                for tensor in &parameters.tensors {
                    let part = pools.get(at..at + tensor.len() as usize);
                    let part = part.ok_or_else(|| Error::Internal("a state is shorter than its race".to_owned()))?;
                    let (own, shape) = filed(tensor, FORMAT);
                    tensors.push((format!("{prefix}{}{own}", run_name(run)), shape, bytes(&tensor.for_torch(part))));
                    at += part.len();
                }
            }
            Ok(())
        };
        add("", &self.parameters)?;
        if let Some(moments) = &self.moments {
            MOMENTS.iter().zip(moments).try_for_each(|(prefix, pool)| add(prefix, pool))?;
        }
        if !self.history.is_empty() {
            let steps: Vec<f32> = self.history.iter().map(|point| point.x as f32).collect();
            tensors.push(("history.step".to_owned(), vec![steps.len()], bytes(&steps)));
            for (at, measure) in evaluated(lineup).iter().enumerate() {
                let of = |point: &Point| point.values.get(at).cloned().unwrap_or_default();
                let values: Vec<f32> = self.history.iter().flat_map(of).collect();
                tensors.push((history_name(measure), vec![steps.len(), runs.len()], bytes(&values)));
            }
        }
        let views = tensors.iter().map(|(name, shape, data)| {
            let view = TensorView::new(Dtype::F32, shape.clone(), data);
            view.map(|view| (name.as_str(), view)).map_err(|error| Error::Internal(error.to_string()))
        });
        let views = views.collect::<Result<Vec<_>, _>>()?;
        let text = serde_json::to_string(&header).map_err(|error| Error::Internal(error.to_string()))?;
        serialize(views, Some(HashMap::from([(KEY.to_owned(), text)])))
            .map_err(|error| Error::Internal(error.to_string()))
    }

    /// Reads a file of a race that the header's configuration makes. Nothing in it is believed: sizes are held against the lineup, and
    /// every number has to be finite.
    ///
    /// # Errors
    /// [`Error::File`] with what is wrong.
    pub fn read(file: &[u8], header: Header, lineup: &Lineup) -> Result<Self, Error> {
        let Header { format, step, stopped, check, moments_from, .. } = header;
        if step > lineup.steps() {
            return Err(refuse(format!("it is at step {step} of {}", lineup.steps())));
        }
        let runs = lineup.runs();
        if stopped.len() != runs.len() || stopped.iter().flatten().any(|&at| at == 0 || at > step) {
            return Err(refuse("its list of stopped runs does not fit its configuration"));
        }
        let certifier = Certifier::parse(&check).ok_or_else(|| refuse("its certificate cannot be read"))?;
        if certifier.steps > step {
            return Err(refuse("its certificate covers more steps than were trained"));
        }
        let tensors = SafeTensors::deserialize(file).map_err(refuse)?;
        // Before anything of that size is allocated.
        let of = |squad: &Squad| squad.runs.len() * squad.model.parameters().len() as usize;
        let numbers: usize = lineup.squads.iter().map(of).sum();
        if numbers > file.len() / size_of::<f32>() {
            return Err(refuse(format!("its configuration makes {numbers} numbers, and it holds fewer")));
        }
        let pools = |prefix| pools(&tensors, format, prefix, lineup, numbers);
        let parameters = pools("")?;
        let has_moments = tensors.names().iter().any(|name| name.starts_with(MOMENTS[0]));
        let moments = match MOMENTS {
            [first, second] if has_moments => Some([pools(first)?, pools(second)?]),
            _ => None,
        };
        if moments.as_ref().is_some_and(|[_, second]| second.iter().any(|&value| value < 0.0)) {
            return Err(refuse("a second moment is negative"));
        }
        let history = history(&tensors, lineup, step, &stopped)?;
        if moments_from > step {
            return Err(refuse(format!("its moments begin at step {moments_from}, after its own")));
        }
        let moments_from = if has_moments { moments_from } else { step };
        if has_moments || !history.is_empty() {
            whole(&history, lineup, (moments_from, step), &stopped)?;
        }
        Ok(Self { step, stopped, certifier, parameters, moments, moments_from, history })
    }

    /// One run's model and its parameters; nothing if there is no such run.
    #[must_use]
    pub fn trained(&self, lineup: &Lineup, run: usize) -> Option<Trained> {
        let (at, of_model) = lineup.place(run).ok()?;
        let squad = lineup.squads.get(at)?;
        let size = |squad: &Squad| squad.model.parameters().len() as usize;
        let before: usize = lineup.squads.iter().take(at).map(|squad| squad.runs.len() * size(squad)).sum();
        let from = before + (of_model - squad.runs.start) * size(squad);
        let parameters = self.parameters.get(from..from + size(squad))?.to_vec();
        let entry = squad.entries.get(of_model)?.clone();
        let step = self.step.min(squad.model.steps());
        Some(Trained { model: squad.model.clone(), run: of_model, arm: entry.arm, seed: entry.seed, parameters, step })
    }
}

fn shape(of: &[u32]) -> Vec<usize> {
    of.iter().map(|&side| side as usize).collect()
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A tensor of exactly this shape.
fn tensor(tensors: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
    let view = tensors.tensor(name).map_err(|_| refuse(format!("the tensor {name} is missing")))?;
    if view.dtype() != Dtype::F32 {
        return Err(refuse(format!("the tensor {name} is {:?}, and should be F32", view.dtype())));
    }
    if view.shape() != shape {
        return Err(refuse(format!("the tensor {name} has shape {:?}, and should have {shape:?}", view.shape())));
    }
    let (words, _) = view.data().as_chunks::<4>();
    Ok(words.iter().map(|&word| f32::from_le_bytes(word)).collect())
}

/// What a format calls a parameter, and its shape there.
fn filed(parameter: &Parameter, format: u32) -> (String, Vec<usize>) {
    match format {
        1 => (parameter.name.replace(".in_proj_", ".in_proj."), shape(&parameter.shape)),
        _ => (parameter.name.clone(), shape(&parameter.torch_shape())),
    }
}

/// All runs' tensors of one kind, laid out as the pools are.
fn pools(
    tensors: &SafeTensors<'_>,
    format: u32,
    prefix: &str,
    lineup: &Lineup,
    numbers: usize,
) -> Result<Vec<f32>, Error> {
    let mut pools = Vec::with_capacity(numbers);
    for (index, run) in lineup.runs().iter().enumerate() {
        let (squad, _) = lineup.place(index)?;
        for parameter in &lineup.squads[squad].model.parameters().tensors {
            let (own, shape) = filed(parameter, format);
            let name = format!("{prefix}{}{own}", run_name(run));
            let values = tensor(tensors, &name, &shape)?;
            if let Some(at) = values.iter().position(|value| !value.is_finite()) {
                return Err(refuse(format!("the tensor {name} holds {} at place {at}", values[at])));
            }
            pools.extend_from_slice(&if format == 1 { values.into() } else { parameter.of_torch(&values) });
        }
    }
    Ok(pools)
}

/// An error unless every run that went on was judged whenever it was due, from step 0 on, or from the step `since` on.
fn whole(history: &[Point], lineup: &Lineup, (since, step): (u32, u32), stopped: &[Option<u32>]) -> Result<(), Error> {
    // A file without moments may leave out all that was before it, which nobody can judge again.
    let begin = match history.first() {
        Some(first) if first.x == f64::from(since) => since,
        _ => 0,
    };
    let runs = lineup.runs();
    let mut first = 0;
    for squad in &lineup.squads {
        let own = first..first + squad.runs.len();
        first = own.end;
        let end = squad.end(lineup.every, stopped.get(own.clone()).unwrap_or_default());
        for due in (0..=end.min(step)).step_by(lineup.every as usize).chain([end]) {
            if due < begin || due > step {
                continue;
            }
            let at = history.binary_search_by(|point| point.x.total_cmp(&f64::from(due)));
            let point = at.ok().and_then(|at| history.get(at));
            for run in own.clone() {
                let judged = |values: &Vec<f32>| values.get(run).is_some_and(|value| value.is_finite());
                let over = stopped.get(run).copied().flatten().is_some_and(|stop| stop <= due);
                if !over && !point.is_some_and(|point| point.values.iter().any(judged)) {
                    let name = runs.get(run).map(|run| format!("{} with seed {}", run.arm, run.seed));
                    let name = name.unwrap_or_default();
                    return Err(refuse(format!("it leaves out the evaluation of {name} at step {due}")));
                }
            }
        }
    }
    Ok(())
}

fn history(
    tensors: &SafeTensors<'_>,
    lineup: &Lineup,
    step: u32,
    stopped: &[Option<u32>],
) -> Result<Vec<Point>, Error> {
    let Ok(view) = tensors.tensor("history.step") else { return Ok(Vec::new()) };
    let count = view.shape().first().copied().unwrap_or(0);
    let steps = tensor(tensors, "history.step", &[count])?;
    let runs = stopped.len();
    let rising = steps.windows(2).all(|pair| pair[0] < pair[1]);
    if !rising || !steps.iter().all(|&at| at >= 0.0 && at.fract() == 0.0 && at <= step as f32) {
        return Err(refuse("the steps of its evaluations do not fit its own step"));
    }
    let measures = evaluated(lineup);
    let mut columns = Vec::new();
    for measure in &measures {
        columns.push(tensor(tensors, &history_name(measure), &[count, runs])?);
    }
    for (measure, column) in measures.iter().zip(&columns) {
        for &value in column {
            // A number that was not finite is none.
            if !value.is_nan() && !measure.kind.allows(value) {
                return Err(refuse(format!("{} holds {value}, which it cannot be", history_name(measure))));
            }
        }
    }
    let row = |column: &Vec<f32>, at: usize| column[at * runs..(at + 1) * runs].to_vec();
    let point = |(at, &step): (usize, &f32)| {
        let values = columns.iter().map(|column| row(column, at)).collect();
        Point { x: f64::from(step), values }
    };
    Ok(steps.iter().enumerate().map(point).collect())
}
