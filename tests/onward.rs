//! What labs hand on to each other: everything that is given is taken somewhere, and is there what it was here.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use mnemoscope::labs::ask::{Bench, Kept, Place, Reply};
use mnemoscope::labs::link::Link;
use mnemoscope::labs::onward::{ARMS, GRAPH, MATRIX, Of, TABLE, onwards};
use mnemoscope::labs::run::Run;
use mnemoscope::labs::run_ask::ask;
use mnemoscope::labs::{Config, LABS, Lab, named};
use mnemoscope::run::machine::Machine;
use pollster::block_on;
use serde_json::{Value, json};

/// The smallest run of each lab, as the page's tests have it.
fn small(lab: &dyn Lab) -> Config {
    let each: Value = serde_json::from_str(include_str!("e2e/each-lab.json")).unwrap();
    let settings = each[lab.id()]["small"].as_str().unwrap_or_default();
    let Link { config, problems, .. } = Link::parse(&format!("lab={}&{settings}", lab.id()));
    assert!(problems.is_empty(), "{problems:?}");
    config
}

/// A lab with a run that has made some steps.
struct Open {
    config: Config,
    bench: Box<dyn Bench>,
    run: Option<Box<dyn Run>>,
    machine: Machine,
}

impl Open {
    fn new(lab: &dyn Lab, trained: bool) -> Self {
        let (config, mut machine) = (small(lab), Machine::default());
        let run = trained.then(|| {
            block_on(async {
                let mut run = lab.open(config.clone(), &mut machine, &mut |_, _| {}).await.unwrap();
                run.advance(&mut machine, 1e9, 3).await.unwrap();
                run
            })
        });
        Self { config, bench: lab.bench(), run, machine }
    }

    fn ask(&mut self, name: &str, arguments: Value) -> Result<Value, String> {
        let place = Place {
            kept: &mut Kept::default(),
            config: &self.config,
            now: Some(&self.config),
            run: self.run.as_deref_mut(),
            machine: &mut self.machine,
            budget_ms: 1e9,
            stop: None,
        };
        let arguments = Box::new(<dyn erased_serde::Deserializer<'_>>::erase(arguments));
        match block_on(ask(self.bench.as_mut(), name, arguments, place)) {
            Ok(Reply::Done(answer)) => Ok(answer),
            Ok(_) => panic!("{name} takes turns"),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn numbers(text: &str) -> Vec<f32> {
    let words = text.split([',', ';', ' ', '\n']).filter(|word| !word.is_empty());
    words.map(|word| word.parse().unwrap()).collect()
}

#[test]
fn everything_that_is_given_is_taken_and_stays_what_it_is() {
    let mut pairs = 0;
    for lab in LABS {
        let all = onwards(*lab);
        let mut open = Open::new(*lab, all.iter().any(|onward| onward.gives.of != Of::Settings));
        let rows: Vec<&str> = open.config.rows().iter().map(|row| row.name).collect();
        for onward in all {
            let gives = onward.gives;
            let name = format!("{}: {}", lab.id(), gives.label);
            assert!(!onward.to.is_empty(), "{name}: nobody takes it");
            assert!(gives.of != Of::Head || ["layers", "heads"].iter().all(|name| rows.contains(name)), "{name}");
            let head = json!({ "run": 0, "layer": 0, "head": 0 });
            let which = if gives.of == Of::Head { head } else { json!({ "run": 0 }) };
            let given = open.ask(gives.question, which).unwrap();
            let (about, text) = (given["about"].as_str().unwrap(), given["text"].as_str().unwrap());
            assert!(!about.is_empty() && !about.ends_with('.'), "{name}: {about}");
            for to in onward.to {
                pairs += 1;
                let other = named(to.lab).unwrap();
                assert!(other.defaults().parts().iter().any(|part| part.id == to.part), "{name}: {to:?}");
                let values =
                    open.ask("onward.fits", json!({ "lab": to.lab, "kind": gives.kind, "text": text })).unwrap();
                let values: Vec<(String, String)> = serde_json::from_value(values).unwrap();
                assert_eq!(values.is_empty(), to.file, "{name}: {to:?}");
                let mut config = other.defaults();
                let problems = config.apply(values.iter().map(|(name, value)| (name.as_str(), value.as_str())));
                assert!(problems.is_empty() && config.lacking().is_empty(), "{name}: {problems:?}");
                // The link that it becomes leads to the same settings.
                let link = Link::parse(&config.link());
                assert!(link.problems.is_empty() && link.config == config, "{name}");
                if gives.kind == MATRIX {
                    let same = values.iter().any(|(_, value)| !value.is_empty() && numbers(value) == numbers(text));
                    assert!(same, "{name}: {values:?}");
                }
            }
        }
    }
    assert!(pairs >= 9, "{pairs}");
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let (mut refused, mut open) = (0, Open::new(LABS[0], false));
    for lab in LABS {
        for takes in lab.takes() {
            let long: String = (0..513).map(|at| format!("{at} {}\n", at + 1)).collect();
            let (high, wide) = ("1\n".repeat(1025), "1,".repeat(65));
            let texts: [&str; 4] = match takes.kind {
                // What it does not know, a setting refuses when the link is read.
                ARMS => continue,
                TABLE => ["", "1,2\n3", "1,nan\n2,3\n4,5", &high],
                MATRIX => ["1,2\n3", "1,inf\n2,3", "1,1e40\n2,3", &wide],
                GRAPH => ["", "a", "a b c d", &long],
                other => panic!("{other} is no kind"),
            };
            for text in texts {
                let arguments = json!({ "lab": lab.id(), "kind": takes.kind, "text": text });
                let why = open.ask("onward.fits", arguments).map(|_| ()).unwrap_err();
                assert!(why.ends_with('.') && !why.contains("Nothing has changed"), "{}: {why}", lab.id());
                refused += 1;
            }
        }
    }
    assert!(refused >= 12, "{refused}");
    let none = LABS.iter().find(|lab| lab.takes().is_empty()).unwrap().id();
    let nothing = json!({ "lab": none, "kind": "graph", "text": "a b" });
    assert!(open.ask("onward.fits", nothing).unwrap_err().contains("takes nothing of this kind"));
    // Before anything is trained, of a head that is not there, and of a run without positions.
    assert!(open.ask("run.hands", json!({ "run": 0 })).unwrap_err().contains("no run yet"));
    let mut open = Open::new(LABS[0], true);
    let runs = open.run.as_ref().unwrap().about().runs.len();
    assert!(open.ask("run.hands", json!({ "run": runs - 1 })).unwrap_err().contains("no table of positions"));
    assert!(
        open.ask("run.hands", json!({ "layer": 7, "head": 0 })).unwrap_err().contains("There are 1 layers of 2 heads")
    );
}

/// The map of a head, by PyTorch's names of the weights, and a table with its gain.
#[test]
fn a_head_and_a_table_are_those_of_the_weights() {
    let mut open = Open::new(LABS[0], true);
    let trained = {
        let trains = open.run.as_mut().unwrap().trains().unwrap();
        block_on(trains.trained(&mut open.machine, 0)).unwrap()
    };
    let tensor = |name: &str| {
        let tensors = &trained.model.parameters().tensors;
        let own = tensors.iter().find(|tensor| tensor.name == name).unwrap();
        let values = &trained.parameters[own.offset as usize..(own.offset + own.len()) as usize];
        own.for_torch(values).to_vec()
    };
    let width = 16;
    // As PyTorch has them: outputs first.
    let (joint, out) = (tensor("layers.0.self_attn.in_proj_weight"), tensor("layers.0.self_attn.out_proj.weight"));
    let given = open.ask("run.hands", json!({ "run": 0, "layer": 0, "head": 1 })).unwrap();
    let found = numbers(given["text"].as_str().unwrap());
    assert_eq!(found.len(), width * width);
    for (at, &found) in found.iter().enumerate() {
        let (from, to) = (at / width, at % width);
        let inner = (8..16)
            .map(|inner| f64::from(joint[(2 * width + inner) * width + from]) * f64::from(out[to * width + inner]));
        let wanted: f64 = inner.sum();
        assert!((f64::from(found) - wanted).abs() <= 1e-6 * wanted.abs().max(1e-3), "{at}: {found}, not {wanted}");
    }
    let gain = tensor("position.gain")[0];
    let wanted: Vec<f32> = tensor("position.table").iter().map(|value| value * gain).collect();
    let given = open.ask("run.hands", json!({ "run": 0 })).unwrap();
    assert_eq!(numbers(given["text"].as_str().unwrap()), wanted);
}
