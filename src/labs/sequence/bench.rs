//! The reader's bench: one session, and what looks at the settings' sequence.

pub(super) mod tables;

use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::Error;
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::course::{Course, Walk};
use crate::labs::sequence::insight::{Lesson, Student, transformer_stages};
use crate::labs::sequence::operations::Operations;
use crate::labs::sequence::session::{Ask, Session, SessionInfo, SessionUpdate};
use crate::labs::sequence::spikes::{Spikes, Subject, spikes};
use crate::run::machine::Machine;

/// What work in turns is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Symbols that a machine takes in.
    Symbols,
    /// Gradient steps of a transformer.
    Steps,
}

/// How far work is that takes several turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Whether it is over.
    pub done: bool,
    /// Of what.
    pub unit: Unit,
    /// How many are through.
    pub at: u32,
    /// How many there are, at most.
    pub of: u32,
}

impl Unit {
    /// Its name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Symbols => "symbols",
            Self::Steps => "steps",
        }
    }
}

impl Turn {
    pub(super) fn new(done: bool, unit: Unit, (at, of): (usize, usize)) -> Self {
        let whole = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self { done, unit, at: whole(at), of: whole(of) }
    }
}

/// Sessions opened so far, in this program.
static OPENED: AtomicU32 = AtomicU32::new(0);

/// Losses of a device in one piece of work after which it is given up.
const MOST_LOSSES: u32 = 3;

/// A machine that is played with, and what looks at the settings' sequence.
#[derive(Debug, Default)]
pub struct Bench {
    session: Option<Session>,
    /// The number of the open session.
    opened: u32,
    /// Devices lost in the work at hand.
    losses: u32,
    /// The machine's course over the settings' sequence.
    course: Option<Course>,
    /// One that is not over yet.
    walk: Option<Walk>,
    /// The transformer that has learned it, and what it depends on.
    student: Option<(String, Student)>,
    /// One that is still learning.
    lesson: Option<(String, Lesson)>,
}

/// What the transformer depends on that learns the settings' sequence.
///
/// # Errors
/// [`Error::Probe`] if there is none.
pub fn lesson_key(config: &SequenceConfig) -> Result<String, Error> {
    let c = config;
    let own = (c.seed, c.rival_width, c.rival_layers, c.rival_heads, c.rival_window, c.rival_rate, c.executor);
    Ok(format!("{own:?} {:?} {}", c.split, c.text()?))
}

impl Bench {
    /// The session of these settings, opened if there is none or it is of others.
    async fn of(&mut self, config: &SequenceConfig, machine: &mut Machine) -> Result<&mut Session, Error> {
        // One that cannot be opened does not take the present one away.
        let session = match &self.session {
            Some(session) if session.is_of(config) => self.session.take().map(|mut session| {
                session.read_as(config);
                session
            }),
            _ => None,
        };
        let session = match session {
            Some(session) => session,
            None => {
                // Told apart from those of every bench before.
                self.opened = OPENED.fetch_add(1, Ordering::Relaxed) + 1;
                Session::open(config, machine).await?
            }
        };
        Ok(self.session.insert(session))
    }

    /// Puts up with the loss of a device, unless that happens again and again.
    fn lost(&mut self, error: Error, machine: &mut Machine) -> Result<(), Error> {
        self.losses += 1;
        if error.of_device().is_none() || self.losses > MOST_LOSSES {
            self.losses = 0;
            return Err(error);
        }
        machine.forget_device();
        Ok(())
    }

    /// Begins what is asked of the session's machine; [`Bench::advance`] does it.
    ///
    /// # Errors
    /// [`Error::Probe`] if it cannot be done, then nothing changes; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn begin(&mut self, config: &SequenceConfig, ask: &Ask, machine: &mut Machine) -> Result<(), Error> {
        self.of(config, machine).await?.begin(ask)
    }

    /// Goes on with that for about `budget_ms`, by at least one symbol; with zero it ends here, and what is through counts. A device that
    /// is lost is replaced, with the same memory.
    ///
    /// # Errors
    /// [`Error::Probe`] if the machine is at nothing, or has become another; [`Error::DeviceLost`].
    pub async fn advance(&mut self, budget_ms: f64, machine: &mut Machine) -> Result<Turn, Error> {
        let going = self.session.as_mut().and_then(|session| session.progress().map(|progress| (session, progress)));
        let Some((session, before)) = going else {
            return Err(Error::Probe("The command was given up, for the settings make another machine.".to_owned()));
        };
        let done = match session.advance(budget_ms).await {
            Ok(done) => {
                self.losses = 0;
                done
            }
            Err(error) => {
                let kept = self.lost(error, machine);
                let Some(session) = &mut self.session else {
                    return kept.map(|()| Turn::new(true, Unit::Symbols, before));
                };
                let rebuilt = match kept {
                    Ok(()) => session.rebuild(machine).await,
                    Err(error) => Err(error),
                };
                if rebuilt.is_err() {
                    session.give_up();
                }
                rebuilt?;
                false
            }
        };
        let now = self.session.as_ref().and_then(Session::progress).unwrap_or((before.1, before.1));
        Ok(Turn::new(done, Unit::Symbols, now))
    }

    /// Does what is asked of the session's machine, in one go.
    ///
    /// # Errors
    /// [`Error::Probe`] if it cannot be done, then nothing changes; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn ask(
        &mut self,
        config: &SequenceConfig,
        ask: &Ask,
        machine: &mut Machine,
    ) -> Result<SessionInfo, Error> {
        self.begin(config, ask, machine).await?;
        while !self.advance(f64::INFINITY, machine).await?.done {}
        self.session(config, machine).await
    }

    /// Stores a text after what was stored before.
    ///
    /// # Errors
    /// As [`Bench::ask`].
    pub async fn store(
        &mut self,
        config: &SequenceConfig,
        text: &str,
        machine: &mut Machine,
    ) -> Result<SessionInfo, Error> {
        self.ask(config, &Ask::Store { text: text.to_owned() }, machine).await
    }

    /// Shows a text from the beginning, without writing.
    ///
    /// # Errors
    /// As [`Bench::ask`].
    pub async fn replay(
        &mut self,
        config: &SequenceConfig,
        text: &str,
        machine: &mut Machine,
    ) -> Result<SessionInfo, Error> {
        self.ask(config, &Ask::Replay { text: text.to_owned() }, machine).await
    }

    /// Recalls from a cue.
    ///
    /// # Errors
    /// As [`Bench::ask`].
    pub async fn recall(
        &mut self,
        config: &SequenceConfig,
        cue: &str,
        count: u32,
        machine: &mut Machine,
    ) -> Result<SessionInfo, Error> {
        self.ask(config, &Ask::Recall { cue: cue.to_owned(), count }, machine).await
    }

    /// A blank memory.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::DeviceLost`].
    pub async fn forget(&mut self, config: &SequenceConfig, machine: &mut Machine) -> Result<SessionInfo, Error> {
        self.session = None;
        self.session(config, machine).await
    }

    /// The session as it is.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::DeviceLost`].
    pub async fn session(&mut self, config: &SequenceConfig, machine: &mut Machine) -> Result<SessionInfo, Error> {
        Ok(self.of(config, machine).await?.info())
    }

    /// The session as it is, for somebody who knows the first `steps` of the one with this `id`.
    ///
    /// # Errors
    /// As [`Bench::session`].
    pub async fn update(
        &mut self,
        config: &SequenceConfig,
        (id, steps): (u32, usize),
        machine: &mut Machine,
    ) -> Result<SessionUpdate, Error> {
        let length = self.of(config, machine).await?.length();
        let from = if id == self.opened { steps.min(length) } else { 0 };
        let session = self.session.as_ref().map(|session| session.info_from(from));
        let session = session.ok_or_else(|| Error::Internal("a session was not kept".to_owned()))?;
        Ok(SessionUpdate { id: self.opened, from, session })
    }

    /// Whether the machine's course over the settings' sequence has been taken.
    ///
    /// # Errors
    /// [`Error::Probe`] if there is no such sequence.
    pub fn has_walked(&self, config: &SequenceConfig) -> Result<bool, Error> {
        let key = Course::key_of(config)?;
        Ok(self.course.as_ref().is_some_and(|course| course.key == key))
    }

    /// Whether the transformer has learned the settings' sequence, or its lesson was ended.
    ///
    /// # Errors
    /// [`Error::Probe`] if there is no such sequence.
    pub fn has_learned(&self, config: &SequenceConfig) -> Result<bool, Error> {
        let key = lesson_key(config)?;
        Ok(self.student.as_ref().is_some_and(|(of, _)| *of == key))
    }

    /// Takes the machine's course over the settings' sequence for about `budget_ms`, unless it has been taken.
    ///
    /// # Errors
    /// [`Error::Probe`] if there is no such sequence; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn follow(
        &mut self,
        config: &SequenceConfig,
        budget_ms: f64,
        machine: &mut Machine,
    ) -> Result<Turn, Error> {
        let key = Course::key_of(config)?;
        if self.has_walked(config)? {
            return Ok(Turn::new(true, Unit::Symbols, (0, 0)));
        }
        let mut walk = match self.walk.take().filter(|walk| walk.key == key) {
            Some(walk) => walk,
            None => Walk::open(config, machine).await?,
        };
        match walk.advance(budget_ms).await {
            Ok(done) => {
                self.losses = 0;
                let turn = Turn::new(done, Unit::Symbols, walk.progress());
                if done {
                    self.course = Some(walk.finish().await?);
                } else {
                    self.walk = Some(walk);
                }
                Ok(turn)
            }
            // It sets out again.
            Err(error) => self.lost(error, machine).map(|()| Turn::new(false, Unit::Symbols, (0, walk.progress().1))),
        }
    }

    /// The course, taken to its end.
    async fn course(&mut self, config: &SequenceConfig, machine: &mut Machine) -> Result<&Course, Error> {
        while !self.follow(config, f64::INFINITY, machine).await?.done {}
        self.course.as_ref().ok_or_else(|| Error::Internal("a course led nowhere".to_owned()))
    }

    /// Trains the transformer on the settings' sequence for about `budget_ms`, if it has not learned it yet; another's lesson is given
    /// up. With a budget of zero the lesson ends here: the transformer stays as it is.
    ///
    /// # Errors
    /// [`Error::Probe`] if there is no such sequence; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn learn(
        &mut self,
        config: &SequenceConfig,
        budget_ms: f64,
        machine: &mut Machine,
    ) -> Result<Turn, Error> {
        let key = lesson_key(config)?;
        if self.has_learned(config)? {
            return Ok(Turn::new(true, Unit::Steps, (0, 0)));
        }
        let mut lesson = match self.lesson.take().filter(|(of, _)| *of == key) {
            Some((_, lesson)) => lesson,
            None => {
                let course = self.course(config, machine).await?;
                let (numbers, alphabet) = (course.numbers.clone(), course.alphabet.len() as u32);
                Lesson::open(config, &numbers, alphabet, machine).await?
            }
        };
        let over = budget_ms <= 0.0 || lesson.advance(budget_ms).await?;
        let (steps, most) = lesson.steps();
        let turn = Turn::new(over, Unit::Steps, (steps as usize, most as usize));
        if over {
            let student = lesson.student().await?;
            if student.unfinished {
                self.lesson = Some((key.clone(), lesson));
            }
            self.student = Some((key, student));
        } else {
            self.lesson = Some((key, lesson));
        }
        Ok(turn)
    }

    /// Takes a lesson up again that was ended before its end; [`Bench::learn`] goes on with it.
    pub fn resume(&mut self) {
        if self.student.as_ref().is_some_and(|(_, student)| student.unfinished) {
            self.student = None;
        }
    }

    /// Both machines at one symbol of the settings' sequence.
    ///
    /// # Errors
    /// [`Error::Probe`] if there is no such sequence or place; [`Error::Config`] if the transformer has diverged;
    /// [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn operations(
        &mut self,
        config: &SequenceConfig,
        at: usize,
        machine: &mut Machine,
    ) -> Result<Operations, Error> {
        self.course(config, machine).await?.place(at)?;
        // Whoever wants to pause in between has called it before.
        while !self.learn(config, f64::INFINITY, machine).await?.done {}
        let (Some(course), Some((_, student))) = (&self.course, &self.student) else {
            return Err(Error::Internal("a lesson left no transformer".to_owned()));
        };
        let look = transformer_stages(student, &course.alphabet, at)?;
        let (training, unfinished) = (student.training.clone(), student.unfinished);
        Operations::of(course, at, look.stages, look.prediction, training, unfinished)
    }

    /// Spikes of every layer at one symbol of the settings' sequence.
    ///
    /// # Errors
    /// [`Error::Probe`] if there is no such sequence or place; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn spikes(&mut self, config: &SequenceConfig, at: usize, machine: &mut Machine) -> Result<Spikes, Error> {
        let course = self.course(config, machine).await?;
        let at = course.place(at)?;
        let input = course.shape.code(course.replica.seed, course.numbers[at]);
        let subject = Subject {
            at,
            length: course.symbols.len(),
            symbol: &course.symbols[at],
            shape: &course.shape,
            model: course.replica.model,
            fixed: &course.fixed,
            store: &course.store,
            input: &input,
            before: &course.second.contexts[at],
            context: &course.second.contexts[at + 1],
            lines: &course.second.lines[at + 1],
            output: &course.second.outputs[at + 1],
        };
        spikes(config, &subject)
    }
}
