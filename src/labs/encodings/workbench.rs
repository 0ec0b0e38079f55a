//! The reader's workbench: two encodings, and every way to look at them.

use serde::Serialize;
use web_time::Instant;

use crate::compute::{Executor, Program};
use crate::encoding::face::{Face, by_distance};
use crate::encoding::measures::{FORMULAS, Measures, Spectrum};
use crate::encoding::phase::Phase;
use crate::encoding::{Encoding, Table};
use crate::error::Error;
use crate::graph::plan::{Plan, Slot};
use crate::graph::{BufferId, Launch};
use crate::kernels::similarity::Similarity;
use crate::labs::Config;
use crate::labs::encodings::arms::short;
use crate::labs::encodings::config::{EncodingsConfig, Side, WeightsChoice};
use crate::labs::encodings::logit::{self, Logit, Question, Trained};
use crate::labs::encodings::shown::Shown;
use crate::labs::encodings::table_file::Upload;
use crate::run::event::ExecutorInfo;
use crate::run::machine::{ExecutorChoice, Machine};
use crate::run::table::{self, Cell, Column};
use crate::run::trained;

/// The similarity of every position to every other.
#[derive(Clone, Debug)]
pub struct Picture {
    /// `[length, length]`; nothing where there is nothing to compare.
    pub matrix: Option<Vec<f32>>,
    /// Mean, least and greatest similarity at each distance.
    pub by_distance: [Vec<f32>; 3],
    /// The rest.
    pub info: PictureInfo,
}

/// What a picture shows.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize)]
pub struct PictureInfo {
    /// `left` or `right`.
    #[cfg_attr(test, ts(type = "'left' | 'right'"))]
    pub side: &'static str,
    /// Identifier of the encoding.
    pub encoding: &'static str,
    /// Its name.
    pub label: &'static str,
    /// Its formula, in a sentence.
    pub formula: &'static str,
    /// What the matrix holds; or why there is none.
    pub note: String,
    /// Positions.
    pub length: usize,
    /// Entries of a position's vector; 0 where it has none.
    pub width: usize,
    /// Identifier of the measure.
    #[cfg_attr(test, ts(type = "'dot' | 'cosine' | 'distance'"))]
    pub measure: &'static str,
    /// Steps that a trained table was trained for.
    pub step: Option<u32>,
    /// Where the matrix was computed.
    pub executor: Option<ExecutorInfo>,
    /// Milliseconds that it took.
    pub ms: f64,
}

/// A measure of both sides.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MeasureRow {
    /// Identifier.
    pub id: &'static str,
    /// Name.
    pub label: &'static str,
    /// Formula.
    pub formula: &'static str,
    /// Unit, or nothing.
    pub unit: &'static str,
    /// Of the left encoding.
    pub left: Option<f64>,
    /// Of the right one.
    pub right: Option<f64>,
    /// Words in place of a number.
    pub left_text: &'static str,
    /// The same on the right.
    pub right_text: &'static str,
}

/// The measures of both encodings, a row each.
#[must_use]
pub fn measures_table(rows: &[MeasureRow]) -> table::Table {
    let columns = ["measure", "label", "formula", "unit", "left", "right", "left_text", "right_text"];
    let mut table = table::Table::new("measures", columns.map(|id| Column::new(id, id, "")));
    for row in rows {
        // Words stand in place of a number, not beside one.
        let words = |value: Option<f64>, text: &'static str| if value.is_none() { text } else { "" };
        let texts = [row.id, row.label, row.formula, row.unit].map(Cell::from).into_iter();
        let notes = [words(row.left, row.left_text), words(row.right, row.right_text)].map(Cell::from);
        table.push(texts.chain([row.left.into(), row.right.into()]).chain(notes));
    }
    table
}

/// Two encodings, an uploaded and a trained table.
#[derive(Debug, Default)]
pub struct Workbench {
    upload: Option<Upload>,
    trained: Option<Trained>,
    /// Which run of which race at which step that is.
    pub(super) taken: Option<((u32, u32), u32)>,
    /// The executor of the last matrix, for the next of the same shape.
    ready: Option<(Similarity, ExecutorChoice, Executor, ExecutorInfo)>,
}

impl Workbench {
    /// Takes over a table; nothing forgets it.
    pub fn set_upload(&mut self, upload: Option<Upload>) {
        self.upload = upload;
    }

    /// The uploaded table.
    #[must_use]
    pub fn upload(&self) -> Option<&Upload> {
        self.upload.as_ref()
    }

    /// A run's weights, if they were taken over.
    #[must_use]
    pub fn trained(&self) -> Option<&Trained> {
        self.trained.as_ref()
    }

    /// Takes over a run's weights; nothing forgets them.
    pub fn set_trained(&mut self, trained: Option<Trained>) {
        self.trained = trained;
    }

    /// Another with the same tables.
    pub(super) fn aside(&self) -> Self {
        Self { upload: self.upload.clone(), trained: self.trained.clone(), ..Self::default() }
    }

    /// What stands on a side, and words where there is nothing.
    pub(super) fn face(&self, config: &EncodingsConfig, side: Side) -> (Face, String) {
        let (shown, shape) = config.shown(side);
        match (shown, &self.upload, &self.trained) {
            (Shown::Built(encoding), ..) => {
                let face = Face::of(encoding, &shape, config.heads);
                let what = face.what(Some(encoding)).to_owned();
                (face, what)
            }
            (Shown::Uploaded, Some(upload), _) => {
                let what = format!(
                    "The rows of your table {}, {} positions of {} entries: its own length and width, whatever the settings say.",
                    upload.info.name, upload.info.rows, upload.info.columns
                );
                (Face::Vectors(upload.table.clone()), what)
            }
            (Shown::Uploaded, None, _) => {
                (Face::Nothing, "There is no table yet. Upload one: CSV or .npy, a row for each position.".to_owned())
            }
            (Shown::Trained, _, Some(trained)) => trained_face(trained),
            (Shown::Trained, _, None) => match initial(config) {
                Ok(initial) => {
                    let (face, what) = trained_face(&initial);
                    (face, format!("{what} So it starts: press Train or Step to watch it learn."))
                }
                Err(error) => (Face::Nothing, error.to_string()),
            },
        }
    }

    /// Computes a side's matrix on the chosen executor.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::DeviceLost`], [`Error::Internal`].
    pub async fn picture(
        &mut self,
        config: &EncodingsConfig,
        side: Side,
        machine: &mut Machine,
    ) -> Result<Picture, Error> {
        use crate::choice::Choice;
        let (shown, _) = config.shown(side);
        let (face, note) = self.face(config, side);
        let measure = config.measure.measure();
        let length = face.length();
        let mut info = PictureInfo {
            side: side.id(),
            encoding: shown.id(),
            label: shown.label(),
            formula: shown.help(),
            note,
            length,
            width: 0,
            measure: config.measure.id(),
            step: (shown == Shown::Trained).then(|| self.trained.as_ref().map_or(0, |trained| trained.step)),
            executor: None,
            ms: 0.0,
        };
        let start = Instant::now();
        let matrix = match face {
            Face::Nothing => None,
            Face::ByDistance(kernel) => {
                use crate::kernels::similarity::Measure;
                let of = |distance: usize| match measure {
                    Measure::Dot => kernel[distance],
                    // K(p, p) + K(q, q) − 2 K(p, q)
                    Measure::Distance => libm::sqrt((2.0 * (kernel[0] - kernel[distance])).max(0.0)),
                    Measure::Cosine => f64::NAN,
                };
                if measure == Measure::Cosine {
                    info.note += " Without vectors there is no angle.";
                }
                let cells = (0..length * length).map(|at| of((at / length).abs_diff(at % length)) as f32);
                (measure != Measure::Cosine).then(|| cells.collect())
            }
            Face::Vectors(mut table) => {
                info.width = table.columns;
                let unit = table.tame(measure);
                let (rows, columns) = (table.rows as u32, table.columns as u32);
                let kernel = Similarity { rows, columns, measure };
                let mut values = self.multiply(kernel, &table, config, machine).await?;
                if unit != 1.0 {
                    values.iter_mut().for_each(|value| *value = (f64::from(*value) * unit) as f32);
                }
                info.executor = self.ready.as_ref().map(|(.., info)| info.clone());
                Some(values)
            }
        };
        info.ms = start.elapsed().as_secs_f64() * 1e3;
        let slices = matrix.as_ref().map(|matrix| by_distance(matrix, length)).unwrap_or_default();
        Ok(Picture { matrix, by_distance: slices, info })
    }

    async fn multiply(
        &mut self,
        kernel: Similarity,
        table: &Table,
        config: &EncodingsConfig,
        machine: &mut Machine,
    ) -> Result<Vec<f32>, Error> {
        // A device that is lost meanwhile is replaced once; then the CPU does it.
        let mut choice = config.executor;
        for attempt in 0..3 {
            let known = self.ready.take().filter(|(known, chosen, ..)| *known == kernel && *chosen == choice);
            let (mut executor, info) = match known {
                Some((_, _, executor, info)) => (executor, info),
                None => machine.executor(choice, plan(&kernel)?, &mut |_, _| {}).await?,
            };
            match run(&mut executor, &table.values).await {
                Ok(values) => {
                    self.ready = Some((kernel, choice, executor, info));
                    return Ok(values);
                }
                Err(error) if error.of_device().is_some() => {
                    machine.forget_device();
                    if attempt == 1 {
                        choice = ExecutorChoice::Cpu;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::Internal("the CPU lost a device".to_owned()))
    }

    /// Singular values of a side; nothing where it has no vectors.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn spectrum(&self, config: &EncodingsConfig, side: Side) -> Result<Option<Spectrum>, Error> {
        Spectrum::of(&self.face(config, side).0)
    }

    /// The measures of both sides.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn measures(&self, config: &EncodingsConfig) -> Result<Vec<MeasureRow>, Error> {
        let [left, right] = Side::BOTH.map(|side| self.face(config, side).0);
        let measured = [Measures::of(&left)?, Measures::of(&right)?];
        let text = |face: &Face, id: &str, value: Option<f64>| match (face, id, value) {
            (_, _, Some(_)) => "",
            (Face::Nothing, ..) => "nothing to measure",
            (_, "aliasing", None) => "not within the length",
            (Face::ByDistance(_), ..) => "has no vectors",
            _ => "undefined",
        };
        let row = |(at, formula): (usize, &crate::encoding::measures::Formula)| MeasureRow {
            id: formula.id,
            label: formula.label,
            formula: formula.formula,
            unit: formula.unit,
            left: measured[0].values[at].map(|value| value + 0.0),
            right: measured[1].values[at].map(|value| value + 0.0),
            left_text: text(&left, formula.id, measured[0].values[at]),
            right_text: text(&right, formula.id, measured[1].values[at]),
        };
        Ok(FORMULAS.iter().enumerate().map(row).collect())
    }

    /// The table of a side, as a model would add it.
    ///
    /// # Errors
    /// [`Error::Config`] where there is none.
    pub fn table(&self, config: &EncodingsConfig, side: Side) -> Result<Table, Error> {
        match self.face(config, side) {
            (Face::Vectors(table), _) => Ok(table),
            (Face::ByDistance(_), _) => {
                Err(Error::Config("This encoding has no vectors, so there is no table.".to_owned()))
            }
            (Face::Nothing, why) => Err(Error::Config(why)),
        }
    }

    /// A logit in its parts, on the weights that the settings name.
    ///
    /// # Errors
    /// [`Error::Config`] if trained weights are wanted and no run is open; [`Error::Internal`].
    pub fn logit(&self, config: &EncodingsConfig) -> Result<(Logit, String), Error> {
        let trained = match (config.weights, &self.trained) {
            (WeightsChoice::Trained, Some(trained)) => trained.clone(),
            (WeightsChoice::Trained, None) => {
                return Err(Error::Config(
                    "No experiment is open, so there are no trained weights. Press Train or Step first, or take random weights."
                        .to_owned(),
                ));
            }
            (WeightsChoice::Random, _) => initial(config)?,
        };
        // L is that of the models, not of the inspector.
        let length = trained.model.architecture.layout.length;
        let scale = f64::from(config.window) / f64::from(length);
        let (content, undo) = (config.content, config.undo);
        let question = Question { head: config.head - 1, scale, content, undo };
        let run = format!("{}, seed {}", trained.label, trained.replica.seed);
        Ok((logit::split(&trained, &question)?, run))
    }
}

/// The chosen run of the experiment before its first step.
fn initial(config: &EncodingsConfig) -> Result<Trained, Error> {
    let lineup = Config::from(config.clone()).lineup()?;
    let run = config.trained_run as usize;
    let (at, of_model) = lineup.place(run)?;
    let missing = || Error::Internal("a run without a model".to_owned());
    let squad = lineup.squads.get(at).ok_or_else(missing)?;
    let arm = squad.entries.get(of_model).ok_or_else(missing)?.arm.clone();
    let parameters = squad.model.initial(of_model)?;
    trained::Trained { model: squad.model.clone(), run: of_model, arm, seed: 0, parameters, step: 0 }.try_into()
}

/// The table of a run, or what it does in attention.
fn trained_face(trained: &Trained) -> (Face, String) {
    let Trained { model, replica, label, parameters, step } = trained;
    let run = format!("{}, seed {}, at step {step}", label, replica.seed);
    let a = &model.architecture;
    let encoding = replica.encoding;
    if matches!(encoding, Encoding::None | Encoding::Rope | Encoding::Alibi) {
        let tuning = replica.tuning;
        let width = if encoding == Encoding::Rope { a.width / a.heads } else { a.width };
        let shape = crate::encoding::Shape { length: a.layout.length, width, seed: replica.seed, tuning };
        let face = Face::of(encoding, &shape, a.heads);
        let what = format!("{} Of {run}; it has no table to train.", face.what(Some(encoding)));
        return (face, what);
    }
    let gain = parameters.get(model.gain as usize).copied().unwrap_or(0.0);
    let table = parameters.get(model.table as usize..).unwrap_or(&[]);
    let (rows, columns) = (a.layout.length as usize, a.width as usize);
    let values: Vec<f32> = table.iter().map(|value| value * gain).collect();
    if values.iter().any(|value| !value.is_finite()) {
        return (Face::Nothing, format!("The table of {run} is not finite: the run has diverged."));
    }
    let what = format!("The rows of the table of {run}, times its gain {}.", short(f64::from(gain)));
    (Face::Vectors(Table { rows, columns, values }), what)
}

/// A plan of one launch: table in, matrix out.
fn plan(kernel: &Similarity) -> Result<Plan, Error> {
    let slot = |label, len| Slot { label, len };
    let slots = [
        slot("a table of positions", kernel.rows * kernel.columns),
        slot("a similarity matrix", kernel.rows * kernel.rows),
    ];
    Plan::sample(&slots, Launch::new(kernel.clone(), [Some(BufferId(0))], [Some(BufferId(1))]))
}

async fn run(executor: &mut Executor, table: &[f32]) -> Result<Vec<f32>, Error> {
    executor.write(BufferId(0), table)?;
    executor.run(Program::Training, 1)?;
    let [matrix] = executor.read([BufferId(1)], None).await?;
    Ok(matrix)
}

/// The clock of the configuration.
#[must_use]
pub fn phase(config: &EncodingsConfig) -> Phase {
    let (_, shape) = config.shown(Side::Left);
    Phase::at(&shape, config.position, f64::from(config.window))
}
