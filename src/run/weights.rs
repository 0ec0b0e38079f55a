//! Weights as a safetensors file: every run's parameters by name, what the optimiser needs to go on, the held-out
//! numbers so far, and the configuration as metadata.
//!
//! Parameters are `ENCODING.SEED.NAME`, with the names of PyTorch's `nn.TransformerEncoder`; linear weights are
//! `[inputs, outputs]`, the transpose of PyTorch's. `optimiser.first.…` and `optimiser.second.…` are AdamW's moments;
//! a file without them can be evaluated, and trained further from fresh moments. `history.…` are the evaluations.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::labs::any::{Config, Runner};
use crate::labs::encodings::logit::Trained;
use crate::labs::link::Link;
use crate::model::parameters::Parameters;
use crate::model::transformer::Transformer;
use crate::property::by_name;
use crate::run::check::Certifier;
use crate::run::progress::Evaluation;
use crate::run::setup::architecture;

/// Key of the metadata.
const KEY: &str = "mnemoscope";
/// Version of the format.
const FORMAT: u32 = 1;
/// Prefixes of AdamW's moments.
const MOMENTS: [&str; 2] = ["optimiser.first.", "optimiser.second."];

/// All that a race is, on the host: enough to go on with the same bits.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Steps trained.
    pub step: u32,
    /// At which step a run stopped.
    pub stopped: Vec<Option<u32>>,
    /// Certificate of the first losses, as far as it goes.
    pub certifier: Certifier,
    /// Parameters of all runs, one after the other.
    pub parameters: Vec<f32>,
    /// AdamW's moments, if known.
    pub moments: Option<[Vec<f32>; 2]>,
    /// Step at which the moments were zero: 0, unless the race went on from a file without them.
    pub moments_from: u32,
    /// Evaluations so far.
    pub history: Vec<Evaluation>,
}

/// A weights file that has been read and found sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// What was trained.
    pub config: Config,
    /// What came of it.
    pub state: State,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: u32,
    link: String,
    /// For other readers; this lab reads the link.
    #[serde(default)]
    configuration: std::collections::BTreeMap<String, String>,
    step: u32,
    stopped: Vec<Option<u32>>,
    check: String,
    #[serde(default)]
    moments_from: u32,
}

fn refuse(why: impl std::fmt::Display) -> Error {
    Error::File(why.to_string())
}

/// Name of one run, as its tensors begin.
fn run_name(runner: &Runner) -> String {
    format!("{}.{}.", runner.arm, runner.replica.seed)
}

impl Weights {
    /// The file's bytes.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state does not fit the configuration.
    pub fn write(config: &Config, state: &State) -> Result<Vec<u8>, Error> {
        let model = Transformer::new(architecture(&config.training()));
        let replicas = config.runners()?;
        let metadata = Metadata {
            format: FORMAT,
            link: config.link(),
            configuration: by_name(config.values()),
            step: state.step,
            stopped: state.stopped.clone(),
            check: state.certifier.text(),
            moments_from: state.moments_from,
        };
        let mut tensors = Vec::new();
        let mut put = |prefix: &str, pools: &[f32]| {
            for (replica, pool) in replicas.iter().zip(pools.chunks_exact(model.parameters.len() as usize)) {
                for tensor in &model.parameters.tensors {
                    let part = &pool[tensor.offset as usize..(tensor.offset + tensor.len()) as usize];
                    let name = format!("{prefix}{}{}", run_name(replica), tensor.name);
                    tensors.push((name, shape(&tensor.shape), bytes(part)));
                }
            }
        };
        put("", &state.parameters);
        if let Some(moments) = &state.moments {
            MOMENTS.iter().zip(moments).for_each(|(prefix, pool)| put(prefix, pool));
        }
        if !state.history.is_empty() {
            let steps: Vec<f32> = state.history.iter().map(|evaluation| evaluation.step as f32).collect();
            tensors.push(("history.step".to_owned(), vec![steps.len()], bytes(&steps)));
            for (at, name) in HISTORY.into_iter().enumerate() {
                let values: Vec<f32> = state.history.iter().flat_map(|e| e.values[at].iter().copied()).collect();
                tensors.push((name.to_owned(), vec![steps.len(), replicas.len()], bytes(&values)));
            }
        }
        let views = tensors.iter().map(|(name, shape, data)| {
            let view = TensorView::new(Dtype::F32, shape.clone(), data);
            view.map(|view| (name.as_str(), view)).map_err(|error| Error::Internal(error.to_string()))
        });
        let views = views.collect::<Result<Vec<_>, _>>()?;
        let text = serde_json::to_string(&metadata).map_err(|error| Error::Internal(error.to_string()))?;
        serialize(views, Some(HashMap::from([(KEY.to_owned(), text)])))
            .map_err(|error| Error::Internal(error.to_string()))
    }

    /// Reads a file. Nothing in it is believed: sizes are held against what the configuration makes them, and every
    /// number has to be finite.
    ///
    /// # Errors
    /// [`Error::File`] with what is wrong.
    pub fn read(file: &[u8]) -> Result<Self, Error> {
        let (_, header) = SafeTensors::read_metadata(file)
            .map_err(|error| refuse(format!("it is not a whole safetensors file ({error})")))?;
        let text = header.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
        let text = text
            .ok_or_else(|| refuse("it says nothing of a configuration; only weights saved by this lab can be read"))?;
        let metadata: Metadata =
            serde_json::from_str(text).map_err(|error| refuse(format!("its metadata cannot be read ({error})")))?;
        if metadata.format != FORMAT {
            return Err(refuse(format!("its format is {}; this lab reads format {FORMAT}", metadata.format)));
        }
        let Link { config, problems, .. } = Link::parse(&metadata.link);
        if let Some(problem) = problems.first() {
            return Err(refuse(format!("its configuration is not allowed ({problem})")));
        }
        let training = config.training();
        if metadata.step > training.steps {
            return Err(refuse(format!("it is at step {} of {}", metadata.step, training.steps)));
        }
        let replicas = config.runners()?;
        if metadata.stopped.len() != replicas.len()
            || metadata.stopped.iter().flatten().any(|&at| at == 0 || at > metadata.step)
        {
            return Err(refuse("its list of stopped runs does not fit its configuration"));
        }
        let certifier = Certifier::parse(&metadata.check).ok_or_else(|| refuse("its certificate cannot be read"))?;
        if certifier.steps > metadata.step {
            return Err(refuse("its certificate covers more steps than were trained"));
        }
        let tensors = SafeTensors::deserialize(file).map_err(refuse)?;
        let model = Transformer::new(architecture(&training));
        // Before anything of that size is allocated.
        let numbers = replicas.len() * model.parameters.len() as usize;
        if numbers > file.len() / size_of::<f32>() {
            return Err(refuse(format!("its configuration makes {numbers} numbers, and it holds fewer")));
        }
        let parameters = pools(&tensors, "", &replicas, &model.parameters)?;
        let has_moments = tensors.names().iter().any(|name| name.starts_with(MOMENTS[0]));
        let moments = match MOMENTS {
            [first, second] if has_moments => Some([
                pools(&tensors, first, &replicas, &model.parameters)?,
                pools(&tensors, second, &replicas, &model.parameters)?,
            ]),
            _ => None,
        };
        if moments.as_ref().is_some_and(|[_, second]| second.iter().any(|&value| value < 0.0)) {
            return Err(refuse("a second moment is negative"));
        }
        let history = history(&tensors, metadata.step, &metadata.stopped)?;
        if metadata.moments_from > metadata.step {
            return Err(refuse(format!("its moments begin at step {}, after its own", metadata.moments_from)));
        }
        let moments_from = if has_moments { metadata.moments_from } else { metadata.step };
        let (step, stopped) = (metadata.step, metadata.stopped);
        let state = State { step, stopped, certifier, parameters, moments, moments_from, history };
        Ok(Self { config, state })
    }

    /// One run's model and its parameters; nothing if there is no such run.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn trained(&self, run: u32) -> Result<Option<Trained>, Error> {
        let model = Transformer::new(architecture(&self.config.training()));
        let runner = self.config.runners()?.into_iter().nth(run as usize);
        let parameters = self.state.parameters.chunks_exact(model.parameters.len() as usize).nth(run as usize);
        let step = self.state.step;
        let both = runner.zip(parameters);
        Ok(both.map(|(runner, parameters)| Trained { model, runner, parameters: parameters.to_vec(), step }))
    }
}

/// Names of the tensors that hold evaluations, in the order of [`Evaluation::values`].
const HISTORY: [&str; 3] = ["history.loss", "history.token_accuracy", "history.sequence_accuracy"];

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

/// All runs' tensors of one kind, laid out as the pool is.
fn pools(
    tensors: &SafeTensors<'_>,
    prefix: &str,
    replicas: &[Runner],
    parameters: &Parameters,
) -> Result<Vec<f32>, Error> {
    let mut pools = Vec::with_capacity(replicas.len() * parameters.len() as usize);
    for replica in replicas {
        for parameter in &parameters.tensors {
            let name = format!("{prefix}{}{}", run_name(replica), parameter.name);
            let values = tensor(tensors, &name, &shape(&parameter.shape))?;
            if let Some(at) = values.iter().position(|value| !value.is_finite()) {
                return Err(refuse(format!("the tensor {name} holds {} at place {at}", values[at])));
            }
            pools.extend(values);
        }
    }
    Ok(pools)
}

fn history(tensors: &SafeTensors<'_>, step: u32, stopped: &[Option<u32>]) -> Result<Vec<Evaluation>, Error> {
    let Ok(view) = tensors.tensor("history.step") else { return Ok(Vec::new()) };
    let count = view.shape().first().copied().unwrap_or(0);
    let steps = tensor(tensors, "history.step", &[count])?;
    let runs = stopped.len();
    let rising = steps.windows(2).all(|pair| pair[0] < pair[1]);
    if !rising || !steps.iter().all(|&at| at >= 0.0 && at.fract() == 0.0 && at <= step as f32) {
        return Err(refuse("the steps of its evaluations do not fit its own step"));
    }
    let mut columns = Vec::new();
    for name in HISTORY {
        columns.push(tensor(tensors, name, &[count, runs])?);
    }
    // A run that has stopped has no numbers from there on; otherwise they are what they measure.
    let sound = |column: usize, at: usize, run: usize, value: f32| {
        let over = stopped.get(run).copied().flatten().is_some_and(|stop| stop as f32 <= steps[at]);
        match column {
            _ if value.is_nan() => over,
            0 => value >= 0.0 && value.is_finite(),
            _ => (0.0..=1.0).contains(&value),
        }
    };
    for (which, (column, name)) in columns.iter().zip(HISTORY).enumerate() {
        for (at, &value) in column.iter().enumerate() {
            if !sound(which, at / runs, at % runs, value) {
                return Err(refuse(format!("{name} holds {value}, which it cannot be")));
            }
        }
    }
    let row = |column: &Vec<f32>, at: usize| column[at * runs..(at + 1) * runs].to_vec();
    let evaluation = |(at, &step): (usize, &f32)| {
        let values = [row(&columns[0], at), row(&columns[1], at), row(&columns[2], at)];
        Evaluation { step: step as u32, values }
    };
    Ok(steps.iter().enumerate().map(evaluation).collect())
}
