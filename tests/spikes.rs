//! Spiking neurons: what firing order has to be by the definitions of the neurons, fire times against an integration in small steps, and
//! the raster of a running machine.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::time::Instant;

use mnemoscope::kernels::rng::{pcg4d, unit};
use mnemoscope::labs::sequence::config::{ContextModel, DecoderKind, Neuron, SequenceConfig, Writing};
use mnemoscope::labs::sequence::spikes::{Spikes, Subject, spikes};
use mnemoscope::labs::settings::Settings;
use mnemoscope::run::claim::Outcome;
use mnemoscope::run::machine::ExecutorChoice;
use mnemoscope::run::machine::Machine;
use mnemoscope::sdm::code::{cosine, draw, levels, ranked};
use mnemoscope::sdm::machine::{Fixed, Input, Trace};
use mnemoscope::sdm::spiking::{Arrival, Layer, NeuronModel, Rdlif, Spike, Weights, Wheel, arrivals, evenly};
use pollster::block_on;

fn whole(levels: Vec<u32>) -> Vec<f64> {
    levels.into_iter().map(f64::from).collect()
}

fn order(spikes: &[Spike]) -> Vec<u32> {
    spikes.iter().map(|spike| spike.neuron).collect()
}

fn largest(sums: &[f64]) -> f64 {
    sums.iter().copied().fold(1.0, f64::max)
}

/// Weights from 0 to `most`, whole numbers.
fn random_weights(inputs: u32, outputs: u32, most: u32, seed: u32) -> Weights {
    let number = |at: u32| f64::from(pcg4d([seed, 77, 0, at])[0] % (most + 1));
    Weights::new(inputs, outputs, (0..inputs * outputs).map(number).collect()).unwrap()
}

/// Wheels with a threshold of `threshold` largest sums, that rise by one of them in the volley.
fn wheels(weights: &Weights, threshold: f64, volley: &[Arrival]) -> (Layer, Wheel) {
    let unit = largest(&weights.sums(volley).unwrap());
    let wheel = Wheel { slope: unit / volley.len() as f64, threshold: threshold * unit };
    (Layer::new(weights.clone(), NeuronModel::Wheel(wheel)).unwrap(), wheel)
}

#[test]
fn wheels_fire_in_the_order_of_their_dot_products() {
    let mut pairs = 0;
    let mut tied = 0;
    for (active, inputs, outputs) in [(1, 8, 5), (5, 64, 40), (11, 256, 300), (22, 512, 128), (64, 100, 200)] {
        for alpha in [0.3, 0.9, 0.99, 1.0] {
            // Few different weights leave many equal sums.
            for most in [1, 3, 255] {
                let weights = random_weights(inputs, outputs, most, active);
                let levels = whole(levels(active, alpha, most));
                for number in 0..50 {
                    let code = draw(active, inputs, [5, 6, number]);
                    // Neither the gaps nor the beginning matter.
                    let [start, gap] = [unit(pcg4d([number, 1, 2, 3])[0]) * 9.0, 0.1 + f64::from(number)];
                    let volley = arrivals(&evenly(&code, start, gap), &levels);
                    let sums = weights.sums(&volley).unwrap();
                    let (threshold, span) = (4.0, gap * f64::from(active));
                    let wheel = Wheel { slope: largest(&sums) / span, threshold: threshold * largest(&sums) };
                    assert!(wheel.waits(&volley, largest(&sums)));
                    let layer = Layer::new(weights.clone(), NeuronModel::Wheel(wheel)).unwrap();
                    let spikes = layer.fire(&volley, outputs as usize).unwrap();
                    assert_eq!(order(&spikes), ranked(&sums, outputs), "{active} of {inputs}, {alpha}, {most}");
                    for pair in spikes.windows(2) {
                        let equal = sums[pair[0].neuron as usize] == sums[pair[1].neuron as usize];
                        assert_eq!(equal, pair[0].time == pair[1].time);
                        tied += u32::from(equal);
                    }
                    let limit = outputs / 3;
                    assert_eq!(layer.fire(&volley, limit as usize).unwrap(), spikes[..limit as usize]);
                    pairs += 1;
                }
            }
        }
    }
    assert!(pairs == 3000 && tied > 10_000, "{pairs} pairs, {tied} ties");
}

#[test]
fn the_bound_of_the_threshold_is_the_bound() {
    // One neuron gets everything with the first spike, the other a little more with the last.
    let weights = Weights::new(2, 2, vec![10.0, 0.0, 0.0, 11.0]).unwrap();
    let volley = arrivals(&evenly(&[0, 1], 0.0, 1.0), &[1.0, 1.0]);
    // Slope 5, the last input at 1: the first neuron has 15 just before it.
    for (threshold, waits, first) in [(16.0, true, 1), (15.0, false, 0), (14.9, false, 0)] {
        let wheel = Wheel { slope: 5.0, threshold };
        assert_eq!(wheel.waits(&volley, 11.0), waits);
        let layer = Layer::new(weights.clone(), NeuronModel::Wheel(wheel)).unwrap();
        assert_eq!(order(&layer.fire(&volley, 1).unwrap()), [first], "{threshold}");
    }
}

#[test]
fn a_low_threshold_loses_the_order_of_wheels() {
    let weights = random_weights(64, 100, 255, 4);
    let levels = whole(levels(11, 0.9, 255));
    let (mut low, mut high) = (0, 0);
    for number in 0..100 {
        let volley = arrivals(&evenly(&draw(11, 64, [1, 1, number]), 0.0, 1.0), &levels);
        let reference = ranked(&weights.sums(&volley).unwrap(), 20);
        let same =
            |threshold: f64| order(&wheels(&weights, threshold, &volley).0.fire(&volley, 20).unwrap()) == reference;
        low += u32::from(same(0.5));
        high += u32::from(same(2.0));
    }
    assert_eq!((low, high), (0, 100));
}

#[test]
fn codes_travel_through_layers_of_wheels_with_the_times_of_their_spikes() {
    // No volley is spaced anew here: what a layer fires is what the next one gets.
    let alpha = 0.9;
    for seed in 0..20 {
        let mut spikes = evenly(&draw(11, 256, [seed, 1, 0]), 0.0, 1.0);
        let mut code = order(&spikes);
        for (place, (inputs, outputs, active)) in
            [(256, 512, 22), (512, 400, 16), (400, 256, 11)].into_iter().enumerate()
        {
            let weights = random_weights(inputs, outputs, 255, seed + 100 * place as u32);
            let volley = arrivals(&spikes, &whole(levels(code.len() as u32, alpha, 255)));
            let sums = weights
                .sums(&arrivals(&evenly(&code, 0.0, 1.0), &whole(levels(code.len() as u32, alpha, 255))))
                .unwrap();
            code = ranked(&sums, active);
            spikes = wheels(&weights, 4.0 * f64::from(active), &volley).0.fire(&volley, active as usize).unwrap();
            // Spikes at one time arrive in the order of neurons, the order in which they are ranked.
            assert_eq!(order(&spikes), code);
        }
    }
}

/// Classical Runge–Kutta of RDLIF in steps of `step`, and the time at which the threshold is met, between two steps by a line.
fn integrated(rdlif: &Rdlif, inputs: &[(f64, f64)], step: f64, until: f64) -> Option<f64> {
    let slope = |[rate, level]: [f64; 2]| [-rate / rdlif.rate_leak, rate - level / rdlif.leak];
    let mut state = [0.0, 0.0];
    let mut time = 0.0;
    let mut next = 0;
    while time < until {
        if next < inputs.len() && inputs[next].0 <= time {
            state[0] += inputs[next].1;
            next += 1;
            continue;
        }
        let h = inputs.get(next).map_or(step, |input| step.min(input.0 - time));
        let moved = |by: [f64; 2], share: f64| [state[0] + share * by[0], state[1] + share * by[1]];
        let first = slope(state);
        let second = slope(moved(first, h / 2.0));
        let third = slope(moved(second, h / 2.0));
        let fourth = slope(moved(third, h));
        let sum = |i: usize| state[i] + h / 6.0 * (first[i] + 2.0 * second[i] + 2.0 * third[i] + fourth[i]);
        let after = [sum(0), sum(1)];
        if after[1] >= rdlif.threshold {
            return Some(time + h * (rdlif.threshold - state[1]) / (after[1] - state[1]));
        }
        state = after;
        time += h;
    }
    None
}

#[test]
fn fire_times_agree_with_an_integration_in_small_steps() {
    let (mut fired, mut silent, mut worst) = (0, 0, 0.0_f64);
    for case in 0..60 {
        let [a, b, c, _] = pcg4d([case, 5, 6, 7]).map(unit);
        let leak = 1.0 + 10.0 * a;
        let rate_leak = if case % 3 == 0 { leak } else { 1.0 + 10.0 * b };
        let rdlif = Rdlif { threshold: 1.0 + 6.0 * c, rate_leak, leak };
        let weights: Vec<f64> = pcg4d([case, 8, 9, 1]).map(unit).to_vec();
        let times = [0.0, 1.5, 2.25, 4.0];
        let inputs: Vec<(f64, f64)> = times.into_iter().zip(weights.iter().copied()).collect();
        let volley: Vec<Arrival> = (0..).zip(times).map(|(input, time)| Arrival { input, time, level: 1.0 }).collect();
        let layer = Layer::new(Weights::new(4, 1, weights).unwrap(), NeuronModel::Rdlif(rdlif)).unwrap();
        let got = layer.fire(&volley, 1).unwrap().first().map(|spike| spike.time);
        match (got, integrated(&rdlif, &inputs, 1e-3, 80.0)) {
            (Some(got), Some(want)) => {
                fired += 1;
                worst = worst.max((got - want).abs());
            }
            (None, None) => silent += 1,
            other => panic!("{rdlif:?}: {other:?}"),
        }
    }
    // The line between two steps is off by about step² times curvature over slope.
    assert!(fired > 20 && silent > 5 && worst < 1e-4, "{fired}, {silent}, {worst}");
}

#[test]
fn wheels_agree_with_small_steps() {
    let (step, mut jumps) = (1e-3, 0);
    for case in 0..40 {
        let weights: Vec<f64> = pcg4d([case, 1, 1, 1]).map(|word| 3.0 * unit(word)).to_vec();
        let wheel = Wheel { slope: 0.5, threshold: 1.0 + 6.0 * unit(pcg4d([case, 2, 2, 2])[0]) };
        let volley: Vec<Arrival> =
            (0_u32..4).map(|input| Arrival { input, time: 1.0 + f64::from(input), level: 1.0 }).collect();
        let layer = Layer::new(Weights::new(4, 1, weights.clone()).unwrap(), NeuronModel::Wheel(wheel)).unwrap();
        let got = layer.fire(&volley, 1).unwrap()[0].time;
        let (mut level, mut next, mut tick) = (0.0, 0, 0_u32);
        let want = loop {
            let time = 1.0 + step * f64::from(tick);
            while next < 4 && volley[next].time <= time + 1e-9 {
                level += weights[next];
                next += 1;
            }
            if level + wheel.slope * (time - 1.0) >= wheel.threshold {
                break time;
            }
            tick += 1;
        };
        assert!((got - want).abs() <= step + 1e-9, "{got} {want}");
        jumps += u32::from(volley.iter().any(|arrival| arrival.time == got));
    }
    assert!(jumps > 3);
}

/// Mean cosine of RDLIF's firing order to the dot products', with `load` volleys before, and how many codes are complete.
fn rdlif_similarity(load: u32, threshold: f64) -> (f64, usize) {
    let (active, chosen, gap) = (11, 16, 1.0);
    let weights = random_weights(256, 300, 255, 9);
    let levels = whole(levels(active, 0.9, 255));
    let volley = |number: u32, start: f64| arrivals(&evenly(&draw(active, 256, [2, 3, number]), start, gap), &levels);
    let unit = (0..100).map(|number| largest(&weights.sums(&volley(number, 0.0)).unwrap())).fold(0.0, f64::max);
    let rdlif = Rdlif { threshold: threshold * unit, rate_leak: 20.0, leak: 20.0 };
    let layer = Layer::new(weights.clone(), NeuronModel::Rdlif(rdlif)).unwrap();
    let (mut sum, mut complete) = (0.0, 0);
    for number in 0..100 {
        let mut state = layer.rest();
        for ago in (1..=load).rev() {
            let start = -40.0 * f64::from(ago);
            layer.follow(&mut state, &volley(1000 + 100 * ago + number, start), start + 40.0, 0).unwrap();
        }
        let spikes = layer.follow(&mut state, &volley(number, 0.0), f64::INFINITY, chosen as usize).unwrap();
        complete += usize::from(spikes.len() == chosen as usize);
        sum += cosine(&order(&spikes), &ranked(&weights.sums(&volley(number, 0.0)).unwrap(), chosen), 0.9);
    }
    (sum / 100.0, complete)
}

#[test]
fn rdlif_does_not_keep_the_order_least_of_all_under_load() {
    let (without, complete) = rdlif_similarity(0, 4.0);
    assert!(without < 0.999 && without > 0.3 && complete == 100, "{without} {complete}");
    let (with, complete) = rdlif_similarity(4, 4.0);
    assert!(with < without && complete == 100, "{with} {without} {complete}");
}

#[test]
fn a_limit_on_rdlif_leaves_the_first_spikes_as_they_are() {
    for case in 0..40 {
        let [a, b, c, _] = pcg4d([case, 4, 4, 4]).map(unit);
        let weights = random_weights(64, 150, [3, 255][case as usize % 2], case);
        let volley = arrivals(&evenly(&draw(11, 64, [case, 1, 1]), 0.0, 1.0), &whole(levels(11, 0.9, 255)));
        let unit = largest(&weights.sums(&volley).unwrap());
        let rdlif = Rdlif { threshold: (0.5 + 3.0 * a) * unit, rate_leak: 1.0 + 20.0 * b, leak: 1.0 + 20.0 * c };
        let layer = Layer::new(weights, NeuronModel::Rdlif(rdlif)).unwrap();
        let all = layer.fire(&volley, usize::MAX).unwrap();
        for limit in [0, 1, 2, 7, 40, 149, 150] {
            let limit = limit.min(all.len());
            assert_eq!(layer.fire(&volley, limit).unwrap(), all[..limit]);
        }
    }
}

/// A machine that has stored a sequence, or nothing, and what it thinks when that is shown.
struct Stored {
    config: SequenceConfig,
    fixed: Fixed,
    store: Vec<f32>,
    codes: Vec<Vec<u32>>,
    trace: Trace,
}

impl Stored {
    fn new(config: SequenceConfig, written: bool) -> Self {
        let numbers = [0, 1, 2, 1, 0, 1, 2, 1];
        let (shape, replica) = (config.machine_shape(8), config.replica());
        let mut house = Machine::default();
        let made = block_on(config.machines(shape, vec![replica], None, &mut house, &mut |_, _| {}));
        let (mut machine, _) = made.unwrap_or_else(|error| panic!("{error}"));
        // What the store says depends on all that is in it, so it is filled first and then asked.
        let mut present = |write: bool| {
            machine.rest();
            let inputs = numbers.map(|symbol| Input { symbol: Some(symbol), write }).to_vec();
            block_on(machine.take_in(&[inputs])).unwrap().remove(0)
        };
        if written {
            present(true);
        }
        let trace = present(false);
        let store = block_on(machine.store(0)).unwrap();
        let codes = numbers.iter().map(|&symbol| shape.code(replica.seed, symbol)).collect();
        Self { fixed: Fixed::of(&shape, &replica), config, store, codes, trace }
    }

    fn spikes(&self, at: usize) -> Spikes {
        let shape = self.config.machine_shape(8);
        let subject = Subject {
            at,
            length: self.codes.len(),
            symbol: "symbol",
            shape: &shape,
            model: self.config.replica().model,
            fixed: &self.fixed,
            store: &self.store,
            input: &self.codes[at],
            before: &self.trace.contexts[at],
            context: &self.trace.contexts[at + 1],
            lines: &self.trace.lines[at + 1],
            output: &self.trace.outputs[at + 1],
        };
        spikes(&self.config, &subject).unwrap()
    }
}

fn settings() -> SequenceConfig {
    SequenceConfig { executor: ExecutorChoice::Cpu, ..SequenceConfig::default() }
}

/// What has to be right of any answer.
fn sound(spikes: &Spikes, config: &SequenceConfig) {
    assert_eq!(
        spikes.layers.iter().map(|layer| layer.id).collect::<Vec<_>>(),
        ["input", "context", "decoder", "output"]
    );
    for layer in &spikes.layers {
        assert!(layer.spikes.iter().zip(0..).all(|(spike, rank)| spike.rank == rank));
        assert!(layer.spikes.is_sorted_by(|a, b| (a.time, a.neuron) <= (b.time, b.neuron)));
        let last = layer.spikes.last().map_or(0.0, |spike| spike.time);
        assert!(layer.late.iter().all(|late| late.time >= last && late.time <= spikes.window));
        let mut neurons: Vec<u32> = layer.spikes.iter().map(|spike| spike.neuron).collect();
        neurons.extend(layer.late.iter().map(|late| late.neuron));
        let count = neurons.len();
        neurons.sort_unstable();
        neurons.dedup();
        assert!(neurons.len() == count && neurons.iter().all(|&neuron| neuron < layer.neurons));
        assert!(last <= spikes.window && layer.similarity <= 1.0 + 1e-12 && !layer.sentence.is_empty());
        assert!(!layer.same || (layer.similarity - 1.0).abs() < 1e-9);
    }
    assert_eq!(spikes.readings.len(), config.data_active as usize);
    for (reading, spike) in spikes.readings.iter().zip(&spikes.layers[0].spikes) {
        let share = reading.phase / std::f64::consts::TAU * spikes.readings.len() as f64;
        assert!((share - reading.time).abs() < 1e-12 && reading.phase < std::f64::consts::TAU);
        assert_eq!([reading.neuron, reading.rank], [spike.neuron, spike.rank]);
    }
    for trace in &spikes.traces {
        assert!(trace.time.is_sorted() && trace.time.len() == trace.activation.len());
        assert!(trace.activation.iter().all(|value| value.is_finite() && *value < spikes.threshold + 1.0));
        if let Some(fired) = trace.fired {
            let at: Vec<usize> = (0..trace.time.len()).filter(|&i| trace.time[i] == fired).collect();
            let [before, after] = [at[0], at[at.len() - 1]].map(|i| trace.activation[i]);
            assert!((before >= spikes.threshold - 1e-9) && after == 0.0, "{before} {after}");
        }
    }
    let text = serde_json::to_string(spikes).unwrap();
    assert!(!text.contains("null,") || spikes.traces.iter().any(|trace| trace.fired.is_none()));
}

#[test]
fn every_layer_of_wheels_fires_the_machines_code() {
    for (context, decoder, writing, alpha) in [
        (ContextModel::Combined, DecoderKind::Dense, Writing::Max, 0.9),
        (ContextModel::Layer, DecoderKind::Sparse, Writing::Max, 0.9),
        (ContextModel::Shift, DecoderKind::Dense, Writing::Max, 0.9),
        (ContextModel::Shift, DecoderKind::Sparse, Writing::Or, 0.99),
        (ContextModel::Combined, DecoderKind::Dense, Writing::Or, 1.0),
    ] {
        let config = SequenceConfig { context, decoder, writing, alpha, ..settings() };
        let stored = Stored::new(config.clone(), true);
        for at in [0, 3, 7] {
            let spikes = stored.spikes(at);
            sound(&spikes, &config);
            for layer in &spikes.layers {
                assert!(layer.same && layer.similarity > 1.0 - 1e-9, "{context:?} {}: {}", layer.id, layer.sentence);
            }
            let fired = |at: usize| spikes.layers[at].spikes.iter().map(|spike| spike.neuron).collect::<Vec<_>>();
            let same = |code: Vec<u32>, machine: &[u32]| {
                // At α = 1 a code is a set.
                let sorted = |code: &[u32]| code.iter().copied().collect::<std::collections::BTreeSet<_>>();
                code == machine || (alpha == 1.0 && sorted(&code) == sorted(machine))
            };
            assert!(same(fired(2), &stored.trace.lines[at + 1]), "{context:?} {at}");
            assert!(same(fired(3), &stored.trace.outputs[at + 1]), "{context:?} {at}");
            if context == ContextModel::Shift {
                assert_eq!(fired(1), stored.trace.contexts[at + 1]);
            } else {
                // Whole-number division may swap neurons that nearly tie.
                assert!(cosine(&fired(1), &stored.trace.contexts[at + 1], f64::from(alpha)) > 0.97);
            }
            // The contexts' difference is told.
            let told = spikes.layers[1].sentence.contains("drops remainders");
            assert_eq!(told, !same(fired(1), &stored.trace.contexts[at + 1]));
        }
    }
}

#[test]
fn checks_and_verdicts_follow_from_the_pairs() {
    let spikes = Stored::new(settings(), true).spikes(2);
    let rows: Vec<(&str, u32)> = spikes.checks.iter().map(|check| (check.neuron, check.load)).collect();
    assert_eq!(rows, [("wheel", 0), ("wheel", 1), ("wheel", 4), ("rdlif", 0), ("rdlif", 1), ("rdlif", 4)]);
    for check in &spikes.checks {
        // 88 of each of three seeds.
        assert_eq!(check.pairs, 264);
        assert!(check.least <= check.mean && check.mean <= 1.0);
        if check.neuron == "wheel" {
            assert_eq!((check.same, check.mean, check.least), (264, 1.0, 1.0));
        } else {
            assert!(check.same < 132 && check.mean < 0.999 && check.mean > 0.0, "{check:?}");
        }
    }
    assert!(spikes.checks[5].mean < spikes.checks[3].mean);
    let outcomes: Vec<(&str, Outcome)> = spikes.verdicts.iter().map(|v| (v.id.as_str(), v.verdict)).collect();
    assert_eq!(outcomes, [("wheel-order", Outcome::Holds), ("rdlif-load", Outcome::Holds)]);
    // A single input leaves no gaps for RDLIF's order to depend on.
    let single = SequenceConfig { data_active: 1, threshold: 0.1, ..settings() };
    let spikes = Stored::new(single, true).spikes(2);
    let alone = &spikes.checks[3];
    assert_eq!((alone.neuron, alone.load, alone.same), ("rdlif", 0, alone.pairs));
    assert!(spikes.checks[4].same < spikes.checks[4].pairs);
}

#[test]
fn low_thresholds_and_thresholds_that_nobody_reaches_are_told() {
    // A machine does not depend on the neurons that it is shown with.
    let stored = std::cell::RefCell::new(Stored::new(settings(), true));
    let with = |neuron: Neuron, threshold: f32, leak: f32, load: u32| {
        let config = SequenceConfig { neuron, threshold, leak, load, ..settings() };
        stored.borrow_mut().config = config.clone();
        let spikes = stored.borrow().spikes(3);
        sound(&spikes, &config);
        spikes
    };
    // Wheels that fire before the last input.
    let low = with(Neuron::Wheel, 0.5, 20.0, 1);
    assert!(low.layers[2].sentence.contains("so low"), "{}", low.layers[2].sentence);
    assert_eq!(low.verdicts[0].verdict, Outcome::Untested);
    assert!(!low.layers[2].same && low.layers[2].similarity < 1.0);
    // RDLIF that nothing can fire.
    let silent = with(Neuron::Rdlif, 100.0, 20.0, 3);
    for layer in &silent.layers[1..] {
        assert!(layer.spikes.is_empty() && layer.late.is_empty() && !layer.same && layer.similarity == 0.0);
        assert!(layer.sentence.contains("No RDLIF neuron reaches the threshold"), "{}", layer.sentence);
    }
    assert_eq!(silent.verdicts[1].verdict, Outcome::Untested);
    assert!(!silent.traces.is_empty() && silent.traces.iter().all(|trace| trace.fired.is_none()));
    // RDLIF of which some fire: a threshold just below the highest that any decoder neuron gets.
    let few = with(Neuron::Rdlif, 5.8, 20.0, 1);
    let partial = few.layers.iter().any(|layer| layer.sentence.starts_with("Only "));
    assert!(partial, "{:?}", few.layers.iter().map(|layer| &layer.sentence).collect::<Vec<_>>());
    let shown = with(Neuron::Rdlif, 4.0, 20.0, 64);
    assert!(shown.checks.iter().any(|check| check.load == 64) && !shown.layers[2].same);
}

#[test]
fn a_blank_store_fires_nothing_and_the_smallest_machine_works() {
    let blank = Stored::new(settings(), false);
    let spikes = blank.spikes(1);
    sound(&spikes, &settings());
    let output = &spikes.layers[3];
    assert!(output.spikes.is_empty() && output.sentence.starts_with("No input reaches"), "{}", output.sentence);
    for neuron in [Neuron::Wheel, Neuron::Rdlif] {
        for context in [ContextModel::Shift, ContextModel::Combined] {
            let mut small = SequenceConfig {
                neuron,
                context,
                data_size: 8,
                data_active: 1,
                context_size: 8,
                context_active: 1,
                decoders: 8,
                chosen: 1,
                alpha: 0.01,
                ..settings()
            };
            small.settle();
            sound(&Stored::new(small.clone(), true).spikes(2), &small);
        }
    }
}

#[test]
fn parts_that_do_not_fit_are_an_error() {
    let mut stored = Stored::new(settings(), true);
    stored.store.truncate(100);
    let shape = stored.config.machine_shape(8);
    let subject = Subject {
        at: 0,
        length: 1,
        symbol: "a",
        shape: &shape,
        model: stored.config.replica().model,
        fixed: &stored.fixed,
        store: &stored.store,
        input: &stored.codes[0],
        before: &stored.trace.contexts[0],
        context: &stored.trace.contexts[1],
        lines: &stored.trace.lines[1],
        output: &stored.trace.outputs[1],
    };
    assert!(spikes(&stored.config, &subject).is_err());
}

/// Not a gate: prints how long an answer takes (`cargo test --test spikes -- --ignored --nocapture`).
#[test]
#[ignore = "measures time"]
fn how_long_an_answer_takes() {
    for (neuron, load, decoders, threshold) in [
        (Neuron::Wheel, 1, 2048, 4.0),
        (Neuron::Rdlif, 1, 2048, 4.0),
        (Neuron::Rdlif, 64, 16_384, 1.0),
        (Neuron::Wheel, 64, 16_384, 4.0),
    ] {
        let config = SequenceConfig { neuron, load, decoders, threshold, ..settings() };
        let stored = Stored::new(config, true);
        let timed = |_| {
            let start = Instant::now();
            stored.spikes(3);
            start.elapsed().as_secs_f64() * 1e3
        };
        let least = (0..20).map(timed).fold(f64::INFINITY, f64::min);
        let spikes = stored.spikes(3);
        println!("{neuron:?}, load {load}, {decoders} decoders: {least:.1} ms, the least of 20");
        for check in &spikes.checks {
            println!("  {check:?}");
        }
        for layer in &spikes.layers {
            println!("  {} {:.4} {}", layer.label, layer.similarity, layer.sentence);
        }
        for verdict in &spikes.verdicts {
            println!("  {:?} {}", verdict.verdict, verdict.measured);
        }
    }
}
