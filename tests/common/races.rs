//! Races of unlike models, and what becomes of a race.

use std::ops::Range;

use mnemoscope::encoding::{Encoding, Tuning};
use mnemoscope::model::Model;
use mnemoscope::model::transformer::Replica;
use mnemoscope::run::event::{ArmInfo, Event};
use mnemoscope::run::lineup::{Entry, Lineup, Provenance};
use mnemoscope::run::machine::{ExecutorChoice, Machine};
use mnemoscope::run::race::Race;
use mnemoscope::run::training::Training;
use pollster::block_on;

use super::bigram::Bigram;

pub const CPU: ExecutorChoice = ExecutorChoice::Cpu;
pub const GPU: ExecutorChoice = ExecutorChoice::Webgpu;

/// `MNEMOSCOPE_NO_GPU=1` says that this machine is known to have no adapter.
pub fn executors() -> Vec<ExecutorChoice> {
    let known = std::env::var("MNEMOSCOPE_NO_GPU").is_ok_and(|value| value == "1");
    if known { vec![CPU] } else { vec![CPU, GPU] }
}

pub fn entries(arms: &[&str], seeds: Range<u32>) -> Vec<Entry> {
    let arm = |id: &str| ArmInfo { id: id.to_owned(), label: id.to_uppercase(), help: String::new() };
    arms.iter().flat_map(|id| seeds.clone().map(|seed| Entry { arm: arm(id), seed })).collect()
}

pub fn small() -> Training {
    Training {
        symbols: 5,
        length: 10,
        batch: 6,
        width: 24,
        heads: 3,
        mlp: 20,
        steps: 30,
        held_out: 9,
        ..Training::default()
    }
}

/// Transformers for 30 steps, then bigram models of another shape for 17, whose embeddings are judged on the host.
pub fn unlike(executor: ExecutorChoice) -> Lineup {
    let replica = |encoding, seed| Replica::new(encoding, seed, 0.01, Tuning::default());
    let replicas = [Encoding::Rank, Encoding::Alibi].iter().flat_map(|&e| [replica(e, 3), replica(e, 4)]).collect();
    let transformers: Box<dyn Model> = Box::new(small().ensemble(replicas));
    let bigrams: Box<dyn Model> = Box::new(Bigram { seeds: vec![3, 4, 5], steps: 17, edit: |_| {} });
    let models = vec![(transformers, entries(&["rank", "alibi"], 3..5)), (bigrams, entries(&["bigram"], 3..6))];
    Lineup::new(Provenance { lab: "test".to_owned(), ..Provenance::default() }, 5, executor, models).unwrap()
}

pub fn open(lineup: Lineup) -> Race {
    block_on(Race::open(lineup, &mut Machine::default(), &mut |_, _| {})).unwrap()
}

/// Everything but how far and how fast.
pub fn told(events: Vec<Event>) -> Vec<Event> {
    events.into_iter().filter(|event| !matches!(event, Event::Progress { .. })).collect()
}

pub fn advance(race: &mut Race, steps: u32) -> Vec<Event> {
    told(block_on(race.advance(f64::INFINITY, steps)).unwrap())
}

pub fn file(race: &mut Race) -> Vec<u8> {
    let state = block_on(race.state()).unwrap();
    state.write(race.lineup()).unwrap()
}

/// Numbers that are not there are equal to each other.
pub fn text(events: &[Event]) -> String {
    format!("{events:?}")
}
