//! The mixtures lab: its law against closed forms, its model against central differences, its verdicts on data made up for them, its files.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

#[path = "common/shell.rs"]
mod shell;

use mnemoscope::compute::cpu::CpuExecutor;
use mnemoscope::kernels::Number;
use mnemoscope::kernels::control;
use mnemoscope::kernels::mixture::{Drawn, Words4};
use mnemoscope::labs::Config;
use mnemoscope::labs::link::Link;
use mnemoscope::labs::mixtures::config::MixturesConfig;
use mnemoscope::labs::mixtures::law::{ContextLaw, simplex};
use mnemoscope::labs::mixtures::own;
use mnemoscope::labs::settled::Settled;
use mnemoscope::labs::trial::Trial;
use mnemoscope::run::event::Event;
use mnemoscope::run::machine::Machine;
use pollster::block_on;
use shell::{expect, json, run, text, words};
use tempfile::TempDir;

fn configuration(link: &str) -> Config {
    let Link { config, problems, .. } = Link::parse(&format!("lab=mixtures&{link}"));
    assert!(problems.is_empty(), "{link}: {problems:?}");
    config
}

fn open(link: &str) -> Trial {
    block_on(Trial::open(configuration(link), &mut Machine::default(), &mut |_, _| {})).unwrap()
}

/// Trains to the end, or so many steps.
fn train(link: &str, steps: u32) -> Trial {
    let mut trial = open(link);
    block_on(trial.advance(f64::INFINITY, steps)).unwrap();
    trial
}

fn law(link: &str) -> ContextLaw {
    configuration(link).of::<MixturesConfig>().unwrap().law().unwrap()
}

#[test]
fn modes_are_orthonormal_and_densities_carry_their_coefficients() {
    for grid in [33, 64, 128] {
        let place = |cell: u32| (f64::from(cell) + 0.5) / f64::from(grid);
        for i in 0..17 {
            for j in 0..17 {
                let product = |cell| {
                    if i * j == 0 {
                        f64::from(u8::from(i == j))
                    } else {
                        ContextLaw::mode(i, place(cell)) * ContextLaw::mode(j, place(cell))
                    }
                };
                let mean = (0..grid).map(product).sum::<f64>() / f64::from(grid);
                let wanted = if i == j { 1.0 } else { 0.0 };
                assert!((mean - wanted).abs() < 1e-12, "{grid} places, modes {i} and {j}: {mean}");
            }
        }
        let law = law("alpha=0.5");
        let z: Vec<f64> = (0..16).map(|mode| f64::from(mode % 5) / 2.0 - 1.0).collect();
        let density = law.density(&z, grid);
        assert!((density.iter().sum::<f64>() / f64::from(grid) - 1.0).abs() < 1e-12);
        for (at, (z, amplitude)) in z.iter().zip(&law.amplitudes).enumerate() {
            let read =
                density.iter().zip(0..).map(|(value, cell)| value * ContextLaw::mode(at + 1, place(cell))).sum::<f64>();
            assert!((read / f64::from(grid) - z * amplitude).abs() < 1e-12, "mode {}", at + 1);
        }
        // No density of the safe law goes below what it keeps: the worst has every coefficient at an end.
        let worst = law.density(&[-1.0; 16], grid);
        assert!(worst.iter().all(|&value| value > 0.04999), "{worst:?}");
    }
}

#[test]
fn the_law_has_its_closed_forms() {
    // Factor of the safe law over √λ of the first mode, and what is left to who reads 1 … modes: as labs of others computed them.
    let cases = [
        ("0.5", 0.15222, &[0.517, 0.306, 0.194, 0.129, 0.088][..]),
        ("1", 0.43593, &[0.1353, 0.0183, 0.0025, 0.0003][..]),
        ("2", 0.89173, &[0.0025][..]),
    ];
    for (alpha, factor, left) in cases {
        let law = law(&format!("alpha={alpha}&target=energy"));
        assert!((law.amplitudes[0] / (-0.5_f64).exp() - factor).abs() < 1e-5, "α {alpha}: {:?}", law.amplitudes[0]);
        for (modes, wanted) in (1..).zip(left) {
            assert!(
                (law.modes_read(modes) - wanted).abs() < 6e-4,
                "α {alpha}, {modes} modes: {}",
                law.modes_read(modes)
            );
        }
    }
    let of = |link: &str| law(link);
    assert!((of("components=8").blur() - 0.875).abs() < 1e-12 && (of("components=8").exchanged() - 1.75).abs() < 1e-12);
    // The paper's target: .27 at α = 1 is left to who knows the sign alone, .09 and .42 at others.
    for (alpha, wanted) in [("0.5", 0.09), ("1", 0.27), ("2", 0.42)] {
        let left = of(&format!("preset=paper&alpha={alpha}")).query_only();
        assert!((left - wanted).abs() < 0.006, "α {alpha}: {left}");
    }
    for count in 1..=16 {
        let tags = simplex(count);
        for (at, own) in tags.iter().enumerate() {
            for (other, tag) in tags.iter().enumerate() {
                let product: f64 = own.iter().zip(tag).map(|(a, b)| a * b).sum();
                let wanted = if at == other { 1.0 } else { -1.0 / f64::from(count - 1) };
                assert!((product - wanted).abs() < 1e-9, "{count} tags, {at} and {other}: {product}");
            }
        }
    }
}

/// Answers of many contexts, as the kernel draws them: mean, variance, and error when queries are exchanged.
#[test]
fn drawn_answers_have_the_moments_of_the_law() {
    let links = [
        "components=8",
        "components=3&law=normal&mode=2",
        "components=2&tags=simplex&target=energy",
        "components=4&target=energy&law=unit&alpha=2",
        "components=2&tags=simplex&target=paper&law=unit",
        "components=4&tags=simplex&target=paper",
        "components=5&tags=orthogonal&target=paper",
        "components=3&target=paper&law=unit",
        "components=2&target=paper",
    ];
    for link in links {
        let law = law(link);
        let (rows, count) = (8000, law.components as usize);
        let mixture = law.mixture(law.contexts(rows, 24, Drawn::HeldOut), 0.0);
        let clouds = rows as usize * count;
        let mut block = [0.0; control::LEN];
        block[control::SEED] = 5.0;
        let given: Vec<f64> = law.tags.iter().flatten().flatten().copied().collect();
        let features: Vec<f64> = law.features(24).into_iter().map(f64::from).collect();
        let mut written = [clouds * 24, clouds * law.tag() as usize, clouds * (1 + law.tag() as usize), clouds]
            .map(|len| vec![0.0; len]);
        f64::run(&mixture, &[&block, &features, &given], &mut written.each_mut().map(|w| &mut w[..])).unwrap();
        let [densities, tags, _, answers] = &written;
        assert!(densities.chunks_exact(24).all(|density| (density.iter().sum::<f64>() - 1.0).abs() < 1e-9));
        if law.tags.is_none() {
            assert!(tags.chunks_exact(2).all(|tag| (tag[0].hypot(tag[1]) - 1.0).abs() < 1e-6));
        }
        let mean = answers.iter().sum::<f64>() / clouds as f64;
        let variance = answers.iter().map(|answer| (answer - mean).powi(2)).sum::<f64>() / clouds as f64;
        assert!(mean.abs() < 0.05 && (variance - 1.0).abs() < 0.08, "{link}: mean {mean}, variance {variance}");
        let of_context = |answers: &[f64]| -> f64 {
            answers.iter().flat_map(|a| answers.iter().map(move |b| (a - b).powi(2))).sum()
        };
        let exchanged = answers.chunks_exact(count).map(of_context).sum::<f64>() / (clouds * count) as f64;
        assert!(
            (exchanged - law.exchanged()).abs() < 0.06 * law.exchanged(),
            "{link}: {exchanged}, not {}",
            law.exchanged()
        );
        // The kernel's coefficients are those that a look computes alone.
        let contexts = law.contexts(rows, 24, Drawn::HeldOut);
        let z: Vec<f64> = (0..16).map(|mode| contexts.coefficient(Words4::held_out(5, 7), 1, mode)).collect();
        let density = law.density(&z, 24);
        let total: f64 = density.iter().map(|value| value.max(0.0)).sum();
        for (drawn, wanted) in densities[(7 * count + 1) * 24..].iter().zip(density) {
            assert!((drawn - wanted.max(0.0) / total).abs() < 1e-6, "{link}");
        }
    }
}

/// What is left to who sees the mixture without tags: the best sum of squares of its coefficients, fitted to many contexts.
#[test]
fn blur_is_what_a_fit_to_the_mixture_leaves() {
    for count in [2_u32, 4] {
        let law = law(&format!("components={count}&tags=simplex&target=energy&alpha=2"));
        let contexts = law.contexts(1, 24, Drawn::HeldOut);
        let [mean, variance] = law.moments();
        // With α = 2 nearly all energy is in the first mode.
        let (mut products, mut squares, mut rows) = (0.0, 0.0, Vec::new());
        for number in 0..60_000 {
            let words = Words4::held_out(3, number);
            let z: Vec<f64> = (0..count).map(|cloud| contexts.coefficient(words, cloud, 0)).collect();
            let blurred = (z.iter().sum::<f64>() / f64::from(count)).powi(2);
            rows.push((blurred, (law.weights[0] * z[0] * z[0] - mean) / variance.sqrt()));
        }
        let centre = rows.iter().map(|row| row.0).sum::<f64>() / rows.len() as f64;
        let level = rows.iter().map(|row| row.1).sum::<f64>() / rows.len() as f64;
        for (blurred, answer) in &rows {
            products += (blurred - centre) * (answer - level);
            squares += (blurred - centre).powi(2);
        }
        let left: f64 = rows.iter().map(|(b, a)| (a - level - products / squares * (b - centre)).powi(2)).sum::<f64>()
            / rows.len() as f64;
        assert!((left - law.blur()).abs() < 0.02, "{count} clouds: {left}, not {}", law.blur());
    }
}

/// Every trained tensor at a few elements, by each way of weighing, on the plan that training replays.
#[test]
fn gradients_follow_central_differences() {
    for link in [
        "attention=softmax",
        "attention=linear&tags=simplex",
        "attention=uniform&activation=tanh",
        "attention=softmax&tokens=40&activation=relu",
    ] {
        let trial = open(&format!(
            "{link}&components=3&grid=20&batch=4&width=8&hidden=12&heads=2&held_out=16&executor=cpu&contexts=4"
        ));
        let model = trial.lineup().squads[0].model.clone();
        let plan = model.plan(0..1).unwrap();
        let mut executor = CpuExecutor::<f64>::new(&plan);
        let control: Vec<f64> = model.control(0).unwrap().iter().map(|&x| f64::from(x)).collect();
        let mut loss = |parameters: &[f64]| {
            executor.write(0, plan.shared.control, &control).unwrap();
            executor.write(0, plan.shared.parameters, parameters).unwrap();
            for (id, values) in model.constants(&plan) {
                executor.write(0, id, &values.into_iter().map(f64::from).collect::<Vec<_>>()).unwrap();
            }
            executor.run(&plan.training, 1).unwrap();
            (
                executor.buffer(0, plan.shared.ring).unwrap()[0],
                executor.buffer(0, plan.shared.gradients).unwrap().to_vec(),
            )
        };
        let parameters: Vec<f64> = model.initial(0).unwrap().into_iter().map(f64::from).collect();
        let (_, gradients) = loss(&parameters);
        let mut seen = 0;
        for tensor in &model.parameters().tensors {
            for element in (0..tensor.len()).step_by((tensor.len() / 5).max(1) as usize) {
                let at = (tensor.offset + element) as usize;
                let mut shifted = |by: f64| {
                    let mut parameters = parameters.clone();
                    parameters[at] += by;
                    loss(&parameters).0
                };
                let want = (shifted(1e-6) - shifted(-1e-6)) / 2e-6;
                seen += usize::from(want.abs() > 1e-5);
                let (got, name) = (gradients[at], &tensor.name);
                assert!((got - want).abs() <= 2e-8 + 2e-6 * want.abs(), "{link}, {name}[{element}]: {got}, not {want}");
            }
        }
        assert!(seen > 30, "{link}: only {seen} gradients are not zero");
    }
}

#[test]
fn both_executors_lose_alike() {
    if std::env::var("MNEMOSCOPE_NO_GPU").is_ok_and(|value| value == "1") {
        println!("SKIPPED: MNEMOSCOPE_NO_GPU=1");
        return;
    }
    let first = |link: &str, executor: &str| {
        let mut trial = open(&format!("{link}&executor={executor}&batch=6&held_out=16&seeds=2&every=10"));
        assert_eq!(trial.executor().kind, executor);
        let events = block_on(trial.advance(f64::INFINITY, 10)).unwrap();
        let values = events.into_iter().filter_map(|event| match event {
            Event::Training { values, .. } => Some(values.into_iter().flatten().flatten().collect::<Vec<f32>>()),
            _ => None,
        });
        values.flatten().collect::<Vec<f32>>()
    };
    for link in [
        "attention=softmax,fixed,linear,uniform",
        "preset=two-tags&tokens=33&attention=softmax",
        "preset=paper&tokens=100&contexts=7&attention=uniform",
    ] {
        let [cpu, gpu] = ["cpu", "webgpu"].map(|executor| first(link, executor));
        assert_eq!(cpu.len(), gpu.len());
        let pairs = cpu.iter().zip(&gpu).filter(|(cpu, _)| cpu.is_finite());
        let worst = pairs.map(|(cpu, gpu)| (cpu - gpu).abs() / cpu.abs().max(0.05)).fold(0.0, f32::max);
        println!("{link}: largest relative difference of ten losses and gradients: {worst:.1e}");
        assert!(worst <= 1e-4, "{link}: {worst}");
    }
}

#[test]
fn a_frozen_kernel_stays_and_the_rest_learns() {
    let mut trial = train("attention=fixed&components=2&tags=simplex&executor=cpu&held_out=16&steps=30&every=30", 0);
    let trained = block_on(trial.trained(0)).unwrap();
    let first = trained.model.initial(0).unwrap();
    for tensor in &trained.model.parameters().tensors {
        let range = tensor.offset as usize..(tensor.offset + tensor.len()) as usize;
        let kernel =
            ["context.", "query.", "attention.query", "attention.key"].iter().any(|part| tensor.name.starts_with(part));
        assert_eq!(first[range.clone()] == trained.parameters[range], kernel, "{}", tensor.name);
    }
}

/// With two opposite tags every kind answers, averaging too; what is saved goes on with the same bits.
#[test]
fn two_tags_need_no_retrieval_and_a_saved_race_goes_on() {
    let link = "preset=two-tags&seeds=1&attention=softmax,linear,uniform&steps=600&executor=cpu&held_out=64";
    let mut whole = train(link, 0);
    let results = whole.results().unwrap();
    for run in 0..3 {
        let last = |id: &str| results.last(id, run);
        let fvu = last("fvu").unwrap();
        assert!(fvu <= 0.06, "{}: {fvu}", results.runs[run].arm);
        assert!((last("exchanged").unwrap() - 1.0).abs() < 0.2);
        match results.runs[run].arm.as_str() {
            "linear" => assert_eq!(last("same-tag"), None),
            "uniform" => assert!((last("same-tag").unwrap() - 0.5).abs() < 1e-5),
            _ => {
                assert!(last("same-tag").unwrap() > last("same-tag-least").unwrap());
                assert!(last("read-out").unwrap() > 0.9, "{:?}", last("read-out"));
            }
        }
    }
    let mut half = train(link, 250);
    let file = block_on(half.save()).unwrap();
    let mut rest = block_on(Trial::restore(&file, &mut Machine::default(), &mut |_, _| {})).unwrap();
    block_on(rest.advance(f64::INFINITY, 0)).unwrap();
    assert_eq!(block_on(rest.save()).unwrap(), block_on(whole.save()).unwrap());
}

#[test]
fn readers_tables_and_angles_are_refused_by_row() {
    let rows = |change: &dyn Fn(usize) -> Option<String>| {
        let row = |at: usize| change(at).unwrap_or_else(|| format!("{} 1 {}", at as f64 / 10.0, at % 3));
        (0..9).map(row).collect::<Vec<_>>()
    };
    let fine = rows(&|_| None);
    let densities = own::of_link(&fine.join("; ")).unwrap();
    assert_eq!((densities.z.len(), densities.clouds.len()), (9, 2));
    assert_eq!(own::of_link(&densities.text()).unwrap(), densities);
    let on_grid = densities.on_grid(1, 40);
    assert!((on_grid.iter().sum::<f64>() - 1.0).abs() < 1e-12 && on_grid.iter().all(|&value| value >= 0.0));
    let file = format!("z,first,second\n{}\n", fine.join("\n").replace(' ', ","));
    assert_eq!(own::of_file(file.as_bytes()).unwrap(), densities);
    for (row, words) in [
        ("0.2 1 -1", "row 3: a density is not negative"),
        ("0.2 1", "row 3 has 2 numbers, the first has 3"),
        ("0.1 1 1", "row 3: z has to rise"),
        ("1.5 1 1", "row 3: z is 1.5"),
        ("0.2 x 1", "row 3: \"x\" is not a finite number"),
        ("0.2 inf 1", "row 3: \"inf\" is not a finite number"),
        ("0.2 NaN 1", "row 3: \"NaN\" is not a finite number"),
    ] {
        let table = rows(&|at| (at == 2).then(|| row.to_owned())).join("; ");
        let why = own::of_link(&table).unwrap_err().to_string();
        assert!(why.contains(words), "{row}: {why}");
        // What is typed stays, and what looks at it says why it cannot.
        let link = format!("lab=mixtures&densities={}", table.replace(' ', "+").replace(';', "%3B"));
        let Link { config, problems, .. } = Link::parse(&link);
        assert!(problems.is_empty(), "{problems:?}");
        let why = config.of::<MixturesConfig>().unwrap().mixture().unwrap_err().to_string();
        assert!(why.starts_with("densities: ") && why.contains(words), "{why}");
    }
    let nothing = rows(&|at| Some(format!("{} 1 0", at as f64 / 10.0))).join("; ");
    assert!(own::of_link(&nothing).unwrap_err().to_string().contains("density 2 is nowhere above zero"));
    assert!(own::of_link("0 1; 0.5 1").unwrap_err().to_string().contains("it has 2 rows; 8 to 256 are wanted"));
    assert_eq!(own::angles("0, 90 -180", 3).unwrap(), [0.0, 90.0, -180.0]);
    for (angles, words) in [
        ("0 90", "there are 2 angles for 3 clouds"),
        ("0 90 x", "\"x\" is not a finite number"),
        ("0 90 359.5", "tags 1 and 3 cannot be told apart"),
    ] {
        let why = own::angles(angles, 3).unwrap_err().to_string();
        assert!(why.contains(words), "{angles}: {why}");
    }
    // No law follows from them, and so no measures: that is told by the field, as what is lacking on the page and as an error elsewhere.
    for (angles, lacks) in [("0+90+x", true), ("0+90+180", false)] {
        let config = configuration(&format!("components=3&tags=own&target=paper&angles={angles}"));
        let settled = Settled::of(&config, Vec::new()).unwrap();
        assert_eq!(settled.lacking.iter().any(|problem| problem.field == "angles"), lacks, "{:?}", settled.lacking);
        assert_eq!(settled.measures.is_empty(), lacks);
        match config.measures() {
            Ok(measures) => assert!(!lacks && measures.iter().any(|measure| measure.id == "fvu")),
            Err(why) => assert!(lacks && why.to_string().starts_with("angles: \"x\" is not a finite number"), "{why}"),
        }
    }
    // What does not fit is mended, with the most that does.
    for (link, field, used) in [
        ("contexts=2", "contexts", "4"),
        ("modes=32&grid=20", "grid", "33"),
        ("mode=9&modes=4", "mode", "4"),
        ("tokens=8192&batch=256", "batch", "128"),
    ] {
        let Link { problems, .. } = Link::parse(&format!("lab=mixtures&{link}"));
        assert!(problems.iter().any(|p| p.field == field && p.used == used), "{link}: {problems:?}");
    }
}

#[test]
fn the_shell_answers() {
    let folder = TempDir::new().unwrap();
    let answer = |arguments: &str| {
        let output = run(&folder, arguments);
        expect(&output, 0);
        json(&String::from_utf8(output.stdout).unwrap())
    };
    let found = answer("mixtures integral");
    assert_eq!(found["verdicts"][0]["verdict"], "holds", "{found}");
    assert_eq!(found["verdicts"][1]["verdict"], "holds", "{found}");
    let context = answer("mixtures context --at 2");
    assert_eq!(context["answers"].as_array().unwrap().len(), 8);
    let refused = run(&folder, "mixtures context --at 900");
    assert!(!refused.status.success() && words(&refused).contains("at: "), "{}", words(&refused));
    let short = "--steps 3 --every 3 --held-out 16 --batch 4 --executor cpu";
    expect(&run(&folder, &format!("mixtures --preset recall --seeds 3 --out recall.json {short}")), 0);
    let written = json(&text(&folder, "recall.json"));
    let ids: Vec<&str> = written["measures"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
    for id in ["fvu", "exchanged", "same-tag", "read-out"] {
        assert!(ids.contains(&id), "{ids:?}");
    }
    assert_eq!(written["runs"].as_array().unwrap().len(), 9);
}

/// Tokens permuted and repeated are one measure; a trained run looks at a mixture of the reader's own, whose clouds are read as others are.
#[test]
fn a_context_is_rearranged_and_a_mixture_of_ones_own_is_looked_at() {
    let folder = TempDir::new().unwrap();
    let answer = |arguments: &str| {
        let output = run(&folder, arguments);
        expect(&output, 0);
        json(&String::from_utf8(output.stdout).unwrap())
    };
    for (how, tokens, allowed) in [("--copies 4", 1200, 1e-5), ("--permuted 2", 300, 2e-6)] {
        let found = answer(&format!("mixtures context --tokens 300 {how}"));
        let [by, most] = ["by", "allowed"].map(|name| found["change"][name].as_f64().unwrap());
        assert!(most == allowed && by <= most, "{how}: {by} of {most}");
        assert_eq!(found["places"].as_array().unwrap().len(), tokens);
    }
    assert!(answer("mixtures context --tokens 300")["change"].is_null());
    let refused = run(&folder, "mixtures context --tokens 300 --copies 28");
    assert!(words(&refused).contains("copies: 28 is not allowed; it takes 1 to 27"), "{}", words(&refused));

    let train = "mixtures --components 2 --tags simplex --attention softmax,linear --steps 600 --seeds 1 --held-out 64 \
                 --executor cpu --every 600 --grid 24 --export-weights two.safetensors";
    expect(&run(&folder, train), 0);
    let from = |question: &str| answer(&format!("mixtures {question} --from two.safetensors"));
    // A flat cloud, and one with a first coefficient of half its greatest.
    let law = law("components=2&tags=simplex");
    let density = |z: f64| 1.0 + 0.5 * law.amplitudes[0] * ContextLaw::mode(1, z);
    let rows = (0..48).map(|row| (f64::from(row) + 0.5) / 48.0).map(|z| format!("{z} {} 1", density(z)));
    std::fs::write(folder.path().join("own.txt"), rows.collect::<Vec<_>>().join("\n")).unwrap();
    let read = from("coefficients --densities own.txt");
    let own: Vec<f64> = read["modes"][0]["own"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    let [truth, found, flat, zero] = own[..] else { panic!("{own:?}") };
    assert!((truth - 0.5).abs() < 0.01 && flat.abs() < 0.01, "{own:?}");
    assert!((found - truth).abs() < 0.1 && (zero - flat).abs() < 0.1, "{own:?}");
    assert!(from("coefficients")["modes"][0]["own"].as_array().unwrap().is_empty());
    let heads = from("heads --densities own.txt --own true");
    assert!(heads["about"].as_str().unwrap().contains("your own mixture"), "{heads}");
    let masses: Vec<f64> = heads["masses"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    assert_eq!(masses.len(), 4 * 2 * 2);
    assert!(masses.chunks(2).all(|row| (row[0] + row[1] - 1.0).abs() < 1e-4), "{masses:?}");
    // Of another kind of contexts, so that the numbers are others, but not far from them.
    let drawn = from("heads");
    let off = (0..4).map(|head| {
        let [own, drawn] = [&heads, &drawn].map(|of| of["sameTag"][head].as_f64().unwrap());
        (own - drawn).abs()
    });
    let off = off.fold(0.0, f64::max);
    assert!(off > 0.0 && off < 0.2, "{heads} {drawn}");
    let linear = from("heads --densities own.txt --own true --run 1");
    assert!(linear["masses"].as_array().unwrap().is_empty());
    for (rows, arguments, told) in [
        ("", "heads --own true", "densities: there is no mixture of your own"),
        ("1 1 1", "heads --own true --densities three.txt", "densities: there are 3 clouds and tags for 2"),
    ] {
        let table = (0..8).map(|row| format!("{} {rows}", f64::from(row) / 8.0)).collect::<Vec<_>>().join("\n");
        std::fs::write(folder.path().join("three.txt"), table).unwrap();
        let refused = run(&folder, &format!("mixtures {arguments} --from two.safetensors"));
        assert!(!refused.status.success() && words(&refused).contains(told), "{}", words(&refused));
    }
}
