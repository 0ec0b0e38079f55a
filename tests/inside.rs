//! Looking inside a run, keeping it, going on from a file, and from a lost device.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod common;

use common::training::{SMALL, configuration};
use mnemoscope::error::Error;
use mnemoscope::labs::trial::Trial;
use mnemoscope::labs::weights::Weights;
use mnemoscope::run::event::Event;
use mnemoscope::run::inspect::{Inspection, read_probe};
use mnemoscope::run::machine::Machine;
use mnemoscope::run::profile::Profiling;
use mnemoscope::run::weights::State;
use mnemoscope::task::source::is_held_out;
use pollster::block_on;

const TINY: &str = "lab=copy&encodings=rank,sinusoidal,alibi,rope,none&seeds=1&symbols=5&length=10&batch=5&held_out=9\
    &layers=2&width=24&heads=3&mlp=20&steps=40&every=5&executor=cpu";

fn open(link: &str) -> Trial {
    block_on(Trial::open(configuration(link), &mut Machine::default(), &mut |_, _| {})).unwrap()
}

fn advance(run: &mut Trial, steps: u32) -> Vec<Event> {
    block_on(run.advance(f64::INFINITY, steps)).unwrap()
}

fn inspect(run: &mut Trial, replica: u32, probe: &str) -> Inspection {
    block_on(run.inspect(replica, probe)).unwrap()
}

#[test]
fn attention_is_a_distribution_over_what_a_query_may_see() {
    let mut run = open(TINY);
    advance(&mut run, 3);
    for replica in 0..5 {
        let found = inspect(&mut run, replica, "");
        let length = found.length as usize;
        assert_eq!(found.attention.len(), (found.layers * found.heads) as usize * length * length);
        for (row, weights) in found.attention.chunks_exact(length).enumerate() {
            let query = row % length;
            assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            assert!(weights[query + 1..].iter().all(|&weight| weight == 0.0), "causal");
        }
        let vocabulary = found.names.len();
        assert_eq!(found.probabilities.len(), vocabulary * (found.length - found.first_judged) as usize);
        for row in found.probabilities.chunks_exact(vocabulary) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }
}

/// The probe runs the same model that evaluation judges: on every held-out sequence its losses and answers add up to
/// what the run reports.
#[test]
fn the_probe_agrees_with_the_evaluation() {
    for link in [TINY.to_owned(), SMALL.replace("encodings=none,", "encodings=") + "&norm=post&tied=true&executor=cpu"]
    {
        let mut run = open(&link);
        let events = advance(&mut run, 20);
        let Some(Event::Evaluation { step: 20, values }) =
            events.into_iter().rev().find(|event| matches!(event, Event::Evaluation { .. }))
        else {
            panic!("no evaluation at step 20");
        };
        let [loss, token_accuracy, _] = values.try_into().unwrap();
        for replica in 0..loss.len() {
            let (mut bits, mut right, mut judged) = (0.0_f64, 0, 0);
            for row in 0..9 {
                let found = inspect(&mut run, replica as u32, &format!("#{row}"));
                let answers = &found.targets[found.first_judged as usize..];
                for (&target, p) in answers.iter().zip(found.probabilities.chunks_exact(found.names.len())) {
                    bits -= f64::from(p[target as usize]).log2();
                    let best = p.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
                    right += usize::from(best == target as usize);
                    judged += 1;
                }
            }
            let (bits, want) = (bits / f64::from(judged), f64::from(loss[replica]));
            assert!((bits - want).abs() < 1e-4 * want, "replica {replica}: {bits} bits by probes, {want} reported");
            assert!((right as f32 / judged as f32 - token_accuracy[replica]).abs() < 1e-6);
        }
    }
}

#[test]
fn similarity_is_live_for_what_is_learned_and_still_for_what_is_not() {
    let mut run = open(TINY);
    let similarity = |run: &mut Trial, replica| inspect(run, replica, "").similarity.map(|(values, _)| values);
    let before: Vec<_> = (0..5).map(|replica| similarity(&mut run, replica)).collect();
    advance(&mut run, 5);
    let after: Vec<_> = (0..5).map(|replica| similarity(&mut run, replica)).collect();
    assert_ne!(before[0], after[0], "rank is learned");
    assert_eq!(before[1..], after[1..]);
    assert_eq!(before[4], None);
    // ⟨PE(p), PE(p)⟩ = d/2 for sinusoidal; RoPE's kernel is 1 at no distance; ALiBi's falls linearly.
    let [sinusoidal, alibi, rope] = [1, 2, 3].map(|at| before[at].clone().unwrap());
    for p in 0..10 {
        assert!((sinusoidal[p * 11] - 12.0).abs() < 1e-4);
        assert!((rope[p * 11] - 1.0).abs() < 1e-6);
        assert!((alibi[p] - p as f32 * alibi[1]).abs() < 1e-6 && alibi[1] < 0.0);
        for q in 0..10 {
            assert_eq!(sinusoidal[p * 10 + q], sinusoidal[q * 10 + p]);
        }
    }
}

/// The norms of the layers add up to the norm of the whole gradient that training reports.
#[test]
fn norms_of_layers_add_up_to_the_whole() {
    let mut run = open(&TINY.replace("rank,", "spike-time-gain,rank,"));
    let first = inspect(&mut run, 0, "");
    assert!(first.norms.iter().all(|norms| norms.gradient == 0.0 && norms.weight > 0.0), "nothing trained yet");
    let events = advance(&mut run, 4);
    let gradient = events.iter().find_map(|event| match event {
        Event::Training { values, .. } => Some(values[2].clone()),
        _ => None,
    });
    for (replica, gradient) in (0..).zip(gradient.unwrap()) {
        let found = inspect(&mut run, replica, "");
        let names: Vec<&str> = found.norms.iter().map(|norms| norms.name.as_str()).collect();
        assert_eq!(names, ["embedding", "layers.0", "layers.1", "norm", "output", "position"]);
        let whole = found.norms.iter().map(|norms| norms.gradient.powi(2)).sum::<f32>().sqrt();
        assert!((whole - gradient[3]).abs() < 1e-5 * whole, "{whole} by layers, {} reported", gradient[3]);
    }
}

#[test]
fn a_typed_probe_becomes_the_task() {
    let mut run = open(TINY);
    let found = inspect(&mut run, 0, " 3, 1 4;1 0 ");
    assert_eq!(found.tokens, [3, 1, 4, 1, 0, 5, 3, 1, 4, 1]);
    assert_eq!(found.targets, [-1, -1, -1, -1, -1, 3, 1, 4, 1, 0]);
    assert_eq!(found.names[5], "SEP");
    for (probe, says) in [
        ("1 2 3", "has 5 symbols"),
        ("1 2 3 4 5", "from 0 to 4"),
        ("1 2 x 4 0", "Symbol 3"),
        ("1 2 3 4 0 1", "more than 5"),
        ("#", "a number"),
        ("#-1", "a number"),
        ("-1 0 0 0 0", "from 0 to 4"),
    ] {
        match block_on(run.inspect(0, probe)) {
            Err(Error::Probe(message)) => assert!(message.contains(says), "{probe}: {message}"),
            other => panic!("{probe}: {other:?}"),
        }
    }
    assert!(matches!(block_on(run.inspect(5, "")), Err(Error::Config(_))));
    let drawn = read_probe("#7", &configuration(TINY).training().layout()).unwrap();
    assert!(is_held_out(&drawn, 5), "held-out sequences are held out");
}

/// What a race reports from here to its end, and its last weights.
fn rest(run: &mut Trial) -> (Vec<Event>, Vec<u8>) {
    let events = advance(run, 0);
    let events = events.into_iter().filter(|event| !matches!(event, Event::Progress { .. })).collect();
    (events, block_on(run.save()).unwrap())
}

#[test]
fn going_on_from_a_file_gives_the_same_bits() {
    for executor in ["cpu", "webgpu"] {
        let link = SMALL.replace("steps=400", "steps=30") + &format!("&executor={executor}");
        let mut whole = open(&link);
        advance(&mut whole, 0);
        let whole_file = block_on(whole.save()).unwrap();
        for at in [3, 10, 17] {
            let mut run = open(&link);
            advance(&mut run, at);
            let file = block_on(run.save()).unwrap();
            let mut resumed = block_on(Trial::restore(&file, &mut Machine::default(), &mut |_, _| {})).unwrap();
            assert_eq!(resumed.executor().kind, executor);
            assert_eq!(resumed.step(), at);
            let (expected, first_file) = rest(&mut run);
            let (events, second_file) = rest(&mut resumed);
            assert_eq!(format!("{events:?}"), format!("{expected:?}"), "{executor}, from step {at}");
            assert!(first_file == whole_file && second_file == whole_file, "{executor}, from step {at}");
            let [mut resumed, mut whole] = [resumed.results().unwrap(), whole.results().unwrap()];
            // Timing may pick another form of the matrix product for another device, with the same bits.
            // What has been gone on with does not know how long the part before took.
            assert!(resumed.seconds.is_none() && whole.seconds.is_some());
            for results in [&mut resumed, &mut whole] {
                (results.executor, results.seconds) = (None, None);
            }
            assert_eq!(resumed, whole);
        }
    }
}

#[test]
fn a_file_without_moments_is_evaluated_and_trained_further() {
    let mut run = open(TINY);
    advance(&mut run, 20);
    let mut weights = Weights::read(&block_on(run.save()).unwrap()).unwrap();
    weights.state.moments = None;
    weights.state.history.clear();
    let file = Weights::write(&weights.config, &weights.state).unwrap();
    let mut resumed = block_on(Trial::restore(&file, &mut Machine::default(), &mut |_, _| {})).unwrap();
    let events = block_on(resumed.advance(0.0, 0)).unwrap();
    let at_20 = |event: &Event| matches!(event, Event::Evaluation { step: 20, .. });
    let original = run.replay().into_iter().rev().find(at_20).unwrap();
    assert_eq!(format!("{:?}", events.iter().find(|event| at_20(event)).unwrap()), format!("{original:?}"));
    // What follows from there can itself be kept and gone on with.
    advance(&mut resumed, 7);
    let file = block_on(resumed.save()).unwrap();
    let mut again = block_on(Trial::restore(&file, &mut Machine::default(), &mut |_, _| {})).unwrap();
    let (events, last) = rest(&mut resumed);
    assert!(events.iter().any(|event| matches!(event, Event::Finished { step: 40 })));
    let (events_again, last_again) = rest(&mut again);
    assert_eq!(format!("{events:?}"), format!("{events_again:?}"));
    assert!(last == last_again);
}

#[test]
fn files_that_are_not_sound_are_refused_with_the_reason() {
    let mut run = open(TINY);
    advance(&mut run, 2);
    let good = block_on(run.save()).unwrap();
    let refused = |file: &[u8]| match Weights::read(file) {
        Err(Error::File(why)) => why,
        other => panic!("taken: {:?}", other.map(|weights| weights.config)),
    };
    for length in [0, 1, 7, 8, 9, 100, good.len() / 2, good.len() - 1] {
        refused(&good[..length]);
    }
    refused(&[good.clone(), vec![0; 4]].concat());
    refused(&u64::MAX.to_le_bytes());
    refused(&[&(1_u64 << 40).to_le_bytes()[..], b"{}"].concat());
    refused(b"PK\x03\x04 not safetensors at all, but long enough to have a header length");

    let weights = Weights::read(&good).unwrap();
    let mut with = weights.clone();
    with.state.parameters[17] = f32::NAN;
    assert!(refused(&Weights::write(&with.config, &with.state).unwrap()).contains("NaN at place 17"));
    let mut with = weights.clone();
    with.state.step = 41;
    assert!(refused(&Weights::write(&with.config, &with.state).unwrap()).contains("step 41 of 40"));

    let mut with = weights.clone();
    with.state.history[0].values[1][2] = 50_000.0;
    assert!(refused(&Weights::write(&with.config, &with.state).unwrap()).contains("token_accuracy holds 50000"));
    for (column, value) in [(0, f32::INFINITY), (0, -1.0), (2, 1.5)] {
        let mut with = weights.clone();
        with.state.history[0].values[column][0] = value;
        assert!(refused(&Weights::write(&with.config, &with.state).unwrap()).contains("cannot be"), "{value}");
    }
    // What was not finite is no number.
    let mut with = weights.clone();
    with.state.history[0].values[0][0] = f32::NAN;
    let read = Weights::read(&Weights::write(&with.config, &with.state).unwrap()).unwrap();
    assert_eq!(read.state.history, with.state.history);

    // Evaluations that are left out: a step, a run, the first ones, all of them.
    advance(&mut run, 28);
    let longer = Weights::read(&block_on(run.save()).unwrap()).unwrap();
    let places = |weights: &Weights| weights.state.history.iter().map(|point| point.x).collect::<Vec<_>>();
    assert_eq!(places(&longer), [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0]);
    let without = |change: fn(&mut State)| {
        let mut with = longer.clone();
        change(&mut with.state);
        refused(&Weights::write(&with.config, &with.state).unwrap())
    };
    let step = without(|state| drop(state.history.remove(1)));
    assert_eq!(step, "it leaves out the evaluation of rank with seed 0 at step 5");
    let last = without(|state| drop(state.history.pop()));
    assert_eq!(last, "it leaves out the evaluation of rank with seed 0 at step 30");
    let first = without(|state| drop(state.history.remove(0)));
    assert_eq!(first, "it leaves out the evaluation of rank with seed 0 at step 0");
    let all = without(|state| state.history.clear());
    assert_eq!(all, "it leaves out the evaluation of rank with seed 0 at step 0");
    let run_2 = without(|state| state.history[2].values.iter_mut().for_each(|values| values[2] = f32::NAN));
    assert!(run_2.starts_with("it leaves out the evaluation of ") && run_2.ends_with(" at step 10"), "{run_2}");
    // One that has stopped is not judged any more.
    let mut with = longer.clone();
    with.state.stopped[2] = Some(15);
    for point in &mut with.state.history[3..] {
        point.values.iter_mut().for_each(|values| values[2] = f32::NAN);
    }
    assert!(Weights::read(&Weights::write(&with.config, &with.state).unwrap()).is_ok());
    // Without moments nothing says what was before.
    let mut with = longer.clone();
    (with.state.moments, with.state.history) = (None, Vec::new());
    assert!(Weights::read(&Weights::write(&with.config, &with.state).unwrap()).is_ok());
    let good = block_on(run.save()).unwrap();

    // The same tensors under another configuration.
    let text = |from: &str, to: &str| {
        let at = good.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        let mut file = good.clone();
        file[at..at + from.len()].copy_from_slice(to.as_bytes());
        refused(&file)
    };
    assert!(text("width=24", "width=48").contains("shape"));
    assert!(text("seeds=1", "seeds=2").contains("stopped runs") || text("seeds=1", "seeds=2").contains("missing"));
    assert!(text("encodings=rank", "encodings=rang").contains("not allowed"));
    assert!(text("\"F32\"", "\"I32\"").contains("should be F32"));
    // None of that has touched the run.
    assert_eq!(block_on(run.save()).unwrap(), good);
}

#[test]
fn a_lost_device_is_replaced_and_nothing_is_lost() {
    let link = SMALL.replace("steps=400", "steps=30") + "&executor=webgpu";
    let mut whole = open(&link);
    let (mut expected, expected_file) = rest(&mut whole);
    let mut machine = Machine::default();
    let mut run = block_on(Trial::open(configuration(&link), &mut machine, &mut |_, _| {})).unwrap();
    // On a slow machine a copy would be due on the way.
    run.checkpoint_every(f64::INFINITY);
    let mut events = block_on(run.carry_on(&mut machine, f64::INFINITY, 13)).unwrap();
    run.lose_device();
    events.extend(block_on(run.carry_on(&mut machine, f64::INFINITY, 0)).unwrap());
    let recovered: Vec<_> = events.iter().filter(|event| matches!(event, Event::Recovered { .. })).collect();
    assert!(matches!(recovered[..], [Event::Recovered { step: 0, .. }]), "{recovered:?}");
    events.extend(block_on(run.carry_on(&mut machine, f64::INFINITY, 0)).unwrap());
    assert_eq!(run.executor().kind, "webgpu");
    // The same events, if in other portions.
    let told = |events: &mut Vec<Event>| {
        let mut steps = Vec::new();
        let mut losses = vec![Vec::new(); 8];
        let mut others = Vec::new();
        for event in events.drain(..) {
            match event {
                Event::Training { steps: of, mut values } => {
                    let loss = values.remove(0);
                    steps.extend(of);
                    losses.iter_mut().zip(loss).for_each(|(all, new)| all.extend(new.iter().map(|x| x.to_bits())));
                }
                Event::Progress { .. } | Event::Recovered { .. } => {}
                other => others.push(format!("{other:?}")),
            }
        }
        (steps, losses, others)
    };
    assert_eq!(told(&mut events), told(&mut expected));
    assert!(block_on(run.save()).unwrap() == expected_file);

    // Lost after the end: what is saved is still the end.
    run.lose_device();
    let lost = block_on(run.save()).unwrap_err();
    block_on(run.recover(&mut machine, &lost.of_device().unwrap())).unwrap();
    assert!(block_on(run.save()).unwrap() == expected_file);
}

/// Lost in the middle, with checkpoints on the way: what is kept in the stretch that is trained again, what is looked at
/// there, and what comes after.
#[test]
fn a_race_goes_on_from_its_last_checkpoint() {
    let link = SMALL.replace("steps=400", "steps=30") + "&executor=webgpu";
    let mut machine = Machine::default();
    let mut open = || block_on(Trial::open(configuration(&link), &mut machine, &mut |_, _| {})).unwrap();
    let mut whole = open();
    advance(&mut whole, 19);
    let (at_19, looked) = (block_on(whole.save()).unwrap(), format!("{:?}", inspect(&mut whole, 5, "")));
    let (_, end) = rest(&mut whole);

    let mut run = open();
    run.checkpoint_every(0.0);
    advance(&mut run, 12);
    run.checkpoint_every(f64::INFINITY);
    advance(&mut run, 7);
    run.lose_device();
    let mut machine = Machine::default();
    let events = block_on(run.carry_on(&mut machine, f64::INFINITY, 3)).unwrap();
    assert!(matches!(events[..], [Event::Recovered { step: 12, .. }]), "{events:?}");
    let events = block_on(run.carry_on(&mut machine, f64::INFINITY, 3)).unwrap();
    assert!(!events.iter().any(|event| matches!(event, Event::Training { .. })), "told before: {events:?}");
    assert_eq!(format!("{:?}", inspect(&mut run, 5, "")), looked);
    assert!(block_on(run.save()).unwrap() == at_19, "what is kept is what was reported");
    assert!(rest(&mut run).1 == end);
}

#[test]
fn a_device_lost_after_opening_a_file_does_not_lose_the_file() {
    let link = TINY.replace("executor=cpu", "executor=webgpu");
    let mut run = open(&link);
    advance(&mut run, 20);
    let mut weights = Weights::read(&block_on(run.save()).unwrap()).unwrap();
    weights.state.parameters.iter_mut().for_each(|parameter| *parameter *= 0.5);
    let file = Weights::write(&weights.config, &weights.state).unwrap();
    let mut machine = Machine::default();
    let mut run = block_on(Trial::restore(&file, &mut machine, &mut |_, _| {})).unwrap();
    run.lose_device();
    let lost = block_on(run.save()).unwrap_err();
    block_on(run.recover(&mut machine, &lost.of_device().unwrap())).unwrap();
    assert!(block_on(run.save()).unwrap() == file);
    let events = block_on(run.carry_on(&mut machine, 0.0, 0)).unwrap();
    assert!(
        events.iter().any(|event| matches!(event, Event::Recovered { step: 20, .. })),
        "and it is told: {events:?}"
    );
}

#[test]
fn a_race_can_be_made_longer() {
    let mut long = open(&TINY.replace("steps=40", "steps=60"));
    let (expected, file) = rest(&mut long);
    let mut run = open(TINY);
    let mut events = advance(&mut run, 0);
    assert!(!run.extend(40).unwrap() && !run.extend(12).unwrap() && !run.extend(0).unwrap(), "not longer");
    assert!(run.extend(60).unwrap());
    events.extend(advance(&mut run, 0));
    let told = |events: &[Event]| {
        let losses = events.iter().filter_map(|event| match event {
            Event::Training { values, .. } => Some(values[0].concat()),
            _ => None,
        });
        losses.flatten().map(f32::to_bits).fold(0_u64, |sum, bits| sum.wrapping_add(u64::from(bits)))
    };
    assert_eq!(told(&events), told(&expected));
    assert!(block_on(run.save()).unwrap() == file);
    let mut cosine = open(&format!("{TINY}&schedule=cosine"));
    advance(&mut cosine, 0);
    assert!(!cosine.extend(60).unwrap(), "its learning rate depends on the end");
}

#[test]
fn a_device_lost_again_and_again_gives_way_to_the_cpu() {
    let mut machine = Machine::default();
    let config = configuration(&(TINY.replace("executor=cpu", "executor=webgpu")));
    let mut run = block_on(Trial::open(config, &mut machine, &mut |_, _| {})).unwrap();
    for _ in 0..3 {
        run.lose_device();
        block_on(run.carry_on(&mut machine, f64::INFINITY, 1)).unwrap();
    }
    assert_eq!(run.executor().kind, "cpu", "{:?}", run.executor());
    let events = block_on(run.carry_on(&mut machine, f64::INFINITY, 0)).unwrap();
    assert!(events.iter().any(|event| matches!(event, Event::Finished { step: 40 })));
}

#[test]
fn timing_the_kernels_changes_nothing() {
    for executor in ["cpu", "webgpu"] {
        let mut run = open(&TINY.replace("cpu", executor));
        advance(&mut run, 7);
        let before = block_on(run.save()).unwrap();
        let look = |run: &mut Trial| format!("{:?}", inspect(run, 0, ""));
        let looked = look(&mut run);
        // In turns of a step, between which the run is as it was.
        let (mut profiling, mut turns) = (Profiling::default(), 0);
        let profile = loop {
            let (at, of) = profiling.steps();
            assert!(at <= of, "{at} of {of}");
            if let Some(profile) = block_on(run.profile(&mut profiling, 0.0)).unwrap() {
                break profile;
            }
            assert!(turns > 3 || block_on(run.save()).unwrap() == before, "{executor}");
            turns += 1;
        };
        // One that does not count.
        assert_eq!(turns, profile.steps + 1);
        assert!(block_on(run.profile(&mut Profiling::default(), f64::INFINITY)).unwrap().is_some());
        assert!(block_on(run.save()).unwrap() == before, "{executor}");
        assert_eq!(look(&mut run), looked, "{executor}");
        let launches: u32 = profile.kernels.iter().map(|kernel| kernel.launches).sum();
        assert_eq!(launches, run.cost().launches_per_step);
        let flops: f64 = profile.kernels.iter().map(|kernel| kernel.mflop * 1e6).sum();
        assert!((flops - run.cost().flops_per_step).abs() < 1e-6 * flops);
        assert!(profile.peak_gflops > 0.0 && profile.peak_gbps > 0.0 && profile.steps > 0);
        assert!(profile.kernels.iter().all(|kernel| kernel.ms >= 0.0 && kernel.mbytes > 0.0));
        assert!(profile.total_ms > 0.0 && profile.bound_ms > 0.0 && profile.bound_ms < 1e4 * profile.total_ms);
    }
}

#[test]
fn the_first_losses_are_certified() {
    let run_to = |link: &str, steps| {
        let mut run = open(link);
        advance(&mut run, steps);
        run.check()
    };
    assert_eq!(run_to(TINY, 9), None);
    let ten = run_to(TINY, 10).unwrap();
    assert!(ten.compare(&run_to(TINY, 20).unwrap()).same, "later steps do not matter");
    let other = ten.compare(&run_to(&format!("{TINY}&seed=1"), 10).unwrap());
    assert!(!other.same && other.difference.unwrap() > 1e-3);
    let gpu = ten.compare(&run_to(&TINY.replace("cpu", "webgpu"), 10).unwrap());
    assert!(gpu.difference.unwrap() < 1e-4, "{gpu:?}");
}
