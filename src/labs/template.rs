//! The smallest lab: what a new one copies. It is in the registry of tests, and of whatever is compiled with `--cfg template`.
//!
//! Its question: how soon does the mean of draws from 0 to 1 settle at one half?

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::labs::ask::{self, Bench, Reply, questions};
use crate::labs::part::Part;
use crate::labs::run::Run;
use crate::labs::settings::{Preset, Settings};
use crate::labs::study::{Experiment, Rows, Study};
use crate::labs::{Config, Lab, Progress, Task};
use crate::model::measure::{Better, Kind as MeasureKind, Measure, Phase};
use crate::property::{Kind, Problem, properties};
use crate::rng::{pcg4d, unit};
use crate::run::claim::{Claim, Verdict, Vote};
use crate::run::curves::{Axis, Curves};
use crate::run::event::{ArmInfo, ExecutorInfo};
use crate::run::machine::{ExecutorChoice, Machine};

/// Standard deviations of a mean of draws within which a seed counts as settled.
const WITHIN: f64 = 4.0;

properties! {
    /// Settings of the template lab.
    pub struct TemplateConfig {
        draws: u32 = 1000, Kind::integer(10, 1_000_000), Run, "Draws", "Draws", "", "The most draws of a mean.";
        points: u32 = 5, Kind::integer(2, 20), Run, "Draws", "Points", "", "At how many numbers of draws the mean is taken.";
        seeds: u32 = 3, Kind::integer(1, 16), Run, "Draws", "Seeds", "", "Independent sequences of draws.";
        seed: u32 = 0, Kind::integer(0, 16_000_000), Run, "Draws", "First seed", "", "The other seeds follow it.";
        executor: ExecutorChoice = ExecutorChoice::Cpu, Kind::one_of::<ExecutorChoice>(), Machine, "Machine", "Run on", "", "Where the work is done.";
    }
}

impl Settings for TemplateConfig {
    const LAB: &'static str = "template";

    fn presets() -> &'static [Preset] {
        &[Preset { id: "quick", label: "Quick", help: "A thousand draws.", values: &[] }]
    }
    fn parts() -> Vec<Part> {
        vec![
            Part::new("run", "Run bar", "Run, Pause, Step, Reset."),
            Part::new("mean", "Mean", "So far.").of(&["seed"]),
        ]
    }
    fn settle(&mut self) -> Vec<Problem> {
        Vec::new()
    }
    fn tables(&self) -> &'static [&'static str] {
        &["summary"]
    }
}

/// Draws one after the other.
fn mean(seed: u32, draws: u32) -> f64 {
    (0..draws).map(|at| unit(pcg4d([at, seed, 0, 0])[0])).sum::<f64>() / f64::from(draws)
}

/// A mean a unit.
#[derive(Debug)]
struct Means {
    curves: Curves,
    done: u32,
}

impl Means {
    fn boxed(config: &TemplateConfig) -> Box<dyn Experiment<TemplateConfig>> {
        let text = ["Mean", "Mean", "of draws from 0 to 1"];
        let measures = vec![Measure::new("mean", text, MeasureKind::Number, Better::Neither, Phase::Evaluation)];
        let arms = vec![ArmInfo { id: "draws".into(), label: "Draws".into(), help: String::new() }];
        let seeds: Vec<u32> = (config.seed..).take(config.seeds as usize).collect();
        let runs = Curves::runs_of(&arms, &seeds);
        let (id, label, x) = ("means".into(), "Means".into(), Axis::new("draws", "Draws", ""));
        let mut curves = Curves { id, label, x, measures, arms, runs, points: Vec::new() };
        let place = |point: u32| f64::from(config.draws) * f64::from(point) / f64::from(config.points);
        curves.make_room(&(1..=config.points).map(place).map(f64::round).collect::<Vec<_>>());
        Box::new(Self { curves, done: 0 })
    }
}

impl Experiment<TemplateConfig> for Means {
    fn label(&self, _: &TemplateConfig) -> &'static str {
        "Means"
    }
    fn curves(&self) -> &Curves {
        &self.curves
    }
    fn units(&self) -> u32 {
        self.curves.points.len() as u32
    }
    fn done(&self) -> u32 {
        self.done
    }
    fn open<'a>(
        &'a mut self,
        _: &'a TemplateConfig,
        _: &'a mut Machine,
        _: Progress<'a>,
    ) -> Task<'a, Option<ExecutorInfo>> {
        Box::pin(async { Ok(None) })
    }
    fn work<'a>(&'a mut self, config: &'a TemplateConfig, _: f64) -> Task<'a, ()> {
        Box::pin(async move {
            let at = self.done as usize;
            let draws = self.curves.points.get(at).map_or(0.0, |point| point.x) as u32;
            for run in 0..config.seeds {
                self.curves.set(at, 0, run as usize, mean(config.seed + run, draws));
            }
            self.done += 1;
            Ok(())
        })
    }
    fn lost(&mut self) {}
    fn rows(&self) -> Rows {
        let row = |(at, draws): (usize, f64)| Some(vec![draws.to_string(), self.curves.value(at, 0, 0)?.to_string()]);
        let points = self.curves.points.iter().map(|point| point.x).enumerate();
        Rows { head: vec!["draws".into(), "mean".into()], body: points.filter_map(row).collect() }
    }
    fn sentence(&self, _: &TemplateConfig) -> String {
        format!("{} means have been taken.", self.done)
    }
    fn verdicts(&self, config: &TemplateConfig) -> Vec<Verdict> {
        // A draw's standard deviation is 1/√12.
        let allowed = WITHIN / libm::sqrt(12.0 * f64::from(config.draws));
        let last = self.curves.points.len().saturating_sub(1);
        let vote = |run: u32| match self.curves.value(last, 0, run as usize) {
            Some(mean) if mean.is_finite() => Vote::of((f64::from(mean) - 0.5).abs() <= allowed),
            _ => Vote::not_over(),
        };
        let votes: Vec<Vote> = (0..config.seeds).map(vote).collect();
        let measured = format!("Within {allowed:.4} of one half after {} draws.", config.draws);
        vec![
            Claim::new("settles", "The mean settles at one half.", "the law of large numbers").judged(&votes, measured),
        ]
    }
}

/// What answers the lab's question.
#[derive(Debug)]
struct MeanBench;

questions! {
    MeanBench, TemplateConfig;
    /// The mean of some draws.
    "mean": ask_mean(Draws) -> Mean;
}

/// How many draws.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draws {
    draws: u32,
}

/// Their mean.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Serialize)]
struct Mean {
    mean: f64,
}

impl MeanBench {
    async fn ask_mean(
        &mut self,
        Draws { draws }: Draws,
        place: ask::Place<'_, TemplateConfig>,
    ) -> Result<Reply<Mean>, Error> {
        Ok(Reply::Done(Mean { mean: mean(place.config.seed, draws) }))
    }
}

/// The template lab.
#[derive(Debug)]
pub struct TemplateLab;

impl Lab for TemplateLab {
    fn id(&self) -> &'static str {
        "template"
    }
    fn label(&self) -> &'static str {
        "Template"
    }
    fn question(&self) -> &'static str {
        "How soon does the mean of draws settle?"
    }
    fn defaults(&self) -> Config {
        TemplateConfig::default().into()
    }
    fn open<'a>(&self, config: Config, machine: &'a mut Machine, progress: Progress<'a>) -> Task<'a, Box<dyn Run>> {
        Box::pin(async move {
            let config = config.own::<TemplateConfig>()?.clone();
            Ok(Box::new(Study::open(config, Means::boxed, machine, progress).await?) as Box<dyn Run>)
        })
    }
    fn bench(&self) -> Box<dyn Bench> {
        Box::new(MeanBench)
    }
}
