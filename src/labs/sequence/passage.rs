//! Symbols on their way into machines, in turns between which others can have theirs: a long sequence in a large machine takes minutes.

use web_time::Instant;

use crate::error::Error;
use crate::sdm::machine::{Input, SequenceMachine, Trace};

/// Symbols that go in first where time is short, until it is known how long they take.
const FIRST: usize = 16;
/// As many as a plan takes at once: one upload, one submission and one read-back.
const MOST: usize = 128;

/// Some symbols for every machine of a plan, and what the machines did with those that are in.
#[derive(Clone, Debug)]
pub struct Passage {
    inputs: Vec<Vec<Input>>,
    traces: Vec<Trace>,
    taken: usize,
    length: usize,
    /// Symbols of the next part.
    part: usize,
    begun: bool,
}

impl Passage {
    /// Nothing is in yet. There is a list for every machine, all of one length; an empty one asks what is predicted next.
    #[must_use]
    pub fn new(inputs: Vec<Vec<Input>>) -> Self {
        let length = inputs.first().map_or(0, Vec::len);
        Self { traces: vec![Trace::default(); inputs.len()], inputs, taken: 0, length, part: FIRST, begun: false }
    }

    /// `sequences` as they are, one for every machine.
    #[must_use]
    pub fn of(sequences: &[Vec<u32>], write: bool) -> Self {
        let input = |&symbol: &u32| Input { symbol: Some(symbol), write };
        Self::new(sequences.iter().map(|sequence| sequence.iter().map(input).collect()).collect())
    }

    /// Symbols of each machine that are in.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Symbols of each machine in all.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// None is in: the machines are others, or stand elsewhere.
    pub fn restart(&mut self) {
        self.traces = vec![Trace::default(); self.inputs.len()];
        (self.taken, self.part, self.begun) = (0, FIRST, false);
        self.length = self.inputs.first().map_or(0, Vec::len);
    }

    /// Those that are not in yet stay out.
    pub fn cut(&mut self) {
        self.length = self.taken;
    }

    /// Whether all are in.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.begun && self.taken >= self.length
    }

    /// Puts symbols in for about `budget_ms`, at least one; says whether all are in. The machines go on from the context that they are
    /// in, and nobody else may use them in between. In how many turns it happens makes no difference to what they do.
    ///
    /// # Errors
    /// [`Error::Internal`] if the machines are not as many as the lists, or these differ in length; [`Error::DeviceLost`].
    pub async fn advance(&mut self, machine: &mut SequenceMachine, budget_ms: f64) -> Result<bool, Error> {
        let start = Instant::now();
        let elapsed = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
        if budget_ms == f64::INFINITY {
            self.part = MOST;
        }
        while !self.is_over() {
            let until = self.length.min(self.taken.saturating_add(self.part));
            let range = |inputs: &Vec<Input>| inputs.get(self.taken..until.min(inputs.len())).map(<[Input]>::to_vec);
            let part: Vec<Vec<Input>> = self.inputs.iter().map(|inputs| range(inputs).unwrap_or_default()).collect();
            let began = Instant::now();
            let later = machine.take_in(&part).await?;
            self.traces.iter_mut().zip(later).for_each(|(trace, later)| trace.append(later));
            let each = elapsed(began) / (until - self.taken).max(1) as f64;
            (self.taken, self.begun) = (until, true);
            // As many as fit into what is left, or into the next turn; never many more than proved to fit.
            let left = budget_ms - elapsed(start);
            let fit = if left > 0.0 { left } else { budget_ms } / each.max(1e-3);
            self.part = (fit as usize).clamp(1, (4 * self.part).min(MOST));
            if left <= 0.0 {
                break;
            }
        }
        Ok(self.is_over())
    }

    /// What the machines did.
    #[must_use]
    pub fn into_traces(self) -> Vec<Trace> {
        self.traces
    }
}

/// Sequences that are presented several times from the beginning, to memories that are blank at first.
#[derive(Clone, Debug)]
pub struct Presentations {
    sequences: Vec<Vec<u32>>,
    /// Whether each presentation writes.
    writes: Vec<bool>,
    passage: Option<Passage>,
    done: Vec<Vec<Trace>>,
}

impl Presentations {
    /// One sequence for every machine, all of one length.
    #[must_use]
    pub fn new(sequences: Vec<Vec<u32>>, writes: &[bool]) -> Self {
        Self { sequences, writes: writes.to_vec(), passage: None, done: Vec::new() }
    }

    /// Symbols of each machine that are in, and those of all presentations.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        let length = self.sequences.first().map_or(0, Vec::len);
        let now = self.passage.as_ref().map_or(0, Passage::taken);
        (self.done.len() * length + now, self.writes.len() * length)
    }

    /// Goes on for about `budget_ms`; says whether all presentations are over.
    ///
    /// # Errors
    /// As [`Passage::advance`].
    pub async fn advance(&mut self, machine: &mut SequenceMachine, budget_ms: f64) -> Result<bool, Error> {
        let start = Instant::now();
        while let Some(&write) = self.writes.get(self.done.len()) {
            let left = budget_ms - start.elapsed().as_secs_f64() * 1e3;
            let mut passage = match self.passage.take() {
                Some(passage) => passage,
                None => {
                    if self.done.is_empty() {
                        machine.forget()?;
                    }
                    machine.rest();
                    Passage::of(&self.sequences, write)
                }
            };
            if !passage.advance(machine, left).await? {
                self.passage = Some(passage);
                return Ok(false);
            }
            self.done.push(passage.into_traces());
            if left <= 0.0 {
                break;
            }
        }
        Ok(self.done.len() == self.writes.len())
    }

    /// What the machines did, by presentation that is over and by machine.
    #[must_use]
    pub fn traces(&self) -> &[Vec<Trace>] {
        &self.done
    }
}
