//! The geometry lab: trained tables against the closed form, its verdict on data made up for it, its files and commands.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use mnemoscope::labs::Config;
use mnemoscope::labs::geometry::config::GeometryConfig;
use mnemoscope::labs::link::Link;
use mnemoscope::labs::trial::Trial;
use mnemoscope::run::claim::{Outcome, Verdict};
use mnemoscope::run::event::Event;
use mnemoscope::run::machine::Machine;
use mnemoscope::run::results::Results;
use pollster::block_on;

fn configuration(link: &str) -> Config {
    let Link { config, problems, .. } = Link::parse(&format!("lab=geometry&{link}"));
    assert!(problems.is_empty(), "{link}: {problems:?}");
    config
}

fn open(config: impl Into<Config>) -> Trial {
    block_on(Trial::open(config, &mut Machine::default(), &mut |_, _| {})).unwrap()
}

/// Trains to the end, or so many steps.
fn train(link: &str, steps: u32) -> Trial {
    let mut trial = open(configuration(link));
    block_on(trial.advance(f64::INFINITY, steps)).unwrap();
    trial
}

/// `‖Vᵀe‖` for a unit vector `e` over the nodes.
fn projection(table: &[f32], e: impl Fn(usize) -> f64, nodes: usize) -> f64 {
    let width = table.len() / nodes;
    let norm = (0..nodes).map(|node| e(node).powi(2)).sum::<f64>().sqrt();
    let column = |k: usize| (0..nodes).map(|node| e(node) * f64::from(table[node * width + k])).sum::<f64>();
    (0..width).map(|k| column(k).powi(2)).sum::<f64>().sqrt() / norm
}

/// Where descent ends on a cycle (C1.2 of the lab's notes): one circle of radius `r`, on which the softmax has the eigenvalue of the
/// targets, `Σ cos θ_j e^(r² cos θ_j) / Σ e^(r² cos θ_j) = cos(2π/n)` with `θ_j = 2πj/n`; found by bisection. The objective and the
/// projection on the unit vectors of that space.
fn closed_form(nodes: usize) -> (f64, f64) {
    let cos = |j: usize| (std::f64::consts::TAU * j as f64 / nodes as f64).cos();
    let sum = |square: f64, of: &dyn Fn(f64) -> f64| {
        (0..nodes).map(|j| of(cos(j)) * (square * cos(j)).exp()).sum::<f64>()
    };
    let (mut low, mut high) = (0.0, 100.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        let mean = sum(middle, &|cos| cos) / sum(middle, &|_| 1.0);
        if mean < cos(1) { low = middle } else { high = middle }
    }
    let n = nodes as f64;
    (n * (sum(low, &|_| 1.0).ln() - low * cos(1)), (low * n / 2.0).sqrt())
}

#[test]
fn cycles_end_where_the_closed_form_says() {
    let (objective, norm) = closed_form(15);
    assert!((objective - 21.52376).abs() < 1e-5 && (norm - 6.75129).abs() < 1e-5, "{objective} {norm}");
    let (objective, norm) = closed_form(16);
    assert!((objective - 22.92488).abs() < 1e-5 && (norm - 7.40553).abs() < 1e-5, "{objective} {norm}");
    // Eight time constants of what decays slowest, and that from a smaller start, which ends in the same place.
    for (nodes, link) in [(15, "steps=13200"), (8, "steps=3000&node2vec_scale=0.1&node2vec_width=33&seeds=1")] {
        let mut trial = train(&format!("executor=cpu&graph=cycle&nodes={nodes}&every=1000&{link}"), 0);
        let (objective, norm) = closed_form(nodes);
        let results = trial.results().unwrap();
        for run in 0..results.runs.len() {
            let last = f64::from(results.last("objective", run).unwrap());
            assert!((last - objective).abs() < 1e-3, "{nodes} nodes, run {run}: {last}, not {objective}");
            let table = block_on(trial.trained(run as u32)).unwrap().parameters;
            let wave = |harmonic: usize, shift: f64| {
                projection(
                    &table,
                    |node| (std::f64::consts::TAU * (harmonic * node) as f64 / nodes as f64 + shift).cos(),
                    nodes,
                )
            };
            for shift in [0.0, std::f64::consts::FRAC_PI_2] {
                assert!((wave(1, shift) - norm).abs() < 1e-3, "run {run}: {}, not {norm}", wave(1, shift));
                assert!((2..nodes / 2).all(|harmonic| wave(harmonic, shift) < 0.05), "run {run}: the rest has decayed");
            }
        }
    }
}

/// Losses and gradient norms of the first ten steps, of three runs.
fn first(link: &str, executor: &str) -> Vec<f32> {
    let mut trial = open(configuration(&format!("{link}&every=10&executor={executor}")));
    assert_eq!(trial.executor().kind, executor, "{:?}", trial.executor());
    let before = trial.counters().launches;
    let events = block_on(trial.advance(f64::INFINITY, 10)).unwrap();
    // Five a step, and two for the evaluation at the end.
    assert_eq!(trial.counters().launches - before, 10 * 5 + 2);
    let values = events.into_iter().filter_map(|event| match event {
        Event::Training { values, .. } => Some(values.into_iter().flatten().flatten()),
        _ => None,
    });
    let values: Vec<f32> = values.flatten().collect();
    assert_eq!(values.len(), 2 * 3 * 10);
    values
}

#[test]
fn both_executors_lose_alike() {
    if std::env::var("MNEMOSCOPE_NO_GPU").is_ok_and(|value| value == "1") {
        println!("SKIPPED: MNEMOSCOPE_NO_GPU=1");
        return;
    }
    for link in ["graph=star", "graph=grid&rows=9&columns=8&node2vec_width=33", "graph=cycle&node2vec_scale=0.1"] {
        let [cpu, gpu] = ["cpu", "webgpu"].map(|executor| first(link, executor));
        let worst = cpu.iter().zip(&gpu).map(|(cpu, gpu)| (cpu - gpu).abs() / cpu.abs()).fold(0.0, f32::max);
        println!("{link}: largest relative difference of ten losses and gradients: {worst:.1e}");
        assert!(worst <= 1e-4, "{link}: {worst}");
    }
}
