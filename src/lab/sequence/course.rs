//! The settings' sequence, stored once and shown again: what both machines are looked at along.

use crate::compute::error::Error;
use crate::lab::machine::Machine;
use crate::lab::sequence::config::SequenceConfig;
use crate::lab::sequence::machines::SYMBOLS;
use crate::lab::sequence::session::key;
use crate::sdm::machine::{Fixed, Input, Replica, Shape, Trace};

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

    /// Stores the settings' sequence in a blank memory and shows it again.
    ///
    /// # Errors
    /// [`Error::Probe`] if it is empty or too long to be looked at; [`Error::TooLarge`]; [`Error::DeviceLost`].
    pub async fn of(config: &SequenceConfig, machine: &mut Machine) -> Result<Self, Error> {
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
        let (mut made, _) = config.machines(shape, vec![replica], machine, &mut |_, _| {}).await?;
        let inputs = |write| numbers.iter().map(|&symbol| Input { symbol: Some(symbol), write }).collect::<Vec<_>>();
        let one = |traces: Vec<Trace>| {
            traces.into_iter().next().ok_or_else(|| Error::Internal("a machine left no trace".to_owned()))
        };
        made.rest();
        let first = one(made.take_in(&[inputs(true)]).await?)?;
        made.rest();
        let second = one(made.take_in(&[inputs(false)]).await?)?;
        let store = made.store(0).await?;
        let (key, fixed) = (Self::key_of(config)?, Fixed::of(&shape, &replica));
        Ok(Self { key, symbols, numbers, alphabet, shape, replica, fixed, first, second, store })
    }

    /// A place of the sequence, or what is allowed.
    ///
    /// # Errors
    /// [`Error::Probe`].
    pub fn place(&self, at: usize) -> Result<usize, Error> {
        let last = self.symbols.len() - 1;
        let refuse = || Error::Probe(format!("There is no place {at}; the sequence has places 0 to {last}."));
        (at <= last).then_some(at).ok_or_else(refuse)
    }
}
