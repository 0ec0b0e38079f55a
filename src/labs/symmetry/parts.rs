//! Parts of the symmetry lab's page.

use crate::labs::part::Part;

/// Settings that the weights of the maps depend on.
const SPACE: [&str; 4] = ["n", "m", "seeds", "seed"];
const OWN: [&str; 6] = ["x", "z", "q", "y", "turned", "w"];

/// The parts, from the top down.
#[must_use]
pub fn all() -> Vec<Part> {
    vec![
        Part::new("head", "Heading", "Title, question and claim."),
        Part::new("run", "Run bar", "Train, Pause, Step, Reset, and what is going on."),
        Part::new("settings", "Settings", "All controls."),
        Part::new("dial", "Dial", "A space that is turned by hand, and what a map makes of it.")
            .with(&["figure-dial-points", "figure-dial-errors"])
            .of(&["space", "map", "angle", "maps", "n", "m", "seed"]),
        Part::new("errors", "Errors", "How far every map is from respecting each symmetry.")
            .of(&SPACE)
            .of(&["d", "maps", "groups", "trials"]),
        Part::new("block", "Block", "Which part of a block breaks the symmetry.").of(&SPACE).of(&[
            "d",
            "trials",
            "attention",
            "encoding",
            "residual",
            "norm",
            "activation",
        ]),
        Part::new("own", "Own data", "A sequence, a rotation and a map of the reader's.")
            .of(&OWN)
            .of(&["maps", "seed"]),
        Part::new("span", "Span", "How much of each output lies outside the span of sequence and knowledge.")
            .of(&SPACE)
            .of(&["d", "maps", "trials"]),
        Part::new("outcome", "Outcome", "Students in other bases, or the distance of two trainings.").after_training(),
        Part::new("verdicts", "Verdicts", "The claims, and what this race says of them.").after_training(),
        Part::new("objective", "Loss", "The curve of what is descended.").after_training(),
        Part::new("measures", "Measures", "The curves of what is asked in the same basis and in others.")
            .after_training(),
        Part::new("compare", "Compare", "Earlier runs laid over the present one.").after_training(),
        Part::new("keep", "Keep and share", "Link, downloads, uploads."),
    ]
}
