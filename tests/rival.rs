//! The transformer beside the sequence machine: what it is shown, that it learns, that it repeats bit by bit, what the search takes, and
//! that the stages show the numbers of the running model.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;

use mnemoscope::compute::cpu::CpuExecutor;
use mnemoscope::error::Error;
use mnemoscope::graph::ops::Optimiser;
use mnemoscope::kernels::layer_norm::EPSILON;
use mnemoscope::labs::link::Link;
use mnemoscope::labs::sequence::insight::{BUDGET, Lesson, Look, Student, transformer_stages};
use mnemoscope::labs::sequence::rival::learner::{Learner, Pupil, WAITING, window};
use mnemoscope::labs::sequence::rival::{
    Errors, HELD_OUT_SEEDS, Judged, Method, Protocol, RATES, Rehearsal, Rivals, Terms,
};
use mnemoscope::labs::sequence::{config::SequenceConfig, recall};
use mnemoscope::model::online::WindowRegime;
use mnemoscope::run::machine::ExecutorChoice;
use mnemoscope::run::machine::Machine;
use mnemoscope::task::{Layout, Task, source};
use pollster::block_on;

/// 7 1 5 1 …, as symbols 0 1 2 1 …: what follows the 1 depends on what came before it.
fn seven_one_five_one(length: usize) -> Vec<u32> {
    [0, 1, 2, 1].into_iter().cycle().take(length).collect()
}

fn config(link: &str) -> SequenceConfig {
    let link = Link::parse(&format!("lab=sequence&executor=cpu&rival_width=16&rival_window=8&{link}"));
    assert!(link.problems.is_empty(), "{:?}", link.problems);
    link.config.of::<SequenceConfig>().unwrap().clone()
}

fn terms(steps: u32, rate: f32) -> Terms {
    Terms { steps, rate, method: Method::default(), protocol: Protocol::Again }
}

fn learner(config: &SequenceConfig, method: Method, rate: f32, sequence: &[u32], alphabet: u32) -> Learner {
    let pupil = Pupil { seed: config.seed, rate, sequence: sequence.to_vec() };
    block_on(Learner::open(config, method, vec![pupil], alphabet, &mut Machine::default())).unwrap()
}

fn rivals(config: &SequenceConfig, sequences: &[Vec<u32>], alphabet: u32, terms: Terms) -> Result<Rivals, Error> {
    block_on(Rivals::open(config, sequences, alphabet, terms, &mut Machine::default()))
}

fn finished(mut rivals: Rivals) -> (Vec<Errors>, Rivals) {
    while !block_on(rivals.advance(f64::INFINITY)).unwrap() {}
    (rivals.errors(), rivals)
}

/// Wrong answers about all places but the first, and their mean loss.
fn asked(learner: &mut Learner) -> (usize, f32) {
    let (mut wrong, mut loss) = (0, 0.0);
    for place in 1..learner.length() {
        block_on(learner.ask(place)).unwrap();
        for answer in &block_on(learner.answers()).unwrap()[0] {
            assert_eq!(answer.place, place);
            wrong += usize::from(!answer.right);
            loss += answer.loss;
        }
    }
    (wrong, loss / (learner.length() - 1) as f32)
}

#[test]
fn a_window_ends_with_the_newest_symbol_and_begins_with_start_symbols() {
    let sequence = [3, 1, 4, 1, 5];
    assert_eq!(window(&sequence, 0, 3, 9), (vec![9, 9, 9], 0));
    assert_eq!(window(&sequence, 2, 3, 9), (vec![9, 3, 1], 2));
    assert_eq!(window(&sequence, 3, 3, 9), (vec![3, 1, 4], 3));
    assert_eq!(window(&sequence, 5, 3, 9), (vec![4, 1, 5], 3));
}

#[test]
fn ten_steps_a_symbol_beat_a_blank_transformer() {
    let config = config("");
    let sequence = seven_one_five_one(16);
    let (blank, blank_loss) = asked(&mut learner(&config, Method::default(), 3e-3, &sequence, 3));
    let (errors, _) = finished(rivals(&config, &[sequence], 3, terms(10, 3e-3)).unwrap());
    let errors = &errors[0];
    let wrong = errors.replay.unwrap() as usize;
    assert!(wrong < blank && wrong <= 1, "{wrong} wrong after training, {blank} before");
    assert!(errors.learning.unwrap() <= 1);
    assert_eq!((errors.judged, errors.places.len(), errors.stopped), (15, wrong, None));
    assert!(errors.loss.unwrap() < f64::from(blank_loss) / 2.0 / std::f64::consts::LN_2);
}

#[test]
fn the_loss_that_a_step_trains_on_falls() {
    for method in [Method::default(), Method::newest(), Method { judged: Judged::Last, ..Method::default() }] {
        let config = config("");
        let sequence = seven_one_five_one(12);
        let mut learner = learner(&config, method, 3e-3, &sequence, 3);
        assert_eq!(block_on(learner.last_losses()).unwrap(), None);
        let pass = |learner: &mut Learner| {
            let mut sum = 0.0;
            for place in 0..12 {
                block_on(learner.learn(place, 12)).unwrap();
                sum += block_on(learner.last_losses()).unwrap().unwrap()[0];
            }
            sum
        };
        let first = pass(&mut learner);
        let later = (0..20).map(|_| pass(&mut learner)).last().unwrap();
        assert!(later < 0.5 * first, "{method:?}: {first} then {later}");
    }
}

/// The loss of a step, against one that is made from the logits of another program.
#[test]
fn a_step_is_judged_on_what_follows_each_position_of_its_window() {
    let config = config("");
    let sequence = [2, 0, 3, 1, 1, 2, 3, 0, 2, 2, 1];
    let length = config.rival_window as usize;
    for judged in [Judged::All, Judged::Last] {
        for place in [0, 1, 6, 7, 8, 10] {
            let method = Method { judged, ..Method::newest() };
            let mut learner = learner(&config, method, 1e-3, &sequence, 4);
            let (model, replica) = (learner.model.clone(), learner.replicas()[0]);
            let (tokens, symbols) = window(&sequence, place, length, 4);
            let plan = model.probe(&replica).unwrap().plan;
            let mut executor = CpuExecutor::<f32>::new(&plan);
            let input: Vec<f32> = tokens.iter().map(|&token| token as f32).collect();
            executor.write(0, plan.shared.parameters, &model.initial(&replica)).unwrap();
            executor.write(0, plan.shared.control, &model.control(&replica).unwrap()).unwrap();
            executor.write(0, plan.kept[0], &input).unwrap();
            executor.run(&plan.evaluation, 1).unwrap();
            let logits = executor.buffer(0, plan.kept[1]).unwrap();
            let loss = |position: usize, target: u32| {
                let row = &logits[position * 5..][..5];
                row.iter().map(|x| f64::from(*x).exp()).sum::<f64>().ln() - f64::from(row[target as usize])
            };
            // Of the start symbols only the last one is followed by something.
            let positions = match judged {
                Judged::All => (length - symbols).saturating_sub(1)..length,
                Judged::Last => length - 1..length,
            };
            let all = if judged == Judged::All { length } else { 1 };
            let want = positions.map(|at| loss(at, sequence[place + at + 1 - length])).sum::<f64>() / all as f64;

            block_on(learner.ask(place)).unwrap();
            block_on(learner.learn(place, place + 1)).unwrap();
            let got = f64::from(block_on(learner.last_losses()).unwrap().unwrap()[0]);
            assert!((got - want).abs() < 1e-5, "{judged:?} at {place}: {got}, not {want}");
            let answer = block_on(learner.answers()).unwrap()[0][0];
            let want = loss(length - 1, sequence[place]);
            assert!((f64::from(answer.loss) - want).abs() < 1e-5, "asked at {place}: {}, not {want}", answer.loss);
            let best = (0..5).max_by(|&a, &b| logits[(length - 1) * 5 + a].total_cmp(&logits[(length - 1) * 5 + b]));
            assert_eq!(answer.right, best == Some(sequence[place] as usize));
        }
    }
}

#[test]
fn runs_repeat_bit_by_bit_whole_or_in_slices_and_in_any_company() {
    let config = config("seed=5");
    let sequences = [vec![0, 3, 1, 2, 0, 1, 3, 3, 2, 0], vec![1, 1, 2, 0, 3, 2, 1, 0, 0, 3]];
    let (together, _) = finished(rivals(&config, &sequences, 4, terms(3, 3e-3)).unwrap());
    let (again, _) = finished(rivals(&config, &sequences, 4, terms(3, 3e-3)).unwrap());
    assert_eq!(together, again);
    assert_ne!(together[0].loss, together[1].loss);

    let mut sliced = rivals(&config, &sequences, 4, terms(3, 3e-3)).unwrap();
    let (mut slices, mut last) = (0, 0.0);
    while !block_on(sliced.advance(0.0)).unwrap() {
        slices += 1;
        let share = sliced.progress();
        assert!((last..=1.0).contains(&share), "{share} after {last}");
        last = share;
    }
    assert!(slices >= 3 * 10 + 9 + 3 * 10 + 9 - 1, "{slices} slices");
    assert_eq!(sliced.progress(), 1.0);
    assert_eq!(sliced.errors(), together);

    let alone = SequenceConfig { seed: config.seed + 1, ..config };
    let (alone, _) = finished(rivals(&alone, &sequences[1..], 4, terms(3, 3e-3)).unwrap());
    assert_eq!(alone[0], together[1]);
}

#[test]
fn the_second_presentation_without_learning_leaves_the_weights_and_that_with_learning_does_not() {
    // Two hundred symbols are more answers than may wait on the device.
    let config = config("rival_width=8&rival_window=4");
    let sequence = seven_one_five_one(200);
    assert!(sequence.len() > WAITING);
    let (errors, rivals) = finished(rivals(&config, std::slice::from_ref(&sequence), 3, terms(1, 1e-2)).unwrap());
    let mut own = learner(&config, Method::default(), 1e-2, &sequence, 3);
    (0..200).for_each(|place| block_on(own.learn(place, place + 1)).unwrap());
    let (wrong, loss) = asked(&mut own);
    assert_eq!(errors[0].replay.unwrap() as usize, wrong);
    assert!((errors[0].loss.unwrap() * std::f64::consts::LN_2 - f64::from(loss)).abs() < 1e-4);
    let mut wrong = 0;
    for place in 0..200 {
        if place > 0 {
            block_on(own.ask(place)).unwrap();
            wrong += block_on(own.answers()).unwrap()[0].iter().filter(|answer| !answer.right).count();
        }
        block_on(own.learn(place, 200)).unwrap();
    }
    assert_eq!(errors[0].learning.unwrap() as usize, wrong);
    assert!(rivals.launches() < 60, "{} launches for a symbol", rivals.launches());
}

#[test]
fn the_search_takes_the_rate_with_the_fewest_errors_and_tells_them_all() {
    let config = config("rival_width=8&rival_window=4");
    let sequences = [vec![0, 3, 1, 2, 0, 1, 3, 3, 2, 0]];
    let mut open = rivals(&config, &sequences, 4, terms(2, 0.0)).unwrap();
    assert!(open.errors().is_empty() && open.search().is_none());
    assert!(!block_on(open.advance(0.0)).unwrap());
    assert!(open.progress() > 0.0 && open.progress() < 0.5);
    let (errors, open) = finished(open);
    assert_eq!(open.progress(), 1.0);
    let search = open.search().unwrap();
    assert_eq!(search.tried.iter().map(|tried| tried.rate).collect::<Vec<_>>(), RATES);
    let sum = |tried: &[u32]| tried.iter().sum::<u32>();
    let least = search.tried.iter().map(|tried| sum(&tried.errors)).min().unwrap();
    let taken = search.tried.iter().find(|tried| tried.rate == search.rate).unwrap();
    assert_eq!(sum(&taken.errors), least);
    for tried in &search.tried {
        assert_eq!(tried.errors.len(), HELD_OUT_SEEDS.len());
        assert!(search.sentence.contains(&tried.rate.to_string()), "{}", search.sentence);
        if sum(&tried.errors) == least {
            assert!(taken.loss.unwrap() <= tried.loss.unwrap());
        }
    }
    // Taken by hand, the same rate gives the same errors.
    let (given, by_hand) = finished(rivals(&config, &sequences, 4, terms(2, search.rate)).unwrap());
    assert_eq!(given, errors);
    assert!(by_hand.search().is_none());
}

#[test]
fn a_rate_that_diverges_is_told() {
    let config = config("rival_width=8&rival_window=4");
    let (errors, _) = finished(rivals(&config, &[seven_one_five_one(12)], 3, terms(5, 1e30)).unwrap());
    assert!(errors[0].stopped.is_some_and(|step| (2..=60).contains(&step)), "{:?}", errors[0]);
    assert_eq!(errors[0].replay.unwrap() as usize, errors[0].places.len());
}

#[test]
fn what_cannot_run_is_refused_with_advice() {
    let config = config("");
    let refused = |sequences: &[Vec<u32>], alphabet, terms| match rivals(&config, sequences, alphabet, terms) {
        Err(Error::Config(message)) => message,
        other => panic!("{other:?}"),
    };
    for rate in [0.0, 1e-3] {
        let fine = terms(1, rate);
        assert!(refused(&[], 4, fine).contains("at least one"));
        assert!(refused(&[vec![]], 4, fine).contains("at least one"));
        assert!(refused(&[vec![1]], 4, fine).contains("at least two"));
        assert!(refused(&[vec![0, 1], vec![0, 1, 2]], 4, fine).contains("one length"));
        assert!(refused(&[vec![0, 4]], 4, fine).contains("Symbol 4"));
        assert!(refused(&[vec![0, 1]], 4, terms(0, rate)).contains("at least one gradient step"));
    }
    let lesson = block_on(Lesson::open(&config, &[], 4, &mut Machine::default()));
    assert!(matches!(lesson, Err(Error::Config(_))));
}

fn student(config: &SequenceConfig, sequence: &[u32], alphabet: u32) -> Student {
    let mut lesson = block_on(Lesson::open(config, sequence, alphabet, &mut Machine::default())).unwrap();
    while !block_on(lesson.advance(5.0)).unwrap() {}
    block_on(lesson.student()).unwrap()
}

fn names() -> Vec<String> {
    ["7", "1", "5"].map(str::to_owned).to_vec()
}

fn close(a: &[f32], b: &[f32], tolerance: f32) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * (1.0 + b.abs()))
}

#[test]
fn a_lesson_ends_when_everything_is_predicted_and_says_what_it_took() {
    let config = config("");
    let sequence = seven_one_five_one(12);
    let student = student(&config, &sequence, 3);
    let last = student.passes.last().unwrap();
    assert_eq!(last.right, 11);
    assert!(student.passes.iter().rev().skip(1).all(|pass| pass.right < 11), "{:?}", student.passes);
    assert!(last.loss < student.passes[0].loss);
    assert_eq!(last.steps as usize, 12 * student.passes.len());
    for said in [format!("{} gradient steps", last.steps), "11 of 11".to_owned(), "rate 0.003".to_owned()] {
        assert!(student.training.contains(&said), "{}", student.training);
    }
    for at in 0..11 {
        let look = transformer_stages(&student, &names(), at).unwrap();
        assert_eq!(look.prediction, names()[sequence[at + 1] as usize], "at {at}");
    }
    let again = self::student(&config, &sequence, 3);
    assert_eq!(again.parameters, student.parameters);
    assert_eq!(again.training, student.training);
}

#[test]
fn a_lesson_that_cannot_end_well_ends_with_its_budget() {
    // With a window of two symbols, what follows "1 1" cannot be told.
    let config = config("rival_width=4&rival_heads=1&rival_window=2");
    let sequence = [0, 1, 1, 1, 2, 1, 1, 2, 0, 1, 1, 0];
    let student = student(&config, &sequence, 3);
    let last = student.passes.last().unwrap();
    assert!(last.right < 11 && last.steps <= BUDGET && last.steps + 12 > BUDGET);
    assert!(student.training.contains("budget of steps is used up"), "{}", student.training);
    let one = self::student(&config, &[0], 3);
    assert_eq!(one.passes.len(), 1);
    assert!(one.training.contains("no prediction to judge"), "{}", one.training);
    assert!(transformer_stages(&one, &names(), 0).is_ok());
    assert!(matches!(transformer_stages(&one, &names(), 1), Err(Error::Config(_))));
}

/// The stages against one another, and against the programs that train and judge.
#[test]
fn the_stages_show_the_numbers_of_the_running_model() {
    for link in ["", "rival_layers=2&rival_heads=4"] {
        let config = config(link);
        let sequence = seven_one_five_one(12);
        let student = student(&config, &sequence, 3);
        let heads = config.rival_heads as usize;
        for at in [0, 3, 8, 11] {
            let Look { stages: [encoding, context, retrieval, storage, decoding], prediction, logits } =
                transformer_stages(&student, &names(), at).unwrap();

            let [embedding, position, sum] = [0, 1, 2].map(|i| &encoding.vectors[i].values);
            let added: Vec<f32> = embedding.iter().zip(position.iter()).map(|(e, p)| e + p).collect();
            assert!(close(sum, &added, 1e-6));
            assert_eq!(**sum == *context.vectors[0].values, config.rival_layers == 1, "the last layer's input");

            assert_eq!(retrieval.similarities.len(), heads + 1);
            for view in &retrieval.similarities[1..] {
                let total: f64 = view.items.iter().map(|item| item.value).sum();
                assert!((total - 1.0).abs() < 1e-5, "{}: {total}", view.label);
                assert_eq!(view.items.len(), 8);
                let chosen: Vec<_> = view.items.iter().filter(|item| item.chosen).collect();
                assert_eq!(chosen.len(), 1);
                assert!(view.items.iter().all(|item| item.value <= chosen[0].value));
            }
            let [products, weights] = [0, 1].map(|i| retrieval.similarities[i].items.iter().map(|item| item.value));
            let total: f64 = products.clone().map(f64::exp).sum();
            assert!(products.zip(weights).all(|(product, weight)| (product.exp() / total - weight).abs() < 1e-5));
            let starts = retrieval.similarities[0].items.iter().filter(|item| item.label.starts_with("start"));
            assert_eq!(starts.count(), 8_usize.saturating_sub(at + 1));

            // The output layer, by hand, on the residual stream that the context stage ends with.
            let tensor = |name: &str| {
                let tensors = &student.model.parameters.tensors;
                let found = tensors.iter().find(|tensor| tensor.name == name).unwrap();
                &student.parameters[found.offset as usize..(found.offset + found.len()) as usize]
            };
            let after = &context.vectors[1].values;
            let mean = after.iter().sum::<f32>() / after.len() as f32;
            let variance = after.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / after.len() as f32;
            let normed = after.iter().zip(tensor("norm.weight").iter().zip(tensor("norm.bias")));
            let normed: Vec<f32> =
                normed.map(|(x, (gamma, beta))| (x - mean) / (variance + EPSILON).sqrt() * gamma + beta).collect();
            let mut by_hand = tensor("output.bias").to_vec();
            for (x, row) in normed.iter().zip(tensor("output.weight").chunks_exact(4)) {
                by_hand.iter_mut().zip(row).for_each(|(sum, weight)| *sum += x * weight);
            }
            assert!(close(&logits, &by_hand, 1e-4), "{logits:?}, not {by_hand:?}");
            assert_eq!(decoding.vectors[0].values.0, logits);

            // The program that judges, on the same window.
            let optimiser = Optimiser { warmup: 0, cosine: None, steps: 1, clip: 1.0 };
            let regime = WindowRegime { rows: 1, judged: Judged::All, optimiser };
            let windows = student.model.windows(&[student.replica], &regime).unwrap();
            let mut executor = CpuExecutor::<f32>::new(&windows.plan);
            let (tokens, _) = window(&sequence, at + 1, 8, 3);
            let input: Vec<f32> = tokens.iter().map(|&token| token as f32).collect();
            let control = student.model.control(&student.replica).unwrap();
            executor.write(0, windows.plan.shared.parameters, &student.parameters).unwrap();
            executor.write(0, windows.plan.shared.control, &control).unwrap();
            executor.write(0, windows.asked, &input).unwrap();
            executor.run(&windows.plan.evaluation, 1).unwrap();
            assert!(close(executor.buffer(0, windows.logits).unwrap(), &logits, 1e-4));

            let probabilities = &decoding.similarities[0].items;
            assert!(
                (probabilities.iter().map(|item| item.value).sum::<f64>() - 1.0).abs() < 1e-9,
                "four tokens in all"
            );
            assert!(probabilities[0].chosen && probabilities[0].label == prediction);
            assert!(probabilities.is_sorted_by(|a, b| a.value >= b.value));

            // Key and value of this place are what its own query met, and training has moved its vector by what is told.
            let width = config.rival_width as usize;
            assert!(storage.vectors[..2].iter().all(|vector| vector.values.len() == width));
            let initial = student.model.initial(&student.replica);
            let row = student.model.tokens() as usize + sequence[at] as usize * width;
            let before: Vec<f32> =
                embedding.iter().zip(storage.vectors[2].values.iter()).map(|(now, by)| now - by).collect();
            assert!(close(&before, &initial[row..row + width], 1e-5));
            let size = width / heads;
            let query = &retrieval.vectors[0].values;
            let head: usize = retrieval.similarities[0].label.split([' ', ',']).nth(1).unwrap().parse().unwrap();
            let key = &storage.vectors[0].values[(head - 1) * size..][..size];
            let product: f64 = query.iter().zip(key).map(|(&q, &k)| f64::from(q) * f64::from(k)).sum();
            let told = retrieval.similarities[0].items.last().unwrap();
            assert!((product / (size as f64).sqrt() - told.value).abs() < 1e-9);
        }
    }
}

#[test]
fn a_stage_serialises_to_the_shape_of_the_page() {
    let config = config("");
    let student = student(&config, &seven_one_five_one(6), 3);
    let look = transformer_stages(&student, &names(), 2).unwrap();
    let stage = serde_json::to_value(&look.stages[2]).unwrap();
    assert!(stage["sentence"].is_string() && stage["formula"].is_string());
    let vector = &stage["vectors"][0];
    assert_eq!(vector["kind"], "dense");
    assert!(vector["values"].is_array() && vector["order"].as_array().unwrap().is_empty());
    let item = &stage["similarities"][0]["items"][0];
    assert!(item["label"].is_string() && item["value"].is_number() && item["chosen"].is_boolean());
}

/// `MNEMOSCOPE_NO_GPU=1` says that this machine is known to have no adapter.
#[test]
fn cpu_and_webgpu_learn_alike() {
    if std::env::var("MNEMOSCOPE_NO_GPU").is_ok_and(|value| value == "1") {
        println!("SKIPPED: MNEMOSCOPE_NO_GPU=1");
        return;
    }
    let run = |executor| {
        let config = SequenceConfig { executor, ..config("") };
        let pupil = |seed, rate| Pupil { seed, rate, sequence: seven_one_five_one(9) };
        let pupils = vec![pupil(1, 1e-3), pupil(2, 3e-3)];
        let mut learner =
            block_on(Learner::open(&config, Method::default(), pupils, 3, &mut Machine::default())).unwrap();
        let mut losses = Vec::new();
        for place in 0..9 {
            block_on(learner.ask(place)).unwrap();
            block_on(learner.learn(place, place + 1)).unwrap();
            losses.extend(block_on(learner.last_losses()).unwrap().unwrap());
        }
        losses.extend(block_on(learner.answers()).unwrap().iter().flatten().map(|answer| answer.loss));
        (learner.info.kind.clone(), losses)
    };
    let (cpu, gpu) = (run(ExecutorChoice::Cpu), run(ExecutorChoice::Webgpu));
    assert_eq!((cpu.0.as_str(), gpu.0.as_str()), ("cpu", "webgpu"));
    assert!(close(&cpu.1, &gpu.1, 1e-3), "{:?}\n{:?}", cpu.1, gpu.1);
}

#[test]
fn the_layouts_vocabulary_is_the_alphabet_and_the_start_symbol() {
    let layout = Layout { task: Task::Increment, symbols: 4, length: 8 };
    let config = config("");
    let learner = learner(&config, Method::default(), 1e-3, &seven_one_five_one(4), 3);
    assert_eq!(learner.model.architecture.layout, layout);
    assert_eq!((layout.vocabulary(), layout.first_judged()), (4, 0));
    assert_eq!(learner.method.rehearsal, Rehearsal::Replay);
}

/// The pairs of the copy lab's first training sequence, then the same pairs in another order.
#[test]
fn pairs_are_those_that_the_copy_lab_shows() {
    let layout = Layout { task: Task::AssociativeRecall, symbols: 12, length: 21 };
    for seed in 0..5 {
        let mut source = vec![0; 21];
        source::draw(&mut source, &layout, source::Split::Training, seed, 0, 0);
        let (shown, again) = {
            let sequence = recall::sequence(seed, 12, 10);
            (sequence[..20].to_vec(), sequence[20..].to_vec())
        };
        let tokens: Vec<u32> = (0..20).map(|place| layout.token(place, |index| source[index as usize]).0).collect();
        assert_eq!(shown, tokens);
        let sorted = |of: &[u32]| of.chunks(2).map(<[u32]>::to_vec).collect::<BTreeSet<_>>();
        assert_eq!(sorted(&shown), sorted(&again));
        assert_ne!(shown, again);
        assert!((20..40).all(|place| recall::counts(place, 40) == (place % 2 == 1)) && !recall::counts(19, 40));
    }
}
