//! Whole runs: the two executors agree, runs repeat bit by bit, a step costs what the design allows, a run that
//! diverges stops alone, and a configuration that does not fit is refused.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod common;

use common::training::{SMALL, configuration, executors_agree, learns_and_repeats, train};
use mnemoscope::compute::{Executor, Program};
use mnemoscope::encoding::{Encoding, Tuning};
use mnemoscope::error::Error;
use mnemoscope::kernels::control;
use mnemoscope::labs::trial::Trial;
use mnemoscope::model::transformer::{Replica, Transformer};
use mnemoscope::run::event::Event;
use mnemoscope::run::machine::Machine;
use pollster::block_on;

/// `MNEMOSCOPE_NO_GPU=1` says that this machine is known to have no adapter.
fn no_gpu() -> bool {
    let known = std::env::var("MNEMOSCOPE_NO_GPU").is_ok_and(|value| value == "1");
    if known {
        println!("SKIPPED: MNEMOSCOPE_NO_GPU=1");
    }
    known
}

#[test]
fn cpu_and_webgpu_train_alike() {
    if no_gpu() {
        return;
    }
    block_on(executors_agree(SMALL));
    let post_norm = "norm=post&activation=relu&task=half-shift&length=9&tied=true&dropout=0&clip=0&schedule=constant";
    block_on(executors_agree(&format!("{SMALL}&{post_norm}")));
}

#[test]
fn every_optimiser_trains_alike_on_both_executors_and_repeats() {
    for (optimiser, rate) in [("adam-tensor", 0.01), ("momentum", 0.02), ("descent", 0.1)] {
        let link = format!("{SMALL}&dropout=0&optimiser={optimiser}&rate={rate}");
        block_on(learns_and_repeats(&format!("{link}&executor=cpu")));
        if !no_gpu() {
            block_on(executors_agree(&link));
        }
    }
}

#[test]
fn two_runs_have_the_same_bits() {
    block_on(learns_and_repeats(&format!("{SMALL}&executor=cpu&dropout=0&rate=0.01")));
    if !no_gpu() {
        block_on(learns_and_repeats(&format!("{SMALL}&executor=webgpu&dropout=0&rate=0.01")));
    }
}

#[test]
fn reset_gives_the_same_run_again() {
    let mut run =
        block_on(Trial::open(configuration(&format!("{SMALL}&executor=cpu")), &mut Machine::default(), &mut |_, _| {}))
            .unwrap();
    block_on(run.advance(f64::INFINITY, 7)).unwrap();
    let first = block_on(run.parameters()).unwrap();
    run.reset().unwrap();
    let initial = block_on(run.parameters()).unwrap();
    assert_ne!(first, initial);
    block_on(run.advance(f64::INFINITY, 7)).unwrap();
    assert_eq!(first, block_on(run.parameters()).unwrap());
}

#[test]
fn steps_in_pieces_are_the_same_steps() {
    let whole = block_on(train(&format!("{SMALL}&executor=cpu"), 23));
    let mut run =
        block_on(Trial::open(configuration(&format!("{SMALL}&executor=cpu")), &mut Machine::default(), &mut |_, _| {}))
            .unwrap();
    let mut steps = Vec::new();
    for most in [1, 9, 13] {
        for event in block_on(run.advance(f64::INFINITY, most)).unwrap() {
            if let Event::Training { steps: new, .. } = event {
                steps.extend(new);
            }
        }
    }
    assert_eq!(steps, (1..=23).collect::<Vec<_>>(), "every step is reported once, in order");
    assert_eq!(whole.parameters, block_on(run.parameters()).unwrap());
}

/// The design's budget for two layers: at most 60 launches a step, one submission or less, nothing else.
#[test]
fn a_step_costs_what_the_design_allows() {
    let expected = [
        ("preset=copy-tiny", 32),
        ("preset=copy-small", 50),
        ("preset=paper", 52),
        ("preset=paper&norm=pre&encodings=rank,rope,alibi,spike-time-gain", 57),
    ];
    for (link, launches) in expected {
        let link = format!("{link}&seeds=1&symbols=5&batch=2&length=6&held_out=1&every=1000&steps=4000");
        let executor = if no_gpu() { "cpu" } else { "webgpu" };
        let link = format!("{link}&executor={executor}");
        let steps = 100;
        let start = std::time::Instant::now();
        let work = block_on(train(&link, steps)).work;
        // On a slow adapter a checkpoint falls due now and then: two more reads, and one more staging buffer in all.
        let checkpoints = start.elapsed().as_secs() / 5;
        assert_eq!(work.launches, u64::from(steps) * launches, "{link}");
        assert!(work.submits <= u64::from(steps), "{} submissions for {steps} steps", work.submits);
        assert_eq!((work.uploads, work.bind_groups), (0, 0), "{link}");
        // One staging buffer for the metrics of all these steps.
        assert!(work.buffers <= 1 + checkpoints.min(1) && work.reads <= 2 + 2 * checkpoints, "{work:?}");
    }
}

#[test]
fn a_run_that_diverges_stops_and_says_at_which_step() {
    // Without clipping, this rate sends the weights beyond what f32 holds within a few steps.
    for executor in ["cpu", "webgpu"] {
        if executor == "webgpu" && no_gpu() {
            continue;
        }
        let link = format!("{SMALL}&executor={executor}&encodings=rank,none&clip=0&warmup=0&dropout=0");
        let mut config = configuration(&link);
        config.rate = 1e30;
        let mut run = block_on(Trial::open(config, &mut Machine::default(), &mut |_, _| {})).unwrap();
        let mut stops = Vec::new();
        let mut losses: Vec<Vec<f32>> = Vec::new();
        let mut last = Vec::new();
        let mut finished = false;
        for event in block_on(run.advance(f64::INFINITY, 12)).unwrap() {
            match event {
                Event::Stopped { replica, step, .. } => stops.push((replica, step)),
                Event::Training { mut values, .. } => {
                    let loss = values.remove(0);
                    losses.resize(loss.len(), Vec::new());
                    losses.iter_mut().zip(loss).for_each(|(all, new)| all.extend(new));
                }
                Event::Evaluation { step: 10, mut values } => last = values.remove(0),
                Event::Finished { .. } => finished = true,
                _ => {}
            }
        }
        assert_eq!(stops.len(), 2, "{executor}: both runs stop, once each: {stops:?}");
        assert!(
            last.len() == 2 && last.iter().all(|loss| loss.is_nan()),
            "{executor}: evaluated all the same: {last:?}"
        );
        assert!(finished, "{executor}: with every run stopped the race is over");
        assert!(block_on(run.advance(f64::INFINITY, 5)).unwrap().is_empty());
        for (replica, step) in stops {
            let loss = &losses[replica as usize];
            assert!(step > 1 && loss[step as usize - 2].is_finite(), "{executor}: {loss:?}");
            assert!(loss[step as usize - 1..].iter().all(|loss| loss.is_nan()), "{executor}: {loss:?}");
        }
        assert!(block_on(run.parameters()).unwrap().iter().all(|value| !value.is_nan()));
    }
}

/// On one plan a replica with an absurd rate stops; its neighbour trains bit by bit as it would alone.
#[test]
fn a_replica_that_stops_does_not_touch_its_neighbour() {
    let model = Transformer::new(configuration(SMALL).training().architecture());
    let regime = configuration(&format!("{SMALL}&clip=0&warmup=0")).training().regime();
    let replica = |rate| Replica { decay: 0.01, ..Replica::new(Encoding::Rank, 1, rate, Tuning::default()) };
    let train = |replicas: &[Replica]| {
        let plan = model.plan(replicas, &regime).unwrap();
        let shared = plan.shared;
        let mut executor = Executor::cpu(plan);
        let mut each = |id, part: &dyn Fn(&Replica) -> Vec<f32>| {
            executor.write(id, &replicas.iter().flat_map(part).collect::<Vec<_>>()).unwrap();
        };
        each(shared.parameters, &|replica| model.initial(replica));
        each(shared.control, &|replica| model.control(replica).unwrap().to_vec());
        each(shared.rotations, &|_| model.rotations());
        executor.run(Program::Training, 8).unwrap();
        let [parameters] = block_on(executor.read([shared.parameters], None)).unwrap();
        let [control] = block_on(executor.read([shared.control], None)).unwrap();
        let stops: Vec<f32> = control.chunks(control::LEN).map(|block| block[control::STOPPED]).collect();
        (parameters, stops)
    };
    let (alone, _) = train(&[replica(1e-3)]);
    let (both, stops) = train(&[replica(1e30), replica(1e-3)]);
    assert!(stops[0] > 0.0 && stops[1] == 0.0, "{stops:?}");
    assert_eq!(both[alone.len()..], alone);
}

#[test]
fn a_configuration_that_does_not_fit_is_refused_with_the_bytes() {
    let link = "lab=copy&encodings=rank,rope,alibi,none&seeds=16&width=256&layers=6&length=256&batch=256&mlp=1024\
        &held_out=256&heads=8&executor=cpu";
    let error = block_on(Trial::open(configuration(link), &mut Machine::default(), &mut |_, _| {})).unwrap_err();
    let Error::TooLarge { needed, allowed, .. } = error else { panic!("{error}") };
    assert!(needed > allowed && allowed > 0);
    assert!(error.to_string().contains(&needed.to_string()), "{error}");
}

/// Launches past 65,535 workgroups go on along the second axis: 4.75 million parameters train on WebGPU as on the CPU.
#[test]
fn the_largest_model_trains_on_webgpu() {
    if no_gpu() {
        return;
    }
    let link = "lab=copy&task=reversal&encodings=sinusoidal&seeds=1&width=256&layers=6&heads=8&mlp=1024&length=5&batch=1\
        &held_out=1&steps=3&every=100";
    let cpu = block_on(train(&format!("{link}&executor=cpu"), 3));
    let gpu = block_on(train(&format!("{link}&executor=webgpu"), 3));
    assert_eq!(
        (gpu.executor.0.clone(), gpu.parameters.len() > 64 * 65_535),
        ("webgpu".to_owned(), true),
        "{:?}",
        gpu.executor
    );
    for (cpu, gpu) in cpu.loss[0].iter().zip(&gpu.loss[0]) {
        assert!((cpu - gpu).abs() < 1e-4 * cpu, "{cpu} on the CPU, {gpu} on WebGPU");
    }
    // Adam's first steps are of the size of the learning rate, 3e-3: what a launch left out would stand apart.
    let apart = cpu.parameters.iter().zip(&gpu.parameters).filter(|(a, b)| (*a - *b).abs() > 1e-3).count();
    assert!(apart < gpu.parameters.len() / 1000, "{apart} parameters differ");
}

/// What no single device limit catches is caught before anything is allocated.
#[test]
fn a_plan_beyond_the_devices_memory_goes_to_the_cpu_or_is_refused() {
    if no_gpu() {
        return;
    }
    let link = "lab=copy&encodings=rank,rope,alibi,none&seeds=16&width=256&layers=6&length=256&batch=256&mlp=1024\
        &held_out=256&heads=8&executor=webgpu";
    let error = block_on(Trial::open(configuration(link), &mut Machine::default(), &mut |_, _| {})).unwrap_err();
    assert_eq!(error.code(), "too-large", "{error}");
}

#[test]
fn auto_takes_the_cpu_on_a_software_adapter_and_says_why() {
    let report = block_on(train(&format!("{SMALL}&executor=auto"), 1));
    if report.executor.0 == "cpu" {
        assert!(report.executor.1.contains("adapter") || report.executor.1.contains("WebGPU"), "{:?}", report.executor);
    }
    let chosen = block_on(train(&format!("{SMALL}&executor=cpu"), 1));
    assert_eq!(chosen.executor, ("cpu".to_owned(), "You chose the CPU.".to_owned()));
}
