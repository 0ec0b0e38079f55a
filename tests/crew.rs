//! Races that are dealt out to workers: what the whole reports does not depend on who trains which runs, nor on who is lost.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod common;

use std::cell::RefCell;
use std::rc::Rc;

use common::crew::Inline;
use common::races::{CPU, advance, entries, file, open, small, text, told, unlike};
use common::training::{SMALL, configuration};
use mnemoscope::compute::crew::{Answer, Crew, Order};
use mnemoscope::encoding::{Encoding, Tuning};
use mnemoscope::graph::plan::Origin;
use mnemoscope::labs::Config;
use mnemoscope::labs::helper::Helper;
use mnemoscope::labs::link::Link;
use mnemoscope::model::Model;
use mnemoscope::model::transformer::Replica;
use mnemoscope::run::event::Event;
use mnemoscope::run::lineup::{Lineup, Provenance};
use mnemoscope::run::machine::Machine;
use mnemoscope::run::profile::Profiling;
use mnemoscope::run::race::Race;
use pollster::block_on;

/// Opens a race that is dealt out to so many workers.
fn employed(lineup: &Lineup, count: usize) -> (Race, Rc<Inline>, Machine) {
    let squads = lineup.squads.clone();
    let make = move |origin: &Origin| squads[origin.plan].model.plan(squads[origin.plan].runs.clone());
    let (crew, mut machine) = (Inline::new(count, Box::new(make)), Machine::default());
    machine.employ(crew.clone());
    let race = block_on(Race::open(lineup.clone(), &mut machine, &mut |_, _| {})).unwrap();
    (race, crew, machine)
}

/// Trains a race as one and dealt out, in the same portions, and holds what comes of it against each other.
fn dealt_out(lineup: &Lineup, portions: &[u32]) {
    let runs = lineup.runs().len();
    for count in [2, 3, 40] {
        let mut whole = open(lineup.clone());
        let (mut race, ..) = employed(lineup, count);
        assert_eq!(race.workers().len(), count.min(runs));
        assert_eq!(race.executor().name, format!("WebAssembly SIMD, {} workers", count.min(runs)));
        for &portion in portions {
            let wanted = advance(&mut whole, portion);
            assert_eq!(text(&advance(&mut race, portion)), text(&wanted), "{count} workers, {portion} steps");
            assert!(file(&mut race) == file(&mut whole), "{count} workers, {portion} steps: another file");
            assert_eq!(race.check().map(|check| check.text()), whole.check().map(|check| check.text()));
            assert_eq!(format!("{:?}", race.record()), format!("{:?}", whole.record()));
        }
        for run in 0..runs as u32 {
            let [one, other] = [&mut whole, &mut race].map(|race| block_on(race.trained(run)).unwrap().parameters);
            assert!(one == other, "{count} workers, run {run}");
        }
    }
}

#[test]
fn a_race_that_is_dealt_out_reports_and_keeps_what_the_whole_does() {
    dealt_out(&small_race(), &[4, 1, 9, 0]);
}

fn small_race() -> Lineup {
    let link = SMALL.replace("steps=400", "steps=30") + "&executor=cpu";
    Config::from(configuration(&link)).lineup().unwrap()
}

#[test]
fn unlike_models_are_dealt_out() {
    dealt_out(&unlike(CPU), &[4, 13, 5, 0]);
}

/// A helper makes of a link what the one that sends it has: sizes, buffers and all.
#[test]
fn helpers_make_their_plans_from_the_link() {
    let link = "lab=geometry&graph=grid&models=node2vec,net&steps=20&node2vec_steps=30&every=10&seeds=2&executor=cpu";
    for lineup in [small_race(), Link::parse(link).config.lineup().unwrap()] {
        let helpers = RefCell::new([0, 1].map(|_| Helper::default()));
        let (crew, mut machine) = (Rc::new(Helpers(helpers)), Machine::default());
        machine.employ(crew);
        let mut race = block_on(Race::open(lineup.clone(), &mut machine, &mut |_, _| {})).unwrap();
        assert_eq!(race.workers().len(), 2);
        let mut whole = open(lineup);
        assert_eq!(text(&advance(&mut race, 0)), text(&advance(&mut whole, 0)));
        assert!(file(&mut race) == file(&mut whole));
        let mut timing = Profiling::default();
        let profile = block_on(race.profile(&mut timing, f64::INFINITY)).unwrap().unwrap();
        assert!(profile.method.contains("workers") && profile.kernels.iter().all(|kernel| kernel.ms > 0.0));
        assert!(file(&mut race) == file(&mut whole), "timing changes nothing");
    }
}

#[derive(Debug)]
struct Helpers(RefCell<[Helper; 2]>);

impl Crew for Helpers {
    fn workers(&self) -> Vec<u32> {
        vec![0, 1]
    }
    fn send(&self, worker: u32, order: Order, values: &[f32]) -> Answer {
        let answer = self.0.borrow_mut()[worker as usize].obey(order, values);
        Box::pin(async move { answer })
    }
}

/// Whoever is lost, and whenever: the others go on from the last copy, and nothing is missing, told twice, or another.
#[test]
fn a_lost_worker_takes_nothing() {
    let lineup = unlike(CPU);
    let evaluations = |events: &[Event]| {
        let told = events.iter().filter(|event| matches!(event, Event::Evaluation { .. } | Event::Reached { .. }));
        text(&told.cloned().collect::<Vec<_>>())
    };
    let (mut whole, crew, _) = employed(&lineup, 3);
    let opened = crew.orders.get();
    let wanted = evaluations(&advance(&mut whole, 0));
    let (all, end) = (crew.orders.get(), file(&mut whole));
    let middle = opened.midpoint(all);
    // While it writes what it begins with, between two copies, shortly after one, and at the end; and two of three.
    let cases = [(opened - 1, f64::INFINITY, 1), (middle, f64::INFINITY, 1), (middle, 0.0, 1), (all - 1, 0.0, 1)];
    for (at, every, losses) in cases.into_iter().chain([(opened + 9, f64::INFINITY, 2), (opened + 9, 0.0, 2)]) {
        let (mut race, crew, mut machine) = {
            let squads = lineup.squads.clone();
            let make = move |origin: &Origin| squads[origin.plan].model.plan(squads[origin.plan].runs.clone());
            let (crew, mut machine) = (Inline::new(3, Box::new(make)), Machine::default());
            crew.lost_at.set(at);
            machine.employ(crew.clone());
            let race = block_on(Race::open(lineup.clone(), &mut machine, &mut |_, _| {})).unwrap();
            (race, crew, machine)
        };
        race.checkpoint_every(every);
        let (mut events, mut lost) = (Vec::new(), 0);
        while !events.iter().any(|event| matches!(event, Event::Finished { .. })) {
            let new = told(block_on(race.carry_on(&mut machine, f64::INFINITY, 7)).unwrap());
            for event in &new {
                let Event::Recovered { step, reason } = event else { continue };
                lost += 1;
                let others = 3 - lost;
                let onto = if others > 1 { format!("with {others} others") } else { "on the CPU".to_owned() };
                assert!(reason.starts_with("A worker was lost (it was ended)") && reason.contains(&onto), "{reason}");
                // Soon after the start there may be no copy yet.
                let copied = every == 0.0;
                assert!(copied == (*step > 0) || copied && at < middle, "from step {step}, copies every {every} s");
                if lost < losses {
                    crew.lost_at.set(crew.orders.get() + 20);
                }
            }
            events.extend(new);
        }
        assert_eq!(lost, losses, "at order {at}");
        assert_eq!(race.workers().len(), if losses == 1 { 2 } else { 0 });
        assert_eq!(evaluations(&events), wanted, "at order {at}");
        assert_eq!(format!("{:?}", race.record()), format!("{:?}", whole.record()), "at order {at}");
        assert!(file(&mut race) == end, "at order {at}");
    }
}

/// Cores come and go between two starts; one that cannot take its part when a race is opened has none.
#[test]
fn a_race_is_dealt_out_anew() {
    let lineup = unlike(CPU);
    let mut whole = open(lineup.clone());
    let wanted = text(&advance(&mut whole, 0));
    let (mut race, crew, mut machine) = employed(&lineup, 3);
    let mut events = Vec::new();
    for (most, has) in [(3, 3), (1, 0), (2, 2), (2, 2), (3, 3)] {
        crew.most.set(most);
        let before = race.workers().len();
        assert_eq!(block_on(race.deal_out(&mut machine)).unwrap(), before != has);
        assert_eq!(race.workers().len(), has);
        events.extend(told(block_on(race.advance(f64::INFINITY, 5)).unwrap()));
    }
    events.extend(advance(&mut race, 0));
    // Portions end where they were asked for, so that what counts is what was recorded.
    assert_eq!(format!("{:?}", race.record()), format!("{:?}", whole.record()));
    assert!(file(&mut race) == file(&mut whole) && wanted.contains("Finished"));
    let (_, crew, mut machine) = employed(&lineup, 3);
    crew.lost_at.set(crew.orders.get() + 1);
    let race = block_on(Race::open(lineup, &mut machine, &mut |_, _| {})).unwrap();
    assert_eq!(race.workers().len(), 2);
}

/// A run that diverges stops its part, and nobody else's.
#[test]
fn a_part_that_stops_does_not_hold_up_the_others() {
    let replica = |rate| Replica::new(Encoding::Rank, 1, rate, Tuning::default());
    let ensemble: Box<dyn Model> = Box::new(small().ensemble(vec![replica(1e30), replica(1e-3), replica(2e-3)]));
    let models = vec![(ensemble, entries(&["wild", "calm", "quick"], 1..2))];
    let lineup = Lineup::new(Provenance::default(), 5, CPU, models).unwrap();
    dealt_out(&lineup, &[7, 9, 0]);
    // Several stop, and not in the order of the runs.
    let models = || {
        let replicas = vec![replica(1e3), replica(1e4), replica(1e-3), replica(1e30)];
        let ensemble: Box<dyn Model> = Box::new(small().ensemble(replicas));
        vec![(ensemble, entries(&["wild", "wilder", "calm", "wildest"], 1..2))]
    };
    let lineup = Lineup::new(Provenance::default(), 3, CPU, models()).unwrap();
    let stops = |events: Vec<Event>| -> Vec<u32> {
        let step = |event| if let Event::Stopped { step, .. } = event { Some(step) } else { None };
        events.into_iter().filter_map(step).collect()
    };
    let stops = stops(advance(&mut open(lineup.clone()), 0));
    assert!(stops.len() > 1 && stops.is_sorted(), "{stops:?}");
    dealt_out(&lineup, &[1, 4, 9, 0]);
}

/// An experiment over many machines: what comes of each does not depend on whose they are.
#[test]
fn an_experiment_is_dealt_out() {
    let sizes = "data_size=48&data_active=4&context_size=64&context_active=5&decoders=96&chosen=6";
    for experiment in [
        "errors&longest=12&points=2&alphabet=6&contexts=shift,layer",
        "capacity&inputs=32&inputs_active=4&stored=60&points=3",
    ] {
        let link = format!("lab=sequence&executor=cpu&seeds=3&experiment={experiment}&{sizes}");
        let Link { config, problems, .. } = Link::parse(&link);
        assert!(problems.is_empty(), "{problems:?}");
        let mut found = Vec::new();
        for helped in [false, true] {
            let mut machine = Machine::default();
            if helped {
                machine.employ(Rc::new(Helpers(RefCell::new([0, 1].map(|_| Helper::default())))));
            }
            let lab = config.lab().unwrap();
            let mut run = block_on(lab.open(config.clone(), &mut machine, &mut |_, _| {})).unwrap();
            assert_eq!(run.workers(), if helped { 2 } else { 0 }, "{experiment}");
            while run.step() < run.about().steps {
                block_on(run.advance(&mut machine, 1e9, 1)).unwrap();
            }
            found.push(run.results().unwrap().curves);
        }
        assert!(found[0].iter().flat_map(|point| point.values.iter().flatten()).any(|value| value.is_finite()));
        assert_eq!(format!("{:?}", found[0]), format!("{:?}", found[1]), "{experiment}");
    }
}
