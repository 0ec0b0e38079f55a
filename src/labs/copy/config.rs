//! The copy lab's configuration: its table, presets, links, and the rules between fields.

use crate::encoding::{Encoding, Tuning};
use crate::labs::copy::parts;
use crate::labs::part::Part;
use crate::labs::race::{Arm, Racing};
use crate::labs::settings::{Preset, Settings};
use crate::property::{Field, Kind, Problem, properties};
use crate::run::machine::{Cores, ExecutorChoice};
use crate::run::training::{Activation, Mask, Norm, Schedule, Training, UpdateRule};
use crate::task::Task;

/// The most attention heads.
const MOST_HEADS: u32 = 32;

properties! {
    /// Settings of the copy lab. Defaults are the demo.
    pub struct CopyConfig {
        task: Task = Task::CausalCopy, Kind::one_of::<Task>(), Run, "Task", "Task", "", "What the model has to do with the sequence.";
        symbols: u32 = 8, Kind::integer(2, 255), Run, "Task", "Symbols", "", "Size of the alphabet. A model that guesses needs log2 of it in bits per token. Associative recall has as many keys beside it.";
        length: u32 = 16, Kind::integer(2, 256), Run, "Task", "Length", "positions", "Input positions. Causal copy shows half of them, then asks for them again; it needs an even number. Associative recall has two a pair, and one for the key that is asked.";
        batch: u32 = 16, Kind::integer(1, 256), Run, "Task", "Batch", "sequences", "Sequences per training step.";
        encodings: Vec<Encoding> = vec![Encoding::Rank, Encoding::Sinusoidal, Encoding::Compressed, Encoding::None], Kind::some_of(&Encoding::RACING), Run, "Race", "Encodings", "", "The positional encodings that race.";
        seeds: u32 = 2, Kind::integer(1, 16), Run, "Race", "Seeds", "", "Independent runs of each encoding. Runs of one seed share initial weights and training data.";
        seed: u32 = 0, Kind::integer(0, 16_000_000), Run, "Race", "First seed", "", "The other seeds follow it.";
        steps: u32 = 600, Kind::integer(1, 200_000), Run, "Race", "Steps", "", "Training steps.";
        gain: f32 = 0.0, Kind::number(0.0, 1000.0), Run, "Race", "Start of the trained gain", "", "Where the gain of the spike-time encoding starts; 0 stands for L, which makes it equal to sinusoidal at the start.";
        layers: u32 = 2, Kind::integer(1, 6), Run, "Model", "Layers", "", "Transformer layers.";
        width: u32 = 32, Kind::integer(4, 256), Run, "Model", "Width", "", "Width of the residual stream.";
        heads: u32 = 4, Kind::integer(1, MOST_HEADS), Run, "Model", "Heads", "", "Attention heads. Width / heads must be a multiple of 4, at most 64.";
        mlp: u32 = 64, Kind::integer(4, 1024), Run, "Model", "MLP width", "", "Hidden width of the feed-forward part.";
        activation: Activation = Activation::Relu, Kind::one_of::<Activation>(), Run, "Model", "Activation", "", "Non-linearity of the feed-forward part.";
        norm: Norm = Norm::Pre, Kind::one_of::<Norm>(), Run, "Model", "Layer norm", "", "Where layer norm sits.";
        mask: Mask = Mask::Task, Kind::one_of::<Mask>(), Run, "Model", "Attention mask", "", "Which positions a query sees.";
        dropout: f32 = 0.0, Kind::number(0.0, 0.9), Run, "Model", "Dropout", "", "Share of activations and attention weights set to zero in training.";
        tied: bool = false, Kind::Flag, Run, "Model", "Tied output", "", "Use the token embedding as the output layer too.";
        optimiser: UpdateRule = UpdateRule::AdamW, Kind::one_of::<UpdateRule>(), Run, "Optimiser", "Optimiser", "", "How parameters follow their gradients.";
        rate: f32 = 0.003, Kind::number(0.0, 10.0), Run, "Optimiser", "Learning rate", "", "The optimiser's step size after warm-up.";
        warmup: u32 = 0, Kind::integer(0, 100_000), Run, "Optimiser", "Warm-up", "steps", "Steps over which the learning rate rises linearly.";
        schedule: Schedule = Schedule::Constant, Kind::one_of::<Schedule>(), Run, "Optimiser", "Schedule", "", "Learning rate after warm-up.";
        decay: f32 = 0.0, Kind::number(0.0, 10.0), Run, "Optimiser", "Weight decay", "", "Decoupled decay, of every trained parameter.";
        clip: f32 = 0.0, Kind::number(0.0, 1000.0), Run, "Optimiser", "Gradient clipping", "", "Greatest norm of the whole gradient; 0 leaves it as it is.";
        every: u32 = 20, Kind::integer(1, 10_000), Run, "Evaluation", "Evaluate every", "steps", "Steps between evaluations on held-out sequences.";
        held_out: u32 = 64, Kind::integer(1, 256), Run, "Evaluation", "Held-out sequences", "", "Size of the evaluation set. None of its sequences can occur in training.";
        executor: ExecutorChoice = ExecutorChoice::Auto, Kind::one_of::<ExecutorChoice>(), Machine, "Machine", "Run on", "", "Where the work is done.";
        cores: Cores = Cores::Auto, Kind::one_of::<Cores>(), Look, "Machine", "Cores", "", "How many share the work where the CPU does it, from the next start on. No number depends on it.";
    }
}

/// The presets, the defaults first.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "demo",
        label: "Ten-second demo",
        help: "Copy 8 symbols: four encodings, two seeds each, in some ten seconds on a laptop.",
        values: &[],
    },
    Preset {
        id: "paper",
        label: "The paper's setting",
        help: "Length 64, width 64, 50 symbols, 2 post-norm layers, dropout 0.1, 3000 steps, 3 seeds. About half an hour of one core.",
        values: &[
            ("symbols", "50"),
            ("length", "64"),
            ("batch", "32"),
            ("encodings", "rank,sinusoidal,compressed,spike-time,none"),
            ("seeds", "3"),
            ("steps", "3000"),
            ("width", "64"),
            ("mlp", "128"),
            ("norm", "post"),
            ("dropout", "0.1"),
            ("rate", "0.001"),
            ("every", "100"),
        ],
    },
    Preset {
        id: "control",
        label: "The control that needs no position",
        help: "Increment: every encoding, and none, should solve it. What the paper's published script trains.",
        values: &[
            ("task", "increment"),
            ("encodings", "rank,sinusoidal,compressed,spike-time,none"),
            ("steps", "200"),
            ("every", "10"),
        ],
    },
    Preset {
        id: "recall",
        label: "Associative recall",
        help: "4 pairs, then one of their keys: two encodings, and none under a causal mask, three seeds each.",
        values: &[
            ("task", "associative-recall"),
            ("symbols", "8"),
            ("length", "9"),
            ("batch", "32"),
            ("encodings", "rank,sinusoidal,none"),
            ("seeds", "3"),
            ("steps", "1000"),
        ],
    },
    Preset {
        id: "copy-tiny",
        label: "Benchmark: copy-tiny",
        help: "One run, width 32, one layer, two heads, 7 copied symbols, batch 16.",
        values: &[
            ("symbols", "15"),
            ("length", "14"),
            ("encodings", "sinusoidal"),
            ("seeds", "1"),
            ("layers", "1"),
            ("heads", "2"),
            ("mlp", "128"),
            ("activation", "gelu"),
            ("rate", "0.001"),
            ("decay", "0.01"),
            ("every", "100"),
        ],
    },
    Preset {
        id: "copy-small",
        label: "Benchmark: copy-small",
        help: "One run, width 64, two layers, four heads, 15 copied symbols, batch 32.",
        values: &[
            ("symbols", "15"),
            ("length", "30"),
            ("batch", "32"),
            ("encodings", "sinusoidal"),
            ("seeds", "1"),
            ("width", "64"),
            ("mlp", "256"),
            ("activation", "gelu"),
            ("rate", "0.001"),
            ("decay", "0.01"),
            ("every", "100"),
        ],
    },
];

impl CopyConfig {
    /// The configuration of a link's fragment, and what was refused; see [`Link`](crate::labs::link::Link). A link of another lab
    /// gives the defaults.
    #[must_use]
    pub fn from_link(link: &str) -> (Self, Vec<Problem>) {
        let link = crate::labs::link::Link::parse(link);
        match link.config.of::<Self>() {
            Some(config) => (config.clone(), link.problems),
            None => {
                let (field, given) = ("lab".to_owned(), link.config.lab_id().to_owned());
                let [allowed, used] = [Self::LAB, Self::LAB].map(str::to_owned);
                (Self::default(), vec![Problem { field, given, allowed, used }])
            }
        }
    }

    /// How its transformer is trained.
    #[must_use]
    pub fn training(&self) -> Training {
        Training {
            task: self.task,
            symbols: self.symbols,
            length: self.length,
            batch: self.batch,
            steps: self.steps,
            layers: self.layers,
            width: self.width,
            heads: self.heads,
            mlp: self.mlp,
            activation: self.activation,
            norm: self.norm,
            mask: self.mask,
            dropout: self.dropout,
            tied: self.tied,
            rate: self.rate,
            warmup: self.warmup,
            schedule: self.schedule,
            optimiser: self.optimiser,
            decay: self.decay,
            clip: self.clip,
            held_out: self.held_out,
        }
    }

    /// What is raced, each with its seeds.
    #[must_use]
    pub fn arms(&self) -> Vec<Arm> {
        let tuning = Tuning { start: self.gain, ..Tuning::default() };
        self.encodings.iter().map(|&encoding| Arm::of(encoding, tuning)).collect()
    }
}

impl Settings for CopyConfig {
    const LAB: &'static str = "copy";

    fn presets() -> &'static [Preset] {
        PRESETS
    }

    fn parts() -> Vec<Part> {
        parts::parts()
    }

    fn racing(&self) -> Option<&dyn Racing> {
        Some(self)
    }

    fn unused(&self) -> Vec<&'static str> {
        if self.encodings.contains(&Encoding::SpikeTimeGain) { Vec::new() } else { vec!["gain"] }
    }

    fn settle(&mut self) -> Vec<Problem> {
        let mut training = self.training();
        let mut problems = training.settle(MOST_HEADS);
        (self.length, self.mask) = (training.length, training.mask);
        (self.width, self.heads) = (training.width, training.heads);
        let mut mend = |field: &str, given: String, allowed: String, used: String| {
            problems.push(Problem { field: field.to_owned(), given, allowed, used });
        };
        let most = crate::run::MAX_REPLICAS / self.encodings.len().max(1) as u32;
        if self.seeds > most {
            let allowed = format!(
                "at most {most} with {} encodings: a plan holds {} runs",
                self.encodings.len(),
                crate::run::MAX_REPLICAS
            );
            mend("seeds", self.seeds.text(), allowed, most.text());
            self.seeds = most;
        }
        problems
    }
}
