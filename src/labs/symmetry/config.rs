//! The symmetry lab's settings.

use crate::choice::Choice;
use crate::error::Error;
use crate::labs::part::Part;
use crate::labs::race::Racing;
use crate::labs::settings::{FromFile, Preset, Settings};
use crate::labs::symmetry::choices::{
    Activation, Attention, Experiment, Follows, Group, MOST_MAP, MOST_TEXT, Map, Norm, Positions, Student, TrainOn,
};
use crate::labs::symmetry::given::{self, FIELDS};
use crate::labs::symmetry::maps::{Block, Shape};
use crate::labs::symmetry::parts;
use crate::labs::symmetry::presets::PRESETS;
use crate::property::{Field, Kind, Problem, properties};
use crate::run::machine::{Cores, ExecutorChoice};
use crate::run::training::Schedule;

properties! {
    /// Settings of the symmetry lab.
    pub struct SymmetryConfig {
        experiment: Experiment = Experiment::Learn, Kind::one_of::<Experiment>(), Run, "Experiment", "Experiment", "", "What is raced.";
        d: u32 = 8, Kind::integer(2, 64), Run, "Space", "Dimension", "", "Numbers of a vector: d.";
        n: u32 = 6, Kind::integer(1, 32), Run, "Space", "Sequence", "vectors", "Vectors of a sequence: n.";
        m: u32 = 4, Kind::integer(0, 32), Run, "Space", "Knowledge", "vectors", "Vectors of knowledge: m. Without any, knowledge attention takes the mean.";
        space: u32 = 2, Kind::integer(2, 3), Look, "Dial", "Dimensions on the dial", "", "Of the space that is turned by hand.";
        map: Map = Map::Plain, Kind::one_of::<Map>(), Look, "Dial", "Map", "", "What is turned by hand.";
        angle: f32 = 30.0, Kind::number(0.0, 360.0), Look, "Dial", "Angle", "°", "By which the space is turned.";
        maps: Vec<Map> = Map::ALL.to_vec(), Kind::many_of::<Map>(), Look, "Errors", "Maps", "", "What is tried.";
        groups: Vec<Group> = vec![Group::Rotations, Group::Reflections, Group::Permutations, Group::Signed], Kind::many_of::<Group>(), Look, "Errors", "Symmetries", "", "What is done to sequence and knowledge.";
        trials: u32 = 200, Kind::integer(1, 1000), Look, "Errors", "Trials", "", "Draws of a sequence, its knowledge and a group element, dealt out to the seeds.";
        attention: Attention = Attention::Knowledge, Kind::one_of::<Attention>(), Look, "Block", "Attention", "", "What attends in the block.";
        encoding: Positions = Positions::None, Kind::one_of::<Positions>(), Look, "Block", "Positions", "", "What is added before attention.";
        residual: bool = true, Kind::Flag, Look, "Block", "Residual", "", "Whether the input is added to what attention found.";
        norm: Norm = Norm::Layer, Kind::one_of::<Norm>(), Look, "Block", "Norm", "", "After that.";
        activation: Activation = Activation::None, Kind::one_of::<Activation>(), Look, "Block", "Activation", "", "In the end, on each coordinate.";
        x: String = String::new(), Kind::rows(MOST_TEXT), Look, "Own", "X", "", "A sequence: numbers with blanks between, a semicolon between vectors.";
        z: String = String::new(), Kind::rows(MOST_TEXT), Look, "Own", "Z", "", "Its knowledge, written alike.";
        q: String = String::new(), Kind::rows(MOST_TEXT), Look, "Own", "Q", "", "An orthogonal matrix by which vectors are multiplied from the right.";
        y: String = String::new(), Kind::rows(MOST_TEXT), Look, "Own", "f(X, Z)", "", "f(X, Z): what a map of your own makes of X and Z.";
        turned: String = String::new(), Kind::rows(MOST_TEXT), Look, "Own", "f(XQ, ZQ)", "", "f(XQ, ZQ): what it makes of them turned.";
        w: String = String::new(), Kind::rows(MOST_MAP), Look, "Own", "W", "", "A linear map of your own, in the place of the two before: a matrix by which vectors are multiplied from the right.";
        students: Vec<Student> = Student::ALL.to_vec(), Kind::many_of::<Student>(), Run, "Students", "Students", "", "What learns from the teacher.";
        train_on: TrainOn = TrainOn::One, Kind::one_of::<TrainOn>(), Run, "Students", "Trained on", "", "What knowledge comes with the sequences.";
        samples: u32 = 0, Kind::integer(0, 4096), Run, "Students", "Sequences", "", "So many sequences to learn from; 0 for fresh ones at every step.";
        teacher_seed: u32 = 0, Kind::integer(0, 16_000_000), Run, "Students", "First teacher", "", "Each seed has a teacher of its own.";
        mlp: u32 = 128, Kind::integer(4, 512), Run, "Students", "MLP width", "", "Of the two hidden layers of Gram form and flattened MLP.";
        mlp_rate: f32 = 0.003, Kind::number(0.0, 10.0), Run, "Students", "Rate of the MLPs", "", "Of Gram form and flattened MLP.";
        tests: u32 = 256, Kind::integer(16, 4096), Run, "Students", "Tests", "sequences", "Held-out sequences of each kind.";
        optimisers: Vec<Follows> = vec![Follows::Descent, Follows::Momentum, Follows::AdamTensor, Follows::Adam], Kind::many_of::<Follows>(), Run, "Training", "Optimisers", "", "How the two trainings follow their gradients.";
        norms: Vec<Norm> = vec![Norm::None], Kind::many_of::<Norm>(), Run, "Training", "Norms inside", "", "After attention, before its value matrix.";
        descent_rate: f32 = 0.05, Kind::number(0.0, 10.0), Run, "Training", "Rate of descent", "", "Of gradient descent.";
        momentum_rate: f32 = 0.005, Kind::number(0.0, 10.0), Run, "Training", "Rate of momentum", "", "Of gradient descent with momentum.";
        decay: f32 = 0.1, Kind::number(0.0, 10.0), Run, "Training", "Weight decay", "", "Of AdamW.";
        rate: f32 = 0.01, Kind::number(0.0, 10.0), Run, "Race", "Learning rate", "", "Of Adam in all its forms.";
        schedule: Schedule = Schedule::Cosine, Kind::one_of::<Schedule>(), Run, "Race", "Schedule", "", "The learning rate over time; a cosine goes down to a tenth.";
        steps: u32 = 1500, Kind::integer(1, 20_000), Run, "Race", "Steps", "", "Training steps.";
        batch: u32 = 64, Kind::integer(1, 1024), Run, "Race", "Batch", "sequences", "Of a step.";
        seeds: u32 = 3, Kind::integer(1, 16), Run, "Race", "Seeds", "", "Independent runs, each with weights and a teacher of its own.";
        seed: u32 = 0, Kind::integer(0, 16_000_000), Run, "Race", "First seed", "", "The other seeds follow it.";
        every: u32 = 100, Kind::integer(1, 10_000), Run, "Evaluation", "Evaluate every", "steps", "Steps between two evaluations.";
        executor: ExecutorChoice = ExecutorChoice::Auto, Kind::one_of::<ExecutorChoice>(), Machine, "Machine", "Run on", "", "Where the work is done.";
        cores: Cores = Cores::Auto, Kind::one_of::<Cores>(), Look, "Machine", "Cores", "", "How many share the work where the CPU does it, from the next start on. No number depends on it.";
    }
}

impl SymmetryConfig {
    /// Shape of what is mapped.
    #[must_use]
    pub fn shape(&self) -> Shape {
        Shape { d: self.d as usize, n: self.n as usize, m: self.m as usize }
    }

    /// The block of the settings.
    #[must_use]
    pub fn block(&self) -> Block {
        let &Self { attention, encoding, residual, norm, activation, .. } = self;
        Block { attention, encoding, residual, norm, activation }
    }

    /// The seeds.
    pub fn seed_range(&self) -> impl Iterator<Item = u32> + use<> {
        (self.seed..).take(self.seeds as usize)
    }
}

impl Settings for SymmetryConfig {
    const LAB: &'static str = "symmetry";

    fn presets() -> &'static [Preset] {
        PRESETS
    }

    fn parts() -> Vec<Part> {
        parts::all()
    }

    fn racing(&self) -> Option<&dyn Racing> {
        Some(self)
    }

    fn of_file(name: &str, bytes: &[u8]) -> Result<Option<FromFile>, Error> {
        let Some((name, label)) = FIELDS.into_iter().find(|(own, _)| *own == name) else { return Ok(None) };
        Ok(Some((vec![(name, given::of_file(label, bytes)?)], Vec::new())))
    }

    fn settle(&mut self) -> Vec<Problem> {
        let most = 1 << 17;
        let numbers = self.batch * (self.n + self.m) * self.d;
        if numbers <= most {
            return Vec::new();
        }
        let used = (most / ((self.n + self.m) * self.d)).max(1);
        let given = std::mem::replace(&mut self.batch, used).text();
        let allowed = format!("at most {used} here: a batch has up to {most} numbers");
        vec![Problem { field: "batch".to_owned(), given, allowed, used: used.text() }]
    }
}
