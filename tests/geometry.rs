//! The geometry lab: trained tables against the closed form, its verdict on data made up for it, its files and commands.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "common/shell.rs"]
mod shell;

use mnemoscope::labs::Config;
use mnemoscope::labs::geometry::closed::ClosedForm;
use mnemoscope::labs::geometry::config::GeometryConfig;
use mnemoscope::labs::geometry::graph::Nodes;
use mnemoscope::labs::geometry::landscape::{Landscape, products};
use mnemoscope::labs::link::Link;
use mnemoscope::labs::trial::Trial;
use mnemoscope::run::claim::{Outcome, Verdict};
use mnemoscope::run::collector::Stop;
use mnemoscope::run::event::Event;
use mnemoscope::run::machine::Machine;
use mnemoscope::run::profile::Profiling;
use pollster::block_on;
use shell::{expect, json, text};
use tempfile::TempDir;

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

fn trial_nodes(trial: &Trial) -> Nodes {
    trial.config().of::<GeometryConfig>().unwrap().network().unwrap()
}

/// Node2Vec alone.
const ALONE: &str = "executor=cpu&models=node2vec";

#[test]
fn descent_ends_where_the_closed_form_says() {
    // Eight time constants of what decays slowest, and that also from a smaller start, which ends in the same place.
    let small = "graph=cycle&nodes=8&node2vec_scale=0.1&node2vec_width=33&node2vec_steps=3000";
    let steeper = "graph=hypercube&dimension=3&node2vec_rate=0.02&node2vec_steps=6000";
    for link in ["preset=cycle", small, steeper] {
        let mut trial = train(&format!("{link}&{ALONE}&every=1000"), 0);
        let settings = trial.config().of::<GeometryConfig>().unwrap();
        let nodes = settings.network().unwrap();
        let spectrum = nodes.spectrum();
        let end = ClosedForm::of(&nodes, &spectrum).unwrap();
        assert!(f64::from(settings.node2vec_steps) >= end.steps(f64::from(settings.node2vec_rate)), "{link}");
        let (results, size) = (trial.results().unwrap(), nodes.len());
        for run in 0..results.runs.len() {
            let last = f64::from(results.last("objective", run).unwrap());
            assert!((last - end.objective).abs() < 1e-3, "{link}, run {run}: {last}, not {end:?}");
            let table = block_on(trial.trained(run as u32)).unwrap().parameters;
            // Any unit vector of the space, whichever basis it was given; after it nothing is left.
            for (at, space) in spectrum.spaces.iter().enumerate().skip(1) {
                for vector in &spectrum.vectors[space.clone()] {
                    let found = projection(&table, |node| vector[node], size);
                    let wanted = if at == 1 { end.projection } else { 0.0 };
                    assert!(
                        (found - wanted).abs() < if at == 1 { 1e-3 } else { 0.05 },
                        "{link}, {at}: {found}, not {wanted}"
                    );
                }
            }
        }
        for id in ["map", "closed-form", "null-space"] {
            let verdict = results.verdicts.iter().find(|verdict| verdict.id == id).unwrap();
            let wanted = if id == "map" && size < 15 { Outcome::Untested } else { Outcome::Holds };
            assert_eq!(verdict.verdict, wanted, "{link}: {verdict:?}");
        }
    }
    // Before that the end is not judged, and the claim says how many steps it takes.
    let early = train(&format!("graph=cycle&{ALONE}&node2vec_steps=400"), 0).verdicts().unwrap();
    let verdict = early.iter().find(|verdict| verdict.id == "closed-form").unwrap();
    let steps = verdict.decides.unwrap().steps.unwrap();
    assert!(verdict.verdict == Outcome::Open && (13_200..13_300).contains(&steps), "{verdict:?}");
}

/// Losses and gradient norms of the first ten steps, of three runs, that take so many launches a step and an evaluation.
fn first(link: &str, [step, evaluation]: [u64; 2], executor: &str) -> Vec<f32> {
    let mut trial = open(configuration(&format!("{link}&every=10&executor={executor}")));
    assert_eq!(trial.executor().kind, executor, "{:?}", trial.executor());
    let before = trial.counters().launches;
    let events = block_on(trial.advance(f64::INFINITY, 10)).unwrap();
    assert_eq!(trial.counters().launches - before, 10 * step + evaluation, "{link}");
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
    let cases = [
        ("models=node2vec", [5, 2]),
        ("models=node2vec&graph=grid&rows=9&columns=8&node2vec_width=33", [5, 2]),
        ("models=net&graph=cycle&self_edges=yes", [11, 5]),
        ("models=transformer&graph=tree&directions=forward", [28, 12]),
        ("experiment=paths&arms=60&path_nodes=4&width=16&heads=2&mlp=24&layers=2&batch=33&rate=0.002", [48, 20]),
        (
            "experiment=paths&target=path&arms=30&path_nodes=5&width=16&heads=2&mlp=24&layers=2&batch=17&dropout=0.1",
            [52, 20],
        ),
    ];
    for (link, launches) in cases {
        let [cpu, gpu] = ["cpu", "webgpu"].map(|executor| first(link, launches, executor));
        let worst = cpu.iter().zip(&gpu).map(|(cpu, gpu)| (cpu - gpu).abs() / cpu.abs()).fold(0.0, f32::max);
        println!("{link}: largest relative difference of ten losses and gradients: {worst:.1e}");
        assert!(worst <= 1e-4, "{link}: {worst}");
    }
}

/// The verdict on a race that ended with these tables, one a seed.
fn verdict(link: &str, tables: &[Vec<f64>], change: impl Fn(&mut mnemoscope::run::results::Results)) -> Verdict {
    let config = configuration(&format!("{link}&{ALONE}&seeds={}", tables.len()));
    let settings = config.of::<GeometryConfig>().unwrap();
    let nodes = settings.network().unwrap().len();
    let landscape = Landscape::new(settings.network().unwrap());
    let mut trial = open(config.clone());
    block_on(trial.advance(0.0, 0)).unwrap();
    let mut results = trial.results().unwrap();
    let point = results.curves.last_mut().unwrap();
    for (run, table) in tables.iter().enumerate() {
        let found = landscape.judge(table, &products(table, table, table.len() / nodes), &landscape.nodes.neighbours);
        for (of, value) in point.values[1..].iter_mut().zip(found) {
            of[run] = value as f32;
        }
    }
    change(&mut results);
    let findings = config.racing().unwrap().findings();
    let mut verdicts = findings.verdicts(&results, settings.node2vec_steps).unwrap();
    verdicts.retain(|verdict| verdict.id == "map");
    verdicts.remove(0)
}

/// A closed walk of so many turns, at a place far from zero or near.
fn walk(nodes: usize, turns: usize, away: f64) -> Vec<f64> {
    let angle = |node: usize| std::f64::consts::TAU * (node * turns % nodes) as f64 / nodes as f64;
    (0..nodes).flat_map(|node| [angle(node).cos(), angle(node).sin(), away]).collect()
}

#[test]
fn the_verdict_on_tables_that_are_maps_and_on_some_that_are_not() {
    let judged = |tables: &[Vec<f64>]| verdict("graph=cycle", tables, |_| {});
    let three = |table: Vec<f64>| [table.clone(), table.clone(), table];
    let map = walk(15, 1, 0.0);
    assert_eq!(judged(&three(map.clone())).verdict, Outcome::Holds);
    // Nodes that are all but alike, which the constant vector puts at the top; twice around, where opposite nodes fall together.
    assert_eq!(judged(&three(walk(15, 4, 30.0))).verdict, Outcome::Fails);
    assert_eq!(verdict("graph=cycle&nodes=24", &three(walk(24, 2, 0.0)), |_| {}).verdict, Outcome::Fails);
    // Neighbours as opposites; one direction a node; numbers as they are drawn.
    let zigzag = walk(15, 7, 0.0);
    let mut apart = vec![0.0; 225];
    apart.iter_mut().step_by(16).enumerate().for_each(|(node, one)| *one = 1.0 + 0.1 * node as f64);
    assert_eq!(judged(&three(zigzag.clone())).verdict, Outcome::Fails);
    assert_eq!(judged(&three(apart)).verdict, Outcome::Open, "all cosines are zero");
    let drawn =
        open(configuration(&format!("{ALONE}&graph=cycle&seeds=1"))).lineup().squads[0].model.initial(0).unwrap();
    let drawn: Vec<f64> = drawn.into_iter().map(f64::from).collect();
    assert_eq!(judged(&three(drawn)).verdict, Outcome::Fails);
    // Two seeds, or one that disagrees.
    let few = judged(&[map.clone(), map.clone()]);
    assert!(few.verdict == Outcome::Open && few.why.contains("2 of 3 seeds"), "{few:?}");
    let one = judged(&[map.clone(), map.clone(), zigzag]);
    assert!(one.verdict == Outcome::Open && one.why.contains("disagree"), "{one:?}");
    // A race that is not over, and one that met a number which is not finite.
    let mut early = open(configuration(&format!("{ALONE}&graph=cycle")));
    block_on(early.advance(0.0, 5)).unwrap();
    assert!(early.verdicts().unwrap()[0].why.contains("not over"));
    let stopped = verdict("graph=cycle", &three(map), |results| {
        results.runs[1].stopped = Some(Stop { step: 7, reason: String::new() });
    });
    assert!(stopped.verdict == Outcome::Open && stopped.why.contains("step 7"), "{stopped:?}");
}

/// Data on which the rule is wrong, or would be if it were asked: as docs/verdicts.md has them.
#[test]
fn where_the_rule_is_wrong() {
    let judged = |link: &str, table: Vec<f64>| verdict(link, &[table.clone(), table.clone(), table], |_| {});
    // A map one of whose rows is ten times as long: by dot product it is nearest to half of the others, so that few find their neighbours.
    let mut long = walk(15, 1, 0.0);
    long[..2].iter_mut().for_each(|number| *number *= 10.0);
    assert_eq!(judged("graph=cycle", long).verdict, Outcome::Fails);
    // Alike to the last digit is seen.
    assert_eq!(judged("graph=cycle", [1.0, 2.0].repeat(15)).verdict, Outcome::Open);
    // Where the top is half of everything, nothing can have twice its share there: that is not asked.
    for (link, nodes) in [("graph=star&path_nodes=3", 9), ("graph=cycle&nodes=12", 12), ("graph=cycle&nodes=3", 3)] {
        let verdict = judged(link, walk(nodes, 1, 0.0));
        assert_eq!(verdict.verdict, Outcome::Untested, "{link}: {verdict:?}");
    }
    // Too few steps: the claim speaks of so many, and fails.
    let short = train(&format!("{ALONE}&graph=cycle&node2vec_steps=3"), 0).verdicts().unwrap();
    assert!(short[0].verdict == Outcome::Fails && short[0].claim.contains("within 3 steps"), "{short:?}");
}

#[test]
fn trained_tables_are_maps_and_a_saved_race_goes_on_with_the_same_bits() {
    for graph in ["star", "grid", "cycle"] {
        let link = format!("executor=cpu&graph={graph}&node2vec_steps=400&steps=300");
        let mut whole = train(&link, 0);
        let results = whole.results().unwrap();
        assert_eq!(results.verdicts[0].verdict, Outcome::Holds, "{graph}: {:?}", results.verdicts[0]);
        let last = |id: &str, run| f64::from(results.last(id, run).unwrap());
        assert!((0..3).all(|run| last("recovery", run) == 1.0 && last("hop-correlation", run) < -0.93), "{graph}");
        // All learners have stored the edges, each in its own way; what is not frozen has a loss at the floor, and none goes below.
        let floor = Nodes::floor(&trial_nodes(&whole).taught(false, false), trial_nodes(&whole).len());
        for (run, of) in results.runs.iter().enumerate() {
            let (found, over) = (last("recovery", run), last("loss", run) - floor);
            let near = !matches!(of.arm.as_str(), "net" | "transformer") || over < 0.08;
            assert!(found > 0.99 && over > -1e-6 && near, "{graph}, {}: {found}, {over} above the floor", of.arm);
        }
        let mut half = train(&link, 150);
        // It can be timed, and says of what cannot be looked into that it is none.
        let profile = block_on(half.profile(&mut Profiling::default(), f64::INFINITY)).unwrap().unwrap();
        assert!(serde_json::to_string(&profile).unwrap().contains("tied_cross_entropy_backward"));
        let refused = block_on(half.inspect(0, "")).unwrap_err().to_string();
        assert!(refused.contains("transformer"), "{refused}");
        let file = block_on(half.save()).unwrap();
        let mut rest = block_on(Trial::restore(&file, &mut Machine::default(), &mut |_, _| {})).unwrap();
        block_on(rest.advance(f64::INFINITY, 0)).unwrap();
        assert_eq!(block_on(rest.save()).unwrap(), block_on(whole.save()).unwrap(), "{graph}");
    }
}

#[test]
fn a_graph_that_is_too_large_is_made_smaller_and_says_so() {
    for (link, field, used) in [("arms=200", "arms", "127"), ("graph=torus&rows=32&columns=32", "columns", "16")] {
        let Link { config, problems, .. } = Link::parse(&format!("lab=geometry&{link}"));
        let [problem] = &problems[..] else { panic!("{link}: {problems:?}") };
        assert_eq!((problem.field.as_str(), problem.used.as_str()), (field, used));
        let model = &config.lineup().unwrap().squads[0].model;
        assert!(model.plan(0..1).unwrap().bytes() < 8 << 20);
    }
}

#[test]
fn the_command_line_trains_goes_on_and_evaluates() {
    let folder = TempDir::new().unwrap();
    let race = "geometry run --graph cycle --models node2vec --executor cpu --every 100 --checkpoint race.safetensors";
    let words = expect(&shell::run(&folder, &format!("{race} --node2vec-steps 200 --out - --csv half.csv")), 0);
    assert!(words.contains("hop correlation") && words.contains("Node2Vec") && !words.contains("99 %"), "{words}");
    let words =
        expect(&shell::run(&folder, &format!("{race} --node2vec-steps 400 --out whole.json --csv whole.csv")), 0);
    assert!(words.contains("going on from step 200"), "{words}");
    let results = json(&text(&folder, "whole.json"));
    assert_eq!((&results["lab"], &results["cost"]["launchesPerStep"]), (&"geometry".into(), &5.into()));
    let (half, whole) = (text(&folder, "half.csv"), text(&folder, "whole.csv"));
    assert!(
        half.starts_with(
            "arm,seed,step,loss,hop-correlation,edge-cosine,other-cosine,recovery,top-energy,bottom-energy,objective,projection,residual\n"
        )
    );
    assert!(half.lines().all(|line| whole.contains(line)), "{half}{whole}");
    let words = expect(&shell::run(&folder, "evaluate race.safetensors --csv end.csv --out end.json"), 0);
    assert!(words.contains("step 400 of 400\n") && !words.contains("held-out"), "{words}");
    assert!(text(&folder, "end.csv").lines().all(|line| whole.contains(line)), "{words}");
    let words = expect(&shell::run(&folder, "evaluate race.safetensors --held-out 3"), 2);
    assert!(words.contains("the geometry lab holds nothing out"), "{words}");
    let other = "copy run --checkpoint race.safetensors --steps 1";
    assert!(expect(&shell::run(&folder, other), 2).contains("of the geometry lab"));
}

#[test]
fn a_graph_of_ones_own_comes_from_a_file_and_travels_in_the_link() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("tree.txt"), "# a tree\na,b\r\nb,c\r\nb,d,0.5\nd,d\n").unwrap();
    let race = "geometry run --graph own --models node2vec --node2vec-steps 60 --seeds 1 --executor cpu --out own.json";
    let words = expect(&shell::run(&folder, &format!("{race} --edges tree.txt")), 0);
    for said in ["4 nodes, 3 edges.", "1 edge from a node to itself", "1 weight was left out"] {
        assert!(words.contains(said), "{words}");
    }
    let results = json(&text(&folder, "own.json"));
    assert_eq!(results["settings"]["edges"], "a b;b c;b d");
    let config = configuration(results["link"].as_str().unwrap().strip_prefix("lab=geometry&").unwrap());
    assert_eq!(config.of::<GeometryConfig>().unwrap().network().unwrap().names, ["a", "b", "c", "d"]);
    // What is wrong with it is said with its place, before anything is trained.
    std::fs::write(folder.path().join("bad.txt"), "a b\nb c d e\n").unwrap();
    let words = expect(&shell::run(&folder, &format!("{race} --edges bad.txt")), 2);
    assert!(words.contains("--edges: bad.txt: line 2: an edge has two names, here are 4"), "{words}");
    let words = expect(&shell::run(&folder, &format!("{race} --edges nowhere.txt")), 2);
    assert!(words.contains("--edges: nowhere.txt: there is no such file"), "{words}");
    let words = expect(&shell::run(&folder, "geometry run --graph own --out own.json"), 2);
    assert!(
        words.contains("edges: \"\" is not allowed; it takes edges, such as a b; b c, or a file of them"),
        "{words}"
    );
}

#[test]
fn settings_that_do_not_go_together_are_mended_by_name() {
    for (link, field, used) in [
        ("experiment=paths&graph=grid", "graph", "star"),
        ("graph=random-regular&nodes=15&degree=3", "degree", "2"),
        ("graph=random-regular&nodes=4&degree=8", "degree", "3"),
        ("net_width=30", "net_width", "28"),
        ("width=32&heads=3", "heads", "2"),
        ("experiment=paths&arms=10000&path_nodes=12", "arms", "9090"),
    ] {
        let Link { config, problems, .. } = Link::parse(&format!("lab=geometry&{link}"));
        assert!(problems.iter().any(|problem| problem.field == field && problem.used == used), "{link}: {problems:?}");
        assert!(!config.of::<GeometryConfig>().unwrap().network().unwrap().is_empty(), "{link}");
    }
}

/// Whoever chooses a graph of their own before there are edges, or mistypes them, keeps both; and nothing is trained meanwhile.
#[test]
fn a_graph_that_is_not_typed_yet_is_waited_for() {
    for (edges, why) in [("", "edges, such as a b; b c"), ("a b;c", "edge 2: an edge has two names, here is 1")] {
        let config = configuration(&format!("graph=own&edges={edges}"));
        let [lacking] = &config.lacking()[..] else { panic!("{edges}: {:?}", config.lacking()) };
        assert_eq!((lacking.field.as_str(), lacking.given.as_str(), lacking.used.as_str()), ("edges", edges, ""));
        assert!(lacking.allowed.contains(why), "{lacking}");
        assert!(config.link().contains("graph=own"), "{}", config.link());
        let refused = block_on(Trial::open(config, &mut Machine::default(), &mut |_, _| {})).unwrap_err().to_string();
        let why = if edges.is_empty() { "there is no edge in it" } else { why };
        assert!(refused.contains(why), "{refused}");
    }
    assert!(configuration("graph=own&edges=a b;b c").lacking().is_empty());
    // Pasted as a file has them, an edge a line.
    for (lines, edges) in [("a,b # met\nb,c\n", "a b;b c"), ("a b\r\nb", "a b;b")] {
        let mut config = configuration("graph=own");
        assert!(config.type_in("edges", lines).is_empty());
        assert_eq!(config.of::<GeometryConfig>().unwrap().edges, edges);
    }
    assert!(configuration("edges=a").lacking().is_empty(), "another graph does not need them");
}

/// What a claim of a race says.
fn outcome(trial: &Trial, id: &str) -> Outcome {
    let verdicts = trial.verdicts().unwrap();
    let verdict = verdicts.iter().find(|verdict| verdict.id == id).unwrap_or_else(|| panic!("{id}: {verdicts:?}"));
    println!("{id}: {:?} {} {}", verdict.verdict, verdict.why, verdict.measured);
    verdict.verdict
}

#[test]
fn nets_are_zigzags_or_maps_and_frozen_ones_have_no_geometry() {
    let zigzag = train("executor=cpu&preset=zigzag", 0);
    assert_eq!(outcome(&zigzag, "zigzag"), Outcome::Holds);
    let trial = train("executor=cpu&models=node2vec,net-frozen,transformer,transformer-frozen&node2vec_steps=500", 0);
    for id in ["map", "cleaner", "associative-net-frozen"] {
        assert_eq!(outcome(&trial, id), Outcome::Holds);
    }
    // Unlike models have unlike losses; the certificate has one of each.
    let check = trial.check().unwrap();
    assert!(check.first.is_finite() && check.last < check.first, "{check:?}");
    // What is frozen has not moved.
    let mut trial = trial;
    let lineup = trial.lineup().clone();
    let (at, of_model) = lineup.place(3).unwrap();
    let (before, after) = (lineup.squads[at].model.initial(of_model).unwrap(), block_on(trial.trained(3)).unwrap());
    assert_eq!((after.arm.id.as_str(), after.seed), ("net-frozen", 0));
    assert_eq!(before[..17 * 32], after.parameters[..17 * 32]);
    assert_ne!(before[17 * 32..], after.parameters[17 * 32..]);
    // Two seeds are too few, and a race that is not over says nothing.
    let few = train("executor=cpu&preset=zigzag&seeds=2", 0);
    assert_eq!(outcome(&few, "zigzag"), Outcome::Open);
    assert_eq!(outcome(&train("executor=cpu&preset=zigzag", 100), "zigzag"), Outcome::Open);
}

#[test]
fn knobs_that_turn_geometry_off_and_some_that_do_not() {
    assert_eq!(outcome(&train("executor=cpu&preset=knobs", 0), "knobs"), Outcome::Holds);
    // From a small start no weight decay does, and the claim is of these cells.
    assert_eq!(outcome(&train("executor=cpu&preset=knobs&knob=decay", 0), "knobs"), Outcome::Fails);
    assert_eq!(outcome(&train("executor=cpu&preset=knobs", 100), "knobs"), Outcome::Open);
}

/// A small star, on which the answer is a neighbour of the leaf.
const HOP: &str = "executor=cpu&experiment=paths&arms=100&path_nodes=3&width=32&heads=2&mlp=64&batch=64&rate=0.004&steps=400\
                   &position_scale=0.02";

#[test]
fn one_hop_needs_no_geometry_and_is_not_found_with_forward_edges() {
    let trial = train(HOP, 0);
    assert_eq!(outcome(&trial, "paths"), Outcome::Holds);
    assert_eq!(outcome(&trial, "one-hop"), Outcome::Holds);
    let results = trial.results().unwrap();
    assert!(
        (0..3).all(|run| results.last("nearest", run).unwrap() < 0.5 && results.last("train", run).unwrap() > 0.95)
    );
    // Forward edges say nothing of what comes before a leaf. In so few steps most of what was taught is stored, not all.
    let forward = train(&format!("{HOP}&variants=forward"), 0).results().unwrap();
    for run in 0..3 {
        let [held_out, taught] = ["held-out", "train"].map(|id| forward.last(id, run).unwrap());
        assert!(held_out < 0.2 && taught > 0.6, "{held_out} {taught}");
    }
    // With fewer arms nothing can be told.
    assert_eq!(outcome(&train(&format!("{HOP}&arms=50"), 5), "paths"), Outcome::Untested);
    // A wrong kind of model in a file is refused by its tensors.
    let mut trial = trial;
    let file = block_on(trial.save()).unwrap();
    let mut rest = block_on(Trial::restore(&file, &mut Machine::default(), &mut |_, _| {})).unwrap();
    assert_eq!(block_on(rest.trained(0)).unwrap().parameters, block_on(trial.trained(0)).unwrap().parameters);
}

/// What it writes to standard output.
fn said(folder: &TempDir, arguments: &str) -> String {
    let output = shell::run(folder, arguments);
    expect(&output, 0);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn questions_are_answered_in_a_shell() {
    let folder = TempDir::new().unwrap();
    let spectrum = json(&said(&folder, "geometry spectrum --graph cycle"));
    assert_eq!(spectrum["spaces"][14], 8);
    assert!((spectrum["closed"]["objective"].as_f64().unwrap() - 21.52376).abs() < 1e-5, "{spectrum}");
    assert_eq!(spectrum["projections"].as_array().unwrap().len(), 0);
    let star = json(&said(&folder, "geometry spectrum"));
    assert!(star["why"].as_str().unwrap().contains("unlike numbers of neighbours"), "{star}");
    let csv = said(&folder, "geometry csv --table spectrum --graph cycle");
    assert!(csv.starts_with("index,eigenvalue,space,projection,closed-form\n1,") && csv.lines().count() == 16, "{csv}");
    let graph = json(&said(&folder, "geometry graph --graph irregular"));
    assert_eq!((&graph["nodes"], &graph["edges"], &graph["components"]), (&16.into(), &20.into(), &2.into()));
    assert!((graph["floor"].as_f64().unwrap() - 0.9364).abs() < 1e-4 && graph["ceiling"] == 0.4, "{graph}");
    let map = json(&said(&folder, "geometry map --graph grid"));
    assert_eq!((map["drawing"].as_array().unwrap().len(), map["links"].as_array().unwrap().len()), (32, 48));
    let hops = json(&said(&folder, "geometry matrices --which hops --graph cycle --nodes 5"));
    assert_eq!(hops["values"][2], 2.0);
    let words = expect(&shell::run(&folder, "geometry matrices --which colour"), 2);
    assert!(words.contains("cosine, adjacency, hops, logits"), "{words}");
}
