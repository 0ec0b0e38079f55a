//! Verdicts of the mixtures lab on ends of races that are made up for them.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use mnemoscope::labs::Config;
use mnemoscope::labs::link::Link;
use mnemoscope::labs::mixtures::config::MixturesConfig;
use mnemoscope::labs::trial::Trial;
use mnemoscope::model::measure::Phase;
use mnemoscope::run::claim::{Outcome, Verdict};
use mnemoscope::run::collector::Stop;
use mnemoscope::run::machine::Machine;
use mnemoscope::run::results::Results;
use pollster::block_on;

fn configuration(link: &str) -> Config {
    let Link { config, problems, .. } = Link::parse(&format!("lab=mixtures&{link}"));
    assert!(problems.is_empty(), "{link}: {problems:?}");
    config
}

/// The verdicts on a race of three seeds that ended with these numbers: of each measure, a value for each arm.
fn verdicts(link: &str, ended: &[(&str, &[f32])], change: impl Fn(&mut Results)) -> Vec<Verdict> {
    let config = configuration(&format!("{link}&seeds=3&executor=cpu&held_out=16&batch=4"));
    let settings = config.of::<MixturesConfig>().unwrap();
    let mut trial = block_on(Trial::open(config.clone(), &mut Machine::default(), &mut |_, _| {})).unwrap();
    block_on(trial.advance(0.0, 0)).unwrap();
    let mut results = trial.results().unwrap();
    for (id, values) in ended {
        let measure =
            results.measures.iter().filter(|m| m.phase == Phase::Evaluation).position(|m| m.id == *id).unwrap();
        let point = results.curves.last_mut().unwrap();
        for (run, value) in point.values[measure].iter_mut().enumerate() {
            *value = values[run / 3];
        }
    }
    change(&mut results);
    config.racing().unwrap().findings().verdicts(&results, settings.steps).unwrap()
}

/// Of a race that is not over.
fn early() -> Vec<Verdict> {
    let config = configuration("seeds=3&executor=cpu&held_out=16&batch=4");
    let mut trial = block_on(Trial::open(config, &mut Machine::default(), &mut |_, _| {})).unwrap();
    block_on(trial.advance(f64::INFINITY, 2)).unwrap();
    trial.verdicts().unwrap()
}

fn outcome(verdicts: &[Verdict], id: &str) -> Outcome {
    let found = verdicts.iter().find(|verdict| verdict.id == id);
    found.unwrap_or_else(|| panic!("{id}: {verdicts:?}")).verdict
}

#[test]
fn verdicts_on_races_that_recall_and_on_some_that_do_not() {
    let none = |_: &mut Results| {};
    let recalled: &[(&str, &[f32])] = &[
        ("fvu", &[0.03, 0.55, 0.85]),
        ("exchanged", &[1.7, 1.2, 0.9]),
        ("same-tag", &[0.95, 0.2, 0.125]),
        ("same-tag-least", &[0.15, 0.1, 0.125]),
        ("read-out", &[0.9, 0.3, 0.1]),
    ];
    let all = ["recall", "exchange", "heads", "coefficients", "not-enough-linear", "not-enough-uniform"];
    let found = verdicts("", recalled, none);
    all.iter().for_each(|id| assert_eq!(outcome(&found, id), Outcome::Holds, "{id}: {found:?}"));
    // Nobody has learned: nothing is said of heads, of exchanged queries or of the others.
    let nobody = verdicts(
        "",
        &[
            ("fvu", &[0.99, 1.0, 0.99]),
            ("exchanged", &[1.7, 1.0, 1.0]),
            ("same-tag", &[0.9, 0.1, 0.1]),
            ("same-tag-least", &[0.1, 0.1, 0.1]),
        ],
        none,
    );
    assert_eq!(outcome(&nobody, "recall"), Outcome::Fails);
    all[1..].iter().for_each(|id| assert_eq!(outcome(&nobody, id), Outcome::Open, "{id}: {nobody:?}"));
    // Between blur and recall nothing is decided; what recalls too speaks against "not enough"; so does recall without a sharp head, or
    // by all of them, against the heads.
    let between = verdicts("", &[("fvu", &[0.3, 0.3, 0.3])], none);
    assert_eq!(outcome(&between, "recall"), Outcome::Open);
    let enough = verdicts("", &[("fvu", &[0.03, 0.02, 0.3])], none);
    assert_eq!(outcome(&enough, "not-enough-linear"), Outcome::Fails);
    assert_eq!(outcome(&enough, "not-enough-uniform"), Outcome::Open);
    for (most, least) in [(0.5, 0.3), (0.95, 0.9)] {
        let heads = verdicts(
            "",
            &[("fvu", &[0.03, 1.0, 1.0]), ("same-tag", &[most, 0.1, 0.1]), ("same-tag-least", &[least, 0.1, 0.1])],
            none,
        );
        assert_eq!(outcome(&heads, "heads"), Outcome::Fails, "{most} {least}");
    }
    let unread = verdicts("", &[("fvu", &[0.03, 1.0, 1.0]), ("read-out", &[0.2, 0.1, 0.1])], none);
    assert_eq!(outcome(&unread, "coefficients"), Outcome::Fails);
    // A run that stopped, and a race that is not over.
    let stopped =
        verdicts("", recalled, |results| results.runs[1].stopped = Some(Stop { step: 7, reason: String::new() }));
    assert_eq!(outcome(&stopped, "recall"), Outcome::Open);
    let early = early();
    assert!(
        early.iter().all(|verdict| verdict.verdict == Outcome::Open && verdict.why.contains("not over")),
        "{early:?}"
    );
    // One cloud, or a law where the tag alone leaves next to nothing: an error of a tenth shows no recall.
    assert_eq!(outcome(&verdicts("components=1", recalled, none), "recall"), Outcome::Untested);
    let signed = verdicts("preset=paper&alpha=0.5&tokens=20&attention=softmax,linear,uniform", recalled, none);
    assert_eq!(outcome(&signed, "exchange"), Outcome::Untested);
    // The paper's target: a great error of exchanged queries is not enough.
    let told = verdicts(
        "preset=paper&tokens=20&attention=softmax,linear,uniform",
        &[("fvu", &[0.26, 0.27, 0.27]), ("exchanged", &[1.73, 1.7, 1.7])],
        none,
    );
    let exchange = told.iter().find(|verdict| verdict.id == "exchange").unwrap();
    assert!(exchange.verdict == Outcome::Open && exchange.measured.contains("would prove nothing"), "{exchange:?}");
}

#[test]
fn verdicts_on_tags_and_on_examples() {
    let none = |_: &mut Results| {};
    // Softmax, linear and uniform at six places of tags, in order.
    let of = |uniform: [f32; 2]| {
        let mut errors = [0.02; 18];
        (errors[2], errors[17]) = (uniform[0], uniform[1]);
        let errors = errors.to_vec();
        verdicts("preset=tags", &[("fvu", &errors)], none)
    };
    let found = of([0.03, 0.85]);
    assert_eq!([outcome(&found, "averaging-two"), outcome(&found, "averaging-eight")], [Outcome::Holds; 2]);
    let other = of([0.4, 0.05]);
    assert_eq!([outcome(&other, "averaging-two"), outcome(&other, "averaging-eight")], [Outcome::Fails; 2]);
    // Three rates of decay, five numbers of contexts; only the greatest number is judged.
    let errors = |last: [f32; 3]| last.into_iter().flat_map(|last| [1.2, 1.1, 0.8, 0.5, last]).collect::<Vec<f32>>();
    let judged = |last| outcome(&verdicts("preset=alpha", &[("fvu", &errors(last))], none), "alpha");
    assert_eq!(judged([0.6, 0.2, 0.01]), Outcome::Holds);
    assert_eq!(judged([0.2, 0.3, 0.01]), Outcome::Fails);
    // On its plateau a run says nothing, however much greater its error is.
    assert_eq!(judged([0.97, 0.2, 0.01]), Outcome::Open);
}
