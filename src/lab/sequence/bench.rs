//! The reader's bench: one session, and what looks at the settings' sequence.

use serde::Serialize;

use crate::compute::error::Error;
use crate::lab::config::Settings;
use crate::lab::machine::Machine;
use crate::lab::sequence::config::SequenceConfig;
use crate::lab::sequence::course::Course;
use crate::lab::sequence::insight::{Lesson, Student, transformer_stages};
use crate::lab::sequence::operations::Operations;
use crate::lab::sequence::session::{Session, SessionInfo};
use crate::lab::sequence::spikes::{Spikes, Subject, spikes};

/// How far a transformer's lesson is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Learning {
    /// Whether it is over.
    pub done: bool,
    /// Gradient steps taken.
    pub steps: u32,
    /// The most that are taken.
    pub most: u32,
}

/// A machine that is played with, and what looks at the settings' sequence.
#[derive(Debug, Default)]
pub struct Bench {
    session: Option<Session>,
    /// The machine's course over the settings' sequence.
    course: Option<Course>,
    /// The transformer that has learned it, and what it depends on.
    student: Option<(String, Student)>,
    /// One that is still learning.
    lesson: Option<(String, Lesson)>,
}

/// Settings that the transformer depends on, beside the sequence.
fn lesson_key(config: &SequenceConfig) -> Result<String, Error> {
    let c = config;
    let own = (c.seed, c.rival_width, c.rival_layers, c.rival_heads, c.rival_window, c.rival_rate, c.executor);
    Ok(format!("{own:?} {:?} {}", c.split, c.text()?))
}

/// What the command line writes about the settings' sequence: stored once, shown again, recalled from the cue.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Which lab.
    pub lab: &'static str,
    /// Version that wrote it.
    pub version: &'static str,
    /// Link that restores the configuration.
    pub link: String,
    /// While it was stored.
    pub stored: SessionInfo,
    /// The second time.
    pub replayed: SessionInfo,
    /// From the cue; nothing if that could not be read.
    pub recalled: Option<SessionInfo>,
    /// Why there was no recall.
    pub refused: Option<String>,
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
            None => Session::open(config, machine).await?,
        };
        Ok(self.session.insert(session))
    }

    /// Does `work` on the session; once more on another executor, with the same memory, if the device is lost meanwhile.
    async fn on(
        &mut self,
        config: &SequenceConfig,
        machine: &mut Machine,
        work: impl AsyncFn(&mut Session) -> Result<(), Error>,
    ) -> Result<SessionInfo, Error> {
        let session = self.of(config, machine).await?;
        match work(session).await {
            Err(error) if error.of_device().is_some() => {
                machine.forget_device();
                session.rebuild(machine).await?;
                work(session).await?;
            }
            done => done?,
        }
        Ok(session.info())
    }

    /// Stores a text after what was stored before.
    ///
    /// # Errors
    /// [`Error::Probe`] if it cannot be stored, then nothing changes; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn store(
        &mut self,
        config: &SequenceConfig,
        text: &str,
        machine: &mut Machine,
    ) -> Result<SessionInfo, Error> {
        self.on(config, machine, async |session: &mut Session| session.store(text).await).await
    }

    /// Shows a text from the beginning, without writing.
    ///
    /// # Errors
    /// As [`Bench::store`].
    pub async fn replay(
        &mut self,
        config: &SequenceConfig,
        text: &str,
        machine: &mut Machine,
    ) -> Result<SessionInfo, Error> {
        self.on(config, machine, async |session: &mut Session| session.replay(text).await).await
    }

    /// Recalls from a cue.
    ///
    /// # Errors
    /// As [`Bench::store`].
    pub async fn recall(
        &mut self,
        config: &SequenceConfig,
        cue: &str,
        count: u32,
        machine: &mut Machine,
    ) -> Result<SessionInfo, Error> {
        self.on(config, machine, async |session: &mut Session| session.recall(cue, count).await).await
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

    /// The machine's course over the settings' sequence; taken anew if that or the machine is another.
    async fn course(&mut self, config: &SequenceConfig, machine: &mut Machine) -> Result<&Course, Error> {
        let key = Course::key_of(config)?;
        let course = match self.course.take().filter(|course| course.key == key) {
            Some(course) => course,
            None => Course::of(config, machine).await?,
        };
        Ok(self.course.insert(course))
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
    ) -> Result<Learning, Error> {
        let key = lesson_key(config)?;
        if self.student.as_ref().is_some_and(|(of, _)| *of == key) {
            return Ok(Learning { done: true, steps: 0, most: 0 });
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
        if over {
            self.student = Some((key, lesson.finish().await?));
        } else {
            self.lesson = Some((key, lesson));
        }
        Ok(Learning { done: over, steps, most })
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
        Operations::of(course, at, look.stages, look.prediction, student.training.clone())
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

    /// Stores the settings' sequence in a blank memory, shows it again, and recalls it from the settings' cue. The session is left
    /// alone.
    ///
    /// # Errors
    /// [`Error::Probe`] if the sequence cannot be read; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn report(&self, config: &SequenceConfig, machine: &mut Machine) -> Result<Report, Error> {
        let joined = config.text()?;
        let mut bench = Self::default();
        let stored = bench.store(config, &joined, machine).await?;
        let replayed = bench.replay(config, &joined, machine).await?;
        let (recalled, refused) = match bench.recall(config, &config.cue, config.recall, machine).await {
            Ok(recalled) => (Some(recalled), None),
            Err(Error::Probe(why)) => (None, Some(why)),
            Err(other) => return Err(other),
        };
        let (lab, version, link) = (SequenceConfig::LAB, env!("CARGO_PKG_VERSION"), config.link());
        Ok(Report { lab, version, link, stored, replayed, recalled, refused })
    }
}
