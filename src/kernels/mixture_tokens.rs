//! The tokens of contexts that are mixtures, twin of `shaders/mixture_tokens.wgsl`: every place of the grid with every tag, weighted by its
//! density; or so many drawn from the mixture, of equal weight, each somewhere in its place of the grid.

use super::mixture::{BEFORE_TOKENS, Contexts, unit};
use super::real::Real;
use super::{control, grid, kernel, words};

/// Of a density below this the logarithm is of this: no key has a log weight that is not finite.
const LEAST: f32 = 1e-30;

/// Reads: control, densities, tags, as [`Mixture`] writes them. Writes: tokens `[rows · keys, 1 + tag]`, log weights `[rows, keys]`.
#[derive(Clone, Debug, PartialEq)]
pub struct MixtureTokens {
    /// How contexts are made.
    pub contexts: Contexts,
    /// Tokens that are drawn; none for all of them.
    pub sampled: u32,
}

kernel! {
    MixtureTokens is "mixture_tokens" for (self, form, replicas);
    reads [
        control: control::LEN as u32,
        densities: self.contexts.rows * self.contexts.components * self.contexts.grid,
        tags: self.contexts.rows * self.contexts.components * self.contexts.tag,
    ];
    writes [
        tokens: self.contexts.rows * self.keys() * (1 + self.contexts.tag),
        bias: self.contexts.rows * self.keys(),
    ];
    constants [self.contexts.constants(), words![SAMPLED: self.sampled > 0, BEFORE_TOKENS, LEAST]].concat();
    uniform [self.contexts.uniform(), words![self; keys: self.keys()]].concat();
    workgroups grid(self.contexts.rows * self.keys(), replicas);
}

impl MixtureTokens {
    /// Tokens of a context.
    #[must_use]
    pub fn keys(&self) -> u32 {
        if self.sampled > 0 { self.sampled } else { self.contexts.components * self.contexts.grid }
    }

    /// The CPU twin.
    fn twin<T: Real>(&self, [control, densities, tags]: [&[T]; 3], [tokens, bias]: [&mut [T]; 2]) {
        let c = &self.contexts;
        let (grid, tag) = (c.grid as usize, c.tag as usize);
        let side = T::one() / T::int(c.grid);
        let mut places = tokens.chunks_exact_mut(1 + tag).zip(bias.iter_mut());
        for row in 0..c.rows {
            let words = c.of_row(control, row);
            for (key, (token, bias)) in (0..self.keys()).zip(&mut places) {
                let (component, place, log_weight);
                if self.sampled > 0 {
                    let [_, within, ..] = words.at(BEFORE_TOKENS + key);
                    component = c.tag_of(words, key);
                    let density = &densities[(row * c.components + component) as usize * grid..][..grid];
                    place = quantile(density, unit(within)) * side;
                    log_weight = -T::int(self.sampled).ln();
                } else {
                    component = key / c.grid;
                    let at = (key % c.grid) as usize;
                    let density = densities[(row * c.components + component) as usize * grid + at];
                    place = (T::int(at as u32) + T::of(0.5)) * side;
                    let least = T::of(LEAST);
                    log_weight = (if density > least { density } else { least } / T::int(c.components)).ln();
                }
                token[0] = place;
                token[1..].copy_from_slice(&tags[(row * c.components + component) as usize * tag..][..tag]);
                *bias = log_weight;
            }
        }
    }
}

/// Where so much of a density on a grid lies before, in places of the grid.
fn quantile<T: Real>(density: &[T], share: T) -> T {
    let mut before = T::zero();
    for (&density, at) in density.iter().zip(0..) {
        if share < before + density {
            return T::int(at) + (share - before) / density;
        }
        before += density;
    }
    // Rounding may leave a little over.
    T::int(density.len() as u32)
}
