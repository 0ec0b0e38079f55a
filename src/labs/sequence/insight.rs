//! A transformer that learns one sequence on the spot, to be looked into beside the sequence machine.
//!
//! It is the one of [`rival`](super::rival), with one gradient step a symbol. It goes through the sequence as often as it needs to
//! predict all of it, or until its budget of steps is used up; what it came to is told. Looking inside takes a copy of its parameters
//! through the CPU twins, as in the copy lab, whichever executor trained it.

mod stages;

use serde::Serialize;
use web_time::Instant;

pub use self::stages::{Look, transformer_stages};

use super::rival::Method;
use super::rival::learner::{Learner, Pupil, REHEARSED, WAITING};
use crate::error::Error;
use crate::labs::sequence::config::SequenceConfig;
use crate::model::transformer::{Replica, Transformer};
use crate::run::event::ExecutorInfo;
use crate::run::machine::Machine;

/// Gradient steps that may be taken, unless one pass alone takes more.
pub const BUDGET: u32 = 3000;
/// The learning rate if none is given: the one in the middle of those that the comparison tries.
const RATE: f32 = 3e-3;

/// One time through the sequence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pass {
    /// Gradient steps in all by its end.
    pub steps: u32,
    /// Symbols that are predicted right after it, the first not counted.
    pub right: u32,
    /// Mean loss of those predictions, in bits.
    pub loss: f64,
}

/// A transformer that is learning.
#[derive(Debug)]
pub struct Lesson {
    learner: Learner,
    passes: Vec<Pass>,
    place: usize,
    /// Symbols of the present pass that have been asked after.
    asked: usize,
    right: u32,
    nats: f64,
    over: bool,
}

/// A transformer that has learned a sequence, as far as it could.
#[derive(Clone, Debug)]
pub struct Student {
    /// The model.
    pub model: Transformer,
    /// Its replica.
    pub replica: Replica,
    /// Its parameters.
    pub parameters: Vec<f32>,
    /// The sequence.
    pub sequence: Vec<u32>,
    /// How it went.
    pub passes: Vec<Pass>,
    /// Which executor trained it.
    pub executor: ExecutorInfo,
    /// How it was trained, in a sentence with numbers.
    pub training: String,
    /// Whether its lesson would go on.
    pub unfinished: bool,
}

impl Lesson {
    /// A blank transformer for `sequence`, whose symbols are below `alphabet`.
    ///
    /// # Errors
    /// [`Error::Config`] if the sequence is empty or leaves the alphabet; [`Error::TooLarge`]; [`Error::Internal`].
    pub async fn open(
        config: &SequenceConfig,
        sequence: &[u32],
        alphabet: u32,
        machine: &mut Machine,
    ) -> Result<Self, Error> {
        let rate = if config.rival_rate > 0.0 { config.rival_rate } else { RATE };
        let pupil = Pupil { seed: config.seed, rate, sequence: sequence.to_vec() };
        let learner = Learner::open(config, Method::default(), vec![pupil], alphabet, machine).await?;
        Ok(Self { learner, passes: Vec::new(), place: 0, asked: 0, right: 0, nats: 0.0, over: false })
    }

    /// Goes on for about `budget_ms`, by at least one gradient step or question; says whether it is over.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn advance(&mut self, budget_ms: f64) -> Result<bool, Error> {
        let start = Instant::now();
        while !self.over {
            self.one().await?;
            if start.elapsed().as_secs_f64() * 1e3 >= budget_ms {
                break;
            }
        }
        Ok(self.over)
    }

    async fn one(&mut self) -> Result<(), Error> {
        let length = self.learner.length();
        if self.place < length {
            let seen = if self.passes.is_empty() { self.place + 1 } else { length };
            self.learner.learn(self.place, seen).await?;
            self.place += 1;
            return Ok(());
        }
        if self.asked + 1 < length {
            self.asked += 1;
            self.learner.ask(self.asked).await?;
        }
        let all = self.asked + 1 == length;
        if self.learner.waiting() == WAITING || (all && self.learner.waiting() > 0) {
            for answer in self.learner.answers().await?.iter().flatten() {
                self.right += u32::from(answer.right);
                self.nats += f64::from(answer.loss);
            }
        }
        if all {
            let judged = length - 1;
            let loss = self.nats / judged.max(1) as f64 / std::f64::consts::LN_2;
            self.passes.push(Pass { steps: self.learner.steps(), right: self.right, loss });
            let used = self.learner.steps() as usize + length > BUDGET as usize;
            let stopped = self.learner.stopped().await?.iter().any(Option::is_some);
            self.over = self.right as usize == judged || used || stopped;
            (self.place, self.asked, self.right, self.nats) = (0, 0, 0, 0.0);
        }
        Ok(())
    }

    /// Steps taken, and the most that may be.
    #[must_use]
    pub fn steps(&self) -> (u32, u32) {
        (self.learner.steps(), BUDGET.max(self.learner.length() as u32))
    }

    /// Takes the transformer as it is now, whether the lesson is over or not.
    ///
    /// # Errors
    /// [`Error::DeviceLost`]; [`Error::Internal`].
    pub async fn student(&mut self) -> Result<Student, Error> {
        let parameters = self.learner.parameters(0).await?;
        let stopped = self.learner.stopped().await?.first().copied().flatten();
        let (Some(pupil), Some(&replica)) = (self.learner.pupils().first(), self.learner.replicas().first()) else {
            return Err(Error::Internal("a lesson without a pupil".to_owned()));
        };
        let training = self.sentence(pupil, stopped);
        Ok(Student {
            model: self.learner.model.clone(),
            replica,
            parameters,
            sequence: pupil.sequence.clone(),
            passes: self.passes.clone(),
            executor: self.learner.info.clone(),
            training,
            unfinished: !self.over,
        })
    }

    fn sentence(&self, pupil: &Pupil, stopped: Option<u32>) -> String {
        let steps = self.learner.steps();
        let judged = pupil.sequence.len() - 1;
        let times = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let mut text = format!(
            "Trained on the spot on this very sequence: {} through it, {} of AdamW at rate {}, each on the newest window and {} earlier \
             ones.",
            match self.passes.len() {
                1 => "once".to_owned(),
                count => times(count, "time"),
            },
            times(steps as usize, "gradient step"),
            pupil.rate,
            REHEARSED - 1
        );
        match self.passes.last() {
            Some(_) if judged == 0 => text += " A sequence of one symbol has no prediction to judge.",
            Some(last) => {
                text += &format!(
                    " It then predicts {} of {judged} symbols right, with a mean loss of {:.2} bits",
                    last.right, last.loss
                );
                match stopped {
                    Some(step) => {
                        text += &format!("; it stopped at step {step}, where its loss was no longer finite.");
                    }
                    None if last.right as usize == judged => text += ".",
                    None if self.over => text += "; its budget of steps is used up.",
                    None => text += "; it had not finished.",
                }
            }
            None => text += " Its first time through is not over.",
        }
        text
    }
}
