use super::*;

fn wheel(slope: f64, threshold: f64) -> NeuronModel {
    NeuronModel::Wheel(Wheel { slope, threshold })
}

fn rdlif(threshold: f64, rate_leak: f64, leak: f64) -> NeuronModel {
    NeuronModel::Rdlif(Rdlif { threshold, rate_leak, leak })
}

/// A layer of one input.
fn single(weights: &[f64], neuron: NeuronModel) -> Layer {
    Layer::new(Weights::new(1, weights.len() as u32, weights.to_vec()).unwrap(), neuron).unwrap()
}

fn pulse(time: f64, level: f64) -> Arrival {
    Arrival { input: 0, time, level }
}

#[test]
fn the_first_spike_to_arrive_is_the_most_significant() {
    let spikes = [(3, 2.0), (7, 1.0), (1, 2.0), (0, 5.0)].map(|(neuron, time)| Spike { neuron, time });
    let got = arrivals(&spikes, &[8.0, 4.0, 2.0]);
    let want = [(7, 1.0, 8.0), (1, 2.0, 4.0), (3, 2.0, 2.0)];
    assert_eq!(got, want.map(|(input, time, level)| Arrival { input, time, level }));
    assert_eq!(evenly(&[4, 2], 1.5, 0.5), [(4, 1.5), (2, 2.0)].map(|(neuron, time)| Spike { neuron, time }));
}

#[test]
fn a_wheel_fires_where_its_line_or_a_jump_meets_the_threshold() {
    // Inputs at 1 and 2 of weights 2, 5 and 9: by its line alone (10 − 4)/1 + 1; by its line after jumps that make it 10 at once; at the
    // first jump past the threshold.
    let layer = single(&[2.0, 4.5, 12.0], wheel(1.0, 10.0));
    let got = layer.fire(&[pulse(1.0, 1.0), pulse(2.0, 1.0)], 3).unwrap();
    let want = [(2, 1.0), (1, 2.0), (0, 7.0)].map(|(neuron, time)| Spike { neuron, time });
    assert_eq!(got, want);
    // It reaches the threshold between two inputs, and the second no longer counts.
    let got = layer.fire(&[pulse(1.0, 1.0), pulse(9.5, 1.0)], 3).unwrap();
    let want = [(2, 1.0), (1, 6.5), (0, 9.0)].map(|(neuron, time)| Spike { neuron, time });
    assert_eq!(got, want);
}

#[test]
fn equal_times_leave_in_the_order_of_neurons_and_the_limit_cuts_there() {
    for neuron in [wheel(1.0, 10.0), rdlif(1.0, 5.0, 5.0)] {
        let layer = single(&[1.0, 3.0, 3.0, 3.0, 2.0], neuron);
        let all = layer.fire(&[pulse(0.0, 1.0)], 5).unwrap();
        assert_eq!(all.iter().map(|spike| spike.neuron).collect::<Vec<_>>(), [1, 2, 3, 4, 0]);
        assert_eq!(all[0].time, all[2].time);
        for limit in 0..5 {
            assert_eq!(layer.fire(&[pulse(0.0, 1.0)], limit).unwrap(), all[..limit]);
        }
        assert_eq!(layer.fire(&[pulse(0.0, 1.0)], 100).unwrap(), all);
    }
}

#[test]
fn nothing_comes_of_nothing() {
    for neuron in [wheel(1.0, 10.0), rdlif(1.0, 5.0, 4.0)] {
        let layer = single(&[1.0, 0.0], neuron);
        assert_eq!(layer.fire(&[], 2).unwrap(), []);
        assert_eq!(layer.trace(&layer.rest(), &[], 0, &[0.0, 3.0]).unwrap(), [0.0, 0.0]);
        let none = Layer::new(Weights::new(0, 0, Vec::new()).unwrap(), neuron).unwrap();
        assert_eq!(none.fire(&[], 2).unwrap(), []);
    }
    // Without input a wheel still rises, and an RDLIF neuron does not.
    let started = |neuron| single(&[1.0, 0.0], neuron).fire(&[pulse(0.0, 1.0)], 2).unwrap().len();
    assert_eq!([started(wheel(1.0, 10.0)), started(rdlif(0.5, 5.0, 4.0))], [2, 1]);
}

#[test]
fn equal_and_nearly_equal_constants_agree() {
    let volley: Vec<Arrival> = (0..8).map(|j| pulse(f64::from(j), 1.0 / f64::from(j + 1))).collect();
    let at = |difference: f64| {
        single(&[1.0, 0.8], rdlif(3.0, 6.0, 6.0 + difference))
            .fire(&volley, 2)
            .unwrap()
            .iter()
            .map(|s| s.time)
            .sum::<f64>()
    };
    for difference in [1e-15, 1e-12, 1e-9, -1e-9] {
        assert!((at(difference) - at(0.0)).abs() < 1e-7, "{difference}");
    }
    assert!((at(0.5) - at(0.0)).abs() > 1e-3);
}

#[test]
fn a_wheel_is_at_rest_when_the_next_volley_comes_late_enough() {
    let layer = single(&[2.0, 0.0, 3.0], wheel(0.5, 10.0));
    let volley = [pulse(1.0, 1.0), pulse(2.0, 0.5)];
    let fresh = layer.fire(&volley, 3).unwrap();
    for (next, rest) in [(21.0, true), (20.9, false)] {
        let mut state = layer.rest();
        layer.follow(&mut state, &volley, next, 0).unwrap();
        assert_eq!(layer.is_rest(&state), rest);
        let later = volley.map(|arrival| Arrival { time: arrival.time + next - 1.0, ..arrival });
        let got = layer.follow(&mut state, &later, f64::INFINITY, 3).unwrap();
        let moved: Vec<f64> = got.iter().map(|spike| spike.time - next + 1.0).collect();
        let same = fresh.iter().zip(&moved).all(|(spike, time)| (spike.time - time).abs() < 1e-9);
        assert_eq!(same, rest, "{moved:?}");
    }
}

#[test]
fn rdlif_keeps_what_has_not_fired_and_nothing_of_what_has() {
    let layer = single(&[1.0, 0.1], rdlif(1.0, 10.0, 10.0));
    let mut state = layer.rest();
    let spikes = layer.follow(&mut state, &[pulse(0.0, 1.0)], 12.0, 2).unwrap();
    assert_eq!(spikes.iter().map(|spike| spike.neuron).collect::<Vec<_>>(), [0]);
    assert_eq!([state.rate[0], state.level[0]], [0.0, 0.0]);
    let [rate, level] = [state.rate[1], state.level[1]];
    assert!((rate - 0.1 * (-1.2_f64).exp()).abs() < 1e-15 && (level - 12.0 * rate).abs() < 1e-14);
    assert!(!layer.is_rest(&state));
    // The second neuron now begins ahead of where it began, the first does not.
    let again = layer.trace(&state, &[pulse(12.0, 1.0)], 1, &[11.0, 12.0, 13.0]).unwrap();
    assert!((again[1] - level).abs() < 1e-14 && again[0] == again[1] && again[2] > again[1]);
    assert_eq!(layer.trace(&state, &[pulse(12.0, 1.0)], 0, &[12.0]).unwrap(), [0.0]);
}

#[test]
fn a_neuron_fires_once_in_a_volley_and_again_in_the_next() {
    for neuron in [wheel(1.0, 4.0), rdlif(1.0, 5.0, 4.0)] {
        let layer = single(&[3.0], neuron);
        let volley = |start: f64| (0..10).map(|j| pulse(start + f64::from(j), 1.0)).collect::<Vec<_>>();
        let mut state = layer.rest();
        let first = layer.follow(&mut state, &volley(0.0), 20.0, 10).unwrap();
        let second = layer.follow(&mut state, &volley(20.0), 40.0, 10).unwrap();
        assert_eq!([first.len(), second.len()], [1, 1]);
        assert!((second[0].time - first[0].time - 20.0).abs() < 1e-12);
    }
}

#[test]
fn a_layer_that_is_shut_off_resets_without_a_spike() {
    for neuron in [wheel(1.0, 4.0), rdlif(1.0, 5.0, 4.0)] {
        let layer = single(&[3.0, 2.0, 1.0], neuron);
        let [mut timed, mut silent] = [layer.rest(), layer.rest()];
        let volley = [pulse(0.0, 1.0), pulse(1.0, 1.0)];
        assert_eq!(layer.follow(&mut timed, &volley, 15.0, 3).unwrap().len(), 3);
        assert_eq!(layer.follow(&mut silent, &volley, 15.0, 1).unwrap().len(), 1);
        assert_eq!(timed, silent);
        assert!(layer.is_rest(&silent));
    }
}

#[test]
fn traces_show_what_fires() {
    for neuron in [wheel(0.5, 10.0), rdlif(6.0, 5.0, 4.0)] {
        let layer = single(&[2.0, 1.5, 0.2], neuron);
        let volley = [pulse(1.0, 1.0), pulse(2.0, 0.9), pulse(3.5, 0.8)];
        for spike in layer.fire(&volley, 2).unwrap() {
            let times = [0.0, spike.time - 1e-9, spike.time, spike.time + 1e-9];
            let trace = layer.trace(&layer.rest(), &volley, spike.neuron, &times).unwrap();
            assert_eq!([trace[0], trace[3]], [0.0, 0.0]);
            let threshold = neuron.constants()[0].1;
            assert!(trace[1] < threshold && (trace[2] - threshold).abs() < 1e-9);
        }
    }
}

#[test]
fn what_does_not_fit_is_an_error() {
    let wrong = [
        Weights::new(2, 3, vec![0.0; 5]).err(),
        Weights::new(1, 1, vec![-1.0]).err(),
        Weights::new(1, 1, vec![f64::NAN]).err(),
    ];
    assert!(wrong.iter().all(|error| matches!(error, Some(Error::Internal(_)))));
    let weights = || Weights::new(1, 2, vec![1.0, 2.0]).unwrap();
    for neuron in [wheel(0.0, 1.0), wheel(1.0, f64::NAN), rdlif(1.0, -1.0, 1.0), rdlif(1.0, 1.0, f64::INFINITY)] {
        let error = Layer::new(weights(), neuron).err();
        assert!(matches!(&error, Some(Error::Config(text)) if text.contains("above 0")), "{error:?}");
    }
    let layer = Layer::new(weights(), wheel(1.0, 5.0)).unwrap();
    for arrival in [
        Arrival { input: 1, time: 0.0, level: 1.0 },
        Arrival { input: 0, time: f64::NAN, level: 1.0 },
        Arrival { input: 0, time: 0.0, level: -1.0 },
    ] {
        assert!(layer.fire(&[arrival], 1).is_err());
    }
    let mut state = layer.rest();
    assert!(layer.follow(&mut state, &[pulse(2.0, 1.0)], 1.0, 1).is_err());
    layer.follow(&mut state, &[pulse(2.0, 1.0)], 8.0, 1).unwrap();
    assert!(layer.follow(&mut state, &[pulse(7.0, 1.0)], 9.0, 1).is_err());
    assert!(layer.trace(&layer.rest(), &[], 2, &[0.0]).is_err());
    assert!(single(&[1.0], wheel(1.0, 5.0)).follow(&mut state, &[], 10.0, 1).is_err());
}
