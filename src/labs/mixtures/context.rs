//! One context to look at: a held-out one or the reader's own, as a picture, as a table, and as what a network's layers make of it.

use crate::error::Error;
use crate::kernels::mixture::{Contexts, Drawn, Words4};
use crate::labs::mixtures::config::MixturesConfig;
use crate::labs::mixtures::integral::Layer;
use crate::labs::mixtures::law::ContextLaw;
use crate::labs::mixtures::model::Retriever;
use crate::labs::mixtures::own::Densities;
use crate::rng::{STREAM_DATA, below, pcg4d, unit};

/// Places on which densities are shown.
pub(super) const SHOWN: u32 = 128;
/// Places of the integral: so many that drawing from them and from the densities cannot be told apart.
pub(super) const PLACES: u32 = 256;
/// Clouds of which the clipped are counted.
const COUNTED: u32 = 1000;
/// Rows of a mixture that is to be changed.
const ROWS: u32 = 12;

/// One context: densities on a grid, of sum one, and tags.
pub(super) struct Shown {
    pub(super) densities: Vec<Vec<f64>>,
    pub(super) tags: Vec<Vec<f32>>,
    /// What is asked of each cloud, in standard deviations; nothing of the reader's own.
    pub(super) answers: Vec<f64>,
    pub(super) about: String,
}

impl Shown {
    /// The reader's own where there is one, else one of the held-out ones.
    pub(super) fn of(config: &MixturesConfig, law: &ContextLaw, at: u32, seed: u32, grid: u32) -> Result<Self, Error> {
        Ok(Self::own(config, law, at, seed, grid)?.unwrap_or_else(|| Self::held_out(law, at, seed, grid)))
    }

    /// The reader's own with the tags of a held-out one; nothing if there is none.
    pub(super) fn own(
        config: &MixturesConfig,
        law: &ContextLaw,
        at: u32,
        seed: u32,
        grid: u32,
    ) -> Result<Option<Self>, Error> {
        let Some(own) = config.mixture()? else { return Ok(None) };
        let count = own.clouds.len() as u32;
        let law = ContextLaw { components: count, ..law.clone() };
        let contexts = Contexts { components: count, ..law.contexts(1, grid, Drawn::HeldOut) };
        let words = Words4::held_out(seed, at);
        let tags = (0..count).map(|cloud| contexts.tag_vector(words, cloud, &law.given(cloud))).collect();
        let densities = (0..own.clouds.len()).map(|cloud| own.on_grid(cloud, grid)).collect();
        Ok(Some(Self { densities, tags, answers: Vec::new(), about: "Your own mixture.".to_owned() }))
    }

    fn held_out(law: &ContextLaw, at: u32, seed: u32, grid: u32) -> Self {
        let contexts = law.contexts(1, grid, Drawn::HeldOut);
        let words = Words4::held_out(seed, at);
        let [mean, variance] = law.moments();
        let (mut densities, mut tags, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        for cloud in 0..law.components {
            let z: Vec<f64> = (0..contexts.modes).map(|mode| contexts.coefficient::<f64>(words, cloud, mode)).collect();
            let tag = contexts.tag_vector(words, cloud, &law.given(cloud));
            answers.push((law.answer(&z, tag.first().copied().unwrap_or(0.0)) - mean) / libm::sqrt(variance));
            let density = law.density(&z, grid);
            let total: f64 = density.iter().map(|value| value.max(0.0)).sum();
            densities.push(density.into_iter().map(|value| value.max(0.0) / total).collect());
            tags.push(tag);
        }
        Self { densities, tags, answers, about: format!("Held-out context {} of seed {seed}.", at + 1) }
    }

    /// Angle of each tag in degrees; nothing where tags have no angle.
    pub(super) fn angles(&self) -> Vec<f64> {
        self.tags.iter().filter_map(|tag| angle(tag)).collect()
    }

    /// Tokens that are drawn from the mixture, as numbers `cloud · grid + place`.
    pub(super) fn tokens(&self, seed: u32, at: u32, count: u32) -> Vec<usize> {
        let one = |token| {
            let [which, within, ..] = pcg4d([seed, STREAM_DATA, at, token]);
            let cloud = below(which, self.densities.len() as u32) as usize;
            let (density, mut rest) = (&self.densities[cloud], unit(within));
            let place = density.iter().position(|share| {
                rest -= share;
                rest < 0.0
            });
            cloud * density.len() + place.unwrap_or(density.len() - 1)
        };
        (0..count).map(one).collect()
    }

    /// What a network's layers make of every place of every cloud, asked by the first so many of its tags.
    ///
    /// # Errors
    /// [`Error::Config`] if there are more clouds than tags.
    pub(super) fn layer(&self, model: &Retriever, parameters: &[f32], asked: usize) -> Result<Layer, Error> {
        let length = model.law().tag() as usize;
        if let Some(cloud) = self.tags.iter().position(|tag| tag.len() != length) {
            let own = self.tags.len();
            let why =
                format!("densities: there are {own} clouds and tags for {cloud}; use as many, or tags on a circle");
            return Err(Error::Config(why));
        }
        let count = self.densities.len() as f64;
        let (mut tokens, mut weights) = (Vec::new(), Vec::new());
        for (density, tag) in self.densities.iter().zip(&self.tags) {
            for (share, cell) in density.iter().zip(0_u16..) {
                tokens.push((f32::from(cell) + 0.5) / density.len() as f32);
                tokens.extend_from_slice(tag);
                weights.push(share / count);
            }
        }
        let query = |tag: &Vec<f32>| std::iter::once(0.0).chain(tag.clone());
        let queries: Vec<f32> = self.tags.iter().take(asked).flat_map(query).collect();
        let [q, kv] = model.layer(parameters, &tokens, &queries)?;
        Ok(Layer { shape: model.over(asked as u32, weights.len() as u32), kv, weights, q })
    }

    /// Coefficient `Z` of each cloud's density: its product with a mode, counted from zero, over the amplitude.
    pub(super) fn coefficients(&self, law: &ContextLaw, mode: u32) -> Vec<f64> {
        let amplitude = law.amplitudes.get(mode as usize).copied().unwrap_or(f64::NAN);
        let of = |density: &Vec<f64>| {
            let place = |cell: usize| (cell as f64 + 0.5) / density.len() as f64;
            let shares = density.iter().enumerate();
            shares.map(|(cell, share)| share * ContextLaw::mode(mode as usize + 1, place(cell))).sum::<f64>()
                / amplitude
        };
        self.densities.iter().map(of).collect()
    }

    /// As a table that a reader can change.
    pub(super) fn editable(&self) -> Densities {
        let place = |row: u32| (f64::from(row) + 0.5) / f64::from(ROWS);
        let near = |density: &[f64], z: f64| {
            let at = (z * density.len() as f64) as usize;
            // Three digits are more than a hand can set.
            (density[at.min(density.len() - 1)] * density.len() as f64 * 1000.0).round() / 1000.0
        };
        let z: Vec<f64> = (0..ROWS).map(|row| (place(row) * 1e4).round() / 1e4).collect();
        let clouds = self.densities.iter().map(|density| z.iter().map(|&z| near(density, z)).collect()).collect();
        Densities { z, clouds }
    }
}

/// Angle of a tag in degrees from 0 to 360; nothing unless it has two numbers.
fn angle(tag: &[f32]) -> Option<f64> {
    let &[x, y] = tag else { return None };
    Some(libm::atan2(f64::from(y), f64::from(x)).to_degrees().rem_euclid(360.0))
}

/// Angles of a law's tags: on a circle that is turned freely their mean places, from the first on; nothing where they have none.
pub(super) fn angles(law: &ContextLaw) -> Vec<f64> {
    match &law.tags {
        None => (0..law.components).map(|cloud| 360.0 * f64::from(cloud) / f64::from(law.components)).collect(),
        Some(_) => (0..law.components).filter_map(|cloud| angle(&law.given(cloud))).collect(),
    }
}

/// Share of a law's densities that go below zero.
pub(super) fn clipped(law: &ContextLaw, seed: u32) -> f64 {
    let contexts = law.contexts(1, SHOWN, Drawn::HeldOut);
    let below = |number: u32| {
        let (words, cloud) = (Words4::held_out(seed, number / law.components), number % law.components);
        let z: Vec<f64> = (0..contexts.modes).map(|mode| contexts.coefficient::<f64>(words, cloud, mode)).collect();
        law.density(&z, SHOWN).iter().any(|&value| value < 0.0)
    };
    (0..COUNTED).filter(|&number| below(number)).count() as f64 / f64::from(COUNTED)
}
