//! The copy lab's configuration: its table, presets, links, and the rules between fields.

use serde::Serialize;

use crate::choice::{Choice, choice};
use crate::encoding::Encoding;
use crate::labs::any::Config;
use crate::labs::copy::parts;
use crate::labs::part::Part;
use crate::property::{Field, Kind, Problem, Properties, properties};
use crate::run::heads;
use crate::task::{Layout, Task};

/// The most attention heads.
const MOST_HEADS: u32 = 32;

choice! {
    /// Where the work runs.
    pub enum ExecutorChoice {
        Auto = "auto", "Automatic", "WebGPU on a hardware adapter, else the CPU.";
        Cpu = "cpu", "CPU", "Always the CPU, in WebAssembly.";
        Webgpu = "webgpu", "WebGPU", "WebGPU even on a software adapter; the CPU takes over, with the reason told, if that cannot be.";
    }
}

choice! {
    /// Non-linearity of the MLP.
    pub enum Activation {
        Relu = "relu", "ReLU", "max(0, x).";
        Gelu = "gelu", "GELU", "x Φ(x), in the tanh form.";
    }
}

choice! {
    /// Where layer norm sits.
    pub enum Norm {
        Post = "post", "Post-norm", "norm(x + f(x)), as in the 2017 transformer and PyTorch's default.";
        Pre = "pre", "Pre-norm", "x + f(norm(x)), with a last norm before the output.";
    }
}

choice! {
    /// Which keys a query sees.
    pub enum Mask {
        Task = "task", "As the task needs", "Causal for causal copy, full for the others.";
        Causal = "causal", "Causal", "A query sees itself and earlier positions.";
        Full = "full", "Full", "A query sees every position.";
    }
}

choice! {
    /// Learning rate over time, after warm-up.
    pub enum Schedule {
        Constant = "constant", "Constant", "The learning rate stays.";
        Cosine = "cosine", "Cosine", "Half a cosine from the learning rate towards zero at the end.";
    }
}

properties! {
    /// Settings of the copy lab. Defaults are the 30-second demo.
    pub struct CopyConfig {
        task: Task = Task::CausalCopy, Kind::one_of::<Task>(), Run, "Task", "Task", "", "What the model has to do with the sequence.";
        symbols: u32 = 8, Kind::integer(2, 255), Run, "Task", "Symbols", "", "Size of the alphabet. A model that guesses needs log2 of it in bits per token.";
        length: u32 = 16, Kind::integer(2, 256), Run, "Task", "Length", "positions", "Input positions. Causal copy shows half of them, then asks for them again; it needs an even number.";
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
        rate: f32 = 0.003, Kind::number(0.0, 10.0), Run, "Optimiser", "Learning rate", "", "AdamW's step size after warm-up.";
        warmup: u32 = 0, Kind::integer(0, 100_000), Run, "Optimiser", "Warm-up", "steps", "Steps over which the learning rate rises linearly.";
        schedule: Schedule = Schedule::Constant, Kind::one_of::<Schedule>(), Run, "Optimiser", "Schedule", "", "Learning rate after warm-up.";
        decay: f32 = 0.0, Kind::number(0.0, 10.0), Run, "Optimiser", "Weight decay", "", "AdamW's decoupled decay, of every trained parameter.";
        clip: f32 = 0.0, Kind::number(0.0, 1000.0), Run, "Optimiser", "Gradient clipping", "", "Greatest norm of the whole gradient; 0 leaves it as it is.";
        every: u32 = 20, Kind::integer(1, 10_000), Run, "Evaluation", "Evaluate every", "steps", "Steps between evaluations on held-out sequences.";
        held_out: u32 = 64, Kind::integer(1, 256), Run, "Evaluation", "Held-out sequences", "", "Size of the evaluation set. None of its sequences can occur in training.";
        executor: ExecutorChoice = ExecutorChoice::Auto, Kind::one_of::<ExecutorChoice>(), Machine, "Machine", "Run on", "", "Where the work is done.";
    }
}

/// A named set of values over the defaults.
#[derive(Clone, Debug, Serialize)]
pub struct Preset {
    /// Identifier.
    pub id: &'static str,
    /// Name on the page.
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// Names and values that differ from the defaults.
    pub values: &'static [(&'static str, &'static str)],
}

/// The presets, the defaults first.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "demo",
        label: "30-second demo",
        help: "Copy 8 symbols: four encodings, two seeds each, in about half a minute on a laptop.",
        values: &[],
    },
    Preset {
        id: "paper",
        label: "The paper's setting",
        help: "Length 64, width 64, 50 symbols, 2 post-norm layers, dropout 0.1, 3000 steps, 3 seeds. On a CPU this takes long.",
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

/// A lab's configuration: what every lab reads and writes alike.
pub trait Settings: Properties {
    /// Name of the lab.
    const LAB: &'static str;

    /// The presets, the defaults first.
    fn presets() -> &'static [Preset];

    /// Parts of its page.
    fn parts() -> Vec<Part>;

    /// Mends what the single fields allow but not together, and says what was mended.
    fn settle(&mut self) -> Vec<Problem>;

    /// The configuration of a preset.
    ///
    /// # Errors
    /// The problem, if there is no such preset.
    fn preset(id: &str) -> Result<Self, Problem> {
        let presets = Self::presets();
        let preset = presets.iter().find(|preset| preset.id == id).ok_or_else(|| Problem {
            field: "preset".to_owned(),
            given: id.to_owned(),
            allowed: format!("one of {}", presets.iter().map(|p| p.id).collect::<Vec<_>>().join(", ")),
            used: String::new(),
        })?;
        let mut config = Self::default();
        for (name, value) in preset.values {
            config.put(name, value)?;
        }
        Ok(config)
    }

    /// Reads names and values over this configuration. What is refused keeps its value and is reported;
    /// the rest is taken. Rules between fields are settled last.
    fn apply<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Problem> {
        let mut problems: Vec<_> = pairs.into_iter().filter_map(|(name, value)| self.put(name, value).err()).collect();
        problems.extend(self.settle());
        problems
    }

    /// The link's fragment that restores this configuration: only what differs from the defaults.
    fn link(&self) -> String {
        let mut link = form_urlencoded::Serializer::new(format!("lab={}", Self::LAB));
        for ((name, value), (_, default)) in self.texts().into_iter().zip(Self::default().texts()) {
            if value != default {
                link.append_pair(name, &value);
            }
        }
        // A comma needs no escape in a fragment, and lists are easier to read and edit with it.
        link.finish().replace("%2C", ",")
    }
}

impl CopyConfig {
    /// The configuration of a link's fragment, and what was refused; see [`Link`](crate::labs::link::Link). A link of another lab
    /// gives the defaults.
    #[must_use]
    pub fn from_link(link: &str) -> (Self, Vec<Problem>) {
        let link = crate::labs::link::Link::parse(link);
        match link.config {
            Config::Copy(config) => (config, link.problems),
            other => {
                let (field, given) = ("lab".to_owned(), other.lab().id().to_owned());
                let problem = Problem { field, given, allowed: "copy".to_owned(), used: "copy".to_owned() };
                (Self::default(), vec![problem])
            }
        }
    }

    /// How the task turns sources into sequences.
    #[must_use]
    pub fn layout(&self) -> Layout {
        Layout { task: self.task, symbols: self.symbols, length: self.length }
    }

    /// Whether attention is causal.
    #[must_use]
    pub fn causal(&self) -> bool {
        match self.mask {
            Mask::Task => self.layout().causal(),
            Mask::Causal => true,
            Mask::Full => false,
        }
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

    fn settle(&mut self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut mend = |field: &str, given: String, allowed: String, used: String| {
            problems.push(Problem { field: field.to_owned(), given, allowed, used });
        };
        if self.task == Task::CausalCopy && self.length % 2 == 1 {
            let used = self.length - 1;
            mend("length", self.length.text(), "an even number for causal copy".to_owned(), used.text());
            self.length = used.max(2);
        }
        if self.task == Task::CausalCopy && self.length < 4 {
            // With a single symbol the held-out sources would be symbols that training never shows.
            mend("length", self.length.text(), "at least 4 for causal copy".to_owned(), 4.text());
            self.length = 4;
        }
        if self.task == Task::CausalCopy && self.mask == Mask::Full {
            let allowed = "task or causal for causal copy: under a full mask the answer stands in the input".to_owned();
            mend("mask", self.mask.text(), allowed, Mask::Task.text());
            self.mask = Mask::Task;
        }
        if !self.width.is_multiple_of(4) {
            let used = self.width - self.width % 4;
            mend("width", self.width.text(), "a multiple of 4".to_owned(), used.text());
            self.width = used;
        }
        let below = heads::width_below(self.width, MOST_HEADS);
        if below != self.width {
            let words =
                format!("a width that up to {MOST_HEADS} heads, of a multiple of 4 and at most 64 each, make up");
            mend("width", self.width.text(), words, below.text());
            self.width = below;
        }
        if !heads::fits(self.width, self.heads) {
            let used = heads::nearest(self.width, self.heads, MOST_HEADS);
            mend("heads", self.heads.text(), heads::list(self.width, MOST_HEADS), used.text());
            self.heads = used;
        }
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
