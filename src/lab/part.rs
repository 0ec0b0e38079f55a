//! The parts of the copy lab's page, by which a link hides some of them.

use crate::choice::choice;

choice! {
    /// A part of the page.
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
