//! The parts of the copy lab's page.

use crate::labs::part::Part;

/// All parts. None asks about settings: what is looked into is the open run.
#[must_use]
pub fn parts() -> Vec<Part> {
    vec![
        Part::new("head", "Heading", "Title, question and claim."),
        Part::new("run", "Run bar", "Train, Pause, Step, Reset, and what is going on."),
        Part::new("settings", "Settings", "All controls."),
        Part::new("loss", "Loss", "The loss curves.").after_training().with(&["figure-loss"]),
        Part::new("scoreboard", "Scoreboard", "The numbers of each encoding, and the claims with their verdicts.")
            .after_training()
            .with(&["verdicts"]),
        Part::new("why", "Why", "Whether positions tell beforehand in which order the encodings learn.")
            .after_training(),
        Part::new("accuracy", "Accuracy", "The curves of tokens and sequences that are right.").after_training(),
        Part::new("look", "Look inside", "Attention maps, probe, positional similarity, norms.")
            .after_training()
            .with(&["probe", "attention", "similarity", "norms"]),
        Part::new("compare", "Compare", "Earlier runs, laid over this one.").after_training(),
        Part::new("cost", "Cost", "What a step costs, kernel by kernel.").after_training(),
        Part::new("keep", "Keep and share", "Link, downloads, uploads."),
    ]
}
