//! How long recalls take here, for benchmarks.

use serde::Serialize;
use web_time::Instant;

use crate::error::Error;
use crate::labs::sequence::config::SequenceConfig;
use crate::run::event::ExecutorInfo;
use crate::run::machine::Machine;
use crate::sdm::memory::{self, Memory};

/// What was timed.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timing {
    /// Words that were recalled, each from its right cue.
    pub recalls: u32,
    /// Of which so many came back exactly.
    pub exact: u32,
    /// Milliseconds of recalling, from cues on the executor to words on it; the best of the rounds.
    pub ms: f64,
    /// Every round.
    pub rounds: Vec<f64>,
    /// Milliseconds of storing as many pairs.
    pub store_ms: f64,
    /// Weights of the address decoder, in words.
    pub decoder: String,
    /// Where.
    pub executor: ExecutorInfo,
}

/// Rounds of one timing.
const ROUNDS: usize = 3;
/// Milliseconds of a turn, at least: what is cut short costs time of its own, which would be counted.
const TURN_MS: f64 = 1000.0;
/// Batches that go first, until it is known how long they take.
const FIRST: u32 = 8;

/// Storing `count` pairs in the memory of the settings and recalling each of them, three times, in turns.
#[derive(Debug)]
pub struct Stopwatch {
    count: u32,
    memory: Memory,
    executor: ExecutorInfo,
    store_ms: f64,
    rounds: Vec<f64>,
    /// Whether the memory has its cues.
    cued: bool,
    /// Batches of the round at hand that are through.
    through: u32,
    /// Batches of the next turn.
    part: u32,
}

impl Stopwatch {
    /// A blank memory; nothing is timed yet.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if it does not fit here; [`Error::DeviceLost`].
    pub async fn new(config: &SequenceConfig, count: u32, machine: &mut Machine) -> Result<Self, Error> {
        let count = count.max(1);
        let shape = config.memory_shape();
        let plan = memory::plan(&shape, 1, count)?;
        let (executor, info) = machine.executor(config.executor, plan, &mut |_, _| {}).await?;
        let memory = Memory::new(shape, vec![config.seed], count, executor)?;
        let (store_ms, rounds, cued, through) = (0.0, Vec::new(), false, 0);
        Ok(Self { count, memory, executor: info, store_ms, rounds, cued, through, part: FIRST })
    }

    /// Pairs that were stored or recalled, all rounds together, and all that will be.
    #[must_use]
    pub fn progress(&self) -> (u32, u32) {
        let rounds = self.rounds.len().saturating_sub(usize::from(self.through > 0)) as u32;
        let part = (self.through * memory::BATCH).min(self.count);
        (self.memory.written() + rounds * self.count + part, (1 + ROUNDS as u32) * self.count)
    }

    /// Goes on for about `budget_ms`, or a second if that is longer. Gives what was timed once it is over.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn advance(&mut self, budget_ms: f64) -> Result<Option<Timing>, Error> {
        let all = self.count.div_ceil(memory::BATCH);
        let before = self.memory.batches();
        let began = Instant::now();
        let ms = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
        if before < all {
            self.memory.write(self.count, self.part).await?;
            self.store_ms += ms(began);
            self.pace(self.memory.batches() - before, ms(began), budget_ms);
        } else if !self.cued {
            self.memory.cue(0)?;
            self.cued = true;
        } else if self.through > 0 || self.rounds.len() < ROUNDS {
            if self.through == 0 {
                self.rounds.push(0.0);
            }
            let until = self.memory.recall(self.through, self.part).await?;
            let taken = ms(began);
            self.rounds.iter_mut().rev().take(1).for_each(|round| *round += taken);
            self.pace(until - self.through, taken, budget_ms);
            self.through = if until < all { until } else { 0 };
        } else {
            let exact = self.memory.judge().await?.first().map_or(0, |found| found.exact);
            let (recalls, rounds, store_ms) = (self.count, self.rounds.clone(), self.store_ms);
            let ms = rounds.iter().copied().fold(f64::INFINITY, f64::min);
            let (decoder, executor) = (self.memory.shape().weights.to_string(), self.executor.clone());
            return Ok(Some(Timing { recalls, exact, ms, rounds, store_ms, decoder, executor }));
        }
        Ok(None)
    }

    /// As many batches as fit into a turn, but never many more than proved to fit.
    fn pace(&mut self, batches: u32, ms: f64, budget_ms: f64) {
        let fit = budget_ms.max(TURN_MS) * f64::from(batches) / ms.max(1e-3);
        self.part = (fit as u32).clamp(1, self.part.max(batches).saturating_mul(8));
    }
}
