//! What is asked of the bench.

use serde::Deserialize;

use crate::error::Error;
use crate::labs::ask::{self, Nothing, Reply, TableName, questions};
use crate::labs::onward::{Handed, Which};
use crate::labs::sequence::ball::{Ball, Balling};
use crate::labs::sequence::bench::{Bench, Turn, Unit, lesson_key, tables};
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::course::Course;
use crate::labs::sequence::operations::Operations;
use crate::labs::sequence::report::{Report, Reporting};
use crate::labs::sequence::session::{Ask, SessionUpdate};
use crate::labs::sequence::spikes::Spikes;
use crate::labs::sequence::timing::{Stopwatch, Timing};

type Place<'a> = ask::Place<'a, SequenceConfig>;
type Answer<T> = Result<Reply<T>, Error>;

questions! {
    SequenceBench, SequenceConfig;
    /// The session so far.
    "session": "page" ask_session(Knows) -> SessionUpdate;
    /// Stores a sequence in the session’s machine.
    "session.store": "page" ask_store(Given) -> SessionUpdate;
    /// Shows the session’s machine a sequence again.
    "session.replay": "page" ask_replay(Given) -> SessionUpdate;
    /// Lets the session’s machine go on from a cue.
    "session.recall": "page" ask_recall(Cued) -> SessionUpdate;
    /// A blank machine.
    "session.forget": "page" ask_forget(Knows) -> SessionUpdate;
    /// The symbols of the settings’ sequence.
    "symbols": ask_symbols(Nothing) -> Vec<String>;
    /// Which symbol follows which in it, as an edge list for another lab.
    "onward.graph": "page" ask_graph(Which) -> Handed;
    /// What the machine and a transformer beside it do at one symbol, operation by operation.
    "operations": ask_operations(Look) -> Operations;
    /// Spikes of every layer at one symbol, and whether they are the codes.
    "spikes": ask_spikes(At) -> Spikes;
    /// Softmax attention against the intersection of Hamming balls.
    "ball": ask_ball(Nothing) -> Ball;
    /// A table of the lab as CSV.
    "csv": ask_csv(TableName) -> String;
    /// The sequence stored, shown again, and recalled from the cue.
    "report": ask_report(Nothing) -> Report;
    /// How long recalls from a memory take here.
    "time": ask_time(Recalls) -> Timing;
}

/// The reader's bench, and who waits for what on it.
#[derive(Debug, Default)]
pub(super) struct SequenceBench {
    bench: Bench,
    /// Whether the session's machine works for a question.
    commanded: bool,
}

/// Kept by the question that the session's machine works for.
struct Commanding;
/// Kept by a look that has taken a lesson up.
struct Resumed;

/// What of a session is known already: which one, and how many steps of it.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Known {
    id: u32,
    steps: u32,
}

/// What is known of the session that is told.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Knows {
    /// Nothing if left out.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    known: Option<Known>,
}

/// A sequence for the session's machine.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    /// Null is that of the settings.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    text: Option<String>,
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    known: Option<Known>,
}

/// A cue to go on from alone.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cued {
    /// "#3" is the first three symbols that were stored.
    cue: String,
    /// For how many symbols; null is as many as the settings say.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    count: Option<u32>,
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    known: Option<Known>,
}

/// A symbol of the settings' sequence, from 0.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct At {
    at: u32,
}

/// A look at both machines.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Look {
    /// A symbol of the settings' sequence, from 0.
    at: u32,
    /// Takes up a lesson of the transformer that was stopped.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    go_on: Option<bool>,
}

/// How many words are recalled.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recalls {
    /// At least 1, at most a million; 10,000 if left out.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    recalls: Option<u32>,
}

/// What timing is counted in: pairs that are stored or recalled.
const RECALLS: &str = "recalls";
/// What the ball's retrieval is counted in: noise levels of each seed.
const LEVELS: &str = "levels";

/// A turn of the ball's retrieval, and in the end what `what` makes of it.
fn retrieving<T>(place: Place<'_>, what: impl FnOnce(Ball) -> Result<T, Error>) -> Answer<T> {
    let mut balling = match place.kept.take::<Balling>() {
        Some(balling) => balling,
        None => Balling::new(place.config)?,
    };
    let (at, of) = balling.progress();
    if place.stop == Some(LEVELS) {
        return Err(Error::Stopped(format!("Retrieval was given up after {at} of {of} noise levels.")));
    }
    if let Some(ball) = balling.advance(place.budget_ms) {
        return what(ball).map(Reply::Done);
    }
    let (at, of) = balling.progress();
    place.kept.keep(balling);
    Ok(Reply::Going(ask::Turn { part: "ball", unit: LEVELS, at, of }))
}

/// A turn as it is told.
fn turn_of(part: &'static str, turn: Turn) -> ask::Turn {
    ask::Turn { part, unit: turn.unit.id(), at: turn.at, of: turn.of }
}

/// A count as the page writes it: 2,000.
fn grouped(count: u32) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn outdated(what: &str) -> Error {
    Error::Outdated(format!("{what} was given up: the settings have changed."))
}

/// An error if the settings are others by now, as far as `key` tells.
fn unchanged(place: &Place<'_>, what: &str, key: fn(&SequenceConfig) -> Result<String, Error>) -> Result<(), Error> {
    // Settings without a sequence have no key.
    let now = place.now.and_then(|now| key(now).ok());
    if now.as_ref() == Some(&key(place.config)?) { Ok(()) } else { Err(outdated(what)) }
}

impl SequenceBench {
    async fn ask_session(&mut self, Knows { known }: Knows, place: Place<'_>) -> Answer<SessionUpdate> {
        let Known { id, steps } = known.unwrap_or_default();
        let known = (id, steps as usize);
        self.bench.update(place.config, known, place.machine).await.map(Reply::Done)
    }

    async fn ask_store(&mut self, Given { text, known }: Given, place: Place<'_>) -> Answer<SessionUpdate> {
        let text = text.map_or_else(|| place.config.text(), Ok)?;
        self.command(&Ask::Store { text }, known, place).await
    }

    async fn ask_replay(&mut self, Given { text, known }: Given, place: Place<'_>) -> Answer<SessionUpdate> {
        let text = text.map_or_else(|| place.config.text(), Ok)?;
        self.command(&Ask::Replay { text }, known, place).await
    }

    async fn ask_recall(&mut self, Cued { cue, count, known }: Cued, place: Place<'_>) -> Answer<SessionUpdate> {
        let count = count.unwrap_or(place.config.recall);
        self.command(&Ask::Recall { cue, count }, known, place).await
    }

    async fn ask_forget(&mut self, knows: Knows, place: Place<'_>) -> Answer<SessionUpdate> {
        if self.commanded {
            return Ok(Reply::Waiting);
        }
        self.bench.forget(place.config, place.machine).await?;
        self.ask_session(knows, place).await
    }

    /// What the session's machine is asked to do; other commands wait until it is through.
    async fn command(&mut self, ask: &Ask, known: Option<Known>, place: Place<'_>) -> Answer<SessionUpdate> {
        if place.kept.take::<Commanding>().is_none() {
            if self.commanded {
                return Ok(Reply::Waiting);
            }
            self.bench.begin(place.config, ask, place.machine).await?;
            self.commanded = true;
        }
        let budget_ms = if place.stop == Some(Unit::Symbols.id()) { 0.0 } else { place.budget_ms };
        // Other settings take the machine away; it says so itself.
        match self.bench.advance(budget_ms, place.machine).await {
            Ok(turn) if !turn.done => {
                place.kept.keep(Commanding);
                Ok(Reply::Going(turn_of("session", turn)))
            }
            done => {
                self.commanded = false;
                done?;
                self.ask_session(Knows { known }, place).await
            }
        }
    }

    async fn ask_symbols(&mut self, _: Nothing, place: Place<'_>) -> Answer<Vec<String>> {
        place.config.symbols().map(Reply::Done)
    }

    async fn ask_graph(&mut self, _: Which, place: Place<'_>) -> Answer<Handed> {
        let symbols = place.config.symbols()?;
        let follows = symbols
            .windows(2)
            .map(|pair| pair.iter().map(|symbol| symbol.replace(' ', "␣")).collect::<Vec<_>>().join(" "));
        let about = format!("Which symbol follows which in a sequence of {}", symbols.len());
        Ok(Reply::Done(Handed { about, text: follows.collect::<Vec<_>>().join("\n") }))
    }

    /// A turn of the machine's way along the settings' sequence; nothing once it is through. Stopped, it is gone on with from
    /// there the next time.
    async fn walking(&mut self, part: &'static str, place: &mut Place<'_>) -> Result<Option<ask::Turn>, Error> {
        if self.bench.has_walked(place.config)? {
            return Ok(None);
        }
        unchanged(place, "The machine’s way along the sequence", Course::key_of)?;
        let turn = self.bench.follow(place.config, place.budget_ms, place.machine).await?;
        if turn.done {
            return Ok(None);
        }
        if place.stop == Some(Unit::Symbols.id()) {
            let [at, of] = [turn.at, turn.of].map(grouped);
            let why = format!(
                "Stopped after {at} of {of} symbols, for the sequence is shown twice. Press Go on to take up from there."
            );
            return Err(Error::Stopped(why));
        }
        Ok(Some(turn_of(part, turn)))
    }

    /// A turn of the transformer's lesson; nothing once it is over. Stopped, it ends as it is.
    async fn learning(&mut self, place: &mut Place<'_>) -> Result<Option<ask::Turn>, Error> {
        if self.bench.has_learned(place.config)? {
            return Ok(None);
        }
        unchanged(place, "The transformer’s lesson", lesson_key)?;
        let budget_ms = if place.stop == Some(Unit::Steps.id()) { 0.0 } else { place.budget_ms };
        let turn = self.bench.learn(place.config, budget_ms, place.machine).await?;
        Ok((!turn.done).then(|| turn_of("operations", turn)))
    }

    async fn ask_operations(&mut self, Look { at, go_on }: Look, mut place: Place<'_>) -> Answer<Operations> {
        // Each look takes a lesson up once, so that it can be ended again.
        if go_on == Some(true) && place.kept.take::<Resumed>().is_none() {
            self.bench.resume();
        }
        place.kept.keep(Resumed);
        if let Some(turn) = self.walking("operations", &mut place).await? {
            return Ok(Reply::Going(turn));
        }
        if let Some(turn) = self.learning(&mut place).await? {
            return Ok(Reply::Going(turn));
        }
        // What is shown next to the transformer is the machine of the settings as they are by now.
        unchanged(&place, "The look at the machine", Course::key_of)?;
        self.bench.operations(place.config, at as usize, place.machine).await.map(Reply::Done)
    }

    async fn ask_spikes(&mut self, At { at }: At, mut place: Place<'_>) -> Answer<Spikes> {
        if let Some(turn) = self.walking("spikes", &mut place).await? {
            return Ok(Reply::Going(turn));
        }
        self.bench.spikes(place.config, at as usize, place.machine).await.map(Reply::Done)
    }

    async fn ask_ball(&mut self, _: Nothing, place: Place<'_>) -> Answer<Ball> {
        retrieving(place, Ok)
    }

    async fn ask_csv(&mut self, TableName { table, at }: TableName, mut place: Place<'_>) -> Answer<String> {
        let part = match table.as_str() {
            "operations" => Some("operations"),
            "spikes" | "readings" | "spike-checks" => Some("spikes"),
            _ => None,
        };
        if let Some(part) = part
            && let Some(turn) = self.walking(part, &mut place).await?
        {
            return Ok(Reply::Going(turn));
        }
        if part == Some("operations")
            && let Some(turn) = self.learning(&mut place).await?
        {
            return Ok(Reply::Going(turn));
        }
        if matches!(table.as_str(), "ball" | "ball-fits") {
            return retrieving(place, |ball| tables::of_ball(&ball, &table).csv());
        }
        self.bench.numbers(place.config, &table, at.unwrap_or(0) as usize, place.machine).await?.csv().map(Reply::Done)
    }

    async fn ask_report(&mut self, _: Nothing, place: Place<'_>) -> Answer<Report> {
        let mut reporting = match place.kept.take::<Reporting>() {
            Some(reporting) => reporting,
            None => Reporting::new(place.config)?,
        };
        if place.stop == Some(Unit::Symbols.id()) {
            return Err(Error::Stopped("The report was given up.".to_owned()));
        }
        let turn = reporting.advance(place.budget_ms, place.machine).await?;
        match reporting.report().filter(|_| turn.done) {
            Some(report) => Ok(Reply::Done(report)),
            None => {
                place.kept.keep(reporting);
                Ok(Reply::Going(turn_of("report", turn)))
            }
        }
    }

    async fn ask_time(&mut self, Recalls { recalls }: Recalls, place: Place<'_>) -> Answer<Timing> {
        let recalls = recalls.unwrap_or(10_000);
        if !(1..=1_000_000).contains(&recalls) {
            return Err(Error::Config(format!(
                "recalls: {recalls} is not allowed; it takes a whole number from 1 to 1000000"
            )));
        }
        let mut stopwatch = match place.kept.take::<Stopwatch>() {
            Some(stopwatch) => stopwatch,
            None => Stopwatch::new(place.config, recalls, place.machine).await?,
        };
        let (at, of) = stopwatch.progress();
        if place.stop == Some(RECALLS) {
            return Err(Error::Stopped(format!("Timing was given up after {} of {} pairs.", grouped(at), grouped(of))));
        }
        if let Some(timing) = stopwatch.advance(place.budget_ms).await? {
            return Ok(Reply::Done(timing));
        }
        let (at, of) = stopwatch.progress();
        place.kept.keep(stopwatch);
        Ok(Reply::Going(ask::Turn { part: "time", unit: RECALLS, at, of }))
    }
}
