//! The protocol, the sequence machine's own: blank weights; the sequence once, with learning; then a second time, and what is predicted
//! wrong is counted – first without learning, then with.
//!
//! Each presentation begins with start symbols only, so that the second one shows the very windows of the first. The first
//! symbol is learned like all others, but not counted: a machine says nothing before it has seen something.
//!
//! Of pairs, half of the sequence is learned, and the other half, the same pairs in another order, is asked where it stands, without
//! learning.

use serde::Serialize;
use web_time::Instant;

use super::Protocol;
use super::learner::{Answer, Learner, WAITING};
use crate::error::Error;

/// What one transformer got wrong.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Errors {
    /// Predictions that are counted: the symbols but for the first; of pairs, the partners.
    pub judged: u32,
    /// Wrong ones of the second presentation without learning; nothing until it is over.
    pub replay: Option<u32>,
    /// Wrong ones of a second presentation during which it goes on learning; nothing until that is over.
    pub learning: Option<u32>,
    /// Mean loss of the second presentation without learning, in bits per symbol.
    pub loss: Option<f64>,
    /// The places of its wrong predictions without learning, from 0.
    pub places: Vec<u32>,
    /// Gradient step at which it stopped, because a loss or gradient was no longer finite.
    pub stopped: Option<u32>,
}

/// A presentation of the sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum Presentation {
    First,
    Replay,
    Learning,
    Over,
}

/// Transformers going through the protocol.
#[derive(Debug)]
pub struct Course {
    /// The transformers.
    pub learner: Learner,
    /// Gradient steps after each symbol.
    steps: u32,
    protocol: Protocol,
    presentation: Presentation,
    place: usize,
    /// Gradient steps taken after the present symbol.
    taken: u32,
    /// Answers of the presentation that is going on, by transformer.
    answers: Vec<Vec<Answer>>,
    errors: Vec<Errors>,
}

impl Course {
    /// At its beginning, with `steps` gradient steps a symbol.
    ///
    /// # Errors
    /// [`Error::Config`] if nothing would be counted, or nothing learned.
    pub fn new(learner: Learner, steps: u32, protocol: Protocol) -> Result<Self, Error> {
        if learner.length() < 2 {
            return Err(Error::Config(
                "A sequence of one symbol has no prediction to judge. Give it at least two.".to_owned(),
            ));
        }
        if steps == 0 {
            return Err(Error::Config("A transformer needs at least one gradient step a symbol.".to_owned()));
        }
        let judged = protocol.asked(learner.length() - 1, learner.length()) as u32;
        let errors = vec![Errors { judged, ..Errors::default() }; learner.pupils().len()];
        let answers = vec![Vec::new(); errors.len()];
        Ok(Self { learner, steps, protocol, presentation: Presentation::First, place: 0, taken: 0, answers, errors })
    }

    /// Goes on for about `budget_ms`, by at least one gradient step or question; says whether it is over. No time limit is
    /// `f64::INFINITY`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn advance(&mut self, budget_ms: f64) -> Result<bool, Error> {
        let start = Instant::now();
        while self.presentation != Presentation::Over {
            self.one().await?;
            if start.elapsed().as_secs_f64() * 1e3 >= budget_ms {
                break;
            }
        }
        Ok(self.presentation == Presentation::Over)
    }

    /// A question or a gradient step.
    async fn one(&mut self) -> Result<(), Error> {
        let length = self.learner.length();
        let learns = self.presentation != Presentation::Replay;
        // Of pairs, what is shown ends where what is asked begins.
        let end = if self.presentation == Presentation::First { self.protocol.shown(length) } else { length };
        if self.unasked() {
            self.learner.ask(self.place).await?;
            if self.learner.waiting() == WAITING {
                self.collect().await?;
            }
        } else if learns && self.taken < self.steps {
            let seen = if self.presentation == Presentation::First { self.place + 1 } else { length };
            self.learner.learn(self.place, seen).await?;
            self.taken += 1;
        }
        if !self.unasked() && (!learns || self.taken == self.steps) {
            self.place += 1;
            self.taken = 0;
            if self.place == end {
                self.collect().await?;
                self.close().await?;
            }
        }
        Ok(())
    }

    /// Whether the present place has still to be asked.
    fn unasked(&self) -> bool {
        let asked = self.answers.first().map_or(0, Vec::len) + self.learner.waiting();
        self.presentation != Presentation::First && asked < self.protocol.asked(self.place, self.learner.length())
    }

    async fn collect(&mut self) -> Result<(), Error> {
        if self.learner.waiting() > 0 {
            let new = self.learner.answers().await?;
            self.answers.iter_mut().zip(new).for_each(|(all, new)| all.extend(new));
        }
        Ok(())
    }

    /// Ends a presentation.
    async fn close(&mut self) -> Result<(), Error> {
        let stopped = self.learner.stopped().await?;
        for ((errors, answers), stopped) in self.errors.iter_mut().zip(&mut self.answers).zip(stopped) {
            let answers = std::mem::take(answers);
            let wrong = answers.iter().filter(|answer| !answer.right);
            errors.stopped = stopped;
            match self.presentation {
                Presentation::Replay => {
                    errors.places = wrong.map(|answer| answer.place as u32).collect();
                    errors.replay = Some(errors.places.len() as u32);
                    let nats: f64 = answers.iter().map(|answer| f64::from(answer.loss)).sum();
                    errors.loss = Some(nats / answers.len().max(1) as f64 / std::f64::consts::LN_2);
                }
                Presentation::Learning => errors.learning = Some(wrong.count() as u32),
                Presentation::First | Presentation::Over => {}
            }
        }
        self.place = 0;
        self.presentation = match self.presentation {
            Presentation::First => Presentation::Replay,
            Presentation::Replay if self.protocol == Protocol::Again => Presentation::Learning,
            Presentation::Replay | Presentation::Learning | Presentation::Over => Presentation::Over,
        };
        Ok(())
    }

    /// What each transformer got wrong, as far as is known.
    #[must_use]
    pub fn errors(&self) -> &[Errors] {
        &self.errors
    }

    /// Work done and work in all, in gradient steps.
    #[must_use]
    pub fn progress(&self) -> (f64, f64) {
        // A question costs about a third of a step, and looks at one window.
        let length = self.learner.length() as f64;
        let shown = self.protocol.shown(self.learner.length()) as f64;
        let (learning, asking) = (f64::from(self.steps) * shown, length / 3.0);
        let all = if self.protocol == Protocol::Again { 2.0 } else { 1.0 } * (learning + asking);
        let (before, each) = match self.presentation {
            Presentation::First => (0.0, f64::from(self.steps)),
            Presentation::Replay => (learning, 1.0 / 3.0),
            Presentation::Learning => (learning + asking, f64::from(self.steps) + 1.0 / 3.0),
            Presentation::Over => (all, 0.0),
        };
        (before + each * self.place as f64 + f64::from(self.taken), all)
    }
}
