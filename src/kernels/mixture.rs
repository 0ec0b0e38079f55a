//! Contexts that are mixtures of clouds, drawn from the counter-based generator; twin of `shaders/mixture.wgsl`. Cloud `i` of a context
//! has a tag and the density `ρ_i(z) = max(1 + Σ_j a_j Z_ij φ_j(z), 0)` on the midpoints of a grid over [0, 1], made to sum to one, with
//! `φ_j(z) = √2 cos(π j z)` (arXiv:2602.01863, appendix D). A query is a tag without content, its answer a function of `Z_i` of the cloud
//! that bears it.

use super::real::{Real, cos_turn};
use super::rng::{STREAM_CHOICE, STREAM_HELD_OUT, STREAM_TRAINING, below, pcg4d};
use super::{Words, control, grid, kernel, words};

/// Words that a context draws before its tokens; it has at most 16 clouds of 32 modes, a turn of each, and three more.
pub const BEFORE_TOKENS: u32 = 1024;
/// How far a tag on the circle is moved, in shares of the angle between two of them.
pub const JITTER: f32 = 0.4;

/// From what the coefficients `Z` are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// U(−1, 1); another spread stands in the amplitudes.
    Uniform,
    /// N(0, 1).
    Normal,
}

/// What is asked of a cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// One coefficient, by its place.
    Mode(u32),
    /// A weighted sum of the squares of all.
    Energy,
    /// That sum, times the first number of the tag.
    Signed,
}

/// Which contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Others each step.
    Fresh,
    /// Each step some of so many, with replacement; each of them has one query and one answer.
    Of(u32),
    /// The held-out ones, in order, asked by every tag.
    HeldOut,
}

/// How contexts are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contexts {
    /// How many of them.
    pub rows: u32,
    /// Clouds of each, at most 16.
    pub components: u32,
    /// Coefficients of a density, at most 32.
    pub modes: u32,
    /// Places of the grid.
    pub grid: u32,
    /// Numbers of a tag.
    pub tag: u32,
    /// Whether tags lie on a circle, evenly but for some jitter, turned freely; else they are given.
    pub circle: bool,
    /// From what coefficients are drawn.
    pub law: Law,
    /// Which.
    pub drawn: Drawn,
}

/// Random words of one context, each found alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words4 {
    seed: u32,
    stream: u32,
    /// Its number.
    pub number: u32,
}

impl Words4 {
    /// Of a held-out context.
    #[must_use]
    pub fn held_out(seed: u32, number: u32) -> Self {
        Self { seed, stream: STREAM_HELD_OUT, number }
    }

    pub(super) fn at(self, element: u32) -> [u32; 4] {
        pcg4d([self.seed, self.stream, self.number, element])
    }
}

/// A number in [0, 1) with 24 bits.
pub(super) fn unit<T: Real>(word: u32) -> T {
    T::int(word >> 8) * T::of(1.0 / 16_777_216.0)
}

/// A draw from N(0, 1) by the Box–Muller transform.
fn normal<T: Real>([a, b, ..]: [u32; 4]) -> T {
    let two = T::one() + T::one();
    let radius = (-two * (T::one() - unit::<T>(a)).ln()).sqrt();
    radius * cos_turn(unit(b))
}

impl Contexts {
    /// The words of a row's context at a step.
    pub(super) fn of_row<T: Real>(&self, control: &[T], row: u32) -> Words4 {
        let (seed, step) = (control[control::SEED].index(), control[control::STEP].index());
        let (stream, number) = match self.drawn {
            Drawn::HeldOut => (STREAM_HELD_OUT, row),
            Drawn::Fresh => (STREAM_TRAINING, step.wrapping_mul(self.rows).wrapping_add(row)),
            Drawn::Of(count) => (STREAM_TRAINING, below(pcg4d([seed, STREAM_CHOICE, step, row])[0], count)),
        };
        Words4 { seed, stream, number }
    }

    /// Which of a context's tags a row of training asks by.
    fn asked(&self, words: Words4) -> u32 {
        below(words.at(self.components * (self.modes + 1))[1], self.components)
    }

    /// Which tag a token bears that is drawn.
    #[must_use]
    pub fn tag_of(&self, words: Words4, key: u32) -> u32 {
        below(words.at(BEFORE_TOKENS + key)[0], self.components)
    }

    /// Coefficient `Z` of a cloud.
    #[must_use]
    pub fn coefficient<T: Real>(&self, words: Words4, component: u32, mode: u32) -> T {
        let words = words.at(component * self.modes + mode);
        match self.law {
            Law::Uniform => unit::<T>(words[0]) * T::of(2.0) - T::one(),
            Law::Normal => normal(words),
        }
    }

    /// A cloud's tag; `given` is what it is where tags do not lie on the circle.
    #[must_use]
    pub fn tag_vector(&self, words: Words4, component: u32, given: &[f32]) -> Vec<f32> {
        if !self.circle {
            return given.to_vec();
        }
        let mut tag = vec![0.0; self.tag as usize];
        self.on_circle(words, component, &mut tag);
        tag
    }

    /// Writes a cloud's tag on the circle.
    fn on_circle<T: Real>(&self, words: Words4, component: u32, tag: &mut [T]) {
        let moved = unit::<T>(words.at(self.components * self.modes + component)[0]) * T::of(2.0) - T::one();
        let turned = unit::<T>(words.at(self.components * (self.modes + 1))[0]);
        let turn = (T::int(component) + T::of(JITTER) * moved) / T::int(self.components) + turned + T::one();
        let turn = turn - turn.floor();
        let quarter = turn + T::of(0.75);
        tag.copy_from_slice(&[cos_turn(turn), cos_turn(quarter - quarter.floor())]);
    }

    /// Whether a context's every tag is a query.
    fn all(&self) -> bool {
        self.drawn == Drawn::HeldOut
    }

    /// Queries of a context.
    #[must_use]
    pub fn queries(&self) -> u32 {
        if self.all() { self.components } else { 1 }
    }

    pub(super) fn constants(&self) -> Words {
        words![
            MODES: self.modes,
            CIRCLE: self.circle,
            NORMAL: self.law == Law::Normal,
            DRAWN: match self.drawn {
                Drawn::Fresh => 0,
                Drawn::Of(_) => 1,
                Drawn::HeldOut => 2_u32,
            },
            JITTER,
            STREAM_TRAINING,
            STREAM_HELD_OUT,
            STREAM_CHOICE,
        ]
    }

    pub(super) fn uniform(&self) -> Words {
        let count = if let Drawn::Of(count) = self.drawn { count } else { 0 };
        words![self; rows, components, grid, tag, count: count]
    }
}

/// Reads: control, amplitudes `a_j φ_j` on the grid and the weight of a square `[modes, grid + 1]`, tags `[components, tag]` unless they
/// lie on the circle. Writes: densities `[rows · components, grid]`, tags `[rows · components, tag]`, queries `[rows · queries, 1 + tag]`,
/// answers `[rows · queries]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// How contexts are made.
    pub contexts: Contexts,
    /// What is asked.
    pub target: Target,
    /// What is taken from an answer.
    pub mean: f32,
    /// By what it is multiplied then.
    pub scale: f32,
    /// Standard deviation of what is added to it in training.
    pub noise: f32,
}

kernel! {
    Mixture is "mixture" for (self, form, replicas);
    reads [
        control: control::LEN as u32,
        features: self.contexts.modes * (self.contexts.grid + 1),
        given: (!self.contexts.circle).then(|| self.contexts.components * self.contexts.tag),
    ];
    writes [
        densities: self.clouds() * self.contexts.grid,
        tags: self.clouds() * self.contexts.tag,
        queries: self.contexts.rows * self.contexts.queries() * (1 + self.contexts.tag),
        answers: self.contexts.rows * self.contexts.queries(),
    ];
    constants [
        self.contexts.constants(),
        words![
            TARGET: match self.target {
                Target::Mode(_) => 0,
                Target::Energy => 1,
                Target::Signed => 2_u32,
            },
            NOISE: self.noise > 0.0,
        ],
    ]
    .concat();
    uniform [
        self.contexts.uniform(),
        words![self; mode: if let Target::Mode(mode) = self.target { mode } else { 0 }, mean, scale, noise],
    ]
    .concat();
    workgroups grid(self.clouds(), replicas);
}

impl Mixture {
    fn clouds(&self) -> u32 {
        self.contexts.rows * self.contexts.components
    }

    /// The answer to a cloud's tag.
    fn answer<T: Real>(&self, z: &[T], features: &[T], tag: &[T]) -> T {
        let columns = self.contexts.grid as usize + 1;
        let energy = || {
            let weights = features.chunks_exact(columns).filter_map(|row| row.last());
            z.iter().zip(weights).fold(T::zero(), |total, (&z, &weight)| total + weight * z * z)
        };
        let raw = match self.target {
            Target::Mode(mode) => z[mode as usize],
            Target::Energy => energy(),
            Target::Signed => tag[0] * energy(),
        };
        (raw - T::of(self.mean)) * T::of(self.scale)
    }

    /// The CPU twin.
    fn twin<T: Real>(&self, [control, features, given]: [&[T]; 3], [densities, tags, queries, answers]: [&mut [T]; 4]) {
        let c = &self.contexts;
        let (grid, tag, columns) = (c.grid as usize, c.tag as usize, c.grid as usize + 1);
        let mut z = vec![T::zero(); c.modes as usize];
        for row in 0..c.rows {
            let words = c.of_row(control, row);
            let asked = c.asked(words);
            for component in 0..c.components {
                let cloud = (row * c.components + component) as usize;
                for (z, mode) in z.iter_mut().zip(0..) {
                    *z = c.coefficient(words, component, mode);
                }
                let density = &mut densities[cloud * grid..][..grid];
                density.fill(T::one());
                for (&z, features) in z.iter().zip(features.chunks_exact(columns)) {
                    density.iter_mut().zip(features).for_each(|(density, &feature)| *density += z * feature);
                }
                let mut total = T::zero();
                for density in density.iter_mut() {
                    *density = if *density > T::zero() { *density } else { T::zero() };
                    total += *density;
                }
                density.iter_mut().for_each(|density| *density = *density / total);
                let own = &mut tags[cloud * tag..][..tag];
                if c.circle {
                    c.on_circle(words, component, own);
                } else {
                    own.copy_from_slice(&given[component as usize * tag..][..tag]);
                }
                if !c.all() && component != asked {
                    continue;
                }
                let query = if c.all() { cloud } else { row as usize };
                let place = &mut queries[query * (1 + tag)..][..1 + tag];
                place[0] = T::zero();
                place[1..].copy_from_slice(own);
                let mut answer = self.answer(&z, features, own);
                if self.noise > 0.0 {
                    answer += T::of(self.noise) * normal(words.at(c.components * (c.modes + 1) + 1));
                }
                answers[query] = answer;
            }
        }
    }
}
