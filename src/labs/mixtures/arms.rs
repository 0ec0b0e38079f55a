//! What races in the mixtures lab, arm by arm.

use crate::choice::Choice;
use crate::labs::mixtures::config::{Attends, Experiment, MixturesConfig};
use crate::labs::mixtures::law::Tags;
use crate::run::event::ArmInfo;

/// Rates of decay that are held against each other.
pub(super) const ALPHAS: [f32; 3] = [0.5, 1.0, 2.0];
/// Numbers of contexts to learn from.
pub(super) const SAMPLES: [u32; 5] = [16, 64, 256, 1024, 4096];
/// Numbers of tags that are held against each other, and where these lie.
const TAGS: [(u32, Tags); 6] = [
    (2, Tags::Simplex),
    (4, Tags::Simplex),
    (8, Tags::Simplex),
    (2, Tags::Circle),
    (4, Tags::Circle),
    (8, Tags::Circle),
];

/// One arm: the settings, changed where it differs, and what attends.
#[derive(Clone, Debug)]
pub struct Arm {
    /// Its names.
    pub info: ArmInfo,
    /// Its settings.
    pub config: MixturesConfig,
    /// What attends.
    pub attends: Attends,
}

impl MixturesConfig {
    /// What is raced, in order.
    #[must_use]
    pub fn arms(&self) -> Vec<Arm> {
        let arm = |attends: Attends, id: String, label: String, config: Self| {
            let help = attends.help().to_owned();
            Arm { info: ArmInfo { id, label, help }, config, attends }
        };
        match self.experiment {
            Experiment::Recall => self
                .attention
                .iter()
                .map(|&kind| arm(kind, kind.id().to_owned(), kind.label().to_owned(), self.clone()))
                .collect(),
            Experiment::Tags => TAGS
                .iter()
                .flat_map(|&(components, tags)| {
                    self.attention.iter().map(move |&kind| {
                        let id = format!("{}-{}-{components}", kind.id(), tags.id());
                        let place = if tags == Tags::Circle { "circle" } else { "simplex" };
                        let label = format!("{}, {components} on a {place}", kind.label());
                        arm(kind, id, label, Self { components, tags, ..self.clone() })
                    })
                })
                .collect(),
            Experiment::Alpha => ALPHAS
                .iter()
                .flat_map(|&alpha| SAMPLES.map(|contexts| (alpha, contexts)))
                .map(|(alpha, contexts)| {
                    let (id, label) = Self::sample_names(alpha, contexts);
                    arm(Attends::Softmax, id, label, Self { alpha, contexts, ..self.clone() })
                })
                .collect(),
        }
    }

    /// Names of the arm with that decay and so many contexts.
    #[must_use]
    pub fn sample_names(alpha: f32, contexts: u32) -> (String, String) {
        (format!("alpha-{alpha}-n-{contexts}"), format!("α {alpha}, {contexts} contexts"))
    }
}
