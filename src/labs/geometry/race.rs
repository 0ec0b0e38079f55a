//! What the geometry lab races.

use std::rc::Rc;

use crate::choice::Choice;
use crate::error::Error;
use crate::graph::ops::Optimiser;
use crate::labs::geometry::claim::GeometryFindings;
use crate::labs::geometry::config::{Directions, Experiment, GeometryConfig, Learned, SelfEdges, Variant, WITH_ITSELF};
use crate::labs::geometry::landscape::Landscape;
use crate::labs::geometry::learner::{self, Judge, Learner, Lessons, Member, Size};
use crate::labs::geometry::node2vec::{self, Node2Vec};
use crate::labs::geometry::paths;
use crate::labs::geometry::tiny::{self, GraphJudge, Taught};
use crate::labs::race::{Findings, Racing};
use crate::model::Model;
use crate::model::measure::Measure;
use crate::run::event::ArmInfo;
use crate::run::lineup::{Entry, Lineup, Provenance};
use crate::run::training::Schedule;

/// Where a cosine ends: at a tenth of the rate.
const LEAST: f32 = 0.1;
type Squad = (Box<dyn Model>, Vec<Entry>);

/// Arms that are runs of one model, each with how a member of it is made from a seed.
type Arms<'a> = Vec<(ArmInfo, Box<dyn Fn(u32) -> Member + 'a>)>;

impl GeometryConfig {
    fn seed_range(&self) -> impl Iterator<Item = u32> {
        (self.seed..).take(self.seeds as usize)
    }

    fn optimiser(&self, schedule: Schedule) -> Optimiser {
        let cosine = (schedule == Schedule::Cosine).then_some(LEAST);
        Optimiser { warmup: self.warmup, cosine, steps: self.steps, clip: 0.0 }
    }

    fn member(&self, seed: u32, frozen: bool) -> Member {
        let (rate, decay, scale, position_scale) = (self.rate, self.decay, self.initial_scale, self.position_scale);
        Member { seed, rate, decay, scale, position_scale, frozen }
    }

    fn transformer_size(&self) -> Size {
        Size { width: self.width, layers: self.layers, heads: self.heads, mlp: self.mlp, dropout: self.dropout }
    }

    /// Runs of one model: every arm with every seed.
    fn runs(&self, arms: &Arms<'_>) -> (Vec<Member>, Vec<Entry>) {
        let each = arms.iter().flat_map(|(arm, member)| self.seed_range().map(move |seed| (arm, member(seed), seed)));
        each.map(|(arm, member, seed)| (member, Entry { arm: arm.clone(), seed })).unzip()
    }

    fn node2vec(&self, landscape: &Rc<Landscape>) -> Squad {
        let seeds: Vec<u32> = self.seed_range().collect();
        let arm = info(Learned::Node2Vec, "");
        let entries = seeds.iter().map(|&seed| Entry { arm: arm.clone(), seed }).collect();
        let (width, scale) = (self.node2vec_width, self.node2vec_scale);
        let model = Node2Vec::new(landscape.clone(), width, scale, self.node2vec_rate, self.node2vec_steps, seeds);
        (Box::new(model), entries)
    }

    fn net(&self, landscape: &Rc<Landscape>, itself: bool, arms: &Arms<'_>) -> Squad {
        let (lessons, judge) = self.lessons(landscape, itself);
        let (members, entries) = self.runs(arms);
        let (tokens, optimiser) = (landscape.nodes.len() as u32, self.optimiser(self.net_schedule));
        (Box::new(Learner::net(tokens, self.net_width, lessons, optimiser, members, judge)), entries)
    }

    fn transformer(&self, landscape: &Rc<Landscape>, itself: bool, arms: &Arms<'_>) -> Squad {
        let (lessons, judge) = self.lessons(landscape, itself);
        let (members, entries) = self.runs(arms);
        let (tokens, optimiser) = (landscape.nodes.len() as u32, self.optimiser(self.schedule));
        let size = self.transformer_size();
        (Box::new(Learner::transformer(tokens, size, lessons, optimiser, members, judge)), entries)
    }

    fn lessons(&self, landscape: &Rc<Landscape>, itself: bool) -> (Lessons, Rc<dyn Judge>) {
        let lessons = tiny::lessons(landscape, Taught { forward: self.directions == Directions::Forward, itself });
        let judge = Rc::new(GraphJudge::new(landscape.clone(), &lessons));
        (lessons, judge)
    }

    /// Whether arms are without self-edges, with them, or there are both.
    fn with_itself(&self) -> &'static [bool] {
        match self.self_edges {
            SelfEdges::No => &[false],
            SelfEdges::Yes => &[true],
            SelfEdges::Both => &[false, true],
        }
    }

    fn learners(&self) -> Result<Vec<Squad>, Error> {
        let landscape = Rc::new(Landscape::new(self.network()?));
        let mut squads = Vec::new();
        if self.models.contains(&Learned::Node2Vec) {
            squads.push(self.node2vec(&landscape));
        }
        type Make<'a> = &'a dyn Fn(bool, &Arms<'_>) -> Squad;
        let net: Make<'_> = &|itself, arms| self.net(&landscape, itself, arms);
        let transformer: Make<'_> = &|itself, arms| self.transformer(&landscape, itself, arms);
        for (kinds, make) in [
            ([Learned::Net, Learned::NetFrozen], net),
            ([Learned::Transformer, Learned::TransformerFrozen], transformer),
        ] {
            for &itself in self.with_itself() {
                let chosen = self.models.iter().copied().filter(|model| kinds.contains(model));
                let arms: Arms<'_> = chosen
                    .map(|model| {
                        let frozen = model == kinds[1];
                        let rate = if model == Learned::NetFrozen { self.frozen_rate } else { self.rate };
                        let member = move |seed| Member { rate, ..self.member(seed, frozen) };
                        let suffix = if itself && self.self_edges == SelfEdges::Both { WITH_ITSELF } else { "" };
                        (info(model, suffix), Box::new(member) as Box<dyn Fn(u32) -> Member>)
                    })
                    .collect();
                if !arms.is_empty() {
                    squads.push(make(itself, &arms));
                }
            }
        }
        Ok(squads)
    }

    fn knobs(&self) -> Result<Vec<Squad>, Error> {
        let landscape = Rc::new(Landscape::new(self.network()?));
        let mut arms: Arms<'_> = Vec::new();
        for cell in self.cells() {
            let arm = ArmInfo { id: cell.id(), label: cell.label(), help: String::new() };
            let member = move |seed| Member {
                rate: cell.rate,
                scale: cell.scale,
                decay: cell.decay,
                ..self.member(seed, false)
            };
            arms.push((arm, Box::new(member)));
        }
        let itself = self.self_edges == SelfEdges::Yes;
        Ok(vec![self.net(&landscape, itself, &arms)])
    }

    fn over_paths(&self) -> Result<Vec<Squad>, Error> {
        let nodes = self.network()?;
        let size = self.transformer_size();
        // With an embedding that is frozen everything else is the same, so that both are runs of one model.
        let shared = [Variant::Full, Variant::Frozen];
        let groups: [&[Variant]; 3] = [&shared, &[Variant::Edges], &[Variant::Forward]];
        let mut squads = Vec::new();
        for group in groups {
            let chosen: Vec<Variant> =
                group.iter().copied().filter(|variant| self.variants.contains(variant)).collect();
            let Some(&first) = chosen.first() else { continue };
            let task = self.paths(first);
            let (lessons, judge) = task.lessons(&nodes);
            let arms: Arms<'_> = chosen
                .into_iter()
                .map(|variant| {
                    let (id, label, help) =
                        (variant.id().to_owned(), variant.label().to_owned(), variant.help().to_owned());
                    let member = move |seed| self.member(seed, variant == Variant::Frozen);
                    (ArmInfo { id, label, help }, Box::new(member) as Box<dyn Fn(u32) -> Member>)
                })
                .collect();
            let (members, entries) = self.runs(&arms);
            let optimiser = self.optimiser(self.schedule);
            let model = Learner::transformer(task.vocabulary(), size, lessons, optimiser, members, Rc::new(judge));
            squads.push((Box::new(model) as Box<dyn Model>, entries));
        }
        Ok(squads)
    }
}

fn info(model: Learned, suffix: &str) -> ArmInfo {
    let label = match suffix {
        "" => model.label().to_owned(),
        _ => format!("{}, self-edges", model.label()),
    };
    ArmInfo { id: format!("{}{suffix}", model.id()), label, help: model.help().to_owned() }
}

impl Racing for GeometryConfig {
    fn lineup(&self, provenance: Provenance) -> Result<Lineup, Error> {
        let squads = match self.experiment {
            Experiment::Tiny => self.learners()?,
            Experiment::Knobs => self.knobs()?,
            Experiment::Paths => self.over_paths()?,
        };
        Lineup::new(provenance, self.every, self.executor, squads)
    }

    fn measures(&self) -> Result<Vec<Measure>, Error> {
        let mut all: Vec<Measure> = Vec::new();
        let mut add = |measures: Vec<Measure>| {
            measures.into_iter().for_each(|measure| {
                if !all.iter().any(|known| known.is(&measure)) {
                    all.push(measure);
                }
            });
        };
        let own = |measures: Vec<(Measure, _)>| measures.into_iter().map(|(measure, _)| measure).collect::<Vec<_>>();
        if self.experiment == Experiment::Paths {
            add(own(learner::measures(paths::measures(&self.paths(Variant::Full)))));
            return Ok(all);
        }
        if self.experiment == Experiment::Tiny && self.models.contains(&Learned::Node2Vec) {
            add(own(node2vec::measures()));
        }
        if self.experiment == Experiment::Knobs || self.models.iter().any(|&model| model != Learned::Node2Vec) {
            add(own(learner::measures(Landscape::measures())));
        }
        Ok(all)
    }

    fn findings(&self) -> Box<dyn Findings> {
        Box::new(GeometryFindings::new(self.clone()))
    }
}
