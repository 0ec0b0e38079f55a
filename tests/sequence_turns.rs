//! Answers that take long: in turns, told how far they are, and stopped.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use mnemoscope::error::Error;
use mnemoscope::labs::ask::{Bench, Kept, Place, Reply};
use mnemoscope::labs::link::Link;
use mnemoscope::labs::{self, Config};
use mnemoscope::run::machine::Machine;
use pollster::block_on;

/// One turn of a question of the lab, as short as can be.
fn turn(
    bench: &mut dyn Bench,
    (config, name, arguments): (&Config, &str, &str),
    kept: &mut Kept,
    stop: Option<&str>,
) -> Result<Reply<serde_json::Value>, Error> {
    let arguments: serde_json::Value = serde_json::from_str(arguments).unwrap();
    let arguments = Box::new(<dyn erased_serde::Deserializer<'_>>::erase(arguments));
    let machine = &mut Machine::default();
    let place = Place { kept, config, now: Some(config), run: None, machine, budget_ms: 1e-6, stop };
    block_on(bench.ask(name, arguments, place))
}

#[test]
fn long_answers_take_turns_and_can_be_stopped() {
    let config = Link::parse("lab=sequence&executor=cpu&memories=20&sequence=a+b+c&recall=3&seed=2").config;
    for (name, arguments, part, unit) in [
        ("time", r#"{"recalls":2000}"#, "time", "recalls"),
        ("ball", "{}", "ball", "levels"),
        ("report", "{}", "report", "symbols"),
    ] {
        let lab = labs::named("sequence").unwrap();
        let (mut bench, mut kept) = (lab.bench(), Kept::default());
        let (mut before, mut turns) = (0, 0);
        let answer = loop {
            match turn(bench.as_mut(), (&config, name, arguments), &mut kept, None).unwrap() {
                Reply::Done(answer) => break answer,
                Reply::Waiting => panic!("{name} waits for nobody"),
                Reply::Going(turn) => {
                    assert_eq!((turn.part, turn.unit), (part, unit));
                    assert!(before <= turn.at && turn.at <= turn.of, "{name}: {before}, {turn:?}");
                    (before, turns) = (turn.at, turns + 1);
                }
            }
        };
        assert!(turns > 1, "{name}: {turns}");
        if name == "time" {
            assert_eq!((&answer["recalls"], answer["rounds"].as_array().unwrap().len()), (&2000.into(), 3));
            assert!(answer["exact"].as_u64().unwrap() > 0);
        }
        // Another question of the name has a way of its own; stopped, nothing of it is left.
        let [mut one, mut other] = [Kept::default(), Kept::default()];
        let going = turn(bench.as_mut(), (&config, name, arguments), &mut one, None);
        assert!(matches!(going, Ok(Reply::Going(_))), "{name}: {going:?}");
        let going = turn(bench.as_mut(), (&config, name, arguments), &mut other, None);
        assert!(matches!(going, Ok(Reply::Going(_))), "{name}: {going:?}");
        let stopped = turn(bench.as_mut(), (&config, name, arguments), &mut one, Some(unit));
        assert!(matches!(stopped, Err(Error::Stopped(_))), "{name}: {stopped:?}");
        assert!(one.take::<u32>().is_none() && format!("{one:?}").contains("nothing"));
        let goes_on = turn(bench.as_mut(), (&config, name, arguments), &mut other, None);
        assert!(goes_on.is_ok(), "{name}: {goes_on:?}");
    }
}

#[test]
fn a_lesson_that_one_look_ends_is_not_taken_up_by_another_under_way() {
    let config = Link::parse("lab=sequence&executor=cpu&sequence=a+b+c+a+b+d").config;
    let mut bench = labs::named("sequence").unwrap().bench();
    let asked = (&config, "operations", r#"{"at":1,"goOn":true}"#);
    let [mut one, mut other] = [Kept::default(), Kept::default()];
    let unit = |reply: Result<Reply<serde_json::Value>, Error>| match reply.unwrap() {
        Reply::Going(turn) => Some(turn.unit),
        _ => None,
    };
    while unit(turn(bench.as_mut(), asked, &mut one, None)) == Some("symbols") {}
    // The second begins while the first learns; then the first ends the lesson.
    assert_eq!(unit(turn(bench.as_mut(), asked, &mut other, None)), Some("steps"));
    let Reply::Done(ended) = turn(bench.as_mut(), asked, &mut one, Some("steps")).unwrap() else { panic!("going on") };
    let Reply::Done(shown) = turn(bench.as_mut(), asked, &mut other, None).unwrap() else { panic!("taken up again") };
    assert_eq!(ended, shown);
    // A new look takes it up.
    assert_eq!(unit(turn(bench.as_mut(), asked, &mut Kept::default(), None)), Some("steps"));
}
