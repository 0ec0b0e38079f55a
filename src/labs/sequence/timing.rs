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
const ROUNDS: u32 = 3;

/// Stores `count` pairs in the memory of the settings and recalls each of them, three times.
///
/// # Errors
/// [`Error::TooLarge`] if it does not fit here; [`Error::DeviceLost`].
pub async fn recalls(config: &SequenceConfig, count: u32, machine: &mut Machine) -> Result<Timing, Error> {
    let count = count.max(1);
    let shape = config.memory_shape();
    let (executor, info) = machine.executor(config.executor, memory::plan(&shape, 1, count)?, &mut |_, _| {}).await?;
    let mut memory = Memory::new(shape, vec![config.seed], count, executor)?;
    let all = count.div_ceil(memory::BATCH);
    let start = Instant::now();
    while !memory.write(count, all).await? {}
    let store_ms = start.elapsed().as_secs_f64() * 1e3;
    memory.cue(0)?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        memory.recall(0, all).await?;
        rounds.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let exact = memory.judge().await?.first().map_or(0, |found| found.exact);
    let ms = rounds.iter().copied().fold(f64::INFINITY, f64::min);
    Ok(Timing { recalls: count, exact, ms, rounds, store_ms, decoder: shape.weights.to_string(), executor: info })
}
