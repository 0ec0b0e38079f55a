//! Length generalisation: the weights of a race, judged on longer sequences.

use std::ops::Range;

use web_time::Instant;

use crate::choice::Choice;
use crate::compute::{Executor, Program};
use crate::encoding::{Encoding, Tuning};
use crate::error::Error;
use crate::kernels::metrics::ENTRY;
use crate::labs::encodings::config::{EncodingsConfig, Experiment};
use crate::labs::encodings::outcome::Outcome;
use crate::model::ensemble::Ensemble;
use crate::model::measure::{Measure, Phase};
use crate::model::transformer::{Replica, Transformer};
use crate::model::{Model, Source};
use crate::run::curves::{Axis, Curves, Point};
use crate::run::event::ArmInfo;
use crate::run::race::{Race, entry};
use crate::run::training::Training;
use crate::task::Task;

/// Lengths of the evaluations, as multiples of the length in training, in halves.
const HALVES: [u32; 4] = [2, 3, 4, 6];

/// Metrics of every run at one length; nothing where it cannot be judged.
type Judged = Vec<Option<[f32; ENTRY as usize]>>;

fn lengths(config: &EncodingsConfig) -> [u32; 4] {
    HALVES.map(|halves| {
        let length = (config.train_length * halves).div_ceil(2);
        match config.task {
            Task::CausalCopy => length + length % 2,
            Task::AssociativeRecall => length - (1 - length % 2),
            _ => length,
        }
    })
}

impl Outcome {
    /// Findings at other lengths.
    #[must_use]
    pub fn lengths(config: &EncodingsConfig, step: u32, curves: Curves) -> Self {
        let sentence = match config.task {
            Task::Increment => {
                "This task needs no position, so a longer sequence shows only how much the added vectors disturb the look-up of a symbol."
            }
            Task::PreviousToken => {
                "The symbol to name is one position back at every length, but for the first position, which names the last symbol."
            }
            Task::CausalCopy => {
                "In causal copy the symbol to name is half a sequence back, farther in a longer sequence: a model that has learned one \
                 distance looks in the wrong place. Previous token keeps its distance."
            }
            Task::AssociativeRecall => {
                "In associative recall a longer sequence has more pairs, and the key that is asked stands farther from its \
                 partner; a sequence with more pairs than there are keys is not judged."
            }
            Task::Reversal | Task::HalfShift => {
                "In this task the distance to the symbol grows with the length: a model that has learned the distances of one length \
                 looks in the wrong place. Previous token keeps its distance."
            }
        };
        Self::Lengths { trained: config.train_length, step, curves, sentence }
    }
}

/// The weights of a race at one step, on their way through the lengths.
#[derive(Debug)]
pub(super) struct Judging {
    config: EncodingsConfig,
    /// The step that they are of.
    pub(super) step: u32,
    ensemble: Ensemble,
    parameters: Vec<f32>,
    measures: Vec<(Measure, Source)>,
    /// What is judged; the last length may lack runs.
    curves: Curves,
    judged: Judged,
    /// Runs of the next part.
    part: usize,
}

impl Judging {
    /// Nothing is judged yet.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::Config`] if the race is of no transformers.
    pub(super) async fn new(config: &EncodingsConfig, race: &mut Race) -> Result<Self, Error> {
        race.catch_up().await?;
        let (step, parameters) = (race.step(), race.parameters().await?);
        let ensemble = race.ensemble()?.clone();
        let measures = ensemble.measures();
        let measures: Vec<_> = measures.into_iter().filter(|(measure, _)| measure.phase == Phase::Evaluation).collect();
        let why = |encoding: &Encoding| match encoding {
            Encoding::Rank => "Its table has learned no rows beyond its length.",
            _ => "",
        };
        let arm = |encoding: &Encoding| {
            let [id, label, help] = [encoding.id(), encoding.label(), why(encoding)].map(str::to_owned);
            ArmInfo { id, label, help }
        };
        let curves = Curves {
            id: "lengths".to_owned(),
            label: Experiment::Lengths.label().to_owned(),
            x: Axis::new("length", "Length", "positions"),
            measures: measures.iter().map(|(measure, _)| measure.clone()).collect(),
            arms: config.encodings.iter().map(arm).collect(),
            runs: race.runs(),
            points: Vec::new(),
        };
        Ok(Self { config: config.clone(), step, ensemble, parameters, measures, curves, judged: Vec::new(), part: 1 })
    }

    /// Runs that are judged, over all lengths, and all there are.
    pub(super) fn progress(&self) -> (u32, u32) {
        let runs = self.ensemble.replicas.len();
        ((self.curves.points.len() * runs + self.judged.len()) as u32, (HALVES.len() * runs) as u32)
    }

    /// Judges for about `budget_ms`, at least one run at one length. Gives the curves once all are judged.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::TooLarge`], [`Error::Internal`].
    pub(super) async fn advance(&mut self, race: &Race, budget_ms: f64) -> Result<Option<Curves>, Error> {
        let start = Instant::now();
        let ms = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
        let runs = self.ensemble.replicas.len();
        if budget_ms == f64::INFINITY {
            self.part = runs;
        }
        while let Some(&length) = lengths(&self.config).get(self.curves.points.len()) {
            let from = self.judged.len();
            let until = runs.min(from + self.part);
            let began = Instant::now();
            self.judged.extend(self.at_length(race, from..until, length).await?);
            if self.judged.len() == runs {
                let judged = std::mem::take(&mut self.judged);
                let values = self.measures.iter().map(|(_, source)| values(&judged, source)).collect();
                self.curves.points.push(Point { x: length.into(), values });
            }
            // As many as fit into what is left, or into the next turn.
            let left = budget_ms - ms(start);
            let fit = if left > 0.0 { left } else { budget_ms } * (until - from).max(1) as f64 / ms(began).max(1e-3);
            self.part = (fit as usize).clamp(1, runs.max(1));
            if left <= 0.0 {
                break;
            }
        }
        Ok((self.curves.points.len() == HALVES.len()).then(|| self.curves.clone()))
    }

    /// Puts the weights of some runs under a model of another length, and judges it on held-out sequences. L of the compressed and
    /// the spike-time encodings stays that of the training.
    async fn at_length(&self, race: &Race, runs: Range<usize>, length: u32) -> Result<Judged, Error> {
        let (ensemble, training) = (&self.ensemble, self.config.training());
        let long = Training { length, ..training };
        if long.keys_run_out() {
            return Ok(vec![None; runs.len()]);
        }
        let model = Transformer::new(long.architecture());
        let window = Some(training.length);
        let replicas: Vec<Replica> = ensemble
            .replicas
            .get(runs.clone())
            .unwrap_or_default()
            .iter()
            .map(|&replica| Replica { tuning: Tuning { window, ..replica.tuning }, ..replica })
            .collect();
        let plan = model.evaluation(&replicas, &long.regime())?;
        let shared = plan.shared;
        let table = model.table as usize;
        let pool = ensemble.model.parameters.len() as usize;
        let longer = |(replica, trained): (&Replica, &[f32])| {
            let mut values = trained.get(..table).unwrap_or(&[]).to_vec();
            let recipe = model.recipe(replica);
            if recipe.train_table {
                values.extend(&trained[table..]);
                values.resize(model.parameters.len() as usize, 0.0);
                values.truncate(model.parameters.len() as usize);
            } else {
                values.extend(recipe.table);
            }
            values
        };
        let pools: Vec<f32> =
            replicas.iter().zip(self.parameters.chunks_exact(pool).skip(runs.start)).flat_map(longer).collect();
        let blocks = replicas.iter().map(|replica| model.control(replica)).collect::<Result<Vec<_>, _>>()?;
        let rotations: Vec<f32> = replicas.iter().flat_map(|_| model.rotations()).collect();
        let mut executor: Executor = race.sibling(plan).await?;
        executor.write(shared.parameters, &pools)?;
        executor.write(shared.control, &blocks.concat())?;
        executor.write(shared.rotations, &rotations)?;
        executor.run(Program::Evaluation, 1)?;
        let [ring] = executor.read([shared.evaluations], None).await?;
        let learned = |replica: &Replica| replica.encoding == Encoding::Rank && length > training.length;
        let of = |(at, replica): (usize, &Replica)| match learned(replica) {
            true => Ok(None),
            false => entry(&ring, at, 0).map(Some),
        };
        replicas.iter().enumerate().map(of).collect()
    }
}

/// A measure of every run at one length.
fn values(judged: &Judged, source: &Source) -> Vec<f32> {
    let value = |entry: &Option<[f32; ENTRY as usize]>| match (source, entry) {
        (Source::Ring { entry: at, factor }, Some(entry)) => entry[*at] * factor,
        _ => f32::NAN,
    };
    judged.iter().map(value).collect()
}
