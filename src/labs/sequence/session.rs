//! A machine that a reader plays with: store, show again, recall, forget.

mod confused;
mod info;

pub use info::{Mode, Next, SessionInfo, SessionUpdate, SymbolStep};

use confused::{Stored, confused};
use serde::Deserialize;
use web_time::Instant;

use crate::error::Error;
use crate::labs::sequence::config::SequenceConfig;
use crate::labs::sequence::machines::SYMBOLS;
use crate::labs::sequence::parts::MACHINE;
use crate::labs::sequence::passage::Passage;
use crate::labs::sequence::symbols::{shown, split};
use crate::run::event::ExecutorInfo;
use crate::run::machine::Machine;
use crate::sdm::code::{Order, cosine};
use crate::sdm::machine::{Input, SequenceMachine, Trace};

/// What a reader asks of a machine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase", tag = "type")]
pub enum Ask {
    /// Write a text, after what was stored before.
    Store {
        /// The text.
        text: String,
    },
    /// Present a text from the beginning, without writing.
    Replay {
        /// The text.
        text: String,
    },
    /// Take in a cue from the beginning, and go on alone. "#3" is the first three symbols that were stored.
    Recall {
        /// The cue.
        cue: String,
        /// For how many symbols.
        count: u32,
    },
}

/// What a machine is at.
#[derive(Debug)]
struct Task {
    kind: Kind,
    /// Symbols that are given.
    numbers: Vec<u32>,
    passage: Passage,
    /// Milliseconds so far.
    ms: f64,
    /// Whether the reader has ended it.
    stopped: bool,
}

#[derive(Clone, Debug)]
enum Kind {
    /// With all symbols that are known once it is through.
    Store {
        alphabet: Vec<String>,
    },
    Replay,
    Recall {
        count: usize,
    },
}

/// What was written in one go, each symbol with the context that it was written in.
#[derive(Clone, Debug)]
struct Written {
    contexts: Vec<Order>,
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
    task: Option<Task>,
}

/// The settings that a session's machine depends on.
#[must_use]
pub fn key(config: &SequenceConfig) -> String {
    let values = config.values().into_iter().filter(|(name, _)| MACHINE.contains(name));
    values.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

impl Session {
    /// A blank memory.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if it does not fit here; [`Error::DeviceLost`].
    pub async fn open(config: &SequenceConfig, machine: &mut Machine) -> Result<Self, Error> {
        let shape = config.machine_shape(SYMBOLS);
        let (mut made, info) = config.machines(shape, vec![config.replica()], None, machine, &mut |_, _| {}).await?;
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
            task: None,
        })
    }

    /// Symbols taken in so far.
    #[must_use]
    pub fn length(&self) -> usize {
        self.steps.len()
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
        split(text, self.config.splits())
    }

    /// Begins what is asked for.
    ///
    /// # Errors
    /// [`Error::Probe`] if it cannot be done, or the machine is at something else; then nothing has changed.
    pub fn begin(&mut self, ask: &Ask) -> Result<(), Error> {
        if let Some(task) = &self.task {
            let (taken, length) = (task.passage.taken(), task.passage.length());
            return Err(Error::Probe(format!(
                "The machine is still at the command before: {taken} of {length} symbols are through. Wait for it, or stop it."
            )));
        }
        let (kind, numbers, inputs) = match ask {
            Ask::Store { text } => {
                let mut alphabet = self.alphabet.clone();
                let numbers = self.numbers(&self.split(text)?, &mut alphabet, false)?;
                let inputs = given(&numbers, true);
                (Kind::Store { alphabet }, numbers, inputs)
            }
            Ask::Replay { text } => {
                let numbers = self.numbers(&self.split(text)?, &mut self.alphabet.clone(), true)?;
                let inputs = given(&numbers, false);
                (Kind::Replay, numbers, inputs)
            }
            Ask::Recall { cue, count } => {
                let numbers = self.cued(cue)?;
                let own = Input { symbol: None, write: false };
                let mut inputs = given(&numbers, false);
                inputs.extend(std::iter::repeat_n(own, *count as usize));
                (Kind::Recall { count: *count as usize }, numbers, inputs)
            }
        };
        self.task = Some(Task { kind, numbers, passage: Passage::new(vec![inputs]), ms: 0.0, stopped: false });
        self.restart();
        Ok(())
    }

    /// The machine stands where the task begins, and nothing of it is through.
    fn restart(&mut self) {
        let Some(task) = &mut self.task else { return };
        task.passage.restart();
        match task.kind {
            Kind::Store { .. } => self.machine.go_to(vec![self.end.clone()]),
            Kind::Replay | Kind::Recall { .. } => self.machine.rest(),
        }
    }

    /// Symbols that are through, and those of all; nothing if the machine is at nothing.
    #[must_use]
    pub fn progress(&self) -> Option<(usize, usize)> {
        self.task.as_ref().map(|task| (task.passage.taken(), task.passage.length()))
    }

    /// Goes on for about `budget_ms`, by at least one symbol; says whether the machine is through. With a budget of zero it ends here:
    /// what is through counts.
    ///
    /// # Errors
    /// [`Error::DeviceLost`]; then [`Session::rebuild`] puts the machine where the task begins.
    pub async fn advance(&mut self, budget_ms: f64) -> Result<bool, Error> {
        let Some(task) = &mut self.task else { return Ok(true) };
        let start = Instant::now();
        if budget_ms <= 0.0 {
            task.stopped = task.passage.taken() < task.passage.length();
            task.passage.cut();
        }
        let over = task.passage.advance(&mut self.machine, budget_ms).await?;
        task.ms += start.elapsed().as_secs_f64() * 1e3;
        if over {
            self.end_task()?;
        }
        Ok(over)
    }

    /// The task at hand is no longer one; the machine has seen some of it.
    pub fn give_up(&mut self) {
        self.task = None;
    }

    /// Takes down what a task came to.
    fn end_task(&mut self) -> Result<(), Error> {
        let Some(Task { kind, mut numbers, passage, ms, stopped }) = self.task.take() else { return Ok(()) };
        let (taken, asked) = (passage.taken(), numbers.len());
        let traces = passage.into_traces();
        let trace = traces.into_iter().next().ok_or_else(|| Error::Internal("a machine left no trace".to_owned()))?;
        numbers.truncate(taken);
        self.sentence = match kind {
            Kind::Store { alphabet } => self.stored(alphabet, &trace, numbers),
            Kind::Replay => self.replayed(&trace, &numbers),
            Kind::Recall { count } => self.recalled(trace, &numbers, count.min(taken.saturating_sub(asked))),
        };
        if stopped {
            self.sentence += " It was stopped before its end.";
        }
        self.ms = ms;
        Ok(())
    }

    fn stored(&mut self, alphabet: Vec<String>, trace: &Trace, numbers: Vec<u32>) -> String {
        // Symbols that were not reached are not known.
        let known = numbers.iter().map(|&symbol| symbol as usize + 1).fold(self.alphabet.len(), usize::max);
        self.alphabet = alphabet;
        self.alphabet.truncate(known);
        self.end = trace.contexts.last().cloned().unwrap_or_default();
        let expected: Vec<Option<u32>> = numbers.iter().copied().map(Some).collect();
        if !numbers.is_empty() {
            let contexts = trace.contexts.iter().take(numbers.len()).cloned().collect();
            self.written.push(Written { contexts, symbols: numbers });
        }
        self.note(trace, &[Mode::Store].repeat(expected.len()), &expected);
        let (right, wrong) = self.counts();
        let times = if expected.len() == 1 { "1 symbol" } else { &format!("{} symbols", expected.len()) };
        match right + wrong {
            0 => format!("{times} stored in one pass. Nothing could be predicted yet."),
            judged => format!("{times} stored in one pass; {right} of {judged} predictions on the way were right."),
        }
    }

    fn replayed(&mut self, trace: &Trace, numbers: &[u32]) -> String {
        let expected: Vec<Option<u32>> = numbers.iter().copied().map(Some).collect();
        self.note(trace, &[Mode::Replay].repeat(expected.len()), &expected);
        let (right, _) = self.counts();
        let mut sentence = format!("Shown again: {right} of {} symbols were predicted right.", numbers.len());
        if let Some(turn) = self.steps[self.begin..].iter().find(|step| step.right == Some(false)) {
            let (came, thought) = (shown(&turn.symbol), turn.predicted.as_deref().map(shown).unwrap_or_default());
            let place = turn.at - self.begin + 1;
            sentence += &format!(" At place {place} it expected {thought}, and {came} came.");
        }
        sentence
    }

    /// All symbols that were stored, oldest first.
    fn all(&self) -> Vec<u32> {
        self.written.iter().flat_map(|written| written.symbols.iter().copied()).collect()
    }

    /// The symbols of a cue. "#3" is the first three that were stored, unless a symbol of that name was.
    fn cued(&self, cue: &str) -> Result<Vec<u32>, Error> {
        let first = cue.trim().strip_prefix('#').and_then(|first| first.parse::<usize>().ok());
        let Some(first) = first.filter(|_| !self.alphabet.iter().any(|symbol| symbol == cue.trim())) else {
            return self.numbers(&self.split(cue)?, &mut self.alphabet.clone(), true);
        };
        let mut stored = self.all();
        let most = stored.len();
        if most == 0 {
            return Err(Error::Probe(format!(
                "#{first} asks for what was stored first, and nothing has been stored. Press Store first."
            )));
        }
        if first == 0 || first > most {
            let all = if most == 1 { "1 symbol has" } else { &format!("{most} symbols have") };
            return Err(Error::Probe(format!("#{first}: from #1 to #{most}, for {all} been stored.")));
        }
        stored.truncate(first);
        Ok(stored)
    }

    /// `count` symbols were asked for after the cue.
    fn recalled(&mut self, mut trace: Trace, numbers: &[u32], count: usize) -> String {
        let stored = self.all();
        // Where nothing was predicted there was nothing to go on with.
        let alive = trace.symbols.iter().take_while(|symbol| symbol.is_some()).count();
        trace.cut(alive);
        let found = stored.windows(numbers.len().max(1)).position(|window| window == numbers);
        let expected: Vec<Option<u32>> = (0..alive).map(|at| stored.get(found? + at).copied()).collect();
        let cued = numbers.len().min(alive);
        let modes = [[Mode::Cue].repeat(cued), [Mode::Recall].repeat(alive - cued)].concat();
        self.note(&trace, &modes, &expected);
        let wrong = (cued..alive).find(|&at| self.steps[self.begin + at].right == Some(false));
        let name = |symbol: u32| self.alphabet.get(symbol as usize).map(|name| shown(name)).unwrap_or_default();
        let each = self.written.iter().flat_map(|written| written.symbols.iter().zip(&written.contexts));
        let each: Vec<_> = each.map(|(&symbol, context)| Stored { name: name(symbol), context }).collect();
        let confused = wrong.zip(found).and_then(|(at, found)| {
            let came = name(trace.symbols.get(at).copied()??);
            confused(&each, trace.contexts.get(at)?, &came, found + at, self.machine.shape().alpha)
        });
        // What followed the cue when it was stored, as far as was asked for.
        let followed = found.map_or(0, |found| (stored.len() - found - numbers.len()).min(count));
        self.recall_sentence(cued, found, followed, count) + &confused.unwrap_or_default()
    }

    /// What a recall came to: `cued` symbols were given, which were stored from place `found` on; `followed` stood after them then, `asked`
    /// were asked for.
    fn recall_sentence(&self, cued: usize, found: Option<usize>, followed: usize, asked: usize) -> String {
        let recalled = &self.steps[self.begin + cued..];
        let right = |step: &&SymbolStep| step.expected.as_ref() == Some(&step.symbol);
        let all = recalled.len();
        let silent = if all < asked {
            format!(
                " Then it fell silent: nothing stored answered to its context, {all} of the {asked} symbols that were asked for came."
            )
        } else {
            String::new()
        };
        if asked == 0 {
            return "It was only taking in the cue.".to_owned();
        }
        if all == 0 {
            return "Nothing came to its mind: nothing stored answers to this cue.".to_owned();
        }
        let Some(found) = found else {
            return format!(
                "It went on for {all} symbols. The cue was never stored as it stands, so that nobody can say what is right.{silent}"
            );
        };
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
        let elsewhere = if found > 0 {
            " The cue was stored after other symbols, in a context that a recall does not start from: Forget, and store it alone, or \
             begin the cue earlier."
        } else {
            ""
        };
        format!("{came} of {followed} symbols that followed the cue were recalled{wrong}.{silent}{elsewhere}")
    }

    /// The same machine with the same memory on another executor, after its device was lost, at the beginning of its task.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::DeviceLost`].
    pub async fn rebuild(&mut self, machine: &mut Machine) -> Result<(), Error> {
        let fresh = Self::open(&self.config, machine).await?;
        (self.machine, self.info) = (fresh.machine, fresh.info);
        for written in self.written.clone() {
            self.machine.go_to(vec![written.contexts.first().cloned().unwrap_or_default()]);
            self.machine.take_in(&[given(&written.symbols, true)]).await?;
        }
        self.restart();
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
        self.info_from(0)
    }

    /// The same with only the steps from place `from` on.
    #[must_use]
    pub fn info_from(&self, from: usize) -> SessionInfo {
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
            steps: self.steps.get(from..).unwrap_or_default().to_vec(),
            begin: self.begin,
            alphabet: self.alphabet.clone(),
            written: self.written.iter().map(|written| written.symbols.len()).sum(),
            right,
            wrong,
            sentence: self.sentence.clone(),
            next,
            decoder: self.machine.shape().weights.to_string(),
            executor: self.info.clone(),
            launches: self.machine.launches_per_symbol(),
            ms: self.ms,
            key: self.key.clone(),
        }
    }
}

fn given(symbols: &[u32], write: bool) -> Vec<Input> {
    symbols.iter().map(|&symbol| Input { symbol: Some(symbol), write }).collect()
}
