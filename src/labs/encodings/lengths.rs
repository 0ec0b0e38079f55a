//! Length generalisation: the weights of a race, judged on longer sequences.

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
        if config.task == Task::CausalCopy { length + length % 2 } else { length }
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
            Task::Reversal | Task::HalfShift => {
                "In this task the distance to the symbol grows with the length: a model that has learned the distances of one length \
                 looks in the wrong place. Previous token keeps its distance."
            }
        };
        Self::Lengths { trained: config.train_length, step, curves, sentence }
    }
}

/// Judges the present weights of a race at each length.
///
/// # Errors
/// [`Error::DeviceLost`], [`Error::TooLarge`], [`Error::Internal`].
pub(crate) async fn judge(config: &EncodingsConfig, race: &mut Race) -> Result<Curves, Error> {
    race.catch_up().await?;
    let parameters = race.parameters().await?;
    let ensemble = race.ensemble()?.clone();
    let measures: Vec<(Measure, Source)> =
        ensemble.measures().into_iter().filter(|(measure, _)| measure.phase == Phase::Evaluation).collect();
    let why = |encoding: &Encoding| match encoding {
        Encoding::Rank => "Its table has learned no rows beyond its length.",
        _ => "",
    };
    let arm = |encoding: &Encoding| {
        let [id, label, help] = [encoding.id(), encoding.label(), why(encoding)].map(str::to_owned);
        ArmInfo { id, label, help }
    };
    let mut curves = Curves {
        id: "lengths".to_owned(),
        label: Experiment::Lengths.label().to_owned(),
        x: Axis::new("length", "Length", "positions"),
        measures: measures.iter().map(|(measure, _)| measure.clone()).collect(),
        arms: config.encodings.iter().map(arm).collect(),
        runs: race.runs(),
        points: Vec::new(),
    };
    for length in lengths(config) {
        let judged = at_length(config, race, &ensemble, &parameters, length).await?;
        let of = |source: &Source| {
            let value = |entry: &Option<[f32; ENTRY as usize]>| match (source, entry) {
                (Source::Ring { entry: at, factor }, Some(entry)) => entry[*at] * factor,
                _ => f32::NAN,
            };
            judged.iter().map(value).collect()
        };
        let values = measures.iter().map(|(_, source)| of(source)).collect();
        curves.points.push(Point { x: length.into(), values });
    }
    Ok(curves)
}

/// Puts every run's weights under a model of another length, and judges it on held-out sequences. L of the compressed and
/// the spike-time encodings stays that of the training.
async fn at_length(
    config: &EncodingsConfig,
    race: &mut Race,
    ensemble: &Ensemble,
    parameters: &[f32],
    length: u32,
) -> Result<Judged, Error> {
    let training = config.training();
    let long = Training { length, ..training };
    let model = Transformer::new(long.architecture());
    let window = Some(training.length);
    let replicas: Vec<Replica> = ensemble
        .replicas
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
    let pools: Vec<f32> = replicas.iter().zip(parameters.chunks_exact(pool)).flat_map(longer).collect();
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
