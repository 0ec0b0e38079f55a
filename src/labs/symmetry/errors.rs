//! How far maps are from respecting a symmetry: `‖f(XQ, ZQ) − f(X, Z)Q‖/‖f(X, Z)‖` over draws of sequence, knowledge and group element.
//!
//! Group elements act in f64 and what they make is rounded once, so that what is seen is the error of the map alone (e3nn#325).

use crate::choice::Choice;
use crate::kernels::real::Real;
use crate::labs::symmetry::choices::{Group, Map};
use crate::labs::symmetry::config::SymmetryConfig;
use crate::labs::symmetry::group::Element;
use crate::labs::symmetry::maps::{FIXED, Matrix, Plain, SHARP, Shape, Weights, cast, double, drawn, outside};
use crate::reading::brief;
use crate::run::claim::{Claim, Verdict, Vote};
use crate::run::table::{Cell, Column, Table};

/// Stream of the sequences and the knowledge.
const STREAM_TRIALS: u32 = 9_440;
/// What an error of rounding is at most in the sizes of the defaults, in single and in double precision.
const ROUNDING: [f64; 2] = [1e-6, 1e-13];
/// What an error that is none of rounding is at least in eight dimensions: in every draw of a matrix, and in half of the draws of an
/// order, some of which change little.
pub const BROKEN: f64 = 0.1;
/// Draws in which these hold.
const DRAWS: usize = 200;
/// The sizes for which these are.
const USUAL: Shape = Shape { d: 8, n: 6, m: 4 };
/// Trials that a seed has at least before anything is said.
const LEAST_TRIALS: usize = 20;

/// How rounding grows with the sizes, to first order: sums of L numbers round by √L, their errors having random signs (Higham and Mary
/// 2019), and an error of a logit is a relative one of its weight, so that it counts as the logits are large: six standard deviations of
/// theirs, 1.5 √m with knowledge and √d/2 with fixed matrices. A norm divides by the length of a vector: of N of them in few dimensions
/// the shortest is as N^(-1/d).
fn growth(Shape { d, n, m }: Shape) -> f64 {
    let logits = 6.0 * (SHARP * (m as f64).sqrt()).max(FIXED * (d as f64).sqrt());
    let shortest = ((DRAWS * n) as f64).powf(1.0 / d.min(USUAL.d) as f64);
    ((d + n + m) as f64).sqrt() * (1.0 + logits) * shortest
}

/// What an error of rounding is at most, in single and in double precision.
#[must_use]
pub fn rounding(shape: Shape) -> [f64; 2] {
    let larger = (growth(shape) / growth(USUAL)).max(1.0);
    ROUNDING.map(|rounding| rounding * larger)
}

/// Below this an error is not said to be of a broken symmetry. Layer norm takes one direction of d away, a share of 1/√d.
#[must_use]
pub fn broken_below(Shape { d, .. }: Shape) -> f64 {
    BROKEN * (USUAL.d as f64 / d.max(USUAL.d) as f64).sqrt()
}

/// One map under one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// The map.
    pub map: Map,
    /// What was done.
    pub group: Group,
    /// The errors in single and in double precision of each trial, in order; not a number where a map has no output.
    pub errors: [Vec<f64>; 2],
}

/// Trials of some maps, as far as they have come.
#[derive(Clone, Debug)]
pub struct Trials {
    shape: Shape,
    seed: u32,
    /// Of each seed, in both precisions.
    weights: Vec<(Weights<f64>, Weights<f32>)>,
    maps: Vec<Map>,
    groups: Vec<Group>,
    /// What was found, maps outermost.
    pub tried: Vec<Tried>,
    /// Of each trial, how much of each map's output is outside the span of X and Z.
    pub outside: Vec<(Map, Vec<f64>)>,
    /// Greatest change of the Gram form's coefficients under a rotation or reflection, in f64.
    pub coefficients: f64,
    done: usize,
    all: usize,
}

/// The relative error, absolute where the output is zero; not a number where an output is not finite.
#[must_use]
pub fn relative(difference: &Matrix<f64>, of: &Matrix<f64>) -> f64 {
    let (apart, size) = (difference.norm(), of.norm());
    match () {
        () if !size.is_finite() || !apart.is_finite() => f64::NAN,
        () if size > 0.0 => apart / size,
        () => apart,
    }
}

/// The output of a map on what `element` has made of x and z, where conjugated matrices turn with it.
fn after<T: Real>(
    weights: &Weights<T>,
    conjugated: impl Fn(&Matrix<f64>) -> Plain<f64>,
    map: Map,
    element: &Element,
    [x, z]: [&Matrix<f64>; 2],
) -> Option<Matrix<T>> {
    let [x, z] = [cast(&element.sequence(x)), cast(&element.knowledge(z))];
    match element.basis().filter(|_| map == Map::Conjugated) {
        Some(q) => {
            let Plain { a, v } = conjugated(q);
            Some(Plain { a: cast::<T>(&a), v: cast(&v) }.map(&x))
        }
        None => weights.map(map, &x, &z),
    }
}

/// The error of a map under an element.
#[must_use]
pub fn error<T: Real>(
    weights: (&Weights<f64>, &Weights<T>),
    map: Map,
    element: &Element,
    [x, z]: [&Matrix<f64>; 2],
) -> Option<f64> {
    let (exact, weights) = weights;
    let before = double(&weights.map(map, &cast(x), &cast(z))?);
    let moved = double(&after(weights, |q| exact.plain.conjugated(q), map, element, [x, z])?);
    Some(relative(&(moved - &element.sequence(&before)), &before))
}

impl Trials {
    /// None yet.
    #[must_use]
    pub fn new(config: &SymmetryConfig, shape: Shape, maps: &[Map], groups: &[Group]) -> Self {
        let weights = config.seed_range().map(|seed| {
            let weights = Weights::drawn(seed, shape);
            let single = weights.cast();
            (weights, single)
        });
        let empty = |map| groups.iter().map(move |&group| Tried { map, group, errors: [Vec::new(), Vec::new()] });
        Self {
            shape,
            seed: config.seed,
            weights: weights.collect(),
            maps: maps.to_vec(),
            groups: groups.to_vec(),
            tried: maps.iter().flat_map(|&map| empty(map)).collect(),
            outside: maps.iter().map(|&map| (map, Vec::new())).collect(),
            coefficients: 0.0,
            done: 0,
            all: config.trials as usize,
        }
    }

    /// How many are done, and how many there are.
    #[must_use]
    pub fn progress(&self) -> (u32, u32) {
        (self.done as u32, self.all as u32)
    }

    /// The sequence and the knowledge of a trial.
    #[must_use]
    pub fn drawn(seed: u32, trial: u32, Shape { d, n, m }: Shape) -> [Matrix<f64>; 2] {
        let counter = |stream| [seed, STREAM_TRIALS + stream, trial];
        [drawn(counter(0), 1.0, [n, d]), drawn(counter(1), 1.0, [m, d])]
    }

    /// One more trial; gives whether there are any left.
    pub fn step(&mut self) -> bool {
        let seeds = self.weights.len().max(1);
        let trial = self.done as u32;
        let Some((exact, single)) = self.weights.get(self.done % seeds).filter(|_| self.done < self.all) else {
            return false;
        };
        let [x, z] = Self::drawn(self.seed, trial, self.shape);
        for (at, &group) in self.groups.iter().enumerate() {
            let element = Element::draw(group, self.shape.d, self.shape.n, [self.seed, trial * 8 + group as u32]);
            let data = [&x, &z];
            for (which, &map) in self.maps.iter().enumerate() {
                let single = error::<f32>((exact, single), map, &element, data);
                let double = error::<f64>((exact, exact), map, &element, data);
                let tried = &mut self.tried[which * self.groups.len() + at];
                for (errors, error) in tried.errors.iter_mut().zip([single, double]) {
                    errors.push(error.unwrap_or(f64::NAN));
                }
            }
            if element.basis().is_some() && self.maps.contains(&Map::Gram) {
                let before = exact.coefficients(&x, &z);
                let change = exact.coefficients(&element.sequence(&x), &element.knowledge(&z)) - &before;
                self.coefficients = self.coefficients.max(relative(&change, &before));
            }
        }
        for (map, shares) in &mut self.outside {
            shares.push(exact.map(*map, &x, &z).map_or(f64::NAN, |y| outside(&y, &x, &z)));
        }
        self.done += 1;
        self.done < self.all
    }

    fn of(&self, map: Map, group: Group) -> Option<&Tried> {
        self.tried.iter().find(|tried| tried.map == map && tried.group == group)
    }

    /// What the trials of seed `seed` say of maps that have to respect a group, and of maps that must not.
    fn vote(&self, seed: usize, kept: &[(Map, Group)], broken: &[(Map, Group)]) -> Vote {
        let seeds = self.weights.len().max(1);
        let mine = |errors: &[f64]| errors.iter().skip(seed).step_by(seeds).copied().collect::<Vec<f64>>();
        let (rounding, wanted) = (rounding(self.shape), broken_below(self.shape));
        let keeps = |&(map, group): &(Map, Group)| {
            let Some(tried) = self.of(map, group) else { return Vote::open("it was not tried") };
            let most = tried.errors.each_ref().map(|errors| mine(errors).into_iter().fold(0.0, worst));
            match () {
                () if mine(&tried.errors[0]).len() < LEAST_TRIALS => too_few(),
                () if most.iter().any(|most| most.is_nan()) => Vote::open("a map has no output without knowledge"),
                () => Vote::of(most[0] <= rounding[0] && most[1] <= rounding[1]),
            }
        };
        let breaks = |&(map, group): &(Map, Group)| {
            let Some(tried) = self.of(map, group) else { return Vote::open("it was not tried") };
            let found = mine(&tried.errors[1]);
            match () {
                () if found.len() < LEAST_TRIALS => too_few(),
                () if broken_by(group, &found) >= wanted => Vote::For,
                () if found.iter().copied().fold(0.0, worst) <= rounding[1] => Vote::Against,
                () => Vote::open("some draws change little, as small angles and near spaces of few dimensions do"),
            }
        };
        Vote::all(kept.iter().map(keeps).chain(broken.iter().map(breaks)))
    }

    /// The claim, of maps that have to respect a group and of maps that must not.
    fn judged(&self, claim: Claim, kept: &[(Map, Group)], broken: &[(Map, Group)]) -> Verdict {
        let missing = kept.iter().chain(broken).find(|(map, group)| self.of(*map, *group).is_none());
        if let Some((map, group)) = missing {
            return claim.untested(format!("It needs {} under {}.", map.label(), group.label().to_ascii_lowercase()));
        }
        let votes: Vec<Vote> = (0..self.weights.len()).map(|seed| self.vote(seed, kept, broken)).collect();
        let most = |pairs: &[(Map, Group)], precision: usize| {
            let each = pairs.iter().filter_map(|&(map, group)| self.of(map, group));
            each.flat_map(|tried| tried.errors[precision].iter().copied()).fold(0.0, worst)
        };
        let each = broken.iter().filter_map(|&(map, group)| self.of(map, group));
        let least = each.map(|tried| broken_by(tried.group, &tried.errors[1])).fold(f64::INFINITY, f64::min);
        let ([single, double], wanted) = (rounding(self.shape), broken_below(self.shape));
        let mut measured = Vec::new();
        if !kept.is_empty() {
            measured.push(format!(
                "what keeps it errs by at most {} in single and {} in double precision (rounding: {}, {})",
                brief(most(kept, 0), 2),
                brief(most(kept, 1), 2),
                brief(single, 2),
                brief(double, 2)
            ));
        }
        if !broken.is_empty() {
            let wanted = brief(wanted, 2);
            let how = format!("at least {wanted} in every draw of a matrix, in half of those of an order");
            measured.push(format!("what breaks it errs by at least {} ({how})", brief(least, 2)));
        }
        claim.judged(&votes, format!("Over {} draws, {}.", self.done, measured.join("; ")))
    }

    /// The claims that need nothing trained.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        const BASES: [Group; 2] = [Group::Rotations, Group::Reflections];
        let both = |maps: &[Map]| maps.iter().flat_map(|&map| BASES.map(|group| (map, group))).collect::<Vec<_>>();
        let order = |maps: &[Map]| maps.iter().map(|&map| (map, Group::Permutations)).collect::<Vec<_>>();
        let form = "Maps X·A(G) + Z·B(G), whose coefficients depend on scalar products G alone, respect every rotation and reflection.";
        let knowledge =
            "Attention whose matrices are built from knowledge, Zᵀ M Z, respects every rotation and reflection.";
        let fixed = "Attention with fixed matrices respects neither, unless its matrices turn with the space.";
        let orders =
            "Attention respects permutations of the sequence; a positional encoding breaks these and rotations too.";
        let parts = "LayerNorm and ReLU on coordinates break it; RMSNorm and the softmax of scalar products do not.";
        let broken = [both(&[Map::Encoding]), order(&[Map::Encoding])].concat();
        let claim = |id, words: &str, source| Claim::new(id, words, source);
        let mut first = self.judged(
            claim("S1-form", form, "known theorem: Villar et al. 2021; as attention: Ma and Ying, arXiv:2210.06741"),
            &both(&[Map::Gram]),
            &[],
        );
        if self.of(Map::Gram, Group::Rotations).is_some() {
            let most = brief(self.coefficients, 1);
            let more = format!(" The coefficients A and B themselves change by at most {most}.");
            first.measured.push_str(&more);
        }
        vec![
            first,
            self.judged(
                claim("S2-knowledge", knowledge, "paper: Ma and Ying, arXiv:2210.06741; the family is ours"),
                &both(&[Map::Knowledge]),
                &[],
            ),
            self.judged(claim("S3-fixed", fixed, "ours"), &both(&[Map::Conjugated]), &both(&[Map::Plain])),
            self.judged(
                claim("S4-order", orders, "paper: Ma and Ying, abstract; the encoding is ours"),
                &order(&[Map::Knowledge, Map::Bare, Map::Plain]),
                &broken,
            ),
            self.judged(
                claim("S5-parts", parts, "ours"),
                &both(&[Map::Rms, Map::Knowledge]),
                &both(&[Map::Layer, Map::Relu]),
            ),
        ]
    }

    /// Whether outputs of equivariant maps lie in the span, and those of others do not. Where X and Z span everything nothing is said.
    #[must_use]
    pub fn span_verdict(&self) -> Verdict {
        let words = "What respects every rotation and reflection stays in the span of X and Z; plain attention and a flattened MLP \
                     leave it.";
        let claim = Claim::new("S1-span", words, "known theorem: Villar et al. 2021");
        let of = |map: Map| self.outside.iter().find(|(own, _)| *own == map).map(|(_, shares)| shares);
        let (inside, out) = ([Map::Gram, Map::Knowledge], [Map::Plain, Map::Flattened]);
        let missing = inside.iter().chain(&out).find(|&&map| of(map).is_none());
        if let Some(map) = missing {
            return claim.untested(format!("It needs {}.", map.label()));
        }
        let (seeds, [_, double]) = (self.weights.len(), rounding(self.shape));
        let vote = |seed: usize| {
            let mine = |map: Map| {
                of(map).into_iter().flatten().skip(seed).step_by(seeds.max(1)).copied().collect::<Vec<f64>>()
            };
            if mine(Map::Gram).len() < LEAST_TRIALS {
                return too_few();
            }
            let kept = inside.iter().all(|&map| mine(map).into_iter().fold(0.0, worst) <= double);
            Vote::of(kept && out.iter().all(|&map| mine(map).into_iter().fold(f64::INFINITY, f64::min) >= BROKEN))
        };
        let votes: Vec<Vote> = (0..seeds).map(vote).collect();
        let most = inside.iter().filter_map(|&map| of(map)).flatten().copied().fold(0.0, worst);
        let least = out.iter().filter_map(|&map| of(map)).flatten().copied().fold(f64::INFINITY, f64::min);
        let measured = format!(
            "In {} dimensions, share of the output outside: at most {} (rounding: {}), and at least {} (at least {BROKEN}).",
            self.shape.d,
            brief(most, 2),
            brief(double, 2),
            brief(least, 2)
        );
        claim.judged(&votes, measured)
    }

    /// The table of all errors.
    #[must_use]
    pub fn table(&self) -> Table {
        let mut columns = vec![Column::new("map", "Map", ""), Column::new("group", "Symmetry", "")];
        for (id, label) in [("single", "f32"), ("double", "f64")] {
            for (part, name) in [("median", "median"), ("least", "least"), ("most", "most")] {
                columns.push(Column::new(&format!("{id}-{part}"), &format!("{label}, {name}"), ""));
            }
        }
        columns.push(Column::new("trials", "Trials", ""));
        let row = |tried: &Tried| {
            let numbers = tried.errors.each_ref().map(|errors| summary(errors));
            let cells = numbers
                .into_iter()
                .flatten()
                .map(|value| if value.is_finite() { Cell::from(value) } else { Cell::Missing });
            let names = [tried.map.id().into(), tried.group.id().into()];
            names.into_iter().chain(cells).chain([Cell::from(tried.errors[0].len())]).collect()
        };
        Table { id: "errors".to_owned(), columns, rows: self.tried.iter().map(row).collect() }
    }
}

fn orders(group: Group) -> bool {
    matches!(group, Group::Permutations | Group::Shifts)
}

/// The error that counts of what breaks a symmetry: the least, of orders the median.
fn broken_by(group: Group, errors: &[f64]) -> f64 {
    let [median, least, _] = summary(errors);
    if orders(group) { median } else { least }
}

fn too_few() -> Vote {
    Vote::open(format!("fewer than {LEAST_TRIALS} trials a seed"))
}

/// The greater of the two; not a number if one is not.
pub(super) fn worst(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

/// Median, least and most; not a number if one of them is not.
#[must_use]
pub fn summary(errors: &[f64]) -> [f64; 3] {
    let mut sorted = errors.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.last().copied().unwrap_or(f64::NAN);
    if last.is_nan() {
        return [f64::NAN; 3];
    }
    let middle = sorted.len() / 2;
    let median = if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) };
    [median, sorted[0], last]
}
