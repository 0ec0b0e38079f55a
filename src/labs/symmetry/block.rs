//! Which part of a block breaks a symmetry: each part alone, and the block without it.

use crate::choice::Choice;
use crate::labs::symmetry::choices::{Activation, Attention, Group, Norm, Positions};
use crate::labs::symmetry::config::SymmetryConfig;
use crate::labs::symmetry::errors::{Trials, relative, rounding, summary};
use crate::labs::symmetry::group::Element;
use crate::labs::symmetry::maps::{BARE, Block, Matrix, Shape, Weights};

/// What is tried.
pub const GROUPS: [Group; 3] = [Group::Rotations, Group::Reflections, Group::Permutations];
/// Draws that are enough to see whether something breaks.
const MOST_TRIALS: u32 = 60;

/// One part of a block, or the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct PartOf {
    /// Its name, and what it is set to.
    pub name: &'static str,
    /// What it is set to.
    pub set: &'static str,
    /// Median errors under [`GROUPS`] of that part alone, on a block that is harmless otherwise, in f64.
    pub alone: [f64; 3],
    /// And of the block with the part made harmless.
    pub without: [f64; 3],
}

/// Median errors under [`GROUPS`] of some blocks, in f64; not numbers of one that has no output.
#[must_use]
pub fn errors(config: &SymmetryConfig, blocks: &[Block]) -> Vec<[f64; 3]> {
    let shape = config.shape();
    let weights: Vec<Weights<f64>> = config.seed_range().map(|seed| Weights::drawn(seed, shape)).collect();
    let mut found = vec![[const { Vec::new() }; 3]; blocks.len()];
    for (trial, weights) in (0..config.trials.min(MOST_TRIALS)).zip(weights.iter().cycle()) {
        let [x, z] = Trials::drawn(config.seed, trial, shape);
        for (at, group) in GROUPS.into_iter().enumerate() {
            let element = Element::draw(group, shape.d, shape.n, [config.seed, trial * 8 + group as u32]);
            let [moved, known] = [element.sequence(&x), element.knowledge(&z)];
            for (block, found) in blocks.iter().zip(&mut found) {
                let both = weights.block(*block, &x, &z).zip(weights.block(*block, &moved, &known));
                let error = both.map_or(f64::NAN, |(before, after): (Matrix<f64>, Matrix<f64>)| {
                    relative(&(after - &element.sequence(&before)), &before)
                });
                found[at].push(error);
            }
        }
    }
    found.iter().map(|found| found.each_ref().map(|errors| summary(errors)[0])).collect()
}

/// The errors of the block of the settings, and its parts, each alone and left out.
#[must_use]
pub fn parts(config: &SymmetryConfig) -> ([f64; 3], Vec<PartOf>) {
    let block = config.block();
    let Block { attention, encoding, residual, norm, activation } = block;
    let yes = if residual { "yes" } else { "no" };
    let tried = [
        (
            "Attention",
            attention.label(),
            Block { attention, ..BARE },
            Block { attention: Attention::Knowledge, ..block },
        ),
        ("Positions", encoding.label(), Block { encoding, ..BARE }, Block { encoding: Positions::None, ..block }),
        ("Residual", yes, Block { residual, ..BARE }, Block { residual: false, ..block }),
        ("Norm", norm.label(), Block { norm, ..BARE }, Block { norm: Norm::None, ..block }),
        (
            "Activation",
            activation.label(),
            Block { activation, ..BARE },
            Block { activation: Activation::None, ..block },
        ),
    ];
    let blocks: Vec<Block> =
        std::iter::once(block).chain(tried.iter().flat_map(|&(_, _, alone, without)| [alone, without])).collect();
    let found = errors(config, &blocks);
    let part = |(at, (name, set, ..)): (usize, &(&'static str, &'static str, Block, Block))| PartOf {
        name,
        set,
        alone: found[1 + 2 * at],
        without: found[2 + 2 * at],
    };
    (found[0], tried.iter().enumerate().map(part).collect())
}

/// In a sentence, which parts break rotations and reflections, and which the order of the sequence.
#[must_use]
pub fn sentence(whole: [f64; 3], parts: &[PartOf], shape: Shape) -> String {
    let [_, rounding] = rounding(shape);
    if whole.iter().any(|error| error.is_nan()) {
        return "Cross attention has no output without knowledge: set m to 1 or more.".to_owned();
    }
    let broken = |at: &[usize]| at.iter().any(|&at| whole[at] > rounding);
    let guilty = |at: &[usize]| {
        let names = parts.iter().filter(|part| at.iter().any(|&at| part.alone[at] > rounding));
        names.map(|part| format!("{} ({})", part.name.to_ascii_lowercase(), part.set)).collect::<Vec<_>>().join(" and ")
    };
    let say = |what: &str, at: &[usize]| {
        if broken(at) { format!("{what}: broken by {}.", guilty(at)) } else { format!("{what}: kept.") }
    };
    format!("{} {}", say("Rotations and reflections", &[0, 1]), say("Permutations of the sequence", &[2]))
}
