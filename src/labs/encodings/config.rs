//! The encodings lab's configuration: its table, its presets, and the rules between fields.

use serde::Deserialize;

use crate::choice::{Choice, choice};
use crate::encoding::{Encoding, Shape, Tuning};
use crate::kernels::similarity;
use crate::labs::encodings::parts;
use crate::labs::encodings::shown::Shown;
use crate::labs::part::Part;
use crate::labs::race::Racing;
use crate::labs::settings::{Preset, Settings};
use crate::property::{ChoiceOption, Field, Kind, Problem, options, properties};
use crate::run::machine::{Cores, ExecutorChoice};
use crate::run::training::{Norm, Training};
use crate::task::Task;

/// The most attention heads.
const MOST_HEADS: u32 = 32;

choice! {
    /// What is computed of every pair of positions.
    pub enum MeasureChoice {
        Dot = "dot", "Dot product", "⟨a, b⟩: the position–position part of an attention logit under identity projections.";
        Cosine = "cosine", "Cosine", "⟨a, b⟩ / (|a| |b|): the angle alone.";
        Distance = "distance", "Distance", "|a − b|: how far apart two positions are.";
    }
}

impl MeasureChoice {
    /// What it stands for.
    #[must_use]
    pub fn measure(self) -> similarity::Measure {
        match self {
            Self::Dot => similarity::Measure::Dot,
            Self::Cosine => similarity::Measure::Cosine,
            Self::Distance => similarity::Measure::Distance,
        }
    }
}

choice! {
    /// Whose weights a logit is split under.
    pub enum WeightsChoice {
        Random = "random", "Random", "The initial weights of the chosen run.";
        Trained = "trained", "Trained", "The weights of the chosen run of the open experiment, as they are now.";
    }
}

choice! {
    /// What is trained.
    pub enum Experiment {
        Live = "live", "Watch a table learn", "Trains the chosen encodings; put \"Trained\" on one side of the inspector to watch a table while it learns.";
        Control = "control", "Shared-weights control", "Spike time with its gain held at L, or trained from L, beside sinusoidal, from the same weights: Lemma 1 says that they must agree.";
        Sweep = "sweep", "Does discriminability predict learning?", "Sinusoidal tables compressed, scaled, and random tables of chosen margin, each trained on the task: steps to 99 % against margin and effective rank.";
        Lengths = "lengths", "Length generalisation", "Trains at one length and evaluates at 1, 1.5, 2 and 3 times as many positions.";
    }
}

choice! {
    /// A family of tables in the sweep.
    pub enum Family {
        Compression = "compression", "Compression", "Sinusoidal at p/c, with c from 1 to L.";
        Gain = "gain", "Gain", "Sinusoidal times g, with g from 1 down to 1/L: spike time is the last.";
        Random = "random", "Random", "Random tables of the sinusoidal norm, with chosen self-margins.";
    }
}

properties! {
    /// Settings of the encodings lab.
    pub struct EncodingsConfig {
        left: Shown = Shown::Built(Encoding::Sinusoidal), Shown::kind(), Look, "Left", "Encoding", "", "The encoding on the left.";
        left_base: f32 = 10_000.0, Kind::number(1.01, 1_000_000.0), Look, "Left", "Base", "", "Base of the frequencies base^(−2i/d).";
        left_compression: f32 = 1.0, Kind::number(1.0, 1024.0), Look, "Left", "Compression", "", "What positions are divided by, from 1 to the length.";
        left_gain: f32 = 1.0, Kind::number(0.0, 1000.0), Look, "Left", "Gain", "", "Factor of what is added.";
        left_noise: f32 = 0.0, Kind::number(0.0, 10.0), Look, "Left", "Noise", "", "Deviation of Gaussian noise on every entry of the table, before the gain.";
        left_alpha: f32 = 0.9, Kind::number(0.01, 1.0), Look, "Left", "α", "", "Significance ratio of the rank code: the r-th neuron to fire has α^r.";
        left_active: u32 = 11, Kind::integer(1, 512), Look, "Left", "N of M", "neurons", "Neurons of the rank code that fire; M is the width.";
        left_margin: f32 = 0.0, Kind::number(0.0, 1000.0), Look, "Left", "Self-margin", "", "Mean self-margin of the random table, as far as its directions allow; 0 leaves it as large as they do.";
        right: Shown = Shown::Built(Encoding::Compressed), Shown::kind(), Look, "Right", "Encoding", "", "The encoding on the right.";
        right_base: f32 = 10_000.0, Kind::number(1.01, 1_000_000.0), Look, "Right", "Base", "", "Base of the frequencies base^(−2i/d).";
        right_compression: f32 = 1.0, Kind::number(1.0, 1024.0), Look, "Right", "Compression", "", "What positions are divided by, from 1 to the length.";
        right_gain: f32 = 1.0, Kind::number(0.0, 1000.0), Look, "Right", "Gain", "", "Factor of what is added.";
        right_noise: f32 = 0.0, Kind::number(0.0, 10.0), Look, "Right", "Noise", "", "Deviation of Gaussian noise on every entry of the table, before the gain.";
        right_alpha: f32 = 0.9, Kind::number(0.01, 1.0), Look, "Right", "α", "", "Significance ratio of the rank code: the r-th neuron to fire has α^r.";
        right_active: u32 = 11, Kind::integer(1, 512), Look, "Right", "N of M", "neurons", "Neurons of the rank code that fire; M is the width.";
        right_margin: f32 = 0.0, Kind::number(0.0, 1000.0), Look, "Right", "Self-margin", "", "Mean self-margin of the random table, as far as its directions allow; 0 leaves it as large as they do.";
        length: u32 = 64, Kind::integer(2, 1024), Look, "Positions", "Length L", "positions", "Positions that are compared.";
        width: u32 = 64, Kind::integer(2, 512), Look, "Positions", "Width d", "", "Entries of a position's vector, an even number.";
        measure: MeasureChoice = MeasureChoice::Dot, Kind::one_of::<MeasureChoice>(), Look, "Positions", "Similarity", "", "What the matrices show.";
        position: u32 = 8, Kind::integer(0, 1023), Look, "Positions", "Position p", "", "The position on the clock.";
        window: f32 = 1.0, Kind::number(0.001, 1000.0), Look, "Positions", "Window T", "", "Time in which all spikes fall: position p fires at (T/L) p.";
        seed: u32 = 0, Kind::integer(0, 16_000_000), Run, "Positions", "Seed", "", "Of drawn tables and of the first run; the other seeds follow it.";
        weights: WeightsChoice = WeightsChoice::Random, Kind::one_of::<WeightsChoice>(), Look, "Logit", "Weights", "", "Whose projections give queries and keys.";
        content: bool = true, Kind::Flag, Look, "Logit", "Content", "", "Whether the tokens take part in the attention maps, or only positions.";
        undo: bool = false, Kind::Flag, Look, "Logit", "Gain undone", "", "Whether the mapped positions are multiplied by L/T again.";
        head: u32 = 1, Kind::integer(1, 32), Look, "Logit", "Head", "", "Which head of the first layer.";
        experiment: Experiment = Experiment::Live, Kind::one_of::<Experiment>(), Run, "Experiment", "Experiment", "", "What Train trains.";
        encodings: Vec<Encoding> = vec![Encoding::Rank, Encoding::Sinusoidal], Kind::some_of(&Encoding::RACING), Run, "Experiment", "Encodings", "", "The encodings that are watched, or evaluated at other lengths.";
        families: Vec<Family> = vec![Family::Compression, Family::Gain, Family::Random], Kind::many_of::<Family>(), Run, "Experiment", "Families", "", "The tables of the sweep.";
        levels: u32 = 5, Kind::integer(2, 16), Run, "Experiment", "Levels", "", "Tables of each family.";
        trained_run: u32 = 0, Kind::integer(0, 63), Look, "Experiment", "Run shown as trained", "", "Which run of the experiment gives the trained table and weights, counted from 0.";
        task: Task = Task::CausalCopy, Kind::one_of::<Task>(), Run, "Task", "Task", "", "What the model has to do with the sequence.";
        symbols: u32 = 8, Kind::integer(2, 255), Run, "Task", "Symbols", "", "Size of the alphabet. Associative recall has as many keys beside it.";
        train_length: u32 = 16, Kind::integer(2, 256), Run, "Task", "Length in training", "positions", "Input positions; L of the trained models. Causal copy needs an even number, associative recall an odd one.";
        batch: u32 = 16, Kind::integer(1, 256), Run, "Task", "Batch", "sequences", "Sequences per training step.";
        seeds: u32 = 3, Kind::integer(1, 16), Run, "Task", "Seeds", "", "Independent runs of each table. Runs of one seed share initial weights and training data.";
        steps: u32 = 600, Kind::integer(1, 200_000), Run, "Task", "Steps", "", "Training steps.";
        every: u32 = 10, Kind::integer(1, 10_000), Run, "Task", "Evaluate every", "steps", "Steps between evaluations on held-out sequences.";
        train_width: u32 = 32, Kind::integer(4, 256), Run, "Model", "Width of the model", "", "Width of the residual stream of the trained models.";
        layers: u32 = 2, Kind::integer(1, 6), Run, "Model", "Layers", "", "Transformer layers.";
        heads: u32 = 4, Kind::integer(1, MOST_HEADS), Run, "Model", "Heads", "", "Attention heads. Width / heads must be a multiple of 4, at most 64.";
        mlp: u32 = 64, Kind::integer(4, 1024), Run, "Model", "MLP width", "", "Hidden width of the feed-forward part.";
        norm: Norm = Norm::Post, Kind::one_of::<Norm>(), Run, "Model", "Layer norm", "", "Where layer norm sits. After each part, the first attention reads token plus position as they are.";
        rate: f32 = 0.003, Kind::number(0.0, 10.0), Run, "Model", "Learning rate", "", "AdamW's step size.";
        executor: ExecutorChoice = ExecutorChoice::Auto, Kind::one_of::<ExecutorChoice>(), Machine, "Machine", "Run on", "", "Where the work is done.";
        cores: Cores = Cores::Auto, Kind::one_of::<Cores>(), Look, "Machine", "Cores", "", "How many share the work where the CPU does it, from the next start on. No number depends on it.";
    }
}

/// One of the two encodings that are looked at.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

impl Side {
    /// Both, in order.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// Its name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

impl EncodingsConfig {
    /// Whether something that is shown is of the open run's weights.
    #[must_use]
    pub fn shows_trained(&self) -> bool {
        self.left == Shown::Trained || self.right == Shown::Trained || self.weights == WeightsChoice::Trained
    }

    /// What stands on a side, and how it is turned.
    #[must_use]
    pub fn shown(&self, side: Side) -> (Shown, Shape) {
        let (shown, base, compression, gain, noise, alpha, active, margin) = match side {
            Side::Left => (
                self.left,
                self.left_base,
                self.left_compression,
                self.left_gain,
                self.left_noise,
                self.left_alpha,
                self.left_active,
                self.left_margin,
            ),
            Side::Right => (
                self.right,
                self.right_base,
                self.right_compression,
                self.right_gain,
                self.right_noise,
                self.right_alpha,
                self.right_active,
                self.right_margin,
            ),
        };
        let tuning = Tuning {
            base: f64::from(base),
            compression: f64::from(compression),
            gain,
            noise,
            alpha: f64::from(alpha),
            active,
            margin: (margin > 0.0).then_some(f64::from(margin)),
            ..Tuning::default()
        };
        (shown, Shape { length: self.length, width: self.width, seed: self.seed, tuning })
    }

    /// How many arms the experiment races.
    #[must_use]
    pub fn arms(&self) -> u32 {
        match self.experiment {
            Experiment::Live | Experiment::Lengths => self.encodings.len() as u32,
            Experiment::Control => 4,
            Experiment::Sweep => self.families.iter().map(|&family| self.levels - self.first_level(family)).sum(),
        }
    }

    /// From which level on a family of the sweep races. Compression 1 and gain 1 are the same table: it races once.
    #[must_use]
    pub fn first_level(&self, family: Family) -> u32 {
        u32::from(family == Family::Gain && self.families.contains(&Family::Compression))
    }

    /// How the experiment's models are trained.
    #[must_use]
    pub fn training(&self) -> Training {
        Training {
            task: self.task,
            symbols: self.symbols,
            length: self.train_length,
            batch: self.batch,
            steps: self.steps,
            layers: self.layers,
            width: self.train_width,
            heads: self.heads,
            mlp: self.mlp,
            norm: self.norm,
            rate: self.rate,
            ..Training::default()
        }
    }
}

/// The presets, the defaults first.
const PRESETS: &[Preset] = &[
    Preset {
        id: "look",
        label: "Two encodings side by side",
        help: "Sinusoidal beside frequency-compressed.",
        values: &[],
    },
    Preset {
        id: "live",
        label: "Watch a table learn",
        help: "Press Train: the picture on the right is of a learned table while it learns, in about 15 seconds.",
        values: &[("experiment", "live"), ("right", "trained")],
    },
    Preset {
        id: "figure",
        label: "The paper's figure 1",
        help: "Length and width 128: Pearson .706 and Spearman .965 for compression, a line of slope 1/L² for spike time.",
        values: &[("length", "128"), ("width", "128")],
    },
    Preset {
        id: "control",
        label: "Shared-weights control",
        help: "Spike time with its gain held at L, and trained from L, against sinusoidal.",
        values: &[("experiment", "control"), ("right", "spike-time")],
    },
    Preset {
        id: "sweep",
        label: "Does discriminability predict learning?",
        help: "14 tables, 3 seeds each, in about a minute on a laptop.",
        values: &[("experiment", "sweep"), ("every", "20")],
    },
    Preset {
        id: "sweep-paper",
        label: "The same, in the paper's size",
        help: "Length and width 64, 50 symbols, 3000 steps, 3 seeds. For the command line: on a CPU this takes long.",
        values: &[
            ("experiment", "sweep"),
            ("symbols", "50"),
            ("train_length", "64"),
            ("batch", "32"),
            ("steps", "3000"),
            ("every", "50"),
            ("train_width", "64"),
            ("mlp", "128"),
            ("rate", "0.001"),
        ],
    },
    Preset {
        id: "lengths",
        label: "Length generalisation",
        help: "Name the symbol one position earlier: every encoding that allows it, evaluated at up to three times the length it was trained at.",
        values: &[
            ("experiment", "lengths"),
            ("task", "previous-token"),
            ("encodings", "none,sinusoidal,compressed,spike-time-gain,rank,rope,alibi"),
            ("steps", "400"),
        ],
    },
];

impl Settings for EncodingsConfig {
    const LAB: &'static str = "encodings";

    fn presets() -> &'static [Preset] {
        PRESETS
    }

    fn parts() -> Vec<Part> {
        parts::parts()
    }

    fn tables(&self) -> &'static [&'static str] {
        self.experiment.tables()
    }

    fn racing(&self) -> Option<&dyn Racing> {
        Some(self)
    }

    fn unused(&self) -> Vec<&'static str> {
        match self.experiment {
            Experiment::Live | Experiment::Lengths => vec!["families", "levels"],
            Experiment::Control => vec!["encodings", "families", "levels"],
            Experiment::Sweep => vec!["encodings"],
        }
    }

    fn settle(&mut self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut mend = |field: &str, given: String, allowed: String, used: String| {
            problems.push(Problem { field: field.to_owned(), given, allowed, used });
        };
        if self.width % 2 == 1 {
            mend("width", self.width.text(), "an even number".to_owned(), (self.width - 1).text());
            self.width -= 1;
        }
        let most = self.length as f32;
        for (field, value) in
            [("left_compression", &mut self.left_compression), ("right_compression", &mut self.right_compression)]
        {
            if *value > most {
                mend(field, value.text(), format!("a number from 1 to the length, {most}"), most.text());
                *value = most;
            }
        }
        // Codes that nobody looks at need no mending.
        for (field, value, shown) in
            [("left_active", &mut self.left_active, self.left), ("right_active", &mut self.right_active, self.right)]
        {
            if *value > self.width && shown == Shown::Built(Encoding::RankCode) {
                let allowed = format!("at most M, the width {}: no more neurons can fire than there are", self.width);
                mend(field, value.text(), allowed, self.width.text());
                *value = self.width;
            }
        }
        if self.position >= self.length {
            let last = self.length - 1;
            mend("position", self.position.text(), format!("from 0 to {last}, the last position"), last.text());
            self.position = last;
        }
        let mut training = self.training();
        for problem in training.settle(MOST_HEADS) {
            let field = match problem.field.as_str() {
                "length" => "train_length",
                "width" => "train_width",
                other => other,
            };
            mend(field, problem.given, problem.allowed, problem.used);
        }
        (self.train_length, self.train_width, self.heads) = (training.length, training.width, training.heads);
        if self.head > self.heads {
            mend("head", self.head.text(), format!("from 1 to {}, the number of heads", self.heads), self.heads.text());
            self.head = self.heads;
        }
        let most = crate::run::MAX_REPLICAS;
        if self.experiment == Experiment::Sweep {
            while self.arms() > most && self.levels > 2 {
                self.levels -= 1;
            }
        }
        let arms = self.arms();
        if arms * self.seeds > most {
            let used = (most / arms).max(1);
            let allowed = format!("at most {used} with {arms} tables: a plan holds {most} runs");
            mend("seeds", self.seeds.text(), allowed, used.text());
            self.seeds = used;
        }
        let runs = arms * self.seeds;
        if self.trained_run >= runs {
            let allowed = format!("from 0 to {}: the experiment has {runs} runs", runs - 1);
            mend("trained_run", self.trained_run.text(), allowed, (runs - 1).text());
            self.trained_run = runs - 1;
        }
        problems
    }
}

impl Shown {
    /// What a control offers: every encoding, and the reader's own.
    #[must_use]
    pub fn kind() -> Kind {
        let mut all = options::<Encoding>();
        all.extend([Self::Uploaded, Self::Trained].map(|shown| ChoiceOption {
            value: shown.id(),
            label: shown.label(),
            help: shown.help(),
        }));
        Kind::Choice { options: all }
    }
}

impl Field for Shown {
    fn parse(text: &str, _: &Kind) -> Option<Self> {
        Encoding::from_id(text)
            .map(Self::Built)
            .or_else(|| [Self::Uploaded, Self::Trained].into_iter().find(|shown| shown.id() == text))
    }
    fn text(&self) -> String {
        self.id().to_owned()
    }
}
