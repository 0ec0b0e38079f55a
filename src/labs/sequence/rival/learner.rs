//! Transformers that are shown the windows of their sequences: what they are, what a gradient step is given, what they are asked.
//!
//! A window holds the last symbols before a place, the newest in its last position, so that what comes next is always asked of
//! the same position. Near the beginning, where there are fewer, start symbols stand in front of them: one more entry of the
//! vocabulary, of which nothing is learned but what follows it at the beginning of the sequence.

use crate::compute::{Executor, Program};
use crate::encoding::{Encoding, Tuning};
use crate::error::Error;
use crate::graph::Shared;
use crate::graph::ops::Optimiser;
use crate::kernels::control;
use crate::kernels::matmul::Activation;
use crate::kernels::metrics::{ENTRY, RING};
use crate::kernels::rng;
use crate::labs::sequence::config::SequenceConfig;
use crate::model::online::{Judged, WindowPlan, WindowRegime};
use crate::model::transformer::{Architecture, Replica, Transformer};
use crate::run::event::ExecutorInfo;
use crate::run::machine::Machine;
use crate::task::{IGNORED, Layout, Task};

/// Stream of the windows that a step learns again; no parameter's and no dropout's.
const STREAM_REHEARSAL: u32 = 300_000;
/// Windows of a step that rehearses.
pub const REHEARSED: u32 = 16;
/// Answers that may wait on the device before they have to be read.
pub const WAITING: usize = RING as usize / 2;

/// What a gradient step learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rehearsal {
    /// The newest window only, in each of the k steps. Nothing of the past is kept but the weights, as in the sequence machine.
    Newest,
    /// The newest window and 15 of those before it, drawn anew for every step: the sequence so far is kept beside the weights.
    Replay,
}

/// How the transformers learn.
///
/// Mean errors of the second presentation without learning, over sequences 0, 1 and 2 of an alphabet of 15 and with the lab's other
/// settings, each with the best of six learning rates on held-out sequences:
///
/// | steps a symbol | from | judged | positions | 30 symbols | 60 | 90 |
/// | --- | --- | --- | --- | --- | --- | --- |
/// | 1 | newest | last | sinusoidal | 20.7 | 45.0 | 67.7 |
/// | 1 | newest | all | sinusoidal | 16.3 | 42.7 | 68.0 |
/// | 1 | replay | last | sinusoidal | 12.0 | 31.3 | 45.3 |
/// | 1 | replay | all | sinusoidal | 10.0 | 24.0 | 33.0 |
/// | 1 | replay | all | RoPE | 9.0 | 17.0 | 21.3 |
/// | 10 | newest | last | sinusoidal | 23.0 | 43.7 | 67.7 |
/// | 10 | newest | all | sinusoidal | 17.0 | 41.7 | 70.7 |
/// | 10 | replay | last | sinusoidal | 2.7 | 6.0 | 4.0 |
/// | 10 | replay | all | sinusoidal | 2.0 | 4.3 | 2.0 |
/// | 10 | replay | all | RoPE | 1.3 | 2.3 | 0.7 |
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Method {
    /// From which windows.
    pub rehearsal: Rehearsal,
    /// From which of their positions.
    pub judged: Judged,
    /// Their positional encoding.
    pub encoding: Encoding,
}

impl Default for Method {
    /// The strongest with the positions of the paper, which are sinusoidal. RoPE would make fewer errors still.
    fn default() -> Self {
        Self { rehearsal: Rehearsal::Replay, judged: Judged::All, encoding: Encoding::Sinusoidal }
    }
}

impl Method {
    /// Without a store beside the weights, on the machine's own terms.
    #[must_use]
    pub fn newest() -> Self {
        Self { rehearsal: Rehearsal::Newest, ..Self::default() }
    }

    fn rows(&self) -> u32 {
        match self.rehearsal {
            Rehearsal::Newest => 1,
            Rehearsal::Replay => REHEARSED,
        }
    }
}

/// One transformer and what it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Pupil {
    /// Seed of its initial weights and of what it rehearses.
    pub seed: u32,
    /// Its learning rate.
    pub rate: f32,
    /// Its sequence.
    pub sequence: Vec<u32>,
}

/// What a transformer said about one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// The place, from 0.
    pub place: usize,
    /// Whether the symbol that it found likeliest stands there.
    pub right: bool,
    /// Minus the logarithm of the probability that it gave to that symbol, in nats.
    pub loss: f32,
}

/// The architecture of the lab's transformer over an alphabet; one more token is the start symbol.
#[must_use]
pub fn architecture(config: &SequenceConfig, alphabet: u32) -> Architecture {
    Architecture {
        // The task is that whose vocabulary is its symbols; it draws nothing here.
        layout: Layout { task: Task::Increment, symbols: alphabet + 1, length: config.rival_window },
        layers: config.rival_layers,
        width: config.rival_width,
        heads: config.rival_heads,
        mlp: 4 * config.rival_width,
        activation: Activation::Gelu,
        pre_norm: true,
        causal: true,
        dropout: 0.0,
        tied: false,
    }
}

/// Tokens of the window before `place`, and how many of them are symbols of the sequence. `start` is the start symbol.
#[must_use]
pub fn window(sequence: &[u32], place: usize, length: usize, start: u32) -> (Vec<u32>, usize) {
    let symbols = place.min(length);
    let mut tokens = vec![start; length - symbols];
    tokens.extend_from_slice(sequence.get(place - symbols..place).unwrap_or(&[]));
    (tokens, symbols)
}

/// Transformers side by side in one plan, whose sequences have one length.
#[derive(Debug)]
pub struct Learner {
    /// Their model.
    pub model: Transformer,
    /// How they learn.
    pub method: Method,
    /// Which executor works, and why.
    pub info: ExecutorInfo,
    pupils: Vec<Pupil>,
    replicas: Vec<Replica>,
    executor: Executor,
    shared: Shared,
    buffers: Buffers,
    launches: [u32; 2],
    steps: u32,
    /// Places asked whose answers have not been read, and how many have been.
    waiting: Vec<usize>,
    read: usize,
}

#[derive(Clone, Copy, Debug)]
struct Buffers {
    tokens: crate::graph::BufferId,
    targets: crate::graph::BufferId,
    asked: crate::graph::BufferId,
    next: crate::graph::BufferId,
}

impl Learner {
    /// Blank transformers for `pupils`, on the executor that `machine` gives.
    ///
    /// # Errors
    /// [`Error::Config`] if the sequences differ in length, are empty, or have symbols outside the alphabet;
    /// [`Error::TooLarge`]; [`Error::Internal`].
    pub async fn open(
        config: &SequenceConfig,
        method: Method,
        pupils: Vec<Pupil>,
        alphabet: u32,
        machine: &mut Machine,
    ) -> Result<Self, Error> {
        let (model, replicas, windows) = record(config, method, &pupils, alphabet)?;
        let plan = windows.plan.clone();
        let (executor, info) = machine.executor(config.executor, plan, &mut |_, _| {}).await?;
        Self::begin(method, pupils, model, replicas, &windows, (executor, info))
    }

    /// Blank transformers for `pupils`, on an executor of the same kind as this learner's.
    ///
    /// # Errors
    /// As [`Learner::open`]; [`Error::DeviceLost`].
    pub async fn sibling(&self, config: &SequenceConfig, pupils: Vec<Pupil>, alphabet: u32) -> Result<Self, Error> {
        let (model, replicas, windows) = record(config, self.method, &pupils, alphabet)?;
        let executor = self.executor.sibling(windows.plan.clone()).await?;
        Self::begin(self.method, pupils, model, replicas, &windows, (executor, self.info.clone()))
    }

    fn begin(
        method: Method,
        pupils: Vec<Pupil>,
        model: Transformer,
        replicas: Vec<Replica>,
        windows: &WindowPlan,
        (mut executor, info): (Executor, ExecutorInfo),
    ) -> Result<Self, Error> {
        let shared = windows.plan.shared;
        let all = |of: &dyn Fn(&Replica) -> Vec<f32>| replicas.iter().flat_map(of).collect::<Vec<f32>>();
        executor.write(shared.parameters, &all(&|replica| model.initial(replica)))?;
        let blocks = replicas.iter().map(|replica| model.control(replica)).collect::<Result<Vec<_>, _>>()?;
        executor.write(shared.control, &blocks.concat())?;
        executor.write(shared.rotations, &all(&|_| model.rotations()))?;
        let buffers =
            Buffers { tokens: windows.tokens, targets: windows.targets, asked: windows.asked, next: windows.next };
        let launches = [windows.plan.training.len() as u32, windows.plan.evaluation.len() as u32];
        let (waiting, read, steps) = (Vec::new(), 0, 0);
        Ok(Self { model, method, info, pupils, replicas, executor, shared, buffers, launches, steps, waiting, read })
    }

    /// Places of each sequence.
    #[must_use]
    pub fn length(&self) -> usize {
        self.pupils.first().map_or(0, |pupil| pupil.sequence.len())
    }

    /// What is shown to whom.
    #[must_use]
    pub fn pupils(&self) -> &[Pupil] {
        &self.pupils
    }

    /// The replicas of the plan.
    #[must_use]
    pub fn replicas(&self) -> &[Replica] {
        &self.replicas
    }

    /// Gradient steps taken.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Kernel launches of a gradient step, and of a question.
    #[must_use]
    pub fn launches(&self) -> [u32; 2] {
        self.launches
    }

    /// Takes one gradient step on what stands at `place`, after the window before it; `seen` places of the sequence are there to
    /// rehearse. Every earlier position of a window learns what stands after it, too, unless only the last one is judged.
    ///
    /// # Errors
    /// [`Error::Internal`] if there is no such place; [`Error::DeviceLost`].
    pub async fn learn(&mut self, place: usize, seen: usize) -> Result<(), Error> {
        self.check(place)?;
        let layout = self.model.architecture.layout;
        let length = layout.length as usize;
        let rows = self.method.rows();
        let capacity = self.pupils.len() * rows as usize * length;
        let (mut tokens, mut targets) = (Vec::with_capacity(capacity), Vec::with_capacity(capacity));
        for pupil in &self.pupils {
            for row in 0..rows {
                let at = if row == 0 { place } else { drawn(pupil.seed, self.steps, row, seen.max(place + 1)) };
                let (inputs, symbols) = window(&pupil.sequence, at, length, layout.symbols - 1);
                tokens.extend(inputs.iter().map(|&token| token as f32));
                // The symbols are the targets of the positions before them; the first of a sequence is that of a start symbol.
                let judged = match self.method.judged {
                    Judged::Last => 1,
                    Judged::All => (symbols + 1).min(length),
                };
                if self.method.judged == Judged::All {
                    targets.extend(std::iter::repeat_n(IGNORED, length - judged));
                }
                let wanted = pupil.sequence.get(at + 1 - judged..=at).unwrap_or(&[]);
                targets.extend(wanted.iter().map(|&symbol| symbol as f32));
            }
        }
        self.executor.write(self.buffers.tokens, &tokens)?;
        self.executor.write(self.buffers.targets, &targets)?;
        self.executor.run(Program::Training, 1)?;
        self.steps += 1;
        // One submission ahead keeps a device busy.
        self.executor.catch_up(1).await
    }

    /// Asks what stands at `place`, given the window before it; the answer waits for [`Learner::answers`]. At most [`WAITING`] may
    /// wait.
    ///
    /// # Errors
    /// [`Error::Internal`] if there is no such place, or too many wait; [`Error::DeviceLost`].
    pub async fn ask(&mut self, place: usize) -> Result<(), Error> {
        self.check(place)?;
        if self.waiting.len() >= WAITING {
            return Err(Error::Internal("answers have to be read before more is asked".to_owned()));
        }
        let layout = self.model.architecture.layout;
        let (mut tokens, mut next) = (Vec::new(), Vec::new());
        for pupil in &self.pupils {
            let (inputs, _) = window(&pupil.sequence, place, layout.length as usize, layout.symbols - 1);
            tokens.extend(inputs.iter().map(|&token| token as f32));
            next.extend(pupil.sequence.get(place).map(|&symbol| symbol as f32));
        }
        self.executor.write(self.buffers.asked, &tokens)?;
        self.executor.write(self.buffers.next, &next)?;
        self.executor.run(Program::Evaluation, 1)?;
        self.waiting.push(place);
        self.executor.catch_up(1).await
    }

    /// How many answers wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The answers that wait, of each pupil, in the order in which they were asked.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn answers(&mut self) -> Result<Vec<Vec<Answer>>, Error> {
        let [rings] = self.executor.read([self.shared.evaluations], None).await?;
        let places = std::mem::take(&mut self.waiting);
        let first = self.read;
        self.read += places.len();
        let answers = |ring: &[f32]| {
            let answer = |(asked, &place): (usize, &usize)| {
                let entry = (first + asked) % RING as usize * ENTRY as usize;
                let loss = ring.get(entry).copied().unwrap_or(f32::NAN);
                // A logit that is not finite makes no prediction, whatever is first in the order.
                let right = loss.is_finite() && ring.get(entry + 1) == Some(&1.0);
                Answer { place, right, loss }
            };
            places.iter().enumerate().map(answer).collect()
        };
        Ok(rings.chunks_exact((RING * ENTRY) as usize).map(answers).collect())
    }

    /// Mean loss in nats of each pupil's last gradient step, over all its judged positions; of none before the first.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn last_losses(&mut self) -> Result<Option<Vec<f32>>, Error> {
        let Some(last) = self.steps.checked_sub(1) else { return Ok(None) };
        let [rings] = self.executor.read([self.shared.ring], None).await?;
        let entry = (last % RING * ENTRY) as usize;
        let rings = rings.chunks_exact((RING * ENTRY) as usize);
        Ok(Some(rings.map(|ring| ring.get(entry).copied().unwrap_or(f32::NAN)).collect()))
    }

    /// Step, from 1, at which each pupil's loss or gradient was no longer finite; it keeps its weights from then on.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn stopped(&mut self) -> Result<Vec<Option<u32>>, Error> {
        let [blocks] = self.executor.read([self.shared.control], None).await?;
        let stopped = |block: &[f32]| Some(block[control::STOPPED] as u32).filter(|&step| step > 0);
        Ok(blocks.chunks_exact(control::LEN).map(stopped).collect())
    }

    /// One pupil's parameters.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn parameters(&mut self, pupil: u32) -> Result<Vec<f32>, Error> {
        let [parameters] = self.executor.read([self.shared.parameters], Some(pupil)).await?;
        Ok(parameters)
    }

    fn check(&self, place: usize) -> Result<(), Error> {
        let there = place < self.length();
        if there { Ok(()) } else { Err(Error::Internal(format!("a sequence has no place {place}"))) }
    }
}

/// Whether the sequences of `pupils` fit one plan.
///
/// # Errors
/// [`Error::Config`] if they do not.
pub(super) fn fit(pupils: &[Pupil], alphabet: u32) -> Result<(), Error> {
    let length = pupils.first().map_or(0, |pupil| pupil.sequence.len());
    if length == 0 {
        return Err(Error::Config("The sequence is empty. Give it at least one symbol.".to_owned()));
    }
    if pupils.iter().any(|pupil| pupil.sequence.len() != length) {
        return Err(Error::Config(
            "Transformers side by side need sequences of one length. Give each length a run of its own.".to_owned(),
        ));
    }
    let outside = pupils.iter().flat_map(|pupil| &pupil.sequence).find(|&&symbol| symbol >= alphabet);
    if let Some(symbol) = outside {
        return Err(Error::Config(format!(
            "Symbol {symbol} is outside an alphabet of {alphabet}. Number the symbols from 0, or enlarge the alphabet."
        )));
    }
    Ok(())
}

/// Model, replicas and plan.
fn record(
    config: &SequenceConfig,
    method: Method,
    pupils: &[Pupil],
    alphabet: u32,
) -> Result<(Transformer, Vec<Replica>, WindowPlan), Error> {
    fit(pupils, alphabet)?;
    let model = Transformer::new(architecture(config, alphabet));
    let tuning = Tuning::default();
    let replica = |pupil: &Pupil| Replica::new(method.encoding, pupil.seed, pupil.rate, tuning);
    let replicas: Vec<Replica> = pupils.iter().map(replica).collect();
    let optimiser = Optimiser { warmup: 0, cosine: None, steps: 1, clip: 1.0 };
    let windows = model.windows(&replicas, &WindowRegime { rows: method.rows(), judged: method.judged, optimiser })?;
    Ok((model, replicas, windows))
}

/// The place of a window that is rehearsed, one of the first `seen`.
fn drawn(seed: u32, step: u32, row: u32, seen: usize) -> usize {
    let word = rng::pcg4d([seed, STREAM_REHEARSAL, step, row])[0];
    (rng::unit(word) * seen as f64) as usize
}
