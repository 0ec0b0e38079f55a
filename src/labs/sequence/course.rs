//! The settings' sequence, stored once and shown again: what both machines are looked at along.

use crate::error::Error;
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::machines::SYMBOLS;
use crate::labs::sequence::passage::Presentations;
use crate::labs::sequence::session::key;
use crate::run::machine::Machine;
use crate::sdm::machine::{Fixed, Replica, SequenceMachine, Shape, Trace};

/// A sequence longer than this is not looked at symbol by symbol.
const LONGEST: usize = 1000;

/// A machine's whole course over a sequence.
#[derive(Debug)]
pub struct Course {
    /// The settings and the sequence that it belongs to.
    pub key: String,
    /// The sequence.
    pub symbols: Vec<String>,
    /// Its symbols by their numbers in `alphabet`.
    pub numbers: Vec<u32>,
    /// Different symbols, in the order of their first appearance.
    pub alphabet: Vec<String>,
    /// Sizes and rules.
    pub shape: Shape,
    /// Which machine.
    pub replica: Replica,
    /// Its fixed weights.
    pub fixed: Fixed,
    /// The first time, while it was written.
    pub first: Trace,
    /// The second time.
    pub second: Trace,
    /// The store after the first time, `[W, D]`.
    pub store: Vec<f32>,
}

impl Course {
    /// What a course depends on.
    ///
    /// # Errors
    /// [`Error::Probe`] if the settings have no sequence.
    pub fn key_of(config: &SequenceConfig) -> Result<String, Error> {
        Ok(format!("{} {:?} {}", key(config), config.split, config.text()?))
    }

    /// The whole course in one go.
    ///
    /// # Errors
    /// As [`Walk::open`].
    pub async fn of(config: &SequenceConfig, machine: &mut Machine) -> Result<Self, Error> {
        let mut walk = Walk::open(config, machine).await?;
        while !walk.advance(f64::INFINITY).await? {}
        walk.finish().await
    }

    /// A place of the sequence, or what is allowed.
    ///
    /// # Errors
    /// [`Error::Probe`].
    pub fn place(&self, at: usize) -> Result<usize, Error> {
        let length = self.symbols.len();
        let refuse = || Error::Probe(format!("There is no symbol {}; the sequence has symbols 1 to {length}.", at + 1));
        (at < length).then_some(at).ok_or_else(refuse)
    }
}

/// A machine that is on its way: it stores the settings' sequence in a blank memory, and is shown it again.
#[derive(Debug)]
pub struct Walk {
    /// The settings and the sequence that it belongs to.
    pub key: String,
    symbols: Vec<String>,
    numbers: Vec<u32>,
    alphabet: Vec<String>,
    replica: Replica,
    machine: SequenceMachine,
    presentations: Presentations,
}

impl Walk {
    /// A blank memory.
    ///
    /// # Errors
    /// [`Error::Probe`] if the sequence is empty or too long to be looked at; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn open(config: &SequenceConfig, machine: &mut Machine) -> Result<Self, Error> {
        let symbols = config.symbols()?;
        if symbols.len() > LONGEST {
            let count = symbols.len();
            let why =
                format!("These are {count} symbols; a sequence that is looked at symbol by symbol may have {LONGEST}.");
            return Err(Error::Probe(why));
        }
        let mut alphabet: Vec<String> = Vec::new();
        let mut numbers = Vec::with_capacity(symbols.len());
        for symbol in &symbols {
            let known = alphabet.iter().position(|other| other == symbol);
            numbers.push(known.unwrap_or(alphabet.len()) as u32);
            if known.is_none() {
                alphabet.push(symbol.clone());
            }
        }
        if alphabet.len() > SYMBOLS as usize {
            let count = alphabet.len();
            return Err(Error::Probe(format!(
                "These are {count} different symbols; a machine has codes for {SYMBOLS}."
            )));
        }
        let shape = config.machine_shape(alphabet.len() as u32);
        let replica = config.replica();
        let (made, _) = config.machines(shape, vec![replica], None, machine, &mut |_, _| {}).await?;
        let presentations = Presentations::new(vec![numbers.clone()], &[true, false]);
        let key = Course::key_of(config)?;
        Ok(Self { key, symbols, numbers, alphabet, replica, machine: made, presentations })
    }

    /// Goes on for about `budget_ms`; says whether it is over.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn advance(&mut self, budget_ms: f64) -> Result<bool, Error> {
        self.presentations.advance(&mut self.machine, budget_ms).await
    }

    /// Symbols taken in, and those of both presentations.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        self.presentations.progress()
    }

    /// The whole course, once it is over.
    ///
    /// # Errors
    /// [`Error::Internal`] if it is not; [`Error::DeviceLost`].
    pub async fn finish(mut self) -> Result<Course, Error> {
        let [first, second] = self.presentations.traces() else {
            return Err(Error::Internal("a machine was shown its sequence less than twice".to_owned()));
        };
        let one = |traces: &[Trace]| {
            traces.first().cloned().ok_or_else(|| Error::Internal("a machine left no trace".to_owned()))
        };
        let (first, second) = (one(first)?, one(second)?);
        let store = self.machine.store(0).await?;
        let Self { key, symbols, numbers, alphabet, replica, machine, .. } = self;
        let shape = *machine.shape();
        let fixed = Fixed::of(&shape, &replica);
        Ok(Course { key, symbols, numbers, alphabet, shape, replica, fixed, first, second, store })
    }
}
