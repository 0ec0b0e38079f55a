//! Length generalisation: the weights of a race, judged on longer sequences.

use crate::choice::Choice;
use crate::compute::{Executor, Program};
use crate::encoding::statistics::Spread;
use crate::encoding::{Encoding, Tuning};
use crate::error::Error;
use crate::kernels::metrics::ENTRY;
use crate::labs::any::Config;
use crate::labs::encodings::config::{EncodingsConfig, Experiment};
use crate::labs::encodings::outcome::{self, LengthRow, Outcome};
use crate::model::transformer::{Replica, Transformer};
use crate::run::race::{Race, entry};
use crate::run::setup::{architecture, regime};
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
    pub(crate) fn lengths(config: &EncodingsConfig, step: u32, rows: Vec<LengthRow>) -> Self {
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
        let lengths = lengths(config).to_vec();
        Self::Lengths { trained: config.train_length, step, lengths, rows, sentence }
    }
}

impl Race {
    /// What the experiment of the encodings lab has found so far; nothing in the copy lab. For lengths, the present weights are
    /// judged at each length, unless that was done at this step.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::TooLarge`], [`Error::Internal`].
    pub async fn outcome(&mut self) -> Result<Option<Outcome>, Error> {
        let Config::Encodings(config) = self.source().clone() else { return Ok(None) };
        if config.experiment != Experiment::Lengths {
            return outcome::outcome(&config, &self.outcomes(), self.history());
        }
        let step = self.step();
        if self.lengths.as_ref().is_none_or(|(known, _)| *known != step) {
            let rows = self.at_lengths(&config).await?;
            self.lengths = Some((step, rows));
        }
        let rows = self.lengths.as_ref().map(|(_, rows)| rows.clone()).unwrap_or_default();
        Ok(Some(Outcome::lengths(&config, step, rows)))
    }

    async fn at_lengths(&mut self, config: &EncodingsConfig) -> Result<Vec<LengthRow>, Error> {
        self.catch_up().await?;
        let parameters = self.parameters().await?;
        let mut judged = Vec::new();
        for length in lengths(config) {
            judged.push(self.judge(config, &parameters, length).await?);
        }
        let seeds = config.seeds as usize;
        let row = |(arm, encoding): (usize, &Encoding)| {
            let spread = |column: &Judged, at: usize, factor: f32| {
                let of = |seed| column.get(arm * seeds + seed).copied().flatten();
                let values: Vec<Option<f64>> = (0..seeds).map(|seed| Some(f64::from(of(seed)?[at] * factor))).collect();
                let finite: Vec<Option<f64>> =
                    values.into_iter().map(|value| value.filter(|v| v.is_finite())).collect();
                Spread::of(&finite)
            };
            let why = match encoding {
                Encoding::Rank => "Its table has learned no rows beyond its length.",
                _ => "",
            };
            LengthRow {
                id: encoding.id().to_owned(),
                label: encoding.label().to_owned(),
                why: why.to_owned(),
                accuracy: judged.iter().map(|column| spread(column, 1, 1.0)).collect(),
                bits: judged.iter().map(|column| spread(column, 0, std::f32::consts::LOG2_E)).collect(),
            }
        };
        Ok(config.encodings.iter().enumerate().map(row).collect())
    }

    /// Puts every run's weights under a model of another length, and judges it on held-out sequences. L of the compressed and
    /// the spike-time encodings stays that of the training.
    async fn judge(&mut self, config: &EncodingsConfig, parameters: &[f32], length: u32) -> Result<Judged, Error> {
        let training = config.training();
        let mut long = training.clone();
        long.length = length;
        let model = Transformer::new(architecture(&long));
        let window = Some(training.length);
        let replicas: Vec<Replica> = self
            .replicas()
            .iter()
            .map(|&replica| Replica { tuning: Tuning { window, ..replica.tuning }, ..replica })
            .collect();
        let plan = model.evaluation(&replicas, &regime(&long));
        let shared = plan.shared;
        let table = model.table as usize;
        let pool = self.model.parameters.len() as usize;
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
        let control: Vec<f32> = replicas.iter().flat_map(|replica| model.control(replica)).collect();
        let rotations: Vec<f32> = replicas.iter().flat_map(|_| model.rotations()).collect();
        let mut executor: Executor = self.executor.sibling(plan).await?;
        executor.write(shared.parameters, &pools)?;
        executor.write(shared.control, &control)?;
        executor.write(shared.rotations, &rotations)?;
        executor.run(Program::Evaluation, 1)?;
        let [ring] = executor.read([shared.evaluations], None).await?;
        let learned = |replica: &Replica| replica.encoding == Encoding::Rank && length > training.length;
        let of = |(at, replica): (usize, &Replica)| (!learned(replica)).then(|| entry(&ring, at, 0));
        Ok(replicas.iter().enumerate().map(of).collect())
    }
}
