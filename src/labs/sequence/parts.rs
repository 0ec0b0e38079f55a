//! The parts of the sequence lab's page.

use crate::labs::part::Part;

/// What a machine depends on.
pub const MACHINE: [&str; 15] = [
    "seed",
    "context",
    "retention",
    "context_size",
    "context_active",
    "data_size",
    "data_active",
    "alpha",
    "decoders",
    "chosen",
    "decoder",
    "decoder_active",
    "decoder_ratio",
    "writing",
    "executor",
];

/// What the settings' sequence depends on, beside the seed.
const SEQUENCE: [&str; 5] = ["source", "sequence", "split", "alphabet", "length"];

/// What the transformer beside the machine depends on, beside the seed.
const TRANSFORMER: [&str; 5] = ["rival_width", "rival_layers", "rival_heads", "rival_window", "rival_rate"];

/// All parts.
#[must_use]
pub fn parts() -> Vec<Part> {
    vec![
        Part::new("head", "Heading", "Title, question and claim."),
        Part::new("session", "Machine", "A sequence is stored in one pass, and recalled from a cue.").of(&MACHINE),
        Part::new("operations", "Five operations", "Both machines on one sequence, stage by stage.")
            .of(&SEQUENCE)
            .of(&MACHINE)
            .of(&TRANSFORMER),
        Part::new("spikes", "Spikes", "A raster of every layer, and whether firing order is the code.")
            .with(&["figure-spikes", "traces", "readings", "checks"])
            .of(&SEQUENCE)
            .of(&MACHINE)
            .of(&["neuron", "threshold", "leak", "load"]),
        Part::new("ball", "Attention and SDM", "Hamming balls against softmax.")
            .with(&["ball-curve", "figure-sequence-ball", "ball-retrieval", "figure-sequence-retrieval"])
            .of(&["seed", "ball_bits", "ball_radius", "memories"]),
        Part::new("run", "Run bar", "Run, Pause, Step, Reset, and what is going on."),
        Part::new("experiment", "Experiment", "Curves and findings over many machines.").after_training(),
        Part::new("settings", "Settings", "All controls."),
        Part::new("keep", "Keep and share", "Link, downloads."),
    ]
}
