//! What is asked of the bench.

use serde::Deserialize;

use crate::error::Error;
use crate::labs::ask::{self, Nothing, Reply, TableName, questions};
use crate::labs::sequence::ball::{self, Ball};
use crate::labs::sequence::bench::{Bench, Turn, Unit, lesson_key};
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::course::Course;
use crate::labs::sequence::operations::Operations;
use crate::labs::sequence::report::{Report, Reporting};
use crate::labs::sequence::session::{Ask, SessionUpdate};
use crate::labs::sequence::spikes::Spikes;
use crate::labs::sequence::timing::{self, Timing};

type Place<'a> = ask::Place<'a, SequenceConfig>;
type Answer<T> = Result<Reply<T>, Error>;

questions! {
    SequenceBench, SequenceConfig;
    "session": "page" ask_session(Knows) -> SessionUpdate;
    "session.store": "page" ask_store(Given) -> SessionUpdate;
    "session.replay": "page" ask_replay(Given) -> SessionUpdate;
    "session.recall": "page" ask_recall(Cued) -> SessionUpdate;
    "session.forget": "page" ask_forget(Knows) -> SessionUpdate;
    "symbols": ask_symbols(Nothing) -> Vec<String>;
    "operations": ask_operations(Look) -> Operations;
    "spikes": ask_spikes(At) -> Spikes;
    "ball": ask_ball(Nothing) -> Ball;
    "csv": ask_csv(TableName) -> String;
    "report": ask_report(Nothing) -> Report;
    "time": ask_time(Recalls) -> Timing;
}

/// The reader's bench, and who waits for what on it.
#[derive(Debug, Default)]
pub(super) struct SequenceBench {
    bench: Bench,
    /// The question that the session's machine works for.
    commander: Option<u32>,
    /// The question that took up a lesson last.
    resumed: Option<u32>,
    /// A report that is being made, and for which question.
    reporting: Option<(u32, Reporting)>,
}

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

/// A turn as it is told.
fn told(part: &'static str, turn: Turn) -> ask::Turn {
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
        if self.commander.is_some() {
            return Ok(Reply::Waiting);
        }
        self.bench.forget(place.config, place.machine).await?;
        self.ask_session(knows, place).await
    }

    /// What the session's machine is asked to do; other commands wait until it is through.
    async fn command(&mut self, ask: &Ask, known: Option<Known>, place: Place<'_>) -> Answer<SessionUpdate> {
        match self.commander {
            Some(other) if other != place.id => return Ok(Reply::Waiting),
            Some(_) => {}
            None => {
                self.bench.begin(place.config, ask, place.machine).await?;
                self.commander = Some(place.id);
            }
        }
        let budget_ms = if place.stop == Some(Unit::Symbols.id()) { 0.0 } else { place.budget_ms };
        // Other settings take the machine away; it says so itself.
        match self.bench.advance(budget_ms, place.machine).await {
            Ok(turn) if !turn.done => Ok(Reply::Going(told("session", turn))),
            done => {
                self.commander = None;
                done?;
                self.ask_session(Knows { known }, place).await
            }
        }
    }

    async fn ask_symbols(&mut self, _: Nothing, place: Place<'_>) -> Answer<Vec<String>> {
        place.config.symbols().map(Reply::Done)
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
        Ok(Some(told(part, turn)))
    }

    /// A turn of the transformer's lesson; nothing once it is over. Stopped, it ends as it is.
    async fn learning(&mut self, place: &mut Place<'_>) -> Result<Option<ask::Turn>, Error> {
        if self.bench.has_learned(place.config)? {
            return Ok(None);
        }
        unchanged(place, "The transformer’s lesson", lesson_key)?;
        let budget_ms = if place.stop == Some(Unit::Steps.id()) { 0.0 } else { place.budget_ms };
        let turn = self.bench.learn(place.config, budget_ms, place.machine).await?;
        Ok((!turn.done).then(|| told("operations", turn)))
    }

    async fn ask_operations(&mut self, Look { at, go_on }: Look, mut place: Place<'_>) -> Answer<Operations> {
        // Each look takes a lesson up once, so that it can be ended again.
        if go_on == Some(true) && self.resumed != Some(place.id) {
            self.resumed = Some(place.id);
            self.bench.resume();
        }
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
        ball::ball(place.config).map(Reply::Done)
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
        self.bench.numbers(place.config, &table, at.unwrap_or(0) as usize, place.machine).await?.csv().map(Reply::Done)
    }

    async fn ask_report(&mut self, _: Nothing, place: Place<'_>) -> Answer<Report> {
        let mut reporting = match self.reporting.take() {
            Some((id, other)) if id != place.id => {
                self.reporting = Some((id, other));
                return Ok(Reply::Waiting);
            }
            Some((_, own)) => own,
            None => Reporting::new(place.config)?,
        };
        if place.stop == Some(Unit::Symbols.id()) {
            return Err(Error::Stopped("The report was given up.".to_owned()));
        }
        let turn = reporting.advance(place.budget_ms, place.machine).await?;
        match reporting.report().filter(|_| turn.done) {
            Some(report) => Ok(Reply::Done(report)),
            None => {
                self.reporting = Some((place.id, reporting));
                Ok(Reply::Going(told("report", turn)))
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
        timing::recalls(place.config, recalls, place.machine).await.map(Reply::Done)
    }
}
