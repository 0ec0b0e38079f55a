//! The sequence machine beside transformers, as an experiment: the same random sequences, shown once symbol by symbol, and once more; who
//! predicts them right the second time?
//!
//! Nobody learns during the second presentation; as a second number, what comes of it if everybody goes on learning. The first symbol is
//! not counted, for a transformer has seen nothing before it.
//!
//! The second experiment has pairs instead of random sequences, and asks for partners: see [`recall`].

use crate::encoding::Encoding;
use crate::error::Error;
use crate::labs::sequence::config::{SequenceConfig, random};
use crate::labs::sequence::curves::{
    SHORTEST, UNFINISHED, arm, curves, deduplicated, mean, measure, note, short, too_short,
};
use crate::labs::sequence::passage::{Passage, Presentations};
use crate::labs::sequence::recall;
use crate::labs::sequence::rival::{Method, Protocol, Rivals as Transformers, Terms};
use crate::labs::study::Rows;
use crate::model::measure::{Better, Kind};
use crate::run::claim::{Claim, Verdict, Vote};
use crate::run::curves::{Axis, Curves};
use crate::run::event::ExecutorInfo;
use crate::run::machine::Machine;
use crate::sdm::machine::{Input, Model, Replica, SequenceMachine, Trace};

const ERRORS: usize = 0;
/// The machine's presentations: to a blank memory, without writing, and with.
const WRITES: [bool; 3] = [true, false, true];

/// Who is compared.
#[derive(Clone, Copy, Debug)]
enum Who {
    Machine(Model),
    Transformer(u32, Method),
}

/// What works at the unit at hand.
#[derive(Debug)]
enum At {
    Machine(Box<SequenceMachine>, Presentations),
    Asked(Box<SequenceMachine>, Passage),
    Transformers(Box<Transformers>),
}

/// The experiment.
#[derive(Debug)]
pub(super) struct Rivals {
    protocol: Protocol,
    pub(super) curves: Curves,
    who: Vec<Who>,
    /// Of the sequences; of pairs, how many pairs.
    lengths: Vec<u32>,
    /// Symbols that machine and transformer have to know.
    symbols: u32,
    sequences: Vec<Vec<Vec<u32>>>,
    at: Option<At>,
    done: u32,
    /// What was tried for the transformers' learning rates.
    searches: Vec<String>,
}

impl Rivals {
    pub(super) fn new(config: &SequenceConfig, protocol: Protocol) -> Self {
        let k = config.rival_steps;
        let steps = |steps: u32| if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") };
        let arm = |id: &str, label: String, help: &str| arm(id.to_owned(), label, help.to_owned());
        let memory = "Its gradient steps learn from the newest window and from earlier ones: the sequence so far is kept beside \
             the weights.";
        let alone = "One gradient step a symbol, on the newest window alone: on the machine's own terms.";
        let machine =
            arm("machine", "Sequence machine".to_owned(), "One shot a symbol; nothing is kept but the data store.");
        let (mut arms, mut who): (Vec<_>, Vec<_>) = match protocol {
            Protocol::Again => (vec![machine], vec![Who::Machine(config.model(config.context))]),
            Protocol::Pairs => config.compared().into_iter().map(|(arm, model)| (arm, Who::Machine(model))).unzip(),
        };
        arms.push(arm("newest-1", "Transformer, 1 step, no replay".to_owned(), alone));
        arms.push(arm("replay-1", "Transformer, 1 step".to_owned(), memory));
        // Of the positional encodings that were tried, RoPE made the fewest errors (docs/results.md).
        let replay = Method { encoding: Encoding::Rope, ..Method::default() };
        let newest = Method { encoding: Encoding::Rope, ..Method::newest() };
        who.extend([Who::Transformer(1, newest), Who::Transformer(1, replay)]);
        if k > 1 {
            arms.push(arm("replay-k", format!("Transformer, {}", steps(k)), memory));
            who.push(Who::Transformer(k, replay));
        }
        let longest = if protocol == Protocol::Again { config.longest } else { config.longest / 2 };
        let lengths: Vec<u32> = (1..=config.points).map(|at| (longest * at).div_ceil(config.points).max(2)).collect();
        let lengths = deduplicated(lengths);
        let again = "wrong predictions, second time, while it is learned again";
        let measures = match protocol {
            Protocol::Again => vec![
                measure("errors", "Errors", "wrong predictions, second time", Kind::Count, Better::Lower),
                measure("learning", "Errors if it goes on learning", again, Kind::Count, Better::Lower),
            ],
            Protocol::Pairs => vec![
                measure("named", "Partners named", "of the keys, each asked once", Kind::Share, Better::Higher)
                    .by_chance(1.0 / config.alphabet as f32),
            ],
        };
        let (x, names) = match protocol {
            Protocol::Again => (Axis::new("length", "Length", "symbols"), ["rivals", "Beside the transformer"]),
            Protocol::Pairs => (Axis::new("pairs", "Pairs", "pairs"), ["recall", "Associative recall"]),
        };
        let seeds: Vec<u32> = (config.seed..).take(config.seeds as usize).collect();
        let curves = curves(names, x, measures, arms, &seeds, &lengths);
        let draw = |seed, length| match protocol {
            Protocol::Again => random(seed, config.alphabet, length),
            Protocol::Pairs => recall::sequence(seed, config.alphabet, length),
        };
        let of = |&length: &u32| seeds.iter().map(|&seed| draw(seed, length)).collect();
        let sequences = lengths.iter().map(of).collect();
        let symbols = if protocol == Protocol::Again { config.alphabet } else { 2 * config.alphabet };
        Self { protocol, curves, who, lengths, symbols, sequences, at: None, done: 0, searches: Vec::new() }
    }

    pub(super) fn units(&self) -> u32 {
        (self.who.len() * self.lengths.len()) as u32
    }

    pub(super) fn done(&self) -> u32 {
        self.done
    }

    pub(super) fn lost(&mut self) {
        self.at = None;
    }

    fn next(&self) -> Option<(usize, usize)> {
        let (arm, point) = (self.done as usize / self.lengths.len(), self.done as usize % self.lengths.len());
        (arm < self.who.len()).then_some((arm, point))
    }

    /// Opens what the unit at hand needs.
    pub(super) async fn open(
        &mut self,
        config: &SequenceConfig,
        machine: &mut Machine,
        progress: &mut dyn FnMut(f64, &str),
    ) -> Result<Option<ExecutorInfo>, Error> {
        let Some((arm, point)) = self.next().filter(|_| self.at.is_none()) else { return Ok(None) };
        let sequences = self.sequences.get(point).map(Vec::as_slice).unwrap_or_default();
        let info = match self.who[arm] {
            Who::Machine(model) => {
                let replicas = (config.seed..config.seed + config.seeds).map(|seed| Replica { model, seed }).collect();
                let shape = config.machine_shape(self.symbols);
                let (made, info) = config.machines(shape, replicas, None, machine, progress).await?;
                self.at = Some(match self.protocol {
                    Protocol::Again => At::Machine(Box::new(made), Presentations::new(sequences.to_vec(), &WRITES)),
                    Protocol::Pairs => At::Asked(
                        Box::new(made),
                        Passage::new(sequences.iter().map(|sequence| written(sequence)).collect()),
                    ),
                });
                info
            }
            Who::Transformer(steps, method) => {
                let terms = Terms { steps, rate: config.rival_rate, method, protocol: self.protocol };
                let made = Transformers::open(config, sequences, self.symbols, terms, machine).await?;
                let info = made.executor().clone();
                self.at = Some(At::Transformers(Box::new(made)));
                info
            }
        };
        Ok(Some(info))
    }

    /// Works for about `budget_ms`, or until a unit is done.
    pub(super) async fn work(&mut self, budget_ms: f64) -> Result<(), Error> {
        let Some((arm, point)) = self.next() else { return Ok(()) };
        // By measure, of every seed.
        let values: Vec<Vec<f64>> = match &mut self.at {
            None => return Err(Error::Internal("nothing is open".to_owned())),
            Some(At::Machine(made, unit)) => {
                if !unit.advance(made, budget_ms).await? {
                    return Ok(());
                }
                match unit.traces() {
                    [_, replayed, again] => [replayed, again].map(|traces| traces.iter().map(wrong).collect()).to_vec(),
                    _ => return Err(Error::Internal("a presentation is missing".to_owned())),
                }
            }
            Some(At::Asked(made, passage)) => {
                if !passage.advance(made, budget_ms).await? {
                    return Ok(());
                }
                vec![passage.clone().into_traces().iter().map(named).collect()]
            }
            Some(At::Transformers(made)) => {
                if !made.advance(budget_ms).await? {
                    return Ok(());
                }
                if let Some(search) = made.search() {
                    let (who, length) = (&self.curves.arms[arm].label, self.lengths[point]);
                    let x = self.curves.x.label.to_lowercase();
                    self.searches.push(format!("{who}, {x} {length}: {}", search.sentence));
                }
                // A transformer that diverged predicts nothing right.
                let count = |count: Option<u32>, judged: u32| f64::from(count.unwrap_or(judged));
                let errors = made.errors();
                let replayed = errors.iter().map(|errors| count(errors.replay, errors.judged));
                match self.protocol {
                    Protocol::Again => {
                        let learning = errors.iter().map(|errors| count(errors.learning, errors.judged)).collect();
                        vec![replayed.collect(), learning]
                    }
                    Protocol::Pairs => {
                        let judged = errors.iter().map(|errors| f64::from(errors.judged.max(1)));
                        vec![replayed.zip(judged).map(|(wrong, judged)| 1.0 - wrong / judged).collect()]
                    }
                }
            }
        };
        for (measure, values) in values.iter().enumerate() {
            note(&mut self.curves, [arm, point, measure], 0, values);
        }
        self.done += 1;
        self.at = None;
        Ok(())
    }

    fn mean(&self, arm: &str, point: usize) -> Option<f64> {
        Some(mean(&self.curves.all(arm, point, ERRORS)?))
    }

    pub(super) fn sentence(&self) -> String {
        if self.protocol == Protocol::Pairs {
            return recall::sentence(&self.curves, self.symbols / 2);
        }
        let last = self.lengths.len() - 1;
        let each: Vec<String> = self
            .curves
            .arms
            .iter()
            .filter_map(|arm| Some(format!("{}: {}", arm.label, short(self.mean(&arm.id, last)?))))
            .collect();
        let length = self.lengths[last];
        let tuning =
            if self.searches.is_empty() { "" } else { " How the learning rates were found stands in the table." };
        match each.is_empty() {
            true => "Nothing has been measured at the full length yet.".to_owned(),
            false => {
                format!("Mean errors of {} predictions at length {length}: {}.{tuning}", length - 1, each.join("; "))
            }
        }
    }

    pub(super) fn rows(&self) -> Rows {
        let head =
            [self.curves.x.label.clone()].into_iter().chain(self.curves.arms.iter().map(|arm| arm.label.clone()));
        let row = |(at, length): (usize, &u32)| {
            let cells = self.curves.arms.iter().map(|arm| self.mean(&arm.id, at).map_or("–".to_owned(), short));
            [length.to_string()].into_iter().chain(cells).collect()
        };
        let mut body: Vec<Vec<String>> = self.lengths.iter().enumerate().map(row).collect();
        // The tuning is part of the result.
        body.extend(self.searches.iter().map(|search| vec!["Rates tried".to_owned(), search.clone()]));
        Rows { head: head.collect(), body }
    }

    pub(super) fn verdicts(&self, config: &SequenceConfig) -> Vec<Verdict> {
        if self.protocol == Protocol::Pairs {
            return recall::verdicts(&self.curves, config);
        }
        let last = self.lengths.len() - 1;
        let length = self.lengths[last];
        let claim = Claim::new(
            "one-shot",
            "Shown a sequence once, the machine predicts it right the second time (all but one symbol in twenty counts), where a \
             transformer with one gradient step a symbol makes more errors.",
            "Bose, re-implementation of the thesis",
        );
        let of = |arm: &str| self.curves.all(arm, last, ERRORS);
        let (Some(machine), Some(newest), Some(replay)) = (of("machine"), of("newest-1"), of("replay-1")) else {
            let votes = vec![Vote::open(UNFINISHED); config.seeds as usize];
            return vec![claim.judged(&votes, "Not all of them have been measured yet.")];
        };
        let right = f64::from(length - 1) / 20.0;
        let vote = |(machine, (newest, replay)): (&f64, (&f64, &f64))| match () {
            // Any rate can be chosen so badly that the transformer loses.
            () if config.rival_rate != 0.0 => Vote::open("the transformer's learning rate was set, not searched for"),
            () if length < SHORTEST => too_short(length),
            () if machine.max(*newest).max(*replay) == 0.0 => Vote::open("too easy to tell"),
            () => Vote::of(*machine <= right && machine < newest && machine < replay),
        };
        let votes: Vec<Vote> = machine.iter().zip(newest.iter().zip(&replay)).map(vote).collect();
        let [machine, newest, replay] = [machine, newest, replay].map(|errors| short(mean(&errors)));
        let measured = format!(
            "Mean errors at length {length}: machine {machine}, transformer with one step {newest} (no replay) and {replay} (with replay)."
        );
        vec![claim.judged(&votes, measured)]
    }
}

/// Wrong predictions, the first symbol not counted.
fn wrong(trace: &Trace) -> f64 {
    let pairs = trace.symbols.iter().zip(&trace.predicted).skip(1);
    pairs.filter(|(came, predicted)| came != predicted).count() as f64
}

/// Pairs that are written as they come, and that come again without.
fn written(sequence: &[u32]) -> Vec<Input> {
    let shown = Protocol::Pairs.shown(sequence.len());
    sequence.iter().enumerate().map(|(at, &symbol)| Input { symbol: Some(symbol), write: at < shown }).collect()
}

/// Share of the partners that were predicted when their key came again.
fn named(trace: &Trace) -> f64 {
    let all = trace.symbols.iter().zip(&trace.predicted).enumerate();
    let (mut right, mut asked) = (0.0, 0.0);
    for (_, (came, predicted)) in all.filter(|(place, _)| recall::counts(*place, trace.symbols.len())) {
        asked += 1.0;
        right += f64::from(u8::from(came == predicted));
    }
    right / f64::max(asked, 1.0)
}
