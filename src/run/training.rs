//! How transformers are trained, whichever lab trains them: from settings to what the model and the plan need.

use crate::choice::choice;
use crate::graph::ops::{Method, Optimiser};
use crate::kernels::matmul;
use crate::model::ensemble::Ensemble;
use crate::model::transformer::{Architecture, Regime, Replica, Transformer};
use crate::property::{Field, Problem};
use crate::run::claim::Span;
use crate::run::heads;
use crate::task::{Layout, Task};

choice! {
    /// Non-linearity of the MLP.
    pub enum Activation {
        Relu = "relu", "ReLU", "max(0, x).";
        Gelu = "gelu", "GELU", "x Φ(x), in the tanh form.";
        Tanh = "tanh", "tanh", "tanh(x).";
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
        Task = "task", "As the task needs", "Causal for causal copy and associative recall, full for the others.";
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

choice! {
    /// How parameters follow their gradients.
    pub enum UpdateRule {
        AdamW = "adamw", "AdamW", "A second moment for each parameter, and decoupled weight decay.";
        AdamTensor = "adam-tensor", "AdamW, one second moment a tensor", "The second moment is a mean over the whole tensor.";
        Momentum = "momentum", "Momentum", "Gradient descent along a running sum of gradients, β = 0.9. It needs other rates than AdamW.";
        Descent = "descent", "Gradient descent", "Against the gradient. It needs other rates than AdamW.";
    }
}

impl UpdateRule {
    /// What a graph records for it.
    #[must_use]
    pub fn method(self) -> Method {
        match self {
            Self::AdamW => Method::AdamW,
            Self::AdamTensor => Method::AdamTensor,
            Self::Momentum => Method::Momentum,
            Self::Descent => Method::Descent,
        }
    }
}

impl Activation {
    /// As kernels know it.
    #[must_use]
    pub fn of_kernel(self) -> matmul::Activation {
        match self {
            Self::Relu => matmul::Activation::Relu,
            Self::Gelu => matmul::Activation::Gelu,
            Self::Tanh => matmul::Activation::Tanh,
        }
    }
}

/// How a transformer is trained and judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Training {
    /// What it has to do.
    pub task: Task,
    /// Size of the alphabet.
    pub symbols: u32,
    /// Input positions.
    pub length: u32,
    /// Sequences per step.
    pub batch: u32,
    /// Training steps.
    pub steps: u32,
    /// Transformer layers.
    pub layers: u32,
    /// Width of the residual stream.
    pub width: u32,
    /// Attention heads.
    pub heads: u32,
    /// Hidden width of the MLP.
    pub mlp: u32,
    /// Its non-linearity.
    pub activation: Activation,
    /// Where layer norm sits.
    pub norm: Norm,
    /// Which keys a query sees.
    pub mask: Mask,
    /// Dropout share.
    pub dropout: f32,
    /// Whether the token embedding is the output layer too.
    pub tied: bool,
    /// Learning rate after warm-up.
    pub rate: f32,
    /// Steps of linear warm-up.
    pub warmup: u32,
    /// Learning rate after that.
    pub schedule: Schedule,
    /// How parameters follow their gradients.
    pub optimiser: UpdateRule,
    /// Decoupled weight decay.
    pub decay: f32,
    /// Greatest gradient norm; zero for none.
    pub clip: f32,
    /// Held-out sequences per evaluation.
    pub held_out: u32,
}

impl Default for Training {
    /// Small and plain, on the task that needs positions most.
    fn default() -> Self {
        Self {
            task: Task::CausalCopy,
            symbols: 8,
            length: 16,
            batch: 16,
            steps: 600,
            layers: 2,
            width: 32,
            heads: 4,
            mlp: 64,
            activation: Activation::Relu,
            norm: Norm::Pre,
            mask: Mask::Task,
            dropout: 0.0,
            tied: false,
            rate: 0.003,
            warmup: 0,
            schedule: Schedule::Constant,
            optimiser: UpdateRule::AdamW,
            decay: 0.0,
            clip: 0.0,
            held_out: 64,
        }
    }
}

impl Training {
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

    /// How far a race of it has come that is judged every so many steps.
    #[must_use]
    pub fn span(&self, step: u32, every: u32) -> Span {
        Span { step, steps: self.steps, every, fading: self.schedule == Schedule::Cosine }
    }

    /// Whether there are more pairs in a sequence than keys, which are all different.
    #[must_use]
    pub fn keys_run_out(&self) -> bool {
        self.task == Task::AssociativeRecall && self.length / 2 > self.symbols
    }

    /// Mends what the single settings allow but not together, and says what was mended. There may be up to `most_heads` heads.
    pub fn settle(&mut self, most_heads: u32) -> Vec<Problem> {
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
        let (symbols, most) = (self.symbols, 2 * self.symbols + 1);
        let odd = (self.length - 1 + self.length % 2).min(most).max(5);
        if self.task == Task::AssociativeRecall && self.length != odd {
            let why =
                format!("associative recall with {symbols} symbols: pairs, each with a key of its own, then a key");
            mend("length", self.length.text(), format!("an odd number from 5 to {most} for {why}"), odd.text());
            self.length = odd;
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
        let below = heads::width_below(self.width, most_heads);
        if below != self.width {
            let words =
                format!("a width that up to {most_heads} heads, of a multiple of 4 and at most 64 each, make up");
            mend("width", self.width.text(), words, below.text());
            self.width = below;
        }
        if !heads::fits(self.width, self.heads) {
            let used = heads::nearest(self.width, self.heads, most_heads);
            mend("heads", self.heads.text(), heads::list(self.width, most_heads), used.text());
            self.heads = used;
        }
        problems
    }

    /// What is trained.
    #[must_use]
    pub fn architecture(&self) -> Architecture {
        Architecture {
            layout: self.layout(),
            layers: self.layers,
            width: self.width,
            heads: self.heads,
            mlp: self.mlp,
            activation: self.activation.of_kernel(),
            pre_norm: self.norm == Norm::Pre,
            causal: self.causal(),
            dropout: self.dropout,
            tied: self.tied,
        }
    }

    /// How.
    #[must_use]
    pub fn regime(&self) -> Regime {
        let optimiser = Optimiser {
            warmup: self.warmup,
            cosine: (self.schedule == Schedule::Cosine).then_some(0.0),
            steps: self.steps,
            clip: self.clip,
        };
        Regime { batch: self.batch, held_out: self.held_out, optimiser, method: self.optimiser.method() }
    }

    /// A transformer with its runs.
    #[must_use]
    pub fn ensemble(&self, replicas: Vec<Replica>) -> Ensemble {
        Ensemble { model: Transformer::new(self.architecture()), regime: self.regime(), replicas }
    }
}
