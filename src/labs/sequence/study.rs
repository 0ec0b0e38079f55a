//! The experiments over many machines.

use web_time::Instant;

use crate::choice::Choice;
use crate::error::Error;
use crate::graph::plan::Plan;
use crate::labs::sequence::capacity::Capacity;
use crate::labs::sequence::config::{self, SequenceConfig};
use crate::labs::sequence::errors::{Errors, Which};
use crate::labs::sequence::kanerva::Kanerva;
use crate::labs::sequence::rival::Protocol;
use crate::labs::sequence::rivals::Rivals;
use crate::labs::study::{self, Experiment, Rows};
use crate::labs::{Progress, Task};
use crate::run::claim::Verdict;
use crate::run::curves::Curves;
use crate::run::event::ExecutorInfo;
use crate::run::machine::Machine;

/// An experiment in progress.
pub type Study = study::Study<SequenceConfig>;

/// The experiment that the settings name.
#[must_use]
pub fn experiment(config: &SequenceConfig) -> Box<dyn Experiment<SequenceConfig>> {
    use config::Experiment;
    match config.experiment {
        Experiment::Capacity => Box::new(Capacity::new(config)),
        Experiment::Kanerva => Box::new(Kanerva::new(config)),
        Experiment::Rivals => Box::new(Rivals::new(config, Protocol::Again)),
        Experiment::Recall => Box::new(Rivals::new(config, Protocol::Pairs)),
        Experiment::Repeated => Box::new(Errors::new(config, Which::Repeated)),
        Experiment::Errors => Box::new(Errors::new(config, Which::Length)),
    }
}

/// What the four have alike; `$weights` are those of the memory's decoder, which are part of every result of one.
macro_rules! experiment {
    ($type:ty, $plan:expr, |$own:ident, $config:ident, $left_ms:ident| $work:expr, $second:expr, $weights:expr) => {
        impl Experiment<SequenceConfig> for $type {
            fn label(&self, config: &SequenceConfig) -> &'static str {
                config.experiment.label()
            }
            fn curves(&self) -> &Curves {
                &self.curves
            }
            fn second(&self) -> Option<&Curves> {
                let second: fn(&Self) -> Option<&Curves> = $second;
                second(self)
            }
            fn units(&self) -> u32 {
                self.units()
            }
            fn done(&self) -> u32 {
                self.done()
            }
            fn plan(&self, config: &SequenceConfig, which: usize) -> Result<Plan, Error> {
                let plan: fn(&Self, &SequenceConfig, usize) -> Result<Plan, Error> = $plan;
                plan(self, config, which)
            }
            fn open<'a>(
                &'a mut self,
                config: &'a SequenceConfig,
                machine: &'a mut Machine,
                progress: Progress<'a>,
            ) -> Task<'a, Option<ExecutorInfo>> {
                Box::pin(self.open(config, machine, progress))
            }
            fn work<'a>(&'a mut self, $config: &'a SequenceConfig, $left_ms: f64) -> Task<'a, ()> {
                let $own = self;
                Box::pin(async move { $work })
            }
            fn lost(&mut self) {
                self.lost();
            }
            fn rows(&self) -> Rows {
                self.rows()
            }
            fn sentence(&self, config: &SequenceConfig) -> String {
                let weights: fn(&SequenceConfig) -> Option<String> = $weights;
                let sentence = self.sentence();
                match weights(config) {
                    Some(weights) => format!("{sentence} Address decoder: {weights}."),
                    None => sentence,
                }
            }
            fn verdicts(&self, config: &SequenceConfig) -> Vec<Verdict> {
                self.verdicts(config)
            }
        }
    };
}

fn of_machine(config: &SequenceConfig) -> Option<String> {
    Some(config.machine_shape(1).weights.to_string())
}

fn of_memory(config: &SequenceConfig) -> Option<String> {
    Some(config.memory_shape().weights.to_string())
}

/// Whether so many milliseconds have gone by from now on.
fn after(ms: f64) -> impl Fn() -> bool {
    let start = Instant::now();
    move || start.elapsed().as_secs_f64() * 1e3 >= ms
}

experiment!(
    Capacity,
    |work, config, _| work.plan(config),
    |work, _config, left_ms| work.work(&after(left_ms)).await,
    |_| None,
    of_memory
);
// Kanerva's memory has no decoder with weights.
experiment!(
    Kanerva,
    |work, config, _| work.plan(config),
    |work, _config, left_ms| work.work(&after(left_ms)).await,
    |work| Some(&work.second),
    |_| None
);
experiment!(
    Errors,
    |work, config, which| work.plan(config, which),
    |work, config, left_ms| work.work(config, left_ms).await,
    |_| None,
    of_machine
);
// Its machines and transformers are of one replica each, or few.
experiment!(
    Rivals,
    |_, _, _| Err(Error::Internal("rivals are not dealt out".to_owned())),
    |work, _config, left_ms| work.work(left_ms).await,
    |_| None,
    of_machine
);
