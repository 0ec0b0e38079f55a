//! The parts of the copy lab's page.

use crate::labs::part::Part;

/// All parts. None asks about settings: what is looked into is the open run.
#[must_use]
pub fn parts() -> Vec<Part> {
    vec![
        Part::new("head", "Heading", "Title, question and claim."),
        Part::new("run", "Run bar", "Train, Pause, Step, Reset, and what is going on."),
        Part::new("settings", "Settings", "All controls."),
        Part::new("loss", "Loss", "The loss curves."),
        Part::new("scoreboard", "Scoreboard", "The numbers of each encoding, and the claims with their verdicts."),
        Part::new("accuracy", "Accuracy", "The curves of tokens and sequences that are right."),
        Part::new("look", "Look inside", "Attention maps, probe, positional similarity, norms."),
        Part::new("compare", "Compare", "Earlier runs, laid over this one."),
        Part::new("cost", "Cost", "What a step costs, kernel by kernel."),
        Part::new("keep", "Keep and share", "Link, downloads, uploads."),
    ]
}
