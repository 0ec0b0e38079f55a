//! What the geometry lab races: one table, with some seeds.

use crate::error::Error;
use crate::labs::geometry::claim::MapFindings;
use crate::labs::geometry::config::GeometryConfig;
use crate::labs::geometry::node2vec::{Node2Vec, measures};
use crate::labs::race::{Findings, Racing};
use crate::model::Model;
use crate::model::measure::Measure;
use crate::run::event::ArmInfo;
use crate::run::lineup::{Entry, Lineup, Provenance};

impl Racing for GeometryConfig {
    fn lineup(&self, provenance: Provenance) -> Result<Lineup, Error> {
        let seeds: Vec<u32> = (self.seed..).take(self.seeds as usize).collect();
        let help = "One table, its own output layer; gradient descent.".to_owned();
        let arm = ArmInfo { id: "node2vec".to_owned(), label: "Node2Vec".to_owned(), help };
        let entries = seeds.iter().map(|&seed| Entry { arm: arm.clone(), seed }).collect();
        let (width, scale) = (self.node2vec_width, self.node2vec_scale);
        let model = Node2Vec::new(self.network(), width, scale, self.rate, self.steps, seeds);
        let models: Vec<(Box<dyn Model>, _)> = vec![(Box::new(model), entries)];
        Lineup::new(provenance, self.every, self.executor, models)
    }

    fn measures(&self) -> Vec<Measure> {
        measures().into_iter().map(|(measure, _)| measure).collect()
    }

    fn findings(&self) -> Box<dyn Findings> {
        Box::new(MapFindings::new(self.clone()))
    }
}
