//! What goes through every lab of the registry, the template among them.

use std::collections::BTreeSet;

use pollster::block_on;

use super::ask::{Kept, Place, Reply};
use super::link::Link;
use super::run::Run;
use super::run_ask::ask;
use super::{Config, LABS, named};
use crate::run::claim::Outcome;
use crate::run::machine::Machine;
use crate::run::results::Results;

fn read(link: &str) -> Config {
    let Link { config, problems, .. } = Link::parse(link);
    assert!(problems.is_empty(), "{link}: {problems:?}");
    config
}

#[test]
fn a_lab_describes_itself_and_its_links_lead_back() {
    for lab in LABS {
        assert_eq!(named(lab.id()).unwrap().id(), lab.id());
        let about = lab.describe();
        assert!(!about.properties.is_empty() && !about.parts.is_empty() && !about.presets.is_empty(), "{}", lab.id());
        let names: BTreeSet<&str> = about.properties.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), about.properties.len(), "{}: a setting twice", lab.id());
        for part in &about.parts {
            assert!(part.settings.iter().all(|name| names.contains(name)), "{}: {}", lab.id(), part.id);
        }
        for preset in about.presets {
            let config = read(&format!("lab={}&preset={}", lab.id(), preset.id));
            assert_eq!(read(&config.link()), config, "{}: {}", lab.id(), preset.id);
        }
        let questions = lab.bench().questions();
        let once: BTreeSet<&str> = questions.iter().map(|question| question.name).collect();
        assert_eq!(once.len(), questions.len(), "{}: a question twice", lab.id());
    }
}

#[test]
fn a_question_that_a_lab_does_not_have_is_refused_and_so_are_strange_arguments() {
    for lab in LABS {
        let config = lab.defaults();
        let mut bench = lab.bench();
        for (name, of_arguments) in [("nothing-of-the-kind", false)]
            .into_iter()
            .chain(bench.questions().iter().map(|question| (question.name, true)).collect::<Vec<_>>())
        {
            let mut machine = Machine::default();
            let (config, machine) = (&config, &mut machine);
            let kept = &mut Kept::default();
            let place = Place { kept, config, now: Some(config), run: None, machine, budget_ms: 1.0, stop: None };
            let strange = serde_json::json!({ "strange": 1 });
            let arguments = Box::new(<dyn erased_serde::Deserializer<'_>>::erase(strange));
            let error = block_on(ask(bench.as_mut(), name, arguments, place)).map(|_| ()).unwrap_err();
            assert_eq!(error.code(), "config", "{}: {name}: {error}", lab.id());
            assert_eq!(error.to_string().contains("Arguments"), of_arguments, "{}: {name}: {error}", lab.id());
        }
        // One that is missing is named, with what it takes.
        for question in bench.questions() {
            let Some(argument) = question.arguments.iter().find(|argument| argument.required) else { continue };
            let (config, machine) = (&config, &mut Machine::default());
            let kept = &mut Kept::default();
            let place = Place { kept, config, now: Some(config), run: None, machine, budget_ms: 1.0, stop: None };
            let arguments = Box::new(<dyn erased_serde::Deserializer<'_>>::erase(serde_json::json!({})));
            let error = block_on(ask(bench.as_mut(), question.name, arguments, place)).map(|_| ()).unwrap_err();
            let words = format!("{} is missing; it takes {}.", argument.name, argument.takes);
            assert!(!argument.takes.is_empty() && error.to_string().contains(&words), "{}: {error}", question.name);
        }
    }
}

/// The run of a link, to its end.
fn run(link: &str) -> Box<dyn Run> {
    let config = read(link);
    let mut machine = Machine::default();
    block_on(async {
        let lab = config.lab().unwrap();
        let mut run = lab.open(config, &mut machine, &mut |_, _| {}).await.unwrap();
        let steps = run.about().steps;
        while run.step() < steps {
            run.advance(&mut machine, 1e9, 1).await.unwrap();
        }
        run
    })
}

#[test]
fn the_template_runs_from_its_link_and_gives_results_tables_and_answers() {
    let link = "lab=template&seeds=4&points=3";
    let whole = run(link);
    assert_eq!(whole.config().link(), "lab=template&points=3&seeds=4");
    let results = whole.results().unwrap();
    assert_eq!((results.step, results.steps, results.runs.len()), (3, 3, 4));
    assert!(matches!(results.verdicts[..], [ref one] if one.verdict == Outcome::Holds), "{:?}", results.verdicts);
    let read_back = Results::read(&serde_json::to_string(&results).unwrap()).unwrap();
    assert_eq!(read_back.curves, results.curves);
    let tables = whole.tables(&results).unwrap();
    assert_eq!(tables.iter().map(|table| table.id.as_str()).collect::<Vec<_>>(), whole.config().tables());
    // The same link gives the same numbers.
    assert_eq!(run(link).results().unwrap().curves, results.curves);
    // With two seeds the claim stays open.
    let few = run("lab=template&seeds=2").results().unwrap();
    assert_eq!(few.verdicts[0].verdict, Outcome::Open);

    let (lab, config) = (named("template").unwrap(), read("lab=template&seed=7"));
    let mut machine = Machine::default();
    let place = Place {
        kept: &mut Kept::default(),
        config: &config,
        now: None,
        run: None,
        machine: &mut machine,
        budget_ms: 1.0,
        stop: None,
    };
    let arguments = Box::new(<dyn erased_serde::Deserializer<'_>>::erase(serde_json::json!({ "draws": 10_000 })));
    let mut bench = lab.bench();
    let Reply::Done(answer) = block_on(ask(bench.as_mut(), "mean", arguments, place)).unwrap() else {
        panic!("no turns")
    };
    assert!((answer["mean"].as_f64().unwrap() - 0.5).abs() < 0.02, "{answer}");
}
