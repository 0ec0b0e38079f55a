//! The presets of the mixtures lab, the defaults first.

use crate::labs::settings::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "recall",
        label: "Eight tags",
        help: "Eight clouds, tags on a circle: only attention that looks at content can answer. One seed, so that no claim is decided yet.",
        values: &[],
    },
    Preset {
        id: "two-tags",
        label: "Two tags",
        help: "The paper’s tags, plus and minus one: plain averaging answers as well, since values carry the tag.",
        values: &[
            ("components", "2"),
            ("tags", "simplex"),
            ("attention", "softmax,linear,uniform,fixed"),
            ("steps", "1500"),
            ("seeds", "3"),
        ],
    },
    Preset {
        id: "paper",
        label: "The paper’s",
        help: "Two tags, 64 contexts of 5000 tokens, the paper’s target and sizes; rate, law and noise are partly guessed. An hour.",
        values: &[
            ("components", "2"),
            ("tags", "simplex"),
            ("law", "unit"),
            ("target", "paper"),
            ("width", "8"),
            ("hidden", "8"),
            ("tokens", "5000"),
            ("contexts", "64"),
            ("noise", "0.01"),
            ("attention", "softmax,uniform"),
            ("steps", "1500"),
            ("seeds", "3"),
        ],
    },
    Preset {
        id: "four-tags",
        label: "Four tags",
        help: "Four clouds on a circle: a minute, and with every kind of attention.",
        values: &[
            ("components", "4"),
            ("attention", "softmax,linear,uniform,fixed"),
            ("steps", "2000"),
            ("seeds", "3"),
        ],
    },
    Preset {
        id: "tags",
        label: "Where tags lie",
        help: "Softmax, linear and uniform attention at two, four and eight tags, on a simplex and on a circle. Minutes.",
        values: &[("experiment", "tags"), ("seeds", "3")],
    },
    Preset {
        id: "alpha",
        label: "Decay and examples",
        help: "The energy of two clouds at three rates of decay, from 16 contexts to 4096. Minutes.",
        values: &[
            ("experiment", "alpha"),
            ("components", "2"),
            ("tags", "simplex"),
            ("target", "energy"),
            ("attention", "softmax"),
            ("seeds", "3"),
        ],
    },
    Preset {
        id: "full",
        label: "Decay and examples, whole",
        help: "The same with five seeds and 20,000 steps. Hours: for the command line.",
        values: &[
            ("experiment", "alpha"),
            ("components", "2"),
            ("tags", "simplex"),
            ("target", "energy"),
            ("attention", "softmax"),
            ("seeds", "5"),
            ("steps", "20000"),
        ],
    },
];
