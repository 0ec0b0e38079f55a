//! Properties that every generated batch has, over many seeds.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::collections::{HashMap, HashSet};

use mnemoscope::choice::Choice;
use mnemoscope::kernels::batch::Batch;
use mnemoscope::kernels::{Number, control};
use mnemoscope::task::source::{self, Split, held_out_classes, is_held_out};
use mnemoscope::task::{IGNORED, Layout, Task};

/// Alphabets and lengths; causal copy takes the next even length, associative recall an odd one with no more pairs than keys.
const SHAPES: [(u32, u32); 7] = [(2, 2), (3, 7), (5, 33), (16, 30), (50, 64), (17, 65), (255, 256)];

fn layouts() -> impl Iterator<Item = Layout> {
    Task::ALL.iter().flat_map(|&task| {
        SHAPES.into_iter().map(move |(symbols, length)| {
            let length = match task {
                Task::CausalCopy => length + length % 2,
                Task::AssociativeRecall => length.min(2 * symbols).max(4) / 2 * 2 + 1,
                _ => length,
            };
            Layout { task, symbols, length: length.min(255 + u32::from(task != Task::AssociativeRecall)) }
        })
    })
}

/// Sequences of tokens, and targets of the judged positions, as whole numbers.
fn batch(layout: Layout, rows: u32, split: Split, seed: u32, step: u32) -> Vec<(Vec<i64>, Vec<i64>)> {
    let mut block = [0.0_f64; control::LEN];
    block[control::SEED] = f64::from(seed);
    block[control::STEP] = f64::from(step);
    let size = (rows * layout.length) as usize;
    let judged = layout.judged() as usize;
    let (mut tokens, mut targets) = (vec![f64::NAN; size], vec![f64::NAN; rows as usize * judged]);
    f64::run(&Batch { layout, rows, split }, &[&block], &mut [&mut tokens, &mut targets]).unwrap();
    let whole = |values: &[f64]| -> Vec<i64> {
        assert!(values.iter().all(|value| value.fract() == 0.0), "{layout:?}: not whole numbers: {values:?}");
        values.iter().map(|&value| value as i64).collect()
    };
    let length = layout.length as usize;
    tokens.chunks(length).zip(targets.chunks(judged)).map(|(tokens, targets)| (whole(tokens), whole(targets))).collect()
}

/// The source of a sequence: what came before the separator, or all of it.
fn source_of(layout: &Layout, tokens: &[i64]) -> Vec<u32> {
    let tokens = &tokens[..layout.source_length() as usize];
    layout.source(&tokens.iter().map(|&token| u32::try_from(token).unwrap()).collect::<Vec<_>>()).unwrap()
}

/// What a task asks for, said once more and in other words than in `src/task/`.
fn wanted(layout: &Layout, tokens: &[i64]) -> Vec<i64> {
    let mut wanted = tokens.to_vec();
    match layout.task {
        // The next token, from the separator on; the sequence goes on with the source, as before the separator.
        Task::CausalCopy => {
            wanted.truncate(tokens.len() / 2);
        }
        Task::PreviousToken => wanted.rotate_right(1),
        Task::Reversal => wanted.reverse(),
        Task::HalfShift => wanted.rotate_left(tokens.len() / 2),
        // What stands after the first place of the last token.
        Task::AssociativeRecall => {
            let asked = tokens.last().unwrap();
            let place = tokens.iter().position(|token| token == asked).unwrap();
            wanted = vec![tokens[place + 1]];
        }
        Task::Increment => {
            wanted.iter_mut().for_each(|token| *token = (*token + 1) % i64::from(layout.symbols));
        }
    }
    wanted
}

#[test]
fn every_sequence_follows_the_rule_of_its_task() {
    for layout in layouts() {
        for split in [Split::Training, Split::HeldOut] {
            for seed in 0..5 {
                for (tokens, targets) in batch(layout, 9, split, seed, seed * 7) {
                    assert_eq!(targets, wanted(&layout, &tokens), "{layout:?}, {split:?}, tokens {tokens:?}");
                    let alphabet = 0..i64::from(layout.symbols);
                    let n = layout.source_length() as usize;
                    let separator = layout.task == Task::CausalCopy;
                    let recall = layout.task == Task::AssociativeRecall;
                    if recall {
                        let keys: HashSet<_> = tokens[..tokens.len() - 1].iter().step_by(2).collect();
                        assert_eq!(keys.len(), tokens.len() / 2, "{layout:?}: keys differ: {tokens:?}");
                    }
                    for (position, token) in tokens.iter().enumerate() {
                        let expected = if separator && position == n {
                            *token == i64::from(layout.symbols)
                        } else if recall && position % 2 == 0 {
                            alphabet.contains(&(token - i64::from(layout.symbols)))
                        } else {
                            alphabet.contains(token)
                        };
                        assert!(expected, "{layout:?}: token {token} at {position}");
                    }
                    if separator {
                        assert_eq!(tokens[n + 1..], tokens[..n - 1], "{layout:?}: the second half is the first");
                    }
                    assert!(targets.iter().all(|target| alphabet.contains(target)));
                    // Of associative recall the pairs are held out, whichever is asked.
                    let source = source_of(&layout, &tokens);
                    let source = &source[..source.len() - usize::from(recall)];
                    assert_eq!(is_held_out(source, layout.symbols), split == Split::HeldOut, "{layout:?}: {source:?}");
                }
            }
        }
    }
}

#[test]
fn layouts_count_what_sequences_hold() {
    for layout in layouts() {
        let sequences = batch(layout, 4, Split::Training, 1, 1);
        for (tokens, targets) in &sequences {
            assert_eq!(targets.len(), layout.judged() as usize, "{layout:?}");
            assert!(tokens.iter().all(|&token| token < i64::from(layout.vocabulary())), "{layout:?}");
        }
        let more = match layout.task {
            Task::CausalCopy => 1,
            Task::AssociativeRecall => layout.symbols,
            _ => 0,
        };
        assert_eq!(layout.vocabulary(), layout.symbols + more, "{layout:?}");
        assert_eq!(layout.causal(), more > 0);
        assert_eq!(Task::ALL[layout.code() as usize], layout.task);
        // Token by token, the kernel and the layout say the same.
        for (tokens, targets) in &sequences {
            let source = source_of(&layout, tokens);
            for position in 0..layout.length {
                let (token, target) = layout.token(position, |index| source[index as usize]);
                assert_eq!(i64::from(token), tokens[position as usize], "{layout:?}");
                match position.checked_sub(layout.first_judged()) {
                    Some(judged) => assert_eq!(target as i64, targets[judged as usize], "{layout:?}"),
                    None => assert_eq!(target, IGNORED, "{layout:?}"),
                }
            }
        }
    }
}

#[test]
fn no_source_is_in_both_sets() {
    // Small enough to draw most of the 3⁷ sources many times.
    let layout = Layout { task: Task::Reversal, symbols: 3, length: 7 };
    let draw = |split| -> HashSet<Vec<u32>> {
        (0..40)
            .flat_map(|seed| batch(layout, 250, split, seed, seed))
            .map(|(tokens, _)| source_of(&layout, &tokens))
            .collect()
    };
    let (training, held_out) = (draw(Split::Training), draw(Split::HeldOut));
    assert!(training.is_disjoint(&held_out));
    // One class in three is held out, and every training source comes up (1458 of them, 10 000 draws).
    assert!(training.len() > 1440, "{} of 1458 training sources", training.len());
    // The held-out set does not depend on the seed: one batch, the same for all runs.
    assert!(held_out.len() <= 250);
    assert_eq!(batch(layout, 50, Split::HeldOut, 1, 2), batch(layout, 50, Split::HeldOut, 77, 5));
}

/// Two pairs of three keys and three values: 6 · 9 pairs, of which a class in three is held out, and two keys to ask.
#[test]
fn recall_draws_every_choice_of_pairs_evenly_on_its_side() {
    let layout = Layout { task: Task::AssociativeRecall, symbols: 3, length: 5 };
    let mut counts: HashMap<Vec<i64>, u32> = HashMap::new();
    for step in 0..36 {
        for (tokens, _) in batch(layout, 200, Split::Training, 5, step) {
            *counts.entry(tokens).or_default() += 1;
        }
    }
    // 36 pairs that training may show, with either key: 7200 draws are 100 of each.
    assert_eq!(counts.len(), 72);
    let square: f64 = counts.values().map(|&count| (f64::from(count) - 100.0).powi(2) / 100.0).sum();
    assert!(square < 71.0 + 5.0 * 142.0_f64.sqrt(), "chi-squared {square:.1} with 71 degrees of freedom");
    let held_out: HashSet<_> = batch(layout, 250, Split::HeldOut, 0, 0).into_iter().map(|(tokens, _)| tokens).collect();
    let pairs = |tokens: &Vec<i64>| tokens[..4].to_vec();
    let shown: HashSet<_> = counts.keys().map(pairs).collect();
    assert!(held_out.iter().all(|tokens| !shown.contains(&pairs(tokens))));
    assert_eq!(held_out.iter().map(pairs).collect::<HashSet<_>>().len(), 18);
}

#[test]
fn what_is_no_sequence_of_recall_has_no_source() {
    let layout = Layout { task: Task::AssociativeRecall, symbols: 4, length: 5 };
    // k2 1 k0 3 k0: the shuffle takes place 2, then, of what is left (1, 0, 3), place 1.
    assert_eq!(layout.source(&[6, 1, 4, 3, 4]), Some(vec![2, 1, 1, 3, 1]));
    for tokens in [[6, 1, 6, 3, 6], [6, 5, 4, 3, 4], [2, 1, 4, 3, 4], [6, 1, 4, 3, 5], [8, 1, 4, 3, 4]] {
        assert_eq!(layout.source(&tokens), None, "{tokens:?}");
    }
    assert_eq!(layout.source(&[6, 1, 6]), None);
    assert_eq!([3, 4, 7].map(|token| layout.name(token)), ["3", "k0", "k3"]);
}

#[test]
fn held_out_classes_are_about_an_eighth() {
    for symbols in 2..=255 {
        let classes = held_out_classes(symbols);
        assert!(classes >= 1 && classes < symbols && (classes == 1 || 8 * classes <= symbols), "{symbols} symbols");
    }
    // Exhaustively, for all sources of four symbols out of nine: each class has the same number of them.
    let mut classes = [0; 9];
    for number in 0..9_u32.pow(4) {
        let source = [number % 9, number / 9 % 9, number / 81 % 9, number / 729];
        classes[source::checksum(&source, 9) as usize] += 1;
    }
    assert_eq!(classes, [729; 9]);
}

#[test]
fn sources_reach_every_symbol_at_every_position_evenly() {
    for (symbols, length, split) in [
        (5, 7, Split::Training),
        (16, 33, Split::Training),
        (50, 9, Split::Training),
        (255, 3, Split::Training),
        (16, 33, Split::HeldOut),
    ] {
        let layout = Layout { task: Task::PreviousToken, symbols, length };
        let mut counts = vec![vec![0_u32; symbols as usize]; length as usize];
        // The held-out set is one batch, so it is drawn in one piece.
        let each = 400 * symbols / 8;
        let (batches, rows) = if split == Split::Training { (8, each) } else { (1, 8 * each) };
        for step in 0..batches {
            for (tokens, _) in batch(layout, rows, split, 12, step) {
                for (position, token) in tokens.iter().enumerate() {
                    counts[position][*token as usize] += 1;
                }
            }
        }
        let expected = f64::from(batches * rows) / f64::from(symbols);
        let cells = f64::from(symbols * length);
        for (position, counts) in counts.iter().enumerate() {
            // Chi-squared has `symbols − 1` degrees of freedom; five standard deviations above its mean.
            let free = f64::from(symbols - 1);
            let square: f64 = counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
            assert!(
                square < free + 5.0 * (2.0 * free).sqrt() + 5.0,
                "{layout:?}, {split:?}, position {position}: chi-squared {square:.1} with {free} degrees of freedom"
            );
        }
        let worst = counts.iter().flatten().map(|&count| (f64::from(count) - expected).abs()).fold(0.0, f64::max);
        assert!(worst < 6.0 * expected.sqrt(), "{layout:?}: off by {worst} from {expected} ({cells} cells)");
    }
}

#[test]
fn a_batch_is_a_function_of_seed_and_step() {
    for layout in layouts().filter(|layout| layout.symbols.pow(2) * layout.length > 50) {
        let of = |seed, step| batch(layout, 7, Split::Training, seed, step);
        for seed in 0..4 {
            for step in 0..4 {
                assert_eq!(of(seed, step), of(seed, step), "{layout:?}");
                assert_ne!(of(seed, step), of(seed + 1, step), "{layout:?}: seeds {seed} and {}", seed + 1);
                assert_ne!(of(seed, step), of(seed, step + 1), "{layout:?}: steps {step} and {}", step + 1);
            }
        }
        // Rows differ too, and a larger batch begins with the smaller one.
        let sequences = of(3, 3);
        let distinct: HashSet<_> = sequences.iter().collect();
        assert!(distinct.len() > 1, "{layout:?}");
        assert_eq!(batch(layout, 20, Split::Training, 3, 3)[..7], sequences[..]);
    }
}
