//! The law of contexts (arXiv:2602.01863, appendix D): what coefficients densities are drawn with, what is asked of them, and the closed
//! forms that follow.
//!
//! A density is `1 + Σ_j b_j φ_j(z)` with `φ_j = √2 cos(π j z)` and `b_j = c √λ_j Z_j`, `λ_j = exp(−j^α)`.

use crate::choice::choice;
use crate::kernels::mixture::{self, Contexts, Mixture};

/// What a density of the safe law keeps above zero, of one.
const KEPT: f64 = 0.05;

/// Standard deviation of a uniform law from −1 to 1, as a multiple that makes it one.
const UNIT: f64 = 1.732_050_807_568_877_2;

/// The most clouds of a context.
pub const MOST_COMPONENTS: u32 = 16;

choice! {
    /// Where tags lie.
    pub enum Tags {
        Circle = "circle", "On a circle", "Evenly spaced but for some jitter, turned freely in every context.";
        Simplex = "simplex", "Simplex", "Corners of a regular simplex: the same in every context, any two with a scalar product below zero.";
        Orthogonal = "orthogonal", "Orthogonal", "One axis for each: the same in every context.";
        Own = "own", "My angles", "On a circle at the reader's angles, the same in every context.";
    }
}

choice! {
    /// From what coefficients are drawn.
    pub enum Law {
        Safe = "safe", "Safe", "Uniform, so scaled that no density has to be clipped at zero.";
        Uniform = "uniform", "Uniform", "From −1 to 1; densities are clipped at zero.";
        Unit = "unit", "Uniform, variance one", "From −√3 to √3; densities are clipped at zero.";
        Normal = "normal", "Normal", "N(0, 1); densities are clipped at zero.";
    }
}

choice! {
    /// What is asked of a cloud.
    pub enum Asked {
        Mode = "mode", "One coefficient", "How much of one mode its density has.";
        Energy = "energy", "Energy", "The weighted sum of the squares of all coefficients.";
        Paper = "paper", "As in the paper", "The energy, times the first number of the tag.";
    }
}

/// What a law is made of.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// Clouds of a context.
    pub components: u32,
    /// Coefficients of a density.
    pub modes: u32,
    /// How fast they decay.
    pub alpha: f32,
    /// From what they are drawn.
    pub law: Law,
    /// What is asked.
    pub target: Asked,
    /// Which coefficient, from 1.
    pub mode: u32,
    /// Where tags lie.
    pub tags: Tags,
    /// Angles of the reader's own tags, in degrees.
    pub angles: &'a [f64],
}

/// What contexts follow.
#[derive(Clone, Debug, PartialEq)]
pub struct ContextLaw {
    /// Clouds of a context.
    pub components: u32,
    /// Amplitude `b_j / Z_j` of each mode, `Z` as the generator draws it.
    pub amplitudes: Vec<f64>,
    /// Weight of the square of each `Z`, in the energy.
    pub weights: Vec<f64>,
    /// From what `Z` is drawn.
    pub drawn: mixture::Law,
    /// What is asked.
    pub target: mixture::Target,
    /// Tags `[components][tag]`; none where they lie on a circle that is turned freely.
    pub tags: Option<Vec<Vec<f64>>>,
}

/// Mean of `Z²`, and its variance.
fn square_moments(drawn: mixture::Law) -> [f64; 2] {
    match drawn {
        mixture::Law::Uniform => [1.0 / 3.0, 4.0 / 45.0],
        mixture::Law::Normal => [1.0, 2.0],
    }
}

/// Corners of a regular simplex around the origin, at distance one: `count` points in `count − 1` dimensions, of one in one.
#[must_use]
pub fn simplex(count: u32) -> Vec<Vec<f64>> {
    let dimensions = count.saturating_sub(1).max(1) as usize;
    let mut points: Vec<Vec<f64>> = vec![vec![0.0; dimensions]; count as usize];
    // Any two have the scalar product −1/(count − 1); each coordinate is fixed by the first point that has it.
    let between = -1.0 / f64::from(count.saturating_sub(1).max(1));
    for at in 0..dimensions {
        let before: f64 = points[at][..at].iter().map(|value| value * value).sum();
        let own = libm::sqrt((1.0 - before).max(0.0));
        points[at][at] = own;
        for other in at + 1..count as usize {
            let shared: f64 = (0..at).map(|i| points[at][i] * points[other][i]).sum();
            points[other][at] = (between - shared) / own;
        }
    }
    points
}

impl ContextLaw {
    /// Of these terms.
    #[must_use]
    pub fn of(config: &Terms<'_>) -> Self {
        let modes = 1..=config.modes;
        let roots: Vec<f64> =
            modes.map(|mode| libm::exp(-0.5 * libm::pow(f64::from(mode), f64::from(config.alpha)))).collect();
        let (drawn, spread) = match config.law {
            Law::Safe | Law::Uniform => (mixture::Law::Uniform, 1.0),
            Law::Unit => (mixture::Law::Uniform, UNIT),
            Law::Normal => (mixture::Law::Normal, 1.0),
        };
        let safe = (1.0 - KEPT) / (std::f64::consts::SQRT_2 * roots.iter().sum::<f64>());
        let factor = spread * if config.law == Law::Safe { safe } else { 1.0 };
        let target = match config.target {
            Asked::Mode => mixture::Target::Mode(config.mode - 1),
            Asked::Energy => mixture::Target::Energy,
            Asked::Paper => mixture::Target::Signed,
        };
        let on_circle = |degrees: &f64| {
            let angle = degrees.to_radians();
            vec![libm::cos(angle), libm::sin(angle)]
        };
        let components = config.components;
        let tags = match config.tags {
            Tags::Circle => None,
            Tags::Simplex => Some(simplex(components)),
            Tags::Orthogonal => {
                let one = |own: u32| (0..components).map(|at| f64::from(u8::from(at == own))).collect();
                Some((0..components).map(one).collect())
            }
            Tags::Own => Some(config.angles.iter().map(on_circle).collect()),
        };
        Self {
            components,
            amplitudes: roots.iter().map(|root| factor * root).collect(),
            weights: roots.iter().map(|root| root * root).collect(),
            drawn,
            target,
            tags,
        }
    }

    /// The tag of a cloud, where it is given.
    #[must_use]
    pub fn given(&self, cloud: u32) -> Vec<f32> {
        let own = self.tags.as_ref().and_then(|tags| tags.get(cloud as usize));
        own.map_or_else(Vec::new, |tag| tag.iter().map(|&value| value as f32).collect())
    }

    /// What is asked of a cloud with these `Z`, and this first number of its tag.
    #[must_use]
    pub fn answer(&self, z: &[f64], sign: f32) -> f64 {
        let energy = || z.iter().zip(&self.weights).map(|(z, weight)| weight * z * z).sum::<f64>();
        match self.target {
            mixture::Target::Mode(mode) => z.get(mode as usize).copied().unwrap_or(0.0),
            mixture::Target::Energy => energy(),
            mixture::Target::Signed => f64::from(sign) * energy(),
        }
    }

    /// The density with these `Z` on the midpoints of a grid, of mean one, before anything is clipped.
    #[must_use]
    pub fn density(&self, z: &[f64], grid: u32) -> Vec<f64> {
        let at = |cell: u32| {
            let place = (f64::from(cell) + 0.5) / f64::from(grid);
            let modes = z.iter().zip(&self.amplitudes).enumerate();
            1.0 + modes.map(|(at, (z, amplitude))| z * amplitude * Self::mode(at + 1, place)).sum::<f64>()
        };
        (0..grid).map(at).collect()
    }

    /// Standard deviation of each coefficient `b_j`.
    #[must_use]
    pub fn spreads(&self) -> Vec<f64> {
        let spread = libm::sqrt(square_moments(self.drawn)[0]);
        self.amplitudes.iter().map(|amplitude| amplitude * spread).collect()
    }

    /// Numbers of a tag.
    #[must_use]
    pub fn tag(&self) -> u32 {
        self.tags.as_ref().map_or(2, |tags| tags.first().map_or(1, Vec::len) as u32)
    }

    /// Mean and mean square of the first number of a tag.
    fn signs(&self) -> [f64; 2] {
        let Some(tags) = &self.tags else { return [0.0, 0.5] };
        let firsts = tags.iter().filter_map(|tag| tag.first());
        let count = tags.len().max(1) as f64;
        [firsts.clone().sum::<f64>() / count, firsts.map(|first| first * first).sum::<f64>() / count]
    }

    /// Mean and variance of the energy.
    fn energy(&self) -> [f64; 2] {
        let [mean, variance] = square_moments(self.drawn);
        let (sum, squares) =
            self.weights.iter().fold((0.0, 0.0), |(sum, squares), weight| (sum + weight, squares + weight * weight));
        [mean * sum, variance * squares]
    }

    /// Mean and variance of what is asked, over contexts and tags.
    #[must_use]
    pub fn moments(&self) -> [f64; 2] {
        match self.target {
            mixture::Target::Mode(_) => [0.0, square_moments(self.drawn)[0]],
            mixture::Target::Energy => self.energy(),
            mixture::Target::Signed => {
                let ([mean, variance], [sign, square]) = (self.energy(), self.signs());
                let whole = sign * mean;
                [whole, square * (mean * mean + variance) - whole * whole]
            }
        }
    }

    /// Of the answers' variance, what is left to who knows the tag and not the context.
    #[must_use]
    pub fn query_only(&self) -> f64 {
        match self.target {
            mixture::Target::Mode(_) | mixture::Target::Energy => 1.0,
            mixture::Target::Signed => self.signs()[1] * self.energy()[1] / self.moments()[1],
        }
    }

    /// Of the answers' variance, what is left to who knows the tag that is asked for and sees the mixture without its tags: of one
    /// coefficient `1 − 1/I`, by the best of all predictors; of an energy by the best sum of squares of the mixture's coefficients.
    /// Clipping is not in it.
    #[must_use]
    pub fn blur(&self) -> f64 {
        let count = f64::from(self.components);
        match self.target {
            mixture::Target::Mode(_) => 1.0 - 1.0 / count,
            mixture::Target::Energy | mixture::Target::Signed => {
                // With S the mean of I coefficients: Cov(Z², S²) = Var(Z²)/I², and Var(S²) from the moments of Z.
                let [square, variance] = square_moments(self.drawn);
                let fourth = variance + square * square;
                let of_mean = (count * fourth + 3.0 * count * (count - 1.0) * square * square) / count.powi(4)
                    - (square / count).powi(2);
                (1.0 - variance / (count.powi(4) * of_mean)) * self.query_only()
            }
        }
    }

    /// Mean of the product of the first numbers of two different tags of a context.
    fn pairs(&self) -> f64 {
        let count = f64::from(self.components);
        let Some(_) = &self.tags else {
            // Tags k/I of a turn apart, each moved by a uniform law; of the mean over k ≠ 0 only −1/(I − 1) is left.
            let moved = std::f64::consts::TAU * f64::from(mixture::JITTER) / count;
            return -0.5 / (count - 1.0) * (libm::sin(moved) / moved).powi(2);
        };
        let [sign, square] = self.signs();
        (count * sign * sign - square) / (count - 1.0)
    }

    /// Of the answers' variance, the error of who recalls without fault and is asked by a tag drawn evenly from the context, its own
    /// included.
    #[must_use]
    pub fn exchanged(&self) -> f64 {
        let other = 1.0 - 1.0 / f64::from(self.components);
        match self.target {
            _ if self.components < 2 => 0.0,
            mixture::Target::Mode(_) | mixture::Target::Energy => 2.0 * other,
            mixture::Target::Signed => {
                let ([mean, variance], [_, square]) = (self.energy(), self.signs());
                let error = 2.0 * square * (mean * mean + variance) - 2.0 * self.pairs() * mean * mean;
                other * error / self.moments()[1]
            }
        }
    }

    /// Of the energy's variance, what is left to who reads the first so many modes: `Σ_{j>D} λ_j² / Σ λ_j²`.
    #[must_use]
    pub fn modes_read(&self, modes: usize) -> f64 {
        let square = |weights: &[f64]| weights.iter().map(|weight| weight * weight).sum::<f64>();
        square(self.weights.get(modes..).unwrap_or(&[])) / square(&self.weights)
    }

    /// `φ_j` at a place.
    #[must_use]
    pub fn mode(mode: usize, place: f64) -> f64 {
        std::f64::consts::SQRT_2 * libm::cos(std::f64::consts::PI * mode as f64 * place)
    }

    /// What the kernel [`Mixture`] reads: amplitudes times modes on a grid, then the weight of a square, `[modes, grid + 1]`.
    #[must_use]
    pub fn features(&self, grid: u32) -> Vec<f32> {
        let row = |(at, (amplitude, weight)): (usize, (&f64, &f64))| {
            let place = move |cell: u32| (f64::from(cell) + 0.5) / f64::from(grid);
            let amplitude = *amplitude;
            let modes = (0..grid).map(move |cell| (amplitude * Self::mode(at + 1, place(cell))) as f32);
            modes.chain(std::iter::once(*weight as f32))
        };
        self.amplitudes.iter().zip(&self.weights).enumerate().flat_map(row).collect()
    }

    /// How contexts are drawn by it.
    #[must_use]
    pub fn contexts(&self, rows: u32, grid: u32, drawn: mixture::Drawn) -> Contexts {
        Contexts {
            rows,
            components: self.components,
            modes: self.amplitudes.len() as u32,
            grid,
            tag: self.tag(),
            circle: self.tags.is_none(),
            law: self.drawn,
            drawn,
        }
    }

    /// The kernel that draws them, with answers of mean zero and variance one, but for noise of so many standard deviations.
    #[must_use]
    pub fn mixture(&self, contexts: Contexts, noise: f32) -> Mixture {
        let [mean, variance] = self.moments();
        let scale = if variance > 0.0 { 1.0 / libm::sqrt(variance) } else { 1.0 };
        Mixture { contexts, target: self.target, mean: mean as f32, scale: scale as f32, noise }
    }
}
