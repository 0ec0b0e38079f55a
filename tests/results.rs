//! Results files and verdicts.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod common;

use common::training::configuration;
use mnemoscope::error::Error;
use mnemoscope::labs::Config;
use mnemoscope::labs::copy::claim::verdicts;
use mnemoscope::labs::copy::config::CopyConfig;
use mnemoscope::labs::results;
use mnemoscope::labs::settings::{Settings, read_configuration};
use mnemoscope::labs::trial::Trial;
use mnemoscope::model::ensemble::TOKEN_ACCURACY;
use mnemoscope::model::measure::Phase;
use mnemoscope::run::claim::{Outcome, Verdict};
use mnemoscope::run::collector::Record;
use mnemoscope::run::curves::{Axis, Curves, Point};
use mnemoscope::run::machine::Machine;
use mnemoscope::run::results::{Results, RunResult};
use pollster::block_on;

const LINK: &str = "lab=copy&encodings=rank,none&seeds=2&symbols=4&length=8&batch=4&held_out=8&layers=1&width=16\
    &heads=2&mlp=16&steps=20&every=10&executor=cpu";

fn trained() -> Results {
    let mut run = block_on(Trial::open(configuration(LINK), &mut Machine::default(), &mut |_, _| {})).unwrap();
    block_on(run.advance(f64::INFINITY, 0)).unwrap();
    run.results().unwrap()
}

#[test]
fn results_survive_json_and_csv() {
    let mut results = trained();
    results.curves[1].values[0][2] = f32::NAN;
    assert_eq!(Results::read(&serde_json::to_string(&results).unwrap()).unwrap(), results);
    let again = Results::read(&results.csv().unwrap()).unwrap();
    assert_eq!(again.curves, results.curves);
    assert_eq!(again.runs.iter().map(|run| (&run.arm, run.seed, run.first(TOKEN_ACCURACY))).collect::<Vec<_>>(), {
        results.runs.iter().map(|run| (&run.arm, run.seed, run.first(TOKEN_ACCURACY))).collect::<Vec<_>>()
    });
    assert!(again.settings.is_empty(), "a CSV file does not know it");
}

#[test]
fn unsound_results_are_refused_in_words() {
    let good = serde_json::to_string(&trained()).unwrap();
    let refused = |text: &str| match results::read(text) {
        Err(Error::File(why)) => why,
        other => panic!("taken: {other:?}"),
    };
    assert!(refused("").contains("columns"));
    assert!(refused("a,b\n1,2").contains("arm, seed, step"));
    assert!(refused("{}").contains("not a results file"));
    assert!(refused(&good[..good.len() / 2]).contains("not a results file"));
    assert!(refused(&good.replace("\"copy\"", "\"other\"")).contains("other"));
    let mut short = trained();
    short.curves[1].values[1].pop();
    assert!(refused(&serde_json::to_string(&short).unwrap()).contains("3 numbers for 4 runs"));
    let mut twice = trained();
    twice.curves[1].x = 0.0;
    assert!(refused(&serde_json::to_string(&twice).unwrap()).contains("order"));
    let mut early = trained();
    early.step = 10;
    assert!(refused(&serde_json::to_string(&early).unwrap()).contains("ends at step 10"));
    let mut torn = trained();
    torn.settings.insert("rate".to_owned(), 0.5.into());
    let why = refused(&serde_json::to_string(&torn).unwrap());
    assert!(why.contains("rate is 0.003 in one and 0.5 in the other"), "{why}");
    torn.link.clear();
    assert!(results::read(&serde_json::to_string(&torn).unwrap()).is_ok(), "only one of them says it");
    let mut absurd = trained();
    absurd.curves[1].values[1][0] = 1.5;
    assert!(refused(&serde_json::to_string(&absurd).unwrap()).contains("token-accuracy at 10 holds 1.5"));
    let mut doubled = trained();
    doubled.runs[1] = doubled.runs[0].clone();
    assert!(refused(&serde_json::to_string(&doubled).unwrap()).contains("two runs of"));
    let mut unnamed = trained();
    unnamed.arms.remove(0);
    assert!(refused(&serde_json::to_string(&unnamed).unwrap()).contains("its arms leave out"));
    let mut ahead = trained();
    ahead.runs[0].reached.insert(TOKEN_ACCURACY.to_owned(), Some(4_000_000_000));
    assert!(refused(&serde_json::to_string(&ahead).unwrap()).contains("tells of step 4000000000"));
    let mut same = trained();
    same.measures[2] = same.measures[1].clone();
    assert!(refused(&serde_json::to_string(&same).unwrap()).contains("token-accuracy twice"));
    let mut training = trained();
    training.measures[0].phase = Phase::Training;
    assert!(refused(&serde_json::to_string(&training).unwrap()).contains("of training steps"));
    let mut between = trained();
    between.curves[1].x = 9.5;
    assert!(refused(&serde_json::to_string(&between).unwrap()).contains("step 9.5; steps are whole numbers"));
    let mut nats = trained();
    nats.measures[0].unit = "nats per token".to_owned();
    assert!(refused(&serde_json::to_string(&nats).unwrap()).contains("something else by loss"));
    let mut lengths = trained();
    lengths.x = Axis::new("length", "Length", "positions");
    assert!(refused(&serde_json::to_string(&lengths).unwrap()).contains("over \"Length\""));
    lengths.lab = "elsewhere".to_owned();
    lengths.step = 3;
    assert!(refused(&serde_json::to_string(&lengths).unwrap()).contains("the lab \"elsewhere\""));
    let mut later = trained();
    later.format = 3;
    assert!(refused(&serde_json::to_string(&later).unwrap()).contains("its format is 3"));
    for head in [
        "encoding,seed,step,loss_bits,token_accuracy,sequence_accuracy\n",
        "arm,seed,step,loss,token-accuracy,sequence-accuracy\n",
    ] {
        assert!(refused(&format!("{head}rank,0,ten,1,1,1\n")).contains("CSV"));
        assert!(refused(&format!("{head}rank,0,10,inf,1,1\n")).contains("cannot be"));
        assert!(refused(&format!("{head}rank,0,10\n")).contains("CSV"));
    }
}

#[test]
fn configurations_come_from_json() {
    let (config, problems) = read_configuration::<CopyConfig>(
        r#"{"encodings":["rank","none"],"seeds":2,"tied":true,"rate":0.01,"task":"reversal"}"#,
    )
    .unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(config.link(), "lab=copy&task=reversal&encodings=rank,none&tied=true&rate=0.01");
    let (same, problems) = read_configuration::<CopyConfig>(&serde_json::to_string(&trained()).unwrap()).unwrap();
    assert!(problems.is_empty());
    assert_eq!(same, configuration(LINK));
    let (_, problems) = read_configuration::<CopyConfig>(r#"{"width":"wide","nosuch":1,"preset":"x"}"#).unwrap();
    assert_eq!(problems.len(), 3);
    for bad in ["", "[]", "3", "{\"a\":"] {
        assert!(matches!(read_configuration::<CopyConfig>(bad), Err(Error::File(_))), "{bad}");
    }
}

/// Verdicts of a race whose runs passed 99 % at these steps (0: never).
fn judge(link: &str, outcomes: &[(&str, &[u32])], step: u32) -> Vec<Verdict> {
    let runs: Vec<RunResult> = outcomes
        .iter()
        .flat_map(|(arm, steps)| {
            (0..).zip(steps.iter()).map(|(seed, &step)| RunResult {
                arm: (*arm).to_owned(),
                seed,
                reached: [(TOKEN_ACCURACY.to_owned(), (step > 0).then_some(step))].into(),
                stopped: None,
            })
        })
        .collect();
    let right = |run: &RunResult| if run.first(TOKEN_ACCURACY).is_some() { 1.0 } else { 0.1399 };
    let values = vec![vec![0.0; runs.len()], runs.iter().map(right).collect(), vec![0.0; runs.len()]];
    let record = Record { history: vec![Point { x: step.into(), values }], ..Record::default() };
    let lineup = Config::from(configuration(link)).lineup().unwrap();
    let results = Results::new(&lineup.provenance, Curves::of_race(&lineup, &record), runs);
    verdicts(&configuration(link), &results, step)
}

fn of(verdicts: &[Verdict], id: &str) -> (Outcome, String) {
    let verdict = verdicts.iter().find(|verdict| verdict.id == id).unwrap();
    (verdict.verdict, verdict.measured.clone())
}

#[test]
fn verdicts_follow_from_what_was_measured() {
    let link = "lab=copy&steps=600&seeds=2&encodings=rank,sinusoidal,compressed,spike-time";
    let race: &[(&str, &[u32])] =
        &[("rank", &[100, 120]), ("sinusoidal", &[200, 120]), ("compressed", &[0, 0]), ("spike-time", &[0, 500])];
    let done = judge(link, race, 600);
    assert_eq!(of(&done, "rank").0, Outcome::Holds);
    assert_eq!(of(&done, "compressed").0, Outcome::Holds);
    assert!(of(&done, "compressed").1.contains("not within 600 (13 % right by then), not within 600"));
    assert_eq!(of(&done, "spike-time").0, Outcome::Fails);
    assert!(done.iter().all(|verdict| verdict.seeds == 2));
    let midway = judge(link, race, 300);
    assert_eq!(of(&midway, "compressed").0, Outcome::Open);
    assert_eq!(of(&midway, "spike-time").0, Outcome::Open);

    let other: &[(&str, &[u32])] = &[("rank", &[100, 300]), ("sinusoidal", &[200, 120]), ("compressed", &[0, 580])];
    let other = judge(link, other, 600);
    assert_eq!(of(&other, "rank").0, Outcome::Fails, "one seed speaks against it");
    assert_eq!(of(&other, "compressed").0, Outcome::Fails);
    assert_eq!(of(&other, "spike-time").0, Outcome::Untested);
    assert!(of(&other, "spike-time").1.contains("Spike time"));

    let nothing: &[(&str, &[u32])] = &[("rank", &[0, 0]), ("sinusoidal", &[0, 0]), ("compressed", &[0, 0])];
    let nothing = judge(link, nothing, 600);
    assert_eq!(of(&nothing, "compressed").0, Outcome::Open, "where nothing learns, a failure says nothing");
    assert!(of(&nothing, "compressed").1.contains("too short to tell"));

    let short: &[(&str, &[u32])] = &[("rank", &[20, 20]), ("sinusoidal", &[320, 100]), ("compressed", &[0, 0])];
    assert_eq!(of(&judge(link, short, 600), "compressed").0, Outcome::Open, "less than twice what sinusoidal needs");

    let increment = "lab=copy&task=increment&steps=200&seeds=1&encodings=rank,none";
    assert_eq!(judge(increment, &[("rank", &[40]), ("none", &[20])], 200)[0].verdict, Outcome::Holds);
    assert_eq!(judge(increment, &[("rank", &[40]), ("none", &[0])], 100)[0].verdict, Outcome::Open);
    assert_eq!(judge(increment, &[("rank", &[40]), ("none", &[0])], 200)[0].verdict, Outcome::Fails);
    assert_eq!(judge(increment, &[("rank", &[0]), ("none", &[0])], 200)[0].verdict, Outcome::Open);
}
