//! What the symmetry lab races.

use std::rc::Rc;

use crate::error::Error;
use crate::graph::ops::Optimiser;
use crate::labs::race::{Findings, Racing};
use crate::labs::symmetry::choices::{Experiment, Follows, Norm, Student, TrainOn, info};
use crate::labs::symmetry::claim::SymmetryFindings;
use crate::labs::symmetry::config::SymmetryConfig;
use crate::labs::symmetry::exam::{Exam, Teacher};
use crate::labs::symmetry::learner::{self, Learner, Lessons, Member};
use crate::labs::symmetry::twins::{self, Regime, Twins};
use crate::model::Model;
use crate::model::measure::Measure;
use crate::run::event::ArmInfo;
use crate::run::lineup::{Entry, Lineup, Provenance};
use crate::run::training::Schedule;

/// Where a cosine ends: at a tenth of the rate.
const LEAST: f32 = 0.1;

type Squad = (Box<dyn Model>, Vec<Entry>);

impl SymmetryConfig {
    fn optimiser(&self) -> Optimiser {
        let cosine = (self.schedule == Schedule::Cosine).then_some(LEAST);
        Optimiser { warmup: 0, cosine, steps: self.steps, clip: 0.0 }
    }

    fn entries(&self, arm: &ArmInfo) -> Vec<Entry> {
        self.seed_range().map(|seed| Entry { arm: arm.clone(), seed }).collect()
    }

    fn learners(&self) -> Vec<Squad> {
        let shape = self.shape();
        let lessons = Lessons {
            shape,
            batch: self.batch,
            samples: self.samples,
            // Without knowledge nothing turns.
            train_on: if self.m > 0 { self.train_on } else { TrainOn::One },
            tests: self.tests,
            optimiser: self.optimiser(),
            mlp: self.mlp,
        };
        let offset = |seed: u32| self.teacher_seed.wrapping_add(seed - self.seed);
        let taught: Vec<(u32, Rc<Teacher>, Rc<Exam>)> = self
            .seed_range()
            .map(|seed| {
                let teacher = Rc::new(Teacher::drawn(offset(seed), shape));
                let exam = Exam::new(&teacher, seed, shape, self.tests);
                (seed, teacher, Rc::new(exam))
            })
            .collect();
        let squad = |&student: &Student| {
            let rate = if matches!(student, Student::Gram | Student::Mlp) { self.mlp_rate } else { self.rate };
            let members = taught.iter().cloned().map(|(seed, teacher, exam)| Member { seed, rate, teacher, exam });
            let model = Learner::new(student, lessons, members.collect());
            (Box::new(model) as Box<dyn Model>, self.entries(&info(student)))
        };
        self.students.iter().map(squad).collect()
    }

    fn pairs(&self) -> Vec<Squad> {
        let squad = |norm: Norm, follows: Follows| {
            let regime = Regime {
                shape: self.shape(),
                norm,
                batch: self.batch,
                tests: self.tests,
                method: follows.update_rule().method(),
                optimiser: self.optimiser(),
                rate: match follows {
                    Follows::Descent => self.descent_rate,
                    Follows::Momentum => self.momentum_rate,
                    Follows::AdamTensor | Follows::Adam | Follows::AdamW => self.rate,
                },
                decay: if follows == Follows::AdamW { self.decay } else { 0.0 },
            };
            let model = Twins::new(regime, self.seed_range().collect());
            (Box::new(model) as Box<dyn Model>, self.entries(&follows.arm(norm)))
        };
        let each = self.norms.iter().flat_map(|&norm| self.optimisers.iter().map(move |&follows| (norm, follows)));
        each.map(|(norm, follows)| squad(norm, follows)).collect()
    }
}

impl Racing for SymmetryConfig {
    fn lineup(&self, provenance: Provenance) -> Result<Lineup, Error> {
        let squads = match self.experiment {
            Experiment::Learn => self.learners(),
            Experiment::Training => self.pairs(),
        };
        Lineup::new(provenance, self.every, self.executor, squads)
    }

    fn measures(&self) -> Result<Vec<Measure>, Error> {
        let all = match self.experiment {
            Experiment::Learn => learner::measures(),
            Experiment::Training => twins::measures(),
        };
        Ok(all.into_iter().map(|(measure, _)| measure).collect())
    }

    fn held_out(&self) -> Option<u32> {
        Some(self.tests)
    }

    fn findings(&self) -> Box<dyn Findings> {
        Box::new(SymmetryFindings::new(self.clone()))
    }
}
