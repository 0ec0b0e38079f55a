//! Races of unlike models, and races that are interrupted.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod common;

use common::bigram::Bigram;
use common::races::{CPU, GPU, advance, entries, executors, file, open, small, text, told, unlike};
use mnemoscope::encoding::{Encoding, Tuning};
use mnemoscope::model::ensemble::Ensemble;
use mnemoscope::model::measure::Measure;
use mnemoscope::model::transformer::Replica;
use mnemoscope::model::{Model, Source};
use mnemoscope::run::event::Event;
use mnemoscope::run::lineup::{Lineup, Provenance};
use mnemoscope::run::machine::Machine;
use mnemoscope::run::race::Race;
use mnemoscope::run::weights::{Header, State};
use pollster::block_on;

#[test]
fn unlike_models_race_side_by_side() {
    let mut losses = Vec::new();
    for executor in executors() {
        let mut race = open(unlike(executor));
        let wanted = if executor == CPU { "cpu" } else { "webgpu" };
        assert_eq!((race.executor().kind.as_str(), race.steps()), (wanted, 30));
        let arms: Vec<String> = race.arms().into_iter().map(|arm| arm.id).collect();
        assert_eq!(arms, ["rank", "alibi", "bigram"]);
        let events = advance(&mut race, 0);
        assert!(matches!(events.last(), Some(Event::Finished { step: 30 })), "{:?}", events.last());

        // Evaluated every five steps, and where an arm ends.
        let curves = race.curves();
        let places: Vec<f64> = curves.points.iter().map(|point| point.x).collect();
        assert_eq!(places, [0.0, 5.0, 10.0, 15.0, 17.0, 20.0, 25.0, 30.0]);
        let ids: Vec<&str> = curves.measures.iter().map(|measure| measure.id.as_str()).collect();
        assert_eq!(ids, ["loss", "token-accuracy", "sequence-accuracy", "embedding-norm", "logit-range"]);
        for (at, point) in curves.points.iter().enumerate() {
            let there = |measure: usize| (0..7).map(|run| curves.value(at, measure, run).is_some()).collect::<Vec<_>>();
            let (transformers, bigrams) = (point.x != 17.0, point.x <= 17.0);
            let all = [vec![transformers; 4], vec![bigrams; 3]].concat();
            assert_eq!(there(0), all, "loss at {}", point.x);
            assert_eq!(there(1), all, "tokens at {}", point.x);
            let host = [vec![false; 4], vec![bigrams; 3]].concat();
            assert_eq!((there(3), there(4)), (host.clone(), host), "judged on the host at {}", point.x);
        }
        // The measure of the host is that of the parameters which the evaluation saw: its last ones.
        let last = places.iter().position(|&x| x == 17.0).unwrap();
        for run in 4..7 {
            let trained = block_on(race.trained(run)).unwrap();
            assert_eq!((trained.arm.id.as_str(), trained.seed, trained.step), ("bigram", run - 1, 17));
            let want = Bigram::embedding_norm(&trained.parameters);
            assert_eq!(curves.value(last, 3, run as usize), Some(want as f32));
            assert_ne!(curves.value(0, 3, run as usize), Some(want as f32), "it has been trained");
        }
        // They learn: each last loss of training is below the first.
        let training = |step: u32| {
            let found = events.iter().find_map(|event| match event {
                Event::Training { steps, values } => {
                    let at = steps.iter().position(|&other| other == step)?;
                    Some(values[0].iter().map(|run| run[at]).collect::<Vec<f32>>())
                }
                _ => None,
            });
            found.unwrap()
        };
        let (first, seventeenth, end) = (training(1), training(17), training(30));
        assert!((4..7).all(|run| seventeenth[run] < first[run] && end[run].is_nan()), "{first:?}, {seventeenth:?}");
        assert!((0..4).all(|run| end[run] < first[run]), "{first:?}, {end:?}");
        losses.push([first, seventeenth].concat());
        assert_eq!(race.cost().launches_per_step, {
            let plans = race.lineup().squads.iter().map(|squad| squad.model.plan(squad.runs.clone()).unwrap());
            plans.map(|plan| plan.training.len() as u32).sum::<u32>()
        });
        // Reset is the same race again.
        let whole = file(&mut race);
        race.reset().unwrap();
        assert_eq!((race.step(), race.check()), (0, None));
        assert_eq!(text(&advance(&mut race, 0)), text(&events));
        assert!(file(&mut race) == whole);
    }
    if let [cpu, gpu] = &losses[..] {
        for (a, b) in cpu.iter().zip(gpu) {
            assert!((a - b).abs() <= 1e-4 * a.abs(), "{a} on the CPU, {b} on WebGPU");
        }
    }
}

#[test]
fn unlike_models_go_on_from_a_file_with_the_same_bits() {
    for executor in executors() {
        let mut whole = open(unlike(executor));
        let events = advance(&mut whole, 0);
        let end = file(&mut whole);
        // Before, at and after the end of the shorter arm.
        for at in [8, 17, 22] {
            let mut race = open(unlike(executor));
            let before = advance(&mut race, at);
            let bytes = file(&mut race);
            let lineup = unlike(executor);
            let state = State::read(&bytes, Header::read(&bytes).unwrap(), &lineup).unwrap();
            assert_eq!(state.step, at);
            let mut resumed = block_on(Race::restore(lineup, state, &mut Machine::default(), &mut |_, _| {})).unwrap();
            let after = advance(&mut resumed, 0);
            assert_eq!(text(&after), text(&advance(&mut race, 0)), "from step {at}");
            assert!(file(&mut resumed) == end && file(&mut race) == end, "from step {at}");
            assert_eq!(resumed.curves(), whole.curves());
            assert_eq!(resumed.check().map(|check| check.text()), whole.check().map(|check| check.text()));
            let evaluations = |events: &[Event]| {
                events.iter().filter(|event| matches!(event, Event::Evaluation { .. })).cloned().collect::<Vec<_>>()
            };
            let both = [evaluations(&before), evaluations(&after)].concat();
            assert_eq!(text(&both), text(&evaluations(&events)));
        }
    }
}

#[test]
fn a_lost_device_takes_nothing_of_unlike_models() {
    if executors().len() < 2 {
        return;
    }
    let mut whole = open(unlike(GPU));
    let events = advance(&mut whole, 0);
    let end = file(&mut whole);
    for at in [8, 20] {
        let mut machine = Machine::default();
        let mut race = block_on(Race::open(unlike(GPU), &mut machine, &mut |_, _| {})).unwrap();
        race.checkpoint_every(0.0);
        let mut all = advance(&mut race, at - 3);
        race.checkpoint_every(f64::INFINITY);
        all.extend(advance(&mut race, 3));
        race.lose_device();
        while race.step() < 30 {
            all.extend(told(block_on(race.carry_on(&mut machine, f64::INFINITY, 0)).unwrap()));
        }
        let recovered = all.iter().filter(|event| matches!(event, Event::Recovered { .. })).count();
        assert_eq!(recovered, 1);
        let evaluations = |events: &[Event]| {
            events.iter().filter(|event| matches!(event, Event::Evaluation { .. })).cloned().collect::<Vec<_>>()
        };
        assert_eq!(text(&evaluations(&all)), text(&evaluations(&events)), "lost at {at}");
        assert!(file(&mut race) == end, "lost at {at}");
    }
}

/// A race whose runs have all stopped ends at one step, however it was trained, and whenever a stop was noticed.
#[test]
fn a_race_of_runs_that_all_stop_ends_where_it_would_have() {
    for executor in executors() {
        let lineup = || {
            let replica = |rate| Replica::new(Encoding::Rank, 1, rate, Tuning::default());
            let ensemble: Box<dyn Model> = Box::new(small().ensemble(vec![replica(1e12), replica(1e30)]));
            let models = vec![(ensemble, entries(&["wild", "wilder"], 1..2))];
            Lineup::new(Provenance::default(), 4, executor, models).unwrap()
        };
        let mut whole = open(lineup());
        advance(&mut whole, 0);
        let (end, last) = (whole.step(), whole.record().stopped.iter().flatten().map(|stop| stop.step).max().unwrap());
        assert!(end < whole.steps() && end == last.next_multiple_of(4), "last stop {last}, end {end}");
        for portion in [1, 5] {
            let mut race = open(lineup());
            let mut all = Vec::new();
            for _ in 0..end {
                all.extend(advance(&mut race, portion));
            }
            assert_eq!(all.iter().filter(|event| matches!(event, Event::Finished { step } if *step == end)).count(), 1);
            assert!(advance(&mut race, portion).is_empty());
            assert_eq!(format!("{:?}", race.record()), format!("{:?}", whole.record()), "in portions of {portion}");
            assert!(file(&mut race) == file(&mut whole), "in portions of {portion}");
        }
        for at in [1, end - 1, end] {
            let mut race = open(lineup());
            advance(&mut race, at);
            let bytes = file(&mut race);
            let state = State::read(&bytes, Header::read(&bytes).unwrap(), &lineup()).unwrap();
            let mut resumed =
                block_on(Race::restore(lineup(), state, &mut Machine::default(), &mut |_, _| {})).unwrap();
            advance(&mut resumed, 0);
            assert_eq!(resumed.step(), end, "from step {at}");
            assert!(file(&mut resumed) == file(&mut whole), "from step {at}");
        }
    }
}

#[test]
fn the_time_of_the_work_is_known_unless_a_part_of_it_was_done_elsewhere() {
    let mut race = open(unlike(CPU));
    assert_eq!(race.results().seconds, Some(0.0));
    advance(&mut race, 5);
    let five = race.results().seconds.unwrap();
    assert!(five > 0.0);
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert_eq!(race.results().seconds, Some(five), "it stood still");
    let bytes = file(&mut race);
    advance(&mut race, 5);
    assert!(race.results().seconds.unwrap() > five);
    let state = State::read(&bytes, Header::read(&bytes).unwrap(), &unlike(CPU)).unwrap();
    let mut resumed = block_on(Race::restore(unlike(CPU), state, &mut Machine::default(), &mut |_, _| {})).unwrap();
    advance(&mut resumed, 5);
    assert_eq!(resumed.results().seconds, None);
    for race in [&mut race, &mut resumed] {
        race.reset().unwrap();
        assert_eq!(race.results().seconds, Some(0.0));
    }
}

/// Rate, weight decay, initial scale and frozen tensors are a run's own: beside others it trains as it would alone.
#[test]
fn what_is_a_runs_own_is_its_own() {
    let usual = Replica::new(Encoding::Sinusoidal, 7, 0.01, Tuning::default());
    let replicas = [
        usual,
        Replica { rate: 0.003, ..usual },
        Replica { decay: 0.3, ..usual },
        Replica { scale: 0.25, ..usual },
        Replica { frozen: &["embedding", "output", "layers.1.norm"], ..usual },
        Replica { encoding: Encoding::Rank, frozen: &["position"], ..usual },
    ];
    let race = |replicas: &[Replica], executor| {
        let names = ["a", "b", "c", "d", "e", "f"];
        let ensemble: Box<dyn Model> = Box::new(small().ensemble(replicas.to_vec()));
        let models = vec![(ensemble, entries(&names[..replicas.len()], 7..8))];
        let mut race = open(Lineup::new(Provenance::default(), 10, executor, models).unwrap());
        let before = block_on(race.parameters()).unwrap();
        advance(&mut race, 8);
        (before, block_on(race.parameters()).unwrap())
    };
    for executor in executors() {
        let (before, after) = race(&replicas, executor);
        let size = after.len() / replicas.len();
        let ensemble: Ensemble = small().ensemble(replicas.to_vec());
        let mut distinct = Vec::new();
        for (at, replica) in replicas.iter().enumerate() {
            let (alone_before, alone) = race(std::slice::from_ref(replica), executor);
            let own = at * size..(at + 1) * size;
            assert!(before[own.clone()] == alone_before && after[own.clone()] == alone, "{replica:?}");
            assert!(!distinct.contains(&alone), "{replica:?} makes a difference");
            distinct.push(alone);
            for tensor in &ensemble.model.parameters.tensors {
                let range = own.start + tensor.offset as usize..own.start + (tensor.offset + tensor.len()) as usize;
                let still = before[range.clone()] == after[range];
                assert_eq!(still, !ensemble.model.trains(replica, &tensor.name), "{} of {replica:?}", tensor.name);
            }
        }
        let weight = |at: usize| before[at * size];
        assert_eq!(weight(3), 0.25 * weight(0), "what is drawn is scaled");
    }
}

#[test]
fn what_is_wired_wrongly_is_an_error() {
    let ensemble = |runs: usize| -> Box<dyn Model> {
        Box::new(small().ensemble(vec![Replica::new(Encoding::None, 0, 0.01, Tuning::default()); runs]))
    };
    let refused = |models| Lineup::new(Provenance::default(), 5, CPU, models).unwrap_err().to_string();
    assert!(refused(vec![(ensemble(2), entries(&["a"], 0..1))]).contains("2 runs has 1 entries"));
    let twice = vec![(ensemble(1), entries(&["a"], 0..1)), (ensemble(1), entries(&["a"], 0..1))];
    assert!(refused(twice).contains("a races twice"));
    type Edit = fn(&mut Vec<(Measure, Source)>);
    let edits: [(Edit, &str); 4] = [
        (|measures| measures[0].0.unit = "nats".to_owned(), "is described in two ways"),
        (|measures| measures[3].0.threshold = None, "is described in two ways"),
        (|measures| measures[2].1 = Source::Ring { entry: 4, factor: 1.0 }, "is beyond the ring's entries"),
        (|measures| measures[0].1 = Source::Host, "not taken on the device"),
    ];
    for (edit, wanted) in edits {
        let odd = || -> Box<dyn Model> { Box::new(Bigram { seeds: vec![3], steps: 17, edit }) };
        let (usual, odd) = ((ensemble(1), entries(&["a"], 0..1)), (odd(), entries(&["b"], 0..1)));
        let why = refused(vec![odd, usual]);
        assert!(why.contains(wanted), "{why}");
    }
    let frozen: &[&str] =
        &["embedding", "layers.0.self_attn.out", "layers.0.linear2", "layers.1.self_attn.out", "layers.1.linear2"];
    let many = Replica { frozen, ..Replica::new(Encoding::Rank, 0, 0.01, Tuning::default()) };
    let error = small().ensemble(vec![many]).control(0).unwrap_err().to_string();
    assert!(error.contains("ranges of parameters are frozen"), "{error}");
}
