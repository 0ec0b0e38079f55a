//! A logit in four parts, from the weights of a run.

use super::*;

/// Races of both norms and of both masks, with the runs of all that is added, and how often attention weights differ from uniform.
fn logit_races() -> Vec<Trial> {
    let mut races = Vec::new();
    for norm in ["post", "pre"] {
        for task in ["causal-copy", "previous-token"] {
            let link = format!(
                "{TINY}&norm={norm}&task={task}&encodings=rank,sinusoidal,compressed,spike-time,spike-time-gain,none\
                 &layers=2&train_width=12&heads=3"
            );
            races.push(open(configured(&link)));
        }
    }
    races
}

#[test]
fn the_parts_of_a_logit_add_up_to_the_attention_of_the_model() {
    for mut run in logit_races() {
        for steps in [0, 25] {
            if steps > 0 {
                advance(&mut run, steps);
            }
            for replica in 0..6 {
                let found = block_on(run.inspect(replica, "")).unwrap();
                let trained = trained_of(&mut run, replica);
                let length = found.length as usize;
                for head in 0..3 {
                    let logit = split(&trained, &question(head, 0.125)).unwrap();
                    assert_eq!((logit.step, logit.length, logit.scale), (steps, length, 0.125));
                    let names: Vec<&str> = found.tokens.iter().map(|&token| &*found.names[token as usize]).collect();
                    assert_eq!(logit.tokens, names);
                    // Layers are outermost: the first one's heads come first.
                    let own = &found.attention[head as usize * length * length..][..length * length];
                    for (at, (got, want)) in logit.before.iter().zip(own).enumerate() {
                        let what =
                            format!("{}, step {steps}, run {replica}, head {head}, at {at}", run.config().link());
                        assert!((got - want).abs() < 1e-5, "{what}: {got}, and the model has {want}");
                    }
                }
            }
        }
    }
}

/// Part by part from the weights as they lie in the pool, for post-norm: `(x + b)ᵀ M (x + b)` and so on, over √h.
#[test]
fn under_post_norm_each_part_has_its_own_power_of_the_factor() {
    for mut run in logit_races()
        .into_iter()
        .filter(|run| run.config().link().contains("norm=post") || !run.config().link().contains("norm="))
    {
        for steps in [0, 25] {
            if steps > 0 {
                advance(&mut run, steps);
            }
            for replica in 0..5 {
                let trained = trained_of(&mut run, replica);
                for (head, scale) in [(0, 0.125), (2, 0.3), (1, 2.5)] {
                    let logit = split(&trained, &question(head, scale)).unwrap();
                    let ids: Vec<&str> = logit.parts.iter().map(|part| part.id).collect();
                    let names = ["content-content", "content-position", "position-content", "position-position"];
                    assert_eq!(ids, names);
                    for (part, want) in logit.parts.iter().zip([1.0, scale, scale, scale * scale]) {
                        assert!(part.before > 0.0, "{}", part.id);
                        assert_eq!(part.expected, Some(want));
                        near(part.factor, want, 1e-9);
                        assert!((part.after - want * part.before).abs() <= 1e-9 * part.before);
                    }
                    let sizes = strengths(&trained, head);
                    for (part, size) in logit.parts.iter().zip(sizes) {
                        assert!((part.before - size).abs() <= 1e-6 * size, "{}: {}, not {size}", part.id, part.before);
                    }
                }
            }
            // Nothing is added to none: there is nothing to map.
            let none = split(&trained_of(&mut run, 5), &question(0, 0.125)).unwrap();
            assert!(none.parts[1..].iter().all(|part| part.before == 0.0 && part.factor.is_none()));
            assert!(none.sentence.contains("no position vectors"));
            assert_eq!(bits(&none.before), bits(&none.after));
        }
    }
}

/// Root mean squares of the four parts over what a query sees, of a post-norm model.
fn strengths(trained: &Trained, head: u32) -> [f64; 4] {
    let a = &trained.model.architecture;
    let (width, length, size) = (a.width as usize, a.layout.length, (a.width / a.heads) as usize);
    let pool = |name: &str| {
        let tensor = trained.model.parameters.tensors.iter().find(|tensor| tensor.name == name).unwrap();
        let range = tensor.offset as usize..(tensor.offset + tensor.len()) as usize;
        trained.parameters[range].iter().map(|&x| f64::from(x)).collect::<Vec<f64>>()
    };
    let symbols = mnemoscope::run::inspect::read_probe("", &a.layout).unwrap();
    let embedding = pool("embedding.weight");
    let (gain, positions) = (pool("position.gain")[0], pool("position.table"));
    let (weights, bias) = (pool("layers.0.self_attn.in_proj_weight"), pool("layers.0.self_attn.in_proj_bias"));
    // Queries are the first third of the projection's outputs, keys the second.
    let project = |row: &[f64], part: usize, with_bias: bool| -> Vec<f64> {
        let first = part * width + head as usize * size;
        let of = |column: usize| {
            let sum: f64 = row.iter().enumerate().map(|(at, x)| x * weights[at * 3 * width + column]).sum();
            sum + if with_bias { bias[column] } else { 0.0 }
        };
        (first..first + size).map(of).collect()
    };
    let rows: Vec<[Vec<f64>; 2]> = (0..length)
        .map(|p| {
            let token = a.layout.token(p, |i| symbols[i as usize]).0 as usize;
            let at = p as usize * width;
            let position: Vec<f64> = positions[at..at + width].iter().map(|x| gain * x).collect();
            [embedding[token * width..(token + 1) * width].to_vec(), position]
        })
        .collect();
    [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(query, key)| {
        let (mut sum, mut count) = (0.0, 0.0);
        for (m, row) in rows.iter().enumerate() {
            let seen = if a.causal { m + 1 } else { rows.len() };
            for other in &rows[..seen] {
                let logit = dot(&project(&row[query], 0, query == 0), &project(&other[key], 1, key == 0));
                sum += (logit / (size as f64).sqrt()).powi(2);
                count += 1.0;
            }
        }
        (sum / count).sqrt()
    })
}

#[test]
fn the_switches_of_the_maps_do_what_they_say() {
    let rows_are_shares = |map: &[f32], causal: bool| {
        for (query, row) in map.chunks_exact(8).enumerate() {
            assert!((row.iter().map(|&x| f64::from(x)).sum::<f64>() - 1.0).abs() < 1e-6);
            assert!(!causal || row[query + 1..].iter().all(|&weight| weight == 0.0));
        }
    };
    for mut run in logit_races() {
        advance(&mut run, 10);
        for replica in 0..5 {
            let trained = trained_of(&mut run, replica);
            let of = |scale, content, undo| split(&trained, &Question { head: 1, scale, content, undo }).unwrap();
            for content in [false, true] {
                let undone = of(0.125, content, true);
                assert_eq!(bits(&undone.before), bits(&undone.after));
                assert_eq!(undone.largest_difference, 0.0);
                let mapped = of(0.125, content, false);
                assert_ne!(bits(&mapped.before), bits(&mapped.after));
                let largest = mapped.before.iter().zip(&mapped.after).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert_eq!(mapped.largest_difference, f64::from(largest));
                assert!(largest > 0.0);
                let causal = trained.model.architecture.causal;
                for map in [&undone.before, &mapped.before, &mapped.after] {
                    rows_are_shares(map, causal);
                }
                let same = of(1.0, content, false);
                assert_eq!(bits(&same.before), bits(&same.after), "T = L");
                assert!(same.sentence.contains("T = L"));
                // Only the maps follow the switches.
                assert_eq!(undone.parts, mapped.parts);
            }
            assert_ne!(bits(&of(0.125, true, false).before), bits(&of(0.125, false, false).before));
        }
    }
}

/// The workbench asks with L of the models, and with the run, head and switches of the settings; its random weights are those that
/// the race begins with.
#[test]
fn the_workbench_splits_what_the_settings_name() {
    let link = format!("{TINY}&seeds=2&trained_run=3&head=2&window=2&length=50");
    let mut config = encodings(&link);
    let mut run = open(config.clone());
    let same = |found: &(Logit, String), trained: &Trained, run: &str| {
        assert_eq!(found.0, split(trained, &question(1, 0.25)).unwrap());
        assert_eq!(found.1, run);
    };
    let mut workbench = Workbench::default();
    let initial = trained_of(&mut run, 3);
    same(&workbench.logit(&config).unwrap(), &initial, "Sinusoidal, seed 1");
    config.set("weights", "trained").unwrap();
    assert!(matches!(workbench.logit(&config), Err(Error::Config(why)) if why.contains("no trained weights")));
    advance(&mut run, 7);
    let trained = trained_of(&mut run, 3);
    workbench.set_trained(Some(trained.clone()));
    same(&workbench.logit(&config).unwrap(), &trained, "Sinusoidal, seed 1");
    assert_ne!(initial.parameters, trained.parameters);
    assert!(matches!(block_on(run.trained(4)), Err(Error::Config(_))));
}

// Experiments.
