//! What the experiments find: control, sweep, other lengths, files.

use super::*;

/// Weights of one step are judged in turns of a run at a time while training goes on, and give what they give in one.
#[test]
fn other_lengths_are_judged_in_turns() {
    let mut run = open(configured(&format!("{TINY}&experiment=lengths&encodings=sinusoidal,none&seeds=2")));
    advance(&mut run, 5);
    let whole = found(&mut run);
    run.reset().unwrap();
    advance(&mut run, 5);
    let (mut kept, mut turns) = (Kept::default(), Vec::new());
    while let Some((at, of)) = block_on(run.judge(&mut kept, 0.0)).unwrap() {
        turns.push(at);
        assert_eq!(of, 16);
        advance(&mut run, 1);
    }
    assert_eq!(turns, (1..16).collect::<Vec<_>>());
    let results = run.results().unwrap();
    let config = encodings(&run.config().link());
    assert_eq!(Outcome::lengths(&config, 5, results.more[0].clone()), whole);
    // A race that begins anew has other weights.
    assert!(block_on(run.judge(&mut kept, 0.0)).unwrap().is_some());
    run.reset().unwrap();
    assert!(matches!(block_on(run.judge(&mut kept, 0.0)), Err(Error::Outdated(_))));
}

fn found(run: &mut Trial) -> Outcome {
    assert_eq!(block_on(run.judge(&mut Kept::default(), f64::INFINITY)).unwrap(), None);
    let (results, config) = (run.results().unwrap(), encodings(&run.config().link()));
    let lengths = || Outcome::lengths(&config, run.step(), results.more[0].clone());
    outcome::outcome(&config, &results).unwrap().unwrap_or_else(lengths)
}

/// Dividing by a power of two and multiplying by it again loses no bit: whatever differs, differs in the arithmetic of training.
#[test]
fn with_the_gain_held_at_a_power_of_two_spike_time_is_sinusoidal_to_the_bit() {
    let mut run = open(configured(&format!("{TINY}&experiment=control&seeds=2&seed=11")));
    let arms: Vec<String> = run.arms().iter().map(|arm| arm.id.clone()).collect();
    assert_eq!(arms, ["sinusoidal", "spike-time-held", "spike-time-gain", "spike-time"]);
    advance(&mut run, 20);
    assert_eq!(answer(&run.verdicts().unwrap(), "spike-time-held"), Answer::Open, "not over yet");
    advance(&mut run, 0);
    assert_eq!(
        run.history().iter().map(|point| point.x as u32).collect::<Vec<_>>(),
        [0, 5, 10, 15, 20, 25, 30, 35, 40]
    );
    for evaluation in run.history() {
        for column in &evaluation.values {
            assert_eq!(bits(&column[..2]), bits(&column[2..4]), "step {}", evaluation.x);
        }
    }
    let Outcome::Control { reference, rows, .. } = found(&mut run) else { panic!("not the control") };
    assert_eq!(reference, "sinusoidal");
    assert_eq!(rows[0].id, "spike-time-held");
    assert_eq!(rows[0].by_seed, [Some(0.0), Some(0.0)]);
    assert_eq!(rows[0].largest.map(|spread| spread.greatest), Some(0.0));
    let verdict = run.verdicts().unwrap().swap_remove(0);
    assert_eq!(verdict.verdict, Answer::Open, "two seeds, and a race so short that both only guess");
    assert!(verdict.why.starts_with("2 of 3 seeds; nothing in this race has learned"), "{}", verdict.why);
    // The others, by a plain look at the history.
    for (row, arm) in rows.iter().zip(1..) {
        for seed in 0..2 {
            let mut largest = (0.0, 0);
            for e in run.history() {
                let apart = (f64::from(e.values[0][2 * arm + seed]) - f64::from(e.values[0][seed])).abs();
                if apart > largest.0 {
                    largest = (apart, e.x as u32);
                }
            }
            assert_eq!(row.by_seed[seed], Some(largest.0), "{}", row.id);
            if row.largest.unwrap().greatest == largest.0 && largest.0 > 0.0 {
                assert_eq!(row.at, Some(largest.1));
            }
        }
    }
    assert!(rows[2].largest.unwrap().least > 0.0, "without its gain it is another model");
}

/// A gain that is trained is the only thing that tells the two apart, and it starts at L.
#[test]
fn the_gain_of_the_control_is_trained_or_held() {
    let mut run = open(configured(&format!("{TINY}&experiment=control")));
    let gain = |run: &mut Trial, replica| {
        let trained = trained_of(run, replica);
        trained.parameters[trained.model.gain as usize]
    };
    let gains = |run: &mut Trial| [0, 1, 2, 3].map(|replica| gain(run, replica));
    assert_eq!(gains(&mut run), [1.0, 8.0, 8.0, 1.0]);
    advance(&mut run, 20);
    let after = gains(&mut run);
    assert_eq!([after[0], after[1], after[3]], [1.0, 8.0, 1.0]);
    assert!(after[2] != 8.0 && (after[2] - 8.0).abs() < 1.0, "{}", after[2]);
}

/// Spearman's ρ by its definition, rank by rank. Values that agree to six digits are equal.
fn rho(x: &[f64], y: &[f64]) -> Option<f64> {
    let alike = |a: f64, b: f64| a == b || (a - b).abs() <= 5e-6 * a.abs().max(b.abs());
    let ranks = |z: &[f64]| -> Vec<f64> {
        let below = |a: f64| z.iter().filter(|&&b| b < a && !alike(a, b)).count() as f64;
        let equal = |a: f64| z.iter().filter(|&&b| alike(a, b)).count() as f64;
        z.iter().map(|&a| below(a) + (equal(a) - 1.0) / 2.0).collect()
    };
    let (x, y) = (ranks(x), ranks(y));
    let mean = (x.len() as f64 - 1.0) / 2.0;
    let covariance = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>();
    let both = covariance(&x, &x) * covariance(&y, &y);
    (both > 0.0).then(|| covariance(&x, &y) / both.sqrt())
}

#[test]
fn the_sweep_correlates_what_its_runs_did_with_what_its_tables_are() {
    // Increment needs no position: it is learned in this size within some hundred steps, sooner where positions disturb less.
    let config = configured(&format!(
        "{TINY}&experiment=sweep&levels=4&seeds=2&task=increment&rate=0.02&steps=120&batch=8&mlp=16"
    ));
    let mut run = open(config.clone());
    advance(&mut run, 0);
    let results = run.results().unwrap();
    let arms = arms::arms(config.of().unwrap()).unwrap();
    // Four compressions, three gains (gain 1 is compression 1), four random tables.
    assert_eq!(arms.len(), 11);
    let order: Vec<(&str, u32)> = results.runs.iter().map(|run| (&*run.arm, run.seed)).collect();
    let wanted: Vec<(&str, u32)> = arms.iter().flat_map(|arm| [(&*arm.id, 0), (&*arm.id, 1)]).collect();
    assert_eq!(order, wanted);
    let outcome = found(&mut run);
    assert_eq!(results.found, Some(serde_json::to_value(&outcome).unwrap()));
    let Outcome::Sweep { seeds, arms: tables, correlations, .. } = outcome.clone() else { panic!("not the sweep") };
    assert_eq!(seeds, [0, 1]);
    let measure = |arm: usize, seed: u32, id: &str| {
        let shape = Shape { length: 8, width: 8, seed, tuning: arms[arm].tuning };
        measures(&Face::of(arms[arm].encoding, &shape, 2)).get(id).unwrap()
    };
    let steps = |arm: usize, seed: u32| results.runs[2 * arm + seed as usize].first(TOKEN_ACCURACY);
    let families = [("all", 0..11), ("compression", 0..4), ("gain", 4..7), ("random", 7..11)];
    let mut defined = 0;
    for (family, members) in families {
        for id in ["margin", "effectiveRank", "norm"] {
            let found = correlations.iter().find(|c| c.family == family && c.measure == id).unwrap();
            assert_eq!(found.arms, members.len());
            let own: Vec<Option<f64>> = [0, 1]
                .map(|seed| {
                    let x: Vec<f64> = members.clone().map(|arm| measure(arm, seed, id)).collect();
                    let later = |arm| steps(arm, seed).map_or(1e9, f64::from);
                    rho(&x, &members.clone().map(later).collect::<Vec<f64>>())
                })
                .to_vec();
            for (got, want) in found.by_seed.iter().zip(&own) {
                assert_eq!(got.is_some(), want.is_some(), "{family}, {id}: {got:?}, and should be {want:?}");
                assert!((got.unwrap_or(0.0) - want.unwrap_or(0.0)).abs() < 1e-9, "{family}, {id}: {got:?}, {want:?}");
                defined += usize::from(want.is_some());
            }
        }
    }
    assert!(defined >= 12, "too little was learned for this to say much: {defined} of 24");
    for (at, table) in tables.iter().enumerate() {
        assert_eq!((&table.id, &table.steps), (&arms[at].id, &[0, 1].map(|seed| steps(at, seed)).to_vec()));
        let mean = |id| (measure(at, 0, id) + measure(at, 1, id)) / 2.0;
        near(Some(table.margin), mean("margin"), 1e-12);
        near(Some(table.effective_rank), mean("effectiveRank"), 1e-12);
        near(Some(table.norm), mean("norm"), 1e-12);
    }
    // Compressions and gains go in equal ratios from 1 to L, and the random tables have the margins of the compressed.
    for at in 0..4 {
        near(Some(tables[at].value), 2.0_f64.powi(at as i32), 1e-12);
        if at > 0 {
            near(Some(tables[3 + at].value), 0.5_f64.powi(at as i32), 1e-12);
            let (one, other) = (tables[at - 1].margin, tables[7 + at].margin);
            assert!((one / other - 1.0).abs() < 0.01, "{}: {one} and {other}", tables[7 + at].id);
        }
    }
}

/// A sweep of which only margins, families and steps matter.
fn sweep(arms: &[(&'static str, f64, &[u32])], rhos: &[f64]) -> Outcome {
    let arm = |(at, &(family, margin, steps)): (usize, &(&'static str, f64, &[u32]))| SweepArm {
        id: format!("{family}-{at}"),
        label: format!("{family} {margin}"),
        family,
        value: margin,
        margin,
        effective_rank: 1.0,
        norm: 1.0,
        steps: steps.iter().map(|&step| (step > 0).then_some(step)).collect(),
        stopped: vec![None; steps.len()],
        accuracy: vec![None; steps.len()],
    };
    let correlation = |measure| Correlation {
        measure,
        label: measure,
        family: "all",
        by_seed: rhos.iter().map(|&rho| Some(rho).filter(|rho| rho.is_finite())).collect(),
        spread: None,
        arms: arms.len(),
        learned: vec![arms.len(); rhos.len()],
    };
    let correlations = ["margin", "effectiveRank"].map(correlation).to_vec();
    Outcome::Sweep {
        seeds: (0..rhos.len() as u32).collect(),
        arms: arms.iter().enumerate().map(arm).collect(),
        correlations,
        sentence: String::new(),
    }
}

#[test]
fn tables_of_equal_margin_speak_for_the_claim_within_a_factor_of_two() {
    let config = encodings("lab=encodings&experiment=sweep&steps=600&every=10&seeds=3");
    let of = |outcome: &Outcome, step: u32| {
        let verdicts = verdicts(&config, outcome, step);
        verdicts.iter().find(|verdict| verdict.id == "equal-margins").unwrap().clone()
    };
    let judge = |arms: &[(&'static str, f64, &[u32])], step: u32| of(&sweep(arms, &[0.0; 3]), step);
    let both = |a: &'static [u32], b: &'static [u32], step| {
        judge(&[("compression", 1.0, a), ("random", 1.005, b), ("gain", 1.0, &[10, 10, 10])], step)
    };
    let pair = |a, b, step| both(a, b, step).verdict;
    assert_eq!(pair(&[100, 100, 100], &[180, 60, 100], 600), Answer::Holds, "surely at most twice as long");
    assert_eq!(pair(&[100, 100, 100], &[220, 220, 40], 600), Answer::Fails);
    assert_eq!(pair(&[100, 100, 100], &[220, 220, 40], 250), Answer::Fails, "and does so before the end");
    let split = both(&[100, 100, 100], &[220, 60, 100], 600);
    assert_eq!((split.verdict, split.why.as_str()), (Answer::Open, "the seeds disagree: 2 for it, 1 against it"));
    assert_eq!(pair(&[100, 100], &[200, 60], 600), Answer::Open, "two seeds");
    assert_eq!(pair(&[100, 100, 100], &[0, 0, 0], 190), Answer::Open, "they may yet learn");
    assert_eq!(pair(&[100, 100, 100], &[0, 0, 0], 200), Answer::Fails, "twice as long, and they have not");
    let late = both(&[400, 400, 400], &[0, 400, 400], 600);
    assert_eq!((late.verdict, late.decides.and_then(|decides| decides.steps)), (Answer::Open, Some(800)));
    assert_eq!(pair(&[0, 0, 0], &[0, 0, 0], 600), Answer::Open, "nothing learned says nothing");
    // It was learned somewhere in the ten steps before: what that leaves open is open.
    let near = both(&[100, 100, 100], &[200, 60, 100], 600);
    assert_eq!((near.verdict, near.why.as_str()), (Answer::Open, "an evaluation every 10 steps is too coarse to tell"));
    assert_eq!(pair(&[10, 10, 10], &[20, 20, 20], 600), Answer::Open);
    assert_eq!(pair(&[10, 10, 10], &[10, 10, 10], 600), Answer::Open);
    // Margins that differ by more than a hundredth are no pair, and neither is a gain.
    let all: &[u32] = &[100, 100, 100];
    assert_eq!(judge(&[("compression", 1.0, all), ("random", 1.02, all)], 600).verdict, Answer::Untested);
    assert_eq!(judge(&[("gain", 1.0, all), ("random", 1.0, &[500, 100, 100])], 600).verdict, Answer::Untested);
    let words = judge(&[("compression", 1.0, &[100, 120, 100]), ("random", 1.0, &[0, 500, 100])], 600).measured;
    assert!(words.contains("compression 1 100, 120, 100, random not within 600, 500, 100"), "{words}");
    // A table that diverged is not one that is learned late.
    let mut stopped = sweep(&[("compression", 1.0, all), ("random", 1.0, &[0, 100, 100])], &[0.0; 3]);
    if let Outcome::Sweep { arms, .. } = &mut stopped {
        arms[1].stopped[0] = Some(12);
    }
    assert!(of(&stopped, 600).why.contains("stopped at step 12"));
}

#[test]
fn correlations_speak_for_the_claim_if_they_do_in_every_seed() {
    let config = encodings("lab=encodings&experiment=sweep&steps=600&seeds=3");
    let tables = |count: usize| vec![("gain", 1.0, [100, 100, 100].as_slice()); count];
    let of = |outcome: &Outcome, step| answer(&verdicts(&config, outcome, step), "margin");
    let judge = |rhos: &[f64], step| of(&sweep(&tables(14), rhos), step);
    assert_eq!(judge(&[-0.5, -0.9, -0.7], 600), Answer::Holds);
    assert_eq!(judge(&[-0.5, -0.9, -0.49], 600), Answer::Open);
    assert_eq!(judge(&[-0.4, 0.9, -0.49], 600), Answer::Fails);
    assert_eq!(judge(&[0.9, 0.9, 0.9], 600), Answer::Fails, "the sign counts");
    assert_eq!(judge(&[-0.9, -0.9, -0.9], 599), Answer::Open, "not over yet");
    assert_eq!(judge(&[-0.9, -0.9], 600), Answer::Open, "two seeds");
    assert_eq!(judge(&[-0.9, -0.9, f64::NAN], 600), Answer::Open, "a seed that says nothing");
    assert_eq!(of(&sweep(&tables(11), &[-0.9; 3]), 600), Answer::Open, "with few tables that comes by chance");
    let mut few = sweep(&tables(14), &[-0.9; 3]);
    if let Outcome::Sweep { correlations, .. } = &mut few {
        correlations[0].learned[1] = 6;
    }
    assert_eq!(of(&few, 600), Answer::Open, "fewer than half of the tables learned");
}

/// A control of which only differences and first steps matter.
#[test]
fn what_follows_a_reference_that_has_not_learned_follows_nothing() {
    let config = encodings("lab=encodings&experiment=control&steps=600&every=10&seeds=3");
    let course = |arm: &str, seed: u32, first: Option<u32>, stopped: Option<u32>| {
        let runs = vec![RunInfo { replica: 0, arm: arm.to_owned(), seed }];
        Course::of(&Curves { runs, ..no_curves() }, "", &[(first, stopped)]).swap_remove(0)
    };
    let judge = |by_seed: &[f64], first: Option<u32>, stopped: Option<u32>, step: u32| {
        let seeds = 0..by_seed.len() as u32;
        let courses = seeds.flat_map(|seed| {
            [course("sinusoidal", seed, first, None), course("spike-time-held", seed, first, stopped)]
        });
        let by_seed: Vec<Option<f64>> = by_seed.iter().copied().map(Some).collect();
        let row = Follower {
            id: "spike-time-held".to_owned(),
            label: String::new(),
            largest: Spread::of(&by_seed),
            by_seed,
            at: None,
        };
        let outcome =
            Outcome::Control { reference: "sinusoidal".to_owned(), rows: vec![row], courses: courses.collect() };
        verdicts(&config, &outcome, step).swap_remove(0)
    };
    assert_eq!(judge(&[0.0; 3], Some(200), None, 600).verdict, Answer::Holds);
    assert_eq!(judge(&[0.0; 3], Some(200), None, 590).verdict, Answer::Open, "the race is not over");
    assert_eq!(judge(&[0.0; 2], Some(200), None, 600).verdict, Answer::Open, "two seeds");
    let guessing = judge(&[0.0; 3], None, None, 600);
    assert!(
        guessing.verdict == Answer::Open && guessing.why.contains("nothing in this race has learned"),
        "{}",
        guessing.why
    );
    assert_eq!(guessing.decides.and_then(|decides| decides.steps), Some(6100), "ten times the first that might learn");
    assert_eq!(judge(&[0.4; 3], None, None, 20).verdict, Answer::Fails, "a difference is one at once");
    assert_eq!(judge(&[0.0, 0.4, 0.0], Some(200), None, 600).verdict, Answer::Open, "seeds that disagree");
    assert!(judge(&[0.0; 3], Some(200), Some(300), 600).why.contains("stopped at step 300"));
}

fn no_curves() -> Curves {
    let (id, label) = (String::new(), String::new());
    Curves { id, label, x: Axis::step(), measures: vec![], arms: vec![], runs: vec![], points: vec![] }
}

/// Evaluated once more at its own length, a run is what its race said of it; and what no row was learned for is not evaluated.
#[test]
fn at_its_own_length_a_model_is_what_the_race_says() {
    let link = format!(
        "{TINY}&experiment=lengths&task=previous-token\
         &encodings=none,sinusoidal,compressed,spike-time,spike-time-gain,rank,rope,alibi"
    );
    let mut run = open(configured(&link));
    for steps in [0, 15, 0] {
        if run.step() > 0 || steps > 0 {
            advance(&mut run, steps);
        } else {
            block_on(run.advance(0.0, 0)).unwrap();
        }
        let Outcome::Lengths { trained, step, curves, .. } = found(&mut run) else { panic!("not lengths") };
        let lengths: Vec<f64> = curves.points.iter().map(|point| point.x).collect();
        assert_eq!((trained, lengths), (8, vec![8.0, 12.0, 16.0, 24.0]));
        let last = run.history().last().unwrap();
        assert_eq!(last.x, f64::from(step));
        // Loss, tokens and sequences, one seed each.
        assert_eq!(last.values.len(), 3);
        for (at, arm) in curves.arms.iter().enumerate() {
            assert_eq!(curves.of_arm(&arm.id), [at]);
            for (measure, last) in last.values.iter().enumerate() {
                let of = |point: usize| curves.value(point, measure, at);
                let rank = arm.id == "rank";
                // Not evaluated at any length, for which it would need other rows than it has learned.
                assert_eq!(of(0), Some(last[at]), "{} at step {step}", arm.id);
                assert_eq!([1, 2, 3].map(|point| of(point).is_some()), [!rank; 3], "{}", arm.id);
                assert_eq!(!arm.help.is_empty(), rank, "{}", arm.help);
            }
        }
        let found = found(&mut run);
        let results = run.results().unwrap();
        assert_eq!(results.found, Some(serde_json::to_value(&found).unwrap()));
        assert_eq!(results.more, [curves]);
    }
    // A half of an odd length is rounded up, and of causal copy up to an even one.
    let at = |link: &str| match found(&mut open(configured(&format!("{TINY}&experiment=lengths&{link}")))) {
        Outcome::Lengths { curves, .. } => curves.points.iter().map(|point| point.x as u32).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(at("task=reversal&train_length=9"), [9, 14, 18, 27]);
    assert_eq!(at("task=causal-copy&train_length=10"), [10, 16, 20, 30]);
}

/// The trained weights in a race of the longer length, whose tables are written by hand: its first evaluation is what is told here.
#[test]
fn a_longer_evaluation_is_that_of_a_longer_model_with_the_same_weights() {
    let config = encodings(&format!(
        "{TINY}&experiment=lengths&task=previous-token&steps=60\
         &encodings=none,sinusoidal,compressed,spike-time,spike-time-gain,rope,alibi"
    ));
    let mut run = open(config.clone());
    advance(&mut run, 0);
    let Outcome::Lengths { curves, .. } = found(&mut run) else { panic!("not lengths") };
    for (column, point) in curves.points.iter().enumerate() {
        let length = point.x as u32;
        // A race of the copy lab, whose arms are the same.
        let long = CopyConfig {
            task: config.task,
            symbols: config.symbols,
            length,
            batch: config.batch,
            encodings: config.encodings.clone(),
            seeds: config.seeds,
            seed: config.seed,
            steps: config.steps,
            layers: config.layers,
            width: config.train_width,
            heads: config.heads,
            mlp: config.mlp,
            norm: config.norm,
            rate: config.rate,
            every: config.every,
            executor: config.executor,
            ..CopyConfig::default()
        };
        let mut weights = Weights::read(&block_on(open(long).save()).unwrap()).unwrap();
        weights.state.moments = None;
        weights.state.history.clear();
        weights.state.parameters.clear();
        for replica in 0..config.encodings.len() as u32 {
            let trained = trained_of(&mut run, replica);
            weights.state.parameters.extend(&trained.parameters[..trained.model.table as usize]);
            let sinusoidal = |compression| {
                let tuning = Tuning { compression, ..Tuning::default() };
                table(Encoding::Sinusoidal, &shape(length, 8, tuning)).values
            };
            // L stays 8, whatever the length; divisions by it are exact.
            weights.state.parameters.extend(match trained.replica.encoding {
                Encoding::Sinusoidal => sinusoidal(1.0),
                Encoding::Compressed => sinusoidal(8.0),
                Encoding::SpikeTime | Encoding::SpikeTimeGain => sinusoidal(1.0).iter().map(|x| x / 8.0).collect(),
                _ => vec![0.0; 8 * length as usize],
            });
        }
        let file = Weights::write(&weights.config, &weights.state).unwrap();
        let mut other = block_on(Trial::restore(&file, &mut Machine::default(), &mut |_, _| {})).unwrap();
        block_on(other.advance(0.0, 0)).unwrap();
        let judged = other.history().last().unwrap();
        for (at, arm) in curves.arms.iter().enumerate() {
            let what = format!("{} at length {length}", arm.id);
            let value = |measure: usize| curves.value(column, measure, at).unwrap();
            assert_eq!(value(1), judged.values[1][at], "{what}");
            let (bits, want) = (value(0), judged.values[0][at]);
            assert!((bits - want).abs() <= 2e-7 * want, "{what}: {bits} bits, and a longer model has {want}");
        }
    }
}

#[test]
fn going_on_from_a_file_of_this_lab_gives_the_same_bits() {
    let rest = |run: &mut Trial| {
        let events = advance(run, 0);
        let told = events.into_iter().filter(|event| !matches!(event, Event::Progress { .. })).collect::<Vec<_>>();
        (format!("{told:?}"), block_on(run.save()).unwrap(), format!("{:?}", found(run)))
    };
    for experiment in [
        "live&encodings=rank,alibi,rope",
        "control",
        "sweep&levels=3",
        "lengths&task=previous-token&encodings=rank,spike-time-gain",
    ] {
        let config = configured(&format!("{TINY}&experiment={experiment}&left=rank-code&left_active=3&window=2"));
        let mut run = open(config.clone());
        advance(&mut run, 17);
        let file = block_on(run.save()).unwrap();
        let mut resumed = block_on(Trial::restore(&file, &mut Machine::default(), &mut |_, _| {})).unwrap();
        assert_eq!((resumed.config(), resumed.step()), (&config, 17), "what is only looked at is kept too");
        assert_eq!(format!("{:?}", found(&mut resumed)), format!("{:?}", found(&mut run)), "{experiment}");
        assert!(rest(&mut run) == rest(&mut resumed), "{experiment}");
    }
}

// Settings.
