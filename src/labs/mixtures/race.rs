//! What the mixtures lab races.

use std::rc::Rc;

use crate::error::Error;
use crate::graph::ops::Optimiser;
use crate::kernels::weighted_attention::Weighting;
use crate::labs::mixtures::arms::Arm;
use crate::labs::mixtures::claim::MixturesFindings;
use crate::labs::mixtures::config::{Attends, MixturesConfig};
use crate::labs::mixtures::model::{Diet, Member, Retriever, Size};
use crate::labs::race::{Findings, Racing};
use crate::model::Model;
use crate::model::measure::Measure;
use crate::run::lineup::{Entry, Lineup, Provenance};
use crate::run::training::Schedule;

/// Where a cosine ends: at a tenth of the rate.
const LEAST: f32 = 0.1;

impl Attends {
    fn weighting(self) -> Weighting {
        match self {
            Self::Softmax | Self::Fixed => Weighting::Softmax,
            Self::Linear => Weighting::Linear,
            Self::Uniform => Weighting::Uniform,
        }
    }
}

impl MixturesConfig {
    fn size(&self) -> Size {
        let activation = self.activation.of_kernel();
        Size { width: self.width, hidden: self.hidden, heads: self.heads, activation }
    }

    fn diet(&self) -> Diet {
        Diet {
            grid: self.grid,
            sampled: self.tokens,
            contexts: self.contexts,
            batch: self.batch,
            held_out: self.held_out,
            noise: self.noise,
        }
    }

    /// Runs of some arms that share shapes and law: one model.
    fn squad(&self, weighting: Weighting, arms: &[&Arm]) -> Result<(Box<dyn Model>, Vec<Entry>), Error> {
        let cosine = (self.schedule == Schedule::Cosine).then_some(LEAST);
        let optimiser = Optimiser { warmup: self.warmup, cosine, steps: self.steps, clip: 0.0 };
        let seeds = self.seed..self.seed + self.seeds;
        let runs = arms.iter().flat_map(|arm| seeds.clone().map(move |seed| (*arm, seed)));
        let (members, entries) = runs
            .map(|(arm, seed)| {
                let member = Member { seed, rate: self.rate, fixed: arm.attends == Attends::Fixed };
                (member, Entry { arm: arm.info.clone(), seed })
            })
            .unzip();
        let model = Retriever::new(Rc::new(self.law()?), self.diet(), self.size(), weighting, optimiser, members);
        Ok((Box::new(model), entries))
    }
}

impl Racing for MixturesConfig {
    fn lineup(&self, provenance: Provenance) -> Result<Lineup, Error> {
        let mut squads = Vec::new();
        let arms = self.arms();
        let mut rest: &[Arm] = &arms;
        while let Some(first) = rest.first() {
            // A fixed kernel is a softmax with other runs, where it stands beside one.
            let same = |arm: &&Arm| arm.config == first.config && arm.attends.weighting() == first.attends.weighting();
            let count = rest.iter().take_while(same).count();
            let (own, others) = rest.split_at(count);
            squads.push(first.config.squad(first.attends.weighting(), &own.iter().collect::<Vec<_>>())?);
            rest = others;
        }
        Lineup::new(provenance, self.every, self.executor, squads)
    }

    fn measures(&self) -> Result<Vec<Measure>, Error> {
        Ok(self.lineup(Provenance::default())?.measures())
    }

    fn held_out(&self) -> Option<u32> {
        Some(self.held_out)
    }

    fn findings(&self) -> Box<dyn Findings> {
        Box::new(MixturesFindings::new(self.clone()))
    }
}
