//! The transformer beside the sequence machine: it is given the same symbols one at a time, and takes one or more gradient steps after
//! each.
//!
//! A small causal decoder (pre-norm, GELU, sinusoidal positions, AdamW without decay, gradients clipped at norm 1) sees the last
//! symbols and predicts the next. When that has come, it takes its steps. Several learn side by side in one plan, each with its own
//! sequence and initial weights. If no learning rate is given, a few are tried first, on other sequences of the same length and alphabet,
//! and with the same steps a symbol; the one with the fewest errors is taken, and all of them are told.

pub mod course;
pub mod learner;

use serde::Serialize;

pub use self::course::Errors;
pub use self::learner::{Method, Rehearsal};
pub use crate::model::online::Judged;

use self::course::Course;
use self::learner::{Learner, Pupil};
use crate::error::Error;
use crate::kernels::rng;
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::recall;
use crate::run::event::ExecutorInfo;
use crate::run::machine::Machine;

/// The learning rates that are tried.
pub const RATES: [f32; 6] = [3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1];
/// Seeds of the sequences that they are tried on: beyond all that a configuration may have, and exact in single precision.
pub const HELD_OUT_SEEDS: [u32; 3] = [16_700_000, 16_700_001, 16_700_002];
/// Stream of those sequences.
const STREAM_HELD_OUT: u32 = 300_001;

/// One learning rate and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tried {
    /// The rate.
    pub rate: f32,
    /// Errors of the second presentation without learning, one entry per held-out seed.
    pub errors: Vec<u32>,
    /// Mean loss of that presentation, in bits per symbol; nothing where one was not finite.
    pub loss: Option<f64>,
    /// How many of its transformers stopped, because a loss or gradient was no longer finite.
    pub stopped: u32,
}

/// The rates that were tried, and the one that was taken.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Search {
    /// The rate taken: fewest errors in all, of equal ones the lower loss.
    pub rate: f32,
    /// All of them, lowest first.
    pub tried: Vec<Tried>,
    /// In a sentence.
    pub sentence: String,
}

/// What is shown, and what is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// The whole sequence is shown, and comes again.
    #[default]
    Again,
    /// Half of it is shown: pairs, which come again in another order, and of each the partner is asked ([`recall`]).
    Pairs,
}

impl Protocol {
    /// Places of a sequence that are shown, of `length`.
    #[must_use]
    pub fn shown(self, length: usize) -> usize {
        if self == Self::Again { length } else { length / 2 }
    }

    /// How many of the places up to `place` are asked when they come again.
    #[must_use]
    pub fn asked(self, place: usize, length: usize) -> usize {
        if self == Self::Again { place } else { (place + 1).saturating_sub(self.shown(length)) / 2 }
    }
}

/// How the transformers are trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Gradient steps a symbol.
    pub steps: u32,
    /// Learning rate; 0 takes the best of [`RATES`].
    pub rate: f32,
    /// What a step learns from.
    pub method: Method,
    /// What is shown, and what is asked.
    pub protocol: Protocol,
}

/// Transformers that are given sequences one symbol at a time, and how often they are wrong.
#[derive(Debug)]
pub struct Rivals {
    config: SequenceConfig,
    sequences: Vec<Vec<u32>>,
    alphabet: u32,
    terms: Terms,
    /// What goes on: the search, or the course itself.
    course: Course,
    searching: bool,
    search: Option<Search>,
}

impl Rivals {
    /// Blank transformers, one per sequence; number `i` has seed `config.seed + i`. With a rate of 0 they first look for one. All
    /// sequences have one length, of at least two symbols below `alphabet`.
    ///
    /// # Errors
    /// [`Error::Config`] if the sequences do not fit; [`Error::TooLarge`]; [`Error::Internal`].
    pub async fn open(
        config: &SequenceConfig,
        sequences: &[Vec<u32>],
        alphabet: u32,
        terms: Terms,
        machine: &mut Machine,
    ) -> Result<Self, Error> {
        let own = pupils(config, sequences, terms.rate);
        let length = sequences.first().map_or(0, Vec::len);
        let searching = terms.rate == 0.0;
        let first = if searching { candidates(length, alphabet, terms.protocol) } else { own.clone() };
        let learner = Learner::open(config, terms.method, first, alphabet, machine).await?;
        let course = Course::new(learner, terms.steps, terms.protocol)?;
        if searching {
            // What is wrong with the sequences themselves shows now, not after the search.
            learner::fit(&own, alphabet)?;
        }
        Ok(Self {
            config: config.clone(),
            sequences: sequences.to_vec(),
            alphabet,
            terms,
            course,
            searching,
            search: None,
        })
    }

    /// Goes on for about `budget_ms`, by at least one gradient step or question; says whether it is over.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn advance(&mut self, budget_ms: f64) -> Result<bool, Error> {
        if !self.course.advance(budget_ms).await? {
            return Ok(false);
        }
        if self.searching {
            let search = searched(self.course.learner.pupils(), self.course.errors(), self.terms.steps);
            let own = pupils(&self.config, &self.sequences, search.rate);
            let learner = self.course.learner.sibling(&self.config, own, self.alphabet).await?;
            self.course = Course::new(learner, self.terms.steps, self.terms.protocol)?;
            (self.searching, self.search) = (false, Some(search));
            return Ok(false);
        }
        Ok(true)
    }

    /// What each transformer got wrong so far, in the order of the sequences; of none while rates are tried.
    #[must_use]
    pub fn errors(&self) -> Vec<Errors> {
        if self.searching { Vec::new() } else { self.course.errors().to_vec() }
    }

    /// The rates that were tried; nothing before that is over, or where the rate was given.
    #[must_use]
    pub fn search(&self) -> Option<&Search> {
        self.search.as_ref()
    }

    /// Share of the work that is done, search included.
    #[must_use]
    pub fn progress(&self) -> f64 {
        let (done, all) = self.course.progress();
        let share = done / all;
        let replicas = |search: bool| if search { RATES.len() * HELD_OUT_SEEDS.len() } else { self.sequences.len() };
        let (search, own) = (replicas(true) as f64, replicas(false) as f64);
        match (self.searching, self.terms.rate == 0.0) {
            (true, _) => share * search / (search + own),
            (false, true) => (search + share * own) / (search + own),
            (false, false) => share,
        }
    }

    /// Which executor works, and why.
    #[must_use]
    pub fn executor(&self) -> &ExecutorInfo {
        &self.course.learner.info
    }

    /// Kernel launches for one symbol, learned once and asked once.
    #[must_use]
    pub fn launches(&self) -> u32 {
        let [step, question] = self.course.learner.launches();
        self.terms.steps * step + question
    }
}

fn pupils(config: &SequenceConfig, sequences: &[Vec<u32>], rate: f32) -> Vec<Pupil> {
    let pupil = |(seed, sequence): (u32, &Vec<u32>)| Pupil { seed, rate, sequence: sequence.clone() };
    (config.seed..).zip(sequences).map(pupil).collect()
}

/// Every rate with every held-out sequence.
fn candidates(length: usize, alphabet: u32, protocol: Protocol) -> Vec<Pupil> {
    let sequence = move |seed| match protocol {
        Protocol::Again => held_out(seed, length, alphabet),
        // Keys and values are half of the alphabet each, and each pair comes twice.
        Protocol::Pairs => recall::sequence(seed, alphabet / 2, length as u32 / 4),
    };
    let pupil = |rate: f32| HELD_OUT_SEEDS.iter().map(move |&seed| Pupil { seed, rate, sequence: sequence(seed) });
    RATES.iter().flat_map(|&rate| pupil(rate)).collect()
}

/// A sequence whose symbols are drawn evenly.
fn held_out(seed: u32, length: usize, alphabet: u32) -> Vec<u32> {
    let symbol = |place| {
        let word = rng::pcg4d([seed, STREAM_HELD_OUT, 0, place])[0];
        (rng::unit(word) * f64::from(alphabet)) as u32
    };
    (0..length as u32).map(symbol).collect()
}

/// What the candidates came to.
fn searched(pupils: &[Pupil], errors: &[Errors], steps: u32) -> Search {
    let mut tried: Vec<Tried> = Vec::new();
    for (pupil, errors) in pupils.iter().zip(errors) {
        let wrong = errors.replay.unwrap_or(errors.judged);
        let loss = errors.loss.filter(|loss| loss.is_finite());
        let stopped = u32::from(errors.stopped.is_some());
        match tried.iter_mut().find(|tried| tried.rate == pupil.rate) {
            Some(tried) => {
                tried.errors.push(wrong);
                tried.loss = tried.loss.zip(loss).map(|(sum, loss)| sum + loss);
                tried.stopped += stopped;
            }
            None => tried.push(Tried { rate: pupil.rate, errors: vec![wrong], loss, stopped }),
        }
    }
    for tried in &mut tried {
        tried.loss = tried.loss.map(|sum| sum / tried.errors.len() as f64);
    }
    let order = |tried: &Tried| (tried.errors.iter().sum::<u32>(), tried.loss.unwrap_or(f64::INFINITY));
    let best = tried.iter().min_by(|a, b| {
        let ((errors, loss), (others, other)) = (order(a), order(b));
        errors.cmp(&others).then(loss.total_cmp(&other))
    });
    let rate = best.map_or(0.0, |best| best.rate);
    let judged = errors.first().map_or(0, |errors| errors.judged);
    let each: Vec<String> = tried
        .iter()
        .map(|tried| {
            let mean = f64::from(tried.errors.iter().sum::<u32>()) / tried.errors.len() as f64;
            format!("{} made {mean:.1}", tried.rate)
        })
        .collect();
    let often = if steps == 1 { "1 gradient step".to_owned() } else { format!("{steps} gradient steps") };
    let sentence = format!(
        "With {often} a symbol, learning rate {rate} was taken. Mean errors of {judged} on {} other sequences of the same length: {}.",
        HELD_OUT_SEEDS.len(),
        each.join(", ")
    );
    Search { rate, tried, sentence }
}
