//! The parts of the encodings lab's page.

use crate::labs::part::Part;

/// What the tables of both sides are made from. A side that shows a trained table depends on the run as well, and before there is one on
/// the settings that it would be opened with.
const TABLES: [&str; 21] = [
    "left",
    "left_base",
    "left_compression",
    "left_gain",
    "left_noise",
    "left_alpha",
    "left_active",
    "left_margin",
    "right",
    "right_base",
    "right_compression",
    "right_gain",
    "right_noise",
    "right_alpha",
    "right_active",
    "right_margin",
    "length",
    "width",
    "seed",
    "trained_run",
    // ALiBi's slopes.
    "heads",
];

/// What a model is drawn from, before it has learned anything.
const MODEL: [&str; 15] = [
    "seed",
    "experiment",
    "encodings",
    "families",
    "levels",
    "trained_run",
    "task",
    "symbols",
    "train_length",
    "seeds",
    "train_width",
    "layers",
    "heads",
    "mlp",
    "norm",
];

/// All parts.
#[must_use]
pub fn parts() -> Vec<Part> {
    vec![
        Part::new("head", "Heading", "Title, question and claim."),
        Part::new(
            "inspect",
            "Inspector",
            "Two encodings side by side: similarity matrices, similarity against distance, singular values.",
        )
        .with(&["picture-left", "picture-right", "slice", "figure-slice", "spectrum", "figure-singular-values"])
        .of(&TABLES)
        .of(&["measure", "executor"]),
        Part::new("measures", "Measures", "How well positions can be told apart, in numbers with their formulas.")
            .of(&TABLES),
        Part::new("phase", "Phase and latency", "One clock, two readings.")
            .with(&["figure-phase", "substitutions"])
            .of(&["left_base", "length", "width", "position", "window"]),
        Part::new("lemma", "Lemma 1", "Dot products under the mapping.")
            .with(&["figure-lemma-spike-time", "figure-lemma-compressed"])
            .of(&["left_base", "length", "width", "window"]),
        Part::new("logit", "Logit", "A full attention logit in its four parts, and attention maps under the mapping.")
            .with(&["figure-logit-parts"])
            .of(&MODEL)
            .of(&["window", "weights", "content", "undo", "head"]),
        Part::new("run", "Run bar", "Train, Pause, Step, Reset, and what is going on."),
        Part::new("experiment", "Experiment", "Curves and findings of what is trained.").after_training(),
        Part::new("settings", "Settings", "All controls."),
        Part::new("keep", "Keep and share", "Link, downloads, uploads."),
    ]
}
