//! The sequence lab as the page and the command line drive it: sessions, refusals, courses, studies.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use mnemoscope::error::Error;
use mnemoscope::labs::Config;
use mnemoscope::labs::link::Link;
use mnemoscope::labs::run::Run;
use mnemoscope::labs::sequence::bench::Bench;
use mnemoscope::labs::sequence::config::{SequenceConfig, Split, random};
use mnemoscope::labs::sequence::course::Course;
use mnemoscope::labs::sequence::operations::machine_stages;
use mnemoscope::labs::sequence::report::{Report, Reporting};
use mnemoscope::labs::sequence::session::{Ask, Mode, SessionInfo};
use mnemoscope::labs::sequence::study::{Study, experiment};
use mnemoscope::labs::sequence::symbols::split;
use mnemoscope::labs::settings::Settings;
use mnemoscope::labs::study::StudyFound;
use mnemoscope::run::claim::Outcome;
use mnemoscope::run::event::Event;
use mnemoscope::run::machine::Machine;
use pollster::block_on;

/// The settings of a link, which must be without problems.
fn settings(link: &str) -> SequenceConfig {
    let Link { config, problems, .. } = Link::parse(&format!("lab=sequence&executor=cpu&{link}"));
    assert!(problems.is_empty(), "{link}: {problems:?}");
    config.of::<SequenceConfig>().unwrap().clone()
}

fn store(bench: &mut Bench, config: &SequenceConfig, text: &str) -> Result<SessionInfo, Error> {
    block_on(bench.store(config, text, &mut Machine::default()))
}

fn recall(bench: &mut Bench, config: &SequenceConfig, cue: &str, count: u32) -> Result<SessionInfo, Error> {
    block_on(bench.recall(config, cue, count, &mut Machine::default()))
}

/// The words of a refusal.
fn said(done: Result<SessionInfo, Error>) -> String {
    done.unwrap_err().to_string()
}

fn recalled(session: &SessionInfo) -> String {
    let own = session.steps[session.begin..].iter().filter(|step| step.mode == Mode::Recall);
    own.map(|step| step.symbol.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_preset_is_stored_in_one_pass_and_recalled() {
    for preset in SequenceConfig::presets() {
        let mut config = SequenceConfig::preset(preset.id).unwrap();
        assert!(config.settle().is_empty(), "{}", preset.id);
        config.apply([("executor", "cpu")]);
        if ["capacity", "kanerva"].iter().any(|other| preset.id.starts_with(other)) {
            continue;
        }
        let report = block_on(Reporting::whole(&config, &mut Machine::default())).unwrap();
        let count = config.symbols().unwrap().len();
        assert_eq!(report.stored.steps.len(), count, "{}", preset.id);
        assert_eq!(
            (report.replayed.right, report.replayed.wrong),
            (count, 0),
            "{}: {}",
            preset.id,
            report.replayed.sentence
        );
        let recalled = report.recalled.unwrap();
        let wrong = recalled.steps[recalled.begin..].iter().filter(|step| step.right == Some(false));
        assert_eq!(wrong.count(), 0, "{}: {}", preset.id, recalled.sentence);
        // All that followed the cue, and not only all that came.
        let cue = recalled.steps[recalled.begin..].iter().filter(|step| step.mode == Mode::Cue).count();
        let followed = (count - cue).min(config.recall as usize);
        let whole = format!("All {followed} symbols");
        assert!(recalled.sentence.starts_with(&whole), "{}: {}", preset.id, recalled.sentence);
    }
}

/// A machine that remembers next to nothing of what came before takes one context for another, and says for which.
#[test]
fn a_wrong_turn_is_explained_by_the_context_it_was_taken_for() {
    let (mut bench, config) = (Bench::default(), settings("retention=0"));
    let text = "7 1 5 1 7 1 5 1 7 1 5 1";
    let stored: Vec<&str> = text.split(' ').collect();
    store(&mut bench, &config, text).unwrap();
    let session = recall(&mut bench, &config, "7 1", 10).unwrap();
    let wrong = session.steps[session.begin..].iter().find(|step| step.right == Some(false)).unwrap();
    let (_, why) = session.sentence.split_once("the same as that of ").unwrap();
    let number = |text: &str| text.split([' ', ')', ',']).next().unwrap().parse::<f64>().unwrap();
    let [taken, should] =
        ["among them number ", "and number "].map(|before| number(why.split_once(before).unwrap().1) as usize);
    assert_eq!(stored[taken - 1], wrong.symbol, "{why}");
    assert_eq!(Some(stored[should - 1]), wrong.expected.as_deref(), "{why}");
    let [same, cosine] = [why, why.split_once("(cosine ").unwrap().1].map(number);
    assert!(same >= 2.0 && (cosine - 1.0).abs() < 1e-3, "{why}");
    // Where nothing goes wrong nothing is explained.
    let (mut bench, config) = (Bench::default(), settings(""));
    store(&mut bench, &config, text).unwrap();
    let session = recall(&mut bench, &config, "7 1", 10).unwrap();
    assert!(!session.sentence.contains("its context"), "{}", session.sentence);
}

#[test]
fn a_recall_that_falls_silent_is_not_said_to_be_whole() {
    let (mut bench, config) = (Bench::default(), settings("retention=0.4"));
    store(&mut bench, &config, "a b c d e f g h i j k l").unwrap();
    // From the middle the context is another than when it was stored.
    for cue in ["b c", "b", "d e"] {
        let session = recall(&mut bench, &config, cue, 9).unwrap();
        let right =
            session.steps[session.begin..].iter().filter(|step| step.mode == Mode::Recall && step.right == Some(true));
        let (right, said) = (right.count(), &session.sentence);
        let stands = "abcdefghijkl".find(cue.split(' ').next_back().unwrap()).unwrap();
        let followed = (11 - stands).min(9);
        assert_eq!(said.starts_with(&format!("All {followed} ")), right == followed, "{cue}: {said}");
        assert!(
            right == followed || said.contains(&format!("of {followed} symbols")) || said.contains("Nothing came"),
            "{cue}: {said}"
        );
    }
}

#[test]
fn a_report_is_written_whether_or_not_its_cue_is_known() {
    let report = block_on(Reporting::whole(&settings("sequence=a+b+c&cue=7"), &mut Machine::default())).unwrap();
    assert_eq!(report.replayed.right, 3);
    assert!(report.recalled.is_none() && report.refused.unwrap().contains("“7”"));
}

#[test]
fn a_wrong_turn_surprises() {
    let (mut bench, config) = (Bench::default(), settings("split=characters"));
    store(&mut bench, &config, "the cat sat on the mat").unwrap();
    let session = block_on(bench.replay(&config, "the cat sat on mhe mat", &mut Machine::default())).unwrap();
    let steps = &session.steps[session.begin..];
    assert!(steps[..15].iter().all(|step| step.right == Some(true) && step.surprise.unwrap() < 0.3));
    assert_eq!((steps[15].symbol.as_str(), steps[15].predicted.as_deref()), ("m", Some("t")));
    assert!(steps[15].surprise.unwrap() > 0.7, "{:?}", steps[15]);
    assert!(session.sentence.contains("place 16"), "{}", session.sentence);
}

#[test]
fn storing_goes_on_and_forgetting_begins_anew() {
    let (mut bench, config) = (Bench::default(), settings(""));
    store(&mut bench, &config, "a b c d").unwrap();
    let session = store(&mut bench, &config, "e f g").unwrap();
    assert_eq!((session.written, session.alphabet.len(), session.begin), (7, 7, 4));
    let session = recall(&mut bench, &config, "a b", 5).unwrap();
    assert_eq!(recalled(&session), "c d e f g");
    let session = recall(&mut bench, &config, "#3", 4).unwrap();
    assert_eq!(recalled(&session), "d e f g");
    let session = block_on(bench.forget(&config, &mut Machine::default())).unwrap();
    assert!(session.steps.is_empty() && session.alphabet.is_empty() && session.next.is_none());
}

#[test]
fn other_settings_are_another_machine_but_looking_is_not() {
    let (mut bench, config) = (Bench::default(), settings(""));
    store(&mut bench, &config, "a b c").unwrap();
    let session =
        |bench: &mut Bench, link: &str| block_on(bench.session(&settings(link), &mut Machine::default())).unwrap();
    for link in
        ["cue=b", "recall=3", "neuron=rdlif", "experiment=capacity", "sequence=x+y", "ball_bits=128", "longest=50"]
    {
        assert_eq!(session(&mut bench, link).written, 3, "{link}");
    }
    assert_eq!(session(&mut bench, "retention=0.4").written, 0);
}

#[test]
fn what_cannot_be_done_is_refused_in_words_and_nothing_is_lost() {
    let (mut bench, config) = (Bench::default(), settings(""));
    assert!(said(recall(&mut bench, &config, "a", 3)).contains("nothing has been stored"));
    assert!(said(recall(&mut bench, &config, "#1", 3)).contains("nothing has been stored"));
    let before = store(&mut bench, &config, "a b c").unwrap();
    assert!(said(store(&mut bench, &config, " , ")).contains("no symbol"));
    let refused = said(recall(&mut bench, &config, "a x", 3));
    assert!(refused.contains("“x”") && refused.contains("“c”"), "{refused}");
    assert!(said(recall(&mut bench, &config, "#9", 3)).contains("#1 to #3"));
    let many: Vec<String> = (0..300).map(|symbol| format!("s{symbol}")).collect();
    assert!(said(store(&mut bench, &config, &many.join(" "))).contains("256"));
    assert!(said(store(&mut bench, &config, &"a ".repeat(4001))).contains("4000"));
    let replayed = block_on(bench.replay(&config, "a b z", &mut Machine::default()));
    assert!(said(replayed).contains("“z”"));
    let after = block_on(bench.session(&config, &mut Machine::default())).unwrap();
    assert_eq!(before.steps, after.steps);
    assert_eq!(recalled(&recall(&mut bench, &config, "a", 2).unwrap()), "b c");
}

#[test]
fn settings_that_do_not_fit_are_mended_in_words() {
    let mended = |link: &str| Link::parse(&format!("lab=sequence&{link}"));
    for (link, field, allowed) in [
        ("chosen=100&decoders=50", "chosen", "no more neurons can fire"),
        ("data_active=100&data_size=64", "data_active", "no more neurons can fire"),
        ("context_active=100&context_size=64", "context_active", "no more neurons can fire"),
        ("inputs_active=100&inputs=64", "inputs_active", "no more neurons can fire"),
        ("noise=12", "noise", "so many active inputs"),
        ("ball_radius=40", "ball_radius", "half of the bits"),
        ("rival_width=30", "rival_width", "a multiple of 4"),
        ("rival_width=68", "rival_width", "up to 16 heads"),
        ("rival_heads=5", "rival_heads", "one of 1, 2, 4, 8"),
        ("sequence=", "", ""),
        ("decoders=3", "decoders", "a whole number from 8 to 16384"),
        ("alpha=2", "alpha", "a number from 0.01 to 1"),
    ] {
        let link = mended(link);
        if field.is_empty() {
            assert!(link.problems.is_empty());
            continue;
        }
        let problem = link.problems.iter().find(|problem| problem.field == field);
        let problem = problem.unwrap_or_else(|| panic!("{field}: {:?}", link.problems));
        assert!(problem.allowed.contains(allowed), "{problem:?}");
        let again = mended(link.config.link().split_once('&').map_or("", |(_, rest)| rest));
        assert!(again.problems.is_empty(), "what was mended is sound: {:?}", again.problems);
    }
}

#[test]
fn a_link_restores_any_text() {
    let mut config = SequenceConfig::default();
    for text in ["a & b = c # d + e % f", "ä é 漢字 🦀", "  two  spaces ", "tab\tand\nline"] {
        assert!(config.apply([("sequence", text)]).is_empty());
        let read = Link::parse(&config.link()).config.of::<SequenceConfig>().unwrap().clone();
        assert_eq!(read, config, "{text:?}");
    }
    let long = "x".repeat(4001);
    let problems = config.apply([("sequence", long.as_str())]);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].allowed.contains("4000"));
}

#[test]
fn the_five_operations_are_those_of_the_running_machine() {
    let config = settings("");
    let course = block_on(Course::of(&config, &mut Machine::default())).unwrap();
    assert_eq!(course.symbols.len(), 12);
    for at in 0..12 {
        let stages = machine_stages(&course, at);
        let code = course.shape.code(course.replica.seed, course.numbers[at]);
        assert_eq!(stages[0].vectors[0].order, code);
        assert_eq!(stages[1].vectors[1].order, course.second.contexts[at + 1]);
        // The decoder neurons that fire are those with the largest dot products, which are computed a second time here.
        let chosen: Vec<bool> = stages[2].similarities[1].items.iter().map(|item| item.chosen).collect();
        let fire = course.shape.chosen as usize;
        assert!(chosen[..fire].iter().all(|&chosen| chosen) && chosen[fire..].iter().all(|&chosen| !chosen));
        let values: Vec<f64> = stages[2].similarities[1].items.iter().map(|item| item.value).collect();
        assert!(values.is_sorted_by(|a, b| a >= b));
        // What is decoded is the most similar symbol.
        let items = &stages[4].similarities[0].items;
        assert!(items[0].chosen || course.second.predicted[at + 1].is_none());
        assert!(stages.iter().all(|stage| !stage.sentence.is_empty() && !stage.formula.is_empty()));
        let w = (course.shape.chosen * course.shape.data_active) as usize;
        assert!(stages[3].sentence.contains(&w.to_string()));
    }
}

/// Runs an experiment to its end, one unit at a time.
fn run(link: &str) -> StudyFound {
    study(link).so_far()
}

fn study(link: &str) -> Study {
    let mut machine = Machine::default();
    let mut study = block_on(Study::open(settings(link), experiment, &mut machine, &mut |_, _| {})).unwrap();
    let mut last = 0;
    loop {
        let events = block_on(study.advance(&mut machine, 1e9, 1)).unwrap();
        assert_eq!(study.step(), last + 1);
        last = study.step();
        if events.iter().any(|event| matches!(event, Event::Finished { .. })) {
            break;
        }
    }
    assert_eq!(study.step(), study.steps());
    study
}

fn value(found: &StudyFound, arm: &str, point: usize, measure: usize) -> Vec<f64> {
    found.curves.all(arm, point, measure).unwrap()
}

#[test]
fn errors_grow_with_length_and_the_verdicts_say_so() {
    let study = study("experiment=errors&longest=60&points=2&seeds=3");
    let found = study.so_far();
    assert!(value(&found, "combined", 1, 0).iter().all(|&errors| errors <= 1.0));
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / 3.0;
    let forgetful = [0, 1].map(|point| mean(value(&found, "forgetful", point, 0)));
    assert!(forgetful[0] < forgetful[1] && forgetful[1] > 20.0, "{forgetful:?}");
    assert!(found.verdicts.iter().all(|verdict| verdict.verdict == Outcome::Holds), "{:?}", found.verdicts);
    let csv = study.results().unwrap().csv().unwrap();
    assert!(csv.starts_with("arm,seed,length,errors\n"), "{csv}");
    assert_eq!(csv.lines().count(), 1 + 4 * 2 * 3, "{csv}");
}

#[test]
fn a_partner_is_found_again_by_its_key_where_no_context_is_in_the_way() {
    let small = "experiment=recall&alphabet=16&longest=32&points=2&seeds=3&rival_steps=1&rival_width=16&rival_window=4";
    let study = study(small);
    let found = study.so_far();
    assert_eq!(found.curves.points.iter().map(|point| point.x).collect::<Vec<_>>(), [8.0, 16.0]);
    assert_eq!(value(&found, "forgetful", 1, 0), [1.0; 3], "every key stands there once");
    let shift = value(&found, "shift", 1, 0);
    assert!(shift.iter().all(|&share| share < 1.0 && (16.0 * share).fract() == 0.0), "{shift:?}");
    assert_eq!(found.curves.measures[0].chance, Some(1.0 / 16.0));
    let outcomes: Vec<(&str, Outcome)> = found.verdicts.iter().map(|one| (one.id.as_str(), one.verdict)).collect();
    assert_eq!(outcomes, [("recall-one-shot", Outcome::Holds), ("recall-context", Outcome::Holds)], "{found:?}");
    // (1 + 15 / 16) / 16.
    assert!(
        found.sentence.contains("Naming some value that was shown is right 12 % of the time."),
        "{}",
        found.sentence
    );
    assert!(study.results().unwrap().csv().unwrap().starts_with("arm,seed,pairs,named\n"));
    // One that is too short, without a machine that it speaks of, with a rate of a reader's own.
    let few = run("experiment=recall&longest=10&points=1&seeds=3&contexts=shift&rival_rate=0.01&rival_steps=1");
    assert_eq!([0, 1].map(|at| few.verdicts[at].verdict), [Outcome::Open, Outcome::Untested]);
    assert!(few.verdicts[0].why.contains("5 pairs are too few"), "{}", few.verdicts[0].why);
    let own = run(&format!("{small}&rival_rate=0.01&contexts=combined"));
    assert!(own.verdicts[0].why.contains("was set"), "{}", own.verdicts[0].why);
}

#[test]
fn a_repeated_subsequence_is_beyond_a_shift_register() {
    let found = run("experiment=repeated&seeds=12&contexts=shift,combined&forgetful=false");
    let perfect = |arm: &str| value(&found, arm, 0, 0).iter().filter(|&&right| right == 23.0).count();
    assert_eq!(perfect("shift"), 0);
    assert!(perfect("combined") >= 11, "{:?}", value(&found, "combined", 0, 0));
    assert_eq!(found.verdicts[0].verdict, Outcome::Holds);
    assert_eq!(found.rows.body.len(), 2);
}

#[test]
fn capacity_falls_with_what_is_stored_and_with_noise() {
    let link = "experiment=capacity&stored=600&points=3&seeds=2&noise=4&decoders=256&chosen=8&alpha=0.99";
    let found = run(link);
    let exact: Vec<f64> = (0..3).map(|point| value(&found, "noise-0", point, 0)[0]).collect();
    assert!(exact.is_sorted_by(|a, b| a >= b) && exact[0] > exact[2], "{exact:?}");
    for point in 0..3 {
        for seed in 0..2 {
            assert!(value(&found, "noise-4", point, 0)[seed] <= value(&found, "noise-0", point, 0)[seed]);
            assert!(value(&found, "noise-0", point, 1)[seed] >= value(&found, "noise-0", point, 0)[seed]);
        }
    }
    assert_eq!(found.verdicts[0].verdict, Outcome::Untested, "the claim is about another size");
}

/// Every result of a memory says which weights its address decoder has, and by α those are the 1 % steps at α .99 alone.
#[test]
fn results_say_the_ratio_of_the_decoders_weights() {
    let small = "source=random&length=12&cue=#2&recall=3&longest=12&points=1&seeds=1&decoders=128&chosen=8&context_size=128&stored=60\
        &rival_steps=1&rival_rate=0.01&rival_width=8&rival_window=4";
    let ratios = [
        ("dense", "alpha", 0.9, "dense weights, drawn evenly from 0 to 1; settings of sparse ones change nothing"),
        ("sparse", "steps", 0.9, "20 weights a neuron, each 0.99 of the one before"),
        ("sparse", "equal", 0.9, "20 weights a neuron, all equal"),
        ("sparse", "alpha", 0.9, "20 weights a neuron, each 0.9 of the one before"),
        ("sparse", "alpha", 1.0, "20 weights a neuron, all equal"),
    ];
    for (decoder, ratio, alpha, words) in ratios {
        let link = format!("{small}&decoder={decoder}&decoder_ratio={ratio}&alpha={alpha}");
        for experiment in ["capacity", "errors", "repeated", "rivals", "recall&longest=30"] {
            let study = study(&format!("{link}&experiment={experiment}"));
            let said = study.so_far().sentence;
            assert!(said.ends_with(&format!(" Address decoder: {words}.")), "{experiment}: {said}");
            let results = study.results().unwrap();
            assert_eq!(results.found.unwrap()["sentence"], said);
            let setting = results.settings.iter().find(|(name, _)| *name == "decoder_ratio");
            assert_eq!(setting.map(|(_, value)| value.clone()), Some(ratio.into()), "{experiment}");
        }
        let (mut machine, config) = (Machine::default(), settings(&link));
        let report = block_on(Reporting::whole(&config, &mut machine)).unwrap();
        let sessions = [Some(report.stored), Some(report.replayed), report.recalled];
        assert!(sessions.iter().flatten().all(|session| session.decoder == words), "{sessions:?}");
        let course = block_on(Course::of(&config, &mut machine)).unwrap();
        let retrieval = &machine_stages(&course, 1)[2].sentence;
        assert!(retrieval.starts_with(&format!("Of 128 decoder neurons ({words}) the 8")), "{retrieval}");
        let spikes = block_on(Bench::default().spikes(&config, 1, &mut machine)).unwrap();
        let said = spikes.verdicts.iter().map(|verdict| &verdict.measured).chain([&spikes.layers[2].sentence]);
        let wanted = format!(" The neurons have {words}.");
        said.for_each(|said| assert!(said.ends_with(&wanted), "{said}"));
    }
    let kanerva = run("experiment=kanerva&seeds=1&points=1&words=20&locations=50&bits=32");
    assert!(!kanerva.sentence.contains("decoder"), "{}", kanerva.sentence);
    let same = |alpha: f32| {
        let of = |ratio: &str| {
            let link =
                format!("{small}&experiment=capacity&decoder=sparse&decoder_ratio={ratio}&alpha={alpha}&stored=300");
            run(&link).curves
        };
        of("steps") == of("alpha")
    };
    assert_eq!([same(0.99), same(0.9)], [true, false]);
}

#[test]
fn a_study_pauses_anywhere_and_gives_the_same_numbers() {
    let link = "experiment=capacity&stored=500&points=2&seeds=1&decoders=256&chosen=8";
    let whole = run(link);
    let mut machine = Machine::default();
    let mut study = block_on(Study::open(settings(link), experiment, &mut machine, &mut |_, _| {})).unwrap();
    // A budget of next to nothing stops between any two batches.
    let mut turns = 0;
    while study.step() < study.steps() {
        block_on(study.advance(&mut machine, 0.01, 0)).unwrap();
        turns += 1;
        assert!(turns < 10_000);
    }
    assert!(turns > 2);
    assert_eq!(study.so_far(), whole);
    block_on(Run::reset(&mut study, &mut machine)).unwrap();
    assert_eq!(study.step(), 0);
    assert_eq!(study.so_far().curves.all("noise-0", 0, 0), None);
}

#[test]
fn a_race_of_this_lab_is_refused_in_words() {
    let config = Config::from(settings(""));
    assert!(config.lineup().unwrap_err().to_string().contains("no race"));
    assert!(config.lineup().is_err());
}

#[test]
fn a_lesson_in_slices_is_the_lesson_as_a_whole_and_may_end_early() {
    let config = settings("sequence=1+2+1+3&rival_width=8&rival_window=4");
    let machine = &mut Machine::default();
    let whole = block_on(Bench::default().operations(&config, 2, machine)).unwrap();
    let mut bench = Bench::default();
    let mut slices = 0;
    while !block_on(bench.learn(&config, 1e-6, machine)).unwrap().done {
        slices += 1;
    }
    assert!(slices > 3);
    assert_eq!(block_on(bench.operations(&config, 2, machine)).unwrap(), whole);
    let mut hasty = Bench::default();
    assert!(!block_on(hasty.learn(&config, 1e-6, machine)).unwrap().done);
    assert!(block_on(hasty.learn(&config, 0.0, machine)).unwrap().done);
    let early = block_on(hasty.operations(&config, 2, machine)).unwrap();
    assert_ne!(early.training, whole.training);
    assert!(early.unfinished && !whole.unfinished);
    assert_eq!(early.stages[0].machine, whole.stages[0].machine);
    // It can be gone on with, as if nothing had happened.
    hasty.resume();
    assert_eq!(block_on(hasty.operations(&config, 2, machine)).unwrap(), whole);
    // One that is over cannot.
    hasty.resume();
    assert!(block_on(hasty.learn(&config, 1e-6, machine)).unwrap().done);
}

#[test]
fn a_report_in_turns_is_the_report_as_a_whole() {
    let machine = &mut Machine::default();
    for link in ["sequence=a+b+c+a+b+d&cue=a+b&recall=20", "sequence=a+b+c&cue=7"] {
        let config = settings(link);
        let text = |report: &Report| {
            let mut json = serde_json::to_value(report).unwrap();
            for part in ["stored", "replayed", "recalled"] {
                json[part]["ms"] = 0.into();
            }
            json.to_string()
        };
        let mut reporting = Reporting::new(&config).unwrap();
        assert!(reporting.report().is_none());
        let mut turns = 0;
        loop {
            let turn = block_on(reporting.advance(1e-6, machine)).unwrap();
            assert!(turn.at <= turn.of);
            turns += 1;
            if turn.done {
                break;
            }
        }
        assert!(turns >= 3);
        let whole = block_on(Reporting::whole(&config, machine)).unwrap();
        assert_eq!(text(&reporting.report().unwrap()), text(&whole));
    }
}

/// Does what is asked for in turns that are as short as can be, and gives the session.
fn in_turns(bench: &mut Bench, config: &SequenceConfig, ask: &Ask) -> SessionInfo {
    let machine = &mut Machine::default();
    block_on(bench.begin(config, ask, machine)).unwrap();
    let mut before = 0;
    loop {
        let turn = block_on(bench.advance(1e-6, machine)).unwrap();
        assert!(turn.at > before && turn.at <= turn.of, "{turn:?}");
        before = turn.at;
        if turn.done {
            break;
        }
        assert!(before < turn.of);
    }
    block_on(bench.session(config, machine)).unwrap()
}

#[test]
fn a_command_in_turns_is_the_command_as_a_whole() {
    let config = settings("alphabet=9");
    let text = random(3, 9, 300).iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
    let (mut one, mut other) = (Bench::default(), Bench::default());
    let asks = [
        Ask::Store { text: text.clone() },
        Ask::Store { text: "8 8 7".to_owned() },
        Ask::Replay { text },
        Ask::Recall { cue: "#2".to_owned(), count: 301 },
    ];
    for ask in asks {
        let whole = block_on(one.ask(&config, &ask, &mut Machine::default())).unwrap();
        let turns = in_turns(&mut other, &config, &ask);
        assert_eq!(SessionInfo { ms: 0.0, ..turns }, SessionInfo { ms: 0.0, ..whole }, "{ask:?}");
    }
}

#[test]
fn a_command_that_is_stopped_counts_as_far_as_it_came() {
    let config = settings("");
    let machine = &mut Machine::default();
    let mut bench = Bench::default();
    let text = |count: u32| (0..count).map(|symbol| symbol.to_string()).collect::<Vec<_>>().join(" ");
    block_on(bench.begin(&config, &Ask::Store { text: text(200) }, machine)).unwrap();
    let turn = block_on(bench.advance(1e-6, machine)).unwrap();
    assert!(!turn.done && turn.of == 200, "{turn:?}");
    // Meanwhile it does nothing else.
    let busy = said(recall(&mut bench, &config, "0", 3));
    assert!(busy.contains("still") && busy.contains("of 200"), "{busy}");
    let at = block_on(bench.advance(0.0, machine)).unwrap();
    assert!(at.done);
    let session = block_on(bench.session(&config, machine)).unwrap();
    let stored = session.written as u32;
    assert_eq!((stored, session.steps.len(), session.alphabet.len()), (turn.at, turn.at as usize, turn.at as usize));
    assert!(session.sentence.contains("stopped"), "{}", session.sentence);
    // The memory is that of a machine which was given no more.
    let mut short = Bench::default();
    store(&mut short, &config, &text(stored)).unwrap();
    let after = |bench: &mut Bench| recall(bench, &config, "0 1", stored).unwrap().steps[stored as usize..].to_vec();
    assert_eq!(after(&mut bench), after(&mut short));
    // What was never reached is not known; what comes next goes on from there.
    assert!(said(recall(&mut bench, &config, &stored.to_string(), 3)).contains("never been stored"));
    assert_eq!(store(&mut bench, &config, "a").unwrap().written as u32, stored + 1);
    // With no machine at work, there is nothing to go on with.
    assert!(block_on(bench.advance(1.0, machine)).is_err());
}

#[test]
fn a_recall_that_is_stopped_says_what_came() {
    let config = settings("");
    let machine = &mut Machine::default();
    let mut bench = Bench::default();
    let text: Vec<String> = (0..40).map(|symbol| symbol.to_string()).collect();
    store(&mut bench, &config, &text.join(" ")).unwrap();
    for cued in [2, 20] {
        block_on(bench.begin(&config, &Ask::Recall { cue: text[..cued].join(" "), count: 30 }, machine)).unwrap();
        // Sixteen symbols go in first.
        assert_eq!(block_on(bench.advance(1e-6, machine)).unwrap().at, 16);
        block_on(bench.advance(0.0, machine)).unwrap();
        let session = block_on(bench.session(&config, machine)).unwrap();
        let modes = session.steps[session.begin..].iter().map(|step| step.mode);
        assert_eq!(modes.filter(|&mode| mode == Mode::Cue).count(), cued.min(16));
        let wanted = if cued == 2 { "All 14 symbols" } else { "only taking in the cue" };
        assert!(session.sentence.contains(wanted) && session.sentence.contains("stopped"), "{}", session.sentence);
    }
}

#[test]
fn a_symbol_may_be_called_like_a_cue() {
    let mut bench = Bench::default();
    let config = settings("");
    store(&mut bench, &config, "x y #1 z").unwrap();
    assert_eq!(recalled(&recall(&mut bench, &config, "x y #1", 1).unwrap()), "z");
    let session = recall(&mut bench, &config, "#1", 1).unwrap();
    assert_eq!(session.steps[session.begin].symbol, "#1");
    let session = recall(&mut bench, &config, "#2", 1).unwrap();
    assert_eq!(recalled(&session), "#1");
}

#[test]
fn machines_in_turns_find_what_they_find_as_a_whole() {
    for link in [
        "experiment=errors&seeds=3&longest=40&points=2",
        "experiment=rivals&seeds=2&longest=12&points=1&rival_rate=0.01",
        "experiment=recall&seeds=2&longest=12&points=1&rival_rate=0.01",
    ] {
        let config = settings(link);
        let machine = &mut Machine::default();
        let mut whole = block_on(Study::open(config.clone(), experiment, machine, &mut |_, _| {})).unwrap();
        block_on(whole.advance(machine, f64::INFINITY, 0)).unwrap();
        assert_eq!(whole.step(), whole.steps());
        let mut study = block_on(Study::open(config, experiment, machine, &mut |_, _| {})).unwrap();
        let mut turns = 0;
        while study.step() < study.steps() {
            block_on(study.advance(machine, 0.01, 0)).unwrap();
            turns += 1;
        }
        assert!(turns > 3 * study.steps(), "{turns} turns for {} units", study.steps());
        assert_eq!(study.so_far(), whole.so_far());
    }
}

#[test]
fn news_leave_out_what_is_known_of_this_very_session() {
    let (mut bench, config, machine) = (Bench::default(), settings(""), &mut Machine::default());
    let mut news = |bench: &mut Bench, known| block_on(bench.update(&config, known, machine)).unwrap();
    store(&mut bench, &config, "a b c").unwrap();
    let first = news(&mut bench, (0, 2));
    assert_eq!((first.from, first.session.steps.len()), (0, 3), "another session's steps are not known");
    store(&mut bench, &config, "d e").unwrap();
    let second = news(&mut bench, (first.id, 3));
    assert_eq!((second.id, second.from, second.session.steps.len(), second.session.begin), (first.id, 3, 2, 3));
    assert_eq!(second.session.steps[0].symbol, "d");
    assert_eq!(news(&mut bench, (first.id, 99)).from, 5);
    block_on(bench.forget(&config, &mut Machine::default())).unwrap();
    store(&mut bench, &config, "x y z").unwrap();
    let third = news(&mut bench, (first.id, 2));
    assert!(third.id != first.id && third.from == 0 && third.session.steps.len() == 3);
}

#[test]
fn a_symbol_is_what_a_reader_sees_as_one() {
    let words: &[(&str, &[&str])] = &[
        ("7\u{200b} 1 \u{feff}7", &["7", "1", "7"]),
        ("7\u{a0}1\u{3000}5,7", &["7", "1", "5", "7"]),
        ("e\u{301} \u{e9}", &["\u{e9}", "\u{e9}"]),
        ("-1 −1", &["-1", "−1"]),
        ("\u{200b} a", &["a"]),
    ];
    let characters: &[(&str, &[&str])] = &[
        ("ab a", &["a", "b", " ", "a"]),
        ("a\u{200b}\u{a0}\u{feff}b", &["a", " ", "b"]),
        ("e\u{301}\u{e9}", &["\u{e9}", "\u{e9}"]),
        ("👩\u{200d}🔬👩", &["👩\u{200d}🔬", "👩"]),
        ("👍🏽👍", &["👍🏽", "👍"]),
        ("🇩🇪🇫🇷", &["🇩🇪", "🇫🇷"]),
        ("नि", &["नि"]),
        ("각", &["각"]),
        ("\u{1112}\u{1161}\u{11ab}한", &["한", "한"]),
    ];
    for (how, cases) in [(Split::Words, words), (Split::Characters, characters)] {
        for (text, symbols) in cases {
            assert_eq!(split(text, how).unwrap(), *symbols, "{text:?}");
        }
    }
    for nothing in ["", "\u{200b}\u{feff}", "\u{200d}"] {
        for how in [Split::Words, Split::Characters] {
            assert!(split(nothing, how).is_err(), "{nothing:?}");
        }
    }
}
