//! The symmetry lab: errors of its maps and of its models, students in other bases, training in two bases.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::rc::Rc;

use mnemoscope::compute::Program;
use mnemoscope::compute::cpu::CpuExecutor;
use mnemoscope::graph::BufferId;
use mnemoscope::graph::ops::Optimiser;
use mnemoscope::graph::plan::Plan;
use mnemoscope::labs::Config;
use mnemoscope::labs::link::Link;
use mnemoscope::labs::race::Findings;
use mnemoscope::labs::symmetry::choices::{Group, Map, Student, TrainOn};
use mnemoscope::labs::symmetry::claim::SymmetryFindings;
use mnemoscope::labs::symmetry::config::SymmetryConfig;
use mnemoscope::labs::symmetry::errors::{Trials, Tried, relative, rounding};
use mnemoscope::labs::symmetry::exam::{Exam, Learned, Teacher};
use mnemoscope::labs::symmetry::group::{Element, defect, determinant, haar, nearest};
use mnemoscope::labs::symmetry::learner::{Learner, Lessons, Member};
use mnemoscope::labs::symmetry::maps::{Matrix, Plain, Shape, Weights, outside};
use mnemoscope::labs::trial::Trial;
use mnemoscope::model::Model;
use mnemoscope::run::claim::{Outcome, Verdict};
use mnemoscope::run::machine::{ExecutorChoice, Machine};
use mnemoscope::run::results::Results;
use pollster::block_on;

/// What errors of rounding are at most in the sizes here, in single and in double precision; the lab's own rule has room for others.
const ROUNDING: [f64; 2] = [1e-6, 1e-13];
const SHAPE: Shape = Shape { d: 8, n: 6, m: 4 };

fn configuration(link: &str) -> SymmetryConfig {
    let Link { config, problems, .. } = Link::parse(&format!("lab=symmetry&{link}"));
    assert!(problems.is_empty(), "{link}: {problems:?}");
    config.of::<SymmetryConfig>().unwrap().clone()
}

fn train(link: &str) -> Trial {
    let config: Config = configuration(link).into();
    let mut trial = block_on(Trial::open(config, &mut Machine::default(), &mut |_, _| {})).unwrap();
    block_on(trial.advance(f64::INFINITY, 0)).unwrap();
    trial
}

fn trials(config: &SymmetryConfig, shape: Shape) -> Trials {
    let mut trials = Trials::new(config, shape, &config.maps, &config.groups);
    while trials.step() {}
    trials
}

fn outcome(verdicts: &[Verdict], id: &str) -> Outcome {
    verdicts.iter().find(|verdict| verdict.id == id).unwrap_or_else(|| panic!("{id} is not judged")).verdict
}

fn most(errors: &[f64]) -> f64 {
    errors.iter().copied().fold(0.0, f64::max)
}

/// How far QᵀQ is from I.
fn off(q: &Matrix<f64>) -> f64 {
    defect(q).1
}

#[test]
fn drawn_matrices_are_orthogonal_even_and_of_the_wanted_sign() {
    for d in [2, 3, 8, 64] {
        for seed in 0..20 {
            assert!(off(&haar(d, [seed, 3])) < 1e-13);
            for (group, sign) in [(Group::Rotations, 1.0), (Group::Reflections, -1.0)] {
                let element = Element::draw(group, d, 5, [seed, 1]);
                assert!((determinant(element.basis().unwrap()) - sign).abs() < 1e-9);
            }
            let signed = Element::draw(Group::Signed, d, 5, [seed, 1]);
            assert!(signed.basis().unwrap().iter().all(|value| [0.0, 1.0, -1.0].contains(value)));
            assert_eq!(off(signed.basis().unwrap()), 0.0);
        }
    }
    // By Haar's measure every entry has mean 0 and variance 1/d, whichever column it is in.
    for at in [[0, 0], [0, 2], [2, 2]] {
        let entries: Vec<f64> = (0..4000).map(|draw| haar(3, [7, draw])[at]).collect();
        let mean = entries.iter().sum::<f64>() / 4000.0;
        let square = entries.iter().map(|value| value * value).sum::<f64>() / 4000.0;
        assert!(mean.abs() < 0.04 && (square - 1.0 / 3.0).abs() < 0.03, "{at:?}: {mean}, {square}");
    }
    // A matrix that is a little off, and one whose polar factor is not unique.
    let longer = haar(5, [1, 1]) * 1.01;
    assert!(off(&longer) > 1e-2 && off(&nearest(&longer).unwrap()) < 1e-13);
    assert!(nearest(&Matrix::zeros((3, 3))).is_none());
}

/// Maps that respect every rotation and reflection.
const EQUIVARIANT: [Map; 6] = [Map::Gram, Map::Knowledge, Map::Cross, Map::Bare, Map::Conjugated, Map::Rms];

#[test]
fn errors_are_rounding_or_they_are_not() {
    let config = configuration("groups=rotations,reflections,permutations,signed,shifts");
    let trials = trials(&config, SHAPE);
    assert_eq!(trials.tried.len(), 11 * 5);
    for tried in &trials.tried {
        let name = format!("{:?} under {:?}", tried.map, tried.group);
        let [single, double] = &tried.errors;
        let [median, ..] = mnemoscope::labs::symmetry::errors::summary(double);
        let order = matches!(tried.group, Group::Permutations | Group::Shifts);
        let sees_order = matches!(tried.map, Map::Gram | Map::Flattened | Map::Encoding);
        let kept = if order { !sees_order } else { EQUIVARIANT.contains(&tried.map) };
        if kept {
            assert!(most(single) <= ROUNDING[0] && most(double) <= ROUNDING[1], "{name}: {}", most(single));
        } else if order || tried.group == Group::Signed {
            assert!(median >= 0.1, "{name}: {median}");
        } else {
            let least = double.iter().copied().fold(f64::INFINITY, f64::min);
            assert!(least >= 0.1, "{name}: {least}");
        }
    }
    let verdicts = trials.verdicts();
    for id in ["S1-form", "S2-knowledge", "S3-fixed", "S4-order", "S5-parts"] {
        assert_eq!(outcome(&verdicts, id), Outcome::Holds, "{verdicts:?}");
    }
    assert!(trials.coefficients < 1e-13);
}

#[test]
fn verdicts_on_errors_are_open_or_untested_where_they_cannot_tell() {
    let judged = |link: &str| {
        let config = configuration(link);
        trials(&config, config.shape()).verdicts()
    };
    assert_eq!(outcome(&judged("trials=200&seeds=2"), "S3-fixed"), Outcome::Open);
    assert_eq!(outcome(&judged("trials=50"), "S3-fixed"), Outcome::Open);
    assert_eq!(outcome(&judged("maps=gram"), "S2-knowledge"), Outcome::Untested);
    // In the plane some rotations are small.
    assert_eq!(outcome(&judged("d=2&trials=1000"), "S3-fixed"), Outcome::Open);
    // Without knowledge the attention built from it takes the mean, which respects everything.
    assert_eq!(outcome(&judged("m=0"), "S2-knowledge"), Outcome::Holds);
    // Errors that are none of rounding, too small to say that a symmetry is broken; no errors where there should be; a little too much.
    let config = configuration("");
    let usual = trials(&config, SHAPE);
    let with = |map: Map, errors: [f64; 2], id: &str| {
        let mut other = usual.clone();
        for tried in other.tried.iter_mut().filter(|tried| tried.map == map && tried.group == Group::Rotations) {
            tried.errors.iter_mut().zip(errors).for_each(|(all, error)| all.fill(error));
        }
        outcome(&other.verdicts(), id)
    };
    assert_eq!(with(Map::Layer, [0.05; 2], "S5-parts"), Outcome::Open);
    assert_eq!(with(Map::Layer, [1e-7, 1e-15], "S5-parts"), Outcome::Fails);
    assert_eq!(with(Map::Gram, [2e-6, 1e-15], "S1-form"), Outcome::Fails);
    assert_eq!(with(Map::Gram, [1e-7, 2e-13], "S1-form"), Outcome::Fails);
    assert_eq!(with(Map::Gram, [f64::NAN; 2], "S1-form"), Outcome::Open);
}

#[test]
fn what_rounding_may_be_grows_with_the_sizes() {
    assert_eq!(rounding(SHAPE), ROUNDING);
    assert_eq!(rounding(Shape { d: 8, n: 3, m: 2 }), ROUNDING);
    let mut beyond = 0;
    for link in ["d=32&trials=60", "n=32&trials=60", "d=2", "d=3", "m=0"] {
        let config = configuration(link);
        let trials = trials(&config, config.shape());
        let verdicts = trials.verdicts();
        for id in ["S1-form", "S2-knowledge"] {
            assert_eq!(outcome(&verdicts, id), Outcome::Holds, "{link}: {verdicts:?}");
        }
        let bases = |tried: &&Tried| matches!(tried.group, Group::Rotations | Group::Reflections);
        let kept = trials.tried.iter().filter(bases).filter(|tried| EQUIVARIANT.contains(&tried.map));
        for tried in kept.filter(|tried| !(link.contains("m=0") && tried.map == Map::Cross)) {
            let allowed = rounding(config.shape());
            let found = tried.errors.each_ref().map(|errors| most(errors));
            assert!(
                found[0] <= allowed[0] && found[1] <= allowed[1],
                "{link}, {:?}: {found:?} of {allowed:?}",
                tried.map
            );
            beyond += u32::from(found[0] > ROUNDING[0]);
        }
        assert_ne!(outcome(&verdicts, "S5-parts"), Outcome::Fails, "{link}: {verdicts:?}");
        if config.d != 3 {
            let fixed = if config.d > 3 { Outcome::Holds } else { Outcome::Open };
            assert_eq!(outcome(&verdicts, "S3-fixed"), fixed, "{link}: {verdicts:?}");
        }
    }
    // With one bound for all sizes some of these would be wrong.
    assert!(beyond > 0);
}

#[test]
fn outputs_stay_in_the_span_or_leave_it() {
    let config = configuration("d=24");
    let trials = trials(&config, config.shape());
    for (map, shares) in &trials.outside {
        let least = shares.iter().copied().fold(f64::INFINITY, f64::min);
        match map {
            Map::Plain | Map::Conjugated | Map::Flattened => assert!(least >= 0.1, "{map:?}: {least}"),
            Map::Encoding | Map::Relu | Map::Layer => assert!(least >= 0.01, "{map:?}: {least}"),
            _ => assert!(most(shares) <= 1e-13, "{map:?}: {}", most(shares)),
        }
    }
    assert_eq!(trials.span_verdict().verdict, Outcome::Holds);
    // A vector that is half outside.
    let row = |values: &[f64]| Matrix::from_shape_vec((1, values.len()), values.to_vec()).unwrap();
    let share = outside(&row(&[1.0, 1.0, 0.0]), &row(&[2.0, 0.0, 0.0]), &Matrix::zeros((0, 3)));
    assert!((share - 0.5_f64.sqrt()).abs() < 1e-15);
}

fn student(student: Student, shape: Shape) -> (Learner, Rc<Teacher>) {
    let teacher = Rc::new(Teacher::drawn(5, shape));
    let exam = Rc::new(Exam::new(&teacher, 5, shape, 8));
    let optimiser = Optimiser { warmup: 0, cosine: None, steps: 1, clip: 0.0 };
    let lessons = Lessons { shape, batch: 3, samples: 0, train_on: TrainOn::One, tests: 8, optimiser, mlp: 12 };
    let member = Member { seed: 5, rate: 0.01, teacher: Rc::clone(&teacher), exam };
    (Learner::new(student, lessons, vec![member]), teacher)
}

fn single(matrix: &Matrix<f64>) -> Vec<f32> {
    matrix.iter().map(|&value| value as f32).collect()
}

/// Numbers for some buffers.
type Filled = Vec<(BufferId, Vec<f32>)>;
/// Runs a plan on such buffers, and gives what it leaves.
type Run<'a> = &'a dyn Fn(&Plan, Filled) -> Vec<f64>;

/// What the plan of a map makes of sequences and knowledge, by `run` of its buffers.
fn mapped(plan: &Plan, pool: &[f32], [x, z]: [&Matrix<f64>; 2], run: Run<'_>) -> Matrix<f64> {
    let both: Vec<f32> = single(x).into_iter().chain(single(z)).collect();
    let inputs = [single(x), single(z), both].into_iter();
    let buffers = plan.kept.iter().copied().zip(inputs).chain([(plan.shared.parameters, pool.to_vec())]);
    Matrix::from_shape_vec(x.dim(), run(plan, buffers.collect())).unwrap()
}

fn on_cpu<const DOUBLE: bool>(plan: &Plan, buffers: Filled) -> Vec<f64> {
    if DOUBLE {
        let mut executor = CpuExecutor::<f64>::new(plan);
        for (id, values) in buffers {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            executor.write(0, id, &values).unwrap();
        }
        executor.run(&plan.evaluation, 1).unwrap();
        return executor.buffer(0, plan.kept[3]).unwrap().to_vec();
    }
    let mut executor = CpuExecutor::<f32>::new(plan);
    buffers.into_iter().for_each(|(id, values)| executor.write(0, id, &values).unwrap());
    executor.run(&plan.evaluation, 1).unwrap();
    executor.buffer(0, plan.kept[3]).unwrap().iter().copied().map(f64::from).collect()
}

fn on_device(machine: &mut Machine, plan: &Plan, buffers: Filled) -> Vec<f64> {
    block_on(async {
        let (mut executor, info) =
            machine.executor(ExecutorChoice::Webgpu, plan.clone(), &mut |_, _| {}).await.unwrap();
        assert_eq!(info.kind, "webgpu", "{info:?}");
        buffers.into_iter().for_each(|(id, values)| executor.write(id, &values).unwrap());
        executor.run(Program::Evaluation, 1).unwrap();
        let [y] = executor.read([plan.kept[3]], None).await.unwrap();
        y.into_iter().map(f64::from).collect()
    })
}

/// The models that are raced, as plans: the same map as on the host, and as equivariant, in both precisions and on both executors.
#[test]
fn models_are_the_maps_and_respect_the_space_on_both_executors() {
    let no_gpu = std::env::var("MNEMOSCOPE_NO_GPU").is_ok_and(|value| value == "1");
    let machine = std::cell::RefCell::new(Machine::default());
    let device = |plan: &Plan, buffers: Filled| on_device(&mut machine.borrow_mut(), plan, buffers);
    for which in [Student::Knowledge, Student::Plain, Student::Gram, Student::Mlp] {
        let (model, teacher) = student(which, SHAPE);
        let plan = model.mapping(1).unwrap();
        let mut pool = model.initial(0).unwrap();
        if which == Student::Knowledge {
            // The teacher's own weights, so that the attention is sharp.
            pool[..16].copy_from_slice(&single(&teacher.map.m));
            pool[16..32].copy_from_slice(&single(&teacher.map.n));
        }
        let learned = model.learned(&pool).unwrap();
        for trial in 0..20 {
            let [x, _] = Trials::drawn(1, trial, SHAPE);
            let q = haar(8, [9, trial]);
            let z = &teacher.z;
            let host = learned.map(&x, z);
            let mut runs: Vec<(&str, Run<'_>)> = vec![("f64", &on_cpu::<true>), ("f32", &on_cpu::<false>)];
            if !no_gpu {
                runs.push(("webgpu", &device));
            }
            for (name, run) in runs {
                let before = mapped(&plan, &pool, [&x, z], run);
                assert!(relative(&(before.clone() - &host), &host) < 2e-5, "{which:?} on {name}");
                let after = mapped(&plan, &pool, [&x.dot(&q), &z.dot(&q)], run);
                let error = relative(&(after - &before.dot(&q)), &before);
                match which {
                    Student::Knowledge | Student::Gram => assert!(error <= ROUNDING[0], "{which:?} on {name}: {error}"),
                    // The small first weights of plain attention break the symmetry too.
                    Student::Plain | Student::Mlp => assert!(error >= 0.1, "{which:?} on {name}: {error}"),
                }
            }
        }
    }
    // In double precision what the inputs' own rounding adds is not there either.
    let (model, teacher) = student(Student::Gram, SHAPE);
    let learned = model.learned(&model.initial(0).unwrap()).unwrap();
    let ([x, _], q) = (Trials::drawn(1, 0, SHAPE), haar(8, [9, 0]));
    let before = learned.map(&x, &teacher.z);
    assert!(relative(&(learned.map(&x.dot(&q), &teacher.z.dot(&q)) - &before.dot(&q)), &before) <= 1e-13);
}

/// Gradients of every student and of both trainings, by central differences of the loss in f64.
#[test]
fn gradients_of_the_models_follow_central_differences() {
    let shape = Shape { d: 3, n: 2, m: 2 };
    for which in [Student::Knowledge, Student::Plain, Student::Gram, Student::Mlp] {
        let (model, _) = student(which, shape);
        let plan = model.plan(0..1).unwrap();
        // The launches up to the update, which would move what is differentiated.
        let until = plan.training.iter().position(|launch| launch.kernel.name() == "grad_norm").unwrap();
        let pool: Vec<f64> = model.initial(0).unwrap().into_iter().map(f64::from).collect();
        let block: Vec<f64> = model.control(0).unwrap().into_iter().map(f64::from).collect();
        let scores = *plan.training.iter().find(|launch| launch.kernel.name() == "squared_error").unwrap().writes[1]
            .as_ref()
            .unwrap();
        let evaluate = |pool: &[f64]| {
            let mut executor = CpuExecutor::<f64>::new(&plan);
            executor.write(0, plan.shared.parameters, pool).unwrap();
            executor.write(0, plan.shared.control, &block).unwrap();
            executor.run(&plan.training[..until], 1).unwrap();
            let gradients = executor.buffer(0, plan.shared.gradients).unwrap().to_vec();
            (executor.buffer(0, scores).unwrap().iter().step_by(2).sum::<f64>() / 6.0, gradients)
        };
        let (_, gradients) = evaluate(&pool);
        let trained = model.parameters().tensors.iter().filter(|tensor| !tensor.name.starts_with("teacher."));
        let mut seen = 0;
        for at in trained.flat_map(|tensor| tensor.offset..tensor.offset + tensor.len()).map(|at| at as usize) {
            let mut moved = pool.clone();
            moved[at] = pool[at] + 1e-5;
            let above = evaluate(&moved).0;
            moved[at] = pool[at] - 1e-5;
            let want = (above - evaluate(&moved).0) / 2e-5;
            assert!(
                (gradients[at] - want).abs() <= 1e-8 + 1e-6 * want.abs(),
                "{which:?}[{at}]: {}, {want}",
                gradients[at]
            );
            seen += usize::from(want.abs() > 1e-5);
        }
        assert!(seen > 5, "{which:?}: only {seen} gradients differ from zero");
    }
}

#[test]
fn a_student_with_one_wrong_term_fails_in_other_bases() {
    let teacher = Teacher::drawn(3, SHAPE);
    let exam = Exam::new(&std::rc::Rc::new(teacher.clone()), 3, SHAPE, 200);
    let right = exam.judge(&Learned::Knowledge(teacher.map.clone()));
    assert!(right[..3].iter().all(|&left| left < 1e-20) && right[3].is_nan(), "{right:?}");
    // The matrices that this knowledge makes, fixed: perfect in this basis, useless in others, and perfect once they turn too.
    let (z, d, m) = (&teacher.z, 8.0_f64, 4.0_f64);
    let a = z.t().dot(&teacher.map.m).dot(z) / (d * m.sqrt()) * d.sqrt();
    let v = Matrix::eye(8) + &(z.t().dot(&teacher.map.n).dot(z) / d);
    let fixed = exam.judge(&Learned::Plain(Plain { a, v }));
    assert!(fixed[0] < 1e-20 && fixed[1] > 1.0 && fixed[2] > 0.5 && fixed[3] < 1e-20, "{fixed:?}");
}

fn verdicts(results: &Results, link: &str) -> Vec<Verdict> {
    SymmetryFindings::new(configuration(link)).verdicts(results, results.step).unwrap()
}

/// Gives the last evaluation of a measure other values, of the runs of an arm.
fn tampered(results: &Results, id: &str, arm: &str, values: [f32; 3]) -> Results {
    let mut results = results.clone();
    let measure = results.measure(id).unwrap();
    let runs: Vec<usize> = (0..results.runs.len()).filter(|&run| results.runs[run].arm == arm).collect();
    for point in &mut results.curves {
        runs.iter().zip(values).for_each(|(&run, value)| point.values[measure][run] = value);
    }
    results
}

#[test]
fn students_work_in_other_bases_or_they_do_not() {
    let link = "executor=cpu&students=knowledge,plain&steps=1200&every=600&tests=64";
    let trial = train(link);
    let results = trial.results().unwrap();
    assert_eq!(outcome(&results.verdicts, "S6-bases"), Outcome::Holds, "{:?}", results.verdicts);
    for run in 0..6 {
        let last = |id| results.last(id, run);
        let [same, rotated] = ["same", "rotated"].map(|id| last(id).unwrap());
        if run < 3 {
            assert!(last("conjugated").is_none() && last("knowledge").unwrap() < 0.1);
        } else {
            let conjugated = last("conjugated").unwrap();
            assert!(rotated >= 1.2 && (conjugated - same).abs() <= (1e-4 * same).max(1e-9), "{conjugated}, {same}");
        }
    }
    // What the device measures on held-out sequences is what the host does, times the variance of the targets, which a seed's students
    // have in common.
    let variance = |run: usize| f64::from(results.last("loss", run).unwrap() / results.last("same", run).unwrap());
    for run in 0..3 {
        let [known, plain] = [variance(run), variance(run + 3)];
        assert!(known > 0.5 && (known / plain - 1.0).abs() < 0.01, "{known}, {plain}");
    }
    // One seed that says otherwise, all that do, a student that learned nothing, fewer seeds, a race that is not over.
    let with = |id, arm, values| outcome(&verdicts(&tampered(&results, id, arm, values), link), "S6-bases");
    let own = [0, 1, 2].map(|run| results.last("rotated", run).unwrap());
    assert_eq!(with("rotated", "knowledge", [own[0], 0.9, own[2]]), Outcome::Open);
    assert_eq!(with("rotated", "knowledge", [0.9; 3]), Outcome::Fails);
    assert_eq!(with("rotated", "plain", [0.5; 3]), Outcome::Fails);
    assert_eq!(with("conjugated", "plain", [0.5; 3]), Outcome::Fails);
    assert_eq!(with("same", "plain", [0.5; 3]), Outcome::Open);
    assert_eq!(outcome(&verdicts(&results, &link.replace("1200", "1300")), "S6-bases"), Outcome::Open);
    // Weights are kept, and a race goes on from them with the same numbers.
    let mut trial = trial;
    let file = block_on(trial.save()).unwrap();
    let again = block_on(Trial::restore(&file, &mut Machine::default(), &mut |_, _| {})).unwrap();
    assert_eq!(again.results().unwrap().curves, results.curves);
}

#[test]
fn training_respects_a_change_of_basis_by_some_optimisers() {
    let link = "executor=cpu&preset=norms&steps=100&every=1&rate=0.01";
    let results = train(link).results().unwrap();
    let distance = results.measure("distance").unwrap();
    let course = |arm: &str, run: usize| {
        let runs: Vec<usize> = (0..results.runs.len()).filter(|&run| results.runs[run].arm == arm).collect();
        results.curves.iter().map(|point| point.values[distance][runs[run]]).collect::<Vec<f32>>()
    };
    for run in 0..3 {
        for arm in ["descent", "momentum", "adam-tensor", "descent-rms", "momentum-rms", "adam-tensor-rms"] {
            let most = course(arm, run).into_iter().fold(0.0, f32::max);
            assert!(most <= 2e-6, "{arm}: {most}");
        }
        for arm in ["adam", "adamw", "adam-rms", "adam-layer"] {
            let course = course(arm, run);
            assert!(course[0] < 1e-6 && course[1] >= 0.02, "{arm}: {:?}", &course[..3]);
        }
        for arm in ["descent-layer", "momentum-layer", "adam-tensor-layer"] {
            assert!(course(arm, run)[100] >= 0.02, "{arm}");
        }
    }
    // Descent has not learned half of it by then, and so says nothing.
    assert_eq!(outcome(&results.verdicts, "S7-kept"), Outcome::Open);
    assert_eq!(outcome(&results.verdicts, "S7-adam"), Outcome::Holds);
    assert_eq!(outcome(&results.verdicts, "S7-layer"), Outcome::Holds);
    // Two trainings that do not move stay together, and that says nothing.
    let still = "executor=cpu&preset=training&optimisers=adam&rate=0&steps=20";
    assert_eq!(outcome(&train(still).results().unwrap().verdicts, "S7-adam"), Outcome::Open);
    let tensor = "executor=cpu&preset=training&optimisers=adam-tensor&steps=100";
    let kept = train(tensor).results().unwrap();
    assert_eq!(outcome(&kept.verdicts, "S7-kept"), Outcome::Holds);
    let apart = tampered(&kept, "distance", "adam-tensor", [0.1; 3]);
    assert_eq!(outcome(&verdicts(&apart, tensor), "S7-kept"), Outcome::Fails);
}

#[test]
fn weights_are_the_same_numbers_in_both_precisions() {
    let weights = Weights::drawn(3, SHAPE);
    assert_eq!(weights.cast::<f64>(), weights);
    let [x, z] = Trials::drawn(3, 0, SHAPE);
    assert!(x.iter().chain(z.iter()).all(|&value| f64::from(value as f32) == value));
}
