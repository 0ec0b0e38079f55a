//! What is asked of the open run, whichever lab's: `run.results`, `run.csv`, `run.found`; and of one that trains models `run.inspect`,
//! `run.profile` and `run.save`. And what is asked of no run, and of no lab: `device`.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::labs::arrays::{Anything, Bytes, Floats};
use crate::labs::ask::{self, Arguments, Bench, Nothing, Place, Question, Reply, Turn, questions};
use crate::labs::checking::Checking;
use crate::labs::device::{self, DeviceCheck};
use crate::labs::onward::{Handed, Values, Which};
use crate::labs::run::{Run, Trains};
use crate::labs::{self, Config, LABS};
use crate::run::inspect::{Inspection, Norms};
use crate::run::machine::Machine;
use crate::run::profile::{Profile, Profiling};
use crate::run::results::Results;
use crate::run::table::Table;

/// What waits for the answers here.
const PART: &str = "run";
/// What timing is counted in.
const STEPS: &str = "steps";
/// What judging is counted in.
const RUNS: &str = "runs";

type Answer<T> = Result<Reply<T>, Error>;

/// Whether a question is of the open run, or else no lab's own.
#[must_use]
pub fn of_run(name: &str) -> bool {
    name.starts_with("run.") || name == "onward.fits" || name == device::PART
}

/// What is asked of the open run of a lab that trains.
#[must_use]
pub fn questions() -> Vec<Question> {
    RunBench.questions()
}

/// What there is to know of a question: of the open run if its name begins with `run.`, else of the bench.
#[must_use]
pub fn question(bench: &dyn Bench, name: &str) -> Option<Question> {
    let questions = if of_run(name) { questions() } else { bench.questions() };
    questions.into_iter().find(|question| question.name == name)
}

/// One turn of an answer: of the open run if the name begins with `run.`, else of the bench.
///
/// # Errors
/// As [`Bench::ask`].
pub async fn ask<'b>(
    bench: &mut dyn Bench,
    name: &'b str,
    arguments: Arguments<'b>,
    place: Place<'b>,
) -> Result<ask::Answer, Error> {
    if of_run(name) {
        return RunBench.ask(name, arguments, place).await;
    }
    bench.ask(name, arguments, place).await
}

/// Answers what is asked of the open run.
#[derive(Debug)]
pub(super) struct RunBench;

questions! {
    RunBench, Config;
    /// A look inside one run, on one sequence.
    "run.inspect": "page" inspect(Subject) -> InspectionAnswer;
    /// What a training step costs, kernel by kernel.
    "run.profile": profile(Nothing) -> Profile;
    /// The run as a weights file.
    "run.save": "page" save(Nothing) -> Bytes;
    /// What has come of the run so far.
    "run.results": "page" results(Nothing) -> Results;
    /// A table of the results as CSV.
    "run.csv": "page" csv(RunTable) -> String;
    /// What the experiment has found so far.
    "run.found": "page" found(Nothing) -> Anything;
    /// Of a transformer, for another lab: its position table, or the map by which a head hands on what it attends to.
    "run.hands": "page" hands(Which) -> Handed;
    /// The settings that something becomes in a lab that takes it.
    "onward.fits": "page" fits(Handing) -> Values;
    /// Other labs that have all of some settings, each with the link that sets them there.
    "run.elsewhere": "page" elsewhere(Wanted) -> Vec<Elsewhere>;
    /// Whether the device that these settings run on computes what it should.
    "device": "page" device(Nothing) -> DeviceCheck;
}

/// A run of the race, and a probe as [`crate::run::inspect::read_probe`] reads it.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subject {
    replica: u32,
    probe: String,
}

/// Settings that another lab may have.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Name and value of each, at least one.
    settings: Vec<(String, String)>,
}

/// A lab to go on in.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Serialize)]
pub(crate) struct Elsewhere {
    lab: &'static str,
    label: &'static str,
    link: String,
}

/// Something for another lab.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Handing {
    /// Which.
    lab: String,
    kind: String,
    text: String,
}

/// A table of the results.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunTable {
    /// Without a name the curves.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    table: Option<String>,
}

/// A look inside one run, on one sequence.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Inspection"))]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InspectionAnswer {
    step: u32,
    replica: u32,
    length: u32,
    layers: u32,
    heads: u32,
    vocabulary: usize,
    /// Input, `length` of them.
    tokens: Vec<u32>,
    /// Text of each token.
    names: Vec<String>,
    /// By position; -1 where nothing is judged.
    targets: Vec<i32>,
    first_judged: u32,
    /// Shape [length - firstJudged][vocabulary].
    probabilities: Floats,
    /// Whether no query attends to a key after it.
    masked: bool,
    /// Shape [layers][heads][query][key].
    attention: Floats,
    /// Shape [length][length]; null where the encoding adds nothing.
    similarity: Option<Floats>,
    /// One sentence: what `similarity` holds.
    similarity_kind: &'static str,
    norms: Vec<Norms>,
}

fn run<'a>(place: &'a mut Place<'_>) -> Result<(&'a mut (dyn Run + 'static), &'a mut Machine), Error> {
    match &mut place.run {
        Some(run) => Ok((&mut **run, place.machine)),
        None => Err(no_run()),
    }
}

pub(crate) fn no_run() -> Error {
    Error::Stopped("There is no run yet. Train, or make a step, first.".to_owned())
}

/// What trains; an experiment that trains no models has no such questions.
fn trains<'a>(place: &'a mut Place<'_>) -> Result<(&'a mut dyn Trains, &'a mut Machine), Error> {
    let (run, machine) = run(place)?;
    match run.trains() {
        Some(trains) => Ok((trains, machine)),
        None => {
            let why = "This experiment trains no model, so that there are no weights to keep or to look into.";
            Err(Error::Config(why.to_owned()))
        }
    }
}

/// A turn of judging what only the open run can tell; nothing once that is done.
async fn judging(place: &mut Place<'_>) -> Result<Option<Turn>, Error> {
    let Some(run) = &mut place.run else { return Err(no_run()) };
    let turn = run.judge(place.machine, place.kept, place.budget_ms).await?;
    match turn {
        Some((at, of)) if place.stop == Some(RUNS) => {
            Err(Error::Stopped(format!("Judging was given up after {at} of {of} runs.")))
        }
        turn => Ok(turn.map(|(at, of)| Turn { part: PART, unit: RUNS, at, of })),
    }
}

impl RunBench {
    async fn inspect(&mut self, Subject { replica, probe }: Subject, mut place: Place<'_>) -> Answer<InspectionAnswer> {
        let (trains, machine) = trains(&mut place)?;
        let found: Inspection = trains.inspect(machine, replica, &probe).await?;
        let kind = found.similarity.as_ref().map(|(_, kind)| *kind);
        Ok(Reply::Done(InspectionAnswer {
            step: found.step,
            replica: found.replica,
            length: found.length,
            layers: found.layers,
            heads: found.heads,
            vocabulary: found.names.len(),
            tokens: found.tokens,
            names: found.names,
            targets: found.targets,
            first_judged: found.first_judged,
            probabilities: Floats(found.probabilities),
            masked: found.masked,
            attention: Floats(found.attention),
            similarity: found.similarity.map(|(values, _)| Floats(values)),
            similarity_kind: kind.unwrap_or("This encoding adds nothing, and does nothing in attention."),
            norms: found.norms,
        }))
    }

    async fn profile(&mut self, _: Nothing, mut place: Place<'_>) -> Answer<Profile> {
        let mut profiling: Profiling = place.kept.take().unwrap_or_default();
        if place.stop == Some(STEPS) {
            return Err(Error::Stopped("Timing was given up.".to_owned()));
        }
        let budget_ms = place.budget_ms;
        let (trains, machine) = trains(&mut place)?;
        if let Some(profile) = trains.profile(machine, &mut profiling, budget_ms).await? {
            return Ok(Reply::Done(profile));
        }
        let (at, of) = profiling.steps();
        place.kept.keep(profiling);
        Ok(Reply::Going(Turn { part: PART, unit: STEPS, at, of }))
    }

    async fn save(&mut self, _: Nothing, mut place: Place<'_>) -> Answer<Bytes> {
        let (trains, machine) = trains(&mut place)?;
        trains.save(machine).await.map(|bytes| Reply::Done(Bytes(bytes)))
    }

    async fn results(&mut self, _: Nothing, mut place: Place<'_>) -> Answer<Results> {
        if let Some(turn) = judging(&mut place).await? {
            return Ok(Reply::Going(turn));
        }
        let (run, _) = run(&mut place)?;
        run.results().map(Reply::Done)
    }

    async fn csv(&mut self, RunTable { table }: RunTable, mut place: Place<'_>) -> Answer<String> {
        if let Some(turn) = judging(&mut place).await? {
            return Ok(Reply::Going(turn));
        }
        let (run, _) = run(&mut place)?;
        let tables = run.tables(&run.results()?)?;
        Table::csv_of(&tables, table.as_deref()).map(Reply::Done)
    }

    async fn hands(&mut self, Which { run, layer, head }: Which, mut place: Place<'_>) -> Answer<Handed> {
        let (trains, machine) = trains(&mut place)?;
        let trained = trains.trained(machine, run.unwrap_or(0)).await?;
        let (ensemble, parameters, who) = (trained.ensemble()?, &trained.parameters, trained.who());
        let none = || Error::Config(format!("{} has no table of positions.", trained.arm.label));
        let (what, table) = match layer.zip(head) {
            Some((layer, head)) => {
                let (table, heads) =
                    (ensemble.model.handed_on(parameters, [layer, head])?, ensemble.model.architecture.heads);
                // Whoever looks at its eigenvalues should know why so many are zero.
                let rank = table.columns / heads as usize;
                let what = format!(
                    "Value–output map of layer {}, head {}, of {who}, whose rank is at most {rank}",
                    layer + 1,
                    head + 1
                );
                (what, table)
            }
            None => (format!("Position table of {who}"), ensemble.table(trained.run, parameters).ok_or_else(none)?),
        };
        Ok(Reply::Done(Handed::table(what, &table)))
    }

    async fn fits(&mut self, Handing { lab, kind, text }: Handing, _: Place<'_>) -> Answer<Values> {
        let lab = labs::named(&lab)?;
        let takes = lab.takes().iter().find(|takes| takes.kind == kind);
        let none = || Error::Config(format!("The {} lab takes nothing of this kind.", lab.id()));
        (takes.ok_or_else(none)?.read)(&text).map(Reply::Done).map_err(|error| match error {
            Error::File(why) | Error::Config(why) => {
                Error::Config(format!("The lab “{}” does not take it: {why}.", lab.label()))
            }
            other => other,
        })
    }

    /// A lab that does not take a value as it is given is none.
    async fn elsewhere(&mut self, Wanted { settings }: Wanted, place: Place<'_>) -> Answer<Vec<Elsewhere>> {
        let pairs = || settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let others = LABS.iter().filter(|lab| lab.id() != place.config.lab_id());
        let found = others.filter_map(|lab| {
            let mut config = lab.defaults();
            let refused = config.apply(pairs());
            let link = || config.link();
            (!settings.is_empty() && refused.is_empty()).then(|| Elsewhere {
                lab: lab.id(),
                label: lab.label(),
                link: link(),
            })
        });
        Ok(Reply::Done(found.collect()))
    }

    async fn device(&mut self, _: Nothing, place: Place<'_>) -> Answer<DeviceCheck> {
        let mut checking = match place.kept.take() {
            Some(checking) => checking,
            None => Checking::begin(device::choice(place.config), place.machine)?,
        };
        let (at, of) = checking.progress();
        if place.stop == Some(device::UNIT) {
            return Err(Error::Stopped(format!("The check was given up after {at} of about {of}.")));
        }
        if let Some(checked) = checking.work(place.budget_ms).await? {
            return Ok(Reply::Done(checked));
        }
        let (at, of) = checking.progress();
        place.kept.keep(checking);
        Ok(Reply::Going(Turn { part: device::PART, unit: device::UNIT, at, of }))
    }

    async fn found(&mut self, _: Nothing, mut place: Place<'_>) -> Answer<Anything> {
        if let Some(turn) = judging(&mut place).await? {
            return Ok(Reply::Going(turn));
        }
        let (run, _) = run(&mut place)?;
        let found = run.found()?;
        Ok(Reply::Done(Anything(found.map(|found| found.value))))
    }
}
