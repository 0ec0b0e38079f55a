//! What can be chosen in the symmetry lab.

use crate::choice::{Choice, choice};
use crate::run::event::ArmInfo;
use crate::run::training::UpdateRule;

/// The most characters of a matrix as a link has it.
pub const MOST_TEXT: u32 = 16_000;
/// The most characters of a linear map: 64 × 64 numbers in single precision.
pub const MOST_MAP: u32 = 64_000;

choice! {
    /// What is raced.
    pub enum Experiment {
        Learn = "learn", "Students", "Students learn an equivariant teacher in one basis, and are asked in others.";
        Training = "training", "Training", "The same attention is trained in two bases: do the two trainings stay the same?";
    }
}

choice! {
    /// A map from a sequence and its knowledge to a sequence.
    pub enum Map {
        Gram = "gram", "Gram form", "Combinations of X and Z whose coefficients are an MLP of all scalar products.";
        Knowledge = "knowledge", "Knowledge attention", "Attention whose matrices are built from the knowledge Z.";
        Cross = "cross", "Cross attention to Z", "The knowledge is keys and values; no matrices.";
        Bare = "bare", "Attention without matrices", "The sequence attends to itself by its own scalar products.";
        Plain = "plain", "Plain attention", "Attention with fixed matrices.";
        Conjugated = "conjugated", "Plain, conjugated", "Attention whose fixed matrices turn with the space: W becomes QᵀWQ.";
        Flattened = "flattened", "Flattened MLP", "A network of all coordinates, one beside the other.";
        Encoding = "encoding", "Knowledge + encoding", "Knowledge attention after a fixed table of positions is added.";
        Layer = "layer-norm", "Knowledge + LayerNorm", "Knowledge attention, then layer norm over the coordinates.";
        Rms = "rms-norm", "Knowledge + RMSNorm", "Knowledge attention, then RMSNorm without gain.";
        Relu = "relu", "Knowledge + ReLU", "Knowledge attention, then ReLU on each coordinate.";
    }
}

choice! {
    /// What is done to a sequence and its knowledge.
    pub enum Group {
        Rotations = "rotations", "Rotations", "Of the embedding space; drawn evenly (Haar).";
        Reflections = "reflections", "Reflections", "Orthogonal matrices of determinant −1; drawn evenly.";
        Permutations = "permutations", "Permutations of the sequence", "Its vectors change places.";
        Signed = "signed", "Signed permutations", "Coordinates change places and signs.";
        Shifts = "shifts", "Cyclic shifts", "The sequence goes round.";
    }
}

choice! {
    /// What attends in a block.
    pub enum Attention {
        Knowledge = "knowledge", "Built from knowledge", "Matrices Zᵀ M Z.";
        Cross = "cross", "To the knowledge", "Z is keys and values.";
        Bare = "bare", "Without matrices", "Scalar products of the sequence with itself.";
        Fixed = "fixed", "Fixed matrices", "As a transformer learns them.";
    }
}

choice! {
    /// A norm without parameters.
    pub enum Norm {
        None = "none", "None", "No norm.";
        Rms = "rms", "RMSNorm", "A root mean square of one.";
        Layer = "layer", "LayerNorm", "The mean of the coordinates is taken away first.";
    }
}

choice! {
    /// What bends each coordinate.
    pub enum Activation {
        None = "none", "None", "Nothing.";
        Relu = "relu", "ReLU", "max(0, x).";
        Gelu = "gelu", "GELU", "x Φ(x), in the tanh form.";
    }
}

choice! {
    /// What tells positions.
    pub enum Positions {
        None = "none", "None", "Nothing does.";
        Table = "table", "Fixed table", "A table of random vectors is added.";
        Sinusoidal = "sinusoidal", "Sinusoidal", "Sines and cosines are added.";
    }
}

choice! {
    /// What learns from the teacher.
    pub enum Student {
        Knowledge = "knowledge", "Knowledge attention", "The teacher’s own form: matrices built from the knowledge.";
        Plain = "plain", "Plain attention", "Fixed matrices, which do not see the knowledge.";
        Gram = "gram", "Gram form", "An MLP of all scalar products gives coefficients.";
        Mlp = "mlp", "Flattened MLP", "A network of all coordinates.";
    }
}

choice! {
    /// What knowledge a student sees in training.
    pub enum TrainOn {
        One = "one-basis", "One basis", "One knowledge, always in the same basis.";
        Random = "random-bases", "Random bases", "One knowledge, in up to 256 bases.";
        New = "new-knowledge", "New knowledge", "Knowledge of its own with every sequence.";
    }
}

choice! {
    /// How the two trainings follow their gradients.
    pub enum Follows {
        Descent = "descent", "Gradient descent", "Against the gradient.";
        Momentum = "momentum", "Momentum", "Against a running sum of gradients.";
        AdamTensor = "adam-tensor", "Adam, one second moment", "Adam with one second moment for each matrix.";
        Adam = "adam", "Adam", "A second moment for each entry; no decay.";
        AdamW = "adamw", "AdamW", "The same with weight decay.";
    }
}

impl Follows {
    /// The optimiser.
    #[must_use]
    pub fn update_rule(self) -> UpdateRule {
        match self {
            Self::Descent => UpdateRule::Descent,
            Self::Momentum => UpdateRule::Momentum,
            Self::AdamTensor => UpdateRule::AdamTensor,
            Self::Adam | Self::AdamW => UpdateRule::AdamW,
        }
    }

    /// The arm that it is with a norm inside.
    #[must_use]
    pub fn arm(self, norm: Norm) -> ArmInfo {
        let plain = info(self);
        if norm == Norm::None {
            return plain;
        }
        let (id, label) = (format!("{}-{}", plain.id, norm.id()), format!("{}, {}", plain.label, norm.label()));
        ArmInfo { id, label, help: plain.help }
    }
}

/// An arm by the name of what is chosen.
#[must_use]
pub fn info(choice: impl Choice) -> ArmInfo {
    ArmInfo { id: choice.id().to_owned(), label: choice.label().to_owned(), help: choice.help().to_owned() }
}
