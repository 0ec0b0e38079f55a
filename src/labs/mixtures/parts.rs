//! Parts of the mixtures lab's page.

use crate::labs::part::Part;

/// Settings that contexts depend on.
pub const LAW: [&str; 9] = ["components", "tags", "angles", "alpha", "modes", "law", "target", "mode", "seed"];

/// The parts, from the top down.
#[must_use]
pub fn all() -> Vec<Part> {
    vec![
        Part::new("head", "Heading", "Title, question and claim."),
        Part::new("run", "Run bar", "Train, Pause, Step, Reset, and what is going on."),
        Part::new("settings", "Settings", "All controls."),
        Part::new("recall", "Recall", "The error of each kind of attention, with the lines that give it its meaning.")
            .after_training()
            .of(&LAW),
        Part::new("context", "A context", "The clouds of a context, and the tokens that stand for them.")
            .with(&["figure-context"])
            .of(&LAW)
            .of(&["densities", "tokens", "grid"]),
        Part::new("verdicts", "Verdicts", "The claims, and what this race says of them.").after_training(),
        Part::new(
            "heads",
            "Heads",
            "Who attends to whom: weight by the tag that is asked for and the tag that is looked at.",
        )
        .after_training()
        .of(&LAW)
        .of(&["densities"]),
        Part::new("coefficients", "Coefficients", "What a linear read-out of attention’s output knows of the cloud.")
            .after_training()
            .of(&LAW)
            .of(&["densities"]),
        Part::new("samples", "Samples", "Error against number of contexts, by rate of decay.").of(&LAW),
        Part::new(
            "integral",
            "Sum and integral",
            "Attention over more and more tokens, against the integral; nothing is trained.",
        )
        .of(&LAW)
        .of(&["densities"]),
        Part::new("measures", "Measures", "The curves of everything else that is measured.").after_training(),
        Part::new("compare", "Compare", "Earlier runs laid over the present one.").after_training(),
        Part::new("keep", "Keep and share", "Link, downloads, uploads."),
    ]
}
