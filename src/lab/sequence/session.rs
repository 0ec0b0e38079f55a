//! A machine that a reader plays with: store, show again, recall, forget.

use serde::Serialize;
use web_time::Instant;

use crate::compute::error::Error;
use crate::lab::event::ExecutorInfo;
use crate::lab::machine::Machine;
use crate::lab::sequence::config::{SequenceConfig, Source, Split, looks_only};
use crate::lab::sequence::machines::SYMBOLS;
use crate::lab::sequence::symbols::{shown, split};
use crate::sdm::code::{Order, cosine};
use crate::sdm::machine::{Input, SequenceMachine, Trace};

/// Why a symbol was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Given and written.
    Store,
    /// Given, only read.
    Replay,
    /// Given as the beginning of a recall.
    Cue,
    /// The machine's own prediction.
    Recall,
}

/// One symbol that the machine took in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SymbolStep {
    /// Place in the session, from 0.
    pub at: usize,
    /// The symbol.
    pub symbol: String,
    /// Why.
    pub mode: Mode,
    /// What had been predicted for this place.
    pub predicted: Option<String>,
    /// Cosine of the store's output to the predicted symbol's code.
    pub similarity: Option<f64>,
    /// 1 − cosine of that output to the code of the symbol that came.
    pub surprise: Option<f64>,
    /// What should stand here, as far as the session can tell.
    pub expected: Option<String>,
    /// Whether the prediction is that.
    pub right: Option<bool>,
}

/// What comes next, in the machine's opinion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Next {
    /// The symbol.
    pub symbol: String,
    /// Cosine of the store's output to its code.
    pub similarity: f64,
}

/// What has happened to one memory since it was blank.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionInfo {
    /// Every symbol taken in, oldest first.
    pub steps: Vec<SymbolStep>,
    /// Where the last command's begin.
    pub begin: usize,
    /// Symbols that have been stored, in the order of their first appearance.
    pub alphabet: Vec<String>,
    /// Symbols that have been written.
    pub written: usize,
    /// Right predictions of the last command.
    pub right: usize,
    /// Wrong ones.
    pub wrong: usize,
    /// What the last command came to.
    pub sentence: String,
    /// Prediction of the next symbol.
    pub next: Option<Next>,
    /// Which executor works.
    pub executor: ExecutorInfo,
    /// Kernel launches for one symbol.
    pub launches: u32,
    /// Milliseconds of the last command.
    pub ms: f64,
    /// The settings of the machine.
    pub key: String,
}

/// What was written in one go, and in which context it began.
#[derive(Clone, Debug)]
struct Written {
    context: Order,
    symbols: Vec<u32>,
}

/// A machine with a memory.
#[derive(Debug)]
pub struct Session {
    key: String,
    config: SequenceConfig,
    machine: SequenceMachine,
    info: ExecutorInfo,
    alphabet: Vec<String>,
    written: Vec<Written>,
    /// The context after what was written last.
    end: Order,
    steps: Vec<SymbolStep>,
    begin: usize,
    sentence: String,
    /// What the store says of the next symbol.
    output: (Option<u32>, Order),
    ms: f64,
}

/// The settings that a session's machine depends on.
#[must_use]
pub fn key(config: &SequenceConfig) -> String {
    let groups = ["Context", "Codes", "Memory", "Machine"];
    let table = SequenceConfig::table();
    let counts = |name: &str| {
        name == "seed" || name == "context" || table.iter().any(|row| row.name == name && groups.contains(&row.group))
    };
    let values =
        config.values().into_iter().filter(|(name, _)| counts(name) && (*name == "context" || !looks_only(name)));
    values.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

impl Session {
    /// A blank memory.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if it does not fit here; [`Error::DeviceLost`].
    pub async fn open(config: &SequenceConfig, machine: &mut Machine) -> Result<Self, Error> {
        let shape = config.machine_shape(SYMBOLS);
        let (mut made, info) = config.machines(shape, vec![config.replica()], machine, &mut |_, _| {}).await?;
        made.rest();
        Ok(Self {
            key: key(config),
            config: config.clone(),
            end: shape.start(&config.replica()),
            machine: made,
            info,
            alphabet: Vec::new(),
            written: Vec::new(),
            steps: Vec::new(),
            begin: 0,
            sentence: "The memory is blank.".to_owned(),
            output: (None, Order::new()),
            ms: 0.0,
        })
    }

    /// Whether it is a session of these settings.
    #[must_use]
    pub fn is_of(&self, config: &SequenceConfig) -> bool {
        self.key == key(config)
    }

    /// How texts are split from now on; a machine does not depend on it.
    pub fn read_as(&mut self, config: &SequenceConfig) {
        self.config = config.clone();
    }

    /// Numbers of symbols; new ones get the next numbers if `known` is off.
    fn numbers(&self, symbols: &[String], alphabet: &mut Vec<String>, known: bool) -> Result<Vec<u32>, Error> {
        let mut numbers = Vec::with_capacity(symbols.len());
        for symbol in symbols {
            let at = alphabet.iter().position(|other| other == symbol);
            let number = match at {
                Some(at) => at,
                None if known && alphabet.is_empty() => {
                    let why =
                        format!("{} is not known: nothing has been stored yet. Press Store first.", shown(symbol));
                    return Err(Error::Probe(why));
                }
                None if known => {
                    let all = alphabet.iter().take(40).map(|symbol| shown(symbol)).collect::<Vec<_>>().join(", ");
                    let more = if alphabet.len() > 40 { ", …" } else { "" };
                    return Err(Error::Probe(format!(
                        "{} has never been stored, so that it has no code. The memory knows {all}{more}.",
                        shown(symbol)
                    )));
                }
                None if alphabet.len() >= SYMBOLS as usize => {
                    return Err(Error::Probe(format!(
                        "These are more than {SYMBOLS} different symbols. Use fewer, or forget what has been stored."
                    )));
                }
                None => {
                    alphabet.push(symbol.clone());
                    alphabet.len() - 1
                }
            };
            numbers.push(at.unwrap_or(number) as u32);
        }
        Ok(numbers)
    }

    fn split(&self, text: &str) -> Result<Vec<String>, Error> {
        // A random sequence's symbols are numbers.
        split(text, if self.config.source == Source::Random { Split::Words } else { self.config.split })
    }

    /// Stores a sequence, in one pass, after what was stored before.
    ///
    /// # Errors
    /// [`Error::Probe`] if the text cannot be stored, then nothing is; [`Error::DeviceLost`].
    pub async fn store(&mut self, text: &str) -> Result<(), Error> {
        let start = Instant::now();
        let symbols = self.split(text)?;
        let mut alphabet = self.alphabet.clone();
        let numbers = self.numbers(&symbols, &mut alphabet, false)?;
        let context = self.end.clone();
        self.machine.go_to(vec![context.clone()]);
        let inputs = numbers.iter().map(|&symbol| Input { symbol: Some(symbol), write: true }).collect();
        let trace = self.take_in(inputs).await?;
        self.alphabet = alphabet;
        let expected: Vec<Option<u32>> = numbers.iter().copied().map(Some).collect();
        self.end.clone_from(trace.contexts.last().unwrap_or(&context));
        self.written.push(Written { context, symbols: numbers });
        self.note(&trace, &[Mode::Store].repeat(expected.len()), &expected);
        let (right, wrong) = self.counts();
        let times = if symbols.len() == 1 { "1 symbol" } else { &format!("{} symbols", symbols.len()) };
        self.sentence = match right + wrong {
            0 => format!("{times} stored in one pass. Nothing could be predicted yet."),
            judged => format!("{times} stored in one pass; {right} of {judged} predictions on the way were right."),
        };
        self.ms = start.elapsed().as_secs_f64() * 1e3;
        Ok(())
    }

    /// Presents a sequence from the beginning, without writing.
    ///
    /// # Errors
    /// [`Error::Probe`] if it has a symbol that was never stored; [`Error::DeviceLost`].
    pub async fn replay(&mut self, text: &str) -> Result<(), Error> {
        let start = Instant::now();
        let symbols = self.split(text)?;
        let numbers = self.numbers(&symbols, &mut self.alphabet.clone(), true)?;
        self.machine.rest();
        let inputs = numbers.iter().map(|&symbol| Input { symbol: Some(symbol), write: false }).collect();
        let trace = self.take_in(inputs).await?;
        let expected: Vec<Option<u32>> = numbers.into_iter().map(Some).collect();
        self.note(&trace, &[Mode::Replay].repeat(expected.len()), &expected);
        let (right, _) = self.counts();
        self.sentence = format!("Shown again: {right} of {} symbols were predicted right.", symbols.len());
        if let Some(turn) = self.steps[self.begin..].iter().find(|step| step.right == Some(false)) {
            let (came, thought) = (shown(&turn.symbol), turn.predicted.as_deref().map(shown).unwrap_or_default());
            let place = turn.at - self.begin + 1;
            self.sentence += &format!(" At place {place} it expected {thought}, and {came} came.");
        }
        self.ms = start.elapsed().as_secs_f64() * 1e3;
        Ok(())
    }

    /// Takes in a cue from the beginning, and goes on by itself for `count` symbols. "#3" is the first three symbols that were stored.
    ///
    /// # Errors
    /// [`Error::Probe`] if the cue cannot be read; [`Error::DeviceLost`].
    pub async fn recall(&mut self, cue: &str, count: u32) -> Result<(), Error> {
        let start = Instant::now();
        let stored: Vec<u32> = self.written.iter().flat_map(|written| written.symbols.iter().copied()).collect();
        let numbers = match cue.trim().strip_prefix('#').map(str::parse::<usize>) {
            Some(Ok(first)) if (1..=stored.len()).contains(&first) => stored[..first].to_vec(),
            Some(Ok(first)) if stored.is_empty() => {
                let why =
                    format!("#{first} asks for what was stored first, and nothing has been stored. Press Store first.");
                return Err(Error::Probe(why));
            }
            Some(Ok(first)) => {
                let most = stored.len();
                return Err(Error::Probe(format!(
                    "#{first}: from #1 to #{most}, for {most} symbols have been stored."
                )));
            }
            _ => self.numbers(&self.split(cue)?, &mut self.alphabet.clone(), true)?,
        };
        self.machine.rest();
        let given = numbers.iter().map(|&symbol| Input { symbol: Some(symbol), write: false });
        let own = Input { symbol: None, write: false };
        let inputs: Vec<Input> = given.chain(std::iter::repeat_n(own, count as usize)).collect();
        let mut trace = self.take_in(inputs).await?;
        // Where nothing was predicted there was nothing to go on with.
        let alive = trace.symbols.iter().take_while(|symbol| symbol.is_some()).count();
        trace.cut(alive);
        let found = stored.windows(numbers.len()).position(|window| window == numbers);
        let expected: Vec<Option<u32>> = (0..alive).map(|at| stored.get(found? + at).copied()).collect();
        let cued = numbers.len().min(alive);
        let modes = [[Mode::Cue].repeat(cued), [Mode::Recall].repeat(alive - cued)].concat();
        self.note(&trace, &modes, &expected);
        // What followed the cue when it was stored, as far as was asked for.
        let followed = found.map_or(0, |found| (stored.len() - found - numbers.len()).min(count as usize));
        self.sentence = self.told(cued, found.is_some(), followed, count as usize);
        self.ms = start.elapsed().as_secs_f64() * 1e3;
        Ok(())
    }

    /// What a recall came to: `cued` symbols were given, `followed` stood after them when they were stored, `asked` were asked for.
    fn told(&self, cued: usize, known: bool, followed: usize, asked: usize) -> String {
        let recalled = &self.steps[self.begin + cued..];
        let right = |step: &&SymbolStep| step.expected.as_ref() == Some(&step.symbol);
        let all = recalled.len();
        let silent = if all < asked {
            format!(
                " Then it fell silent: nothing stored answered to its context, {all} of {asked} symbols were asked for and came."
            )
        } else {
            String::new()
        };
        if all == 0 {
            return "Nothing came to its mind: nothing stored answers to this cue.".to_owned();
        }
        if !known {
            return format!(
                "It went on for {all} symbols. The cue was never stored as it stands, so that nobody can say what is right.{silent}"
            );
        }
        let came = recalled.iter().filter(right).count();
        if followed > 0 && came >= followed && recalled.iter().take(followed).filter(right).count() == followed {
            let beyond = all - followed;
            let end = match (beyond, all < asked) {
                (0, true) => " There it ends: nothing was stored after them.".to_owned(),
                (0, false) => String::new(),
                _ => format!(" Beyond the end of what was stored it went on for {beyond} more."),
            };
            return format!("All {followed} symbols that followed the cue were recalled in order.{end}");
        }
        let first = recalled.iter().position(|step| step.expected.is_some() && !right(&step));
        let wrong = first.map_or(String::new(), |at| format!("; the first wrong one is number {}", at + 1));
        format!("{came} of {followed} symbols that followed the cue were recalled{wrong}.{silent}")
    }

    async fn take_in(&mut self, inputs: Vec<Input>) -> Result<Trace, Error> {
        let traces = self.machine.take_in(&[inputs]).await?;
        traces.into_iter().next().ok_or_else(|| Error::Internal("a machine left no trace".to_owned()))
    }

    /// The same machine with the same memory on another executor, after its device was lost.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::DeviceLost`].
    pub async fn rebuild(&mut self, machine: &mut Machine) -> Result<(), Error> {
        let fresh = Self::open(&self.config, machine).await?;
        (self.machine, self.info) = (fresh.machine, fresh.info);
        for written in self.written.clone() {
            self.machine.go_to(vec![written.context]);
            self.take_in(written.symbols.iter().map(|&s| Input { symbol: Some(s), write: true }).collect()).await?;
        }
        Ok(())
    }

    /// Symbols with what was thought of them, as the steps of the last command.
    fn note(&mut self, trace: &Trace, modes: &[Mode], expected: &[Option<u32>]) {
        self.begin = self.steps.len();
        let shape = *self.machine.shape();
        let name = |symbol: u32| self.alphabet.get(symbol as usize).cloned().unwrap_or_default();
        let close = |output: &Order, symbol: u32| cosine(output, &shape.code(self.config.seed, symbol), shape.alpha);
        for (place, (&symbol, &mode)) in trace.symbols.iter().zip(modes).enumerate() {
            let Some(symbol) = symbol else { break };
            let output = &trace.outputs[place];
            let predicted = trace.predicted[place];
            let expected = expected.get(place).copied().flatten();
            // In recall what stands here is the prediction itself.
            let right = predicted.zip(expected).map(|(predicted, expected)| predicted == expected);
            self.steps.push(SymbolStep {
                at: self.begin + place,
                symbol: name(symbol),
                mode,
                predicted: predicted.map(name),
                similarity: predicted.map(|predicted| close(output, predicted)),
                surprise: predicted.map(|_| 1.0 - close(output, symbol)),
                expected: expected.map(name),
                right,
            });
        }
        let last = trace.outputs.last().cloned().unwrap_or_default();
        self.output = (trace.predicted.last().copied().flatten(), last);
    }

    fn counts(&self) -> (usize, usize) {
        let count = |right: bool| self.steps[self.begin..].iter().filter(|step| step.right == Some(right)).count();
        (count(true), count(false))
    }

    /// The session so far.
    #[must_use]
    pub fn info(&self) -> SessionInfo {
        let (right, wrong) = self.counts();
        let (symbol, output) = &self.output;
        let next = symbol.map(|symbol| {
            let shape = self.machine.shape();
            Next {
                symbol: self.alphabet.get(symbol as usize).cloned().unwrap_or_default(),
                similarity: cosine(output, &shape.code(self.config.seed, symbol), shape.alpha),
            }
        });
        SessionInfo {
            steps: self.steps.clone(),
            begin: self.begin,
            alphabet: self.alphabet.clone(),
            written: self.written.iter().map(|written| written.symbols.len()).sum(),
            right,
            wrong,
            sentence: self.sentence.clone(),
            next,
            executor: self.info.clone(),
            launches: self.machine.launches_per_symbol(),
            ms: self.ms,
            key: self.key.clone(),
        }
    }
}
