//! The geometry lab: a table of the reader's as an embedding.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use mnemoscope::labs::ask::{Bench, Kept, Place, Reply};
use mnemoscope::labs::link::Link;
use mnemoscope::labs::named;
use mnemoscope::labs::run_ask::ask;
use mnemoscope::run::machine::Machine;
use pollster::block_on;
use serde_json::{Value, json};

fn answer(bench: &mut dyn Bench, link: &str, name: &str, arguments: Value) -> Result<Value, String> {
    let Link { config, problems, .. } = Link::parse(&format!("lab=geometry&{link}"));
    assert!(problems.is_empty(), "{link}: {problems:?}");
    let (kept, machine) = (&mut Kept::default(), &mut Machine::default());
    let place = Place { kept, config: &config, now: None, run: None, machine, budget_ms: 1e9, stop: None };
    let arguments = Box::new(<dyn erased_serde::Deserializer<'_>>::erase(arguments));
    match block_on(ask(bench, name, arguments, place)) {
        Ok(Reply::Done(answer)) => Ok(answer),
        Ok(_) => panic!("{name} takes turns"),
        Err(error) => Err(error.to_string()),
    }
}

fn take(bench: &mut dyn Bench, link: &str, text: &str) -> Result<Value, String> {
    answer(bench, link, "map.table", json!({ "name": "mine", "bytes": text.as_bytes() }))
}

/// Half a circle, a point a row.
fn arc(rows: usize) -> String {
    let at = |row: usize| libm::sincos(std::f64::consts::PI * row as f64 / rows as f64);
    (0..rows).map(|row| format!("{},{}\n", at(row).1, at(row).0)).collect()
}

#[test]
fn a_table_is_looked_at_as_an_embedding_of_a_path_or_of_a_graph_of_its_size() {
    let mut bench = named("geometry").unwrap().bench();
    let bench = bench.as_mut();
    let own = "embedding=own&graph=path&nodes=12";
    let none = answer(bench, own, "map", json!({})).unwrap();
    assert!(none["map"].is_null() && none["why"].as_str().unwrap().starts_with("There is no table yet"), "{none}");
    let taken = take(bench, "", &arc(12)).unwrap();
    let settings = json!([["experiment", "tiny"], ["graph", "path"], ["nodes", "12"], ["embedding", "own"]]);
    assert_eq!(taken, settings);
    // The reader's own graph stays if it has as many nodes.
    let ring = "graph=own&edges=a b;b c;c a";
    assert_eq!(take(bench, ring, &arc(3)).unwrap(), json!([["embedding", "own"]]));
    take(bench, "", &arc(12)).unwrap();
    let map = answer(bench, own, "map", json!({ "beside": true })).unwrap();
    assert!(map["map"]["about"].as_str().unwrap().starts_with("mine: the first three principal"), "{map}");
    assert!(map["map"]["step"].is_null() && map["beside"] == json!([]) && map["why"] == "", "{map}");
    // Cosines fall with the hops between, and neighbours are 15 degrees apart.
    let measured = map["measured"].as_str().unwrap();
    assert!(measured.starts_with("Hop correlation -0.99"), "{measured}");
    assert!(measured.contains("Cosine of neighbours 0.966") && measured.contains("Neighbours found 1"), "{measured}");
    let near = answer(bench, own, "map.nearest", json!({ "run": 0, "node": 0 })).unwrap();
    let hops: Vec<&Value> = near["nearest"].as_array().unwrap().iter().map(|near| &near["hops"]).collect();
    assert_eq!(hops, [1, 2, 3, 4, 5]);
    let spectrum = answer(bench, own, "spectrum", json!({})).unwrap();
    assert_eq!(spectrum["projections"].as_array().unwrap().len(), 12);
    let cosine = answer(bench, own, "matrices", json!({ "which": "cosine" })).unwrap();
    assert!((cosine["values"][1].as_f64().unwrap() - 0.965_925_8).abs() < 1e-6, "{cosine}");
    // What it would hand on is what it was given.
    let handed = answer(bench, own, "onward.table", json!({})).unwrap();
    let numbers = |text: &str| text.split([',', '\n']).filter_map(|word| word.parse::<f32>().ok()).collect::<Vec<_>>();
    assert_eq!(numbers(handed["text"].as_str().unwrap()), numbers(&arc(12)));
    // What does not fit is said; the graph is there all the same, and the table that was there before.
    let other = answer(bench, "embedding=own&graph=path&nodes=13", "map", json!({})).unwrap();
    assert!(other["why"].as_str().unwrap().contains("has 12 rows, and this graph 13 nodes"), "{other}");
    assert!(other["map"].is_null() && other["nodes"].as_array().unwrap().len() == 13);
    assert!(answer(bench, own, "matrices", json!({ "which": "logits" })).unwrap_err().contains("look at its cosines"));
    assert!(take(bench, "", "1 2\n3").unwrap_err().contains("This file was not taken: line 2 has 1"));
    assert!(!answer(bench, own, "map", json!({})).unwrap()["map"].is_null());
    // What is trained is another thing.
    assert!(answer(bench, "graph=path&nodes=12", "map", json!({})).unwrap()["map"].is_null());
}
