//! The geometry lab's claims on curves and tables made up for them, those on which a rule would be wrong among them (docs/verdicts.md);
//! and what must not change a verdict: other numbers for the nodes, a copy of the graph beside it.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use mnemoscope::labs::Config;
use mnemoscope::labs::geometry::config::{GeometryConfig, Variant};
use mnemoscope::labs::geometry::graph::Nodes;
use mnemoscope::labs::geometry::kinds::Storage;
use mnemoscope::labs::geometry::landscape::{Landscape, products};
use mnemoscope::labs::geometry::learner::Judge;
use mnemoscope::labs::link::Link;
use mnemoscope::labs::trial::Trial;
use mnemoscope::labs::weights::Weights;
use mnemoscope::model::measure::Phase;
use mnemoscope::run::claim::{Outcome, Verdict};
use mnemoscope::run::collector::Collector;
use mnemoscope::run::curves::Point;
use mnemoscope::run::event::Event;
use mnemoscope::run::lineup::Lineup;
use mnemoscope::run::machine::Machine;
use mnemoscope::run::results::Results;
use pollster::block_on;

fn configuration(link: &str) -> Config {
    let Link { config, problems, .. } = Link::parse(&format!("lab=geometry&executor=cpu&{link}"));
    assert!(problems.is_empty(), "{link}: {problems:?}");
    config
}

fn open(config: impl Into<Config>) -> Trial {
    block_on(Trial::open(config, &mut Machine::default(), &mut |_, _| {})).unwrap()
}

fn trained(link: &str) -> Trial {
    let mut trial = open(configuration(link));
    block_on(trial.advance(f64::INFINITY, 0)).unwrap();
    trial
}

/// A star of 120 arms, a transformer that takes no time, and evaluations every 10 of 600 steps.
const STAR: &str = "experiment=paths&arms=120&path_nodes=4&width=4&heads=1&mlp=4&batch=8&steps=600&every=10";

/// A run over paths: what a measure is at a step.
type Course<'a> = &'a dyn Fn(&str, u32) -> f32;

/// The verdict on a race over paths whose arms have these courses, the same for all seeds, after `steps`.
fn verdict(link: &str, id: &str, steps: u32, courses: &[(&str, Course<'_>)]) -> Verdict {
    verdict_of_seeds(link, id, steps, &|arm, _| courses.iter().find(|(own, _)| *own == arm).unwrap().1)
}

fn verdict_of_seeds<'a>(link: &str, id: &str, steps: u32, course: &dyn Fn(&str, u32) -> Course<'a>) -> Verdict {
    let config = configuration(&format!("{STAR}&{link}"));
    let mut trial = open(config.clone());
    block_on(trial.advance(0.0, 0)).unwrap();
    let mut results: Results = trial.results().unwrap();
    let every = config.of::<GeometryConfig>().unwrap().every;
    let value =
        |id: &str, step| results.runs.iter().map(|run| course(&run.arm, run.seed)(id, step)).collect::<Vec<f32>>();
    let at = |step: u32| Point {
        x: f64::from(step),
        values: results.measures.iter().map(|measure| value(&measure.id, step)).collect(),
    };
    results.curves = (0..=steps / every).map(|at_most| at(at_most * every)).collect();
    let first = |run: usize, id: &str, level: f32| {
        let measure = results.measure(id).unwrap();
        results.curves.iter().find(|point| point.values[measure][run] >= level).map(|point| point.x as u32)
    };
    let reached: Vec<Option<u32>> = (0..results.runs.len()).map(|run| first(run, "held-out", 0.5)).collect();
    for (run, reached) in results.runs.iter_mut().zip(reached) {
        run.reached.insert("held-out".to_owned(), reached);
    }
    let verdicts = config.racing().unwrap().findings().verdicts(&results, steps).unwrap();
    verdicts.into_iter().find(|verdict| verdict.id == id).unwrap()
}

/// A course whose measures step from nothing to what they end as.
fn steps(of: Vec<(&'static str, u32, f32)>) -> impl Fn(&str, u32) -> f32 {
    move |id, step| {
        of.iter().find(|(own, ..)| *own == id).filter(|(_, from, _)| step >= *from).map_or(0.0, |(.., to)| *to)
    }
}

const SUCCESS: [(&str, u32, f32); 6] = [
    ("nearest", 100, 1.0),
    ("same-arm", 100, 0.9),
    ("other-arm", 100, 0.05),
    ("held-out", 300, 0.98),
    ("train", 200, 1.0),
    ("edge-loss", 0, 1.7),
];

/// [`SUCCESS`], with some of its measures as they are here.
fn but(others: &[(&'static str, u32, f32)]) -> impl Fn(&str, u32) -> f32 + use<> {
    steps(others.iter().chain(&SUCCESS).copied().collect())
}

#[test]
fn clusters() {
    let judged = |course: Course<'_>| verdict("", "clusters", 600, &[("full", course)]).verdict;
    assert_eq!(judged(&but(&[])), Outcome::Holds);
    assert_eq!(judged(&but(&[("nearest", 0, 0.98)])), Outcome::Fails);
    assert_eq!(judged(&but(&[("other-arm", 0, 0.5)])), Outcome::Fails);
    assert_eq!(judged(&but(&[("same-arm", 0, f32::NAN)])), Outcome::Open);
    // Before its end a race says nothing, and seeds that disagree leave it open.
    assert_eq!(verdict("", "clusters", 590, &[("full", &but(&[]))]).verdict, Outcome::Open);
    let (good, bad) = (but(&[]), but(&[("nearest", 0, 0.1)]));
    let course = |_: &str, seed: u32| -> Course<'_> { if seed == 1 { &bad } else { &good } };
    assert_eq!(verdict_of_seeds("", "clusters", 600, &course).verdict, Outcome::Open);
    let edges = [("edges", &good as Course<'_>)];
    assert_eq!(verdict("variants=edges", "clusters-edges", 600, &edges).verdict, Outcome::Holds);
}

/// Where the rule is wrong: every arm has a direction of its own, beside one that all share and that is much longer. Each leaf is nearest
/// to its own first node, and cosine, which weighs the common direction, has the arms hardly apart.
#[test]
fn clusters_beside_a_long_common_direction_are_not_seen() {
    let config = configuration(STAR);
    let settings = config.of::<GeometryConfig>().unwrap();
    let (_, judge) = settings.paths(Variant::Full).lessons(&settings.network().unwrap());
    let tokens = settings.paths(Variant::Full).vocabulary() as usize;
    let table = |common: f32| -> Vec<f32> {
        let row = move |token: usize| {
            let arm = token.checked_sub(1).map_or(120, |at| (at / 3).min(120));
            (0..122).map(move |axis| if axis == 121 { common } else { f32::from(u8::from(axis == arm)) })
        };
        (0..tokens).flat_map(row).collect()
    };
    let scores = vec![1.0; 4096];
    for (common, outcome) in [(0.0, Outcome::Holds), (10.0, Outcome::Fails)] {
        let found = judge.judge(&table(common), &[], &scores);
        let ids: Vec<String> = judge.measures().into_iter().map(|measure| measure.id).collect();
        let of = |id: &str| found[ids.iter().position(|own| own == id).unwrap()] as f32;
        assert_eq!(of("nearest"), 1.0);
        let ends = [("nearest", 0, of("nearest")), ("same-arm", 0, of("same-arm")), ("other-arm", 0, of("other-arm"))];
        assert_eq!(verdict("", "clusters", 600, &[("full", &but(&ends))]).verdict, outcome, "{ends:?}");
    }
}

#[test]
fn geometry_comes_before_success() {
    let judged = |course: Course<'_>| verdict("", "map-first", 600, &[("full", course)]);
    assert_eq!(judged(&but(&[])).verdict, Outcome::Holds);
    assert_eq!(judged(&but(&[("nearest", 310, 1.0)])).verdict, Outcome::Fails);
    assert_eq!(judged(&but(&[("nearest", 0, 0.5)])).verdict, Outcome::Fails, "success without geometry");
    let coarse = judged(&but(&[("nearest", 300, 1.0)]));
    assert!(coarse.verdict == Outcome::Open && coarse.why.contains("every 10 steps"), "{coarse:?}");
    let none = judged(&but(&[("held-out", 0, 0.4)]));
    assert!(none.verdict == Outcome::Open && none.why.contains("no paths are found"), "{none:?}");
    // Geometry that comes and goes again before there is any success came before it, and is not what success came from.
    let flicker = |id: &str, step: u32| match (id, step) {
        ("nearest", 100) => 0.95,
        ("nearest", 110..400) => 0.1,
        _ => but(&[])(id, step),
    };
    assert_eq!(judged(&flicker).verdict, Outcome::Fails);
}

#[test]
fn forward_edges_and_frozen_embeddings() {
    for variant in ["forward", "frozen"] {
        let link = |more: &str| format!("variants=full,{variant}&schedule=constant{more}");
        let judged = |link: &str, steps: u32, other: Course<'_>| {
            let soon = but(&[("held-out", 50, 0.9)]);
            verdict(link, variant, steps, &[("full", &soon), (variant, other)])
        };
        let resting = but(&[("held-out", 0, 0.004)]);
        assert_eq!(judged(&link(""), 600, &resting).verdict, Outcome::Holds, "{variant}");
        assert_eq!(judged(&link(""), 600, &but(&[])).verdict, Outcome::Fails, "{variant}");
        // Ten times as long as what learned is needed; not stored says nothing; a cosine rests by itself.
        let late = but(&[("held-out", 100, 0.9)]);
        let short = verdict(&link(""), variant, 600, &[("full", &late), (variant, &resting)]);
        assert_eq!(short.verdict, Outcome::Open, "{variant}: {short:?}");
        assert!(short.decides.unwrap().steps.unwrap() >= 1000, "{short:?}");
        let unstored = judged(&link(""), 600, &but(&[("held-out", 0, 0.004), ("train", 0, 0.9)]));
        assert!(unstored.verdict == Outcome::Open && unstored.why.contains("not stored"), "{unstored:?}");
        let fading = judged(&format!("variants=full,{variant}"), 600, &resting);
        assert_eq!(fading.verdict, Outcome::Open, "{variant}: {fading:?}");
        // Where the rule is wrong: a plateau ten times as long as what the others need, which would drop later.
        let plateau = but(&[("held-out", 620, 0.9)]);
        let wrong = judged(&link(""), 600, &plateau);
        assert!(wrong.verdict == Outcome::Holds && wrong.claim.contains("within 600 steps"), "{wrong:?}");
        assert_eq!(judged(&link("&steps=800"), 800, &plateau).verdict, Outcome::Fails, "{variant}");
    }
}

/// What is measured before the first step is told once every model has told it: whoever is slower loses nothing.
#[test]
fn the_first_evaluation_waits_for_every_model() {
    let whole =
        configuration("graph=grid&models=node2vec,net&steps=20&node2vec_steps=30&every=10&seeds=1").lineup().unwrap();
    let parts = [0, 1].map(|at| Lineup { squads: vec![whole.squads[at].clone()], ..whole.clone() });
    let mut collector = Collector::new(&whole, &parts);
    let told = |at: usize| {
        let measured = parts[at].measures().iter().filter(|measure| measure.phase == Phase::Evaluation).count();
        vec![Event::Evaluation { step: 0, values: vec![vec![1.0 + at as f32]; measured] }]
    };
    collector.take(1, told(1)).unwrap();
    assert!(collector.events().is_empty());
    collector.take(0, told(0)).unwrap();
    assert!(matches!(&collector.events()[..], [Event::Evaluation { step: 0, values }] if values[0] == [1.0, 2.0]));
}

/// Whole paths are answered step by step, each with the right ones before it shown: those that are taught first.
#[test]
fn whole_paths_are_learned() {
    let size = "width=32&heads=2&layers=2&mlp=64&batch=128&rate=0.004&warmup=50&position_scale=0.02&steps=250&every=250&seeds=1";
    let trial = trained(&format!("experiment=paths&target=path&arms=100&path_nodes=4&{size}"));
    let results = trial.results().unwrap();
    let [first, taught, whole, all] = ["held-out", "train", "whole", "whole-train"].map(|id| last(&results, id, 0));
    println!("first steps {first} and {taught} of taught paths, whole paths {whole} and {all}");
    assert!(taught > 0.95 && all > 0.9, "{taught} {all}");
    // A whole path is not right unless its first step is.
    assert!(first > 0.3 && whole <= first, "{first} {whole}");
}

/// How a race has stored its graph, run by run, and what it says of its claims.
fn words(trial: &Trial) -> (Vec<String>, Vec<(String, Outcome)>) {
    let results = trial.results().unwrap();
    let rows = results.found.unwrap();
    let word =
        |row: &serde_json::Value| format!("{} {}", row["arm"].as_str().unwrap(), row["storage"].as_str().unwrap());
    let verdicts = results.verdicts.into_iter().map(|verdict| (verdict.id, verdict.verdict)).collect();
    (rows.as_array().unwrap().iter().map(word).collect(), verdicts)
}

fn last(results: &Results, id: &str, run: usize) -> f32 {
    results.last(id, run).unwrap()
}

/// Nodes that are numbered in another order, the rows of the first tables with them, are measured alike and judged alike.
#[test]
fn other_numbers_for_the_nodes_change_nothing() {
    let edges = "a b;b c;c d;d e;e f;f g;g h;h i;i j;j k;k l;l m;m n;n a;a h;c k;e p;p o";
    let mut turned: Vec<&str> = edges.split(';').collect();
    turned.reverse();
    turned.swap(3, 9);
    let turned = turned.join(";");
    let race = "graph=own&models=node2vec,net,transformer&node2vec_steps=300&steps=60&node2vec_width=12&net_width=16&width=16&mlp=16";
    let [one, two] = [edges, &turned].map(|edges| open(configuration(&format!("{race}&edges={edges}"))));
    let names = |trial: &Trial| trial.config().of::<GeometryConfig>().unwrap().network().unwrap().names;
    let (from, to) = (names(&one), names(&two));
    assert!(from != to && from.len() == 16);
    let places: Vec<usize> = to.iter().map(|name| from.iter().position(|own| own == name).unwrap()).collect();

    let [mut one, mut two] = [one, two];
    let [mine, theirs] = [&mut one, &mut two].map(|trial| Weights::read(&block_on(trial.save()).unwrap()).unwrap());
    let mut state = theirs.state.clone();
    let mut first = 0;
    for squad in &mine.lineup.squads {
        let parameters = squad.model.parameters();
        let table = parameters.tensors.iter().find(|tensor| tensor.name == "embedding.weight").unwrap();
        let width = table.shape[1] as usize;
        for _ in 0..squad.entries.len() {
            let own = first..first + parameters.len() as usize;
            state.parameters[own.clone()].copy_from_slice(&mine.state.parameters[own.clone()]);
            let rows = first + table.offset as usize;
            for (to, &from) in places.iter().enumerate() {
                let row = &mine.state.parameters[rows + from * width..][..width];
                state.parameters[rows + to * width..][..width].copy_from_slice(row);
            }
            first = own.end;
        }
    }
    assert_eq!(first, state.parameters.len());
    let file = Weights::write(two.config(), &state).unwrap();
    let mut two = block_on(Trial::restore(&file, &mut Machine::default(), &mut |_, _| {})).unwrap();
    for trial in [&mut one, &mut two] {
        block_on(trial.advance(f64::INFINITY, 0)).unwrap();
    }
    let [mine, theirs] = [&one, &two].map(|trial| trial.results().unwrap());
    let mut worst = 0.0_f32;
    for measure in mine.measures.iter().map(|measure| measure.id.as_str()) {
        for run in 0..mine.runs.len() {
            let Some(own) = mine.last(measure, run).filter(|own| own.is_finite()) else { continue };
            let off = (own - last(&theirs, measure, run)).abs() / own.abs().max(1.0);
            assert!(off <= 1e-5, "{measure}, run {run}: {own}, {}", last(&theirs, measure, run));
            worst = worst.max(off);
        }
    }
    println!("largest difference: {worst:.1e}");
    assert_eq!(words(&one), words(&two));
}

/// The edges of a graph and of its copy, as a link has them.
fn beside_its_copy(nodes: &Nodes) -> String {
    let name = |node: usize, copy: usize| format!("{copy}:{}", nodes.names[node].replace(',', "."));
    let edge = |copy: usize| nodes.edges.iter().map(move |&[a, b]| format!("{} {}", name(a, copy), name(b, copy)));
    edge(0).chain(edge(1)).collect::<Vec<_>>().join(";")
}

/// A table beside itself, each with dimensions of its own, is stored in the same word as the table alone: whole eigenspaces are doubled.
#[test]
fn a_table_beside_itself_is_called_by_the_same_word() {
    let race = "models=node2vec,net,net-frozen&self_edges=both&node2vec_steps=500&steps=500&node2vec_width=40";
    let mut seen = std::collections::BTreeSet::new();
    for graph in ["graph=star", "graph=grid", "graph=cycle&nodes=24", "graph=torus", "graph=hypercube"] {
        let mut alone = trained(&format!("{graph}&{race}"));
        let nodes = alone.config().of::<GeometryConfig>().unwrap().network().unwrap();
        let copy = configuration(&format!("graph=own&edges={}", beside_its_copy(&nodes)));
        let copy = copy.of::<GeometryConfig>().unwrap().network().unwrap();
        // Numbered by their names, as edges bring them up.
        let name = |of: usize, node: usize| format!("{of}:{}", nodes.names[node].replace(',', "."));
        let place = |of: usize, node: usize| copy.names.iter().position(|own| *own == name(of, node)).unwrap();
        let [one, two] = [nodes.clone(), copy.clone()].map(Landscape::new);
        let size = nodes.len();
        for run in 0..alone.results().unwrap().runs.len() {
            let found = block_on(alone.trained(run as u32)).unwrap();
            let table =
                found.model.parameters().tensors.iter().find(|tensor| tensor.name == "embedding.weight").unwrap();
            let (first, width) = (table.offset as usize, table.shape[1] as usize);
            let rows: Vec<f64> = found.parameters[first..first + size * width].iter().copied().map(f64::from).collect();
            let mut wide = vec![0.0; 4 * size * width];
            for (of, node) in [0, 1].into_iter().flat_map(|of| (0..size).map(move |node| (of, node))) {
                wide[(2 * place(of, node) + of) * width..][..width].copy_from_slice(&rows[node * width..][..width]);
            }
            let word = |landscape: &Landscape, table: &[f64], width: usize| {
                let found = landscape.judge(table, &products(table, table, width), &landscape.nodes.neighbours);
                // What is found is of the logits, which a net has from more than its table.
                let [_, cosine, _, _, top, bottom] = found[..] else { panic!("{found:?}") };
                Storage::of(1.0, cosine as f32, top as f32, bottom as f32, landscape.flat()[0])
            };
            let words = [word(&one, &rows, width), word(&two, &wide, 2 * width)];
            println!("{graph}, {}: {words:?}", found.arm.id);
            assert_eq!(words[0], words[1], "{graph}, {} {}", found.arm.id, found.seed);
            seen.insert(format!("{:?}", words[0]));
        }
    }
    assert!(seen.len() >= 3, "{seen:?}");
}

/// Trained together, a graph and its copy are stored as the graph alone is, and the claims are judged alike; but for the closed form, which
/// is of a connected graph.
#[test]
fn a_graph_trained_beside_its_copy_keeps_its_verdicts() {
    let race = "models=node2vec,net&self_edges=yes&node2vec_steps=600&steps=300";
    let alone = trained(&format!("graph=cycle&nodes=16&{race}"));
    let nodes = alone.config().of::<GeometryConfig>().unwrap().network().unwrap();
    let beside = trained(&format!("graph=own&edges={}&{race}", beside_its_copy(&nodes)));
    assert_eq!(beside.config().of::<GeometryConfig>().unwrap().size(), 32);
    let [(one, own), (two, other)] = [&alone, &beside].map(words);
    assert_eq!(one, two);
    let told = |verdicts: Vec<(String, Outcome)>| {
        verdicts.into_iter().filter(|(id, _)| id != "closed-form" && id != "null-space").collect::<Vec<_>>()
    };
    assert_eq!(told(own), told(other));
}

/// A claim whose arm is not raced says which it takes, and the settings that it gives put it there.
#[test]
fn what_is_not_raced_is_named_with_the_settings_that_race_it() {
    for (link, several) in [
        ("models=net-frozen&steps=20", 5),
        ("models=node2vec,net&self_edges=yes&steps=20&node2vec_steps=20", 5),
        (&format!("{STAR}&variants=edges&steps=10"), 5),
    ] {
        let trial = trained(link);
        let lacking: Vec<Verdict> =
            trial.verdicts().unwrap().into_iter().filter(|verdict| !verdict.with.is_empty()).collect();
        assert_eq!(lacking.len(), several, "{lacking:?}");
        for verdict in lacking {
            assert!(verdict.verdict == Outcome::Untested && !verdict.measured.is_empty(), "{verdict:?}");
            let mut config = trial.config().clone();
            let with = verdict.with.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let problems = config.apply(with);
            assert!(problems.is_empty(), "{problems:?}");
            let mut other = open(config);
            block_on(other.advance(0.0, 0)).unwrap();
            let verdicts = other.verdicts().unwrap();
            let own = verdicts.iter().find(|own| own.id == verdict.id).unwrap();
            assert!(own.with.is_empty() && own.verdict != Outcome::Untested, "{own:?}");
        }
    }
}
