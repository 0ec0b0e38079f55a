//! The parts of each lab's page, by which a link hides some of them.

use crate::choice::choice;

choice! {
    /// A part of the copy lab's page.
    pub enum Part {
        Head = "head", "Heading", "Title, question and claim.";
        Run = "run", "Run bar", "Train, Pause, Step, Reset, and what is going on.";
        Settings = "settings", "Settings", "All controls.";
        Loss = "loss", "Loss", "The loss curves.";
        Scoreboard = "scoreboard", "Scoreboard", "The numbers of each encoding, and the claims with their verdicts.";
        Accuracy = "accuracy", "Accuracy", "The curves of tokens and sequences that are right.";
        Look = "look", "Look inside", "Attention maps, probe, positional similarity, norms.";
        Compare = "compare", "Compare", "Earlier runs, laid over this one.";
        Cost = "cost", "Cost", "What a step costs, kernel by kernel.";
        Keep = "keep", "Keep and share", "Link, downloads, uploads.";
    }
}

choice! {
    /// A part of the sequence lab's page.
    pub enum SequencePart {
        Head = "head", "Heading", "Title, question and claim.";
        Session = "session", "Machine", "A sequence is stored in one pass, and recalled from a cue.";
        Operations = "operations", "Five operations", "Both machines on one sequence, stage by stage.";
        Spikes = "spikes", "Spikes", "A raster of every layer, and whether firing order is the code.";
        Ball = "ball", "Attention and SDM", "Hamming balls against softmax.";
        Run = "run", "Run bar", "Run, Pause, Step, Reset, and what is going on.";
        Experiment = "experiment", "Experiment", "Curves and findings over many machines.";
        Settings = "settings", "Settings", "All controls.";
        Keep = "keep", "Keep and share", "Link, downloads.";
    }
}

choice! {
    /// A part of the encodings lab's page.
    pub enum EncodingsPart {
        Head = "head", "Heading", "Title, question and claim.";
        Inspect = "inspect", "Inspector", "Two encodings side by side: similarity matrices, similarity against distance, singular values.";
        Measures = "measures", "Measures", "How well positions can be told apart, in numbers with their formulas.";
        Phase = "phase", "Phase and latency", "One clock, two readings.";
        Lemma = "lemma", "Lemma 1", "Dot products under the mapping.";
        Logit = "logit", "Logit", "A full attention logit in its four parts, and attention maps under the mapping.";
        Run = "run", "Run bar", "Train, Pause, Step, Reset, and what is going on.";
        Experiment = "experiment", "Experiment", "Curves and findings of what is trained.";
        Settings = "settings", "Settings", "All controls.";
        Keep = "keep", "Keep and share", "Link, downloads, uploads.";
    }
}
